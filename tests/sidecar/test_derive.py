"""The policy that is derived from a prototype says what a person would have written after reading it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from shipworthy.prototype import read_prototype
from shipworthy.sidecar.derive import Derived, derive
from shipworthy.sidecar.derive.written import write
from shipworthy.sidecar.policy import Egress, Need, Policy, Route, Who
from shipworthy.sidecar.policy_file import read_policy

EXAMPLES = Path(__file__).parents[2] / "examples"


def derived(folder: Path, files: dict[str, str]) -> Derived:
    """The policy of a small prototype."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return derive(read_prototype(folder))


def test_the_health_of_an_api_is_asked_where_it_tells_it(tmp_path: Path) -> None:
    found = derived(
        tmp_path,
        {
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n"
            '@app.get("/api/health")\ndef health():\n    return {"ok": True}\n'
        },
    )
    assert found.policy.resilience.health == "/api/health"
    assert "health: /api/health  # main.py" in found.text


def test_a_path_that_asks_who_calls_or_costs_tells_no_health(tmp_path: Path) -> None:
    found = derived(
        tmp_path,
        {
            "main.py": "import openai\nfrom fastapi import FastAPI\napp = FastAPI()\n"
            '@app.get("/api/health")\ndef health():\n'
            '    return openai.OpenAI().responses.create(model="gpt-5", input="alive?")\n'
        },
    )
    assert found.policy.resilience.health == "/"


@pytest.mark.parametrize("example", ["assistant", "crm", "marketplace"])
def test_the_text_of_a_policy_says_the_policy(example: str, tmp_path: Path) -> None:
    found = derive(read_prototype(EXAMPLES / example))
    file = tmp_path / "policy.yaml"
    file.write_text(found.text, encoding="utf-8")
    assert read_policy(file) == found.policy
    assert len(found.text.splitlines()) <= 75
    assert found == derive(read_prototype(EXAMPLES / example))


NEXT = {"package.json": '{"dependencies": {"next": "15.0.0", "react": "19.0.0"}}'}
SESSION = (
    'import { auth } from "@clerk/nextjs/server";\nimport { db } from "@/lib/db";\n'
    "export async function POST(request: Request) {\n  const { userId } = await auth();\n"
    '  if (!userId) return new Response("", { status: 401 });\n'
    "  await db.order.create({ data: { userId } });\n  return Response.json({});\n}\n"
)
NOBODY = (
    'import { db } from "@/lib/db";\nexport async function POST(request: Request) {\n'
    "  const { id } = await request.json();\n  await db.user.delete({ where: { id } });\n"
    "  return Response.json({});\n}\n"
)
DATABASE = {
    "lib/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n'
}


def routes_of(found: Derived) -> dict[str, Route]:
    """The routes of a policy by their paths."""
    return {route.path: route for route in found.policy.routes}


def test_what_the_prototype_lets_in_itself_is_not_locked_out(tmp_path: Path) -> None:
    files = {**NEXT, **DATABASE, "app/api/admin/orders/route.ts": SESSION}
    found = derived(tmp_path, files)
    assert all(route.need == Need(Who.ANYONE) for route in found.policy.routes)
    assert found.policy.default == Need(Who.ANYONE)
    assert found.policy.login is None


def test_an_office_that_asks_nobody_is_closed_and_said(tmp_path: Path) -> None:
    files = {**NEXT, **DATABASE, "app/api/admin/users/route.ts": NOBODY}
    found = derived(tmp_path, files)
    assert routes_of(found)["/api/admin/users"].need == Need(Who.NOBODY)
    assert any("/api/admin/users" in sentence for sentence in found.undecided)


def test_what_is_for_developers_is_closed_where_it_asks_nobody(tmp_path: Path) -> None:
    files = {**NEXT, **DATABASE, "app/api/reset-db/route.ts": NOBODY}
    assert routes_of(derived(tmp_path, files))["/api/reset-db"].need == Need(Who.NOBODY)


