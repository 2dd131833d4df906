"""The copy that is run, the settings that it gets, and the packages that it is given."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from apps import written

from shipworthy.command import Command
from shipworthy.harden.fonts import Fonts
from shipworthy.harden.install import last_line
from shipworthy.harden.kept import forget_old
from shipworthy.harden.places import installs_folder
from shipworthy.prototype import Prototype
from shipworthy.prototype.running import Program, choose, read_programs
from shipworthy.sidecar.application import guarded_run
from shipworthy.sidecar.application.copy import copied
from shipworthy.sidecar.application.node_versions import another_version, lacking_member
from shipworthy.sidecar.application.packages import imported
from shipworthy.sidecar.application.prisma_client import make_clients
from shipworthy.sidecar.application.problem import last_lines
from shipworthy.sidecar.application.settings import Settings, settings_of

MANIFEST = '{"scripts": {"start": "node server.js"}}'
LISTENS = 'require("node:http").createServer().listen(process.env.PORT);\n'


def found_in(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def test_the_copy_holds_what_is_there_now_without_packages_and_built_files(tmp_path: Path) -> None:
    prototype = written(
        tmp_path / "app",
        {
            "src/main.ts": "1",
            ".env": "KEY=1",
            "notes/not committed.txt": "x",
            "node_modules/a/index.js": "1",
            ".git/config": "[core]",
            "dist/index.js": "old",
            ".venv/bin/python": "",
            "__pycache__/a.pyc": "",
        },
    )
    copy = copied(prototype, tmp_path / "run")
    assert found_in(copy.root) == {"src/main.ts", ".env", "notes/not committed.txt"}


def test_links_are_followed_nowhere_and_special_files_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    prototype = written(tmp_path / "app", {"a/file": "1", "run.sh": "#!/bin/sh"})
    root = prototype.root
    (root / "run.sh").chmod(0o755)
    (root / "inside").symlink_to("a/file")
    (root / "folder").symlink_to("a")
    (root / "outside").symlink_to("../secret")
    (root / "absolute").symlink_to(tmp_path / "secret")
    (root / "above").symlink_to("..")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    copy = copied(prototype, tmp_path / "run")
    names = {path.name for path in copy.root.iterdir()}
    assert names == {"a", "run.sh", "inside", "folder", "dangling"}
    assert (copy.root / "inside").resolve() == (copy.root / "a" / "file").resolve()
    assert os.access(copy.root / "run.sh", os.X_OK)


def settings(root: Path, files: Mapping[str, str], given: Mapping[str, str]) -> Settings:
    prototype = written(root, files)
    chosen = choose(read_programs(prototype), prototype)
    assert chosen is not None
    return settings_of(prototype, chosen.main, given, [chosen.main])


def server(*lines: str) -> dict[str, str]:
    return {"package.json": MANIFEST, "server.js": LISTENS + "\n".join(lines)}


def test_what_nobody_gave_is_named_with_the_place_that_reads_it(tmp_path: Path) -> None:
    files = server(
        "send(process.env.MAIL_KEY);",
        "send(process.env.GIVEN, process.env.IN_FILE);",
        'send(process.env.LEVEL || "info");',
        "if (process.env.DEBUG_SQL) log();",
        "send(process.env.PORT, process.env.NODE_ENV, process.env.VERCEL_URL);",
    )
    files |= {".env": "IN_FILE=1", "scripts/seed.js": "use(process.env.SEED_KEY)"}
    found = settings(tmp_path, files, {"GIVEN": "1"})
    assert [one.text for one in found.missing] == ["MAIL_KEY (server.js:2)"]
    assert found.values["GIVEN"] == "1"
    assert "MAIL_KEY" not in found.values


def test_an_empty_value_in_a_file_of_the_prototype_gives_nothing(tmp_path: Path) -> None:
    files = server("send(process.env.MAIL_KEY);") | {".env": "MAIL_KEY="}
    assert [one.name for one in settings(tmp_path, files, {}).missing] == ["MAIL_KEY"]


def test_keys_of_its_own_are_made_up_and_keys_of_others_never(tmp_path: Path) -> None:
    names = ("SESSION_SECRET", "NEXTAUTH_SECRET", "SUPABASE_JWT_SECRET", "STRIPE_WEBHOOK_SECRET")
    found = settings(tmp_path, server(*(f"use(process.env.{name});" for name in names)), {})
    assert found.made_up == ("NEXTAUTH_SECRET", "SESSION_SECRET")
    assert len(found.values["SESSION_SECRET"]) == 64
    assert found.values["SESSION_SECRET"] != found.values["NEXTAUTH_SECRET"]
    assert {one.name for one in found.missing} == set(names[2:])


def test_what_browsers_get_leads_nowhere_and_is_named(tmp_path: Path) -> None:
    files = {
        "package.json": '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "*"}}',
        "src/main.ts": "create(import.meta.env.VITE_SUPABASE_URL, import.meta.env.MODE);",
    }
    found = settings(tmp_path, files, {})
    assert found.stand_in == ("VITE_SUPABASE_URL",)
    assert found.values["VITE_SUPABASE_URL"] == "https://placeholder.supabase.co"
    assert found.missing == ()


def python_program(root: Path, files: Mapping[str, str]) -> tuple[Prototype, Program]:
    prototype = written(root, files)
    return prototype, read_programs(prototype)[0]


def test_packages_are_guessed_from_imports_by_well_known_names_alone(tmp_path: Path) -> None:
    files = {"app.py": "import streamlit, cv2, os, helpful_llm_tools_x", "other.py": "import flask"}
    sure, unsure = imported(*python_program(tmp_path, files))
    assert sure == {"streamlit", "opencv-python"}
    assert unsure == {"helpful_llm_tools_x"}


def test_fonts_are_stood_in_for_once(tmp_path: Path) -> None:
    fonts = Fonts(tmp_path)
    assert not fonts.are_missing("Type error: x")
    assert fonts.are_missing("Failed to fetch `Inter` from Google Fonts.")
    assert not fonts.are_missing("Failed to fetch `Inter` from Google Fonts.")
    assert fonts.are_missing("cannot fetch https://fonts.googleapis.com/css2?family=Inter")
    assert "family=Inter" in Path(fonts.settings["NEXT_FONT_GOOGLE_MOCKED_RESPONSES"]).read_text()


def test_the_heading_of_an_error_is_told_with_what_follows_it() -> None:
    output = b"building\nerror during build:\n[vite] could not resolve ./x\n"
    assert last_line(output) == "error during build: [vite] could not resolve ./x"


def test_last_words_are_safe_to_show_and_short(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"first\n" * 50 + b"\x1b[31mred\x07\n    at x (node:internal/y)\nlast\n\n")
    lines = last_lines(log).splitlines()
    assert lines[-1] == "  last"
    assert "\x1b" not in last_lines(log)
    assert len(lines) == 21  # an empty one first
    assert "node:internal" not in last_lines(log)
    assert last_lines(tmp_path / "none") == ""


def test_kept_packages_give_way_where_the_disk_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("oldest", "older", "newest")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (number, number))
    free = {3: 1_000_000_000, 2: 4_000_000_000, 1: 6_000_000_000}

    def usage(folder: Path) -> shutil._ntuple_diskusage:
        return shutil._ntuple_diskusage(10**12, 0, free[len(list(folder.iterdir()))])

    monkeypatch.setattr(shutil, "disk_usage", usage)
    forget_old(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["newest"]


def test_installations_beyond_the_last_eight_are_out_of_the_way_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for number in range(10):
        (installs_folder() / f"{number}").mkdir()
        os.utime(installs_folder() / f"{number}", (number, number))
    forget_old(installs_folder())
    assert {entry.name for entry in installs_folder().iterdir()} == set("23456789")


def test_the_code_of_npm_gives_way_to_what_it_means() -> None:
    output = b"npm error code ETARGET\nnpm error notarget No matching version found for a@9.9.9.\n"
    assert last_line(output) == "npm error notarget No matching version found for a@9.9.9."


@pytest.mark.parametrize(
    ("why", "said", "expected"),
    [
        (
            "npm error notarget No matching version found for a@9.9.9.",
            "no registry has a@9.9.9: the newest is taken",
            {"dependencies": {"a": "*", "fs": "latest"}},
        ),
        (
            "npm error notarget No matching version found for fs@latest.",
            "no registry has fs@latest: it is left out",
            {"dependencies": {"a": "9.9.9"}},
        ),
        (
            "ERR_PNPM_NO_MATCHING_VERSION  No matching version found for @deep/b@^1.0.1",
            "no registry has @deep/b@^1.0.1: the newest is taken",
            {
                "dependencies": {"a": "9.9.9", "fs": "latest"},
                "overrides": {"@deep/b": "*"},
                "resolutions": {"@deep/b": "*"},
                "pnpm": {"overrides": {"@deep/b": "*"}},
            },
        ),
        (
            'error Couldn\'t find any versions for "a" that matches "9.9.9"',
            "no registry has a@9.9.9: the newest is taken",
            {"dependencies": {"a": "*", "fs": "latest"}},
        ),
        ("npm error network timeout", "", {"dependencies": {"a": "9.9.9", "fs": "latest"}}),
    ],
)
def test_a_version_that_no_registry_has_gives_way(
    why: str, said: str, expected: Mapping[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "package.json"
    file.write_text('{"dependencies": {"a": "9.9.9", "fs": "latest"}}')
    assert another_version(tmp_path, why) == said
    assert json.loads(file.read_text()) == expected


@pytest.mark.parametrize(
    ("gone", "said", "left"),
    [
        ("a", "no registry has a: a is left out", {"b": "*", "fs": "latest"}),
        (
            "@b%2f_texts",
            "no registry has @b/_texts, which b asks for: b is left out",
            {"a": "1", "fs": "latest"},
        ),
    ],
)
def test_what_no_registry_has_at_all_is_left_out_with_what_asks_for_its_newest(
    gone: str, said: str, left: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "package.json"
    file.write_text('{"dependencies": {"a": "1", "b": "*", "fs": "latest"}}')
    why = f"npm error 404 Not Found - GET https://registry.npmjs.org/{gone} - Not found"
    assert another_version(tmp_path, why) == said
    assert json.loads(file.read_text()) == {"dependencies": left}


def test_who_asks_for_what_is_gone_is_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "package.json"
    file.write_text('{"dependencies": {"a": "1", "fs": "latest"}}')
    why = "npm error 404 Not Found - GET https://registry.npmjs.org/deep - Not found"
    assert another_version(tmp_path, why) == ""


def test_what_a_workspace_lacks_is_told_with_what_would_fetch_it(tmp_path: Path) -> None:
    pnpm = (
        'ERR_PNPM_WORKSPACE_PKG_NOT_FOUND  In apps/web: "@repo/ui@workspace:*" is in the dependencies'
        ' but no package named "@repo/ui" is present in the workspace'
    )
    assert lacking_member(tmp_path, pnpm).startswith(
        "it asks for @repo/ui, a package of a workspace"
    )
    npm = 'npm error Unsupported URL Type "workspace:": workspace:*'
    assert lacking_member(tmp_path, npm).endswith("give the folder that holds all of it")
    (tmp_path / ".gitmodules").write_text('[submodule "packages"]\n')
    assert "`git submodule update --init`" in lacking_member(tmp_path, pnpm)
    assert lacking_member(tmp_path, "npm error network timeout") == ""


def test_the_prisma_client_is_made_where_it_is_not_there_and_its_failure_told(
    tmp_path: Path,
) -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n}\n'
    prototype = written(tmp_path, {**server(), "prisma/schema.prisma": schema})
    bin_folder = tmp_path / "node_modules" / ".bin"
    bin_folder.mkdir(parents=True)
    made, log = tmp_path / "node_modules" / ".prisma" / "client", tmp_path / "log"
    program = bin_folder / "prisma"
    program.write_text(
        f'#!/bin/sh\necho $URL; mkdir -p {made}; cp "${{2#--schema=}}" {made}/schema.prisma\n'
    )
    program.chmod(0o755)
    said: list[str] = []
    for _ in range(2):  # the second time it is there
        assert make_clients(prototype, tmp_path, {"URL": "given"}, log, said.append) == []
    assert said == ["making the Prisma client of prisma/schema.prisma"]
    assert log.read_text() == "given\n"
    (made / "schema.prisma").unlink()
    program.write_text("#!/bin/sh\necho Error: request to https://engines.example failed; exit 1\n")
    (note,) = make_clients(prototype, tmp_path, {}, log, said.append)
    assert note.startswith("`prisma generate` failed")
    assert "engines.example" in note


def test_what_takes_long_is_told_with_the_last_line_that_it_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_run, "_EVERY", 0.5)
    said: list[str] = []
    text = r"printf 'Collecting a\nDownloading \033[31mb (12 MB)\n\n'; sleep 4"
    command = Command(("sh", "-c", text), tmp_path)
    ran = guarded_run.run_guarded(command, tmp_path / "build.log", said.append, "installing")
    assert ran.code == 0
    assert said[-1].startswith("installing: ")
    assert said[-1].endswith("Downloading \\x1b[31mb (12 MB))")
