"""Refusals of callers: what says who calls, what is taken at its word, what only asks for knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.finding import Confidence, Finding
from shipworthy.pipeline import run_assess
from shipworthy.prototype.handlers.comparing import WORD_OF_CODE
from shipworthy.settings import Settings

HEAD = (
    'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
    'const admin = createClient(Deno.env.get("SUPABASE_URL")!,'
    ' Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);\n'
)
DEED = 'await admin.from("orders").delete().eq("id", body.id);\nreturn new Response("ok");\n'


def of_function(folder: Path, body: str, before: str = "") -> dict[str, list[Finding]]:
    """The gaps of an edge function by control; `before` stands in front of the handler."""
    path = folder / "supabase/functions/orders/index.ts"
    path.parent.mkdir(parents=True)
    code = (
        f"{HEAD}{before}Deno.serve(async (req) => {{\nconst body = await req.json();\n{body}}});\n"
    )
    path.write_text(code, encoding="utf-8")
    config = folder / "supabase/config.toml"
    config.write_text('project_id = "a"\n\n[functions.orders]\nverify_jwt = false\n', "utf-8")
    found: dict[str, list[Finding]] = {}
    for finding in run_assess(folder, Settings(), ["access"]).findings:
        if finding.outcome.value == "gap":
            found.setdefault(finding.control, []).append(finding)
    return found


def test_who_is_let_in_by_what_cannot_be_followed_is_no_alarm(tmp_path: Path) -> None:
    body = 'if (!(await known(body.token))) return new Response("no", { status: 401 });\n'
    gaps = of_function(tmp_path, body + DEED, 'import { known } from "npm:house-logins";\n')
    assert "unauthenticated-endpoint" not in gaps


def test_refusal_after_the_deed_helps_nobody(tmp_path: Path) -> None:
    body = (
        'await admin.from("orders").delete().eq("id", body.id);\n'
        'if (!(await known(body.token))) return new Response("no", { status: 401 });\n'
        'return new Response("ok");\n'
    )
    gaps = of_function(tmp_path, body, 'import { known } from "npm:house-logins";\n')
    (gap,) = gaps["unauthenticated-endpoint"]
    assert gap.message.endswith("nothing asks who is calling")


@pytest.mark.parametrize(
    "test",
    ['!req.headers.get("x-user-id")', "!body.userEmail", 'typeof body.userEmail !== "string"'],
)
def test_word_of_the_caller_is_named_as_what_it_is(tmp_path: Path, test: str) -> None:
    body = f'if ({test}) return new Response("no", {{ status: 401 }});\n'
    (gap,) = of_function(tmp_path, body + DEED)["unauthenticated-endpoint"]
    assert "at its word, which anybody can make up" in gap.message
    assert gap.evidence[1].location is not None
    assert gap.evidence[1].location.line == 5


def test_refusal_for_lack_of_a_setting_asks_nobody(tmp_path: Path) -> None:
    body = 'if (!Deno.env.get("MAIL_KEY")) return new Response("no", { status: 401 });\n'
    (gap,) = of_function(tmp_path, body + DEED)["unauthenticated-endpoint"]
    assert gap.message.endswith("nothing asks who is calling")


def test_state_of_a_row_says_nothing_of_the_caller(tmp_path: Path) -> None:
    body = (
        'const { data: order } = await admin.from("orders").select("*").eq("id", body.id).single();\n'
        'if (order.status === "sent") return new Response("no", { status: 403 });\n'
    )
    (gap,) = of_function(tmp_path, body + DEED)["unauthenticated-endpoint"]
    assert gap.message.endswith("nothing asks who is calling")


def test_secret_that_may_be_unset_is_a_guard_that_fails_open(tmp_path: Path) -> None:
    before = (
        "function allowed(req: Request) {\n"
        '  const secret = Deno.env.get("JOB_SECRET");\n'
        "  if (!secret) return true;\n"
        '  return req.headers.get("x-job-secret") === secret;\n'
        "}\n"
    )
    body = 'if (!allowed(req)) return new Response("no", { status: 401 });\n'
    gaps = of_function(tmp_path, body + DEED, before)
    assert "unauthenticated-endpoint" not in gaps
    assert "only asked for where it has been set" in gaps["fail-open-guard"][0].message


def test_guest_who_knows_number_and_address_is_a_question(tmp_path: Path) -> None:
    body = (
        'const { data } = await admin.from("orders").select("*")'
        '.eq("number", body.number).eq("email", body.email.toLowerCase()).single();\n'
        "return Response.json(data);\n"
    )
    (gap,) = of_function(tmp_path, body)["unauthenticated-endpoint"]
    assert gap.confidence is Confidence.LOW
    assert gap.message.endswith("whoever knows email and number is let in")


def test_search_in_all_rows_is_a_question(tmp_path: Path) -> None:
    body = (
        'const { data } = await admin.from("contacts").select("name")'
        ".or(`name.ilike.%${body.q}%,town.ilike.%${body.q}%`);\n"
        "return Response.json(data);\n"
    )
    (gap,) = of_function(tmp_path, body)["nosql-injection"]
    assert gap.confidence is Confidence.LOW


def test_condition_that_chooses_the_rows_of_one_is_an_alarm(tmp_path: Path) -> None:
    body = (
        'const { data } = await admin.from("contacts").select("name")'
        ".or(`owner.eq.${body.owner},town.ilike.%${body.q}%`);\n"
        "return Response.json(data);\n"
    )
    (gap,) = of_function(tmp_path, body)["nosql-injection"]
    assert gap.confidence is Confidence.HIGH


def test_disk_that_stands_in_for_a_service_is_a_question(tmp_path: Path) -> None:
    before = 'import { writeFile } from "node:fs/promises";\n'
    before += 'const local = () => Deno.env.get("STORAGE_DRIVER") === "local";\n'
    body = (
        'if (local()) { await writeFile("/data/" + body.name, body.text); }\n'
        'return new Response("ok");\n'
    )
    (gap,) = of_function(tmp_path, body, before)["path-traversal"]
    assert gap.confidence is Confidence.LOW


def test_wrong_method_is_no_refusal_of_a_caller(tmp_path: Path) -> None:
    body = 'if (body.way !== "POST") return new Response("Method not allowed", { status: 405 });\n'
    (gap,) = of_function(tmp_path, body + DEED)["unauthenticated-endpoint"]
    assert gap.message.endswith("nothing asks who is calling")


def test_word_of_the_code_in_the_body_is_a_secret_written_down(tmp_path: Path) -> None:
    body = (
        'if (body.setup_key !== "orchard-setup-2025") return new Response("no", { status: 403 });\n'
    )
    assert "unauthenticated-endpoint" not in of_function(tmp_path, body + DEED)


def test_name_in_the_body_that_stands_on_a_list_of_the_code_is_no_check(tmp_path: Path) -> None:
    refuse = 'return new Response("Forbidden", { status: 403 });\n'
    before = 'const STAFF = ["ann@example.org", "bob@example.org"];\n'
    gaps = of_function(tmp_path, f"if (!STAFF.includes(body.email)) {refuse}{DEED}", before)
    (gap,) = gaps["unauthenticated-endpoint"]
    assert "takes body.email at its word" in gap.message


def test_secret_in_the_body_that_stands_on_a_list_of_the_code_is_not_called_a_name(
    tmp_path: Path,
) -> None:
    refuse = 'return new Response("Forbidden", { status: 403 });\n'
    before = f"const KEYS = {['k-81723', 'k-99123']};\n"
    gaps = of_function(tmp_path, f"if (!KEYS.includes(body.accessKey)) {refuse}{DEED}", before)
    assert "unauthenticated-endpoint" not in gaps


_OWN_CHECK = """
async function keyOf(headers) {
  const key = headers.get("x-api-key");
  if (!key) return { userId: null, hasKey: false };
  const { data } = await admin.from("api_keys").select("workspace_id").eq("key_hash", key).single();
  if (!data) return { userId: null, hasKey: true };
  return { userId: data.workspace_id, hasKey: true };
}
"""
_TURNS_AWAY = 'return new Response("no", { status: 401 });\n'


@pytest.mark.parametrize(
    "test",
    [
        "const auth = await keyOf(req.headers);\nif (auth.hasKey && !auth.userId)",
        'const key = req.headers.get("x-key");\nif (key && !(await known(key)))',
    ],
)
def test_who_sends_no_key_is_not_asked_for_one(tmp_path: Path, test: str) -> None:
    before = 'import { known } from "npm:house-logins";\n' + _OWN_CHECK
    gaps = of_function(tmp_path, f"{test} {_TURNS_AWAY}{DEED}", before)
    (gap,) = gaps["unauthenticated-endpoint"]
    assert gap.message.endswith("nothing asks who is calling")
    assert gap.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    "test",
    [
        "const auth = await keyOf(req.headers);\nif (!auth.hasKey || !auth.userId)",
        'const key = req.headers.get("x-key");\nif (!key || !(await known(key)))',
        "const asked = await answer(req);\nif (asked.wrong && !asked.user)",
    ],
)
def test_who_is_refused_without_a_key_is_no_alarm(tmp_path: Path, test: str) -> None:
    before = 'import { known } from "npm:house-logins";\n' + _OWN_CHECK + _OWN_ANSWER
    gaps = of_function(tmp_path, f"{test} {_TURNS_AWAY}{DEED}", before)
    assert "unauthenticated-endpoint" not in gaps


_OWN_ANSWER = """
async function answer(req) {
  const user = await known(req);
  if (!user) return { wrong: true, user: null };
  return { wrong: false, user };
}
"""


@pytest.mark.parametrize(
    ("compared", "known"),
    [
        ('header !== "Bearer let-me-in-2024"', False),
        ('header !== "let-me-in-2024"', True),
        ('JSON.parse(atob(header.split(".")[1])).scope !== "notebook-runtime"', False),
        ('JSON.parse(atob(header.split(".")[1])).secret !== "notebook-runtime"', True),
    ],
)
def test_of_a_token_that_is_taken_apart_only_a_part_that_is_secret_opens(
    tmp_path: Path, compared: str, known: bool
) -> None:
    files = {
        "supabase/functions/orders/index.ts": f"{HEAD}Deno.serve(async (req) => {{\n"
        'const header = req.headers.get("authorization") ?? "";\nconst body = await req.json();\n'
        f'if ({compared}) return new Response("no", {{ status: 401 }});\n{DEED}}});\n'
    }
    (handler,) = prototype_of(tmp_path, files).handlers
    guards = {g.how for e in handler.effects for g in e.guards if e.target == "orders"}
    assert (WORD_OF_CODE in guards) is known


_NAMED = 'const id = req.headers.get("x-user-id");\n'
_ASKED = 'const { data: user } = await admin.from("users").select("*").eq("id", id).single();\n'
_REFUSED = 'if (!user) return new Response("no", { status: 401 });\n'


@pytest.mark.parametrize(
    "who",
    [
        f"{_NAMED}const user = id ? {{ id }} : null;\n{_REFUSED}",
        f"{_NAMED}let user: any = null;\nif (id) user = {{ id }};\n{_REFUSED}",
        f"{_NAMED}{_ASKED}{_REFUSED}",
        f"{_NAMED}const user = caller(id);\n{_REFUSED}",
    ],
)
def test_an_id_in_a_header_says_nothing_of_who_calls(tmp_path: Path, who: str) -> None:
    caller = 'function caller(id: string) { if (!id) return null; return { id, role: "user" }; }\n'
    (gap,) = of_function(tmp_path, who + DEED, caller)["unauthenticated-endpoint"]
    assert gap.message.endswith(
        "it takes the header x-user-id at its word, which anybody can make up"
    )


_VERIFIER = (
    'import { jwtVerify } from "npm:jose";\n'
    'const key = new TextEncoder().encode(Deno.env.get("SECRET")!);\n'
)


@pytest.mark.parametrize(
    ("after", "open"),
    [
        ("", True),
        ('if (!claims) return new Response("no", { status: 401 });\n', False),
    ],
)
def test_a_check_whose_failure_is_caught_has_not_been_passed(
    tmp_path: Path, after: str, open: bool
) -> None:
    caught = "const claims = await jwtVerify(body.token, key).catch(() => null);\n"
    gaps = of_function(tmp_path, caught + after + DEED, _VERIFIER)
    assert ("unauthenticated-endpoint" in gaps) is open


_ACTION = """"use server";
import { Pool } from "pg";
import { known } from "house-logins";
const pool = new Pool();
export async function drop(id: string) {
  const user = await known();
  if (!user) return { error: "SAID" };
  await pool.query("delete from orders where id = $1", [id]);
}
"""


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Nicht autorisiert", False),
        ("Não autorizado", False),
        ("No estás autenticado", False),
        ("Non authentifié", False),
        ("Keine Berechtigung", False),
        ("Sem permissão", False),
        ("Keine Bestellung gefunden", True),
    ],
)
def test_callers_are_turned_away_in_the_language_of_the_app(
    said: str, found: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "pg": "8.0.0", "house-logins": "1.0.0"}}',
        "app/actions.ts": _ACTION.replace("SAID", said),
        "app/page.tsx": 'import { drop } from "./actions";\n'
        'export default () => <button onClick={() => drop("1")}>x</button>;\n',
    }
    prototype_of(tmp_path, files)
    gaps = run_assess(tmp_path, Settings(), ["access"]).findings
    open_ = [
        f for f in gaps if f.control == "unauthenticated-endpoint" and f.outcome.value == "gap"
    ]
    assert any(f.confidence is not Confidence.LOW for f in open_) is found


_PYTHON = """
import os
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

