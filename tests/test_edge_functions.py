"""Edge functions of Supabase: what their checks are worth, and what strangers spend through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.fail_open_guard.control import FailOpenGuard
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.missing_rate_limit.control import MissingRateLimit
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome, Severity

_START = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async (req) => {
"""
_USER = """
  const token = req.headers.get("Authorization")?.replace("Bearer ", "");
  const { data: { user } } = await admin.auth.getUser(token);
  if (!user) return new Response("no", { status: 401 });
"""
_DELETES = """
  await admin.auth.admin.deleteUser((await req.json()).userId);
  return new Response("ok");
});
"""
_PAGE = (
    'import { createClient } from "@supabase/supabase-js";\n'
    'const supabase = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);\n'
    'await supabase.auth.signUp({ email: prompt("") ?? "", password: prompt("") ?? "" });\n'
    'await supabase.auth.signInWithPassword({ email: prompt("") ?? "", password: prompt("") ?? "" });\n'
    'await supabase.functions.invoke("act");\n'
)  # fmt: skip
_SCHEMA = """
create table public.returns (id uuid primary key, contact_id uuid, state text);
alter table public.returns enable row level security;
"""


def _gaps(control: Control, folder: Path, code: str) -> list[Finding]:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/main.ts": _PAGE,
        "supabase/migrations/1.sql": _SCHEMA,
        "supabase/functions/act/index.ts": code,
    }
    prototype = prototype_of(folder, files)
    return [f for f in control.detect(prototype) if f.outcome is Outcome.GAP]


def _open(folder: Path, code: str) -> list[Finding]:
    asked = (UnauthenticatedEndpoint(), MissingAuthorisation(), FailOpenGuard())
    found = [f for control in asked for f in _gaps(control, folder, code)]
    return [f for f in found if f.confidence is Confidence.HIGH]


@pytest.mark.parametrize(
    "check",
    [
        'if (user.user_metadata?.role !== "admin") return new Response("no", { status: 403 });',
        'const isAdmin = user.user_metadata?.is_admin === true;'
        ' if (!isAdmin) return new Response("no", { status: 403 });',
        'const { role } = user.user_metadata; if (role !== "admin") throw new Error("no");',
        'const isAdmin = user.app_metadata?.role === "admin" || user.user_metadata?.role === "admin";'
        ' if (!isAdmin) return new Response("no", { status: 403 });',
        'if (req.headers.get("x-user-role") !== "admin") return new Response("no", { status: 403 });',
    ],
)  # fmt: skip
def test_a_role_that_the_caller_writes_himself_holds_nobody_back(
    tmp_path: Path, check: str
) -> None:
    (found,) = _open(tmp_path, f"{_START}{_USER}{check}{_DELETES}")
    assert (found.control, found.severity) == ("fail-open-guard", Severity.CRITICAL)
    assert "themselves" in found.message


@pytest.mark.parametrize(
    "check",
    [
        'if (user.app_metadata?.role !== "admin") return new Response("no", { status: 403 });',
        'const { data: own } = await admin.from("user_roles").select("role").eq("user_id", user.id).single();'
        ' if (own?.role !== "admin") return new Response("no", { status: 403 });',
        'const { data: ok } = await admin.rpc("has_role", { _user_id: user.id, _role: "admin" });'
        ' if (!ok) return new Response("no", { status: 403 });',
    ],
)  # fmt: skip
def test_a_role_that_the_server_keeps_is_a_check(tmp_path: Path, check: str) -> None:
    assert not _open(tmp_path, f"{_START}{_USER}{check}{_DELETES}")


@pytest.mark.parametrize(
    "check",
    [
        'if (req.headers.get("Authorization") !== `Bearer ${Deno.env.get("SUPABASE_ANON_KEY")}`)',
        'if (req.headers.get("apikey") !== Deno.env.get("SUPABASE_PUBLISHABLE_KEY"))',
    ],
)  # fmt: skip
def test_the_key_of_every_page_is_no_secret(tmp_path: Path, check: str) -> None:
    code = f'{_START}{check} return new Response("no", {{ status: 401 }});{_DELETES}'
    (found,) = _open(tmp_path, code)
    assert "stands in every visitor's browser" in found.message


@pytest.mark.parametrize(("name", "is_read"), [("VITE_ANON", False), ("VITE_URL", True)])
def test_a_prefix_alone_puts_no_key_into_a_page(tmp_path: Path, name: str, is_read: bool) -> None:
    check = f'if (req.headers.get("x-job-key") !== Deno.env.get("{name}"))'
    code = f'{_START}{check} return new Response("no", {{ status: 401 }});{_DELETES}'
    said = [f.message for f in _open(tmp_path, code)]
    assert any("stands in every visitor's browser" in message for message in said) is is_read


@pytest.mark.parametrize(
    "check",
    [
        'if (req.headers.get("Authorization") !== `Bearer ${Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")}`)',
        'if (req.headers.get("x-cron-secret") !== Deno.env.get("CRON_SECRET"))',
    ],
)  # fmt: skip
def test_a_key_that_no_page_has_is_one(tmp_path: Path, check: str) -> None:
    code = f'{_START}{check} return new Response("no", {{ status: 401 }});{_DELETES}'
    assert not _open(tmp_path, code)


