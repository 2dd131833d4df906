"""What is missing from a request is listed and refused: where nothing is missing, the handler goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.pipeline import open_prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.settings import Settings

_EDGE = """import { createClient } from "https://esm.sh/@supabase/supabase-js@2";
Deno.serve(async (req) => {
  const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const input = await req.json();
  ASKED return new Response("incomplete", { status: 400 });
  await db.from("orders").update({ total: input.total }).eq("id", input.order);
  return new Response("ok");
});
"""
_LACKING = '["order", "total"].filter((field) => !input[field])'
_REST = """from fastapi import FastAPI, HTTPException, Request
app = FastAPI()
REQUIRED = ["order", "total"]

@app.post("/orders")
async def change(request: Request):
    data = await request.json()
    ASKED
        raise HTTPException(400)
    db.execute("UPDATE orders SET total = ? WHERE id = ?", (data["total"], data["order"]))
"""


@pytest.mark.parametrize(
    "asked",
    [
        f"const lacking = {_LACKING}; if (lacking.length > 0)",
        f"const lacking = {_LACKING}; if (lacking.length)",
        f"const lacking = {_LACKING}; if (lacking.length !== 0)",
        f"const lacking = {_LACKING}; if (lacking[0])",
        f"const [first] = {_LACKING}; if (first)",
        'let lacking = ["order", "total"]; lacking = lacking.filter((f) => !(f in input));'
        " if (lacking.length > 0)",
        'const lacking = ["order"].reduce((all, f) => { if (!input[f]) all.push(f); return all; }, []);'
        " if (lacking.length > 0)",
    ],
)
def test_a_function_goes_on_where_no_field_of_a_list_is_missing(tmp_path: Path, asked: str) -> None:
    file = tmp_path / "supabase/functions/change-order/index.ts"
    file.parent.mkdir(parents=True)
    file.write_text(_EDGE.replace("ASKED", asked))
    assert _changes(tmp_path) == {"orders"}


@pytest.mark.parametrize(
    "asked",
    [
        "errors = []\n    if not data.get('order'):\n        errors.append('order')\n    if errors:",
        "errors = {}\n    if not data.get('order'):\n        errors['order'] = 'required'\n    if errors:",
        "errors = dict()\n    if not data.get('order'):\n"
        "        errors['order'] = 'required'\n    if errors:",
        "errors = {}\n    for key in REQUIRED:\n        if not data.get(key):\n"
        "            errors[key] = 'required'\n    if errors:",
        "errors = list()\n    if not data.get('order'):\n        errors.append('order')\n    if errors:",
        "taken = [o for o in [{'id': 1}] if o['id'] == data['order']]\n    if taken:",
        "error = ''\n    for key in REQUIRED:\n        if not data.get(key):\n"
        "            error += key\n    if error:",
    ],
)
def test_a_view_goes_on_where_no_error_was_noted(tmp_path: Path, asked: str) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\n")
    (tmp_path / "main.py").write_text(
        "import sqlite3\ndb = sqlite3.connect('shop.db')\n" + _REST.replace("ASKED", asked)
    )
    assert _changes(tmp_path) == {"orders"}


@pytest.mark.parametrize(
    "asked",
    [
        "const taken = orders.find((o) => o.id === input.order); if (taken)",
        "const taken = orders.filter((o) => o.id === input.order); if (taken.length > 0)",
        'const lacking = ["order"].find((field) => !input[field]); if (lacking)',
    ],
)
def test_a_function_goes_on_where_nothing_is_found_in_a_list(tmp_path: Path, asked: str) -> None:
    file = tmp_path / "supabase/functions/change-order/index.ts"
    file.parent.mkdir(parents=True)
    file.write_text('const orders = [{ id: "a", total: 1 }];\n' + _EDGE.replace("ASKED", asked))
    assert _changes(tmp_path) == {"orders"}


def _changes(at: Path) -> set[str]:
    """The tables that the prototype's entry points change."""
    return {
        effect.target
        for handler in open_prototype(at, Settings()).handlers
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "update"
    }
