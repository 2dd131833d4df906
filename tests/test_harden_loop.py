"""The loop keeps what holds and takes back what does not, with made-up controls and checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardened import git, repository
from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.harden import Hardening, harden
from shipworthy.harden.checks import (
    WORKFLOWS,
    Check,
    Failed,
    Own,
    Passed,
    Result,
    Unknown,
    Worse,
    both,
    worsened,
)
from shipworthy.harden.closing import Options
from shipworthy.harden.commit import before_of, message, subject_of
from shipworthy.harden.hardening import Closed
from shipworthy.harden.migrations import joined
from shipworthy.harden.node_checks import type_errors
from shipworthy.harden.repository import find_repository
from shipworthy.harden.scratch import scratch_of
from shipworthy.prototype import Prototype, read_prototype
from shipworthy.remedy import Delete, Remedy, Review, Untrack, Write
from shipworthy.settings import Settings


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Todo(
    Control,
    id="todo",
    title="A word that must not be there",
    consequence="Somebody reads it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Finds the word TODO in a file; its remedy replaces it."""

    word, better = "TODO", "done"

    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        for path, file in prototype.files.items():
            if self.word in (file.text or ""):
                yield self.gap(
                    path, f"{self.word} in {path}", Evidence("code", "x", Location(path))
                )
            else:
                yield self.satisfied(path, f"no {self.word}")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        text = prototype.files[finding.subject].text or ""
        changed = text.replace(self.word, self.better)
        return Remedy(f"Mend {finding.subject}", Review.SAFE, (Write(finding.subject, changed),))


class Fixme(
    Todo,
    id="fixme",
    title="Another word",
    consequence="Somebody reads it.",
    severity=Severity.HIGH,
    satisfies=("A10",),
):
    """Finds FIXME."""

    word, better = "FIXME", "done"


class FileCheck:
    """A check that looks for a word in all files of the copy."""

    def __init__(self, root: Path, word: str, slow: bool) -> None:
        self.root, self.word, self.slow = root, word, slow
        self.whole = True
        self.asked = 0

    @property
    def name(self) -> str:
        return f"no {self.word}"

    def concerns(self, path: str) -> bool:
        return path.endswith(".py")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed
        self.asked += 1
        found = {
            f"{p.name}: {self.word}": 1
            for p in self.root.glob("*.py")
            if self.word in p.read_text()
        }
        return Failed(found) if found else Passed()


FILES = {f"m{n}.py": f"x = {n}  # TODO\n" for n in range(8)}


def run(
    folder: Path,
    controls: Sequence[Control],
    files: dict[str, str] | None = None,
    word: str = "",
    slow: bool = False,
) -> tuple[Hardening, dict[str, str]]:
    """Harden a repository of these files; the result and the files as they are afterwards."""
    root = repository(folder, files or FILES)

    def read(place: Path, earlier: Prototype | None) -> Prototype:
        prototype = read_prototype(place, Settings(workers=1))
        if earlier is not None:
            prototype.keep_facts_of(earlier)
        return prototype

    for control in controls:
        type(control).area = "reliability"  # these live in no area's folder
    with scratch_of(find_repository(root)) as scratch:
        checks: list[Check] = [FileCheck(scratch.root, word, slow)] if word else []
        done = harden(
            find_repository(root),
            scratch,
            read,
            Options(),
            lambda _: Own(tuple(checks)),
            tuple(controls),
        )
        assert git(scratch.top, "status", "--porcelain") == ""
        assert git(scratch.top, "rev-parse", "HEAD") == done.tip
        left = {p.name: p.read_text(errors="replace") for p in scratch.root.glob("*.py")}
    return done, left


def test_all_that_holds_is_kept(tmp_path: Path) -> None:
    done, files = run(tmp_path / "a", [Todo()])
    assert len(done.commits) == 8
    assert not done.refused
    assert not any("TODO" in text for text in files.values())


