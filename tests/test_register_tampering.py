"""Every way to change a register unseen that we could think of, tried on a real file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shipworthy.errors import ShipworthyError
from shipworthy.register import BrokenRegister, Register
from shipworthy.register.acts import approve, ask
from shipworthy.register.anchor import anchor
from shipworthy.register.checkpoint import Checkpoint, write_checkpoint
from shipworthy.register.entry import Entry, canonical, digest, entry_of
from shipworthy.register.key import NoKey, SigningKey, signing_key
from shipworthy.register.standing import WaiverBody, standing_of
from shipworthy.register.verify import Verification, recover, verify
from shipworthy.register.waiver import State
from shipworthy.register.witnesses import Expected

_GUARDS = ("entry_stays", "entry_never_goes")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """Six entries, then a key, a checkpoint that is a git tag too, and one entry after it."""
    folder = tmp_path / "app"
    folder.mkdir()
    _git(folder, "init", "-q")
    (folder / "a.txt").write_text("a")
    _git(folder, "add", ".")
    _git(folder, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "a")
    made = Register(folder, home=tmp_path / "home")
    made.open("Ana")
    for n in range(5):
        made.append("note", "Bo", {"n": n})
    anchor(folder, _signed(made))
    made.append("note", "Bo", {"n": 5})
    return made


def test_a_register_that_nobody_touched_is_sound(register: Register) -> None:
    found = verify(register)
    assert found.sound
    assert len(found.entries) == 9
    assert found.checkpoint is not None
    assert found.checkpoint.count == 7
    assert any("1 entry is not covered" in note for note in found.notes)


def test_an_edit_is_detected_and_the_place_named(register: Register) -> None:
    document = _document(register, 4).replace('"n":2', '"n":9')
    _sql(register, "UPDATE entry SET document = ? WHERE number = 4", document)
    assert _problem(register) == "entry 4 was changed: its content no longer gives its hash"
    with pytest.raises(BrokenRegister, match="entry 4 was changed"):
        register.entries()


def test_an_edit_with_its_hash_made_anew_is_detected(register: Register) -> None:
    document = _document(register, 4).replace('"n":2', '"n":9')
    _sql(
        register,
        "UPDATE entry SET document = ?, hash = ? WHERE number = 4",
        document,
        digest(document),
    )
    assert _problem(register).startswith("entry 5 does not follow entry 4")


def test_a_deletion_is_detected(register: Register) -> None:
    _sql(register, "DELETE FROM entry WHERE number IN (3, 4)")
    assert _problem(register) == "entries 3 to 4 are missing"


def test_a_deletion_that_closes_the_hole_is_detected(register: Register) -> None:
    _sql(register, "DELETE FROM entry WHERE number = 3")
    _sql(register, "UPDATE entry SET number = number - 1 WHERE number > 3")
    assert "entry 3 stood in another place: it calls itself entry 4" in _problem(register)


def test_another_order_is_detected(register: Register) -> None:
    _sql(register, "UPDATE entry SET number = -1 WHERE number = 3")
    _sql(register, "UPDATE entry SET number = 3 WHERE number = 4")
    _sql(register, "UPDATE entry SET number = 4 WHERE number = -1")
    assert "entry 3 stood in another place" in _problem(register)


@pytest.mark.parametrize("witness", ["memory", "tag", "expected"])
def test_cutting_off_the_end_is_detected_by_each_witness(
    register: Register, tmp_path: Path, witness: str
) -> None:
    last = register.entries()[-1]
    _sql(register, "DELETE FROM entry WHERE number > 5")
    elsewhere = Register(register.folder, home=tmp_path / "other-home")
    expected = [Expected(9, last.hash[:12])] if witness == "expected" else []
    if witness != "tag":
        _drop_tags(register.folder)
    found = verify(register if witness == "memory" else elsewhere, expected)
    said = {"memory": "what this computer saw", "tag": "git tag", "expected": "what you were told"}
    assert [p for p in found.problems if said[witness] in p]


def test_a_cut_after_the_tag_is_detected_by_the_memory(register: Register) -> None:
    _sql(register, "DELETE FROM entry WHERE number > 8")
    assert "9 entries; here are 8. The end was cut off" in _problem(register)


def test_an_older_copy_put_back_is_detected_and_not_written_to(
    register: Register, tmp_path: Path
) -> None:
    shutil.copy(register.file, tmp_path / "old.db")
    register.append("note", "Bo", {"n": 6})
    shutil.copy(tmp_path / "old.db", register.file)
    assert "this is an older copy" in _problem(register)
    with pytest.raises(BrokenRegister, match="nothing was written"):
        register.append("note", "Bo", {"n": 7})
    assert len(register.entries()) == 9


def test_a_history_written_anew_from_the_middle_is_detected(register: Register) -> None:
    _rewrite(register, from_number=4)
    assert len(register.entries()) == 9  # the chain itself is whole again
    problems = verify(register).problems
    assert any("what this computer saw: entry 9 had another hash" in p for p in problems)
    assert any("git tag" in p and "entry 7 had another hash" in p for p in problems)


def test_a_forged_signature_is_detected(register: Register) -> None:
    document = json.loads(_document(register, 8))
    signature = document["body"]["signature"]
    document["body"]["signature"] = ("B" if signature[0] == "A" else "A") + signature[1:]
    _rewrite(register, from_number=8, replaced={8: document["body"]})
    assert any("entry 8: the signature of the checkpoint is forged" in p for p in _all(register))


def test_a_checkpoint_moved_to_another_place_is_detected(register: Register) -> None:
    body = dict(register.entries()[7].body)
    register.append("checkpoint", "Bo", body)
    assert any(
        "entry 10: the checkpoint is about 7 entries, and stands after 9" in p
        for p in _all(register)
    )


def test_a_checkpoint_of_another_key_under_the_name_of_the_first_is_detected(
    register: Register, tmp_path: Path
) -> None:
    stranger = signing_key(tmp_path / "stranger", register.folder)
    body = dict(register.entries()[7].body)
    entry = register.append_after(
        "checkpoint",
        "Bo",
        lambda last: _signed_body(stranger, register, last, named=str(body["key"])),
    )
    assert any(f"entry {entry.number}: the signature" in p for p in _all(register))


def test_a_register_signed_anew_with_another_key_is_detected(
    register: Register, tmp_path: Path
) -> None:
    name = str(register.entries()[0].body["register"])
    shutil.rmtree(register.file.parent)
    forged = Register(register.folder, home=tmp_path / "stranger")
    forged.open("Ana")
    _rewrite(forged, from_number=1, replaced={1: {"register": name, "owner": "Ana", "solo": False}})
    shutil.rmtree(tmp_path / "stranger")
    for n in range(8):
        forged.append("note", "Bo", {"n": n})
    _signed(forged)
    problems = verify(register).problems
    assert any("its first signing key is SHA256:" in p for p in problems)
    assert any("which nobody in the register vouches for" in p for p in problems)


def test_another_register_in_the_same_place_is_detected(register: Register, tmp_path: Path) -> None:
    shutil.rmtree(register.file.parent)
    Register(register.folder, home=tmp_path / "eve").open("Eve")
    assert any("another register" in p for p in _all(register))


def test_a_register_that_is_gone_is_missed(register: Register) -> None:
    shutil.rmtree(register.file.parent)
    for use in (register.entries, lambda: register.open("Eve"), lambda: verify(register)):
        with pytest.raises(BrokenRegister, match="is gone: this computer saw one with 9 entries"):
            use()
    register.open("Ana", again=True)
    assert len(register.entries()) == 1


def test_a_tag_that_was_changed_is_detected(register: Register) -> None:
    [tag] = _tags(register.folder)
    _git(register.folder, "tag", "-f", "-m", "{}", tag, "HEAD", who=True)
    assert any("holds no checkpoint" in p for p in _all(register))


def test_a_tag_whose_count_was_changed_is_forged(register: Register) -> None:
    [tag] = _tags(register.folder)
    text = _git(register.folder, "for-each-ref", "--format=%(contents:subject)", "refs/tags")
    changed = {**json.loads(text), "count": 3}
    _git(register.folder, "tag", "-f", "-m", canonical(changed), tag, "HEAD", who=True)
    assert any("its signature is forged" in p for p in _all(register))


def test_all_entries_gone_is_no_empty_register(register: Register) -> None:
    _sql(register, "DELETE FROM entry")
    assert "all entries are gone" in _problem(register)


def test_a_second_key_counts_once_the_first_has_signed_it(
    register: Register, tmp_path: Path
) -> None:
    colleague = Register(register.folder, home=tmp_path / "colleague")
    theirs = _signed(colleague)
    found = verify(colleague)
    assert found.sound
    assert found.checkpoint is not None
    assert found.checkpoint.count == 7  # a stranger could have signed the one after it
    _signed(Register(register.folder, home=register.home))
    later = _signed(colleague)
    found = verify(colleague)
    assert found.checkpoint == later != theirs


def test_what_was_lost_for_good_is_written_down_and_the_work_goes_on(
    register: Register, tmp_path: Path
) -> None:
    shutil.copy(register.file, tmp_path / "old.db")
    register.append("note", "Bo", {"n": 6})
    shutil.copy(tmp_path / "old.db", register.file)
    recover(register, "Ana", "the laptop burnt")
    found = verify(register)
    assert found.sound
    assert any("Ana went on after entries were lost" in n for n in found.notes)
    assert register.entries()[-1].body["lost"] != []
    register.append("note", "Bo", {"n": 7})


def test_a_loss_that_the_one_who_cut_the_end_off_wrote_down_himself_does_not_count(
    register: Register, tmp_path: Path
) -> None:
    """The end is cut off up to the first checkpoint, and an entry says that exactly this was lost."""
    anchor(register.folder, _signed(register))
    entries = register.entries()
    _sql(register, "DELETE FROM entry WHERE number > 8")
    told = [{"count": e.number, "head": e.hash, "source": "a fire"} for e in entries]
    eve = Register(register.folder, home=tmp_path / "eve")
    eve.append("recovered", "Ana", {"reason": "a fire", "lost": told})
    for witness in (register, Register(register.folder, home=tmp_path / "auditor")):
        found = verify(witness)
        assert any(
            "git tag" in p and "no key that counts has signed that" in p for p in found.problems
        )
    _signed(eve)
    assert not verify(eve).sound  # her key is not the first one, and nobody vouches for it


def test_a_loss_counts_once_the_first_key_has_signed_it(register: Register, tmp_path: Path) -> None:
    shutil.copy(register.file, tmp_path / "old.db")
    register.append("note", "Bo", {"n": 6})
    anchor(register.folder, _signed(register))
    shutil.copy(tmp_path / "old.db", register.file)
    recover(register, "Ana", "the laptop burnt")
    assert not verify(register).sound
    _signed(register)
    assert verify(register).sound


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("recovered", {"lost": 5}),
        ("recovered", {"lost": [{"count": 9, "head": []}, 7, {"count": "9", "head": {}}]}),
        ("key", {"public": ["a"]}),
        ("key", {"public": "not base64 \u00e9"}),
        ("checkpoint", {"count": True, "head": 1, "time": [], "key": {}, "signature": None}),
        ("waiver", {"control": {}, "until": "2027-02-30"}),
        ("attested", {"row": [], "evidence": [{"path": "../../etc/passwd", "sha256": 1}]}),
        ("approved", {"item": -1}),
    ],
)
def test_an_entry_of_another_form_breaks_nothing(
    register: Register, kind: str, body: dict[str, object]
) -> None:
    register.append(kind, "Eve", body)
    found = verify(register)
    assert len(found.entries) == 10
    register.append("note", "Bo", {})


@pytest.mark.parametrize(
    "spelling",
    ["ANA", " Ana ", "A\u200bna", "\uff21na", "A\u00adna", "An\u2060a"],
    ids=["case", "space", "zero width", "full width", "soft hyphen", "joiner"],
)
def test_who_asked_may_not_approve_under_another_spelling(
    register: Register, spelling: str
) -> None:
    until = register.now().date()
    wanted = WaiverBody(control="no-tests", subject="*", reason="a demo", until=until)
    number = ask(register, spelling, wanted).number
    with pytest.raises(ShipworthyError):
        approve(register, "Ana", number)
    register.append("approved", "Ana", {"item": number, "reason": "fine"})
    waiver = next(w for w in standing_of(register.entries()).waivers if w.number == number)
    assert waiver.state(until) is State.PENDING


@pytest.mark.parametrize("beside", ["-wal", "-journal", "-shm"])
def test_a_link_beside_the_register_leads_no_write_out_of_the_folder(
    register: Register, tmp_path: Path, beside: str
) -> None:
    outside = tmp_path / "precious.txt"
    outside.write_text("keep me")
    link = Path(f"{register.file}{beside}")
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    for use in (lambda: register.append("note", "Bo", {}), lambda: verify(register)):
        with suppress(ShipworthyError):
            use()
    assert outside.read_text() == "keep me"


def test_an_entry_far_behind_the_end_is_seen_and_nothing_follows_it(register: Register) -> None:
    _sql(register, "INSERT INTO entry VALUES (9223372036854775807, ?, ?)", "{}", digest("{}"))
    assert any("is missing" in p or "are missing" in p for p in _all(register))
    with pytest.raises(BrokenRegister):
        register.append("note", "Bo", {})


def test_a_key_that_was_slipped_in_before_a_checkpoint_is_named(
    register: Register, tmp_path: Path
) -> None:
    stranger = signing_key(tmp_path / "eve", register.folder)
    body = {"public": stranger.public, "fingerprint": stranger.fingerprint}
    register.append("key", "Bo", body)
    said = f"Bo brought another signing key, {stranger.fingerprint}; it "
    assert any(said + "does not count yet" in note for note in verify(register).notes)
    _signed(register)
    assert any(said + "counts" in note for note in verify(register).notes)


def test_a_broken_chain_cannot_be_recovered(register: Register) -> None:
    _sql(register, "DELETE FROM entry WHERE number = 3")
    with pytest.raises(BrokenRegister):
        recover(register, "Ana", "never mind")


def test_a_clock_put_back_is_said_and_nothing_is_lost(register: Register) -> None:
    slow = Register(register.folder, register.home, lambda: datetime(2001, 1, 1, tzinfo=UTC))
    slow.append("note", "Bo", {})
    found = verify(register)
    assert found.sound
    assert any("entry 10: the clock said 2001-01-01T00:00:00Z" in n for n in found.notes)


@pytest.mark.parametrize("field", ["time", "clock"])
def test_an_entry_that_is_dated_back_is_detected(register: Register, field: str) -> None:
    """Written by hand behind the last one, with a hash of its own: an approval of last week."""
    last = register.entries()[-1]
    late = Entry(10, last.hash, last.time, last.time, "note", "Bo", {"n": 7})
    forged = replace(late, **{field: last.time - timedelta(days=7 if field == "time" else -7)})
    _sql(register, "INSERT INTO entry VALUES (10, ?, ?)", forged.document, forged.hash)
    assert any("entry 10 has another time than its clock" in p for p in _all(register))


def test_a_clock_far_ahead_is_named_at_once(register: Register) -> None:
    fast = Register(register.folder, register.home, lambda: datetime(2099, 1, 1, tzinfo=UTC))
    fast.append("note", "Bo", {})
    said = [n for n in verify(register).notes if "2099-01-01" in n]
    assert len(said) == 1
    assert "entry 10 is of 2099-01-01T00:00:00Z, and this clock says" in said[0]
    assert not any("is of" in n for n in verify(fast).notes)


def test_the_private_key_is_for_its_owner_alone_and_outside_the_prototype(
    register: Register,
) -> None:
    file = register.home / "signing-key.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(NoKey, match="chmod 600"):
        signing_key(register.home, register.folder)
    with pytest.raises(NoKey, match="inside the prototype"):
        signing_key(register.folder / ".config", register.folder)


def test_a_clone_is_verified_by_its_tags(register: Register, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "-q", str(register.folder), str(clone))
    (clone / ".shipworthy").mkdir()
    shutil.copy(register.file, clone / ".shipworthy/register.db")
    theirs = Register(clone, home=tmp_path / "their-home")
    assert verify(theirs).sound
    _sql(theirs, "DELETE FROM entry WHERE number > 6")
    assert not verify(theirs).sound


def _signed(register: Register) -> Checkpoint:
    return write_checkpoint(register, "Ana", signing_key(register.home, register.folder))


def _signed_body(key: SigningKey, register: Register, last: Entry, named: str) -> dict[str, object]:
    made = Checkpoint(
        str(register.entries()[0].body["register"]),
        last.number,
        last.hash,
        "2026-01-01T00:00:00Z",
        named,
        "",
    )
    made = replace(made, signature=key.sign(made.statement))
    return {k: getattr(made, k) for k in ("count", "head", "time", "key", "signature")}


def _rewrite(
    register: Register, from_number: int, replaced: dict[int, dict[str, object]] | None = None
) -> None:
    """What somebody with the file and all knowledge would do: a whole new chain from there on."""
    entries = list(register.entries())
    previous = entries[from_number - 2].hash if from_number > 1 else entries[0].previous
    for entry in entries[from_number - 1 :]:
        body = (replaced or {}).get(entry.number, {**entry.body})
        if entry.kind == "note":
            body = {"n": "changed"}
        made = replace(entry, previous=previous, body=body)
        _sql(
            register,
            "UPDATE entry SET document = ?, hash = ? WHERE number = ?",
            made.document,
            made.hash,
            made.number,
        )
        previous = made.hash


def _problem(register: Register) -> str:
    return _all(register)[0]


def _all(register: Register) -> tuple[str, ...]:
    found: Verification = verify(register)
    assert not found.sound
    return found.problems


def _document(register: Register, number: int) -> str:
    document = register.entries()[number - 1].document
    assert entry_of(document).number == number
    return document


def _sql(register: Register, statement: str, *values: object) -> None:
    """Change the file as somebody would who takes the guards off and puts them back."""
    with closing(sqlite3.connect(register.file)) as connection, connection:
        guards = dict(
            connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        )
        for name in _GUARDS:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
        for name in _GUARDS:
            connection.execute(guards[name])


def _git(folder: Path, *arguments: str, who: bool = False) -> str:
    named = ("-c", "user.name=E", "-c", "user.email=e@example.org") if who else ()
    ran = subprocess.run(
        ["git", *named, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return ran.stdout


def _tags(folder: Path) -> list[str]:
    return _git(folder, "tag").split()


def _drop_tags(folder: Path) -> None:
    for tag in _tags(folder):
        _git(folder, "tag", "-d", tag)
