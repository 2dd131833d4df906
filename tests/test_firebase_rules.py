"""Rules of Firebase: who passes a condition, and which rights users may give themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shipworthy.controls.access.open_firebase_rules.control import OpenFirebaseRules
from shipworthy.finding import Outcome
from shipworthy.prototype import read_prototype
from shipworthy.prototype.firebase.openings import Opening, openings, promotions
from shipworthy.prototype.firebase.rules import Allowed, Service

TODAY = date(2026, 5, 1)
_HELPERS = """
function signedIn() { return request.auth != null; }
function isOwner(id) { let me = request.auth.uid; return signedIn() && me == id; }
function me() { return get(/databases/$(database)/documents/users/$(request.auth.uid)).data; }
function admin() { return me().role == 'admin'; }
"""


def _allowed(folder: Path, **files: str) -> tuple[Allowed, ...]:
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(text)
    rules = read_prototype(folder).firebase_rules
    assert not rules.unread
    return rules.allowed


def _firestore(body: str) -> str:
    return f"""rules_version = '2';
service cloud.firestore {{ match /databases/{{database}}/documents {{ {body} {_HELPERS} }} }}"""


def _opening(folder: Path, methods: str, condition: str) -> Opening:
    rules = _firestore(f"match /notes/{{noteId}} {{ allow {methods}: if {condition}; }}")
    return openings(_allowed(folder, firestore__rules=rules), TODAY)[0]


@pytest.mark.parametrize(
    "condition",
    [
        *("true", "(true)", "signedIn() || true", "request.time < timestamp.date(2026, 6, 1)"),
        "request.resource.data.title is string && request.resource.data.title.size() < 80",
        "request.resource.data.keys().hasAll(['title', 'text'])",
    ],
)
def test_anybody_passes_what_asks_for_no_login(condition: str, tmp_path: Path) -> None:
    assert "update" in _opening(tmp_path, "read, write", condition).anybody


@pytest.mark.parametrize(
    "condition",
    [
        *("request.auth != null", "request.auth.uid != null", "null != request.auth", "signedIn()"),
        *("!(request.auth == null)", "request.auth.uid is string", "isOwner(request.auth.uid)"),
        "request.auth.token.email_verified && request.auth != null",
        "request.auth.token.firebase.sign_in_provider != 'anonymous'",
        "request.auth != null && request.resource.data.text is string",
        "request.auth.uid == request.resource.data.userId",
        "signedIn() && request.auth.uid in request.resource.data.members",
        "signedIn() && request.resource.data.createdAt == resource.data.createdAt",
    ],
)
def test_every_user_passes_what_asks_for_a_login_alone(condition: str, tmp_path: Path) -> None:
    found = _opening(tmp_path, "update", condition)
    assert (found.anybody, found.users) == (frozenset(), {"update"})


@pytest.mark.parametrize(
    "condition",
    [
        *("false", "admin()", "isOwner(noteId)", "isOwner(resource.data.userId)"),
        "request.auth.uid == resource.data.userId && request.auth.uid == request.resource.data.userId",
        "signedIn() && request.resource.data.diff(resource.data).affectedKeys().hasOnly(['likes'])",
        "request.auth.uid == request.resource.data.userId"
        " && request.resource.data.userId == resource.data.userId",
        *("request.auth.uid in resource.data.members", "request.auth.uid in ['one', 'two']"),
        *("request.auth.token.admin == true", "request.auth.token.email == resource.data.email"),
        "request.auth.token.email.matches('.*@example[.]com')",
        "resource.data.members[request.auth.uid] == 'owner'",
        "exists(/databases/$(database)/documents/admins/$(request.auth.uid))",
        *("resource.data.open == true", "request.time < timestamp.date(2026, 4, 1)"),
        "signedIn() && (isOwner(resource.data.userId) || admin())",
    ],
)
def test_others_do_not_pass_what_asks_whose_it_is(condition: str, tmp_path: Path) -> None:
    found = _opening(tmp_path, "update, delete", condition)
    assert not found.anybody | found.users


def test_whoever_makes_a_document_may_write_himself_into_it(tmp_path: Path) -> None:
    asked = "request.auth.uid == request.resource.data.userId"
    assert not _opening(tmp_path, "create, delete", asked).users


def test_paths_and_services_are_told_apart(tmp_path: Path) -> None:
    found = _allowed(
        tmp_path,
        firestore__rules=_firestore(
            "match /a/{b} { allow read; match /c/{d=**} { allow write: if true } }"
            " match /{path=**}/c/{d} { allow list: if true; }"
            " /* match /off/{x} { allow write; } */ match /{all=**} { allow get: if false; }"
        ),
        storage__rules="service firebase.storage { match /b/{bucket}/o {"
        " match /files/{name} { allow read, write; } } }",
        database__rules__json='{ "rules": { // all\n ".read": "auth != null", "a-b": { "$id": {'
        ' ".write": "$id === auth.uid", ".read": "now < 1900000000000" } } } }',
    )
    said = {(o.service, o.path): (set(o.anybody), set(o.users)) for o in openings(found, TODAY)}
    write = {"create", "update", "delete"}
    assert said == {
        (Service.FIRESTORE, "a/{b}"): ({"get", "list"}, set()),
        (Service.FIRESTORE, "a/{b}/c/{d=**}"): (write, set()),
        (Service.FIRESTORE, "{path=**}/c/{d}"): ({"list"}, set()),
        (Service.FIRESTORE, ""): (set(), set()),
        (Service.STORAGE, "files/{name}"): (write | {"get", "list"}, set()),
        (Service.REALTIME, ""): (set(), {"get", "list"}),
        (Service.REALTIME, "a-b/$id"): ({"get", "list"}, set()),
    }


@pytest.mark.parametrize(
    ("asked", "rule", "fields"),
    [
        ("admin()", "write: if isOwner(userId)", "role"),
        ("admin()", "create: if request.auth.uid == userId", "role"),
        ("admin()", "update: if isOwner(userId) || admin()", "role"),
        ("admin()", "update: if isOwner(userId) && request.resource.data.name is string", "role"),
        ("admin()", "create: if isOwner(userId) && request.resource.data.keys().hasAll(['name'])", "role"),
        ("get(/databases/$(database)/documents/users/$(request.auth.uid)).data.isAdmin",
         "update: if request.auth.uid == userId", "isAdmin"),
        ("get(/databases/$(database)/documents/users/$(request.auth.uid)).data.plan == 'pro'",
         "update: if signedIn()", "plan"),
        ("admin()", "update: if isOwner(userId)"
         " && request.resource.data.diff(resource.data).affectedKeys().hasOnly(['name'])", ""),
        ("admin()", "update: if isOwner(userId) && request.resource.data.role == resource.data.role", ""),
        ("admin()", "create: if isOwner(userId) && !('role' in request.resource.data)", ""),
        ("admin()", "create: if isOwner(userId) && request.resource.data.keys().hasOnly(['name'])", ""),
        ("admin()", "update: if admin()", ""),
        ("signedIn()", "update: if isOwner(userId)", ""),
        ("get(/databases/$(database)/documents/users/$(request.auth.uid)).data.team == 'x'",
         "update: if isOwner(userId)", ""),
    ],
)  # fmt: skip
def test_rights_in_the_own_document(asked: str, rule: str, fields: str, tmp_path: Path) -> None:
    rules = _firestore(
        f"match /users/{{userId}} {{ allow {rule}; }} match /all/{{x}} {{ allow read: if {asked}; }}"
    )
    found = list(promotions(_allowed(tmp_path, firestore__rules=rules), TODAY))
    assert [", ".join(p.fields) for p in found] == ([fields] if fields else [])


_CHANGED = "request.resource.data.diff(resource.data).affectedKeys()"


@pytest.mark.parametrize(
    ("path", "rule", "outcome"),
    [
        ("orders/{id}", "create: if isOwner(request.resource.data.userId)", Outcome.UNKNOWN),
        ("orders/{id}", "create: if isOwner(request.resource.data.userId)"
         " && request.resource.data.paymentStatus == 'pending'", Outcome.SATISFIED),
        ("orders/{id}", "create: if isOwner(request.resource.data.userId)"
         " && request.resource.data.keys().hasOnly(['userId', 'items'])", Outcome.SATISFIED),
        ("orders/{id}", "create: if admin()", Outcome.SATISFIED),
        ("notes/{id}", "create: if isOwner(request.resource.data.userId)", Outcome.SATISFIED),
        ("users/{id}", "update: if isOwner(id)"
         " && request.resource.data.role == resource.data.role || admin()", Outcome.UNKNOWN),
        ("users/{id}", f"update: if isOwner(id) && !{_CHANGED}.hasAny(['role'])", Outcome.UNKNOWN),
        ("users/{id}", f"update: if isOwner(id) && !{_CHANGED}.hasAny(['role', 'status'])",
         Outcome.SATISFIED),
        ("users/{id}", f"update: if isOwner(id) && {_CHANGED}.hasOnly(['role'])", Outcome.SATISFIED),
        ("users/{id}", "update: if isOwner(id)", Outcome.SATISFIED),
        ("rooms/{id}", f"update: if signedIn() && {_CHANGED}.hasOnly(['topic'])", Outcome.UNKNOWN),
        ("rooms/{id}", f"update: if signedIn() && {_CHANGED}.hasOnly(['viewCount'])",
         Outcome.SATISFIED),
        ("rooms/{id}", f"update: if signedIn() && {_CHANGED}.hasOnly(['price'])", Outcome.GAP),
        ("rooms/{id}", f"update: if admin() && {_CHANGED}.hasOnly(['price'])", Outcome.SATISFIED),
        ("users/{id}/notifications/{n}", "create: if signedIn()", Outcome.UNKNOWN),
        ("orders/{id}/events/{n}", "create: if signedIn()", Outcome.GAP),
        ("posts/{id}/comments/{n}", "create: if signedIn()", Outcome.SATISFIED),
    ],
)  # fmt: skip
def test_what_rules_leave_open(path: str, rule: str, outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "firestore.rules").write_text(_firestore(f"match /{path} {{ allow {rule}; }}"))
    found = list(OpenFirebaseRules().detect(read_prototype(tmp_path)))
    assert [f.outcome for f in found] == [outcome], found


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("certificates/{all=**}", Outcome.UNKNOWN),
        ("contracts/{all=**}", Outcome.GAP),
        ("pictures/{all=**}", Outcome.SATISFIED),
    ],
)
def test_files_that_strangers_list(path: str, outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "storage.rules").write_text(
        f"service firebase.storage {{ match /b/{{bucket}}/o {{ match /{path} {{"
        " allow read: if true; } } }"
    )
    found = list(OpenFirebaseRules().detect(read_prototype(tmp_path)))
    assert [f.outcome for f in found] == [outcome], found


@pytest.mark.parametrize(
    "text",
    [
        "service cloud.firestore { match /databases/{database}/documents { allow read: if",
        "service cloud.firestore { match /a/{b} { allow read: if isAdmin() and true; } }",
        f"service cloud.firestore {{ match /a/{{b}} {{ allow read: if {'(' * 9000}true; }} }}",
    ],
)
def test_what_cannot_be_read_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "firestore.rules").write_text(text)
    assert "firestore.rules" in read_prototype(tmp_path).firebase_rules.unread


def test_rules_that_stand_in_the_console_alone_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"firebase": "^11.0.0"}}')
    source = tmp_path / "src" / "notes.ts"
    source.parent.mkdir()
    source.write_text(
        'import { getDocs } from "firebase/firestore";\nexport const all = getDocs;\n'
    )
    assert read_prototype(tmp_path).asks_firebase
    source.write_text('import { getAuth } from "firebase/auth";\nexport const all = getAuth;\n')
    assert not read_prototype(tmp_path).asks_firebase
