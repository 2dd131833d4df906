"""The records: complete, in words that claim nothing, and never written over what people added."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from copies import copy_of_example
from made_assessments import HOSTILE, assessed, gap, written
from shipworthy.assess.gate import gate
from shipworthy.catalogue import select
from shipworthy.database.engine import Server
from shipworthy.database.era import Era
from shipworthy.decide import decide
from shipworthy.errors import MissingExtra
from shipworthy.finding import Confidence
from shipworthy.pipeline import run_assess, run_decide
from shipworthy.register import Register
from shipworthy.register.acts import approve, ask, attest
from shipworthy.register.checkpoint import write_checkpoint
from shipworthy.register.key import signing_key
from shipworthy.register.standing import WaiverBody
from shipworthy.register.verify import verify
from shipworthy.report.gate import gate_text
from shipworthy.report.html import html_report
from shipworthy.report.records.draft import Draft
from shipworthy.report.records.due_diligence import pdf_of
from shipworthy.report.records.law import regimes, transfer_to
from shipworthy.report.records.pack import pack_of
from shipworthy.report.records.policy import Policy
from shipworthy.report.records.records import CannotWriteRecords, records_of, write_records
from shipworthy.report.register import register_document, register_text
from shipworthy.settings import Settings
from test_decide import HEALTHY

_CLAIMS = re.compile(
    r"""\b(is|are|be|fully|100%)\s+(\w+\s+)?compliant\b | \w-compliant\b | \bcompl(ies|y)\s+with\b
    | \billegal\b | \bunlawful\b | \bviolat | \binfring | \bbreach(es)?\s+of\s+(the\s+)?(gdpr|law)
    | \bguarante | \bcertifies\b | \bis\s+certified\b | \blegally\s+(safe|sound|binding)
    | \bGDPR[- ](native|clean|ready|proof)\b | \bmust\s+pay\b | \byou\s+are\s+(not\s+)?obliged
    | \bno\s+DPIA\s+is\s+(needed|required)\b | \bdoes\s+not\s+apply\b | \b(fully|completely)\s+secure\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CODE = re.compile(r"<(pre|code)\b.*?</\1>|<[^>]+>|`[^`]*`", re.DOTALL)  # the prototype's own words
_SECTIONS = """cover summary reading blockers checklists architecture security quality performance operations
    ai privacy maps team supply decision plan exceptions evidence limits""".split()
_MIGRATION = """
create table public.profiles (id uuid primary key, email text, full_name text);
create table public.orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.profiles (id),
  email text, phone text, created_at timestamptz not null default now()
);
create table public.companies (
  id uuid primary key default gen_random_uuid(), name text, email text,
  made_by uuid references public.profiles (id)
);
create table public.order_notes (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id), email text,
  created_at timestamptz not null default now()
);
"""
_ANA, _BO = "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"


@pytest.fixture(scope="module", params=["assistant", "crm", "marketplace"])
def drafts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Draft]:
    """All records of a bundled prototype, with a register that has something of each kind."""
    folder = tmp_path_factory.mktemp("records")
    root = copy_of_example(request.param, folder)
    register = Register(root, folder / "home")
    register.open("Ana Example")
    day = register.now().date()
    wanted = WaiverBody(control="no-tests", subject="*", reason="a demo", until=day)
    approve(register, "Ana Example", ask(register, "Bo Example", wanted).number)
    attest(register, "Bo Example", "hardening_checklist.recovery", "restored in 12 minutes", day)
    write_checkpoint(register, "Ana Example", signing_key(register.home, root))
    decision = run_decide(root, Settings(workers=1))
    judged = gate(decision.assessment, verify(register))
    shown = register_document(register, register.entries(), day)
    return [
        *records_of(decision, judged),
        Draft("gate", "what `shipworthy gate` prints", gate_text(judged, ".")),
        Draft("register", "what `shipworthy register list` prints", register_text(shown)),
        Draft("report", "what `assess --html` writes", html_report(decision.assessment)),
    ]


def test_no_record_claims_that_a_law_is_kept_or_broken(drafts: list[Draft]) -> None:
    for draft in drafts:
        prose = re.sub(_CODE, " ", draft.text)
        assert [m[0] for m in _CLAIMS.finditer(prose)] == [], draft.path


@pytest.mark.parametrize(
    "claim",
    ["The app is compliant.", "fully GDPR compliant", "This complies with NIS 2", "that is illegal",
     "guaranteed", "an EU-compliant host", "NIS 2 does not apply", "violates Art. 5"],
)  # fmt: skip
def test_a_claim_would_be_noticed(claim: str) -> None:
    assert _CLAIMS.search(claim)


