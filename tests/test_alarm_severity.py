"""An alarm is as severe as what is at stake, and counts what visitors meet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access import unauthenticated_endpoint
from shipworthy.controls.access.client_decided_money.control import ClientDecidedMoney
from shipworthy.controls.access.debug_endpoint.control import DebugEndpoint
from shipworthy.controls.access.exposed_function.control import ExposedFunction
from shipworthy.controls.access.mass_assignment.control import MassAssignment
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.missing_rate_limit.control import MissingRateLimit
from shipworthy.controls.access.nosql_injection.control import NosqlInjection
from shipworthy.controls.access.rows_readable_by_any_user.control import RowsReadableByAnyUser
from shipworthy.controls.access.server_side_request_forgery.control import (
    ServerSideRequestForgery,
)
from shipworthy.controls.access.sql_injection.control import SqlInjection
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.controls.access.weak_random.control import WeakRandom
from shipworthy.controls.access.webhook_unverified.control import WebhookUnverified
from shipworthy.controls.ai.model_call_without_timeout.control import ModelCallWithoutTimeout
from shipworthy.controls.database.definer_view.control import DefinerView
from shipworthy.controls.http.cors_any_origin_credentials.control import CorsAnyOriginCredentials
from shipworthy.controls.http.html_injection.control import HtmlInjection
from shipworthy.controls.observability.no_error_tracking.control import NoErrorTracking
from shipworthy.controls.observability.secret_in_logs.control import SecretInLogs
from shipworthy.controls.privacy.personal_data_in_logs.control import PersonalDataInLogs
from shipworthy.controls.reliability.no_error_boundary.control import NoErrorBoundary
from shipworthy.controls.reliability.non_atomic_writes.control import NonAtomicWrites
from shipworthy.controls.reliability.outbound_call_without_timeout.control import (
    OutboundCallWithoutTimeout,
)
from shipworthy.controls.reliability.read_modify_write_race.control import ReadModifyWriteRace
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.controls.secrets.client_side_secret.control import ClientSideSecret
from shipworthy.controls.secrets.default_secret.control import DefaultSecret
from shipworthy.controls.secrets.secret_in_code.control import SecretInCode
from shipworthy.controls.supply_chain.end_of_life_runtime.control import EndOfLifeRuntime
from shipworthy.controls.supply_chain.no_lock_file.control import NoLockFile
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.prototype.dependencies.usage import is_used
from shipworthy.prototype.handlers.columns import is_held
from shipworthy.settings import Settings

PACKAGE = (
    '{"dependencies": {"react": "18.0.0", "react-dom": "18.0.0", "@supabase/supabase-js": "2.0.0"},'
    ' "devDependencies": {"vite": "5.0.0"}}'
)
PAGE = '<script type="module" src="/src/main.tsx"></script>'


def gaps(control: Control, folder: Path, files: dict[str, str]) -> list[Finding]:
    planted = {"package.json": PACKAGE, "index.html": PAGE, **files}
    for path, text in planted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    engines = Engines(secrets=lambda _lines: {})
    prototype = read_prototype(folder, Settings(workers=1), engines)
    return [f for f in control.detect(prototype) if f.outcome is Outcome.GAP]


def _checkout(after: str) -> str:
    return (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(process.env.URL!, process.env.SERVICE_KEY!);\n"
        "export async function checkout(id: string, customer: string) {\n"
        '  await supabase.from("accounts").update({ stripe_customer_id: customer }).eq("id", id);\n'
        f"  {after}\n"
        "  return { done: true };\n"
        "}\n"
    )


def test_a_name_at_the_payment_provider_is_made_again(tmp_path: Path) -> None:
    files = {"server/checkout.ts": _checkout(""), "server/index.ts": 'import "./checkout";\n'}
    found = gaps(SwallowedError(), tmp_path, files)
    assert [f.severity for f in found] == [Severity.MEDIUM]


def test_a_name_by_which_a_webhook_finds_the_account_must_not_get_lost(tmp_path: Path) -> None:
    asks = 'await supabase.from("accounts").select("id").eq("stripe_customer_id", customer);'
    files = {"server/checkout.ts": _checkout(asks), "server/index.ts": 'import "./checkout";\n'}
    found = gaps(SwallowedError(), tmp_path, files)
    assert Severity.HIGH in [f.severity for f in found]


def _membership(after: str) -> dict[str, str]:
    text = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(process.env.URL!, process.env.SERVICE_KEY!);\n"
        "export async function change(id: string, role: string) {\n"
        '  await supabase.from("user_roles").delete().eq("user_id", id);\n'
        f"  {after}\n"
        "  return { done: true };\n"
        "}\n"
    )
    return {"server/change.ts": text, "server/index.ts": 'import "./change";\n'}


def test_a_right_that_is_taken_away_must_not_stay(tmp_path: Path) -> None:
    found = gaps(SwallowedError(), tmp_path, _membership(""))
    assert [f.severity for f in found] == [Severity.HIGH]


def test_a_right_that_makes_room_for_another_is_met_again(tmp_path: Path) -> None:
    asked = (
        'const { error } = await supabase.from("user_roles").insert({ user_id: id, role });'
        " if (error) throw error;"
    )
    found = gaps(SwallowedError(), tmp_path, _membership(asked))
    assert [f.severity for f in found] == [Severity.MEDIUM]


def test_rows_that_make_room_and_codes_that_run_out_weigh_little(tmp_path: Path) -> None:
    anew = (
        'await supabase.from("opening_hours").delete().eq("shop_id", id);\n'
        ' const { error } = await supabase.from("opening_hours").insert({ shop_id: id });'
        ' await supabase.from("otp_sessions").update({ used: true }).eq("id", id);'
        ' await supabase.from("shops").update({ name: role }).eq("id", id);'
        " if (error) throw error;"
    )
    found = gaps(SwallowedError(), tmp_path, _membership(anew))
    assert {f.subject.rpartition(" ")[2]: f.severity for f in found} == {
        "user_roles": Severity.HIGH,
        "opening_hours": Severity.LOW,
        "otp_sessions": Severity.LOW,
        "shops": Severity.MEDIUM,
    }


def test_only_components_that_a_page_leads_to_are_counted(tmp_path: Path) -> None:
    part = "export const Part = () => <p />;\n"
    files = {f"src/Part{n}.tsx": part for n in range(3)} | {"widgets/Left.tsx": part}
    main = 'import { createRoot } from "react-dom/client";\n' + "".join(
        f'import {{ Part as P{n} }} from "./Part{n}";\n' for n in range(3)
    )
    shown = "createRoot(document.body).render(<><P0 /><P1 /><P2 /></>);\n"
    (found,) = gaps(NoErrorBoundary(), tmp_path, {**files, "src/main.tsx": main + shown})
    assert "any of 4 files" in found.message


def test_cookies_of_the_same_site_leave_only_neighbours(tmp_path: Path) -> None:
    app = (
        "from fastapi import FastAPI\n"
        "from fastapi.middleware.cors import CORSMiddleware\n"
        "app = FastAPI()\n"
        'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n'
        '@app.post("/login")\n'
        "def login(response):\n"
        '    response.set_cookie("session", make(), httponly=True, samesite="lax")\n'
    )
    (found,) = gaps(CorsAnyOriginCredentials(), tmp_path, {"main.py": app})
    assert found.severity is Severity.MEDIUM
    assert "subdomains" in found.message


def test_a_package_that_only_a_test_replaces_is_not_used(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"form-data": "4.0.2"}}',
        "src/sum.ts": "export const sum = (a: number, b: number) => a + b;\n",
        "src/sum.test.ts": 'jest.mock("form-data");\ntest("adds", () => expect(sum(1, 2)).toBe(3));\n',
    }
    prototype = prototype_of(tmp_path, files)
    assert not is_used(prototype, "form-data", by_tests=False)
    assert is_used(prototype, "form-data")


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ('export const kinds = ".pdf,.xlsx,.xls";\n', False),
        ('export const is = (type: string) => type === "xlsx";\n', False),
        ('import { read } from "xlsx";\nexport const open = read;\n', True),
        ('export const open = async () => (await import("xlsx")).read;\n', True),
        ('export const at = "https://cdn.sheetjs.com/xlsx-0.20.3/package/xlsx.mjs";\n', True),
    ],
)
def test_the_ending_of_a_file_is_no_use_of_its_namesake(
    tmp_path: Path, code: str, used: bool
) -> None:
    files = {"package.json": '{"dependencies": {"xlsx": "0.18.5"}}', "src/kinds.ts": code}
    assert is_used(prototype_of(tmp_path, files), "xlsx") is used


def test_a_password_that_a_setting_may_replace_weighs_less(tmp_path: Path) -> None:
    text = "services:\n  cache:\n    environment:\n      REDIS_PASSWORD: {}\n"
    spare = gaps(
        SecretInCode(),
        tmp_path / "spare",
        {"compose.yml": text.format("${REDIS_PASSWORD:-r3dis_Zq81_2024}")},
    )
    fixed = gaps(
        SecretInCode(), tmp_path / "fixed", {"compose.yml": text.format("r3dis_Zq81_2024")}
    )
    assert [f.severity for f in spare] == [Severity.MEDIUM]
    assert [f.severity for f in fixed] == [Severity.HIGH]


def test_a_key_in_the_middle_of_a_word_is_no_key_of_a_provider(tmp_path: Path) -> None:
    text = "ALTER DATABASE postgres SET app.words = '{}key-" + 4 * "0a9f3c71" + "';\n"
    inside = gaps(SecretInCode(), tmp_path / "a", {"migrations/1.sql": text.format("cron-2025-")})
    whole = gaps(SecretInCode(), tmp_path / "b", {"migrations/1.sql": text.format("")})
    assert not any("Mailgun" in f.message for f in inside)
    assert any("Mailgun" in f.message for f in whole)


def test_a_code_in_the_log_weighs_less_than_a_key_and_least_where_no_mail_is_set_up(
    tmp_path: Path,
) -> None:
    text = (
        "import logging\n\n\n"
        "def send(mailer, otp, reset_token, api_key):\n"
        '    logging.info("code %s", otp)\n'
        '    logging.info("key %s", api_key)\n'
        "    if not mailer:\n"
        '        logging.info("reset %s", reset_token)\n\n\n'
        'send(None, "1", "2", "3")\n'
    )
    found = gaps(SecretInLogs(), tmp_path, {"server/app.py": text})
    assert {f.subject.rpartition(" ")[2]: f.severity for f in found} == {
        "otp": Severity.MEDIUM,
        "api_key": Severity.HIGH,
        "reset_token": Severity.LOW,
    }


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        ("session.access_token", [Severity.LOW]),
        ("user.password", [Severity.MEDIUM]),
        ("invite.resetToken", [Severity.MEDIUM]),
        ("top.matchedToken", []),
    ],
)
def test_a_login_in_the_console_of_whom_it_belongs_to_weighs_little(
    tmp_path: Path, written: str, severity: list[Severity]
) -> None:
    name = written.partition(".")[0]
    page = f"export function show({name}: any) {{\n  console.log('got', {written});\n}}\n"
    files = {"src/main.tsx": 'import { show } from "./show";\nshow(1);\n', "src/show.ts": page}
    assert [f.severity for f in gaps(SecretInLogs(), tmp_path, files)] == severity


def test_points_of_a_story_are_no_money() -> None:
    assert [is_held(name) for name in ("points_balance", "storyPoints", "story_points")] == [
        True,
        False,
        False,
    ]


def _webhook(around: str) -> dict[str, str]:
    text = (
        'import crypto from "crypto";\n'
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "const secret = process.env.HOOK_SECRET;\n"
        "export async function POST(request: Request) {\n"
        "  const body = await request.text();\n"
        '  const signature = request.headers.get("x-signature");\n'
        f"  if ({around}) {{\n"
        '    const right = crypto.createHmac("sha256", secret!).update(body).digest("hex");\n'
        "    if (signature !== right) return new Response(null, { status: 401 });\n"
        "  }\n"
        "  const event = JSON.parse(body);\n"
        '  await db.from("orders").update({ paid: true }).eq("id", event.id);\n'
        "  return new Response(null);\n"
        "}\n"
    )
    return {
        "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}',
        "app/api/webhooks/pay/route.ts": text,
    }


def test_a_signature_that_is_checked_once_a_secret_is_set_weighs_less(tmp_path: Path) -> None:
    (by_setting,) = gaps(WebhookUnverified(), tmp_path / "a", _webhook("secret"))
    (by_sender,) = gaps(WebhookUnverified(), tmp_path / "b", _webhook("signature"))
    assert by_setting.severity is Severity.MEDIUM
    assert "is not set" in by_setting.message
    assert by_sender.severity is Severity.HIGH


def _integration(table: str, column: str) -> dict[str, str]:
    text = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "export async function POST(request: Request) {\n"
        f"  const {{ name, {column} }} = await request.json();\n"
        f'  await db.from("{table}").insert({{ name, {column} }});\n'
        "  return new Response(null);\n"
        "}\n"
    )
    return {
        "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}',
        "app/api/things/route.ts": text,
    }


def test_only_what_raises_a_person_is_critical(tmp_path: Path) -> None:
    cases = {
        ("profiles", "is_admin"): [Severity.CRITICAL],
        ("listings", "approved"): [Severity.HIGH],
        ("integrations", "only_approved"): [],
        ("inquiries", "user_type"): [],
    }
    found = {
        case: [f.severity for f in gaps(MassAssignment(), tmp_path / case[0], _integration(*case))]
        for case in cases
    }
    assert found == cases


@pytest.mark.parametrize(
    ("table", "severity"),
    [
        ("admin_users", Severity.CRITICAL),
        ("super_admin_accounts", Severity.CRITICAL),
        ("guests", Severity.MEDIUM),
    ],
)
def test_an_administrator_that_anybody_adds_is_critical(
    table: str, severity: Severity, tmp_path: Path
) -> None:
    found = gaps(UnauthenticatedEndpoint(), tmp_path, _integration(table, "label"))
    assert [f.severity for f in found] == [severity]


def test_a_key_that_shows_the_weather_is_no_master_key(tmp_path: Path) -> None:
    key = 2 * "0a9f3c71b2e84d56"
    found = {}
    for part in ("Weather", "Billing"):
        files = {
            "src/main.tsx": f'import {{ load }} from "./{part}";\nload();\n',
            f"src/{part}.tsx": f'const API_KEY = "{key}";\n'
            "export const load = () => fetch(`https://api.example.org/?k=${API_KEY}`);\n",
        }
        found[part] = [f.severity for f in gaps(ClientSideSecret(), tmp_path / part, files)]
    assert found == {"Weather": [Severity.MEDIUM], "Billing": [Severity.CRITICAL]}


def test_a_cart_is_filled_again_and_an_order_is_not(tmp_path: Path) -> None:
    found = {}
    for table in ("cart_items", "invoices"):
        text = (
            'import { createClient } from "@supabase/supabase-js";\n'
            "const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
            "export async function DELETE(request: Request) {\n"
            "  const { id } = await request.json();\n"
            f'  const {{ error }} = await db.from("{table}").delete().eq("id", id);\n'
            "  return new Response(null, { status: error ? 500 : 204 });\n"
            "}\n"
        )
        login = (
            'import { createClient } from "@supabase/supabase-js";\n'
            "const db = createClient(process.env.URL!, process.env.ANON_KEY!);\n"
            "export async function POST(request: Request) {\n"
            "  const { data } = await db.auth.signInWithPassword(await request.json());\n"
            "  return Response.json(data);\n"
            "}\n"
        )
        files = {
            "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}',
            "app/api/things/route.ts": text,
            "app/api/login/route.ts": login,
        }
        found[table] = [
            f.severity for f in gaps(UnauthenticatedEndpoint(), tmp_path / table, files)
        ]
    assert found == {"cart_items": [Severity.MEDIUM], "invoices": [Severity.HIGH]}


def test_who_did_it_weighs_less_in_a_log_than_whom_it_was_done_to(tmp_path: Path) -> None:
    text = (
        "import logging\n"
        "from fastapi import FastAPI\n\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "app = FastAPI()\n\n\n"
        '@app.post("/imports")\n'
        "def imports(current_user: dict):\n"
        '    logging.info("Import by %s: %s rows", current_user["email"], 3)\n\n\n'
        '@app.post("/mails")\n'
        "def mails(customer: dict):\n"
        '    logging.info("Call to %s", customer["phone"])\n'
    )
    found = gaps(PersonalDataInLogs(), tmp_path, {"main.py": text})
    assert {f.subject.rpartition("#")[2]: f.severity for f in found} == {
        "imports": Severity.LOW,
        "mails": Severity.MEDIUM,
    }


@pytest.mark.parametrize(
    ("table", "severity"), [("admin_users", Severity.LOW), ("customers", Severity.MEDIUM)]
)
def test_the_few_who_run_the_app_weigh_less_in_a_log_than_its_users(
    tmp_path: Path, table: str, severity: Severity
) -> None:
    text = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(process.env.URL!, process.env.KEY!);\n"
        "export async function POST(request: Request) {\n"
        "  const { phone } = await request.json();\n"
        '  console.log("Signing in:", phone);\n'
        f'  const {{ data }} = await supabase.from("{table}").select("id").eq("phone", phone).single();\n'
        "  return Response.json({ found: Boolean(data) });\n"
        "}\n"
    )
    manifest = '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}'
    files = {"package.json": manifest, "app/api/login/route.ts": text}
    (gap,) = gaps(PersonalDataInLogs(), tmp_path, files)
    assert gap.severity is severity


def test_a_question_alone_names_nobody_in_a_log(tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI\n\n"
        "app = FastAPI()\n\n\n"
        '@app.post("/ask")\n'
        "def ask(user_message: str):\n"
        '    print(f"Asked: {user_message}")\n\n\n'
        '@app.post("/say")\n'
        "def say(user_message: str, email: str):\n"
        '    print(f"{email} asked: {user_message}")\n'
    )
    found = gaps(PersonalDataInLogs(), tmp_path, {"main.py": text})
    assert {f.subject.rpartition("#")[2]: f.severity for f in found} == {
        "ask": Severity.LOW,
        "say": Severity.MEDIUM,
    }


_SEED = """import { hash } from "bcryptjs";
import { pool } from "../server/pool";

