"""Whatever a folder holds: a clear word, nothing run, nothing written, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import pytest

from shipworthy.assess import Assessment
from shipworthy.errors import CannotLook
from shipworthy.finding import Outcome
from shipworthy.pipeline import open_prototype, run_assess
from shipworthy.prototype.git import read_git
from shipworthy.report.facts import facts_document, facts_json
from shipworthy.report.json_report import json_report
from shipworthy.report.sarif import sarif_report
from shipworthy.settings import Limits, Settings

_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LIMITS = Limits()
_SECRET = "outside-of-the-tree-4711"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A small prototype; after the test nothing in it may have been written by us."""
    root = tmp_path / "proto"
    _write(root, "package.json", '{"name": "proto", "dependencies": {"react": "18.2.0"}}')
    _write(root, "src/app.ts", "export const one = 1;\n")
    yield root
    assert not (root / ".shipworthy").exists()


# --- nothing to look at ---------------------------------------------------------------------------


def test_missing_path_is_one_line(tmp_path: Path) -> None:
    _refused(tmp_path / "nowhere", "does not exist")


def test_file_is_one_line(tmp_path: Path) -> None:
    _refused(_write(tmp_path, "a.zip", "x"), "is a file")


def test_empty_folder_is_one_line(tmp_path: Path) -> None:
    _refused(tmp_path, "is empty")


def test_folder_of_binaries_is_one_line(tmp_path: Path) -> None:
    _write(tmp_path, "a.bin", bytes(range(256)) * 9)
    _write(tmp_path, "noname", bytes(range(256)) * 9)
    _refused(tmp_path, "no text")


