"""The prototype's own checks: what is run, with which settings, and how it is ended."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from hardened import repository
from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.build_errors import build_errors
from shipworthy.harden.checks import Failed, Passed, Result, Unknown
from shipworthy.harden.install import Installation, enclosed, install_commands
from shipworthy.harden.managers import fetched
from shipworthy.harden.node import Node, find_node
from shipworthy.harden.node_checks import Script, Types, failed_tests
from shipworthy.harden.own_checks import own_checks
from shipworthy.harden.places import installs_folder
from shipworthy.harden.project import Package, packages
from shipworthy.harden.python_checks import Compiles, PythonTests
from shipworthy.harden.relock import lock_commands, relock
from shipworthy.harden.repository import find_repository
from shipworthy.harden.requirement_lists import NoPackages, requirements
from shipworthy.harden.running import run_group
from shipworthy.harden.scratch import Scratch, scratch_of
from shipworthy.harden.warm import PROGRAM, NoAnswer, Warm
from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.placeholders import placeholders
from shipworthy.settings import Settings
from waiting import SECONDS, until

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def python(code: str, seconds: float = SECONDS) -> Command:
    return Command((sys.executable, "-I", "-c", code), seconds=seconds)


def test_a_program_that_hangs_ends_with_all_that_it_started(tmp_path: Path) -> None:
    started = tmp_path / "started"
    with pytest.raises(CommandFailed, match="took longer than 3 s"):
        run_group(python(starts_a_sleeper(started) + "time.sleep(60)", seconds=3.0))
    until(lambda: not runs(int(started.read_text())))


def starts_a_sleeper(note: Path) -> str:
    """A program that starts another one and writes down its number."""
    return (
        "import subprocess, sys, time;"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"print(left.pid, end='', file=open({str(note)!r}, 'w'), flush=True);"
    )


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it has just gone, or the system has no /proc
        return not Path("/proc/self").exists()


def test_a_program_that_prints_without_end_is_stopped() -> None:
    with pytest.raises(CommandFailed, match="printed without end"):
        run_group(python("while True: print('x' * 10_000)", seconds=60.0))


def test_what_a_program_leaves_in_the_background_ends_with_it(tmp_path: Path) -> None:
    started = tmp_path / "started"
    assert run_group(python(starts_a_sleeper(started))).code == 0
    until(lambda: not runs(int(started.read_text())))


def test_the_secrets_of_the_user_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    ran = run_group(python("import os; print(sorted(os.environ))"))
    assert b"PATH" in ran.output
    assert b"AWS" not in ran.output


def test_a_compiler_that_ends_or_babbles_gives_no_answer(tmp_path: Path) -> None:
    warm = Warm(seconds=SECONDS)
    for code in ("", "print('no json', flush=True); input()", "import time; time.sleep(600)"):
        warm.seconds = 1.0 if "sleep" in code else SECONDS
        with pytest.raises(NoAnswer):
            warm.errors((sys.executable, "-I", "-c", code), tmp_path, {})
    warm.seconds = SECONDS
    answer = 'input(); print(\'{"errors": [["a.ts", "TS1", "x"]]}\', flush=True); input()'
    assert warm.errors((sys.executable, "-I", "-c", answer), tmp_path, {}) == (
        ("a.ts", "TS1", "x"),
    )
    warm.close()


def test_a_compiler_that_answered_and_ended_is_started_once_more(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    code = (
        f"open({str(starts)!r}, 'a').write('x')\n"
        "for _ in range(2):\n    input()\n    print('{\"errors\": []}', flush=True)\ninput()\n"
    )
    warm = Warm(seconds=SECONDS)
    for _ in range(4):
        assert warm.errors((sys.executable, "-I", "-c", code), tmp_path, {}) == ()
    assert starts.read_text() == "xx"
    assert warm._process is not None
    warm._process.kill()
    assert warm.errors((sys.executable, "-I", "-c", code), tmp_path, {}) == ()
    assert starts.read_text() == "xxx"
    warm.close()


_STUMBLES = """
let number = 0;
module.exports = {
  sys: { readFile: () => "" },
  DiagnosticCategory: { Error: 1 },
  flattenDiagnosticMessageText: (text) => text,
  getParsedCommandLineOfConfigFile: () => ({ fileNames: [], options: {}, errors: [] }),
  createIncrementalCompilerHost: () => ({ getSourceFile() {} }),
  createSemanticDiagnosticsBuilderProgram(names, options, host, old) {
    number += 1;
    if (old || number > 3) throw new Error("Debug Failure");
    const none = () => [];
    const said = [{ category: 1, code: number, messageText: "x" }];
    return {
      getConfigFileParsingDiagnostics: none, getOptionsDiagnostics: none, getGlobalDiagnostics: none,
      getSyntacticDiagnostics: none, getSemanticDiagnostics: () => said,
    };
  },
};
"""


@needs_npm
def test_a_compiler_that_stumbles_over_what_it_kept_starts_anew(tmp_path: Path) -> None:
    library = tmp_path / "typescript.js"
    library.write_text(_STUMBLES)
    argv = ("node", str(PROGRAM), str(library), "tsconfig.json", str(tmp_path))
    warm = Warm(seconds=SECONDS)
    path = {"PATH": os.environ["PATH"]}
    assert [code for _, code, _ in warm.errors(argv, tmp_path, path)] == ["TS1"]
    assert [code for _, code, _ in warm.errors(argv, tmp_path, path)] == ["TS3"]
    with pytest.raises(NoAnswer, match="Debug Failure"):
        warm.errors(argv, tmp_path, path)


_LOCK = """{"name": "app", "lockfileVersion": 3, "packages": {
  "": {"name": "app", "dependencies": {"left-pad": "1.3.0"}},
  "node_modules/left-pad": {"version": "1.3.0"}
}}
"""


def app(folder: Path, files: dict[str, str]) -> Path:
    return repository(folder, {"src/main.ts": "export const a = 1;\n"} | files)


def installed(scratch: Scratch, scripts: dict[str, str]) -> Installation:
    """An installation of a package.json with these scripts that has nothing to install."""
    package = Package("", "npm", (), scripts, {})
    made = Installation(scratch, package, find_node(scratch.temporary / "programs"), "me")
    made._installed_for = made._key()
    return made


def manifest(**content: object) -> str:
    return json.dumps({"name": "app", "dependencies": {"left-pad": "1.3.0"}} | content)


def test_the_most_faithful_way_to_install_comes_first(tmp_path: Path) -> None:
    def ways(*locks: str) -> list[str]:
        package = Package("", "npm", locks, {}, {})
        found = [" ".join(c.argv) for c in install_commands(package, tmp_path, {})]
        assert all("--ignore-scripts" in way for way in found)
        return found

    assert ways("package-lock.json", "bun.lockb")[0].startswith("npm ci")
    assert "pnpm" in ways("pnpm-lock.yaml")[0]
    assert ways("bun.lockb")[0].startswith("npm install --no-package-lock")
    assert "--legacy-peer-deps" in ways()[-1]


PACKAGES = "packages:\n  - apps/*\n"


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({"package.json": '{"packageManager": "pnpm@10.24.0+sha512.x"}'}, "pnpm@10"),
        ({"package.json": '{"engines": {"node": ">=20", "pnpm": ">=10.0.0"}}'}, "pnpm@10"),
        ({"pnpm-workspace.yaml": "allowBuilds:\n  sharp: true\n"}, "pnpm@10"),
        ({"pnpm-workspace.yaml": PACKAGES}, "pnpm@9"),
        ({"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, "pnpm@8"),
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "pnpm@9"),
        ({"package.json": '{"packageManager": "yarn@4.1.0"}'}, "pnpm@9"),
        ({"package.json": "[1"}, "pnpm@9"),
    ],
)
def test_the_pnpm_that_a_folder_wants_installs_it(
    files: dict[str, str], manager: str, tmp_path: Path
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert fetched("pnpm", tmp_path) == manager


def test_npm_never_stands_in_for_pnpm_where_it_would_leave_the_members_out(tmp_path: Path) -> None:
    """It installs the packages of the root and ends with 0: then `next is not installed`."""

    def managers(manager: str, members: tuple[str, ...], *locks: str) -> set[str]:
        package = Package("", manager, locks, {}, {}, members)
        found = [" ".join(c.argv) for c in install_commands(package, tmp_path, {})]
        return {"pnpm" if "pnpm" in way else way.split()[0] for way in found}

    (tmp_path / "pnpm-workspace.yaml").write_text(PACKAGES)
    assert managers("npm", ("apps/web",)) == {"pnpm"}
    assert managers("pnpm", ("apps/web",), "pnpm-lock.yaml") == {"pnpm"}
    assert managers("pnpm", (), "pnpm-lock.yaml") == {"pnpm", "npm"}
    (tmp_path / "package.json").write_text('{"workspaces": ["apps/*"]}')
    assert managers("pnpm", ("apps/web",)) == {"pnpm", "npm"}
    (tmp_path / "pnpm-workspace.yaml").unlink()
    assert managers("npm", ("client",), "package-lock.json") == {"npm"}


def test_each_folder_with_packages_of_its_own_is_installed(tmp_path: Path) -> None:
    root = app(
        tmp_path / "app",
        {
            "client/package.json": manifest(),
            "client/src/a.ts": "import 'left-pad';\n",
            "server/package.json": manifest(),
            "server/src/a.ts": "import 'left-pad';\n",
            "examples/x/package.json": manifest(),
        },
    )
    found = packages(read_prototype(root, Settings(workers=1)))
    assert [package.folder for package in found] == ["client", "server"]


def test_settings_without_a_default_get_a_value_that_leads_nowhere(tmp_path: Path) -> None:
    code = (
        "export const a = import.meta.env.VITE_SUPABASE_URL;\n"
        "export const b = process.env.DATABASE_URL;\n"
        "export const c = process.env.STRIPE_KEY;\n"
        "export const d = process.env.REGION ?? 'eu';\n"
        "export const e = process.env.NODE_ENV;\n"
    )
    root = app(tmp_path / "app", {"package.json": manifest(), "src/env.ts": code})
    found = placeholders(read_prototype(root, Settings(workers=1)))
    assert found["VITE_SUPABASE_URL"] == "https://placeholder.supabase.co"
    assert found["DATABASE_URL"].endswith("@127.0.0.1:9/none")
    assert found["STRIPE_KEY"].startswith("placeholder")
    assert {"REGION", "NODE_ENV"}.isdisjoint(found)


def test_a_key_that_must_have_no_default_gets_a_value_all_the_same(tmp_path: Path) -> None:
    code = (
        'import { createHmac } from "crypto";\n'
        'const KEY = process.env.LINK_SIGNING_SECRET || "word-in-the-code";\n'
        'export const sign = (x: string) => createHmac("sha256", KEY).update(x).digest("hex");\n'
    )
    root = app(tmp_path / "app", {"package.json": manifest(), "src/token.ts": code})
    assert "LINK_SIGNING_SECRET" in placeholders(read_prototype(root, Settings(workers=1)))


@needs_npm
def test_a_build_gets_the_settings_that_the_changed_code_needs(tmp_path: Path) -> None:
    say = 'node -e "process.exit(process.env.API_TOKEN ? 0 : 1)"'
    root = app(tmp_path / "app", {"package.json": manifest(scripts={"build": say})})
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=True) as own:
            build = next(check for check in own.checks if check.name.startswith("build"))
            assert isinstance(build(()), Failed)
            changed = scratch.root / "src" / "main.ts"
            changed.write_text("export const token = process.env.API_TOKEN;\n", "utf-8")
            own.learn(read_prototype(scratch.root, Settings(workers=1)))
            assert build(()) == Passed()


@needs_npm
def test_packages_that_cannot_be_had_are_asked_for_once(tmp_path: Path) -> None:
    files = {"package.json": manifest(dependencies={"one": "file:./missing.tgz"})}
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        node = find_node(scratch.temporary / "programs")
        installation = Installation(scratch, Package("", "npm", (), {}, {}), node, "me")
        why = installation.ready()
        (scratch.root / "package.json").write_text(manifest(dependencies={}))
        scratch.tree()
        assert "could not be installed" in why
        assert installation.ready() == why


@needs_npm
def test_a_changed_manifest_costs_no_second_installation(tmp_path: Path) -> None:
    files = {
        "package.json": manifest(dependencies={"one": "file:./one"}),
        "one/package.json": '{"name": "one", "version": "1.0.0"}\n',
        "two/package.json": '{"name": "two", "version": "1.0.0"}\n',
    }
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        node = find_node(scratch.temporary / "programs")
        installation = Installation(scratch, Package("", "npm", (), {}, {}), node, "me")
        assert installation.ready() == ""
        modules = scratch.root / "node_modules"
        (modules / ".mark").write_text("of the first\n")
        both = {"one": "file:./one", "two": "file:./two"}
        (scratch.root / "package.json").write_text(manifest(dependencies=both))
        scratch.tree()  # a remedy's changes are recorded before anything is asked
        assert installation.ready() == ""
        assert {".mark", "one", "two"} <= {entry.name for entry in modules.iterdir()}
        assert len(list(installs_folder().iterdir())) == 1  # the first, whole, for the next run
        assert (next(installs_folder().iterdir()) / "node_modules" / "one").is_symlink()


@needs_npm
def test_folders_with_packages_of_their_own_keep_them_and_see_those_around(tmp_path: Path) -> None:
    one, two = {"one": "file:./one"}, {"two": "file:../two"}
    files = {
        "package.json": manifest(dependencies=one),
        "client/package.json": manifest(dependencies=two),
        "one/package.json": '{"name": "one", "version": "1.0.0"}\n',
        "two/package.json": '{"name": "two", "version": "1.0.0"}\n',
    }
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        node = find_node(scratch.temporary / "programs")
        outer, inner = (
            Installation(scratch, Package(folder, "npm", (), {}, {}), node, "me")
            for folder in ("", "client")
        )
        enclosed([outer, inner])
        assert inner.ready() == ""
        assert (scratch.root / "node_modules/one").exists()  # where Node.js looks next
        (scratch.root / "package.json").write_text(
            manifest(dependencies=one | {"two": "file:./two"})
        )
        scratch.tree()
        assert outer.ready() == ""
        assert (scratch.root / "client/node_modules/two").exists()
        for installation in (outer, inner):
            installation.keep()
        kept = [
            path.relative_to(entry).as_posix()
            for entry in installs_folder().iterdir()
            for path in entry.rglob("node_modules")
        ]
    assert kept == ["node_modules"] * 3  # before and after, and the inner one


def test_a_folder_is_installed_after_those_around_it(tmp_path: Path) -> None:
    more = {
        f"{folder}/package.json": manifest() for folder in ("client", "client/admin", "clients")
    }
    root = app(tmp_path / "app", {"package.json": manifest(scripts={"build": "true"})} | more)
    prototype = read_prototype(root, Settings(workers=1))
    with scratch_of(find_repository(root)) as scratch:
        found = [Installation(scratch, one, None, "me") for one in packages(prototype)]
        enclosed(found)
    around = {one.package.folder: [other.package.folder for other in one.outer] for one in found}
    assert around == {"": [], "client": [""], "clients": [""], "client/admin": ["", "client"]}


@pytest.mark.parametrize(
    ("found", "now", "refused"),
    [
        (Failed({"src/main.ts: TS2322": 2}), "{}", True),
        (Failed({"src/main.ts: TS2322": 2}), "{typescript: {tsconfigPath: 'other.json'}}", False),
        (Failed({"src/main.ts: TS2322": 2}), "{typescript: {ignoreBuildErrors: true}}", False),
        (Passed(), "{}", False),
        (Unknown("no compiler"), "{}", False),
    ],
)
def test_a_build_that_would_be_red_for_its_types_is_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Result, now: str, refused: bool
) -> None:
    files = {
        "package.json": manifest(scripts={"build": "next build"}),
        "next.config.mjs": "export default {typescript: {ignoreBuildErrors: true}}\n",
        "next-env.d.ts": '/// <reference types="next" />\n',
        "tsconfig.json": "{}\n",
    }
    root = app(tmp_path / "app", files)
    monkeypatch.setattr(Types, "__call__", lambda _self, _changed: found)
    monkeypatch.setattr("shipworthy.harden.own_checks.relock", lambda *_a, **_k: "")
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=True) as own:
            (scratch.root / "next.config.mjs").write_text(f"export default {now}\n")
            said = own.bring_along(["next.config.mjs"])
    expected = "types (tsconfig.json) fails with 2 errors, which the build would no longer ignore"
    assert said == (expected if refused else "")


def test_failed_tests_are_known_by_name() -> None:
    output = b"  \x1b[31m\xc3\x97\x1b[0m adds two numbers 12ms\n \xe2\x9c\x93 other\nFAIL src/a.test.ts\n"
    assert failed_tests(output) == {"adds two numbers": 1, "src/a.test.ts": 1}


def test_what_a_red_build_names_is_known_again_on_other_lines() -> None:
    output = (
        "Failed to compile.\n\n./src/side.scss:3:1\nTo use Sass, install `sass` 1.\n\n"
        "./src/face.js:77:5\nModule not found: Can't resolve '@tensorflow/wasm' in '/tmp/x'\n"
        "src/a.ts(3,4): error TS2304: Cannot find name 'b'.\n"
    )
    found = build_errors(output)
    assert found == build_errors(output.replace(":3:1", ":9:1").replace("(3,4)", "(5,6)"))
    assert set(found) == {
        "src/side.scss: To use Sass, install `sass` 0.",
        "cannot resolve @tensorflow/wasm",
        "src/a.ts: TS2304",
    }
    assert not build_errors("vite v5.4.1 building...\ntransforming (12) src/main.tsx\n")


def test_taking_packages_away_needs_a_build_that_sees_what_is_missing(tmp_path: Path) -> None:
    root = app(tmp_path / "app", {"package.json": manifest(scripts={"build": "true"})})
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=True) as own:
            build = next(check for check in own.checks if check.name.startswith("build"))
            two, one = (json.dumps({"dependencies": dict.fromkeys(n, "1")}) for n in ("ab", "a"))
            assert own.alone_tells(build, "package.json", two, one)
            assert not own.alone_tells(build, "package.json", one, two)
            assert own.alone_tells(build, "tsconfig.json", "", "")


def test_python_that_does_not_compile_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("a = 1\n")
    (tmp_path / "bad.py").write_text("def f(:\n")
    check = Compiles(tmp_path, tmp_path, ("good.py", "bad.py", "gone.py"))
    found = check(())
    assert isinstance(found, Failed)
    assert [error.partition(":")[0] for error in found.errors] == ["bad.py"]
    (tmp_path / "bad.py").write_text("def f():\n    ...\n")
    assert check(()) == Passed()


def test_the_tests_of_a_python_prototype_run_with_packages_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "mine")
    files = {
        "api/requirements.txt": "pytest\n",
        "api/prices.py": "import os\n\n\ndef price():\n    return os.environ['API_TOKEN']\n",
        "api/test_prices.py": (
            "import os\n\nfrom prices import price\n\n\n"
            "def test_price():\n    assert price()\n\n\n"
            "def test_alone():\n    assert 'MY_TOKEN' not in os.environ\n\n\n"
            "def test_ours():\n    import typer\n\n    assert typer\n"
        ),
    }
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=True) as own:
            check = next(check for check in own.checks if check.name == "pytest (api)")
            assert isinstance(check, PythonTests)
            check.packages._for = check.packages.key_of(check.packages.wanted())  # as if installed
            there = Path(pytest.__file__).parent.parent
            for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
                shutil.copytree(there / name, check.packages.place / name)
            shutil.copy(there / "py.py", check.packages.place)
            found = check(())
    assert isinstance(found, Failed)
    assert dict(found.errors) == {"test_prices.py::test_ours": 1}, found.tail


@pytest.mark.parametrize("line", ["-e .", "git+https://example.com/x.git", "x @ file:///tmp/x"])
def test_packages_that_would_be_built_are_not_installed(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"fastapi==0.115.0\n{line}\n")
    with pytest.raises(NoPackages, match="builds are not run"):
        list(requirements(tmp_path))


def test_requirements_that_name_others_are_followed_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("evil\n")
    (folder / "requirements.txt").write_text("fastapi==0.115.0\n")
    (folder / "sub" / "ui.txt").write_text("-r ../requirements-dev.txt\nstreamlit  # the pages\n")
    dev = folder / "requirements-dev.txt"
    dev.write_text("-r requirements.txt  # the app's\n--requirement=sub/ui.txt\npytest\n")
    assert list(requirements(folder)) == ["fastapi==0.115.0", "streamlit", "pytest"]
    dev.write_text("-r ../outside.txt\n")
    with pytest.raises(NoPackages, match="outside"):
        list(requirements(folder))


def test_a_project_asks_for_its_packages_and_those_of_its_tests(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["fastapi>=0.1"]\n'
        '[project.optional-dependencies]\ntest = ["httpx"]\ndocs = ["sphinx"]\n'
    )
    assert list(requirements(tmp_path)) == ["fastapi>=0.1", "httpx"]


@needs_npm
def test_the_scripts_of_the_prototype_are_run_with_placeholders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "mine")
    say = 'node -e "process.exit(process.env.API_TOKEN && !process.env.MY_TOKEN ? 0 : 1)"'
    files = {
        "package.json": json.dumps({"name": "app", "scripts": {"build": say, "test": "exit 1"}}),
        "src/main.ts": "export const token = process.env.API_TOKEN;\n",
    }
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        installation = installed(scratch, json.loads(files["package.json"])["scripts"])
        node = installation.node
        environment = placeholders(prototype) | {"PATH": node.path if node else ""}
        assert Script(installation, "build", environment)(()) == Passed()
        assert isinstance(Script(installation, "test", environment)(()), Failed)


def test_what_a_build_wrote_of_its_routes_is_no_part_of_the_types_that_are_judged_next(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    (outside / "types").mkdir(parents=True)
    build = "mkdir -p .next/types/app && touch .next/types/app/page.ts .next/BUILD"
    files = {
        "package.json": json.dumps({"name": "app", "scripts": {"build": build}}),
        ".gitignore": ".next\n",
    }
    root = repository(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        installation = installed(scratch, {"build": build})
        check = Script(installation, "build", dict(os.environ))
        assert check(()) == Passed()
        assert not (scratch.root / ".next/types").exists()
        assert (scratch.root / ".next/BUILD").exists()
        shutil.rmtree(scratch.root / ".next")
        (scratch.root / ".next").symlink_to(outside)
        assert check(()) == Passed()
        assert (outside / "types/app/page.ts").exists()


def test_without_node_the_checks_are_not_known_and_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git")
    assert git
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    root = app(
        tmp_path / "app",
        {"package.json": manifest(scripts={"build": "true"}), "tsconfig.json": "{}\n"},
    )
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=True) as own:
            results = {check.name: check(("src/main.ts",)) for check in own.checks}
    assert set(results) == {"types (tsconfig.json)", "build (package.json)"}
    for result in results.values():
        assert isinstance(result, Unknown)
        assert "Node.js is not installed" in result.why


def test_without_a_build_nothing_of_the_prototype_is_run(tmp_path: Path) -> None:
    root = app(tmp_path / "app", {"package.json": manifest(scripts={"build": "exit 1"})})
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=False) as own:
            assert own.checks == ()
            assert "only a build tells" in own.bring_along(["tsconfig.json"])
            assert own.bring_along(["src/main.ts"]) == ""


def test_a_lock_file_that_cannot_follow_its_manifest_is_said(tmp_path: Path) -> None:
    files = {"package.json": manifest(), "package-lock.json": _LOCK}
    root = app(tmp_path / "app", files)
    with scratch_of(find_repository(root)) as scratch:
        prototype = read_prototype(scratch.root, Settings(workers=1))
        with own_checks(scratch, prototype, "me", build=False) as own:
            assert "package-lock.json must follow" in own.bring_along(["package.json"])


@pytest.mark.parametrize(
    ("lock", "manager", "more", "words"),
    [
        ("yarn.lock", "yarn", {}, "install --ignore-scripts"),
        (
            "yarn.lock",
            "yarn",
            {".yarnrc.yml": "nodeLinker: node-modules\n"},
            "--mode=update-lockfile",
        ),
        ("bun.lock", "bun", {}, "--lockfile-only"),
    ],
    ids=["yarn-1", "yarn-4", "bun"],
)
def test_each_package_manager_writes_its_own_lock_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lock: str,
    manager: str,
    more: dict[str, str],
    words: str,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    root = app(tmp_path / "app", {"package.json": manifest(), lock: "", **more})
    with scratch_of(find_repository(root)) as scratch:
        package = Package("", manager, (lock,), {}, {})
        installation = Installation(scratch, package, None, "me")
        commands = [" ".join(command.argv) for command in lock_commands(installation)]
        assert len(commands) == 1
        assert words in commands[0]


def test_a_lock_file_without_its_package_manager_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = app(tmp_path / "app", {"package.json": manifest(), "bun.lock": ""})
    with scratch_of(find_repository(root)) as scratch:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        installation = Installation(
            scratch, Package("", "bun", ("bun.lock",), {}, {}), Node("node", ""), "me"
        )
        said = relock((installation,), ("package.json",), may_run=True)
    assert said == "bun.lock must follow, and bun is not installed here"