const password = process.env.ADMIN_PASSWORD || "Falcon2024!";
await pool.query("INSERT INTO users (email, hash, role) VALUES ($1, $2, 'admin')", [
  "admin@falcon.io", await hash(password, 12),
]);
"""


@pytest.mark.parametrize(
    ("scripts", "more", "severity"),
    [
        ({"seed": "tsx scripts/seed.ts"}, {}, Severity.MEDIUM),
        ({"seed": "tsx scripts/seed.ts", "start": "npm run seed && node dist"}, {}, Severity.HIGH),
        ({"seed:production": "tsx scripts/seed.ts"}, {}, Severity.HIGH),
        ({"products:seed": "tsx scripts/seed.ts"}, {}, Severity.MEDIUM),
        ({}, {"Dockerfile": "COPY scripts/seed.ts ./\nCMD node dist\n"}, Severity.MEDIUM),
        ({}, {"Dockerfile": "CMD npx tsx scripts/seed.ts && node dist\n"}, Severity.HIGH),
        ({}, {"scripts/users-prod.sh": "npx tsx scripts/seed.ts\n"}, Severity.HIGH),
    ],
)
def test_the_password_of_a_seed_weighs_more_where_production_is_filled_with_it(
    tmp_path: Path, scripts: dict[str, str], more: dict[str, str], severity: Severity
) -> None:
    manifest = json.dumps({"scripts": scripts, "dependencies": {"bcryptjs": "2.4.3"}})
    files = {"package.json": manifest, "scripts/seed.ts": _SEED, **more}
    (gap,) = gaps(SecretInCode(), tmp_path, files)
    assert gap.severity is severity


def test_a_thousand_calls_a_minute_are_no_limit_for_a_paid_model(tmp_path: Path) -> None:
    text = (
        "from fastapi import FastAPI, Request\n"
        "from openai import OpenAI\n"
        "from slowapi import Limiter\n"
        "from slowapi.util import get_remote_address\n\n"
        "app, client = FastAPI(), OpenAI()\n"
        "limiter = Limiter(key_func=get_remote_address)\n\n\n"
        '@app.post("/ask")\n'
        '@limiter.limit("{}")\n'
        "def ask(request: Request, question: str):\n"
        '    said = [{{"role": "user", "content": question}}]\n'
        '    return client.chat.completions.create(model="gpt-4o", messages=said)\n'
    )
    found = {
        rate: len(gaps(MissingRateLimit(), tmp_path / str(n), {"main.py": text.format(rate)}))
        for n, rate in enumerate(("5/minute", "20 per hour", "1000/minute", "1000/minute;100/day"))
    }
    assert found == {
        "5/minute": 0,
        "20 per hour": 0,
        "1000/minute": 1,
        "1000/minute;100/day": 0,
    }


_SIGN_IN = """"use client";
import { createBrowserClient } from "@supabase/ssr";
const db = createBrowserClient(process.env.NEXT_PUBLIC_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!);
export default function Login() {
  return <button onClick={() => db.auth.signInWithOtp({ email: "me@example.com" })}>Sign in</button>;
}
"""


def test_rules_that_nobody_shows_are_no_rules_that_hold(tmp_path: Path) -> None:
    route = (
        'import { createServerClient } from "@supabase/ssr";\n'
        'import { cookies } from "next/headers";\n'
        "export async function POST(request: Request) {\n"
        "  const store = await cookies();\n"
        "  const db = createServerClient(process.env.URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {\n"
        "    cookies: { getAll: () => store.getAll(), setAll: () => {} },\n"
        "  });\n"
        "  const body = await request.json();\n"
        '  await db.from("invoices").update(body).eq("id", body.id);\n'
        "  return new Response(null);\n"
        "}\n"
    )
    files = {
        "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/ssr": "0.5.2"}}',
        "app/api/invoices/route.ts": route,
        "app/login/page.tsx": _SIGN_IN,
    }
    policy = "create table invoices (id uuid);\ncreate policy own on invoices using (true);\n"
    found = {}
    for name, more in {"unseen": {}, "seen": {"supabase/migrations/1_init.sql": policy}}.items():
        prototype = prototype_of(tmp_path / name, {**files, **more})
        found[name] = {f.outcome for f in MassAssignment().detect(prototype)}
    assert found == {"unseen": {Outcome.UNKNOWN}, "seen": {Outcome.SATISFIED}}


def test_a_search_only_narrows_what_the_other_filters_leave(tmp_path: Path) -> None:
    function = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const search = new URL(req.url).searchParams.get("search");
  let query = admin.from("companies").select("id, name").eq("listed", true).limit(50);
  query = query.or(`CONDITION`);
  const { data, error } = await query;
  if (error) return new Response("not found", { status: 500 });
  return new Response(JSON.stringify(data));
});
"""
    found = {}
    conditions = {"search": "name.ilike.%${search}%", "choice": "owner.eq.${search}"}
    for name, condition in conditions.items():
        files = {"supabase/functions/companies/index.ts": function.replace("CONDITION", condition)}
        found[name] = [f.confidence for f in gaps(NosqlInjection(), tmp_path / name, files)]
    assert found == {"search": [Confidence.LOW], "choice": [Confidence.HIGH]}