def test_each_compliance_draft_says_to_ask_counsel(drafts: list[Draft]) -> None:
    compliance = [d for d in drafts if d.path.startswith("compliance/") and d.path.endswith(".md")]
    assert len(compliance) == 6
    assert all("ask counsel" in d.text for d in compliance)


def test_the_pack_has_its_twenty_sections_and_names_owner_commit_and_checkpoint(
    drafts: list[Draft],
) -> None:
    text = _one(drafts, "due-diligence.html").text
    assert len(_SECTIONS) == 20
    for number, section in enumerate(_SECTIONS, 1):
        assert f'id="{section}"' in text
        assert f'<li><a href="#{section}">{number} ' in text
    for said in ("Ana Example", "no-tests on *", "approved", "restored in 12 minutes", "SHA256:"):
        assert said in text
    assert '<svg class="diagram"' in text


def test_the_pack_names_gaps_in_words_and_not_by_the_ids_of_controls(drafts: list[Draft]) -> None:
    page = _one(drafts, "due-diligence.html").text
    summary = page[page.index('id="summary"') : page.index('id="reading"')]
    rows = page[page.index('id="checklists"') : page.index('id="architecture"')]
    ids = [control.id for control in select() if "-" in control.id]
    assert not [id for id in ids if re.search(rf"(?<![\w-]){id}(?![\w-])", summary + rows)]
    assert "`" not in re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL)


def test_what_each_control_answered_tells_questions_from_gaps(tmp_path: Path) -> None:
    found = [gap("csrf", "a"), gap("csrf", "b", confidence=Confidence.LOW), gap("csrf", "c")]
    found[2] = replace(found[2], accepted="Ana, a demo")
    decision = decide(assessed(written(tmp_path / "notes", HEALTHY), found))
    asked = pack_of(decision, gate(decision.assessment, None)).asked
    (csrf,) = (row for row in asked if row.control == "csrf")
    assert dict(csrf.counts) == {"gap": 1, "question": 1, "accepted": 1}


def test_a_pack_of_what_is_not_built_yet_estimates_nothing(tmp_path: Path) -> None:
    app = "class Home extends StatelessWidget {\n" + "  // a screen\n" * 200 + "}\n"
    files = {"package.json": "{}", "index.js": "x();\n", "lib/a.dart": app, "lib/b.dart": app}
    decision = run_decide(written(tmp_path / "app", files), Settings(workers=1))
    drafts = records_of(decision, gate(decision.assessment, None))
    page = _one(drafts, "due-diligence.html").text
    assert "99% of the code could not be read (Dart)" in page
    assert "none is estimated" in page
    assert "0 to 0" not in page
    assert "<td>Dart is not read yet</td>" in page
    assert page.count("lib/a.dart") == 1


