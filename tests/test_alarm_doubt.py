"""Where the code cannot tell whether something is wrong, it is asked, and no alarm is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps, prototype_of
from shipworthy.assess.running import asked_of_idle_code
from shipworthy.controls.access.debug_endpoint.control import DebugEndpoint
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.missing_rate_limit.control import MissingRateLimit
from shipworthy.controls.access.privileged_client_for_any_caller.control import (
    PrivilegedClientForAnyCaller,
)
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.controls.ai.model_address_in_code.control import ModelAddressInCode
from shipworthy.controls.architecture.data_access_in_component.control import (
    DataAccessInComponent,
)
from shipworthy.controls.observability.secret_in_logs.control import SecretInLogs
from shipworthy.controls.privacy.tracker_without_consent.control import TrackerWithoutConsent
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.controls.supply_chain.hallucinated_import.control import HallucinatedImport
from shipworthy.finding import Confidence, Outcome, Severity

_CAPTURES = """
import { NextResponse } from "next/server";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function POST(request: Request) {
  const { paymentId, email } = await request.json();
  const answer = await fetch(`https://api-m.paypal.com/v2/checkout/orders/${paymentId}/capture`, {
    method: "POST", headers: { Authorization: `Bearer ${process.env.PAYPAL_TOKEN}` } });
  const captured = await answer.json();
  REFUSAL
  await db.customer.update({ where: { email }, data: { premium: true } });
  return NextResponse.json({ success: true });
}
"""
_REFUSAL = """if (captured.status !== "COMPLETED") {
    return NextResponse.json({ error: "Not paid" }, { status: 402 });
  }"""


@pytest.mark.parametrize(("refusal", "sure"), [(_REFUSAL, Confidence.LOW), ("", Confidence.HIGH)])
def test_who_has_paid_before_may_be_meant_to(
    tmp_path: Path, refusal: str, sure: Confidence
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0"}}',
        "app/api/capture/route.ts": _CAPTURES.replace("REFUSAL", refusal),
        "app/api/login/route.ts": _LOGIN,
    }
    (gap,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert gap.confidence is sure


_LOGIN = """
import { PrismaClient } from "@prisma/client";
import bcrypt from "bcryptjs";
const db = new PrismaClient();
export async function POST(request: Request) {
  const { email, password } = await request.json();
  const user = await db.user.findUnique({ where: { email } });
  const right = user && (await bcrypt.compare(password, user.passwordHash));
  return Response.json({ right }, { status: right ? 200 : 401 });
}
"""

_SIGNS_UP = """
import { getServerSession } from "next-auth";
import { PrismaClient } from "@prisma/client";
import bcrypt from "bcryptjs";
const db = new PrismaClient();
export async function POST(request: Request) {
  const session = await getServerSession();
  const { email, password, role } = await request.json();
  const wanted = role || "PUPIL";
  if (!session && wanted !== "PUPIL") return Response.json({ error: "Forbidden" }, { status: 403 });
  const known = await db.user.findUnique({ where: { email } });
  if (known) return Response.json({ error: "known" }, { status: 409 });
  const hashed = await bcrypt.hash(password, 10);
  const user = await db.user.create({ data: { email, DATA }, select: { id: true } });
  return Response.json({ user }, { status: 201 });
}
"""


@pytest.mark.parametrize(
    ("data", "alarms"), [("password: hashed, role: wanted", 0), ("invited: true", 1)]
)
def test_who_claims_a_low_role_and_gets_it_signs_up(tmp_path: Path, data: str, alarms: int) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0"}}',
        "app/api/users/route.ts": _SIGNS_UP.replace("DATA", data),
        "app/api/login/route.ts": _LOGIN,
    }
    assert len(gaps(UnauthenticatedEndpoint(), tmp_path, files)) == alarms


_SERVER = """
import express from "express";
import rateLimit from "express-rate-limit";
const app = express();
app.use("/api/tutor", rateLimit({ windowMs: 60_000, max: 120 }));
(async () => {
  const { registerTutor } = await import("./tutor");
  registerTutor(app);
  app.listen(3000);
})();
"""
_TUTOR = """
import type { Express } from "express";
import OpenAI from "openai";
const openai = new OpenAI();
export function registerTutor(app: Express) {
  app.post("/api/tutor", async (req, res) => {
    const answer = await openai.chat.completions.create({ model: "gpt-4o-2024-08-06",
      messages: [{ role: "user", content: req.body.question }] });
    res.json({ answer: answer.choices[0].message.content });
  });
}
"""


def test_routes_that_are_imported_on_the_way_have_the_limit_of_their_server(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4.0.0", "openai": "5.0.0"}}',
        "server/index.ts": _SERVER,
        "server/tutor.ts": _TUTOR,
    }
    (gap,) = gaps(MissingRateLimit(), tmp_path, files)
    assert "at most 120 a minute" in gap.message
    assert gap.severity is Severity.MEDIUM  # HIGH without that limit


_SETTING = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
async function setting(key: string) {
  const { data } = await admin.from("runtime_settings").select("value").eq("key", key).maybeSingle();
  return data?.value;
}
Deno.serve(async (req) => {
  const token = req.headers.get("x-worker-token") ?? "";
  if (token !== (await setting("worker_token"))) return new Response("", { status: 401 });
  const { id } = await req.json();
  await admin.from("orders").update({ sent: true }).eq("id", id);
  return new Response("ok");
});
"""