def _assigned(which: str) -> dict[str, str]:
    route = (
        'import { db, auth } from "@/lib/session";\n'
        "export async function POST(request: Request) {\n"
        "  const user = await auth();\n"
        "  if (!user) return new Response(null, { status: 401 });\n"
        "  const { id } = await request.json().catch(() => ({}));\n"
        '  const { data } = await db.from("campaigns").select("id").is("client", null);\n'
        "  for (const one of data ?? [])\n"
        f'    await db.from("campaigns").update({{ client: "A" }}).eq("id", {which});\n'
        "  return new Response(null, { status: 204 });\n"
        "}\n"
    )
    session = (
        'import { createClient } from "@supabase/supabase-js";\n'
        'import { cookies } from "next/headers";\n'
        "export const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "export async function auth() {\n"
        '  const token = (await cookies()).get("token")?.value;\n'
        "  const { data } = await db.auth.getUser(token);\n"
        "  return data.user;\n"
        "}\n"
        "export async function admin() {\n"
        "  const user = await auth();\n"
        '  const { data } = await db.from("user_roles").select("role").eq("user_id", user.id).single();\n'
        '  if (data?.role !== "admin") throw new Error("forbidden");\n'
        "}\n"
    )
    ban = (
        'import { db, admin } from "@/lib/session";\n'
        "export async function POST(request: Request) {\n"
        "  await admin();\n"
        "  const { id } = await request.json();\n"
        '  await db.from("profiles").update({ banned: true }).eq("id", id);\n'
        "  return new Response(null, { status: 204 });\n"
        "}\n"
    )
    return {
        "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/session.ts": session,
        "app/api/admin/assign/route.ts": route,
        "app/api/admin/ban/route.ts": ban,
    }


def test_an_administrators_routine_that_takes_no_orders_weighs_less(tmp_path: Path) -> None:
    named = gaps(MissingAuthorisation(), tmp_path / "a", _assigned("id"))
    fixed = gaps(MissingAuthorisation(), tmp_path / "b", _assigned("one.id"))
    assert [f.severity for f in named] == [Severity.HIGH]
    assert [f.severity for f in fixed] == [Severity.MEDIUM]


def test_rows_and_settings_of_the_code_weigh_less_than_accounts_and_what_is_lost(
    tmp_path: Path,
) -> None:
    found = {}
    row = '{ key: "site", value: "https://a.example" }'
    for change in (
        f'from("app_config").insert({row})',
        f'from("app_config").upsert({row})',
        f'from("admin_users").insert({row})',
        'from("app_config").delete().neq("key", "")',
    ):
        text = (
            'import { createClient } from "npm:@supabase/supabase-js@2";\n'
            'const key = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;\n'
            'const supabase = createClient(Deno.env.get("SUPABASE_URL")!, key);\n'
            "Deno.serve(async () => {\n"
            f"  await supabase.{change};\n"
            "  return Response.json({ ok: true });\n"
            "});\n"
        )
        files = {
            "supabase/config.toml": "[functions.seed-app-config]\nverify_jwt = false\n",
            "supabase/functions/seed-app-config/index.ts": text,
        }
        (gap,) = gaps(DebugEndpoint(), tmp_path / str(len(found)), files)
        found[change] = gap.severity
    assert list(found.values()) == [
        Severity.MEDIUM,
        Severity.MEDIUM,
        Severity.HIGH,
        Severity.HIGH,
    ]


def _guarded(guard: str) -> dict[str, str]:
    session = (
        'import { createClient } from "@supabase/supabase-js";\n'
        'import { cookies } from "next/headers";\n'
        'import { effective } from "roles-of-another-team";\n'
        "export const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);\n"
        "export async function requireAdmin() {\n"
        '  const token = (await cookies()).get("token")?.value;\n'
        "  const { data } = await db.auth.getUser(token);\n"
        "  if (!data.user) return { error: new Response(null, { status: 401 }) };\n"
        f"  {guard}\n"
        "  return { user: data.user };\n"
        "}\n"
    )
    route = (
        'import { db, requireAdmin } from "@/lib/session";\n'
        "export async function POST(request: Request) {\n"
        "  const admin = await requireAdmin();\n"
        '  if ("error" in admin) return admin.error;\n'
        "  const { id } = await request.json();\n"
        '  await db.from("profiles").update({ banned: true }).eq("id", id);\n'
        "  return new Response(null, { status: 204 });\n"
        "}\n"
    )
    close = (
        'import { db } from "@/lib/session";\n'
        "export async function POST(request: Request) {\n"
        '  const token = request.headers.get("authorization");\n'
        "  const { data } = await db.auth.getUser(token);\n"
        '  const own = await db.from("user_roles").select("role").eq("user_id", data.user.id).single();\n'
        '  if (own.data?.role !== "admin") return new Response(null, { status: 403 });\n'
        '  await db.from("shops").delete().eq("id", (await request.json()).id);\n'
        "  return new Response(null, { status: 204 });\n"
        "}\n"
    )
    login = (
        'import { db } from "@/lib/session";\n'
        "export async function POST(request: Request) {\n"
        "  const { data } = await db.auth.signUp(await request.json());\n"
        "  return Response.json(data);\n"
        "}\n"
    )
    return {
        "package.json": '{"dependencies": {"next": "15.2.6", "@supabase/supabase-js": "2.0.0"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
        "lib/session.ts": session,
        "app/api/admin/ban/route.ts": route,
        "app/api/admin/close/route.ts": close,
        "app/api/sign-up/route.ts": login,
    }


def test_a_guard_that_looks_at_roles_in_ways_not_followed_leaves_a_question(tmp_path: Path) -> None:
    looks = (
        "const level = effective(data.user).isAdmin ?? 0; if (level) return { user: data.user };"
    )
    found = gaps(MissingAuthorisation(), tmp_path, _guarded(looks))
    assert [f.confidence for f in found] == [Confidence.LOW]


def test_a_guard_that_is_for_administrators_by_its_name_alone_is_none(tmp_path: Path) -> None:
    found = gaps(MissingAuthorisation(), tmp_path, _guarded("console.log(data.user.id);"))
    assert [(f.severity, f.confidence) for f in found] == [(Severity.HIGH, Confidence.HIGH)]


def test_a_word_that_signs_opens_little_in_code_that_nothing_reaches(tmp_path: Path) -> None:
    signs = 'import jwt from "jsonwebtoken";\nconst JWT_SECRET = "kX9!pQ2vLm7#rT4wZs8";\n'
    signs += "export const sign = (id: string) => jwt.sign({ id }, JWT_SECRET);\n"
    files = {
        "src/main.tsx": 'import { App } from "./App";\nApp();\n',
        "src/App.tsx": "export const App = () => <p />;\n",
        "src/sign.ts": signs,
    }
    found = gaps(SecretInCode(), tmp_path, files)
    assert [(f.severity, f.message.endswith("that nothing uses")) for f in found] == [
        (Severity.LOW, True)
    ]
    live = 'import { App } from "./App";\nimport { sign } from "./sign";\nApp(sign("1"));\n'
    found = gaps(SecretInCode(), tmp_path, files | {"src/main.tsx": live})
    assert all(f.severity > Severity.LOW for f in found)


def test_that_a_tour_was_seen_is_lost_without_harm(tmp_path: Path) -> None:
    tour = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);\n"
        "export const saveChoice = async () => {\n"
        '  await supabase.rpc("update_completed_tour", { _key: "feature" });\n'
        "};\n"
    )
    main = 'import { saveChoice } from "./save";\nsaveChoice();\n'
    files = {"src/main.tsx": main, "src/save.ts": tour}
    assert all(f.severity is Severity.LOW for f in gaps(SwallowedError(), tmp_path, files))
    order = files | {
        "src/save.ts": tour.replace("update_completed_tour", "update_customer_address")
    }
    found = gaps(SwallowedError(), tmp_path, order)
    assert [f.severity for f in found] == [Severity.MEDIUM]


def test_a_password_that_only_administrators_have_made_is_foretold_by_few(tmp_path: Path) -> None:
    server = (
        'import express from "express";\nimport jwt from "jsonwebtoken";\nimport { Pool } from "pg";\n'
        "const pool = new Pool();\nconst app = express();\n"
        "const requireAuth = (req: any, res: any, next: any) => {\n"
        "  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET!); }\n"
        '  catch { return res.status(401).json({ error: "Sign in first" }); }\n'
        "  next();\n};\n"
        'app.post("/api/AREA/invites", requireAuth, async (req: any, res: any) => {\n'
        "  const token = Math.random().toString(36).slice(2);\n"
        '  await pool.query("insert into invites (reset_token) values ($1)", [token]);\n'
        "  res.json({ token });\n});\napp.listen(80);\n"
    )
    found = {
        area: gaps(WeakRandom(), tmp_path / area, {"server/a.ts": server.replace("AREA", area)})
        for area in ("admin", "team")
    }
    assert {area: [f.severity for f in some] for area, some in found.items()} == {
        "admin": [Severity.MEDIUM],
        "team": [Severity.HIGH],
    }


