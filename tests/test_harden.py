"""Harden: each remedy is a commit with its proof, or leaves no trace; the user's files are never touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardened import FILES, commit, git, repository, state
from shipworthy.cli.main import app
from shipworthy.harden.hardening import Hardening
from shipworthy.harden.plan import Wanted
from shipworthy.harden.repository import BRANCH, CannotHarden
from shipworthy.pipeline import HardenOptions, run_harden
from shipworthy.remedy import Review
from shipworthy.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "examples"
TIMEOUTS = frozenset({"outbound-call-without-timeout"})


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies are made below the test's own folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "shipworthy" / "harden" / "runs"


def hardened(root: Path, **options: object) -> Hardening:
    chosen = {"wanted": Wanted(TIMEOUTS), "build": False} | options
    return run_harden(root, Settings(), HardenOptions(**chosen))  # type: ignore[arg-type]


def test_each_gap_becomes_one_commit_with_its_proof(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    done = hardened(root)
    subjects = {c.closed[0].finding.subject for c in done.commits}
    assert len(done.commits) == len(subjects) >= 2
    log = git(root, "log", "--format=%B", f"main..{BRANCH}")
    for one in done.commits:
        assert f"Shipworthy-Finding: {one.closed[0].finding.subject}\n" in log
    assert "Shipworthy-Proof-Before: observed: " in log
    assert "Shipworthy-Proof-After: " in log
    assert "Shipworthy-Review: careful" in log


def test_the_checkout_is_not_touched(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    before = state(root)
    hardened(root)
    after = state(root)
    assert after.pop(f".git/refs/heads/{BRANCH}")
    assert after == before


def test_a_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    first = hardened(root)
    second = hardened(root)
    assert first.commits
    assert not second.commits
    assert second.tip == first.tip == git(root, "rev-parse", BRANCH)


def test_a_commit_can_be_taken_back_by_its_own_words(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    done = hardened(root)
    git(root, "switch", "-q", BRANCH)
    first = done.commits[0]
    words = first.undo.split("'")[1]
    git(root, "-c", "user.name=t", "-c", "user.email=t@localhost", "revert", "--no-edit", words)
    assert git(root, "diff", f"{first.sha}~", "HEAD", "--", *first.paths) == ""


def test_a_prototype_in_a_subfolder_is_hardened_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "mono", prefix="apps/weather")
    (root.parent.parent / "other.txt").write_text("other\n")
    commit(tmp_path / "mono", "other")
    done = hardened(root)
    changed = git(root, "diff", "--name-only", f"main..{BRANCH}").splitlines()
    assert done.commits
    assert all(path.startswith("apps/weather/") for path in changed)


def test_no_workflow_is_written_where_nobody_runs_it(tmp_path: Path) -> None:
    tests = {"tests/test_rates.py": "def test_rates():\n    assert True\n"}
    top = tmp_path / "many"
    more = {f"prices_{n}.py": f"def price():\n    return {n}\n" for n in range(6)}
    repository(top, FILES | tests | more, prefix="apps/small")
    done = hardened(top / "apps/small", wanted=Wanted(frozenset({"no-ci"})))
    assert done.commits == ()
    assert ["GitHub" in r.reason for r in done.refused] == [True]


def test_apply_moves_the_branch_on(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    done = hardened(root, apply=True)
    assert done.applied
    assert git(root, "rev-parse", "main") == done.tip
    assert git(root, "status", "--porcelain") == ""
    assert "timeout" in (root / "calendars.py").read_text()


def test_apply_refuses_a_checkout_with_changes(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    (root / "README.md").write_text("changed\n")
    before = state(root)
    with pytest.raises(CannotHarden, match=r"commit or stash README\.md"):
        hardened(root, apply=True)
    assert state(root) == before


def test_apply_leaves_files_alone_that_are_not_under_version_control(tmp_path: Path) -> None:
    root = repository(tmp_path / "app", FILES | {".gitignore": ".github/\n"})
    (root / "notes.txt").write_text("mine\n")
    ci = root / ".github/workflows/ci.yml"
    ci.parent.mkdir(parents=True)
    ci.write_text("mine\n")
    wanted = Wanted(frozenset({"outbound-call-without-timeout"}))
    assert hardened(root, wanted=wanted, apply=True).applied
    assert ((root / "notes.txt").read_text(), ci.read_text()) == ("mine\n", "mine\n")
    git(root, "add", "-f", str(ci))
    commit(root, "ci")
    git(root, "branch", "-f", BRANCH)
    git(root, "reset", "-q", "--hard", "HEAD~")
    ci.parent.mkdir(parents=True)
    ci.write_text("other\n")
    with pytest.raises(CannotHarden, match=r"would overwrite .* move \.github/workflows/ci\.yml"):
        hardened(root, wanted=wanted, apply=True)
    assert ci.read_text() == "other\n"


@pytest.mark.parametrize("runs", [1, 2])
def test_what_leaves_version_control_stays_on_disk_with_apply(tmp_path: Path, runs: int) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" * 2
    root = repository(tmp_path / "app", FILES | {".env": f"STRIPE_SECRET_KEY={secret}\n"})
    (root / ".env").chmod(0o600)
    wanted = Wanted(frozenset({"env-file-committed"}))
    for number in range(runs):  # the second finds nothing to do, and moves the branch on
        done = hardened(root, wanted=wanted, apply=number == runs - 1)
    assert done.applied
    assert (root / ".env").read_text() == f"STRIPE_SECRET_KEY={secret}\n"
    assert (root / ".env").stat().st_mode & 0o777 == 0o600
    assert ".env" not in git(root, "ls-files").splitlines()


def test_changes_that_are_not_committed_are_not_hardened_and_stay(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    (root / "calendars.py").write_text("# rewritten\n")
    done = hardened(root)
    assert "the last commit is hardened" in done.notes[0]
    assert (root / "calendars.py").read_text() == "# rewritten\n"


def test_safe_alone_leaves_careful_remedies_for_a_person(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    done = hardened(root, wanted=Wanted(TIMEOUTS, Review.SAFE))
    assert not done.commits
    assert {left.finding.control for left in done.closable} >= TIMEOUTS


def test_what_the_user_does_not_want_leaves_no_trace(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    done = hardened(root, choose=lambda finding, *_: "calendars" in finding.subject)
    assert [c.paths for c in done.commits] == [("calendars.py",)]
    assert {r.reason for r in done.refused} == {"you did not want it"}


def test_nothing_of_the_copy_is_left(tmp_path: Path, own_cache: Path) -> None:
    hardened(repository(tmp_path / "app"))
    assert list(own_cache.iterdir()) == []


def test_the_command_writes_a_patch_and_no_branch(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    before = state(root)
    ran = CliRunner().invoke(
        app, ["harden", str(root), "--dry-run", "--no-build", "--only", next(iter(TIMEOUTS))]
    )
    assert "+" in ran.stdout
    assert "diff --git a/calendars.py" in ran.stdout
    assert state(root) == before


def test_a_patch_shows_no_secret_that_it_takes_out(tmp_path: Path) -> None:
    secret, own = "sk_live_51QvwlscB59Gd1hVDoIonIru", "harbor-of-the-north"
    root = repository(tmp_path / "app")
    key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
    pem = f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----"
    settings = f'STRIPE_SECRET_KEY={secret}\nPROJECT_WORD={own}\nSIGNING="{pem}"\nDEBUG=1\n'
    (root / ".env").write_text(settings, "utf-8")
    git(root, "add", "-f", ".env")
    commit(root, "settings")
    ran = CliRunner().invoke(app, ["harden", str(root), "--dry-run", "--no-build"])
    assert "deleted file" in ran.stdout
    assert secret not in ran.stdout
    assert own not in ran.stdout
    assert key not in ran.stdout
    assert "-DEBUG=1" in ran.stdout


def test_the_document_meets_its_schema(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    from shipworthy.report.hardening_document import hardening_schema

    root = repository(tmp_path / "app")
    arguments = ["harden", str(root), "--no-build", "--only", next(iter(TIMEOUTS)), "--json"]
    document = json.loads(CliRunner().invoke(app, arguments).stdout)
    Draft202012Validator(hardening_schema()).validate(document)
    assert document["written"]
    assert len(document["commits"]) >= 2


@pytest.mark.parametrize("name", ["assistant", "marketplace"])
def test_no_blocker_of_an_example_is_left_that_a_machine_may_close(
    tmp_path: Path, name: str
) -> None:
    """The third example is hardened with its build in the journey; without one, what a lock file must
    follow is refused."""
    root = tmp_path / name
    skipped = shutil.ignore_patterns("node_modules", ".next", "__pycache__")
    shutil.copytree(EXAMPLES / name, root, ignore=skipped)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A", "-f")
    commit(root, "start")
    done = hardened(root, wanted=Wanted())
    assert len(done.commits) >= 30
    asked_of_builds = [r for r in done.failed if "--no-build leaves out" in r.reason]
    assert {r.finding.control for r in asked_of_builds} <= {"vulnerable-dependency"}
    assert list(done.failed) == asked_of_builds, done.failed
    assert not [one for one in done.closable if one.finding.severity.blocks_launch], done.closable
    assert len(done.after.blockers) < len(done.before.blockers)


def test_what_was_not_asked_for_is_not_thorough(tmp_path: Path) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" * 2
    root = repository(tmp_path / "app", FILES | {"keys.py": f'STRIPE_SECRET_KEY = "{secret}"\n'})
    done = hardened(root, deliver=False)
    assert {one.finding.control for one in done.closable} >= {"secret-in-code"}
    assert not done.is_thorough


@pytest.mark.parametrize(("only", "closed"), [("ai", []), ("model-address-in-code", ["ask.py"])])
def test_who_names_a_control_answers_its_questions(
    tmp_path: Path, only: str, closed: list[str]
) -> None:
    code = 'from openai import OpenAI\n\nclient = OpenAI(base_url="https://openrouter.ai/api/v1")\n'
    root = repository(tmp_path / "app", {"ask.py": code})
    done = hardened(root, wanted=Wanted(frozenset({only})))
    assert [path for made in done.commits for path in made.paths] == closed