def test_a_token_that_is_kept_among_the_settings_is_of_no_user(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.45.0"}}',
        "supabase/functions/send/index.ts": _SETTING,
        "supabase/migrations/1_first.sql": "create table orders (id uuid primary key, user_id uuid);",
    }
    assert not gaps(MissingAuthorisation(), tmp_path, files)


_INVOICE = """
import bcrypt from "bcryptjs";
import express from "express";
import { Pool } from "pg";
import { requireAuth, GUARD } from "./guards";
const pool = new Pool();
const app = express();
app.get("/api/invoices/:id", requireAuth, GUARD, async (req, res) => {
  const { rows } = await pool.query("select * from invoices where id = $1", [req.params.id]);
  res.json(rows[0]);
});
app.get("/api/invoices", requireAuth, async (req: any, res) => {
  const { rows } = await pool.query("select * from invoices where user_id = $1", [req.user.id]);
  res.json(rows);
});
app.put("/api/invoices/:id", requireAuth, async (req: any, res) => {
  const owned = [req.body.total, req.params.id, req.user.id];
  await pool.query("update invoices set total = $1 where id = $2 and user_id = $3", owned);
  res.json({ ok: true });
});
app.post("/api/signup", async (req, res) => {
  const hash = await bcrypt.hash(req.body.password, 12);
  await pool.query("insert into users (email, password) values ($1, $2)", [req.body.email, hash]);
  res.json({ ok: true });
});
app.listen(80);
"""
_GUARDS = """
import jwt from "jsonwebtoken";
export function requireAuth(req: any, res: any, next: any) {
  try {
    req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET!);
  } catch {
    return res.status(401).json({ error: "Sign in first" });
  }
  next();
}
export const isStaffOrAdmin = (req: any, res: any, next: any) => {
  if (req.user.id === 1) {
    next();
    return;
  }
  const role = req.user.role;
  if (role !== "admin" && role !== "staff") return res.status(403).json({ error: "Not for you" });
  next();
};
export const isAccessLogged = (req: any, res: any, next: any) => {
  console.log(req.path);
  next();
};
"""


@pytest.mark.parametrize(
    ("guard", "sure"),
    [("isStaffOrAdmin", Confidence.LOW), ("isAccessLogged", Confidence.HIGH)],
)
def test_a_guard_by_role_that_lets_one_account_past_first_is_asked_about(
    tmp_path: Path, guard: str, sure: Confidence
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "pg": "8", "jsonwebtoken": "9"}}',
        "server/index.ts": _INVOICE.replace("GUARD", guard),
        "server/guards.ts": _GUARDS,
        "schema.sql": "create table invoices (id serial primary key, user_id integer not null,"
        " total numeric not null);\ncreate table users (id serial primary key, email text, password text);\n",
    }
    (gap,) = gaps(MissingAuthorisation(), tmp_path, files)
    assert gap.confidence is sure
    assert ("whom the checks before let pass" in gap.message) is (sure is Confidence.LOW)