@pytest.mark.parametrize(
    ("deploys", "beside", "severity"),
    [
        ("[deployment]\n", {}, Severity.MEDIUM),
        ("", {}, Severity.LOW),
        ("[deployment]\n", {".nvmrc": "24\n", "vercel.json": "{}"}, Severity.LOW),
        ("[deployment]\n", {".nvmrc": "24\n"}, Severity.MEDIUM),
        ("[deployment]\n", {"vercel.json": "{}"}, Severity.MEDIUM),
        ("", {".nvmrc": "16\n"}, Severity.MEDIUM),
    ],
)
def test_node_weighs_less_where_only_the_editor_of_replit_has_it(
    tmp_path: Path, deploys: str, beside: dict[str, str], severity: Severity
) -> None:
    listens = 'import express from "express";\nconst app = express();\n'
    listens += 'app.get("/up", (req, res) => res.json({}));\napp.listen(3000);\n'
    start = '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5.0.0"}}'
    replit = {".replit": f'modules = ["nodejs-18"]\n{deploys}'}
    files = {"package.json": start, "server.js": listens} | replit | beside
    assert [f.severity for f in gaps(EndOfLifeRuntime(), tmp_path, files)] == [severity]


def test_node_weighs_less_where_python_serves(tmp_path: Path) -> None:
    app = 'from flask import Flask\napp = Flask(__name__)\n\n\n@app.get("/up")\ndef up():\n    return {}\n'
    files = {
        "requirements.txt": "flask==3.1.0\n",
        "app.py": app,
        "package.json": '{"devDependencies": {"@playwright/test": "1.55.0"}}',
        ".replit": 'modules = ["python-3.12", "nodejs-18"]\n[deployment]\nrun = ["python", "app.py"]\n',
    }
    found = gaps(EndOfLifeRuntime(), tmp_path, files)
    assert [(f.subject, f.severity) for f in found] == [("node", Severity.LOW)]


def test_node_weighs_less_where_only_a_stage_of_the_build_needs_it(tmp_path: Path) -> None:
    built = "FROM node:16-alpine AS build\nRUN npm run build\n"
    served = {"Dockerfile": f"{built}FROM nginx:1.27\nCOPY --from=build /app/dist /srv\n"}
    start = '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "5.0.0"}}'
    listens = 'import express from "express";\nconst app = express();\n'
    listens += 'app.get("/up", (req, res) => res.json({}));\napp.listen(3000);\n'
    api = {"package.json": start, "server.js": listens}
    found = gaps(EndOfLifeRuntime(), tmp_path, served | api)
    assert [(f.subject, f.severity) for f in found] == [("node", Severity.LOW)]
    runs = {"Dockerfile": f"{built}FROM build\nCMD node server.js\n"}
    found = gaps(EndOfLifeRuntime(), tmp_path, runs | api)
    assert [(f.subject, f.severity) for f in found] == [("node", Severity.MEDIUM)]


def test_pages_alone_lose_little_when_nobody_hears_of_their_errors(tmp_path: Path) -> None:
    page = "export const Page = () => <p>{new Date().toString()}</p>;\n"
    names = [f"page{number}" for number in range(25)]
    pages = {f"src/{name}.tsx": page.replace("Page", name.title()) for name in names}
    used = "".join(f'import {{ {n.title()} }} from "./{n}";\n{n.title()}();\n' for n in names)
    files = pages | {"src/main.tsx": used}
    assert [f.severity for f in gaps(NoErrorTracking(), tmp_path, files)] == [Severity.LOW]
    save = 'import { createClient } from "@supabase/supabase-js";\n'
    save += 'const db = createClient("https://x.example", "k");\n'
    save += 'export const Page0 = () => db.from("orders").insert({ id: 1 });\n'
    found = gaps(NoErrorTracking(), tmp_path, files | {"src/page0.tsx": save})
    assert [f.severity for f in found] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    ("changed", "severity"),
    [("data: { avatar_url: text }", Severity.MEDIUM), ("password: text", Severity.HIGH)],
)
def test_what_users_say_of_themselves_weighs_less_than_their_password(
    tmp_path: Path, changed: str, severity: Severity
) -> None:
    page = (
        'import { supabase } from "./supabase";\n'
        "export function Account() {\n"
        "  const save = async (text: string) => {\n"
        f"    const {{ data }} = await supabase.auth.updateUser({{ {changed} }});\n"
        "    show(data);\n  };\n"
        "  return <button onClick={() => save('a')}>Save</button>;\n}\n"
    )
    files = {
        "src/main.tsx": 'import { Account } from "./Account";\nrender(<Account />);\n',
        "src/Account.tsx": page,
        "src/supabase.ts": 'import { createClient } from "@supabase/supabase-js";\n'
        "export const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);\n",
    }
    (gap,) = gaps(SwallowedError(), tmp_path, files)
    assert gap.severity is severity


_PAYS_OUT = """
import { PrismaClient } from "@prisma/client";
import { getServerSession } from "next-auth";
const db = new PrismaClient();
export async function POST(request: Request) {
  const session = await getServerSession();
  if (!session) return Response.json({ error: "No" }, { status: 401 });
  ROLE
  const { userId, amount } = await request.json();
  if (!(amount > 0)) return Response.json({ error: "How much?" }, { status: 400 });
  const wallet = await db.wallet.findUnique({ where: { userId } });
  await db.wallet.update({ where: { userId }, data: { balance: wallet!.balance - amount } });
  await db.payout.create({ data: { userId, amount } });
  return Response.json({ ok: true });
}
"""


@pytest.mark.parametrize(
    ("role", "severity"),
    [
        ("", Severity.HIGH),
        (
            'if (session.user.role !== "ADMIN") return new Response("No", { status: 403 });',
            Severity.MEDIUM,
        ),
    ],
)
def test_what_only_administrators_can_break_weighs_a_step_less(
    tmp_path: Path, role: str, severity: Severity
) -> None:
    package = (
        '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0", "next-auth": "4.0.0"}}'
    )
    files = {"package.json": package, "app/api/payouts/route.ts": _PAYS_OUT.replace("ROLE", role)}
    for number, control in enumerate((ReadModifyWriteRace(), NonAtomicWrites())):
        (gap,) = gaps(control, tmp_path / str(number), files)
        assert gap.severity is severity


_KEY = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
_KEY += 'app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev-secret-key-1234")\n'


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ('from flask import flash\n@app.get("/")\ndef home():\n    flash("hello")\n', Severity.LOW),
        (
            'from flask import session\ndef log_in(user):\n    session["id"] = user.id\n',
            Severity.HIGH,
        ),
    ],
)
def test_a_key_that_nothing_signs_with_weighs_little(
    tmp_path: Path, more: str, severity: Severity
) -> None:
    files = {"requirements.txt": "flask==3.0.0\n", "app.py": _KEY + more}
    (gap,) = gaps(DefaultSecret(), tmp_path, files)
    assert gap.severity is severity


def test_sessions_are_signed_wherever_their_options_stand(tmp_path: Path) -> None:
    text = (
        'import session from "express-session";\n'
        'const options = { secret: process.env.SESSION_SECRET || "show-dev-secret" };\n'
        "export const sessions = session(options);\n"
    )
    manifest = '{"dependencies": {"express": "4.19.2", "express-session": "1.18.0"}}'
    files = {"package.json": manifest, "server/auth.ts": text, "server/index.ts": _SERVES}
    (gap,) = gaps(DefaultSecret(), tmp_path, files)
    assert gap.severity is Severity.HIGH


