"""What strangers may use at others through an edge function: billed services, chats, messages to anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_rate_limit.control import MissingRateLimit
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome, Severity

_CONFIG = "[functions.f]\nverify_jwt = false\n[functions.g]\nverify_jwt = false\n"
_KNOWS = """import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
Deno.serve(async (req) => {
  const { data: { user } } = await db.auth.getUser(req.headers.get("Authorization")!.slice(7));
  if (!user) return new Response("sign in", { status: 401 });
  await db.from("notes").insert({ user_id: user.id });
  return new Response("ok");
});
"""
_FUNCTION = """Deno.serve(async (req) => {
  const { q, name, email, phone, message, mensagem, telefone } = await req.json();
  const done = await fetch(ADDRESS, OPTIONS);
  return new Response(await done.text());
});
"""


def _gaps(folder: Path, address: str, options: str, body: str = _FUNCTION) -> list[Finding]:
    files = {
        "supabase/config.toml": _CONFIG,
        "supabase/functions/g/index.ts": _KNOWS,
        "supabase/functions/f/index.ts": body.replace("ADDRESS", address).replace(
            "OPTIONS", options
        ),
    }
    prototype = prototype_of(folder, files)
    found = [*UnauthenticatedEndpoint().detect(prototype), *MissingRateLimit().detect(prototype)]
    return [
        f
        for f in found
        if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW and "/f" in f.subject
    ]


def _post(body: str, headers: str = '"Content-Type": "application/json"') -> str:
    return f'{{ method: "POST", headers: {{ {headers} }}, body: JSON.stringify({body}) }}'


_TTS = '`https://texttospeech.googleapis.com/v1/text:synthesize?key=${Deno.env.get("GOOGLE_KEY")}`'


@pytest.mark.parametrize(
    ("address", "options"),
    [
        (_TTS, _post("{ input: { text: q } }")),
        ('`${Deno.env.get("MODEL_BASE")}/v1/chat/completions`', _post("{ messages: q }")),
        ('"https://api.deepl.com/v2/translate"', _post("{ text: [q] }")),
    ],
)
def test_models_of_all_kinds_are_billed(address: str, options: str, tmp_path: Path) -> None:
    assert {f.control for f in _gaps(tmp_path, address, options)} == {
        "unauthenticated-endpoint",
        "missing-rate-limit",
    }


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ('`https://serpapi.com/search.json?q=${q}&api_key=${Deno.env.get("SERP_API_KEY")}`', "{}"),
        (
            "`https://x.p.rapidapi.com/info?u=${q}`",
            '{ headers: { "X-RapidAPI-Key": Deno.env.get("RAPID_KEY")! } }',
        ),
        (
            '"https://api.tavily.com/search"',
            _post('{ api_key: Deno.env.get("TAVILY_API_KEY"), query: q }'),
        ),
    ],
)
def test_services_that_bill_each_request(address: str, options: str, tmp_path: Path) -> None:
    (gap,) = _gaps(tmp_path, address, options)
    assert "bills you for each request" in gap.message


@pytest.mark.parametrize(
    ("address", "options", "severity"),
    [
        ('Deno.env.get("SLACK_WEBHOOK_URL")!', _post("{ text: message }"), Severity.MEDIUM),
        ('Deno.env.get("DISCORD_WEBHOOK")!', _post("{ content: message }"), Severity.MEDIUM),
        ('Deno.env.get("N8N_WEBHOOK_URL")!', _post("{ phone, message }"), Severity.HIGH),
        ('"https://hook.acme.io/webhook/4444"', _post("{ to: telefone, mensagem }"), Severity.HIGH),
        (
            '`${Deno.env.get("GATEWAY")}/message/sendText/shop`',
            _post("{ number: phone, text: message }", 'apikey: Deno.env.get("GATEWAY_KEY")!'),
            Severity.HIGH,
        ),
    ],
)
def test_messages_in_your_name(
    address: str, options: str, severity: Severity, tmp_path: Path
) -> None:
    (gap,) = _gaps(tmp_path, address, options)
    assert "send messages in your name" in gap.message
    assert gap.severity is severity


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ('"https://api.open-meteo.com/v1/forecast"', _post("{ place: q }")),
        ("`https://maps.googleapis.com/maps/api/js?libraries=${q}`", "{}"),
        ('Deno.env.get("N8N_WEBHOOK_URL")!', _post("{ page: q }")),
        ('Deno.env.get("ZAPIER_WEBHOOK_URL")!', _post("{ name, phone, message }")),
        ('Deno.env.get("N8N_WEBHOOK_URL")!', _post("{ email, message }")),
        ('"https://hook.acme.io/webhook/4444"', _post('{ phone: "+4912345", message: "ping" }')),
        (
            '"https://challenges.cloudflare.com/turnstile/v0/siteverify"',
            _post('{ secret: Deno.env.get("TURNSTILE_SECRET_KEY"), response: q }'),
        ),
        (
            '`https://www.google.com/recaptcha/api/siteverify?secret=${Deno.env.get("CAPTCHA_KEY")}`',
            _post("{ response: q }"),
        ),
        ('"http://localhost:11434/v1/chat/completions"', _post("{ messages: q }")),
        (
            '`https://securetoken.googleapis.com/v1/token?key=${Deno.env.get("FIREBASE_API_KEY")}`',
            _post("{ refresh_token: q }"),
        ),
        (
            '"https://eu.i.posthog.com/capture/"',
            _post('{ api_key: Deno.env.get("POSTHOG_KEY"), event: q }'),
        ),
    ],
)
def test_what_costs_nothing_and_reaches_nobody(address: str, options: str, tmp_path: Path) -> None:
    assert not _gaps(tmp_path, address, options)


def test_an_order_that_is_told_to_an_automation(tmp_path: Path) -> None:
    body = _FUNCTION.replace(
        "  const done", '  await db.from("orders").insert({ phone, note: message });\n  const done'
    )
    body = _KNOWS.partition("Deno.serve")[0] + body
    options = _post("{ phone, message }")
    found = _gaps(tmp_path, 'Deno.env.get("N8N_WEBHOOK_URL")!', options, body)
    assert not [f for f in found if "messages" in f.message]