Base = declarative_base()
Session = sessionmaker(bind=create_engine(os.environ["DATABASE_URL"]))
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="login")


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    user_id = Column(String)
    body = Column(String)


def caller(token: str = Depends(scheme)):
    claims = jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
    name, kind = claims.get("sub"), claims.get("kind")
    if REFUSED:
        raise HTTPException(status_code=STATUS, detail="no")
    return name


@app.get("/notes")
def notes(user_id: str | None = None, me: str = Depends(caller)):
    whose = user_id or me
    with Session() as db:
        return [{"body": n.body} for n in db.query(Note).filter(Note.user_id == whose)]


@app.get("/mine")
def mine(me: str = Depends(caller)):
    with Session() as db:
        return [{"body": n.body} for n in db.query(Note).filter(Note.user_id == me)]
"""


@pytest.mark.parametrize(
    ("refused", "status", "told"),
    [("not name or not kind", 401, True), ("not may_ask(name)", 403, False)],
)
def test_a_token_that_says_too_little_is_no_right(
    tmp_path: Path, refused: str, status: int, told: bool
) -> None:
    code = _PYTHON.replace("REFUSED", refused).replace("STATUS", str(status))
    if not told:
        code = code.replace("import os\n", "import os\nfrom house_rights import may_ask\n", 1)
    (tmp_path / "main.py").write_text(code, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("fastapi==0.115.12\nsqlalchemy==2.0.40\n", "utf-8")
    found = run_assess(tmp_path, Settings(), ["access"]).findings
    gaps = [f for f in found if f.control == "missing-authorisation" and f.outcome.value == "gap"]
    assert [(f.subject, f.confidence) for f in gaps] == (
        [("main.py#notes", Confidence.HIGH)] if told else []
    )
