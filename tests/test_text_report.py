"""The report on a terminal: what blocks the launch first, places to open, and a next step."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from copies import copy_of_example
from shipworthy.assess import Assessment
from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.report.json_report import json_report
from shipworthy.report.sarif import sarif_report
from shipworthy.report.text import TOP, TextReport
from shipworthy.settings import Settings

_GROUP = re.compile(r"^ ?(\d+)\. (critical|high|medium|low) ", re.MULTILINE)
_ORDER = ("critical", "high", "medium", "low")


@pytest.fixture(scope="module", params=["crm", "assistant", "marketplace"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    root = copy_of_example(request.param, tmp_path_factory.mktemp("text"))
    return run_assess(root, Settings())


def test_blockers_come_first(example: Assessment) -> None:
    ranks = [_ORDER.index(severity) for _, severity in _GROUP.findall(_text(example))]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0


def test_at_most_ten_groups_are_shown(example: Assessment) -> None:
    text = _text(example)
    kinds = len({f.control for f in example.gaps})
    assert len(_GROUP.findall(text)) == min(TOP, kinds) <= 10
    assert ("more kind" in text) == (kinds > TOP)
    assert len(_GROUP.findall(_text(example, every_gap=True))) == kinds


def test_every_group_names_a_file_and_a_line(example: Assessment) -> None:
    for group in re.split(r"(?m)^(?= ?\d+\. )", _text(example).split("Not seen")[0])[1:]:
        assert re.search(r"^ {13}[^\s:]+:\d+  \S", group, re.MULTILINE), group


def test_every_gap_is_shown_on_demand(example: Assessment) -> None:
    text = _text(example, every_gap=True)
    assert all(f.message in text for f in example.gaps)


def test_it_ends_with_a_next_step(example: Assessment) -> None:
    last = _text(example).rstrip().splitlines()[-4:]
    worst = re.search(r"shipworthy explain (\S+)", last[0])
    assert worst
    assert worst[1] in {f.control for f in example.blockers}
    assert "shipworthy assess 'my proto' --all" in last[1]
    assert "shipworthy prove 'my proto'" in last[2]
    assert "shipworthy harden 'my proto'" in last[3]


def test_counts_of_the_table_add_up(example: Assessment) -> None:
    table = _text(example).split("not applicable\n")[1].split("\n\n")[0]
    rows = [[int(n) for n in re.findall(r"\d+", row)] for row in table.splitlines()]
    outcomes = (Outcome.GAP, Outcome.SATISFIED, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    shown = [Outcome.UNKNOWN if f.is_question else f.outcome for f in example.findings]
    counted = [shown.count(outcome) for outcome in outcomes]
    assert [sum(column) for column in zip(*rows, strict=True)] == counted


def test_what_was_not_seen_is_said(tmp_path: Path) -> None:
    (tmp_path / "app.ts").write_text("export const one = 1;\n")
    (tmp_path / "broken.ts").write_text("export const = = {{{")
    text = _text(run_assess(tmp_path, Settings()))
    assert "\nNot seen\n" in text
    assert "broken.ts: parts of it could not be parsed" in text
    assert "Nothing was found that a control could judge." in text


def test_no_secret_is_printed(example: Assessment) -> None:
    values = {s.value for s in example.prototype.secrets if len(s.value) > 8}
    assert values
    shown = _text(example, every_gap=True) + json_report(example) + sarif_report(example)
    assert not [value for value in values if value in shown]


def test_long_paths_stay_on_their_line_off_a_terminal(tmp_path: Path) -> None:
    path = "src/" + "a-rather-long-folder-name/" * 12 + "key.ts"
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text('const apiKey = "sk_live_4eC39HqLyjWDarjtT1zdp7dc8Jk2mN";\n')
    text = _text(run_assess(tmp_path, Settings()), every_gap=True)
    assert f"{path}:1" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_terminal_wraps_with_an_indent(example: Assessment) -> None:
    text = _text(example, width=60, terminal=True)
    assert all(len(line) <= 60 for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines())


def _text(
    assessment: Assessment, every_gap: bool = False, width: int = 200, terminal: bool = False
) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, highlight=False, soft_wrap=not terminal
    )
    console.print(TextReport(assessment, "my proto", every_gap))
    return out.getvalue()


def test_an_ampersand_in_an_element_is_no_broken_file(tmp_path: Path) -> None:
    page = '<p title="R&D">Terms & Conditions, Q&A</p>'
    (tmp_path / "app.tsx").write_text(f"export const App = () => {page};\n")
    assert not run_assess(tmp_path, Settings()).unread