_PACKAGES = '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0", "next-auth": "4.0.0"}}'
_TURN = """
import { PrismaClient } from "@prisma/client";
import { getServerSession } from "next-auth";
const db = new PrismaClient();
function mayAnswer(turn: string | null, actor: string, offer: { buyerId: string; sellerId: string }) {
  if (turn === "seller" && actor !== offer.sellerId) return { ok: false as const, error: "no" };
  if (turn === "buyer" && actor !== offer.buyerId) return { ok: false as const, error: "no" };
  return { ok: true as const };
}
export async function DELETE(request: Request) {
  const session = await getServerSession();
  if (!session) return Response.json({ error: "No" }, { status: 401 });
  const { id, turn } = await request.json();
  const offer = await db.offer.findUnique({ where: { id } });
  const check = mayAnswer(TURN, session.user.id, offer!);
  if (!check.ok) throw new Error(check.error);
  await db.message.deleteMany({ where: { offerId: id } });
  return Response.json({ ok: true });
}
export async function GET() {
  const session = await getServerSession();
  return Response.json(await db.message.findMany({ where: { userId: session!.user.id } }));
}
"""


@pytest.mark.parametrize(("turn", "count"), [("offer!.turn", 0), ("turn", 1)])
def test_owner_who_is_asked_for_where_the_row_says_so_is_no_alarm(
    tmp_path: Path, turn: str, count: int
) -> None:
    files = {
        "package.json": _PACKAGES,
        "app/api/offers/route.ts": _TURN.replace("TURN", turn),
    }
    assert len(gaps(MissingAuthorisation(), tmp_path, files)) == count


_BOARD = """
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function GET() {
  const users = await db.users.findMany();
  return Response.json(users.map((u) => ({ id: u.id, SHOWN: u.SHOWN })));
}
"""


@pytest.mark.parametrize(
    ("address", "shown", "sure"),
    [
        ("leaderboard", "balance", Confidence.LOW),
        ("leaderboard", "email", Confidence.HIGH),
        ("authors", "firstName", Confidence.LOW),
        ("authors", "phone", Confidence.HIGH),
    ],
)
def test_what_people_show_of_themselves_is_asked_about(
    tmp_path: Path, address: str, shown: str, sure: Confidence
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0"}}',
        f"app/api/{address}/route.ts": _BOARD.replace("SHOWN", shown),
        "app/api/login/route.ts": _LOGIN,
    }
    (gap,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert gap.confidence is sure


_TEAM = """
import express from "express";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
const app = express();
app.use(express.json());
const signedIn = (req: any, res: any, next: any) =>
  req.isAuthenticated() ? next() : res.status(401).end();
app.get("/api/tasks/mine", signedIn, async (req: any, res) => {
  res.json(await db.task.findMany({ where: { userId: req.user.id } }));
});
app.get("/api/invoices", signedIn, async (req, res) => {
  res.json(await db.invoice.findMany());
});
app.patch("/api/invoices/:id", signedIn, async (req, res) => {
  res.json(await db.invoice.update({ where: { id: req.params.id }, data: { total: req.body.total } }));
});
MORE
app.listen(3000);
"""
_REGISTER = """
app.post("/api/register", async (req, res) => {
  const { email, password } = req.body;
  res.json(await db.user.create({ data: { email, password: await hash(password) } }));
});
"""
_MODELS = """
create table users (id uuid primary key, email text not null, password text not null);
create table task (id uuid primary key, user_id uuid not null references users(id));
create table invoice (id uuid primary key, user_id uuid not null references users(id), total int);
"""


@pytest.mark.parametrize(("more", "sure"), [("", Confidence.LOW), (_REGISTER, Confidence.HIGH)])
def test_what_one_team_shares_is_asked_about(tmp_path: Path, more: str, sure: Confidence) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4.0.0", "@prisma/client": "5.0.0"}}',
        "schema.sql": _MODELS,
        "server/index.ts": _TEAM.replace("MORE", more),
    }
    found = gaps(MissingAuthorisation(), tmp_path, files)
    assert [g.confidence for g in found if "invoice" in g.message] == [sure]