class AtOnce(
    Todo,
    id="at-once",
    title="What one change closes in several places",
    consequence="Somebody reads it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """The same changes mend all even files; `m3.py` has none that help."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        even = [f"m{n}.py" for n in range(0, 8, 2)]
        if finding.subject == "m3.py":
            return Remedy("Try in vain", Review.SAFE, (Write("m3.py", "x = 3  # TODO!\n"),))
        if finding.subject not in even:
            return super().remedy(prototype, finding)
        texts = [(path, (prototype.files[path].text or "").replace("TODO", "")) for path in even]
        return Remedy("Mend them", Review.SAFE, tuple(Write(path, text) for path, text in texts))


def test_gaps_that_the_same_changes_close_share_a_commit(tmp_path: Path) -> None:
    done, files = run(tmp_path / "a", [AtOnce()])
    closed = [[one.finding.subject for one in commit.closed] for commit in done.commits]
    assert sorted(closed) == [["m0.py", "m2.py", "m4.py", "m6.py"], ["m1.py"], ["m5.py"], ["m7.py"]]
    shared = next(commit for commit in done.commits if len(commit.closed) == 4)
    assert shared.subject == "Mend them"
    assert [r.finding.subject for r in done.refused] == ["m3.py"]
    assert [name for name, text in files.items() if "TODO" in text] == ["m3.py"]


def test_the_same_changes_are_tried_once_where_they_cannot_be_made(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def bring_along(paths: Iterable[str]) -> str:
        asked.append(sorted(paths))
        return "it cannot follow" if len(asked[-1]) > 1 else ""

    root = repository(tmp_path / "a", FILES)
    control = AtOnce()
    type(control).area = "reliability"
    with scratch_of(find_repository(root)) as scratch:
        done = harden(
            find_repository(root),
            scratch,
            lambda place, _: read_prototype(place, Settings(workers=1)),
            Options(),
            lambda _: Own((), bring_along=bring_along),
            (control,),
        )
    assert asked.count(["m0.py", "m2.py", "m4.py", "m6.py"]) == 1
    assert {r.reason for r in done.refused if r.finding.subject != "m3.py"} == {"it cannot follow"}
    assert len(done.commits) == 3


class Opening(
    Todo,
    id="opening",
    title="A remedy that opens another gap",
    consequence="It is no remedy.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedy writes FIXME in two of the files."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        better = "FIXME" if finding.subject in ("m2.py", "m5.py") else "done"
        text = (prototype.files[finding.subject].text or "").replace("TODO", better)
        return Remedy("Make it worse", Review.SAFE, (Write(finding.subject, text),))


def test_a_remedy_that_opens_another_gap_is_found_in_its_batch_and_leaves_no_trace(
    tmp_path: Path,
) -> None:
    done, files = run(tmp_path / "a", [Opening(), Fixme()])
    assert {r.finding.subject for r in done.refused} == {"m2.py", "m5.py"}
    assert all("opens another gap: fixme" in r.reason for r in done.refused)
    assert len(done.commits) == 6
    assert {name for name, text in files.items() if "TODO" in text} == {"m2.py", "m5.py"}


class Asked(
    Todo,
    id="asked",
    title="What can be asked once the first gap is closed",
    consequence="Somebody reads it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Finds "done" where a TODO stood, and cannot look before."""

    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        for path, file in prototype.files.items():
            text = file.text or ""
            if "done" in text:
                yield self.gap(path, "it can be asked", Evidence("code", "x", Location(path)))
            elif "TODO" in text:
                yield self.answer(path)

    def answer(self, path: str) -> Finding:
        """Before: nothing can be said."""
        return self.unknown(path, "it cannot be asked")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        del prototype, finding
        return None


class InOrder(
    Asked,
    id="in-order",
    title="What was in order before",
    consequence="Somebody reads it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """The same, and it was in order before."""

    def answer(self, path: str) -> Finding:
        return self.satisfied(path, "it is in order")


class Worst(
    Asked,
    id="worst",
    title="What is worse than the gap",
    consequence="Somebody reads it.",
    severity=Severity.HIGH,
    satisfies=("A10",),
):
    """The same, and it is more severe."""


def test_what_can_be_asked_only_now_is_progress(tmp_path: Path) -> None:
    done, _ = run(tmp_path / "a", [Todo(), Asked()])
    assert len(done.commits) == 8
    assert {gap.control for gap in done.after.gaps} == {"asked"}


@pytest.mark.parametrize("control", [InOrder, Worst])
def test_what_was_in_order_or_is_worse_is_no_progress(tmp_path: Path, control: type[Asked]) -> None:
    done, _ = run(tmp_path / "a", [Todo(), control()], {"m.py": "x = 1  # TODO\n"})
    assert not done.commits
    assert [r.reason for r in done.refused] == [
        f"it opens another gap: {control.id} on m.py: it can be asked"
    ]


class Idle(
    Todo,
    id="idle",
    title="A remedy that does not help",
    consequence="It is no remedy.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedy leaves the word where it is in one file."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        text = prototype.files[finding.subject].text or ""
        better = "TODO really" if finding.subject == "m3.py" else "done"
        changed = text.replace("TODO", better)
        return Remedy("Mend", Review.SAFE, (Write(finding.subject, changed),))


def test_a_remedy_that_does_not_close_its_gap_leaves_no_trace(tmp_path: Path) -> None:
    done, files = run(tmp_path / "a", [Idle()])
    assert [(r.finding.subject, r.reason) for r in done.refused] == [
        ("m3.py", "the gap is still there: TODO in m3.py")
    ]
    assert files["m3.py"] == FILES["m3.py"]
    assert len(done.commits) == 7


class Breaking(
    Todo,
    id="breaking",
    title="A remedy that breaks a check",
    consequence="It is no remedy.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedy writes what a check refuses in one file."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        text = prototype.files[finding.subject].text or ""
        better = "BROKEN" if finding.subject == "m4.py" else "done"
        changed = text.replace("TODO", better)
        return Remedy("Mend", Review.SAFE, (Write(finding.subject, changed),))


@pytest.mark.parametrize("slow", [False, True])
def test_a_remedy_that_breaks_a_check_is_found_and_leaves_no_trace(
    tmp_path: Path, slow: bool
) -> None:
    done, files = run(tmp_path / "a", [Breaking()], word="BROKEN", slow=slow)
    assert [(r.finding.subject, r.reason) for r in done.refused] == [
        ("m4.py", "no BROKEN: m4.py: BROKEN")
    ]
    assert files["m4.py"] == FILES["m4.py"]
    assert len(done.commits) == 7
    before = "" if slow else "passes"  # what passes afterwards needs no look at how it was
    assert [(c.before, c.after, c.worse) for c in done.checks] == [(before, "passes", False)]


class Migrated(
    Todo,
    id="migrated",
    title="Something that a migration mends",
    consequence="Somebody reads it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Each word wants a migration; that of m6.py must be looked at in another way."""

    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        said = "".join(f.text or "" for f in prototype.files.values() if f.path.endswith(".sql"))
        for path in FILES:
            name = path.removesuffix(".py")
            found = self.satisfied if f"on {name} " in said else self.gap
            yield found(path, name, Evidence("code", "x", Location(path)))

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        del prototype
        name = finding.subject.removesuffix(".py")
        review = Review.CAREFUL if name == "m6" else Review.SAFE
        script = (
            "-- The time of a change is set.\n"
            "create or replace function f() returns int language sql as $$ select 1 $$;\n\n"
            f"create trigger t before update on {name} execute function f();\n"
        )
        folder = "supabase/migrations"
        path = f"{folder}/20250101000001_shipworthy_migrated_{name}.sql"
        return Remedy(f"Migrate {name}", review, (Write(path, script),))


def test_migrations_of_one_control_stand_in_one_file_and_one_commit(tmp_path: Path) -> None:
    migrations = "supabase/migrations"
    done, _ = run(tmp_path / "a", [Migrated()])
    assert [c.paths for c in done.commits] == [
        (f"{migrations}/20250101000001_shipworthy_migrated.sql",),
        (f"{migrations}/20250101000002_shipworthy_migrated_m6.sql",),
        (f"{migrations}/20250101000003_shipworthy_migrated_m7.sql",),
    ]
    together = done.commits[0]
    assert [one.finding.subject for one in together.closed] == [f"m{n}.py" for n in range(6)]
    assert together.subject == "Close migrated in 6 places"
    assert [c.review for c in done.commits] == [Review.SAFE, Review.CAREFUL, Review.SAFE]


def test_what_several_migrations_repeat_is_said_once() -> None:
    control = Migrated()
    remedies = [control.remedy(None, control.gap(f"m{n}.py", "x")) for n in range(3)]  # type: ignore[arg-type]
    text = ""
    together = remedies[0]
    for remedy in remedies[1:]:
        assert together is not None
        assert remedy is not None
        together = joined(together, remedy)
        assert together is not None
        text = next(c.text for c in together.changes if isinstance(c, Write))
    assert text.count("create or replace function") == 1
    assert text.count("-- The time of a change is set.") == 1
    assert text.count("create trigger") == 3
    assert "on m2 " in text.splitlines()[-1]


def test_what_was_red_before_is_nobodys_fault(tmp_path: Path) -> None:
    files = FILES | {"red.py": "x = 9  # BROKEN\n"}
    done, _ = run(tmp_path / "a", [Todo()], files, word="BROKEN")
    assert len(done.commits) == 8
    assert [str(c.before) for c in done.checks] == ["fails with 1 error"]


class Red:
    """A check that fails before and after, and does not say where."""

    name, slow, whole = "build", True, True

    def concerns(self, path: str) -> bool:
        return path.endswith(".py")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed
        return Failed({}, tail="no network")


@dataclass(frozen=True)
class Broken:
    """A check that was red before and is red afterwards."""

    name: str
    slow: bool = True
    whole: bool = True

    def concerns(self, path: str) -> bool:
        return path.startswith(WORKFLOWS)

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed
        return Failed({"a.ts: TS1": 2})


class NoPipeline(
    Todo,
    id="no-pipeline",
    title="No pipeline",
    consequence="Nobody sees it.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedy adds a pipeline that builds a folder and tests nothing."""

    path = f"{WORKFLOWS}checks.yml"

    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        there = self.path in prototype.files
        yield self.satisfied("app", "one") if there else self.gap("app", "none")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        del prototype, finding
        text = 'working-directory: "web"\n- run: npm run build\n- run: npm run typecheck\n'
        return Remedy("Add a pipeline", Review.SAFE, (Write(self.path, text),))


def test_a_pipeline_that_is_red_from_its_first_day_is_said_to_be(tmp_path: Path) -> None:
    root = repository(tmp_path / "a", {"a.py": "a = 1\n"})
    NoPipeline.area = "testing"
    names = ("build (web/package.json)", "test (package.json)", "types (other/tsconfig.json)")
    with scratch_of(find_repository(root)) as scratch:
        done = harden(
            find_repository(root),
            scratch,
            lambda place, _: read_prototype(place, Settings(workers=1)),
            Options(),
            lambda _: Own(tuple(map(Broken, names))),
            (NoPipeline(),),
        )
    assert [c.subject for c in done.commits] == ["Add a pipeline"]
    assert done.notes == (
        ".github/workflows/checks.yml is red until this is mended:"
        " build (web/package.json) fails with 2 errors",
    )


def test_a_setting_is_not_kept_that_a_red_build_alone_could_prove(tmp_path: Path) -> None:
    root = repository(tmp_path / "a", FILES)
    control = Todo()
    type(control).area = "reliability"
    with scratch_of(find_repository(root)) as scratch:
        done = harden(
            find_repository(root),
            scratch,
            lambda place, _: read_prototype(place, Settings(workers=1)),
            Options(),
            lambda _: Own((Red(),), alone_tells=lambda _, path, *__: path == "m4.py"),
            (control,),
        )
    assert [(r.finding.subject, r.reason) for r in done.refused] == [
        ("m4.py", "build was red before: nobody can tell whether it holds")
    ]
    assert len(done.commits) == 7


class Moody:
    """Tests of which another one fails each time, beside those that `broken` files break."""

    name, slow, whole = "test", True, True

    def __init__(self, root: Path) -> None:
        self.root, self.asked = root, 0

    def concerns(self, path: str) -> bool:
        return path.endswith(".py")

    def __call__(self, changed: Sequence[str]) -> Result:
        del changed
        self.asked += 1
        broken = {p.name: 1 for p in self.root.glob("*.py") if "BROKEN" in p.read_text()}
        return Failed({f"moody {self.asked}": 1, "always red": 1, **broken})


@pytest.mark.parametrize(("word", "commits", "asked"), [("done", 8, 3), ("BROKEN", 7, 0)])
def test_tests_that_fail_by_chance_blame_no_change(
    tmp_path: Path, word: str, commits: int, asked: int
) -> None:
    """Asked after, before and after again; what fails both times is looked for."""
    root = repository(tmp_path / "a", FILES)
    control = Todo() if word == "done" else BreaksOne()
    type(control).area = "reliability"
    with scratch_of(find_repository(root)) as scratch:
        tests = Moody(scratch.root)
        done = harden(
            find_repository(root),
            scratch,
            lambda place, _: read_prototype(place, Settings(workers=1)),
            Options(),
            lambda _: Own((tests,)),
            (control,),
        )
    assert len(done.commits) == commits
    assert [r.finding.subject for r in done.refused] == (["m5.py"] if commits == 7 else [])
    assert tests.asked == asked or not asked


class BreaksOne(
    Todo,
    id="breaks-one",
    title="A remedy that breaks a test in one file",
    consequence="It is no remedy.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedy breaks `m5.py`."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        better = "BROKEN" if finding.subject == "m5.py" else "done"
        text = (prototype.files[finding.subject].text or "").replace("TODO", better)
        return Remedy("Mend it", Review.SAFE, (Write(finding.subject, text),))


class Fenced(
    Todo,
    id="fenced",
    title="A remedy that reaches out",
    consequence="It is no remedy.",
    severity=Severity.MEDIUM,
    satisfies=("A10",),
):
    """Its remedies name files that are not the prototype's."""

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        del prototype
        changes = {
            "m0.py": Write("../outside.py", "x\n"),
            "m1.py": Write(".git/config", "x\n"),
            "m2.py": Delete("/etc/hostname"),
            "m3.py": Write("linked/x.py", "x\n"),
            "m4.py": Untrack("m4.py"),
        }
        found = changes.get(finding.subject)
        return Remedy("Reach out", Review.SAFE, (found,)) if found else None


def test_a_remedy_that_leaves_the_prototype_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "linked").symlink_to("/tmp")  # noqa: S108
    done, _ = run(tmp_path / "a", [Fenced()])
    reasons = {r.finding.subject: r.reason for r in done.refused}
    assert "no file of the prototype" in reasons["m0.py"]
    assert "no file of the prototype" in reasons["m1.py"]
    assert "no file of the prototype" in reasons["m2.py"]
    assert "symbolic link" in reasons["m3.py"]
    assert "changes nothing" in reasons["m4.py"]
    assert not done.commits


def test_a_file_that_was_not_read_as_it_is_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "latin.py").write_bytes(b"x = 'caf\xe9'  # TODO\n")
    (tmp_path / "a" / "mark.py").write_bytes(b"\xef\xbb\xbfx = 1  # TODO\r\n")
    done, _ = run(tmp_path / "a", [Todo()], {"m.py": "x = 1\n"})
    assert [r.finding.subject for r in done.refused] == ["latin.py"]
    assert [c.closed[0].finding.subject for c in done.commits] == ["mark.py"]


def test_what_fails_by_chance_is_what_fails_once() -> None:
    once, again = Failed({"a": 1, "b": 2}), Failed({"b": 1, "c": 1})
    assert both(once, again) == Failed({"b": 1})
    assert both(once, Passed()) == both(Unknown("slow"), Passed()) == Passed()
    assert both(once, Unknown("slow")) == both(Unknown("slow"), once) == once
    assert both(Unknown("slow"), Unknown("slow")) == Unknown("slow")


def test_only_what_is_worse_counts() -> None:
    assert not worsened(Unknown("no Node.js"), Failed({}))
    assert not worsened(Failed({"a": 2}), Failed({"a": 2}))
    assert not worsened(Failed({"a": 2}), Passed())
    assert worsened(Failed({"a": 2}), Failed({"a": 3}))
    assert worsened(Passed(), Unknown("took longer than 1 s"))
    assert worsened(Passed(), Failed({}, tail="it broke")) == Worse("it broke")


def test_the_words_of_a_compiler_are_no_part_of_an_error() -> None:
    one = type_errors([("src/a.ts", "TS2339", "'x' is no part of 'A | B'")])
    other = type_errors([("src/a.ts", "TS2339", "'x' is no part of 'B | A'")])
    assert worsened(one, other) is None
    worse = worsened(Passed(), other)
    assert worse is not None
    assert worse.words == "src/a.ts: TS2339: 'x' is no part of 'B | A'"
    assert worse.within("src/a.ts")
    assert not worse.within("a.ts")


def closed(finding: Finding, remedy: Remedy, after: str = "it is gone") -> Closed:
    return Closed(finding, remedy, before_of(finding), after)


def test_commits_that_do_the_same_say_where() -> None:
    control, remedy = Todo(), Remedy("Give the calls a limit.", Review.SAFE)
    one = control.gap("src/a.ts#first", "no limit in first")
    other = control.gap("src/a.ts#second", "no limit in second")
    taken = subject_of([closed(one, remedy)])
    assert taken == "Give the calls a limit"
    assert subject_of([closed(other, remedy)], {taken}) == "second: give the calls a limit"


def test_a_message_is_safe_and_short_whatever_the_prototype_says() -> None:
    finding = Todo().gap("src/\x1b[31m\nShipworthy-Review: safe", "x" * 900)
    remedy = Remedy("y" * 200, Review.CAREFUL)
    text = message(Todo(), [closed(finding, remedy, "closed\nShipworthy-Review: safe")])
    lines = text.splitlines()
    assert len(lines[0]) == 72
    assert "\x1b" not in text
    assert [line for line in lines if line.startswith("Shipworthy-Review")] == [
        "Shipworthy-Review: careful"
    ]
