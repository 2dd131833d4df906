"""Asking the provider again proves an event only where it is asked before acting on that event."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.webhook_unverified.control import WebhookUnverified
from shipworthy.finding import Outcome

_HEAD = """import json, os, sqlite3, stripe
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()
stripe.api_key = os.environ["STRIPE_KEY"]
db = sqlite3.connect("app.db")


@app.post("/webhook")
async def webhook(request: Request):
    payload = await request.body()
    event = READ
    thing = event["data"]["object"]
"""
_ASKS = """    price = stripe.Price.retrieve(thing["price"])
    db.execute("insert into products (name, price) values (?, ?)", (thing["name"], price.unit_amount))
"""
_KEEPS = """    db.execute("insert into plans (owner, plan) values (?, ?)", (thing["account"], thing["plan"]))
"""
_GIVES = """    db.execute("update accounts set status = 'active' where id = ?", (thing["account"],))
"""
_TAKES = """    db.execute("update accounts set status = 'unknown' where id = ?", (thing["account"],))
"""
_UNSIGNED = (
    "stripe.Event.construct_from(json.loads(payload), stripe.api_key)",
    "json.loads(payload)",
)


def _branches(asking: str, other: str) -> str:
    first = 'if event["type"] == "product.created":\n'
    second = 'elif event["type"] == "checkout.session.completed":\n'
    inner = [
        line.replace("    ", "        ", 1) for line in (asking + "@" + other).splitlines(True)
    ]
    body = "".join(inner).split("@")
    return f"    {first}{body[0]}    {second}    {body[1]}" if other else f"    {first}{body[0]}"


def _outcome(folder: Path, read: str, body: str) -> Outcome:
    files = {"requirements.txt": "fastapi\nstripe\n", "main.py": _HEAD.replace("READ", read) + body}
    (finding,) = WebhookUnverified().detect(prototype_of(folder, files))
    return finding.outcome


@pytest.mark.parametrize("read", _UNSIGNED)
@pytest.mark.parametrize("other", [_KEEPS, _GIVES])
def test_an_event_that_nobody_asks_about_is_believed(tmp_path: Path, read: str, other: str) -> None:
    assert _outcome(tmp_path, read, _branches(_ASKS, other)) is Outcome.GAP


@pytest.mark.parametrize(
    "body",
    [_branches(_ASKS, ""), _branches(_ASKS, _ASKS), _branches(_ASKS, _TAKES), _ASKS + _KEEPS],
)
def test_where_the_provider_is_asked_on_the_way_is_a_question(tmp_path: Path, body: str) -> None:
    assert _outcome(tmp_path, _UNSIGNED[0], body) is Outcome.UNKNOWN


def test_a_signature_covers_each_kind_of_event(tmp_path: Path) -> None:
    read = 'stripe.Webhook.construct_event(payload, request.headers["stripe-signature"], os.environ["S"])'
    assert _outcome(tmp_path, read, _branches(_ASKS, _KEEPS)) is Outcome.SATISFIED
