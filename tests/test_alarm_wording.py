"""What an alarm says is true of the code that it points at."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.debug_endpoint.control import DebugEndpoint
from shipworthy.controls.access.missing_rate_limit.control import MissingRateLimit
from shipworthy.controls.access.privileged_client_for_any_caller.control import (
    PrivilegedClientForAnyCaller,
)
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.controls.ai.model_call_without_timeout.control import ModelCallWithoutTimeout
from shipworthy.controls.ai.no_evaluation_suite.control import NoEvaluationSuite
from shipworthy.controls.ai.unpinned_model.control import UnpinnedModel
from shipworthy.controls.supply_chain.hallucinated_import.control import HallucinatedImport
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken


def _gaps(found: list[Finding]) -> list[Finding]:
    return [f for f in found if f.outcome is Outcome.GAP]


_COMPARES = """
import express from "express";
import bcrypt from "bcryptjs";
const app = express();
app.post("/api/debug-device", async (req, res) => {
  const right = await bcrypt.compare(req.body.key, process.env.DEVICE_KEY_HASH);
  res.json({ right });
});
app.listen(3000);
"""


def test_a_comparison_is_not_called_a_change(tmp_path: Path) -> None:
    package = '{"dependencies": {"express": "4.0.0", "bcryptjs": "3.0.0"}}'
    prototype = prototype_of(tmp_path, {"package.json": package, "server/index.ts": _COMPARES})
    (gap,) = _gaps(list(_debug(prototype)))
    assert "changes" not in gap.message
    assert gap.message.endswith("tells whether a password or key is right")


def _debug(prototype: Prototype) -> list[Finding]:
    return list(DebugEndpoint().detect(prototype))


_ASKS = """
import OpenAI from "openai";
const client = new OpenAI();
export async function ask(text: string) {
  const messages = [{ role: "user" as const, content: text }];
  const made = await client.chat.completions.create({ model: "gpt-4o", messages });
  return ANSWER;
}
"""


@pytest.mark.parametrize(
    ("answer", "sure"),
    [
        ("made.choices[0].message.content", Confidence.LOW),
        ("JSON.parse(made.choices[0].message.content)", Confidence.HIGH),
    ],
)
def test_a_model_that_writes_for_people_may_get_better(
    tmp_path: Path, answer: str, sure: Confidence
) -> None:
    package = '{"dependencies": {"openai": "5.0.0"}}'
    text = _ASKS.replace("ANSWER", answer)
    prototype = prototype_of(tmp_path, {"package.json": package, "server/index.ts": text})
    (gap,) = _gaps(list(UnpinnedModel().detect(prototype)))
    assert gap.confidence is sure


def test_a_test_beside_the_function_is_not_overlooked(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"openai": "5.0.0"}}',
        "server/index.ts": _ASKS.replace("ANSWER", "made.choices[0].message.content"),
        "server/test.ts": "const cases = [{ text: 'a', expected: 'b' }];\nconsole.log(cases);\n",
    }
    (gap,) = _gaps(list(NoEvaluationSuite().detect(prototype_of(tmp_path, files))))
    assert gap.confidence is Confidence.LOW
    assert "a test file stands beside it" in gap.message


def test_a_model_that_stands_in_a_chain_has_a_fallback(tmp_path: Path) -> None:
    text = """
