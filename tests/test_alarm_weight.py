"""What the pages, the tables and the rest of the repository say of how much an alarm weighs."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.fail_open_guard.control import FailOpenGuard
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.controls.database.definer_view.control import DefinerView
from shipworthy.controls.http.missing_security_headers.control import MissingSecurityHeaders
from shipworthy.controls.privacy.personal_data_in_logs.control import PersonalDataInLogs
from shipworthy.controls.reliability.read_modify_write_race.control import ReadModifyWriteRace
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.controls.secrets.client_side_secret.control import ClientSideSecret
from shipworthy.controls.supply_chain.end_of_life_runtime.control import EndOfLifeRuntime
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.prototype.dependencies.vulnerable_parts import uses_part
from shipworthy.settings import Settings


def _gaps(control: Control, folder: Path, files: dict[str, str]) -> list[Finding]:
    prototype_of(folder, files)
    engines = Engines(secrets=lambda _lines: {})
    found = control.detect(read_prototype(folder, Settings(workers=1), engines))
    return [finding for finding in found if finding.outcome is Outcome.GAP]


_SERVER = """
import express from "express";
import { Pool } from "pg";
const pool = new Pool();
const app = express();
app.use(express.json());
app.get("/api/chats/:id", async (req, res) => {
  const { rows } = await pool.query("select content from chat_messages where chat_id = $1", [req.params.id]);
  res.json(rows);
});
app.post("/api/prices", async (req, res) => {
  const { platform, fee } = req.body;
  await pool.query("insert into rate_cards (platform, fee) values ($1, $2)", [platform, fee]);
  res.json({ done: true });
});
app.listen(3000);
"""
_PACKAGE = (
    '{"scripts": {"start": "tsx server/index.ts"}, "dependencies": {"express": "5.0.0", "pg": "8.0.0",'
    ' "react": "18.0.0", "react-dom": "18.0.0"}, "devDependencies": {"vite": "5.0.0"}}'
)
_PAGE = """
import { createRoot } from "react-dom/client";
FIRST
createRoot(document.body).render(<p>Chats</p>);
"""
_SENT_AWAY = 'if (!localStorage.getItem("session")) { window.location.replace("/auth.html"); }'


@pytest.mark.parametrize(
    ("first", "severity"), [(_SENT_AWAY, Severity.HIGH), ("", Severity.MEDIUM)]
)
def test_a_server_behind_pages_that_ask_for_a_sign_in_was_not_meant_to_be_open(
    tmp_path: Path, first: str, severity: Severity
) -> None:
    files = {
        "package.json": _PACKAGE,
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": _PAGE.replace("FIRST", first),
        "server/index.ts": _SERVER,
    }
    found = {
        f.subject.partition("#")[2]: f for f in _gaps(UnauthenticatedEndpoint(), tmp_path, files)
    }
    assert {name: f.severity for name, f in found.items()} == {
        "app.get /api/chats/:id": severity,
        "app.post /api/prices": severity,
    }


_CLEARS = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async (req) => {
  const { id } = await req.json();
  await db.rpc("FUNCTION", { chat_user_id: id });
  return new Response("cleared");
});
"""
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


@pytest.mark.parametrize(
    ("function", "severity"),
    [("clear_temp_documents", Severity.MEDIUM), ("clear_documents", Severity.HIGH)],
)
def test_what_is_kept_for_the_moment_is_soon_made_again(
    tmp_path: Path, function: str, severity: Severity
) -> None:
    files = {
        "supabase/functions/clear/index.ts": _CLEARS.replace("FUNCTION", function),
        "supabase/functions/me/index.ts": _ME,
    }
    assert [f.severity for f in _gaps(UnauthenticatedEndpoint(), tmp_path, files)] == [severity]


@pytest.mark.parametrize(
    ("place", "severity"), [("Onboarding", Severity.LOW), ("Settings", Severity.MEDIUM)]
)
def test_what_somebody_says_when_he_comes_first_he_can_say_again(
    tmp_path: Path, place: str, severity: Severity
) -> None:
    page = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON);\n"
        f"export const {place} = () => {{\n"
        "  const finish = async () => {\n"
        '    await db.from("user_context").upsert({ niche: "food" });\n'
        "  };\n"
        "  return <button onClick={finish}>Go on</button>;\n"
        "};\n"
    )
    main = (
        'import { createRoot } from "react-dom/client";\n'
        f'import {{ {place} }} from "./{place}";\n'
        f"createRoot(document.body).render(<{place} />);\n"
    )
    files = {
        "package.json": _PACKAGE,
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/main.tsx": main,
        f"src/{place}.tsx": page,
    }
    assert [f.severity for f in _gaps(SwallowedError(), tmp_path, files)] == [severity]