_SERVES = """import express from "express";
import { sessions } from "./auth";
const app = express();
app.use(sessions);
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("folder", "page", "severity", "sure"),
    [
        ("shop", "export const a = 1;\n", Severity.MEDIUM, Confidence.HIGH),
        ("test-app", "export const a = 1;\n", Severity.LOW, Confidence.HIGH),
        (
            "shop",
            "// Open up App.js to start working on your app!\n",
            Severity.MEDIUM,
            Confidence.LOW,
        ),
    ],
)
def test_a_part_that_no_user_meets_needs_a_lock_file_less(
    tmp_path: Path, folder: str, page: str, severity: Severity, sure: Confidence
) -> None:
    manifest = '{"dependencies": {"expo": "~52.0.41"}}'
    files = {f"{folder}/package.json": manifest, f"{folder}/App.js": page}
    (gap,) = (g for g in gaps(NoLockFile(), tmp_path, files) if g.subject.startswith(folder))
    assert (gap.severity, gap.confidence) == (severity, sure)


def test_a_model_that_keeps_one_visitor_waiting_weighs_little(tmp_path: Path) -> None:
    asks = (
        'import OpenAI from "openai";\n'
        "const client = new OpenAI({ apiKey: settings.key, dangerouslyAllowBrowser: true });\n"
        "export const ask = (text: string) => client.chat.completions.create({\n"
        '  model: "gpt-4o-2024-08-06", messages: [{ role: "user", content: text }],\n'
        "});\n"
    )
    main = 'import { ask } from "./ask";\nask("hello").then(console.log);\n'
    found = gaps(
        ModelCallWithoutTimeout(), tmp_path / "page", {"src/ask.ts": asks, "src/main.tsx": main}
    )
    assert [f.severity for f in found] == [Severity.LOW]
    next_app = '{"dependencies": {"next": "15.0.0", "react": "19.0.0", "openai": "5.0.0"}}'
    route = asks.replace("export const ask", "const ask").replace(
        ", dangerouslyAllowBrowser: true", ""
    )
    route += (
        "export async function POST(request: Request) {\n"
        "  const { text } = await request.json();\n"
        "  return Response.json(await ask(text));\n"
        "}\n"
    )
    for limit, severity in (
        ("", Severity.MEDIUM),
        ("export const maxDuration = 30;\n", Severity.LOW),
    ):
        files = {"package.json": next_app, "app/api/ask/route.ts": limit + route}
        found = gaps(ModelCallWithoutTimeout(), tmp_path / f"route{len(limit)}", files)
        assert [f.severity for f in found] == [severity]
    for name, severity in (("test_the_model", Severity.LOW), ("test_answers", Severity.MEDIUM)):
        text = (
            "import google.generativeai as genai\n"
            "from fastapi import FastAPI\n\n"
            "app = FastAPI()\n"
            'model = genai.GenerativeModel("gemini-2.0-flash-001")\n\n\n'
            '@app.post("/ask")\n'
            f"def {name}(text: str):\n"
            "    return model.generate_content(text).text\n"
        )
        found = gaps(ModelCallWithoutTimeout(), tmp_path / name, {"main.py": text})
        assert [f.severity for f in found] == [severity]
    handler = asks.replace("export const ask", "const ask").replace(
        ", dangerouslyAllowBrowser: true", ""
    )
    handler += (
        "export const handler = async (e) => ({ statusCode: 200, body: await ask(e.body) });\n"
    )
    for name, severity in (("ask", Severity.LOW), ("ask-background", Severity.MEDIUM)):
        files = {"package.json": next_app, f"netlify/functions/{name}.ts": handler}
        found = gaps(ModelCallWithoutTimeout(), tmp_path / name, files)
        assert [f.severity for f in found] == [severity]


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("lambda/prices/index.mjs", Severity.LOW),
        ("netlify/functions/prices.mjs", Severity.LOW),
        ("server/prices.mjs", Severity.MEDIUM),
    ],
)
def test_a_call_that_the_platform_ends_weighs_little(
    tmp_path: Path, path: str, severity: Severity
) -> None:
    asks = (
        "export const handler = async () => {\n"
        '  const found = await fetch("https://prices.example.com/v1/today");\n'
        "  return { statusCode: 200, body: await found.text() };\n"
        "};\n"
    )
    found = gaps(OutboundCallWithoutTimeout(), tmp_path, {"package.json": "{}", path: asks})
    assert [f.severity for f in found] == [severity]


def test_one_of_several_searches_may_bring_nothing(tmp_path: Path) -> None:
    search = (
        "async function searchWithOne(query: string) {\n"
        "  try {\n"
        "    const found = await fetch(`https://one.example.com/?q=${query}`);\n"
        "    return await found.json();\n"
        "  } catch { return []; }\n"
        "}\n"
    )
    api = (
        'import express from "express";\n'
        "const app = express();\n"
        'app.get("/search", async (req, res) => {\n'
        "  res.json(await searchWithOne(String(req.query.q)));\n"
        "});\n"
        "app.listen(3000);\n"
    )
    package = '{"scripts": {"start": "tsx server.ts"}, "dependencies": {"express": "5.0.0"}}'
    found = gaps(
        SwallowedError(), tmp_path / "one", {"package.json": package, "server.ts": search + api}
    )
    assert [f.severity for f in found] == [Severity.MEDIUM]
    both = search + search.replace("One", "Two").replace("one.ex", "two.ex") + api
    found = gaps(SwallowedError(), tmp_path / "two", {"package.json": package, "server.ts": both})
    assert {f.severity for f in found} == {Severity.LOW}


def test_a_hash_that_is_renewed_at_the_next_sign_in_weighs_little(tmp_path: Path) -> None:
    client = 'import { createClient } from "@supabase/supabase-js";\n'
    client += "const db = createClient(process.env.URL!, process.env.SERVICE_KEY!);\n"
    renew = client + (
        "export async function POST(request: Request) {\n"
        "  const { hash, id } = await request.json();\n"
        '  await db.from("users").update({ password_hash: hash }).eq("id", id);\n'
        "  return Response.json({ ok: true });\n"
        "}\n"
    )
    package = (
        '{"dependencies": {"next": "15.0.0", "react": "19.0.0", "@supabase/supabase-js": "2.0.0"}}'
    )
    for route, severity in (("login", Severity.LOW), ("reset-password", Severity.MEDIUM)):
        files = {"package.json": package, f"app/api/auth/{route}/route.ts": renew}
        found = gaps(SwallowedError(), tmp_path / route, files)
        assert [f.severity for f in found] == [severity]


def _function_on_files(line: str) -> dict[str, str]:
    return {
        "netlify/functions/files.mjs": (
            'import { S3Client, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";\n'
            'import { getSignedUrl } from "@aws-sdk/s3-request-presigner";\n'
            "const store = new S3Client({});\n"
            "export const handler = async (event) => {\n"
            "  const key = event.queryStringParameters.key;\n"
            f"  {line}\n"
            '  return { statusCode: 302, headers: { Location: url }, body: "" };\n'
            "};\n"
        )
    }


def test_an_address_that_lets_anybody_write_a_file_is_an_alarm(tmp_path: Path) -> None:
    line = 'const url = await getSignedUrl(store, new PutObjectCommand({ Bucket: "b", Key: key }));'
    found = gaps(UnauthenticatedEndpoint(), tmp_path, _function_on_files(line))
    assert [f.confidence for f in found] == [Confidence.HIGH]


def test_a_picture_that_is_shown_by_its_key_is_no_alarm(tmp_path: Path) -> None:
    line = 'const url = await getSignedUrl(store, new GetObjectCommand({ Bucket: "b", Key: key }));'
    found = gaps(UnauthenticatedEndpoint(), tmp_path, _function_on_files(line))
    assert all(f.confidence is Confidence.LOW for f in found)


_HELPER = """
import express from "express";
import mysql from "mysql2/promise";
const app = express();
const pool = mysql.createPool({ uri: process.env.DATABASE_URL });
async function query(text, params) {
  const written = text.replace(/\\$(\\d+)/g, "?");
  const [rows] = await pool.query(written, params);
  return { rows };
}
app.get("/api/staff/:id", ASKS async (req, res) => {
  const found = await query("select * from employees where id = $1", [req.params.id]);
  res.json(found.rows);
});
"""


@pytest.mark.parametrize(("asks", "expected"), [("", ["server.js"]), ("signedIn,", [])])
def test_a_statement_is_seen_through_a_helper_that_rewrites_its_placeholders(
    asks: str, expected: list[str], tmp_path: Path
) -> None:
    guard = (
        'import jwt from "jsonwebtoken";\n'
        "function signedIn(req, res, next) {\n"
        "  req.user = jwt.verify(req.headers.authorization, process.env.KEY);\n"
        "  next();\n}\n"
    )
    packages = '{"dependencies": {"express": "4.19.2", "mysql2": "3.0.0", "jsonwebtoken": "9.0.2"}}'
    files = {"package.json": packages, "server.js": guard + _HELPER.replace("ASKS", asks)}
    found = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert [f.subject.partition("#")[0] for f in found] == expected


_PUSHES = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
import webpush from "https://esm.sh/web-push@3.6.7";
const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async (req) => {
  ASKS
  const { title } = await req.json();
  const { data } = await db.from("push_subscriptions").select("*");
  for (const one of data) {
    await webpush.sendNotification(one.subscription, JSON.stringify({ title }));
  }
  return new Response("sent");
});
"""


_PUSH_KEY = """if (req.headers.get("x-key") !== Deno.env.get("PUSH_KEY")) {
    return new Response("no", { status: 401 });
  }"""