import express from "express";
import OpenAI from "openai";
const openai = new OpenAI();
async function callOpenAI(prompt: string) {
  const answer = await openai.chat.completions.create({ model: "gpt-4o-2024-08-06", messages: [
    { role: "user", content: prompt }] });
  return answer.choices[0].message.content;
}
const providers = [{ name: "openai", call: callOpenAI }];
async function ask(prompt: string) {
  for (const provider of providers) {
    try {
      return await provider.call(prompt);
    } catch (error) {
      console.error(provider.name, error);
    }
  }
  return "Nobody answers just now.";
}
const app = express();
app.post("/ask", async (req, res) => res.json({ answer: await ask(req.body.prompt) }));
"""
    package = '{"dependencies": {"express": "4.0.0", "openai": "5.0.0"}}'
    chained = prototype_of(tmp_path, {"package.json": package, "server.ts": text})
    (gap,) = _gaps(list(ModelCallWithoutTimeout().detect(chained)))
    assert "fallback" not in gap.message


@pytest.mark.parametrize(
    ("path", "function", "name"),
    [
        ("server/routes/brands.ts", "router.post /", "/ of brands"),
        ("server/routes/brands.ts", "router.post /:id/invite", "/:id/invite of brands"),
        ("server/routes/brands.ts", "router.get /stats", "/stats"),
        ("server/index.ts", "app.get /", "/"),
    ],
)
def test_a_bare_route_is_named_with_its_file(path: str, function: str, name: str) -> None:
    assert spoken(path, function) == name


_ROUTER = """
import { Router } from "express";
import { db } from "./db";
import { files } from "./schema";
import { eq } from "drizzle-orm";
export const router = Router();
router.delete("/:id", async (req, res) => {
  await db.delete(files).where(eq(files.id, req.params.id));
  res.json({ ok: true });
});
"""
_MOUNTS = """
import express from "express";
import { router } from "./files";
const app = express();
app.use("/api/files", router);
app.listen(3000);
"""


def test_an_entry_point_is_named_with_the_path_of_its_router(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4.0.0", "drizzle-orm": "0.40.0"}}',
        "server/index.ts": _MOUNTS,
        "server/files.ts": _ROUTER,
    }
    prototype = prototype_of(tmp_path, files)
    assert [h.name for h in prototype.handlers] == ["DELETE /api/files/:id"]


@pytest.mark.parametrize(
    ("asked", "severity", "said"),
    [
        ("", Severity.LOW, "only because of what else"),
        (', "nanoid": "3.3.11"', Severity.MEDIUM, "npm ci"),
    ],
)
def test_a_lock_file_of_another_manifest_is_not_called_luck(
    tmp_path: Path, asked: str, severity: Severity, said: str
) -> None:
    lock = (
        '{"name": "app", "lockfileVersion": 3, "packages": {"": {"dependencies": {"postcss": "8.5.6"%s}},'
        ' "node_modules/postcss": {"version": "8.5.6", "dependencies": {"nanoid": "^3.3.11"}},'
        ' "node_modules/nanoid": {"version": "3.3.11"}}}'
    )
    files = {
        "package.json": '{"name": "app", "dependencies": {"postcss": "8.5.6"}}',
        "package-lock.json": lock % asked,
        "src/main.ts": 'import { nanoid } from "nanoid";\nexport const ticket = nanoid();\n',
    }
    (gap,) = _gaps(list(HallucinatedImport().detect(prototype_of(tmp_path, files))))
    assert gap.severity is severity
    assert said in gap.message


_REFUSED = 'return Response.json({ error: "Forbidden" }, { status: 403 });'


@pytest.mark.parametrize(
    ("before", "who"),
    [
        ("", "any signed-in user can"),
        (
            f"if (!(await mayUse(user))) {_REFUSED}",
            "any signed-in user whom the checks before let pass can",
        ),
    ],
)
def test_who_has_to_pass_another_check_is_said_to(tmp_path: Path, before: str, who: str) -> None:
    route = (
        'import { auth } from "@/auth";\nimport { mayUse } from "house-rights";\n'
        'import OpenAI from "openai";\nconst ai = new OpenAI();\n'
        "export async function POST(req: Request) {\n  const session = await auth();\n"
        f"  if (!session?.user) {_REFUSED}\n  const user = session.user;\n"
        f"  {before}\n  const {{ text }} = await req.json();\n"
        '  const said = await ai.responses.create({ model: "gpt-5", input: text });\n'
        "  return Response.json({ said: said.output_text });\n}\n"
    )
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "next-auth": "5.0.0", "openai": "5.0.0"}}',
        "auth.ts": 'import NextAuth from "next-auth";\nexport const { auth } = NextAuth({});\n',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "app/api/say/route.ts": route,
    }
    (gap,) = _gaps(list(MissingRateLimit().detect(prototype_of(tmp_path, files))))
    assert who in gap.message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://slack.com/api/chat.postMessage", ["send messages in your name"]),
        ("https://video.twilio.com/v1/Rooms", ["open video rooms that you pay for"]),
        ("https://discord.com/api/oauth2/token", []),  # whoever signs in there
    ],
)
def test_not_everything_at_a_messenger_is_a_message(
    tmp_path: Path, address: str, said: list[str]
) -> None:
    code = (
        'import express from "express";\nconst app = express();\napp.use(express.json());\n'
        'app.post("/api/rooms", async (req, res) => {\n'
        f'  const answer = await fetch("{address}", {{\n    method: "POST",\n'
        "    body: JSON.stringify({ name: req.body.name, key: process.env.SERVICE_TOKEN }),\n  });\n"
        "  res.json(await answer.json());\n});\napp.listen(3000);\n"
    )
    files = {"package.json": '{"dependencies": {"express": "4.19.2"}}', "server.js": code}
    found = _gaps(list(UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))))
    sure = [f.message for f in found if f.confidence is not Confidence.LOW]
    assert [message.partition(" can ")[2].partition(" through ")[0] for message in sure] == said


_LISTS = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const pool = new Pool();
const app = express();
const requireAuth = (req: any, res: any, next: any) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET!); }
  catch { return res.status(401).json({ error: "Sign in first" }); }
  next();
};
app.post("/api/register", async (req, res) => {
  await pool.query("insert into users (email, password_hash) values ($1, $2)", [req.body.email, "h"]);
  res.json({ done: true });
});
app.get("/api/mine", requireAuth, async (req: any, res) => {
  const { rows } = await pool.query("select * from users where user_id = $1", [req.user.id]);
  res.json(rows);
});
app.get("/api/people", requireAuth, async (_req, res) => {
  const { rows } = await pool.query("select COLUMNS from users");
  res.json(rows.map((row: any) => (SHOWN)));
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("columns", "shown", "severity"),
    [
        ("*", "{ id: row.id, name: row.first_name }", Severity.MEDIUM),
        ("*", "row", Severity.HIGH),
    ],
)
def test_rows_of_all_are_not_said_to_pass_rules_of_a_database_that_has_none(
    tmp_path: Path, columns: str, shown: str, severity: Severity
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "jsonwebtoken": "9", "pg": "8"}}',
        "schema.sql": "create table users (id serial primary key, user_id int, email text, first_name text);",
        "server/index.ts": _LISTS.replace("COLUMNS", columns).replace("SHOWN", shown),
    }
    found = _gaps(list(PrivilegedClientForAnyCaller().detect(prototype_of(tmp_path, files))))
    (gap,) = [f for f in found if "/api/people" in f.message]
    assert gap.severity is severity
    assert gap.message.endswith(
        "nothing ties the rows to whoever is signed in, and no role is asked for"
    )


@pytest.mark.parametrize(
    ("to", "told", "severity"),
    [
        ('"shop@example.com"', "to the address in your code", Severity.LOW),
        ("req.body.to", "in your name", Severity.MEDIUM),
    ],
)
def test_a_form_that_writes_to_its_owner_alone_is_no_mailer_for_all(
    tmp_path: Path, to: str, told: str, severity: Severity
) -> None:
    text = (
        'import express from "express";\nimport nodemailer from "nodemailer";\n'
        "const app = express();\nconst transport = nodemailer.createTransport({});\n"
        'app.post("/api/say", async (req, res) => {\n'
        f"  await transport.sendMail({{ to: {to}, subject: req.body.subject, text: req.body.text }});\n"
        "  res.json({});\n});\n"
        "app.listen(80);\n"
    )
    files = {"package.json": '{"dependencies": {"express": "4", "nodemailer": "6"}}', "a.ts": text}
    (gap,) = _gaps(list(UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))))
    assert told in gap.message
    assert gap.severity is severity


_TELLS = """
import OpenAI from "openai";
const openai = new OpenAI();
export async function describePlaces(prompt: string, tries = 0): Promise<string> {
  try {
    const answer = await openai.chat.completions.create({ model: "gpt-4o", messages: [
      { role: "user", content: prompt }] });
    return answer.choices[0].message.content ?? "";
  } catch (error) {
    return describePlaces(prompt, tries + 1);
  }
}
"""


@pytest.mark.parametrize(
    ("page", "alarms"),
    [
        ("", 0),
        ('import { describePlaces } from "./model";\ndescribePlaces("a");\n', 1),
    ],
)
def test_what_calls_itself_and_is_handed_on_has_no_caller(
    tmp_path: Path, page: str, alarms: int
) -> None:
    files = {
        "package.json": '{"dependencies": {"openai": "5.0.0"}}',
        "server/lib/model/words.ts": _TELLS,
        "server/lib/model/index.ts": 'export {\n  describePlaces,\n} from "./words";\n',
        "server/lib/start.ts": page or "export {};\n",
        "server/lib/start.ts.bak": 'import { describePlaces } from "./model";\n',
    }
    found = _gaps(list(ModelCallWithoutTimeout().detect(prototype_of(tmp_path, files))))
    assert len(found) == alarms


_FORM = """
from flask import Flask, render_template, request
MADE
app = Flask(__name__)

