"""The Markdown report fits into a comment, and nothing in a prototype can write in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from made_assessments import HOSTILE, assessed, gap, written
from shipworthy.catalogue import catalogue
from shipworthy.cli.main import app
from shipworthy.finding import Location, Outcome, Severity
from shipworthy.report.markdown import LONGEST, MARKER, code, escaped, markdown_report


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(tmp_path / "shop", {"src/pay.ts": "export const pay = 1;\n"})


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


HOSTILE_TEXTS = [
    HOSTILE,
    "a | b | c",
    "`code` and ``more``",
    "[click](https://evil.example.org)",
    "![x](https://evil.example.org/x.png)",
    "https://evil.example.org",
    "@everyone look",
    "</details><h1>gone</h1>",
    "# heading\n- list\n\n***",
    "<!-- shipworthy --> &lt; &#64;team",
    "~~struck~~ #12 \u202egnp",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_text_of_a_prototype_stays_text(text: str) -> None:
    shown = rendered(f"| a | b |\n|---|---|\n| {escaped(text)} | end |\n")
    assert shown.count("<td>") == 2
    assert "<td>end</td>" in shown
    assert not any(f"<{tag}" in shown for tag in ("script", "a ", "img", "h1", "del", "em", "code"))
    assert "@everyone" not in shown
    assert "://" not in shown


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_code_of_a_prototype_stays_one_span(text: str) -> None:
    shown = rendered(f"| a | b |\n|---|---|\n| {code(text)} | end |\n")
    assert shown.count("<code>") == 1
    assert "<td>end</td>" in shown
    assert "<script" not in shown


def test_it_opens_with_the_verdict_and_the_blockers(shop: Path) -> None:
    text = markdown_report(assessed(shop, [gap("csrf", "a", place=Location("src/pay.ts", 1))]))
    assert text.startswith(f"{MARKER}\n## shop: not ready to launch\n\n1 kind of gap blocks it")
    assert "| **high** |" in text
    assert "`src/pay.ts:1`" in text
    assert text.rstrip().endswith("`shipworthy explain csrf` says how the first is fixed.")


def test_what_was_not_seen_is_said(shop: Path) -> None:
    text = markdown_report(assessed(shop, [gap("csrf", "a", "no engine", outcome=Outcome.UNKNOWN)]))
    assert "nothing seen that blocks the launch" in text
    assert "1× no engine" in text


def test_it_always_fits_into_a_comment_and_says_what_does_not(shop: Path) -> None:
    long = "word " * 200
    findings = [
        gap(entry.control.id, f"s{n}", long, severity=Severity.HIGH)
        for entry in catalogue()
        for n in range(30)
    ]
    text = markdown_report(assessed(shop, findings))
    assert len(text) <= LONGEST
    assert "more kinds of gap did not fit" in text
    assert text.count("<details>") == text.count("</details>")


def test_the_command_writes_it(shop: Path) -> None:
    result = CliRunner().invoke(app, ["assess", str(shop), "--format", "markdown"])
    assert result.stdout.startswith(MARKER)