_ME = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!);
Deno.serve(async (req) => {
  const { data: { user } } = await db.auth.getUser(req.headers.get("Authorization")!);
  if (!user) return new Response("sign in", { status: 401 });
  const { data } = await db.from("notes").select("*").eq("user_id", user.id);
  return Response.json(data);
});
"""


@pytest.mark.parametrize(("asks", "expected"), [("", [Severity.HIGH]), (_PUSH_KEY, [])])
def test_words_of_anybody_pushed_to_all_subscribers_are_grave(
    asks: str, expected: list[Severity], tmp_path: Path
) -> None:
    files = {
        "supabase/config.toml": "[functions.push]\nverify_jwt = false\n",
        "supabase/functions/push/index.ts": _PUSHES.replace("ASKS", asks),
        "supabase/functions/me/index.ts": _ME,
    }
    assert [f.severity for f in gaps(UnauthenticatedEndpoint(), tmp_path, files)] == expected


def test_a_signature_that_may_be_left_out_is_worse_than_a_secret_that_is_not_set(
    tmp_path: Path,
) -> None:
    text = (
        'import crypto from "crypto";\n'
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!);\n"
        "export async function POST(request: Request) {\n"
        "  const body = await request.text();\n"
        '  const signature = request.headers.get("x-signature");\n'
        "  if (process.env.HOOK_SECRET && signature) {\n"
        '    const own = crypto.createHmac("sha256", process.env.HOOK_SECRET).update(body).digest("hex");\n'
        '    if (own !== signature) return Response.json({ error: "no" }, { status: 401 });\n'
        "  }\n"
        "  const sent = JSON.parse(body);\n"
        '  await db.from("shipments").update({ status: sent.status }).eq("order_id", sent.order);\n'
        "  return Response.json({ ok: true });\n"
        "}\n"
    )
    packages = '{"dependencies": {"next": "15.0.0"}}'
    files = {"package.json": packages, "app/api/webhooks/carrier/route.ts": text}
    found = gaps(WebhookUnverified(), tmp_path / "both", files)
    assert [f.severity for f in found] == [Severity.HIGH]
    assert "leaves the header out" in found[0].message
    files["app/api/webhooks/carrier/route.ts"] = text.replace(" && signature", "")
    found = gaps(WebhookUnverified(), tmp_path / "secret", files)
    assert [f.severity for f in found] == [Severity.MEDIUM]
    assert "secret of its signatures is not set" in found[0].message


def test_keys_that_the_code_writes_are_no_part_of_what_is_sent(tmp_path: Path) -> None:
    helper = (
        'import mysql from "mysql2/promise";\n'
        "const pool = mysql.createPool(process.env.DATABASE_URL!);\n"
        "export async function change(id: number, values: any) {\n"
        "  const fields: string[] = [];\n"
        "  const given: any[] = [];\n"
        "  Object.entries(values).forEach(([key, value]) => {\n"
        "    fields.push(`${key} = ?`);\n"
        "    given.push(value);\n"
        "  });\n"
        '  await pool.query(`UPDATE cities SET ${fields.join(", ")} WHERE id = ?`, [...given, id]);\n'
        "}\n"
    )
    route = (
        'import express from "express";\n'
        'import { change } from "./change";\n'
        "const app = express();\n"
        "app.use(express.json());\n"
        'app.patch("/cities/:id", async (req, res) => {\n'
        "  const { isActive } = req.body;\n"
        "  await change(parseInt(req.params.id), GIVEN);\n"
        "  res.json({ ok: true });\n"
        "});\n"
        "app.listen(3000);\n"
    )
    package = (
        '{"scripts": {"start": "tsx server.ts"}, "dependencies": {"express": "5", "mysql2": "3"}}'
    )
    for given, count in (("{ isActive }", 0), ("req.body", 1)):
        files = {"package.json": package, "change.ts": helper}
        files["server.ts"] = route.replace("GIVEN", given)
        assert len(gaps(SqlInjection(), tmp_path / str(count), files)) == count


_SENDS_CODE = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const app = express();
const db = new Pool();
app.use(express.json());
function known(req, res, next) {
  try {
    req.user = jwt.verify(req.headers.authorization.split(" ")[1], process.env.JWT_SECRET);
  } catch {
    return res.status(401).json({ error: "Sign in" });
  }
  next();
}
app.post("/api/code", GUARD async (req, res) => {
  const code = Math.floor(1000 + Math.random() * 9000).toString();
  await db.query("UPDATE users SET verification_code = $1 WHERE WHOSE = $2", [code, ID]);
  res.json({ sent: true });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("guard", "whose", "who", "severity", "gains"),
    [
        ("", "email", "req.body.email", Severity.MEDIUM, "get in"),
        ("known,", "id", "req.user.id", Severity.MEDIUM, "confirm what is not his"),
    ],
)
def test_a_code_for_the_number_of_ones_own_account_lets_nobody_in(
    tmp_path: Path, guard: str, whose: str, who: str, severity: Severity, gains: str
) -> None:
    text = _SENDS_CODE.replace("GUARD", guard).replace("WHOSE", whose).replace("ID", who)
    files = {"package.json": '{"dependencies": {"express": "4", "pg": "8"}}', "server.js": text}
    (found,) = gaps(WeakRandom(), tmp_path, files)
    assert (found.severity, found.message.endswith(gains)) == (severity, True)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("jwt.sign({ id: req.body.id, device }, process.env.JWT_SECRET!)", 0),
        ("jwt.sign({ id: req.body.id }, device)", 1),
    ],
)
def test_a_signed_token_is_not_guessed_by_what_it_says(
    tmp_path: Path, given: str, count: int
) -> None:
    text = (
        'import express from "express";\nimport jwt from "jsonwebtoken";\n'
        "const app = express();\napp.use(express.json());\n"
        'app.post("/api/session", async (req, res) => {\n'
        "  const device = `device_${Math.random().toString(36).slice(2)}`;\n"
        f"  res.json({{ token: {given}, device }});\n"
        "});\napp.listen(3000);\n"
    )
    files = {"package.json": '{"dependencies": {"express": "4"}}', "server.ts": text}
    assert len(gaps(WeakRandom(), tmp_path, files)) == count


@pytest.mark.parametrize(
    ("path", "severity", "gain"),
    [
        ("supabase/functions/preview/index.ts", Severity.MEDIUM, "at your cost and in your name"),
        ("app/api/preview/route.ts", Severity.HIGH, "internal services through your server"),
    ],
)
def test_a_function_of_a_platform_has_no_network_of_the_owners_beside_it(
    tmp_path: Path, path: str, severity: Severity, gain: str
) -> None:
    start = "Deno.serve(async (req) =>" if "supabase" in path else "export async function POST(req)"
    text = (
        f"{start} {{\n"
        "  const { url } = await req.json();\n"
        "  return new Response(await (await fetch(url)).text());\n"
        f"}}{')' * ('supabase' in path)}\n"
    )
    package = '{"dependencies": {"next": "15.0.0"}}'
    (found,) = gaps(ServerSideRequestForgery(), tmp_path, {"package.json": package, path: text})
    assert found.severity is severity
    assert found.message.endswith(gain)


_SYNCS = """
import express from "express";
import jwt from "jsonwebtoken";
import { Pool } from "pg";
const app = express();
const db = new Pool();
app.use(express.json());
function known(req, res, next) {
  try {
    req.user = jwt.verify(req.headers.authorization.split(" ")[1], process.env.JWT_SECRET);
  } catch {
    return res.status(401).json({ error: "Sign in" });
  }
  next();
}
app.post("/api/subscription/sync", known, async (req, res) => {
  const status = TEST ? "active" : "free";
  await db.query("UPDATE users SET COLUMN = $1 WHERE id = $2", [status, req.user.id]);
  res.json({ status });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("test", "column", "severities"),
    [
        ("req.body.isPro", "subscription_status", [Severity.HIGH]),
        ("req.user.isPro", "subscription_status", []),
        ("process.env.ALL_ARE_PRO", "subscription_status", []),
        ("req.body.online", "presence", []),
    ],
)
def test_a_plan_that_a_flag_of_the_caller_chooses_was_never_paid_for(
    tmp_path: Path, test: str, column: str, severities: list[Severity]
) -> None:
    text = _SYNCS.replace("TEST", test).replace("COLUMN", column)
    files = {"package.json": '{"dependencies": {"express": "4", "pg": "8"}}', "server.js": text}
    assert [f.severity for f in gaps(ClientDecidedMoney(), tmp_path, files)] == severities


_MAKES_ACCOUNTS = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const { email, password, role } = await req.json();
  const { data } = await admin.auth.admin.createUser({ email, password, email_confirm: true MORE });
  return Response.json({ id: data.user.id });
});
"""
_SIGNS_UP = (
    'import { createClient } from "@supabase/supabase-js";\n'
    "const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);\n"
    "await supabase.auth.signUp({ email: prompt('') ?? '', password: prompt('') ?? '' });\n"
)


@pytest.mark.parametrize(
    ("page", "more", "severity"),
    [
        (_SIGNS_UP, "", Severity.HIGH),
        (_SIGNS_UP, ", app_metadata: { role }", Severity.CRITICAL),
        ("document.title = 'Shop';\n", "", Severity.CRITICAL),
    ],
)
def test_an_account_is_worth_less_where_whoever_comes_signs_up(
    tmp_path: Path, page: str, more: str, severity: Severity
) -> None:
    files = {
        "src/main.tsx": page,
        "supabase/config.toml": 'project_id = "a"\n[functions.add-user]\nverify_jwt = false\n',
        "supabase/functions/add-user/index.ts": _MAKES_ACCOUNTS.replace("MORE", more),
    }
    (found,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert found.severity is severity


_ASKS_MODEL = """
import express from "express";
import jwt from "jsonwebtoken";
import OpenAI from "openai";
import { Pool } from "pg";
const app = express();
const db = new Pool();
const openai = new OpenAI();
app.use(express.json());
function known(req, res, next) {
  try {
    req.user = jwt.verify(req.headers.authorization.split(" ")[1], process.env.JWT_SECRET);
  } catch {
    return res.status(401).json({ error: "Sign in" });
  }
  next();
}
const may = (right) => async (req, res, next) => {
  const { rows } = await db.query("SELECT right_name FROM grants WHERE user_id = $1", [req.user.id]);
  if (!rows.map((row) => row.right_name).includes(right)) {
    return res.status(403).json({ error: "No" });
  }
  next();
};
app.post("/api/describe", known, RIGHT async (req, res) => {
  const answer = await openai.chat.completions.create({
    model: "gpt-4o", messages: [{ role: "user", content: req.body.text }] });
  res.json({ text: answer.choices[0].message.content });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("right", "severities"),
    [("", [Severity.MEDIUM]), ('may("inventory.view"),', [Severity.LOW])],
)
def test_a_bill_that_only_some_accounts_run_up_weighs_less(
    tmp_path: Path, right: str, severities: list[Severity]
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "openai": "4", "pg": "8"}}',
        "server.js": _ASKS_MODEL.replace("RIGHT", right),
    }
    assert [f.severity for f in gaps(MissingRateLimit(), tmp_path, files)] == severities


@pytest.mark.parametrize(
    ("set_up", "deed", "severity"),
    [
        ("", "info", Severity.LOW),
        ("", "warning", Severity.MEDIUM),
        ("logging.basicConfig(level=logging.INFO)", "info", Severity.MEDIUM),
    ],
)
def test_a_line_below_a_warning_is_not_written_before_logging_is_set_up(
    tmp_path: Path, set_up: str, deed: str, severity: Severity
) -> None:
    text = (
        "import logging\n"
        "from fastapi import FastAPI\n\n"
        f"{set_up}\n"
        "app = FastAPI()\n"
        "logger = logging.getLogger(__name__)\n\n\n"
        '@app.post("/mails")\n'
        "def mails(phone: str):\n"
        f'    logger.{deed}("Call to %s", phone)\n'
    )
    (gap,) = gaps(PersonalDataInLogs(), tmp_path, {"main.py": text})
    assert gap.severity is severity
    assert gap.message.endswith("sets logging up") is (severity is Severity.LOW)


@pytest.mark.parametrize(
    ("chat", "said", "severity"),
    [
        ('os.environ["CHAT_ID"]', "visit.page", Severity.LOW),
        ('os.environ["CHAT_ID"]', '"Somebody came"', Severity.LOW),
        ("visit.chat", "visit.page", Severity.HIGH),
    ],
)
def test_a_message_to_the_operator_alone_weighs_little(
    tmp_path: Path, chat: str, said: str, severity: Severity
) -> None:
    text = (
        "import os\n"
        "import requests\n"
        "import jwt\n"
        "from fastapi import FastAPI, Header\n"
        "from pydantic import BaseModel\n\n"
        "app = FastAPI()\n"
        'SEND = "https://api.telegram.org/bot" + os.environ["TOKEN"] + "/sendMessage"\n\n\n'
        "class Visit(BaseModel):\n"
        "    page: str\n"
        "    chat: str\n\n\n"
        '@app.post("/visits")\n'
        "def visits(visit: Visit):\n"
        f'    requests.post(SEND, json={{"chat_id": {chat}, "text": {said}}}, timeout=5)\n'
        '    return {"ok": True}\n\n\n' + _PY_LOGIN
    )
    found = gaps(UnauthenticatedEndpoint(), tmp_path, {"main.py": text})
    assert [f.severity for f in found if f.subject == "main.py#visits"] == [severity]