def test_the_role_of_whomever_the_caller_names_says_nothing_of_him(tmp_path: Path) -> None:
    code = """
  const { requesterId, userId } = await req.json();
  const { data: own } = await admin.from("user_roles").select("role").eq("user_id", requesterId).single();
  if (own?.role !== "admin") return new Response("no", { status: 403 });
  await admin.auth.admin.deleteUser(userId);
  return new Response("ok");
});
"""
    (found,) = _open(tmp_path, _START + code)
    assert found.message.endswith("for whomever the caller names as requesterId")


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ('await admin.from("returns").update({ state: body.state, contact_id: body.to }).eq("id", body.id);',
         Severity.HIGH),
        ('return Response.json((await admin.from(body.table).select("*")).data);', Severity.CRITICAL),
        ('const { data } = await admin.from("returns").select("*").eq("contact_id", body.contact_id);'
         " return Response.json(data);",
         Severity.MEDIUM),
        ('const listed = ["returns", "places"]; if (!listed.includes(body.table)) return new Response("no");'
         ' return Response.json((await admin.from(body.table).select("id, state")).data);', None),
        ('return Response.json((await admin.from("returns").select("*").eq("id", body.id)).data);', None),
    ],
)  # fmt: skip
def test_rows_of_anybody_past_row_security(
    tmp_path: Path, code: str, severity: Severity | None
) -> None:
    text = f'{_START}const body = await req.json(); {code} return new Response("ok"); }});'
    assert [f.severity for f in _open(tmp_path, text)] == ([severity] if severity else [])


_MODELS = {
    'import Replicate from "https://esm.sh/replicate@0.25.2";': [
        "new Replicate({}).run('a/b', { input: { prompt } })",
        "new Replicate({}).predictions.create({ input: { prompt } })",
    ],
    'import { HfInference } from "npm:@huggingface/inference";': [
        "new HfInference('').textToImage({ inputs: prompt })"
    ],
    'import { fal } from "npm:@fal-ai/client";': ["fal.subscribe('fal-ai/x', { input: { prompt } })"],
    'import * as fal from "npm:@fal-ai/serverless-client";': ["fal.run('x', { input: { prompt } })"],
    'import { ElevenLabsClient } from "npm:elevenlabs";': [
        "new ElevenLabsClient({}).textToSpeech.convert('v', { text: prompt })"
    ],
    'import Together from "npm:together-ai";': ["new Together({}).images.create({ prompt })"],
    "": [
        f"fetch('https://{host}', {{ method: 'POST', body: JSON.stringify({{ prompt }}) }})"
        for host in (
            "api.heygen.com/v2/video/generate", "api.d-id.com/talks", "api.lumalabs.ai/dream-machine/v1",
            "api.dev.runwayml.com/v1/image_to_video", "api.deepgram.com/v1/listen", "api.runpod.ai/v2/x/run",
        )
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("head", "call"), [(head, call) for head, calls in _MODELS.items() for call in calls]
)
def test_pictures_sound_and_film_cost_money_too(tmp_path: Path, head: str, call: str) -> None:
    code = f"{head}{_START}const {{ prompt }} = await req.json(); return Response.json(await {call}); }});"
    (found,) = _gaps(MissingRateLimit(), tmp_path, code)
    assert found.severity is Severity.HIGH


def test_to_look_whether_a_film_is_ready_costs_nothing(tmp_path: Path) -> None:
    code = (
        f"{_START}const {{ id }} = await req.json();"
        " const r = await fetch(`https://api.heygen.com/v1/video_status.get?video_id=${id}`);"
        " return new Response(await r.text()); });"
    )
    assert not _gaps(MissingRateLimit(), tmp_path, code)


@pytest.mark.parametrize(
    "body",
    [
        "const form = new URLSearchParams(); form.append('To', to); form.append('Body', text);",
        "const form = new URLSearchParams(); form.set('To', to); form.set('Body', text);",
        "const form = new FormData(); form.append('To', to); form.append('Body', text);",
        "const form = new URLSearchParams({ To: to, Body: text });",
        "const { data } = await admin.from('preferences').select('phone').eq('user_id', to).single();"
        " const form = new URLSearchParams(); form.append('To', data.phone); form.append('Body', text);",
    ],
)
def test_a_message_whose_reader_and_words_the_caller_chooses(tmp_path: Path, body: str) -> None:
    code = (
        f"{_START}const {{ to, text }} = await req.json(); {body}"
        " await fetch('https://api.twilio.com/2010-04-01/Accounts/x/Messages.json',"
        " { method: 'POST', body: form });"
        " await admin.from('sms_log').insert({ reader: to, words: text });"
        " return new Response('ok'); });"
    )
    (found,) = _open(tmp_path, code)
    assert found.severity is Severity.HIGH
    assert "send messages" in found.message


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("api.emailjs.com/api/v1.0/email/send", "send e-mails"),
        ("api.mailersend.com/v1/email", "send e-mails"),
        ("api.z-api.io/instances/x/send-text", "send messages"),
        ("wa.example.com/message/sendText/one", "send messages"),
        ("api.vapi.ai/call", "send messages"),
        ("onesignal.com/api/v1/notifications", "send messages"),
    ],
)
def test_services_that_send_for_others_are_known(tmp_path: Path, host: str, said: str) -> None:
    code = (
        f"{_START}const {{ to, text }} = await req.json();"
        f" await fetch('https://{host}', {{ method: 'POST', body: JSON.stringify({{ to, text }}) }});"
        " return new Response('ok'); });"
    )
    (found,) = _open(tmp_path, code)
    assert said in found.message
