"""The path, and what is not known: what speaks for each path, near ties, parts that nobody could look at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path as Folder

import pytest

from made_assessments import assessed, gap, written
from shipworthy.cli.sidecar import app as sidecar
from shipworthy.decide import Decision, decide
from shipworthy.decide.component import Component
from shipworthy.decide.path import Path
from shipworthy.decide.verdict import Verdict
from shipworthy.finding import Finding, Location, Outcome
from shipworthy.intent.answers import Aim, Answers, Regulated
from shipworthy.prototype import read_prototype
from test_decide import HEALTHY
from test_decide_data_model import APP, TABLES, sql

BROWSER = {**APP, "supabase/migrations/1_a.sql": sql(*TABLES)}


def decided(
    folder: Folder,
    files: Mapping[str, str],
    answers: Answers | None = None,
    findings: Sequence[Finding] | None = None,
) -> Decision:
    return decide(assessed(written(folder, dict(files)), findings), answers)


def points(decision: Decision, path: Path) -> float:
    return next(o.points for o in decision.path.options if o.path is path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "supabase/migrations/2_b.sql",
            "create table patients (diagnosis text, allergies text, hiv_status text);\n",
        ),
        (
            "src/questions.ts",
            'export const asked = [\n  { id: "diagnosis", question: "Your diagnosis?", type: "text" },\n'
            '  { id: "allergies", question: "Any allergies?", type: "text" },\n'
            '  { id: "meds", question: "Your current medications?", type: "text" },\n];\n',
        ),
        (
            "src/schema.ts",
            'import { z } from "zod";\nexport const intake = z.object({ diagnosis: z.string(),'
            " allergies: z.string(), bloodType: z.string() });\n",
        ),
        (
            "api/intake.py",
            "from pydantic import BaseModel\n\nclass Intake(BaseModel):\n    diagnosis: str\n"
            "    allergies: str\n    blood_type: str\n",
        ),
    ],
    ids=["columns", "questions", "zod", "pydantic"],
)
def test_regulated_data_is_told_by_columns_questions_and_bodies(
    tmp_path: Folder, name: str, text: str
) -> None:
    imports = "import './questions';\nimport './schema';\n"
    files = {**BROWSER, name: text, "src/main.ts": f"{imports}{BROWSER['src/main.ts']}"}
    (found,) = read_prototype(written(tmp_path, files)).regulated_data
    assert found.kind is Regulated.HEALTH
    assert len(found.fields) >= 3


def test_two_fields_hint_and_one_says_nothing(tmp_path: Folder) -> None:
    leads = []
    for number, columns in enumerate(("diagnosis text", "diagnosis text, allergies text", "")):
        table = f"create table patients (id int, {columns or 'room int'});\n"
        found = decided(tmp_path / str(number), {**BROWSER, "supabase/migrations/2_b.sql": table})
        leads.append(points(found, Path.DATA_PLANE))
    assert leads == [0.0, 1.5, 0.0]


def test_serverless_needs_a_browser_that_asks_the_database_or_holds_a_key(tmp_path: Folder) -> None:
    barred = {o.path: o.barred for o in decided(tmp_path / "a", HEALTHY).path.options}
    assert "frontend" in barred[Path.SERVERLESS]
    page = {**HEALTHY, "app/page.tsx": "export default function Page() { return <p>hi</p>; }\n"}
    barred = {o.path: o.barred for o in decided(tmp_path / "b", page).path.options}
    assert "hardly asks a database" in barred[Path.SERVERLESS]
    files = {**BROWSER, "src/page.tsx": "export const Page = () => <p>hi</p>;\n"}
    barred = {o.path: o.barred for o in decided(tmp_path / "c", files).path.options}
    assert not barred[Path.SERVERLESS]


FUNCTION = """import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const client = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const { id } = await req.json();
  await client.from("TABLE").delete().eq("id", id);
  return new Response("done");
});
"""


def test_a_function_that_is_one_file_by_nature_speaks_for_no_layers(tmp_path: Folder) -> None:
    table = next(iter(TABLES))
    asked = {
        f"supabase/functions/{name}/index.ts": FUNCTION.replace("TABLE", table)
        for name in ("a", "b", "c")
    }
    found = decided(tmp_path, {**BROWSER, **asked})
    said = [r.says for o in found.path.options if o.path is Path.HEXAGONAL for r in o.reasons]
    assert "its inside is worked on anyway" in said
    assert not any("in one place" in text for text in said)


def test_pages_that_the_server_fills_are_a_frontend(tmp_path: Folder) -> None:
    assert decided(tmp_path / "a", HEALTHY).verdict(Component.FRONTEND) is Verdict.ABSENT
    mails = {**HEALTHY, "emails/welcome.hbs": "<p>Welcome {{name}}</p>\n"}
    assert decided(tmp_path / "b", mails).verdict(Component.FRONTEND) is Verdict.ABSENT
    pages = {**HEALTHY, "views/index.ejs": "<p><%= name %></p>\n"}
    assert decided(tmp_path / "c", pages).verdict(Component.FRONTEND) is not Verdict.ABSENT


def test_what_is_only_hardened_is_surrounded(tmp_path: Folder) -> None:
    decision = decided(tmp_path, HEALTHY)
    assert decision.path.lead is Path.SIDECAR


def test_a_step_that_a_command_takes_names_it(tmp_path: Folder) -> None:
    task = decided(tmp_path, HEALTHY).plan.task("sidecar-proxy")
    commands = {c.name for c in sidecar.registered_commands}
    named = re.search(r"shipworthy sidecar (\w+), (\w+) and (\w+)", task.how)
    assert named is not None
    assert commands.issuperset(named.groups())


def test_a_path_close_behind_is_named_with_its_reason(tmp_path: Folder) -> None:
    close = decided(tmp_path / "a", HEALTHY, Answers(aims=(Aim.OWNERSHIP,)))
    assert close.path.lead is Path.HEXAGONAL
    assert (
        "Sidecar is close behind (2.5 to 3), because the code can stay as it is."
        in close.path.sentence
    )
    clear = decided(tmp_path / "b", HEALTHY)
    assert "close behind" not in clear.path.sentence


DEED = """app.delete("/api/NAME/:id", async (req, res) => {
  await pool.query("DELETE FROM NAME WHERE id = $1", [req.params.id]);
  res.json({ ok: true });
});
"""
ROUTES = {
    "package.json": '{"name": "x", "dependencies": {"express": "4.21.2", "pg": "8.13.0"}}',
    "src/index.ts": 'import express from "express";\nimport { Pool } from "pg";\n'
    "const app = express();\nconst pool = new Pool();\n"
    f"{''.join(DEED.replace('NAME', name) for name in TABLES)}app.listen(3000);\n",
    "db/schema.sql": sql(*TABLES),
}


def answer(subject: str, outcome: Outcome) -> Finding:
    return gap(
        "unauthenticated-endpoint", subject, place=Location("src/index.ts", 5), outcome=outcome
    )


def test_entry_points_count_among_those_that_were_judged(tmp_path: Folder) -> None:
    root = written(tmp_path, dict(ROUTES))
    subjects = [h.subject for h in read_prototype(root).handlers]
    assert len(subjects) == len(TABLES)
    judged = [answer(subjects[0], Outcome.GAP), answer(subjects[1], Outcome.SATISFIED)]
    unclear = [answer(s, Outcome.UNKNOWN) for s in subjects[2:]]
    signals = {s.name: s for s in decide(assessed(root, [*judged, *unclear])).signals}
    assert signals["guarded-entry-points"].value.startswith("1 of 2 entry points")
    signals = {s.name: s for s in decide(assessed(root, unclear)).signals}
    assert signals["guarded-entry-points"].lean is None
    assert "none of 4" in signals["guarded-entry-points"].reason


def test_a_part_is_kept_only_where_something_found_it_sound(tmp_path: Folder) -> None:
    root = written(tmp_path, dict(ROUTES))
    subject = read_prototype(root).handlers[0].subject
    sound = decide(assessed(root, [answer(subject, Outcome.SATISFIED)]))
    assert sound.verdict(Component.API) is Verdict.KEEP
    unseen = decide(assessed(root, [answer(subject, Outcome.UNKNOWN)]))
    assert unseen.verdict(Component.API) is Verdict.HARDEN
    why = next(c.why for c in unseen.components if c.component is Component.API)
    assert "no control could look at it" in why


def test_payments_that_nobody_understood_are_not_known(tmp_path: Folder) -> None:
    code = (
        'const PAYPAL = "https://api-m.paypal.com";\n'
        "export const pay = (id: string) => fetch(`${PAYPAL}/v2/checkout/orders/${id}/capture`);\n"
    )
    files = {
        **ROUTES,
        "src/pay.ts": code,
        "src/index.ts": f'import "./pay";\n{ROUTES["src/index.ts"]}',
    }
    found = {s.name: s for s in decided(tmp_path / "a", files).signals}
    assert found["client-asserted-money"].lean is None
    assert "PayPal" in found["client-asserted-money"].reason
    assert "client-asserted-money" not in {s.name for s in decided(tmp_path / "b", ROUTES).signals}


def test_dead_code_is_counted_by_lines(tmp_path: Folder) -> None:
    small = {f"src/left{n}.ts": "export const a = 1;\n" for n in range(6)}
    files = {**HEALTHY, **small, "src/notes.ts": HEALTHY["src/notes.ts"] + "// used\n" * 400}
    found = {s.name: s for s in decided(tmp_path, files).signals}
    assert "in 6 of" in found["dead-code"].value
    assert found["dead-code"].lean == 0.0