@app.route("/letter", methods=["GET", "POST"])
def letter():
    if request.method == "POST":
        return {"text": ASKED}
    return render_template("letter.html")
"""
_PAID = "from openai import OpenAI\nclient = OpenAI()"
_OWN = "from langchain_community.llms import Ollama\nllm = Ollama(model='llama3.2')"


@pytest.mark.parametrize(
    ("made", "asked", "severity", "said"),
    [
        (
            _PAID,
            "client.chat.completions.create(model='gpt-4o', messages=[request.form['about']])",
            Severity.HIGH,
            "POST /letter asks a paid model at every call",
        ),
        (
            _OWN,
            "llm.invoke(request.form['about'])",
            Severity.MEDIUM,
            "POST /letter asks a model at every call",
        ),
    ],
)
def test_a_model_is_asked_by_the_form_and_paid_where_it_is_somebody_elses(
    tmp_path: Path, made: str, asked: str, severity: Severity, said: str
) -> None:
    text = _FORM.replace("MADE", made).replace("ASKED", asked)
    files = {"requirements.txt": "flask\nopenai\nlangchain-community\n", "app.py": text}
    (gap,) = _gaps(list(MissingRateLimit().detect(prototype_of(tmp_path, files))))
    assert gap.severity is severity
    assert gap.message.startswith(said)
    assert ("bill" in gap.message) is (severity is Severity.HIGH)


@pytest.mark.parametrize("asked", ["Flask-WTF", "wtforms\nFlask-WTF"])
def test_what_an_extension_of_flask_brings_along_weighs_little(tmp_path: Path, asked: str) -> None:
    form = "from flask_wtf import FlaskForm\nfrom wtforms import StringField\n"
    files = {"requirements.txt": f"Flask\n{asked}\n", "forms.py": form}
    found = _gaps(list(HallucinatedImport().detect(prototype_of(tmp_path, files))))
    assert [f.severity for f in found] == ([] if "wtforms" in asked else [Severity.LOW])


def test_a_right_that_is_only_asked_for_is_not_what_is_done(tmp_path: Path) -> None:
    text = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        "Deno.serve(async (req) => {\n"
        "  const { site, who } = await req.json();\n"
        '  const db = createClient(Deno.env.get("URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);\n'
        '  const { data: may } = await db.rpc("user_can_publish", { who, site });\n'
        '  if (!may) return new Response("no", { status: 400 });\n'
        '  await db.from("site_orders").insert({ site, ordered_by: who });\n'
        '  return new Response("done");\n'
        "});\n"
    )
    files = {"supabase/functions/publish/index.ts": text}
    (gap,) = _gaps(list(UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))))
    assert "user_can_publish" not in gap.message
    assert "add site orders" in gap.message
