"""The unmodified supabase-js clicks through the stand-in: sign-ups, rows, files, channels."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from standin_project import start_project

HERE = Path(__file__).parent / "supabase_js"

EXPECTED: dict[str, Any] = {
    "signing up gives a session": [True, "ann.reader@example.test"],
    "the sign-up trigger ran": {"full_name": "Ann Reader", "role": "member"},
    "an address signs up once": ["user_already_exists", "User already registered"],
    "short passwords are refused": "weak_password",
    "a trigger that raises refuses the sign-up": 500,
    "a wrong password is refused": ["invalid_credentials", "Invalid login credentials"],
    "the right one signs in": True,
    "own rows are read": [{"text": "mine"}],
    "rows of others are not": [],
    "visitors read none": [],
    "nor may they write": {"error": "42501"},
    "nobody writes in the name of another": ["42501", 403],
    "the policies decide, also where they are too wide": "admin",
    "the service key reads all": 1,
    "claims reach the database": True,
    "maybeSingle gives null": None,
    "single refuses none": {"error": "PGRST116"},
    "single refuses several": {"error": "PGRST116"},
    "head counts": [3, None],
    "range": [{"id": 2}, {"id": 3}],
    "or and related rows": [
        {"title": "Storms", "author": {"name": "Ann"}, "genres": [{"name": "drama"}, {"name": "nature"}]},
        {"title": "Rivers", "author": {"name": "Ann"}, "genres": [{"name": "nature"}]},
    ],
    "contains, overlaps, textSearch": [[{"id": 1}], [{"id": 2}], [{"id": 1}], [{"id": 2}], [{"id": 1}]],
    "upsert": [{"id": 5, "name": "a"}, {"id": 6, "name": "b"}],
    "upsert ignoring": [],
    "update": {"id": 5, "name": "c"},
    "delete": [{"id": 5}, {"id": 6}],
    "bulk insert of unequal rows": [{"price": 9.5}, {"price": 1}],
    "csv": "id\n1\n2",
    "rpc rows": {"title": "Storms"},
    "rpc by get": 3,
    "an unknown table": {"error": "PGRST205"},
    "an unknown schema": {"error": "PGRST106"},
    "users change themselves": ["dark", "Ann Reader"],
    "sessions are renewed": True,
    "made-up refresh tokens are refused": "refresh_token_not_found",
    "getUser asks the server": True,
    "a tampered token is refused": 403,
    "recover says nothing of who exists": None,
    "codes": None,
    "wrong codes": "otp_expired",
    "anonymous": True,
    "a provider is a local chooser": True,
    "admin lists": True,
    "admin creates": ["made@example.test", 1],
    "admin changes": "admin",
    "admin makes links": True,
    "admin removes": None,
    "admin needs the service key": "not_admin",
    "own folder takes files": True,
    "twice is refused": {"error": "The resource already exists"},
    "foreign folders do not": 'new row violates row-level security policy for table "objects"',
    "what was kept comes back": "hello",
    "others do not get it": True,
    "folders are listed": True,
    "files are listed": [["a b.txt", 5]],
    "a signed address opens it": "hello",
    "a changed one does not": 400,
    "many at once": [True, False],
    "pictures": "p.png",
    "public files are public": ["image/png", 12],
    "private ones are not": 404,
    "files are removed": [True],
    "a signed upload": True,
    "buckets need the service key": True,
    "the service makes them": "made",
    "channels are refused with a reason": [
        "CHANNEL_ERROR", "the local stand-in for Supabase has no realtime: reload to see what changed",
    ],
    "a function that is not there": 404,
    "signing out": None,
    "a session that ended is refused": "AuthSessionMissingError",
}  # fmt: skip


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if shutil.which("npm") is None:
        pytest.skip("Node.js with npm is not installed")
    root = tmp_path_factory.mktemp("clicked")
    client = root / "client"
    shutil.copytree(HERE, client, ignore=shutil.ignore_patterns("node_modules"))
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=client, check=True, capture_output=True, timeout=300)
    project = start_project(root / "project", root / "place")
    standin = project.standin
    url = f"http://127.0.0.1:{standin.port}"
    try:
        done = subprocess.run(
            ["node", "check.mjs", url, standin.anon_key, standin.service_key],
            cwd=client, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    finally:
        project.stop()
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr[-2000:]
    return {line["claim"]: line.get("seen") for line in lines} | {"told": project.told}


@pytest.mark.parametrize("claim", EXPECTED)
def test_supabase_js_sees_what_the_hosted_project_shows(seen: dict[str, Any], claim: str) -> None:
    assert seen[claim] == EXPECTED[claim]


def test_mail_is_told_and_never_sent(seen: dict[str, Any]) -> None:
    mails = [line for line in seen["told"] if "mail to new@example.test" in line]
    assert len(mails) == 1
    assert "or the code" in mails[0]