def test_an_editor_that_has_node_ready_runs_no_code_that_is_not_there(tmp_path: Path) -> None:
    notes = {
        ".replit": 'modules = ["nodejs-16"]\nrun = "npm run dev"\n',
        "notes.html": "<p>Soon</p>",
    }
    assert _gaps(EndOfLifeRuntime(), tmp_path / "a", notes) == []
    code = notes | {"index.js": "console.log(1);\n"}
    (found,) = _gaps(EndOfLifeRuntime(), tmp_path / "b", code)
    assert found.confidence is Confidence.HIGH


_COUNTS = """
import { createClient } from "@supabase/supabase-js";
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function POST(req: Request) {
  const { id } = await req.json();
  const { data: row } = await admin.from("TABLE").select("id, total_amount").eq("id", id).single();
  if (!row) return Response.json({ error: "Unknown" }, { status: 404 });
  await admin.from("TABLE").update({ total_amount: row.total_amount + 5 }).eq("id", row.id);
  return Response.json({ done: true });
}
"""


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("campaign_performance", (Severity.LOW, Confidence.LOW)),
        ("campaigns", (Severity.MEDIUM, Confidence.HIGH)),
    ],
)
def test_what_is_counted_for_a_report_may_miss_a_click(
    tmp_path: Path, table: str, expected: tuple[Severity, Confidence]
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.0.0", "@supabase/supabase-js": "2.0.0"}}',
        "app/api/give/route.ts": _COUNTS.replace("TABLE", table),
    }
    found = _gaps(ReadModifyWriteRace(), tmp_path, files)
    assert [(f.severity, f.confidence) for f in found] == [expected]


@pytest.mark.parametrize(
    ("goes", "severity"), [('push("/login")', Severity.MEDIUM), ('push("/about")', Severity.LOW)]
)
def test_a_frame_around_a_sign_in_counts_whatever_language_its_server_speaks(
    tmp_path: Path, goes: str, severity: Severity
) -> None:
    files = {
        "package.json": '{"scripts": {"start": "next start"}, "dependencies": {"next": "15.0.0"}}',
        "next.config.mjs": "export default {};\n",
        "app/page.tsx": '"use client";\nimport { useRouter } from "next/navigation";\n'
        "export default function Page() {\n  const router = useRouter();\n"
        f"  return <button onClick={{() => router.{goes}}}>Go</button>;\n}}\n",
    }
    found = _gaps(MissingSecurityHeaders(), tmp_path, files)
    assert [f.severity for f in found] == [severity]


_STORE = """
import { S3 } from "./s3";
export const STORE = {
  PUBLIC: import.meta.env.VITE_STORE_URL,
  SECRET_ACCESS_KEY: import.meta.env.VITE_STORE_SECRET_ACCESS_KEY,
};
export const picture = (name: string) => USED;
"""


@pytest.mark.parametrize(
    ("used", "severity"),
    [
        ("`${STORE.PUBLIC}/${name}`", Severity.HIGH),
        ("new S3(STORE).get(name)", Severity.CRITICAL),
        ("new S3({ key: STORE.SECRET_ACCESS_KEY }).get(name)", Severity.CRITICAL),
    ],
)
def test_a_key_in_a_part_of_an_object_that_nothing_asks_for_may_be_left_out(
    tmp_path: Path, used: str, severity: Severity
) -> None:
    files = {
        "package.json": _PACKAGE,
        "index.html": '<script type="module" src="/src/main.ts"></script>',
        "src/main.ts": 'import { picture } from "./store";\ndocument.title = picture("a");\n',
        "src/s3.ts": "export class S3 { constructor(public o: any) {} get(n: string) { return n; } }\n",
        "src/store.ts": _STORE.replace("USED", used),
    }
    assert [f.severity for f in _gaps(ClientSideSecret(), tmp_path, files)] == [severity]


@pytest.mark.parametrize(("name", "count"), [("delegatedUserEmail", 0), ("customerEmail", 1)])
def test_the_mailbox_that_mails_leave_from_is_nobodys(
    tmp_path: Path, name: str, count: int
) -> None:
    server = (
        'import express from "express";\nconst app = express();\n'
        f"function tokenOf({name}: string) {{ console.log(`token for ${{{name}}}`); }}\n"
        'app.get("/t", (req, res) => { tokenOf(String(req.query.a)); res.end(); });\napp.listen(80);\n'
    )
    files = {"package.json": _PACKAGE, "server/index.ts": server}
    assert len(_gaps(PersonalDataInLogs(), tmp_path, files)) == count