USAGE = (
    'import { createClient } from "@supabase/supabase-js";\n'
    "const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
    "export async function GET() {\n"
    '  const { data } = await db.from("model_usage").select("provider, tokens");\n'
    "  return Response.json(data);\n"
    "}\n"
)


def test_what_asks_nobody_is_never_said_to_ask_who_calls(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0"}}',
        "app/api/usage/route.ts": USAGE,
    }
    prototype = prototype_of(tmp_path, files)
    asked = (UnauthenticatedEndpoint(), PrivilegedClientForAnyCaller())
    found = [f for control in asked for f in control.detect(prototype)]
    assert [f.outcome for f in found] == [Outcome.UNKNOWN, Outcome.NOT_APPLICABLE]


_QUIZ = """
import { createClient } from "@supabase/supabase-js";
const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);
export const useQuestions = () => {
  const finish = async () => {
    await db.from("answered_questions").insert({ id: 1 });
  };
  return { finish };
};
export const label = (n: number) => `Question ${n}`;
"""


@pytest.mark.parametrize(
    ("taken", "sure"), [("label", Confidence.LOW), ("label, useQuestions", Confidence.HIGH)]
)
def test_a_part_of_a_file_that_nobody_imports_is_asked_about(
    tmp_path: Path, taken: str, sure: Confidence
) -> None:
    page = (
        'import { createRoot } from "react-dom/client";\n'
        f'import {{ {taken} }} from "./quiz/questions";\n'
        'import { useQuestions as others } from "./questions";\n'
        "others(); const shown = label(1);\n"
        "createRoot(document.body).render(<p>{shown}</p>);\n"
    )
    files = {
        "package.json": '{"dependencies": {"react": "18.0.0", "react-dom": "18.0.0",'
        ' "@supabase/supabase-js": "2.0.0"}, "devDependencies": {"vite": "5.0.0"}}',
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": page,
        "src/questions.ts": "export const useQuestions = () => 1;\n",
        "src/quiz/questions.ts": _QUIZ,
    }
    prototype, control = prototype_of(tmp_path, files), SwallowedError()
    (gap,) = (f for f in control.detect(prototype) if f.outcome is Outcome.GAP)
    assert asked_of_idle_code(prototype, control, gap).confidence is sure


def test_a_file_of_which_one_part_is_shown_is_no_doubt(tmp_path: Path) -> None:
    part = (
        "export const NAME = () => {\n"
        "  const load = async () => {\n"
        '    await db.from("orders").select("*");\n'
        '    await db.from("clients").select("*");\n'
        '    await db.from("staff").select("*");\n'
        '    await db.from("rooms").select("*");\n'
        "  };\n"
        "  return <button onClick={load}>NAME</button>;\n};\n"
    )
    widgets = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);\n"
    )
    files = {
        "package.json": '{"dependencies": {"react": "18.0.0", "react-dom": "18.0.0",'
        ' "@supabase/supabase-js": "2.0.0"}, "devDependencies": {"vite": "5.0.0"}}',
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": 'import { createRoot } from "react-dom/client";\n'
        'import { Shown } from "./widgets";\ncreateRoot(document.body).render(<Shown />);\n',
        "src/widgets.tsx": widgets + part.replace("NAME", "Idle") + part.replace("NAME", "Shown"),
    }
    prototype, control = prototype_of(tmp_path, files), DataAccessInComponent()
    (gap,) = (f for f in control.detect(prototype) if f.outcome is Outcome.GAP)
    assert gap.confidence is Confidence.HIGH
    assert asked_of_idle_code(prototype, control, gap).confidence is Confidence.HIGH