def test_what_else_is_open_stays_open_and_is_said(tmp_path: Path) -> None:
    files = {**NEXT, **DATABASE, "app/api/users/delete/route.ts": NOBODY}
    found = derived(tmp_path, files)
    assert "/api/users/delete" not in routes_of(found)
    assert "POST /api/users/delete" in found.text
    assert any("/api/users/delete" in sentence for sentence in found.undecided)


def test_only_programs_are_freed_of_naming_an_origin(tmp_path: Path) -> None:
    webhook = (
        'import Stripe from "stripe";\nconst stripe = new Stripe(process.env.STRIPE_KEY!);\n'
        "export async function POST(request: Request) {\n  const body = await request.text();\n"
        '  const signature = request.headers.get("stripe-signature")!;\n'
        "  const secret = process.env.STRIPE_WEBHOOK_SECRET!;\n"
        "  const event = stripe.webhooks.constructEvent(body, signature, secret);\n"
        "  return Response.json({ received: event.id });\n}\n"
    )
    files = {
        **NEXT,
        **DATABASE,
        "app/api/webhooks/stripe/route.ts": webhook,
        "app/api/orders/route.ts": SESSION,
    }
    found = derived(tmp_path, files)
    assert [r.path for r in found.policy.routes if not r.csrf] == ["/api/webhooks/stripe"]
    assert "Stripe, signature checked" in found.text
    assert found.policy.csrf == []


@pytest.mark.parametrize(("asks", "freed"), [("", True), ("await cookies();", False)])
def test_a_secret_beside_a_cookie_comes_from_a_browser(
    asks: str, freed: bool, tmp_path: Path
) -> None:
    code = f"""import {{ cookies }} from "next/headers";
export async function POST(request: Request) {{
  {asks}
  if (request.headers.get("x-secret") !== process.env.JOB_SECRET)
    return new Response("", {{ status: 401 }});
  await db.insert({{ a: 1 }});
  return Response.json({{}});
}}
""".replace('import { cookies } from "next/headers";' if freed else "\0", "")
    files = {"package.json": '{"dependencies": {"next": "15"}}', "app/api/change/route.ts": code}
    route = routes_of(derived(tmp_path, files)).get("/api/change")
    assert (route is not None and not route.csrf) is freed


def test_a_webhook_above_other_things_is_freed_alone(tmp_path: Path) -> None:
    files = {
        **NEXT,
        **DATABASE,
        "app/api/webhooks/parcel/route.ts": NOBODY,
        "app/api/webhooks/parcel/settings/route.ts": SESSION,
    }
    found = derived(tmp_path, files)
    assert [(r.path, r.exact) for r in found.policy.routes if not r.csrf] == [
        ("/api/webhooks/parcel", True)
    ]


def test_streams_uploads_and_models_get_what_they_need(tmp_path: Path) -> None:
    chat = (
        'import { streamText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
        "export async function POST(request: Request) {\n  const { messages } = await request.json();\n"
        '  const result = streamText({ model: openai("gpt-5"), messages });\n'
        "  return result.toUIMessageStreamResponse();\n}\n"
    )
    upload = (
        "export async function POST(request: Request) {\n  const form = await request.formData();\n"
        '  return Response.json({ size: (form.get("file") as File).size });\n}\n'
    )
    files = {**NEXT, "app/api/chat/route.ts": chat, "app/api/chat/photo/route.ts": upload}
    found = derived(tmp_path, files)
    here = routes_of(found)
    assert here["/api/chat"].seconds == 0
    assert here["/api/chat"].per_ip is not None
    assert here["/api/chat/photo"].body == 25_000_000
    assert here["/api/chat"].exact  # else it would decide about what is below it, too
    assert "api.openai.com" in found.policy.egress.allow


