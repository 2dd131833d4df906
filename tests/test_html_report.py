"""The HTML report is one file that nothing in a prototype can take over, and that hides nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from made_assessments import assessed, gap, hostile, written
from shipworthy.assess import Assessment
from shipworthy.cli.main import app
from shipworthy.finding import Confidence, Location, Outcome, Proof
from shipworthy.report.html import html_report

LARGEST = 1_500_000  # bytes, for a prototype of 500 files


class Page(HTMLParser):
    """What a browser would make of it: tags with their attributes, and ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [a["id"] or "" for _, a in self.tags if "id" in a]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(
        tmp_path / "shop",
        {
            "src/pay.ts": "const key = process.env.KEY;\nexport const pay = () => key;\n",
            "package.json": '{"dependencies": {"stripe": "14.0.0"}}',
        },
    )


def page(assessment: Assessment) -> tuple[str, Page]:
    text = html_report(assessment)
    return text, Page(text)


def section(text: str, name: str) -> str:
    return text.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def test_no_text_of_a_prototype_becomes_markup(tmp_path: Path) -> None:
    text, parsed = page(hostile(tmp_path))
    names = [tag for tag, _ in parsed.tags]
    assert names.count("script") == 1
    assert names.count("style") == 1
    assert not {"img", "iframe", "base", "object", "embed", "link"} & set(names)
    assert not [a for _, attributes in parsed.tags for a in attributes if a.startswith("on")]
    assert "<svg onload" not in text
    assert "\u202e" not in text


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    for _, attributes in page(hostile(tmp_path))[1].tags:
        assert not {"src", "srcset", "action", "data", "style"} & set(attributes)
        link = attributes.get("href")
        assert link is None or link.startswith("#")


def test_the_policy_allows_our_own_style_and_script_alone(shop: Path) -> None:
    text, parsed = page(assessed(shop))
    policy = next(a["content"] for t, a in parsed.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        block = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert block is not None
        digest = base64.b64encode(hashlib.sha256(block[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_id_is_given_once_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    parsed = page(hostile(tmp_path))[1]
    assert len(parsed.ids) == len(set(parsed.ids))
    links = {a["href"][1:] for t, a in parsed.tags if t == "a" and a.get("href")}
    assert links <= set(parsed.ids)


def test_the_verdict_says_by_what(shop: Path) -> None:
    findings = [
        gap("secret-in-code", "a", place=Location("src/pay.ts", 1)),
        gap("secret-in-code", "b"),
        gap("csrf", "c"),
    ]
    text = html_report(assessed(shop, findings))
    assert "Not ready to launch" in text
    assert "2 kinds of gap block it, in 3 places." in text


def test_what_was_not_seen_keeps_it_from_being_called_ready(shop: Path) -> None:
    right = gap("csrf", "a", "Right", outcome=Outcome.SATISFIED)
    assert "Ready to launch" in html_report(assessed(shop, [right]))
    unknown = gap("csrf", "b", "the engine is missing", outcome=Outcome.UNKNOWN)
    text = html_report(assessed(shop, [right, unknown]))
    assert "Ready to launch" not in text
    assert "the engine is missing" in section(text, "not-checked")


def test_a_question_is_no_blocker(shop: Path) -> None:
    text = html_report(assessed(shop, [gap("csrf", "a", "Maybe", confidence=Confidence.LOW)]))
    assert "Maybe" in section(text, "questions")
    assert "Maybe" not in section(text, "blockers")
    assert "Not ready" not in text


def test_what_was_proven_looks_different_from_what_was_read(shop: Path) -> None:
    both = [
        gap("csrf", "a", proof=Proof.PROVEN),
        gap("csrf", "b"),
        gap("csrf", "c", proof=Proof.ATTESTED),
    ]
    found = section(html_report(assessed(shop, both)), "findings")
    for proof in ("proven", "observed", "attested"):
        assert f'<span class="proof {proof}">{proof}</span>' in found


def test_what_is_left_out_is_counted(shop: Path) -> None:
    many = [gap("csrf", f"s{n:03}", place=Location("src/pay.ts", 1)) for n in range(60)]
    found = section(html_report(assessed(shop, many)), "findings")
    assert found.count("<figure") == 5
    assert "40 more places are left out here" in found


def test_a_finding_comes_with_its_code_and_the_way_to_fix_it(shop: Path) -> None:
    one = [gap("secret-in-code", "a", place=Location("src/pay.ts", 1))]
    found = section(html_report(assessed(shop, one)), "findings")
    assert "const key = process.env.KEY;" in found
    for heading in ("Why it matters", "How it is fixed", "When to accept it"):
        assert f"<h4>{heading}</h4>" in found


def test_the_same_assessment_gives_the_same_page(shop: Path) -> None:
    assessment = assessed(shop)
    assert html_report(assessment) == html_report(assessment)


def test_a_prototype_of_500_files_makes_a_page_that_can_be_mailed(tmp_path: Path) -> None:
    route = (
        "import { createClient } from '@supabase/supabase-js';\n"
        "const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "export async function POST(req: Request) {\n  const { id } = await req.json();\n"
        "  await db.from('table_%d').delete().eq('id', id);\n"
        "  await fetch('https://api%d.example.io/x');\n"
        "  console.log(process.env.SETTING_%d);\n  return Response.json({});\n}\n"
    )
    files = {f"app/api/area{n % 25}/part{n}/route.ts": route % (n, n, n) for n in range(500)}
    assessment = assessed(written(tmp_path / "large", files | {"package.json": "{}"}))
    assert len(assessment.gaps) > 500
    assert len(html_report(assessment).encode()) < LARGEST


def test_the_command_writes_it_beside_another_format(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    result = CliRunner().invoke(app, ["assess", str(shop), "--json", "--html", str(file)])
    assert result.stdout.startswith("{")
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_writes_it_as_its_output(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    CliRunner().invoke(app, ["assess", str(shop), "--format", "html", "--output", str(file)])
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