def test_what_runs_as_soon_as_a_file_is_loaded_needs_nobody_to_import_it(tmp_path: Path) -> None:
    watch = _QUIZ.replace(
        "export const useQuestions = () => {", "export const watching = setInterval(() => {"
    ).replace("  return { finish };\n};", "  void finish();\n}, 1000);")
    files = {
        "package.json": '{"devDependencies": {"vite": "5.0.0"}}',
        "index.html": '<script type="module" src="/src/main.ts"></script>',
        "src/main.ts": 'import { label } from "./questions";\nconsole.log(label(1));\n',
        "src/questions.ts": watch,
    }
    prototype, control = prototype_of(tmp_path, files), SwallowedError()
    (gap,) = (f for f in control.detect(prototype) if f.outcome is Outcome.GAP)
    assert asked_of_idle_code(prototype, control, gap).confidence is Confidence.HIGH


_SAVES = """
"use server";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
export async function saveRates(id: string, rate: number) {
  await db.customer.update({ where: { id }, data: { rate } });
}
"""


@pytest.mark.parametrize(
    ("page", "count"), [("", 0), ('import { saveRates } from "../rates-actions";\n', 1)]
)
def test_a_file_of_actions_that_nothing_names_has_no_address(
    tmp_path: Path, page: str, count: int
) -> None:
    shown = "export default function Page() { return <form action={saveRates as any} />; }\n"
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0"}}',
        "app/rates-actions.ts": _SAVES,
        "app/rates/page.tsx": page + (shown if page else "export default () => <p>Rates</p>;\n"),
        "app/api/login/route.ts": _LOGIN,
    }
    assert len(gaps(UnauthenticatedEndpoint(), tmp_path, files)) == count


@pytest.mark.parametrize(
    ("path", "sure"),
    [
        ("app/api/slack/events/route.ts", Confidence.LOW),
        ("app/api/orders/route.ts", Confidence.HIGH),
    ],
)
def test_another_service_sends_no_login_along(tmp_path: Path, path: str, sure: Confidence) -> None:
    text = (
        "export async function POST(request: Request) {\n"
        "  console.log('Headers', Object.fromEntries(request.headers.entries()));\n"
        "  return Response.json({ ok: true });\n"
        "}\n"
    )
    files = {"package.json": '{"dependencies": {"next": "15.0.0"}}', path: text}
    (gap,) = gaps(SecretInLogs(), tmp_path, files)
    assert gap.confidence is sure


@pytest.mark.parametrize(
    ("asked", "sure"),
    [("@react-navigation/bottom-tabs", Confidence.LOW), ("react-native", Confidence.HIGH)],
)
def test_a_package_that_one_of_its_scope_may_bring_along_is_asked_about(
    tmp_path: Path, asked: str, sure: Confidence
) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"react": "18", "' + asked + '": "7"}}',
        "app/tabs.ts": 'import { useHeaderHeight } from "@react-navigation/elements";\n'
        "export const height = useHeaderHeight();\n",
    }
    (gap,) = gaps(HallucinatedImport(), tmp_path, files)
    assert gap.confidence is sure


@pytest.mark.parametrize(
    ("files", "address", "sure"),
    [
        (("ask.py",), "https://api.groq.com/openai/v1", Confidence.LOW),
        (("ask.py", "sum_up.py"), "https://api.groq.com/openai/v1", Confidence.LOW),
        (("ask.py",), "http://localhost:11434/v1", Confidence.HIGH),
    ],
)
def test_a_public_address_is_for_its_owner_to_judge(
    tmp_path: Path, files: tuple[str, ...], address: str, sure: Confidence
) -> None:
    code = f'from openai import OpenAI\n\nclient = OpenAI(base_url="{address}")\n'
    (gap,) = gaps(ModelAddressInCode(), tmp_path, dict.fromkeys(files, code))
    assert gap.confidence is sure


_GTAG = """<html><head><script async src="https://www.googletagmanager.com/gtag/js?id=G-4KQ7TZ1B2C"></script>
</head><body><div id="root"></div></body></html>"""


@pytest.mark.parametrize(
    ("policy", "sure"),
    [
        ("script-src 'self' 'unsafe-inline'", Confidence.LOW),
        ("script-src 'self' https://www.googletagmanager.com", Confidence.HIGH),
        ("script-src 'self' https:", Confidence.HIGH),
        ("img-src 'self'", Confidence.HIGH),
    ],
)
def test_a_policy_may_keep_a_tracker_out(tmp_path: Path, policy: str, sure: Confidence) -> None:
    header = f'res.setHeader("Content-Security-Policy", ["default-src *", "{policy}"].join("; "));'
    server = (
        f"const app = require('express')();\napp.use((_, res, next) => {{ {header} next(); }});\n"
    )
    files = {
        "package.json": '{"dependencies": {"express": "4.0.0"}}',
        "index.html": _GTAG,
        "server.js": server,
    }
    (gap,) = gaps(TrackerWithoutConsent(), tmp_path, files)
    assert gap.confidence is sure