_PY_LOGIN = """@app.get("/mine")
def mine(authorization: str = Header("")):
    claims = jwt.decode(authorization, os.environ["JWT_SECRET"], algorithms=["HS256"])
    return {"id": claims["sub"]}
"""


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        ('[sys.executable, "backtest.py", str(hours)]', Severity.MEDIUM),
        ("[sys.executable, hours]", Severity.CRITICAL),
        ('[sys.executable, "-c", hours]', Severity.CRITICAL),
        ('["sh", "-c", hours]', Severity.CRITICAL),
    ],
)
def test_arguments_of_a_program_of_ones_own_are_no_commands(
    tmp_path: Path, command: str, severity: Severity
) -> None:
    text = (
        "import subprocess\n"
        "import sys\n"
        "from flask import Flask, jsonify, request\n\n"
        "app = Flask(__name__)\n\n\n"
        '@app.route("/backtest", methods=["POST"])\n'
        "def backtest():\n"
        '    hours = request.get_json()["hours"]\n'
        f"    done = subprocess.run({command}, capture_output=True, text=True, timeout=60)\n"
        "    return jsonify(done.stdout)\n"
    )
    (gap,) = gaps(UnauthenticatedEndpoint(), tmp_path, {"bot/api.py": text})
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("function", "written", "severities"),
    [
        ("fetchProject", "insert({ name })", [Severity.LOW]),
        ("createProject", "insert({ name })", [Severity.MEDIUM]),
        ("openShared", "update({ viewer_count: 1 })", []),
        ("openShared", "update({ share_count: 1 })", []),
        ("sellStock", "update({ shares: 1 })", [Severity.MEDIUM]),
        ("openShared", "update({ note: name })", [Severity.MEDIUM]),
    ],
)
def test_what_the_next_look_makes_again_and_counts_of_visits_weigh_little(
    tmp_path: Path, function: str, written: str, severities: list[Severity]
) -> None:
    text = (
        'import { useState } from "react";\n'
        'import { supabase } from "./client";\n\n'
        "export default function Project({ name }: { name: string }) {\n"
        "  const [done, setDone] = useState(false);\n"
        f"  const {function} = async () => {{\n"
        f'    await supabase.from("projects").{written};\n'
        "    setDone(true);\n"
        "  };\n"
        f"  return <button onClick={{{function}}}>{{String(done)}}</button>;\n"
        "}\n"
    )
    client = (
        'import { createClient } from "@supabase/supabase-js";\n'
        'export const supabase = createClient("https://x.supabase.co", "key");\n'
    )
    page = 'import Project from "./Project";\nexport const page = <Project name="a" />;\n'
    files = {"src/Project.tsx": text, "src/client.ts": client, "src/main.tsx": page}
    assert [f.severity for f in gaps(SwallowedError(), tmp_path, files)] == severities


_MIGRATION = """create table public.teams (
  id uuid primary key, name text not null, owner_id uuid not null references auth.users (id)
);
create table public.tasks (
  id uuid primary key, team_id uuid not null references public.teams (id), title text
);
alter table public.teams enable row level security;
alter table public.tasks enable row level security;
create policy "Owners" on public.teams for select to authenticated using (owner_id = auth.uid());
create view public.shown as {}
"""


@pytest.mark.parametrize(
    ("query", "severity"),
    [
        (
            "select t.id, t.name, count(x.id) as tasks from teams t left join tasks x on x.team_id = t.id"
            " group by t.id, t.name;",
            Severity.MEDIUM,
        ),
        (
            "select (select count(*) from teams) as teams,"
            " (select count(*) from tasks where title is null) as bare;",
            Severity.MEDIUM,
        ),
        ("select id, title from tasks;", Severity.HIGH),
        ("select count(*) filter (where title is null) as bare from tasks;", Severity.MEDIUM),
        (
            "select t.*, count(x.id) as tasks from teams t left join tasks x on x.team_id = t.id"
            " group by t.id;",
            Severity.HIGH,
        ),
        ("select (select count(*) from teams) as teams, x.title from tasks x;", Severity.HIGH),
        (
            "select t.id, array_agg(x.title) as titles, count(x.id) as tasks from teams t"
            " left join tasks x on x.team_id = t.id group by t.id;",
            Severity.HIGH,
        ),
        (
            "select x.title, t.name, count(*) as n from teams t join tasks x on x.team_id = t.id"
            " group by x.title, t.name;",
            Severity.HIGH,
        ),
    ],
)
def test_a_view_that_only_counts_shows_less_than_rows(
    tmp_path: Path, query: str, severity: Severity
) -> None:
    files = {"supabase/migrations/20250101000000_init.sql": _MIGRATION.format(query)}
    (gap,) = gaps(DefinerView(), tmp_path, files)
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("table", "found"), [("login_history", False), ("session_bookings", True), ("orders", True)]
)
def test_what_happened_stands_without_the_rest(tmp_path: Path, table: str, found: bool) -> None:
    text = (
        'import { createServerClient } from "@supabase/ssr";\n'
        "export async function POST() {\n"
        "  const db = createServerClient(process.env.URL!, process.env.KEY!, { cookies: {} });\n"
        "  const { data: { user } } = await db.auth.getUser();\n"
        f'  await db.from("{table}").insert({{ user_id: user.id }});\n'
        '  const { data: my } = await db.from("accounts").select("credits").eq("id", user.id).single();\n'
        '  await db.from("accounts").update({ credits: my.credits - 1 }).eq("id", user.id);\n'
        "  return Response.json({ ok: true });\n"
        "}\n"
    )
    files = {"app/api/welcome/route.ts": text, "package.json": "{}"}
    assert bool(list(gaps(NonAtomicWrites(), tmp_path, files))) is found


@pytest.mark.parametrize(
    ("does", "severity"),
    [
        ('select("*").eq("transaction_id", told.ref).single()', Severity.MEDIUM),
        ('select("*").eq("status", told.ref)', Severity.HIGH),
        (
            'update({ status: state }).eq("payment_reference", told.ref).select("*")',
            Severity.MEDIUM,
        ),
        ('update({ status: told.state }).eq("payment_reference", told.ref)', Severity.HIGH),
        ('update({ status: state }).eq("id", told.ref)', Severity.HIGH),
    ],
)
def test_what_is_found_by_the_name_of_a_payment_at_its_provider_weighs_less(
    tmp_path: Path, does: str, severity: Severity
) -> None:
    text = (
        'import { createClient } from "npm:@supabase/supabase-js@2";\n'
        'const key = Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!;\n'
        'const db = createClient(Deno.env.get("SUPABASE_URL")!, key);\n'
        "Deno.serve(async (req) => {\n"
        "  const told = await req.json();\n"
        "  const asked = await fetch(`https://api.pay.example/orders/${told.ref}`,"
        ' { headers: { authorization: `Bearer ${Deno.env.get("PAY_KEY")}` } });\n'
        '  const state = (await asked.json()).state === "DONE" ? "paid" : "pending";\n'
        f'  const {{ data }} = await db.from("orders").{does};\n'
        "  return Response.json(data);\n"
        "});\n"
    )
    users = (
        "create table orders (id uuid primary key, user_id uuid references auth.users(id),"
        " customer_phone text, customer_name text);"
    )
    files = {
        "supabase/functions/pay-state/index.ts": text,
        "supabase/migrations/1_a.sql": users,
        "src/main.tsx": 'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_A, import.meta.env.VITE_B);\n"
        "db.auth.signInWithPassword({ email, password });\n",
    }
    (gap,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("name", "severity", "noun"),
    [
        ("VITE_ENCRYPTION_KEY", Severity.HIGH, "the key with which the page encrypts"),
        ("VITE_SENDGRID_SECRET_KEY", Severity.CRITICAL, "the private key"),
    ],
)
def test_a_key_with_which_a_page_encrypts_opens_no_account(
    tmp_path: Path, name: str, severity: Severity, noun: str
) -> None:
    text = f"export const key = import.meta.env.{name};\nconsole.log(key);\n"
    (gap,) = gaps(ClientSideSecret(), tmp_path, {"src/main.tsx": text})
    assert (gap.severity, gap.message.endswith(noun)) == (severity, True)


@pytest.mark.parametrize(
    ("table", "severity"), [("movies", Severity.MEDIUM), ("visitors", Severity.HIGH)]
)
def test_text_that_the_house_writes_weighs_less_in_a_page(
    tmp_path: Path, table: str, severity: Severity
) -> None:
    text = (
        'import express from "express";\nimport { Pool } from "pg";\n'
        "const pool = new Pool();\nconst app = express();\n"
        'app.get("/show", async (_req, res) => {\n'
        '  const { rows } = await pool.query("select title from TABLE");\n'
        '  res.send(`<html><body>${rows.map((r) => r.title).join("")}</body></html>`);\n'
        "});\napp.listen(80);\n"
    ).replace("TABLE", table)
    (gap,) = gaps(HtmlInjection(), tmp_path, {"server/index.ts": text})
    assert gap.severity is severity


_PINGS = """import express from "express";
import { Pool } from "pg";
const pool = new Pool();
const app = express();
app.use(express.json());
const ADMIN_SECRET = process.env.PING_ADMIN_SECRET || "ping-secret-of-the-shop-26";
app.post("/api/ping", async (req, res) => {
  if (!req.body.secret || req.body.secret !== ADMIN_SECRET) {
    return res.status(401).json({ error: "no" });
  }
  DOES;
  res.json({ done: true });
});
app.listen(80);
"""


@pytest.mark.parametrize(
    ("does", "severity"),
    [
        (
            'await fetch("https://search.example/ping", { method: "POST", body: req.body.page })',
            Severity.MEDIUM,
        ),
        ('await pool.query("delete from pages where id = $1", [req.body.page])', Severity.HIGH),
    ],
)
def test_a_secret_that_only_keeps_a_ping_weighs_less(
    tmp_path: Path, does: str, severity: Severity
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "pg": "8"}}',
        "server/index.ts": _PINGS.replace("DOES", does),
    }
    (gap,) = gaps(DefaultSecret(), tmp_path, files)
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("mail", "severity"),
    [("sendWelcomeEmail", Severity.LOW), ("sendInvoiceEmail", Severity.MEDIUM)],
)
def test_nobody_waits_for_a_mail_that_says_welcome(
    tmp_path: Path, mail: str, severity: Severity
) -> None:
    text = (
        f'import {{ {mail} }} from "./mails";\n'
        "export function Join() {\n"
        "  const handleJoin = async (to: string) => {\n"
        f"    try {{\n      await {mail}({{ to }});\n"
        '    } catch (error) {\n      console.error("mail", error);\n    }\n  };\n'
        '  return <button onClick={() => handleJoin("a")}>Join</button>;\n'
        "}\n"
    )
    sends = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);\n"
        f"export async function {mail}(mail: object) {{\n"
        '  const { error } = await db.functions.invoke("send-email", { body: mail });\n'
        "  if (error) throw error;\n}\n"
    )
    files = {
        "src/main.tsx": 'import { Join } from "./Join";\nexport const page = <Join />;\n',
        "src/Join.tsx": text,
        "src/mails.ts": sends,
    }
    found = gaps(SwallowedError(), tmp_path, files)
    assert [f.severity for f in found] == [severity]


