"""The command line: exit codes, documents that meet their schemas, clean output, a quick start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from jsonschema import Draft202012Validator
from typer.core import TyperGroup

from copies import copy_of_example
from fixtures_of import cases, unpack
from shipworthy import __version__
from shipworthy.cli.assessing import plainly
from shipworthy.cli.main import app, with_one_command
from shipworthy.pipeline import run_assess
from shipworthy.report.json_report import json_report
from shipworthy.settings import Settings

_HEAVY = (
    "ast_grep_py",
    "pybetterleaks",
    "yaml",
    "rich.markdown",
    "shipworthy.prototype",
    "msgspec",
)


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_example("crm", tmp_path_factory.mktemp("cli"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A few files with a gap."""
    case = next(c for c in cases("vulnerable") if c.entry.control.id == "unauthenticated-endpoint")
    return unpack(case.folder, tmp_path / "small")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A prototype too small to have a gap."""
    root = tmp_path / "clean"
    root.mkdir()
    (root / "add.ts").write_text("export const add = (a: number, b: number) => a + b;\n")
    return root


def test_nothing_open_is_exit_code_0(clean: Path) -> None:
    ran = _run("assess", str(clean))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Nothing was found that a control could judge." in ran.stdout


def test_gaps_are_exit_code_1(small: Path) -> None:
    assert _run("assess", str(small)).returncode == 1


def test_not_being_able_to_look_is_exit_code_2(tmp_path: Path) -> None:
    assert _run("assess", str(tmp_path / "nowhere")).returncode == 2


@pytest.mark.parametrize(
    "arguments", [["asess"], ["assess"], ["assess", "--what"], ["schema", "no"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    ran = _run(*arguments)
    assert ran.returncode == 2
    assert ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("command", "document"), [("assess", "assessment"), ("facts", "facts")])
def test_json_meets_the_published_schema(crm: Path, command: str, document: str) -> None:
    schema = json.loads(_run("schema", document).stdout)
    Draft202012Validator.check_schema(schema)
    content = json.loads(_run(command, str(crm), "--json").stdout)
    assert list(Draft202012Validator(schema).iter_errors(content)) == []
    assert content["schema"] == schema["$id"]


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_output_writes_the_file_and_says_so(small: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / "out" / "assessment"
    file.parent.mkdir()
    ran = _run("assess", str(small), "--format", format, "--output", str(file), FORCE_COLOR="1")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", f"Wrote {file}.\n")
    assert file.read_text(encoding="utf-8") == _run("assess", str(small), "--format", format).stdout


def test_output_that_cannot_be_written_is_one_line(small: Path, tmp_path: Path) -> None:
    ran = _run("assess", str(small), "--json", "--output", str(tmp_path / "no" / "file.json"))
    assert ran.returncode == 2
    assert ran.stderr.startswith("shipworthy: ")
    assert ran.stderr.count("\n") == 1


def test_unknown_control_gets_a_close_match(small: Path) -> None:
    ran = _run("assess", str(small), "--only", "client-side-secrets")
    assert ran.returncode == 2
    assert "client-side-secret" in ran.stderr.replace("client-side-secrets", "")
    assert ran.stderr.count("\n") == 1


def test_only_asks_a_control_or_an_area(crm: Path) -> None:
    ran = _run("assess", str(crm), "--json", "--only", "no-tests", "--only", "http")
    assert {c["area"] for c in json.loads(ran.stdout)["controls"]} == {"testing", "http"}


def test_version_is_printed() -> None:
    ran = _run("--version")
    assert (ran.returncode, ran.stdout) == (0, f"shipworthy {__version__}\n")


def test_help_lists_the_commands() -> None:
    ran = _run("--help")
    assert ran.returncode == 0
    for command in ("assess", "facts", "controls", "explain", "schema", "advisories"):
        assert f"  {command} " in ran.stdout


def test_help_without_arguments_writes_no_traceback() -> None:
    ran = _run()
    assert "assess" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("variable", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("command", ["assess", "facts", "controls", "explain"])
def test_no_colour_codes_off_a_terminal(
    small: Path, command: str, variable: dict[str, str]
) -> None:
    subject = {"assess": [str(small)], "facts": [str(small)], "explain": ["no-tests"]}.get(
        command, []
    )
    ran = _run(command, *subject, **variable)
    assert ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "arguments",
    ["assess {} --json", "assess {}", "facts {} --json", "controls", "schema", "--help"],
)
def test_closed_pipe_is_no_error(crm: Path, arguments: str) -> None:
    line = f"{sys.executable} -m shipworthy {arguments.format(crm)} | head -n 1 >/dev/null"
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    line = f"{sys.executable} -m shipworthy {arguments.format(crm)} | true"
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


def test_full_disk_is_no_traceback(small: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "shipworthy", "assess", str(small), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.startswith("shipworthy: ")
    assert "Traceback" not in ran.stderr


def test_help_loads_nothing_heavy() -> None:
    assert _loaded("--help") & set(_HEAVY) == set()


def test_list_of_controls_loads_no_engine() -> None:
    heavy = {"pybetterleaks", "yaml", "rich.markdown"}
    assert _loaded("controls") & heavy == set()


def test_a_plain_assessment_loads_nothing_to_parse_arguments_with(clean: Path) -> None:
    assert _loaded("assess", str(clean), "--json") & {"typer", "click", "pydantic"} == set()


def test_a_plain_assessment_is_what_the_parsed_arguments_give(crm: Path) -> None:
    for switches in (["--json"], ["--all"], []):
        plain = _run("assess", str(crm), *switches)
        parsed = _run("assess", *switches, "--", str(crm))
        assert (plain.returncode, plain.stdout) == (parsed.returncode, parsed.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess"],
        ["assess", ""],
        ["assess", "a", "b"],
        ["assess", "--help"],
        ["assess", "a", "--only", "csrf"],
        ["assess", "a", "--format=json"],
        ["assess", "--", "a"],
        ["facts", "a"],
    ],
)
def test_whatever_else_is_asked_is_parsed(arguments: list[str]) -> None:
    assert plainly(arguments) is None


def test_same_input_gives_the_same_bytes(crm: Path) -> None:
    once, again = (_run("assess", str(crm), "--json").stdout for _ in range(2))
    assert once == again
    for workers in (1, 2):
        assert json_report(run_assess(crm, Settings(workers=workers))) == once


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "shipworthy", *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_that_is_asked_for_is_the_only_one_that_is_built() -> None:
    everything = typer.main.get_command(app)
    assert isinstance(everything, TyperGroup)
    for name, command in everything.commands.items():
        group = typer.main.get_command(with_one_command([name, "-h"]))
        assert isinstance(group, TyperGroup)
        assert list(group.commands) == [name]
        assert group.help == everything.help
        assert _options(group.commands[name]) == _options(command)


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--version"], ["asses", "."], [""]])
def test_help_and_mistakes_know_every_command(arguments: list[str]) -> None:
    assert with_one_command(arguments) is app


def _options(command: object) -> list[str]:
    return [p.name for p in getattr(command, "params", [])]


def _loaded(*arguments: str) -> set[str]:
    program = (
        "import sys\nfrom shipworthy.cli.start import main\n"
        f"sys.argv = ['shipworthy', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ran.stderr.split())


def test_prove_shows_proven_leaks_and_the_rebuilt_database(crm: Path) -> None:
    ran = _run("prove", str(crm))
    assert ran.returncode == 1
    assert "[proven]" in ran.stdout
    assert "97 of 97 statements applied" in ran.stdout


def test_prove_without_a_schema_is_exit_code_2(clean: Path) -> None:
    ran = _run("prove", str(clean))
    assert ran.returncode == 2
    assert "holds no PostgreSQL schema" in ran.stderr


def test_an_engine_that_is_not_there_is_said(crm: Path, tmp_path: Path) -> None:
    ran = _run("prove", str(crm), "--pg-bin", str(tmp_path))
    assert ran.returncode == 2
    assert str(tmp_path) in ran.stderr
    ran = _run("assess", str(crm), "--prove", "--pg-bin", str(tmp_path), "--only", "open-tenant")
    assert ran.returncode == 0
    assert str(tmp_path) in ran.stdout


def test_the_proof_as_json_meets_its_schema(crm: Path) -> None:
    document = json.loads(_run("prove", str(crm), "--json").stdout)
    schema = json.loads(_run("schema").stdout)
    Draft202012Validator(schema).validate(document)
    assert document["database"]["engine"].startswith("PostgreSQL")
    assert {f["proof"] for f in document["findings"]} >= {"proven", "observed"}