def test_a_smaller_limit_than_the_servers_own_is_never_set(tmp_path: Path) -> None:
    server = (
        'const express = require("express");\nconst app = express();\n'
        'app.use(express.json({ limit: "50mb" }));\nconst multer = require("multer");\n'
        "const upload = multer();\n"
        'app.post("/files", upload.single("file"), function files(req, res) { res.json({}); });\n'
        "app.listen(3000);\n"
    )
    found = derived(
        tmp_path, {"server.js": server, "package.json": '{"dependencies": {"express": "4"}}'}
    )
    assert found.policy.limits.body == 50_000_000
    assert all(route.body is None for route in found.policy.routes)


SPA = {
    "package.json": '{"dependencies": {"react": "18", "@supabase/supabase-js": "2"},'
    ' "devDependencies": {"vite": "5"}, "scripts": {"build": "vite build"}}',
    "index.html": '<html><head><link href="https://fonts.googleapis.com/css2?family=Inter" rel="stylesheet">'
    '<link rel="canonical" href="https://shop.io/"></head><body><div id="root"></div>'
    '<script type="application/ld+json">{"@type": "Shop"}</script>'
    '<script type="module" src="/src/main.tsx"></script></body></html>',
    "src/main.tsx": 'import "./index.css";\nimport { App } from "./App";\nApp();\n',
    "src/index.css": '@import url("https://use.typekit.net/abc.css");\n'
    'body { background: url("https://cdn.shop.io/back.png"); }\n',
}


def test_the_content_policy_allows_what_pages_load_and_nothing_else(tmp_path: Path) -> None:
    app = (
        'import { createClient } from "@supabase/supabase-js";\n'
        'const db = createClient("https://abcdefghijklmnopqrst.supabase.co", "key");\n'
        'export const App = () => <><img src="https://images.unsplash.com/x" />'
        '<a href="https://elsewhere.io/x">x</a></>;\n'
    )
    found = derived(tmp_path, {**SPA, "src/App.tsx": app})
    parts = dict(
        part.strip().split(" ", 1)
        for part in found.policy.headers.content_security_policy.split(";")
    )
    assert parts["script-src"] == "'self'"
    assert "https://use.typekit.net" in parts["style-src"]
    assert "https://fonts.gstatic.com" in parts["font-src"]
    assert "https://cdn.shop.io" in parts["img-src"]
    assert "https://images.unsplash.com" in parts["img-src"]
    assert "wss://abcdefghijklmnopqrst.supabase.co" in parts["connect-src"]
    assert "elsewhere.io" not in found.text
    assert "https://shop.io" not in found.text
    assert found.policy.headers.csp_mode == "report-only"


def test_a_page_that_scans_keeps_its_camera(tmp_path: Path) -> None:
    app = "export const App = () => navigator.mediaDevices.getUserMedia({ video: true });\n"
    found = derived(tmp_path, {**SPA, "src/App.tsx": app})
    assert found.policy.headers.permissions_policy == "camera=(self), microphone=(), geolocation=()"


def test_an_app_on_a_phone_may_change_things(tmp_path: Path) -> None:
    files = {
        "server/package.json": '{"dependencies": {"express": "4"}, "scripts": {"start": "node index.js"}}',
        "server/index.js": 'const express = require("express");\nconst app = express();\n'
        'app.post("/api/x", function x(req, res) { res.json({}); });\napp.listen(3000);\n',
        "mobile/package.json": '{"dependencies": {"expo": "50", "react-native": "0.73"},'
        ' "scripts": {"start": "expo start"}}',
        "mobile/App.tsx": 'import { View } from "react-native";\nexport default () => <View />;\n',
    }
    found = derived(tmp_path, files)
    assert found.policy.csrf is None
    assert "mobile" in found.text


def test_words_of_yaml_are_written_so_that_they_stay_words() -> None:
    policy = Policy(egress=Egress(mode="off", allow=["*.a.io", "on", "b.io"]), csrf=None)
    text = write(policy, {})
    assert yaml.safe_load(text)["egress"]["allow"] == ["*.a.io", "on", "b.io"]
    assert yaml.safe_load(text)["csrf"] is None