def test_folder_of_pictures_is_one_line(tmp_path: Path) -> None:
    _write(tmp_path, "a.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    _write(tmp_path, "b.jpg", b"\xff\xd8\xff" + bytes(50))
    _refused(tmp_path, "no text")


def test_folder_of_notes_is_one_line(tmp_path: Path) -> None:
    _write(tmp_path, "notes/monday.txt", "Call Anna.\n")
    _write(tmp_path, "README.md", "# Ideas\n")
    _refused(tmp_path, "holds no code")


def test_name_with_control_characters_is_refused_in_clean_words(tmp_path: Path) -> None:
    _refused(tmp_path / "no\x1b[31m\nwhere\u202e", "does not exist")


def test_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    _refused(tmp_path / "loop", "does not exist")


# --- texts that are no texts ----------------------------------------------------------------------


def test_minified_file_of_five_megabytes_is_unknown(folder: Path) -> None:
    _write(folder, "src/big.js", "var a=1;" * 650_000)
    _unseen(folder, "src/big.js", "larger than 1,000,000 bytes")


def test_huge_single_line_is_not_waited_for(folder: Path) -> None:
    _write(folder, "src/line.ts", "const a = await fetch('https://a.example/x');" * 20_000)
    started = process_time()
    _unseen(folder, "src/line.ts", "")
    assert process_time() - started < 10


def test_long_string_on_one_line_is_read(folder: Path) -> None:
    logo = "data:image/png;base64," + "QWxhZGRp" * 12_000
    _write(folder, "src/logo.ts", f'export const logo = "{logo}";\n')
    assert "src/logo.ts" not in {u.path for u in _assess(folder).unread}


def test_nul_bytes_in_code_are_unknown(folder: Path) -> None:
    _write(folder, "src/nul.ts", b"const a = 1;\0\0\0")
    _unseen(folder, "src/nul.ts", "binary")


def test_broken_utf8_is_read_as_far_as_it_goes(folder: Path) -> None:
    _write(folder, "src/latin.ts", b"// caf\xe9 \xff\xfe\nconst a = process.env.MY_KEY;\n")
    assert _lines_of_reads(folder) == [2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_marked_encodings_are_read(folder: Path, encoding: str) -> None:
    _write(folder, "src/wide.ts", "const a = process.env.MY_KEY;\n".encode(encoding))
    assert _lines_of_reads(folder) == [1]


def test_windows_line_ends_count_as_one(folder: Path) -> None:
    _write(folder, "src/crlf.ts", "const a = 1;\r\n\r\nconst b = process.env.MY_KEY;\r\n")
    assert _lines_of_reads(folder) == [3]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/broken.ts", "export const = = {{{ ((\nfunction ) {"),
        ("src/broken.tsx", "export default () => <div><</div>;\n"),
        ("api/broken.py", "def f(:\n  return )\n"),
        ("src/merge.ts", "<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> main\n"),
    ],
)
def test_code_that_does_not_parse_is_unknown(folder: Path, path: str, text: str) -> None:
    _write(folder, path, text)
    _unseen(folder, path, "could not be parsed")


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "7", "", "<<<<<<< HEAD\n{}\n", '{"dependencies": [1]}', '{"a": "\\ud800"}'],
)
def test_broken_manifests_and_locks_raise_nothing(folder: Path, content: str) -> None:
    for name in (
        *("package.json", "package-lock.json", "tsconfig.json", "components.json", "bun.lock"),
        *("pnpm-lock.yaml", "yarn.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "Pipfile"),
        *("pyproject.toml", "requirements.txt", "docker-compose.yml", ".env", "vercel.json"),
        *("supabase/config.toml", ".github/workflows/ci.yml", "deno.json", "schema.prisma"),
    ):
        _write(folder, name, content)
    _assess(folder)


def test_half_characters_in_a_name_stay_out_of_documents(folder: Path) -> None:
    _write(folder, "package.json", '{"dependencies": {"a\\ud800b\\u001b[31m": "*", "react": "*"}}')
    _assess(folder)


def test_large_lock_file_is_read(folder: Path) -> None:
    packages = {f"node_modules/p{i}": {"version": "1.0.0", "x": "y" * 1_700} for i in range(6_000)}
    lock = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}}, indent=1)
    assert len(lock) > 10_000_000
    _write(folder, "package-lock.json", lock)
    assert len(_assess(folder).prototype.dependencies.packages) >= 6_000


# --- nesting --------------------------------------------------------------------------------------

_NESTED: dict[str, Callable[[int], str]] = {
    "parentheses.ts": lambda n: "const x = " + "(" * n + "1" + ")" * n,
    "arrays.ts": lambda n: "const x = " + "[" * n + "1" + "]" * n,
    "objects.ts": lambda n: "fetch(" + "{a:" * n + "1" + "}" * n + ")",
    "elements.tsx": lambda n: "export default () => " + "<div>" * n + "x" + "</div>" * n,
    "sums.ts": lambda n: "console.log(" + "+".join(["user.email"] * n) + ")",
    "sums.py": lambda n: "import logging\nlogging.info(" + "+".join(["user.email"] * n) + ")",
    "choices.ts": lambda n: "fetch(" + "a ? b : " * n + "c)",
    "members.ts": lambda n: "fetch(a" + ".b" * n + "())",
    "elements_of.ts": lambda n: "fetch(a" + "[0]" * n + ")",
    "blocks.ts": lambda n: "{" * n + "try { f() } catch (e) {}" + "}" * n,
    "tries.ts": lambda n: "try { f() } catch (e) {" * n + "}" * n,
    "branches.ts": lambda n: "if (a) { b() }" + " else if (a) { b() }" * n,
    "templates.ts": lambda n: "fetch(" + "`${" * n + "1" + "}`" * n + ")",
    "arrows.ts": lambda n: "const x = " + "a => " * n + "1",
    "loops.ts": lambda n: "for (const a of b) {" * n + "await db.from('t').select()" + "}" * n,
    "names.ts": lambda n: "".join(f"const a{i + 1} = a{i};\n" for i in range(n)) + f"fetch(a{n})",
    "functions.ts": lambda n: (
        "import OpenAI from 'openai';\nconst c = new OpenAI();\n"
        "function f0() { return c.chat.completions.create({ model: 'x' }) }\n"
        + "".join(f"function f{i + 1}() {{ return f{i}() }}\n" for i in range(n))
        + f"eval(f{n}())"
    ),
    "parentheses.py": lambda n: "x = " + "(" * n + "1" + ")" * n,
    "calls.py": lambda n: "x = q" + ".filter(a=1)" * n,
    "indented.py": lambda n: (
        "".join(" " * i + "def f():\n" for i in range(n // 4)) + " " * n + "f()"
    ),
    "strings.py": lambda n: "import sqlite3\nc.execute(" + "+".join(["'a'"] * n) + ")",
    "package.json": lambda n: '{"dependencies": ' + '{"a":' * n * 40 + "1" + "}" * n * 40 + "}",
    "package-lock.json": lambda n: (
        '{"lockfileVersion": 1, '
        + '"dependencies": {"a": {"version": "1.0.0", ' * n
        + '"x": 1'
        + "}}" * n
    ),
    "pnpm-workspace.yaml": lambda n: "packages: " + "[" * n + "]" * n,
    "pyproject.toml": lambda n: "x = " + "[" * n + "]" * n,
    "schema.sql": lambda n: "create table t (id int check (" + "(" * n + "1" + ")" * n + "));",
}


@pytest.mark.parametrize("depth", [100, 280, 600, 3_000])
def test_deep_nesting_raises_nothing(folder: Path, depth: int) -> None:
    for name, nested in _NESTED.items():
        code = name.endswith(("ts", "tsx", "py"))
        _write(folder, f"src/{name}" if code else name, nested(depth))
    _assess(folder)


def test_long_call_chain_is_named_as_unread(folder: Path) -> None:
    _write(folder, "src/then.ts", "fetch('https://a.example/x')" + ".then((r) => r.json())" * 600)
    _unseen(folder, "src/then.ts", "")


def test_files_that_include_each_other_end(folder: Path) -> None:
    for i in range(400):
        _write(folder, f"req/r{i}.txt", f"-r r{(i + 1) % 400}.txt\nflask\n")
        _write(folder, f"src/f{i}.ts", f"export * from './f{(i + 1) % 400}';\n")
    _write(folder, "requirements.txt", "-r req/r0.txt\n-r requirements.txt\n")
    _write(folder, "tsconfig.json", '{"extends": "./tsconfig.json"}')
    _assess(folder)


# --- links and special files ----------------------------------------------------------------------


def test_links_out_of_the_tree_are_named_and_never_read(folder: Path, tmp_path: Path) -> None:
    secret = f'export const password = "{_SECRET}"; fetch("https://{_SECRET}.example/");\n'
    _write(tmp_path, "private/key.ts", secret)
    _write(tmp_path, "private/.env", f"STRIPE_SECRET_KEY={_SECRET}\n")
    (folder / "src" / "key.ts").symlink_to(tmp_path / "private" / "key.ts")
    (folder / "lib").symlink_to(tmp_path / "private", target_is_directory=True)
    (folder / ".env").symlink_to(tmp_path / "private" / ".env")
    (folder / "package-lock.json").symlink_to(tmp_path / "private" / "key.ts")
    assessment = _assess(folder)
    unread = {u.path: u.reason for u in assessment.unread}
    assert {"src/key.ts", "lib", ".env", "package-lock.json"} <= unread.keys()
    assert all("not followed" in reason for reason in unread.values())
    assert _nothing_known(assessment)


def test_link_loops_end(folder: Path) -> None:
    (folder / "src" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert {u.path for u in _assess(folder).unread} >= {"src/up", "a", "b"}


def test_pipes_and_sockets_do_not_hang(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "src" / "pipe.ts")
    os.mkfifo(folder / ".env")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind("plug.sock")
        unread = {u.path: u.reason for u in _assess(folder).unread}
    assert unread["src/pipe.ts"] == unread[".env"] == unread["plug.sock"] == "not a regular file"


def test_pipe_that_git_would_wait_for_costs_a_bounded_time(folder: Path) -> None:
    _commit(folder)
    os.mkfifo(folder / "src" / ".gitignore")
    prototype = open_prototype(folder, Settings(Limits(git_seconds=0.5), workers=1))
    assert prototype.git is None
    assert "longer than 0.5 s" in prototype.git_reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_unreadable_folder_is_unknown(folder: Path) -> None:
    _write(folder, "src/closed/a.ts", "x")
    (folder / "src" / "closed").chmod(0)
    try:
        _unseen(folder, "src/closed", "cannot be read")
    finally:
        (folder / "src" / "closed").chmod(0o755)


def test_hostile_file_names_come_out_clean(folder: Path) -> None:
    names = (
        *(
            b"\x1b[31mred.ts",
            b"new\nline.ts",
            b"tab\tand\x07bell.ts",
            b"caf\xe9.ts",
            b"\xff\xfe.py",
        ),
        *("rtl\u202egnp.ts".encode(), b"c1\xc2\x9b.ts", b"quote'\"`$(id).ts", b"-rf.ts", b" .ts"),
    )
    for name in names:
        path = os.path.join(os.fsencode(folder), b"src", name)
        with open(path, "wb") as file:
            file.write(b"const a = process.env.MY_KEY;\n")
    _commit(folder)
    found = {e.location.path for e in _assess(folder).prototype.environment}
    assert len(found) == len(names) - 1
    assert all(f.tracked for f in open_prototype(folder, Settings()).files.values())


def test_steering_characters_in_the_code_come_out_clean(folder: Path) -> None:
    _write(
        folder,
        "src/steer.ts",
        "import { createClient } from '@supabase/supabase-js';\nconst s = createClient('u', 'k');\n"
        "export async function save() {\n  await s.from('a\x1b[31m\u202eb').insert({});\n}\n"
        "fetch('https://a.example/\x1b]0;x\x07\u202e');\napp.get('/x\x9b\x1b[2J', () => 1);\n",
    )
    _assess(folder)


# --- limits ---------------------------------------------------------------------------------------


def test_more_files_than_the_limit_is_unknown(folder: Path) -> None:
    for i in range(30):
        _write(folder, f"src/f{i}.ts", "x")
    assessment = _assess(folder, Limits(files=10))
    assert (".", "more than 10 files; the rest was not read") in _unread(assessment)
    assert _all_unknown(assessment)


def test_more_bytes_than_the_limit_is_unknown(folder: Path) -> None:
    for i in range(30):
        _write(folder, f"src/f{i}.ts", "x" * 100)
    assert _all_unknown(_assess(folder, Limits(total_bytes=1_000)))


def test_folders_beyond_the_depth_are_unknown(folder: Path) -> None:
    _write(folder, "src/" + "d/" * 45 + "a.ts", "x")
    assessment = _assess(folder)
    assert any(reason == "deeper than 40 folders" for _, reason in _unread(assessment))
    assert _nothing_known(assessment)


def test_more_files_than_a_run_reads_stop_at_the_limit(folder: Path) -> None:
    for i in range(21):
        (folder / f"d{i}").mkdir()
        for j in range(1_000):
            os.close(os.open(folder / f"d{i}" / f"{j}.ts", os.O_CREAT | os.O_WRONLY))
    assessment = run_assess(folder, Settings())
    assert len(assessment.prototype.files) <= _LIMITS.files
    assert (".", "more than 20,000 files; the rest was not read") in _unread(assessment)


def test_empty_folders_and_links_count_too(folder: Path) -> None:
    for i in range(30):
        (folder / f"z-empty{i}").mkdir()
        (folder / f"z-link{i}").symlink_to("src")
    assert len(_assess(folder, Limits(files=40)).unread) <= 40


# --- version control ------------------------------------------------------------------------------


def test_folder_without_version_control_says_so(folder: Path) -> None:
    prototype = _assess(folder).prototype
    assert prototype.git is None
    assert "not under version control" in prototype.git_reason


def test_shallow_clone_is_known_as_one(folder: Path, tmp_path: Path) -> None:
    _commit(folder)
    _git(folder, "commit", "-q", "--allow-empty", "-m", "second")
    _git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "shallow")
    git = _assess(tmp_path / "shallow").prototype.git
    assert git is not None
    assert git.shallow
    assert "src/app.ts" in git.tracked


def test_detached_worktree_is_read(folder: Path, tmp_path: Path) -> None:
    _commit(folder)
    _git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    git = _assess(tmp_path / "tree").prototype.git
    assert git is not None
    assert git.commit


def test_submodule_is_read_where_it_is_checked_out(folder: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    _write(library, "lib.ts", "fetch('https://a.example/x');\n")
    _commit(library)
    _commit(folder)
    allow = ("-c", "protocol.file.allow=always")
    _git(folder, *allow, "submodule", "--quiet", "add", str(library), "vendored-lib")
    _commit(folder)
    _git(tmp_path, "clone", "-q", str(folder), "bare-of-it")
    assert "vendored-lib/lib.ts" in _assess(folder).prototype.files
    _unseen(tmp_path / "bare-of-it", "vendored-lib", "submodule")


def test_repository_with_an_empty_index_says_so(folder: Path) -> None:
    _commit(folder)
    _git(folder, "rm", "-rq", "--cached", ".")
    assert "tracks no file" in _assess(folder).prototype.git_reason


@pytest.mark.parametrize(
    "content", ["gitdir: /nowhere/\x1b[31m\u202e\n", "", "\0\0", "gitdir: .\n"]
)
def test_git_file_that_leads_nowhere_says_so(folder: Path, content: str) -> None:
    _write(folder, ".git", content)
    reason = _assess(folder).prototype.git_reason
    assert "cannot be read" in reason
    assert not _STEERING.search(reason)


def test_broken_repository_says_so(folder: Path) -> None:
    _commit(folder)
    _write(folder, ".git/index", b"DIRC" + bytes(40))
    assert "cannot be read" in _assess(folder).prototype.git_reason


def test_repository_never_gets_a_program_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "it-ran"
    program = _write(tmp_path, "evil.sh", f"#!/bin/sh\necho $0 >> {marker}\ncat\n")
    program.chmod(0o755)
    _write(folder, ".gitattributes", "* filter=evil diff=evil merge=evil\n")
    _commit(folder)
    for hook in ("post-index-change", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        shutil.copy(program, _write(folder, f".git/hooks/{hook}", ""))
    settings = (
        *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv"),
        *("diff.evil.command", "diff.external", "merge.evil.driver", "credential.helper"),
        *("pager.ls-files", "alias.ls-files", "alias.rev-parse", "uploadpack.packObjectsHook"),
        *("gpg.program", "log.showSignature", "core.gitProxy", "sequence.editor"),
    )
    for name in settings:
        _git(folder, "config", name, str(program))
    _git(folder, "config", "core.hooksPath", str(folder / ".git" / "hooks"))
    _git(folder, "config", "extensions.partialClone", "origin")
    _git(folder, "config", "core.repositoryFormatVersion", "1")
    _git(folder, "config", "remote.origin.url", f"ext::{program} x")
    _write(folder, "src/app.ts", "changed, so that git would want to look into it\n")
    marker.unlink(missing_ok=True)
    assessment = _assess(folder)
    assert assessment.prototype.git is not None
    assert not marker.exists(), marker.read_text()


def test_programs_of_a_repository_do_run_in_plain_git(folder: Path, tmp_path: Path) -> None:
    """The counter-proof: the marker of the test above does appear where nobody guards."""
    marker = tmp_path / "it-ran"
    program = _write(tmp_path, "evil.sh", f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    _commit(folder)
    _git(folder, "config", "core.fsmonitor", str(program))
    _git(folder, "ls-files", "--others")
    _git(folder, "status")
    assert marker.exists()
    marker.unlink()
    read_git(folder)
    assert not marker.exists()


# --- how it is asked ------------------------------------------------------------------------------


def _refused(path: Path, words: str) -> None:
    with pytest.raises(CannotLook, match=words):
        run_assess(path, Settings())
    ran = _command("assess", str(path))
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert re.fullmatch(r"shipworthy: [^\n]+\n", ran.stderr)
    assert words in ran.stderr
    assert not _STEERING.search(ran.stderr)


def _unseen(root: Path, path: str, reason: str) -> None:
    """The path is named as unread, and every control answers UNKNOWN for what it did not see."""
    assessment = _assess(root)
    unread = dict(_unread(assessment))
    assert path in unread
    assert reason in unread[path]
    assert _all_unknown(assessment)


def _lines_of_reads(root: Path) -> list[int]:
    return [e.location.line for e in _assess(root).prototype.environment]


def _all_unknown(assessment: Assessment) -> bool:
    """Of code, that is: what is asked of the rebuilt database no code file can hide."""
    unknown = {f.control for f in assessment.findings if f.outcome is Outcome.UNKNOWN}
    of_code = {c.id for c in assessment.controls if not c.needs_database}
    return unknown >= of_code


def _nothing_known(assessment: Assessment) -> bool:
    unknown = {f.control for f in assessment.findings if f.outcome is Outcome.UNKNOWN}
    return unknown == {c.id for c in assessment.controls}


def _unread(assessment: Assessment) -> list[tuple[str, str]]:
    return [(u.path, u.reason) for u in assessment.unread]


def _assess(root: Path, limits: Limits = _LIMITS) -> Assessment:
    """Assess in this process and by the command line, and check what both must always keep to."""
    before = _snapshot(root)
    assessment = run_assess(root, Settings(limits, workers=1))
    facts = facts_json(facts_document(assessment.prototype))
    for text in (json_report(assessment), facts, sarif_report(assessment)):
        text.encode()
        json.loads(text)
        assert not _STEERING.search(text)
        assert _SECRET not in text
    ran = _command("assess", str(root), "--all")
    assert ran.returncode in (0, 1), ran.stderr
    assert ran.stderr == ""
    assert not _STEERING.search(ran.stdout)
    assert _SECRET not in ran.stdout
    assert _snapshot(root) == before
    return assessment


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipworthy", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def _snapshot(root: Path) -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            found[path] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def _write(root: Path, path: str, content: str | bytes) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def _commit(root: Path) -> None:
    if not (root / ".git").exists():
        _git(root, "init", "-q")
    _git(root, "add", "-A", "-f")
    _git(root, "commit", "-q", "--allow-empty", "-m", "a commit")


def _git(root: Path, *arguments: str) -> None:
    settings = (
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@t.example",
        "-c",
        "init.defaultBranch=main",
    )
    subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True)