_FLASK = """from flask import Flask
app = Flask(__name__)
@app.route("/")
def index():
    return "ok"
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000, debug=True)
"""


@pytest.mark.parametrize(
    ("beside", "sure"),
    [
        ({"package.json": "{}"}, Confidence.LOW),
        ({"package.json": "{}", "backend/requirements.txt": "flask\n"}, Confidence.HIGH),
        ({"package.json": "{}", "Procfile": "web: python backend/app.py\n"}, Confidence.HIGH),
        ({}, Confidence.HIGH),
    ],
)
def test_a_server_that_nothing_installs_may_run_nowhere(
    tmp_path: Path, beside: dict[str, str], sure: Confidence
) -> None:
    (gap,) = gaps(DebugEndpoint(), tmp_path, {"backend/app.py": _FLASK, **beside})
    assert gap.confidence is sure


_GOODS = """
import { auth } from "@/auth";
import { prisma } from "@/lib/db";
export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return new Response("Sign in first", { status: 401 });
  const { name, price } = await request.json();
  await prisma.product.create({ data: { name, price OWNER } });
  return Response.json({ ok: true });
}
"""
_AUTH = """
import NextAuth from "next-auth";
import Google from "next-auth/providers/google";
export const { auth, handlers } = NextAuth({ providers: [Google] });
"""


@pytest.mark.parametrize(
    ("owner", "outcome"),
    [("", Outcome.UNKNOWN), (", addedBy: session.user.id", Outcome.SATISFIED)],
)
def test_what_every_user_may_add_is_not_said_to_be_held_to_his_own(
    tmp_path: Path, owner: str, outcome: Outcome
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "next-auth": "5.0.0-beta.25"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "auth.ts": _AUTH,
        "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\n'
        "export const prisma = new PrismaClient();\n",
        "app/api/products/route.ts": _GOODS.replace(" OWNER", owner),
    }
    prototype = prototype_of(tmp_path, files)
    assert [f.outcome for f in MissingAuthorisation().detect(prototype)] == [outcome]


_SEEDS = """
import { createServerClient } from "@supabase/ssr";
import { cookies } from "next/headers";
const { NEXT_PUBLIC_SUPABASE_URL, NEXT_PUBLIC_SUPABASE_ANON_KEY } = process.env;
export async function POST() {
  const jar = await cookies();
  const db = createServerClient(NEXT_PUBLIC_SUPABASE_URL!, NEXT_PUBLIC_SUPABASE_ANON_KEY!, {
    cookies: { getAll: () => jar.getAll() },
  });
  await db.from("rooms").insert([{ name: "Sea view" }]);
  return Response.json({ ok: true });
}
"""
_SIGNS_IN = """
"use client";
import { createBrowserClient } from "@supabase/ssr";
const { NEXT_PUBLIC_SUPABASE_URL, NEXT_PUBLIC_SUPABASE_ANON_KEY } = process.env;
const db = createBrowserClient(NEXT_PUBLIC_SUPABASE_URL!, NEXT_PUBLIC_SUPABASE_ANON_KEY!);
export default function Login() {
  const enter = (email: string, password: string) => db.auth.signInWithPassword({ email, password });
  return <button onClick={() => enter("a@b.test", prompt("")!)}>In</button>;
}
"""


def test_a_seed_that_rules_nobody_sees_decide_about_is_not_said_to_be_closed(
    tmp_path: Path,
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0"}}',
        "app/api/seed/route.ts": _SEEDS,
        "app/login/page.tsx": _SIGNS_IN,
    }
    (found,) = DebugEndpoint().detect(prototype_of(tmp_path, files))
    assert found.outcome is Outcome.UNKNOWN