@pytest.mark.parametrize(
    ("place", "column", "severity"),
    [
        ("stripe-webhook", "subscription_tier", Severity.HIGH),
        ("stripe-webhook", "display_name", Severity.MEDIUM),
        ("save-profile", "subscription_tier", Severity.MEDIUM),
    ],
)
def test_what_was_paid_for_is_told_once(
    tmp_path: Path, place: str, column: str, severity: Severity
) -> None:
    function = (
        'import { createClient } from "https://esm.sh/@supabase/supabase-js@2";\n'
        'const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_KEY")!);\n'
        "Deno.serve(async (req) => {\n"
        "  const { id, value } = await req.json();\n"
        f'  await db.from("profiles").update({{ {column}: value }}).eq("id", id);\n'
        '  return new Response("ok");\n});\n'
    )
    files = {f"supabase/functions/{place}/index.ts": function}
    assert [f.severity for f in _gaps(SwallowedError(), tmp_path, files)] == [severity]


@pytest.mark.parametrize(
    ("package", "summary", "text", "used"),
    [
        (
            "pdfjs-dist",
            "arbitrary code upon opening a malicious PDF",
            "page.getTextContent();",
            False,
        ),
        (
            "pdfjs-dist",
            "arbitrary code upon opening a malicious PDF",
            "p.render({ canvasContext });",
            True,
        ),
        ("next", "Next.js Cache Poisoning", "export const a = 1;", False),
        ("next", "Next.js can lead to DoS via cache poisoning", "export const a = 1;", True),
        ("express", "express vulnerable to XSS via response.redirect()", "res.send('a');", False),
        ("express", "express vulnerable to XSS via response.redirect()", "res.redirect(to);", True),
        ("body-parser", "denial of service when url encoding is enabled", "a(json());", False),
        ("body-parser", "denial of service when url encoding is enabled", "a(urlencoded());", True),
        ("path-to-regexp", "backtracking regular expressions", 'a.get("/trips/:from/:to");', False),
        ("path-to-regexp", "backtracking regular expressions", 'a.get("/trips/:from-:to");', True),
        ("axios", "SSRF and Credential Leakage via Absolute URL", "axios.get(`/a`);", False),
        ("axios", "SSRF and Credential Leakage via Absolute URL", "create({ baseURL });", True),
    ],
)
def test_an_advisory_is_about_the_part_that_it_names(
    tmp_path: Path, package: str, summary: str, text: str, used: bool
) -> None:
    prototype = prototype_of(tmp_path, {"package.json": _PACKAGE, "src/read.ts": text})
    assert uses_part(prototype, package, summary) is used


_UNVERIFIED = """
import express from "express";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = express();
app.use(express.json());
function check(req, res, next) {
  const header = req.headers.authorization;
  if (!header) return res.status(401).json({ error: "no token" });
  req.user = JSON.parse(atob(header.split(" ")[1].split(".")[1]));
  next();
}
app.put("/marks/:id", CHECK async (req, res) => {
  await prisma.mark.update({ where: { id: req.params.id }, data: { points: req.body.points } });
  res.json({ done: true });
});
app.listen(3000);
"""


@pytest.mark.parametrize(("check", "severity"), [("check,", Severity.HIGH), ("", Severity.MEDIUM)])
def test_a_check_that_does_not_hold_was_meant_to(
    tmp_path: Path, check: str, severity: Severity
) -> None:
    package = '{"dependencies": {"express": "4.21.0", "@prisma/client": "6.0.0"}}'
    files = {"package.json": package, "server.js": _UNVERIFIED.replace("CHECK", check)}
    found = _gaps(FailOpenGuard() if check else UnauthenticatedEndpoint(), tmp_path, files)
    assert [f.severity for f in found] == [severity]


_GUNICORN = "Request smuggling leading to endpoint restriction bypass in Gunicorn"
_MALFORMED = "aiohttp vulnerable to Denial of Service when trying to parse malformed POST requests"
_MANGLED = "CRLF injection in form-data via unescaped multipart field names"


