"""What `harden` writes into webhooks holds: messages that their sender signed pass, all others do not."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures_of import prototype_of
from shipworthy.prototype.handlers.senders import SENDERS, sender_of
from shipworthy.prototype.handlers.signed_webhooks import signed_webhook

NODE = shutil.which("node")
_HOOK = """Deno.serve(async (req) => {
  const order = await req.json();
  acted.push(order.id);
  return new Response("ok");
});
"""
_LENIENT = """import { createHmac } from "node:crypto";

Deno.serve(async (req) => {
  const secret = Deno.env.get("SHOPIFY_WEBHOOK_SECRET");
  const sent = req.headers.get("x-shopify-hmac-sha256");
  const body = await req.text();
  if (secret && sent) {
    const expected = createHmac("sha256", secret).update(body).digest("base64");
    if (sent !== expected) {
      return new Response("no", { status: 401 });
    }
  }
  acted.push(JSON.parse(body).id);
  return new Response("ok");
});
"""
_POST = """
import { createHmac } from "node:crypto";
globalThis.acted = [];
const settings = {};
let answer;
globalThis.Deno = { env: { get: (name) => settings[name] }, serve: (given) => { answer = given; } };
await import("./hook.mjs");
const body = '{"id": 17}';
async function post(signature) {
  const headers = signature === undefined ? {} : { "x-shopify-hmac-sha256": signature };
  return (await answer(new Request("http://127.0.0.1/", { method: "POST", headers, body }))).status;
}
const sign = (secret) => createHmac("sha256", secret).update(body).digest("base64");
const said = { unset: await post(sign("")), unsetAndBare: await post() };
settings.SHOPIFY_WEBHOOK_SECRET = "known to the shop";
Object.assign(said, { bare: await post(), wrong: await post(sign("guessed")), short: await post("x") });
said.before = acted.length;
said.signed = await post(sign("known to the shop"));
console.log(JSON.stringify({ ...said, acted }));
"""


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
@pytest.mark.parametrize("hook", [_HOOK, _LENIENT], ids=["without-check", "lenient-check"])
def test_only_what_was_signed_is_acted_upon(hook: str, tmp_path: Path) -> None:
    folder = tmp_path / "app" / "supabase" / "functions" / "shopify-webhook"
    folder.mkdir(parents=True)
    (folder / "index.ts").write_text(hook)
    (tmp_path / "app" / ".env.example").write_text("SHOPIFY_WEBHOOK_SECRET=\n")
    prototype = prototype_of(tmp_path / "app")
    (handler,) = prototype.handlers
    signed = signed_webhook(prototype, handler)
    assert signed is not None
    (text,) = signed.texts.values()
    (tmp_path / "hook.mjs").write_text(text)
    (tmp_path / "main.mjs").write_text(_POST)
    ran = subprocess.run(
        [NODE or "", "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said = json.loads(ran.stdout)
    assert said["unset"] == said["unsetAndBare"] == 500
    assert said["bare"] == said["wrong"] == said["short"] == 401
    assert (said["before"], said["signed"], said["acted"]) == (0, 200, [17])


def test_a_sender_is_known_by_a_whole_word_of_the_address() -> None:
    found = {path: s.name if (s := sender_of(path)) else None for path in _ADDRESSES}
    assert found == _ADDRESSES
    assert len({s.header for s in SENDERS}) >= len(SENDERS) - 1  # Meta and GitHub share one


_ADDRESSES = {
    "/api/webhooks/stripe": "Stripe",
    "/functions/v1/shopify-order-webhook": "Shopify",
    "/webhooks/lemon-squeezy": "Lemon Squeezy",
    "/api/stripeWebhook": "Stripe",
    "/api/paymentWebhook": None,
    "/api/webhooks/stripe-to-shopify": None,
    "/api/stripes/webhook": None,
}