def test_the_pack_loads_nothing_and_allows_only_its_own_style(drafts: list[Draft]) -> None:
    text = _one(drafts, "due-diligence.html").text
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|link|img|iframe)\b|url\((?!#)|@import", text)


def test_each_processor_has_four_facts_and_what_is_not_known_is_said(drafts: list[Draft]) -> None:
    lines = [
        line for line in _one(drafts, "compliance/processors.md").text.splitlines()
        if line.startswith("| ")
    ]  # fmt: skip
    assert [cell.strip()[:1] for cell in lines[0].split("|")[4:8]] == ["1", "2", "3", "4"]
    for line in lines[1:]:
        cells = re.split(r"(?<!\\)\|", line)
        assert len(cells) == 10
        assert "not known" in cells[6]
        assert "not known" in cells[7]


def test_the_decision_records_propose_and_say_who_accepts(drafts: list[Draft]) -> None:
    for draft in drafts:
        if draft.path.startswith("decisions/"):
            assert "Status: **proposed**" in draft.text
            assert "Owner: Ana Example" in draft.text


def test_the_pdf_is_one_and_tagged(tmp_path: Path) -> None:
    root = written(tmp_path / "app", {"src/a.ts": "export const add = (a: number) => a + 1;\n"})
    decision = decide(run_assess(root, Settings(workers=1), ("testing",)))
    page = _one(list(records_of(decision, gate(decision.assessment, None))), "due-diligence.html")
    assert "<p>Not applicable: no call of a model was found.</p>" in page.text
    made = pdf_of(page)
    assert made.startswith(b"%PDF-")
    inside = b"".join(_streams(made))
    assert b"pdfuaid" in inside  # PDF/UA: what a screen reader needs
    assert b"StructTreeRoot" in inside


def test_without_weasyprint_the_line_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtra, match=r"pip install 'shipworthy\[pdf\]'"):
        pdf_of(Draft("x.html", "", "<p>x</p>"))


def test_what_people_edited_is_kept_and_the_new_form_lies_beside_it(tmp_path: Path) -> None:
    first = (Draft("a/one.md", "", "one\n"), Draft("two.md", "", "two\n"))
    assert write_records(tmp_path, first, None).beside == ()
    (tmp_path / "a/one.md").write_text("one, and what Ana added\n")
    second = (Draft("a/one.md", "", "one more\n"), Draft("two.md", "", "two more\n"))
    done = write_records(tmp_path, second, None)
    assert done.beside == (tmp_path / "a/one.md.new",)
    assert (tmp_path / "a/one.md").read_text() == "one, and what Ana added\n"
    assert (tmp_path / "a/one.md.new").read_text() == "one more\n"
    assert (tmp_path / "two.md").read_text() == "two more\n"


def test_a_file_that_was_there_before_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    write_records(tmp_path, (Draft("README.md", "", "ours\n"),), None)
    assert (tmp_path / "README.md").read_text() == "mine\n"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    folder, outside = tmp_path / "out", tmp_path / "outside.md"
    folder.mkdir()
    outside.write_text("mine\n")
    (folder / "one.md").symlink_to(outside)
    with pytest.raises(CannotWriteRecords, match="link"):
        write_records(folder, (Draft("one.md", "", "ours\n"),), None)
    assert outside.read_text() == "mine\n"


def test_names_of_a_hostile_prototype_stay_text(tmp_path: Path) -> None:
    sql = f'create table "{HOSTILE}" (id int, email text, "$retention$" text, created_at timestamptz);\n'
    root = written(
        tmp_path / "<b onclick=1>", {"supabase/migrations/1.sql": sql, "a.ts": "let a = 1;\n"}
    )
    decision = decide(run_assess(root, Settings(workers=1)))
    found = records_of(decision, gate(decision.assessment, None))
    assert all("<script" not in d.text and "<b onclick" not in d.text for d in found)
    assert [d for d in found if d.path.endswith(".sql")] == []  # such a name is left to a person


@pytest.mark.xdist_group("postgres")
def test_the_retention_job_deletes_nothing_before_it_is_decided(
    tmp_path: Path, platform: Iterator[object]
) -> None:
    sql = _one(_made_from_migration(tmp_path), "compliance/retention.sql").text
    with platform.connect("postgres") as connection:  # type: ignore[attr-defined]
        _filled(connection)
        connection.execute(sql)
        run = "select * from shipworthy_retention.run()"
        assert connection.execute(run).fetchall() == []
        connection.execute(
            "update shipworthy_retention.period set days = 30 where table_name = 'public.order_notes'"
        )
        due = connection.execute("select * from shipworthy_retention.due()").fetchall()
        assert due == [("public.order_notes", 1)]
        assert connection.execute(run).fetchall() == [("public.order_notes", 1)]
        left = connection.execute("select count(*) from order_notes").fetchone()
        assert left == (2,)
        connection.execute(sql)  # again: what was decided stays
        kept = (
            "select days from shipworthy_retention.period where table_name = 'public.order_notes'"
        )
        assert connection.execute(kept).fetchone() == (30,)


@pytest.mark.xdist_group("postgres")
def test_the_erasure_takes_what_leads_to_one_person_and_nothing_else(
    tmp_path: Path, platform: Iterator[object]
) -> None:
    sql = _one(_made_from_migration(tmp_path), "compliance/erase-person.sql").text
    with platform.connect("postgres") as connection:  # type: ignore[attr-defined]
        _filled(connection)
        connection.execute(sql.replace(":person", f"'{_ANA}'"))
        owners = connection.execute("select user_id::text from orders").fetchall()
        assert {owner for (owner,) in owners} == {_BO}
        assert connection.execute("select count(*) from order_notes").fetchone() == (1,)
        kept = connection.execute("select name, made_by from companies").fetchall()
        assert kept == [("of all", None)]  # what others need stays, without the person
        connection.execute("delete from profiles where id = %s", (_ANA,))  # nothing holds it back


def test_a_policy_that_names_no_processor_is_told_so(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.0.0", "stripe": "17.0.0"}}',
        "src/a.ts": 'import { createClient } from "@supabase/supabase-js";\nimport Stripe from "stripe";\n'
        "export const db = createClient(process.env.URL!, process.env.KEY!);\n"
        "export const pay = new Stripe(process.env.STRIPE_KEY!);\n",
        "src/pages/Privacy.tsx": "export default () => "
        "<p>We collect personal data and metadata with Supabase: your email address.</p>;\n",
        "src/Form.tsx": 'export const F = () => <form><input type="email" name="email" />'
        '<input type="tel" name="phone" /></form>;\n',
    }
    decision = decide(run_assess(written(tmp_path / "app", files), Settings(workers=1)))
    found = records_of(decision, gate(decision.assessment, None))
    text = _one(list(found), "compliance/privacy-policy.md").text
    assert "| Supabase | database | named |" in text
    assert "| e-mail address | data | a word for it stands there |" in text
    assert "| phone number | data | **no word for it was found** |" in text
    assert "| Stripe | payments | **neither the company nor the purpose was found** |" in text


@pytest.mark.parametrize(
    ("text", "company", "named"),
    [
        ("metadata is kept by a payment gateway", "Meta pixel", False),
        ("metadata is kept by a payment gateway", "Lovable AI gateway", False),
        ("we use meta, and hubspot.", "Meta pixel", True),
        ("we use meta, and hubspot.", "Clearbit (HubSpot)", True),
    ],
)
def test_a_company_is_named_by_its_name_and_not_by_a_part_of_a_word(
    text: str, company: str, named: bool
) -> None:
    assert Policy(("privacy.md",), text).names(company) is named


def test_every_law_has_dates_and_a_source() -> None:
    assert [r.id for r in regimes()] == ["dpia", "ai-act", "nis2", "cra"]
    assert all(r.dates and r.source and r.questions for r in regimes())


@pytest.mark.parametrize(
    ("country", "said"),
    [("DE", "none is needed"), ("CH", "adequacy"), ("US", "Data Privacy Framework"),
     ("IN", "standard contractual clauses"), ("?", "where does")],
)  # fmt: skip
def test_a_transfer_rests_on_something_that_a_person_must_check(country: str, said: str) -> None:
    assert said in transfer_to(country)
    assert transfer_to(country).endswith("?") or "?" in transfer_to(country)


def test_the_command_writes_them_and_says_what_comes_next(tmp_path: Path) -> None:
    root = written(
        tmp_path / "app", {"src/a.ts": "export const add = (a: number) => a + 1;\n" * 20}
    )
    ran = subprocess.run(
        [sys.executable, "-m", "shipworthy", "records", str(root), "-o", str(tmp_path / "out"), "--no-pdf"],
        capture_output=True, text=True, env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "each draft says what a person must add" in ran.stderr
    assert (tmp_path / "out/decisions/0001-verdict.md").is_file()


@pytest.fixture
def platform(server: Server) -> Iterator[object]:
    database = server.database(Era.LEGACY)
    yield database
    database.drop()


def _streams(pdf: bytes) -> Iterator[bytes]:
    for part in pdf.split(b"stream\n")[1::2]:
        try:
            yield zlib.decompress(part.rpartition(b"\nend")[0])
        except zlib.error:
            continue


def _made_from_migration(folder: Path) -> list[Draft]:
    files = {
        "supabase/migrations/20250101000000_a.sql": _MIGRATION,
        "a.ts": "export const a = 1;\n",
    }
    root = written(folder / "app", files)
    decision = run_decide(root, Settings(workers=1, prove=True))
    return list(records_of(decision, gate(decision.assessment, None)))


def _filled(connection) -> None:  # type: ignore[no-untyped-def]
    connection.autocommit = True
    connection.execute(_MIGRATION)
    note = "insert into order_notes (order_id, created_at) select id, now() - make_interval(days => %s) "
    for person in (_ANA, _BO):
        connection.execute("insert into profiles (id) values (%s)", (person,))
        connection.execute("insert into orders (user_id) values (%s)", (person,))
        connection.execute(note + "from orders where user_id = %s", (0, person))
    connection.execute(note + "from orders where user_id = %s", (60, _ANA))
    connection.execute("insert into companies (name, made_by) values ('of all', %s)", (_ANA,))


def _one(drafts: list[Draft], path: str) -> Draft:
    return next(d for d in drafts if d.path == path)