@pytest.mark.parametrize(
    ("column", "severity"), [("permissoes", Severity.CRITICAL), ("descricao", Severity.MEDIUM)]
)
def test_adding_a_row_to_a_table_of_rights_is_critical(
    tmp_path: Path, column: str, severity: Severity
) -> None:
    fixtures = Path(unauthenticated_endpoint.__file__).parent / "fixtures"
    planted = fixtures / "vulnerable" / "whole-body-into-a-table-of-rights"
    files = {
        path.relative_to(planted).as_posix(): path.read_text().replace("permissoes", column)
        for path in planted.rglob("*")
        if path.is_file()
    }
    (found,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert found.severity is severity


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("resetPasswordForEmail(address)", Severity.LOW),
        ("updateUser({ password: address })", Severity.HIGH),
    ],
)
def test_a_mail_for_a_new_password_is_asked_for_again(
    tmp_path: Path, call: str, severity: Severity
) -> None:
    text = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);\n"
        "export const handleForgotten = async (address: string, say: (what: string) => void) => {\n"
        f"  await db.auth.{call};\n"
        '  say("Look into your mails.");\n'
        "};\n"
    )
    main = (
        'import { handleForgotten } from "./forgotten";\nhandleForgotten("a@b.example", alert);\n'
    )
    files = {"src/main.tsx": main, "src/forgotten.ts": text}
    assert [f.severity for f in gaps(SwallowedError(), tmp_path, files)] == [severity]


@pytest.mark.parametrize(
    ("filters", "severity"),
    [
        ("{ state: req.query.state, place: req.query.place }", Severity.LOW),
        ("{ state: req.query.state, owner: req.user.id }", Severity.MEDIUM),
        ("{ state: req.query.state, archived: false }", Severity.MEDIUM),
        ("{ token: req.query.token }", Severity.MEDIUM),
    ],
)
def test_conditions_added_to_a_list_of_all_show_nothing_more(
    tmp_path: Path, filters: str, severity: Severity
) -> None:
    server = (
        'const express = require("express");\nconst mongoose = require("mongoose");\n'
        'const Parcel = mongoose.model("Parcel", new mongoose.Schema({ state: String, place: String }));\n'
        "const app = express();\n"
        f'app.get("/parcels", async (req, res) => {{ res.json(await Parcel.find({filters})); }});\n'
        "app.listen(3000);\n"
    )
    package = '{"dependencies": {"express": "4", "mongoose": "8"}}'
    files = {"package.json": package, "server/index.js": server}
    assert [f.severity for f in gaps(NosqlInjection(), tmp_path, files)] == [severity]


@pytest.mark.parametrize(
    ("then", "severity"),
    [
        ("await Parcel.create({ place });\n  res.end();", Severity.LOW),
        ("await Parcel.findByIdAndUpdate(req.params.id, { place });\n  res.end();", Severity.LOW),
        ("res.json(found);", Severity.MEDIUM),
        ('await Parcel.create({ place: "none" });\n  res.end();', Severity.MEDIUM),
    ],
)
def test_conditions_added_to_a_search_for_a_twin_find_nothing(
    tmp_path: Path, then: str, severity: Severity
) -> None:
    server = (
        'const express = require("express");\nconst mongoose = require("mongoose");\n'
        'const Parcel = mongoose.model("Parcel", new mongoose.Schema({ place: String }));\n'
        "const app = express();\napp.use(express.json());\n"
        'app.post("/parcels/:id", async (req, res) => {\n'
        "  const { place } = req.body;\n  const found = await Parcel.findOne({ place });\n"
        f"  if (found && found.closed) return res.status(409).end();\n  {then}\n}});\n"
        "app.listen(3000);\n"
    )
    package = '{"dependencies": {"express": "4", "mongoose": "8"}}'
    files = {"package.json": package, "server/index.js": server}
    assert [f.severity for f in gaps(NosqlInjection(), tmp_path, files)] == [severity]


_SONGS = """create table public.songs (id uuid primary key, title text, level int);
alter table public.songs enable row level security;
create policy s on public.songs for select to authenticated using ({});
create view public.pool as select id, title, level from public.songs;
grant select on public.pool to anon, authenticated;"""


@pytest.mark.parametrize(
    ("rule", "severity"), [("true", Severity.LOW), ("level > 3", Severity.MEDIUM)]
)
def test_a_view_of_what_every_user_may_read_gives_visitors_little(
    tmp_path: Path, rule: str, severity: Severity
) -> None:
    files = {"supabase/migrations/20250101000000_init.sql": _SONGS.format(rule)}
    (gap,) = gaps(DefinerView(), tmp_path, files)
    assert gap.severity is severity


_RECKONS = """create table public.player_summary (
  user_id uuid primary key references auth.users (id), best int);
alter table public.player_summary enable row level security;
create policy own on public.player_summary for select using (user_id = auth.uid());
create function public.NAME(p_user_id uuid) returns void as $$
  insert into public.player_summary (user_id, best) select p_user_id, max(score) from public.scores
  on conflict (user_id) do update set best = excluded.best;
$$ language sql security definer;"""


@pytest.mark.parametrize(
    ("name", "severity"),
    [("refresh_summary", Severity.LOW), ("reset_summary", Severity.CRITICAL)],
)
def test_what_is_reckoned_again_takes_nothing_from_who_calls(
    tmp_path: Path, name: str, severity: Severity
) -> None:
    files = {"supabase/migrations/20250101000000_init.sql": _RECKONS.replace("NAME", name)}
    (gap,) = gaps(ExposedFunction(), tmp_path, files)
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("table", "severity"),
    [("phone_verification_tokens", Severity.MEDIUM), ("api_tokens", Severity.HIGH)],
)
def test_a_code_for_a_telephone_is_short(tmp_path: Path, table: str, severity: Severity) -> None:
    text = (
        _SENDS_CODE.replace("GUARD", "").replace("WHOSE", "email").replace("ID", "req.body.email")
    )
    text = text.replace("users SET verification_code", f"{table} SET token")
    files = {"package.json": '{"dependencies": {"express": "4", "pg": "8"}}', "server.js": text}
    (found,) = gaps(WeakRandom(), tmp_path, files)
    assert found.severity is severity


@pytest.mark.parametrize(("column", "count"), [("session_date date", 0), ("ip text", 1)])
def test_sessions_of_a_training_are_nobodys_own(tmp_path: Path, column: str, count: int) -> None:
    files = {
        "supabase/migrations/20250101000000_init.sql": (
            f"create table public.skill_sessions (id uuid primary key, name text, {column});\n"
            "alter table public.skill_sessions enable row level security;\n"
            "create policy s on public.skill_sessions for select using (auth.uid() is not null);\n"
        )
    }
    assert len(gaps(RowsReadableByAnyUser(), tmp_path, files)) == count


_RENAMES = """import express from "express";
import { createClient } from "@supabase/supabase-js";
const app = express();
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
app.post("/api/drawings/rename", async (req, res) => {
  const { id, name, ownerKey } = req.body;
  const { error } = await db.from("drawings").update({ name }).eq("id", id).eq("COLUMN", ownerKey);
  res.json({ ok: !error });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("column", "sure"), [("owner_key", Confidence.LOW), ("owner_name", Confidence.HIGH)]
)
def test_rows_by_the_key_of_their_owner_are_a_question(
    tmp_path: Path, column: str, sure: Confidence
) -> None:
    text = _RENAMES.replace("COLUMN", column)
    if column == "owner_name":
        text = text.replace("ownerKey", "ownerName")
    files = {"package.json": '{"dependencies": {"express": "4"}}', "server.ts": text}
    (found,) = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert found.confidence is sure


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ('app.secret_key = os.environ["APP_KEY"]', Severity.LOW),
        ('app.config.from_object("config.Config")', Severity.HIGH),
        ("import config\napp.secret_key = config.Config.SECRET_KEY", Severity.HIGH),
    ],
)
def test_a_word_in_a_class_that_nothing_loads_opens_nothing(
    tmp_path: Path, key: str, severity: Severity
) -> None:
    app = (
        "import os\nfrom flask import Flask, session\napp = Flask(__name__)\n"
        f'{key}\n\n@app.route("/")\ndef home():\n    return session["name"]\n'
    )
    settings = 'import os\n\n\nclass Config:\n    SECRET_KEY = os.getenv("SECRET_KEY") or "change-me-later"\n'
    files = {"requirements.txt": "flask\n", "app.py": app, "config.py": settings}
    (gap,) = gaps(DefaultSecret(), tmp_path, files)
    assert gap.severity is severity


@pytest.mark.parametrize(
    "loaded",
    ["from_object(Config)", "update(vars(Config()))", "update(SECRET_KEY=Config.SECRET_KEY)"],
)
def test_a_class_of_settings_may_stand_in_the_file_that_loads_it(
    tmp_path: Path, loaded: str
) -> None:
    app = (
        "import os\nfrom flask import Flask, session\n\n\n"
        'class Config:\n    SECRET_KEY = os.getenv("SECRET_KEY") or "change-me-later"\n\n\n'
        f"app = Flask(__name__)\napp.config.{loaded}\n\n\n"
        '@app.route("/")\ndef home():\n    return session["name"]\n'
    )
    (gap,) = gaps(DefaultSecret(), tmp_path, {"requirements.txt": "flask\n", "app.py": app})
    assert gap.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("checked", "severity"),
    [
        ("if command not in ALLOWED:\n        return jsonify(None), 403", Severity.MEDIUM),
        ("if not command:\n        return jsonify(None), 400", Severity.CRITICAL),
    ],
)
def test_commands_that_the_code_lists_weigh_less_than_any(
    tmp_path: Path, checked: str, severity: Severity
) -> None:
    text = (
        "import subprocess\n"
        "from flask import Flask, jsonify, request\n\n"
        "app = Flask(__name__)\n"
        'ALLOWED = ["python -m checks.feeds", "python -m checks.prices"]\n\n\n'
        '@app.route("/checks", methods=["POST"])\n'
        "def checks():\n"
        '    command = request.get_json()["command"]\n'
        f"    {checked}\n"
        "    done = subprocess.run(command.split(), capture_output=True, text=True, timeout=60)\n"
        "    return jsonify(done.stdout)\n"
    )
    (gap,) = gaps(UnauthenticatedEndpoint(), tmp_path, {"bot/api.py": text})
    assert gap.severity is severity


def test_the_word_that_confirms_a_subscription_weighs_little(tmp_path: Path) -> None:
    text = (
        "import logging\n\n\n"
        "def verify(hub_verify_token, api_key):\n"
        '    logging.warning("no match: %s", hub_verify_token)\n'
        '    logging.warning("no match: %s", api_key)\n\n\n'
        'verify("1", "2")\n'
    )
    found = gaps(SecretInLogs(), tmp_path, {"server/app.py": text})
    assert {f.subject.rpartition(" ")[2]: f.severity for f in found} == {
        "hub_verify_token": Severity.LOW,
        "api_key": Severity.HIGH,
    }