@pytest.mark.parametrize(
    ("package", "summary", "path", "text", "used"),
    [
        ("pillow", "Pillow buffer overflow vulnerability", "a.py", "from PIL import Image", False),
        (
            "pillow",
            "Pillow buffer overflow vulnerability",
            "a.py",
            "from PIL import ImageCms",
            True,
        ),
        ("pillow", "libwebp: OOB write", "a.py", "from PIL import Image", True),
        ("aiohttp", _MALFORMED, "a.py", "import aiohttp\naiohttp.ClientSession()", False),
        ("aiohttp", _MALFORMED, "a.py", "from aiohttp import web", True),
        ("urllib3", "header isn't stripped on redirects", "a.py", "import requests", False),
        ("urllib3", "header isn't stripped on redirects", "a.py", "import urllib3", True),
        ("idna", "specially crafted inputs to idna.encode", "a.py", "import requests", False),
        ("idna", "specially crafted inputs to idna.encode", "a.py", "mail: EmailStr", True),
        ("django", "SQL Injection in Django", "a.py", "Note.objects.annotate(n=Count('a'))", False),
        ("django", "SQL Injection in Django", "a.py", "Note.objects.annotate(**named)", True),
        ("flask", "session cookie due to missing Vary: Cookie", "a.py", "session['a'] = 1", False),
        (
            "flask",
            "session cookie due to missing Vary: Cookie",
            "a.py",
            "session.permanent = 1",
            True,
        ),
        ("gunicorn", _GUNICORN, "requirements.txt", "gunicorn==21.2.0", False),
        ("gunicorn", _GUNICORN, "Procfile", "web: gunicorn main:app", True),
        ("form-data", _MANGLED, "server/a.ts", "const form = await request.formData();", False),
        ("form-data", _MANGLED, "server/a.ts", 'import FormData from "form-data";', True),
        ("form-data", _MANGLED, "server/a.ts", "const form = new FormData();", True),
    ],
)
def test_an_advisory_is_about_what_somebody_starts_or_calls(
    tmp_path: Path, package: str, summary: str, path: str, text: str, used: bool
) -> None:
    prototype = prototype_of(tmp_path, {"main.py": "print(1)\n", path: f"{text}\n"})
    assert uses_part(prototype, package, summary) is used


@pytest.mark.parametrize(
    ("address", "method", "severity"),
    [
        ("https://api.github.com/repos/${repo}/contents/${path}", "PUT", Severity.HIGH),
        ("https://api.github.com/repos/${repo}", "PATCH", Severity.HIGH),
        ("https://api.github.com/repos/acme/site/dispatches", "POST", Severity.MEDIUM),
        ("https://api.example.com/repos/${repo}", "PUT", Severity.MEDIUM),
    ],
)
def test_whoever_names_a_repository_writes_into_it_with_the_token_of_the_server(
    tmp_path: Path, address: str, method: str, severity: Severity
) -> None:
    function = f"""
    Deno.serve(async (req) => {{
      const {{ repo, path, content }} = await req.json();
      const answer = await fetch(`{address}`, {{
        method: "{method}",
        headers: {{ Authorization: `Bearer ${{Deno.env.get("GITHUB_TOKEN")}}` }},
        body: JSON.stringify({{ content }}),
      }});
      return new Response(answer.ok ? "ok" : "no");
    }});
    """
    config = 'project_id = "p"\n[functions.push]\nverify_jwt = false\n'
    login = """
    import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
    const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!);
    Deno.serve(async (req) => {
      const { data } = await db.auth.signInWithPassword(await req.json());
      return Response.json(data);
    });
    """
    files = {"supabase/functions/push/index.ts": function, "supabase/config.toml": config}
    files["supabase/functions/login/index.ts"] = login
    found = _gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert [finding.severity for finding in found] == [severity]


_CATALOGUE = """
create table public.lesson_kits (id uuid primary key, title text, price integer, OWNER);
alter table public.lesson_kits enable row level security;
create view public.kit_prices as select title, price from public.lesson_kits;
"""


@pytest.mark.parametrize(
    ("column", "severity"),
    [("stock integer", Severity.MEDIUM), ("user_id uuid", Severity.HIGH)],
)
def test_view_of_what_a_product_offers_weighs_less(
    column: str, severity: Severity, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.57.0"}}',
        "supabase/migrations/20250101000000_kits.sql": _CATALOGUE.replace("OWNER", column),
    }
    found = _gaps(DefinerView(), tmp_path, files)
    assert [f.severity for f in found if f.subject == "public.kit_prices"] == [severity]


_DRAFTS = """
create table public.guides (id uuid primary key, customer_id uuid, region text, published boolean,
  unpublished boolean);
alter table public.guides enable row level security;
create policy shown on public.guides for select using (POLICY);
create view public.some_guides as select region, customer_id from public.guides where VIEW;
"""


@pytest.mark.parametrize(
    ("policy", "view", "same"),
    [
        ("published = true", "published = true order by region limit 9", True),
        ("published = true", "(guides.published = true) and region = 'north'", True),
        ("published = true", "unpublished = true", False),
        ("published", "not published", False),
        ("region = 'north'", "not (published and region = 'north')", False),
    ],
)
def test_a_view_of_other_rows_than_its_policy_shows_passes_it_by(
    tmp_path: Path, policy: str, view: str, same: bool
) -> None:
    sql = _DRAFTS.replace("POLICY", policy).replace("VIEW", view)
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.57.0"}}',
        "supabase/migrations/20250101000000_guides.sql": sql,
    }
    assert (not _gaps(DefinerView(), tmp_path, files)) is same
