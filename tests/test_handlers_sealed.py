"""Sessions in cookies and tokens that a server seals itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.handler import Check, EffectKind

NEXT = {
    "package.json": '{"dependencies": {"next": "15", "@supabase/supabase-js": "2"}}',
    "app/api/orders/route.ts": """import { sql } from "@vercel/postgres";
import { current } from "@/lib/session";
export async function GET() {
  const me = await current();
  if (!me) return Response.json({ error: "no" }, { status: 401 });
  const { rows } = await sql`select * from orders where user_id = ${me.userId}`;
  return Response.json(rows);
}
""",
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
}
WEB = """import { cookies } from "next/headers";
async function key() {
  const raw = new TextEncoder().encode(process.env.SESSION_SECRET!);
  return crypto.subtle.importKey("raw", raw, "ALGORITHM", false, ["encrypt", "decrypt"]);
}
async function open(sealed: string) {
  const packed = new Uint8Array(Buffer.from(sealed, "base64"));
  const iv = packed.slice(0, 12);
  const plain = await crypto.subtle.decrypt({ name: "ALGORITHM", iv }, await key(), packed.slice(12));
  return new TextDecoder().decode(plain);
}
export async function current() {
  try {
    const kept = (await cookies()).get("session")?.value;
    if (!kept) return null;
    return JSON.parse(await open(kept)) as { userId: string };
  } catch {
    return null;
  }
}
"""
NODE = """import crypto from "crypto";
import { cookies } from "next/headers";
function open(sealed: string) {
  const packed = Buffer.from(sealed, "base64");
  const key = Buffer.from(process.env.KEY!, "hex");
  const decipher = crypto.createDecipheriv("ALGORITHM", key, packed.subarray(0, 12));
  decipher.setAuthTag(packed.subarray(12, 28));
  return decipher.update(packed.subarray(28), undefined, "utf8") + decipher.final("utf8");
}
export async function current() {
  const kept = (await cookies()).get("session")?.value;
  if (!kept) return null;
  try { return JSON.parse(open(kept)); } catch { return null; }
}
"""
IRON = """import { unsealData } from "iron-session";
import { cookies } from "next/headers";
export async function current() {
  const kept = (await cookies()).get("session")?.value;
  if (!kept) return null;
  return unsealData(kept, { password: process.env.SECRET! });
}
"""


def checks(root: Path, text: str) -> set[Check]:
    """The checks before the rows of an order are read."""
    (handler,) = prototype_of(root, {**NEXT, "lib/session.ts": text}).handlers
    return {g.check for e in handler.effects_of(EffectKind.QUERY) for g in e.guards}


@pytest.mark.parametrize(
    "text",
    [
        WEB.replace("ALGORITHM", "AES-GCM"),
        NODE.replace("ALGORITHM", "aes-256-gcm"),
        NODE.replace("ALGORITHM", "chacha20-poly1305"),
        IRON,
    ],
)
def test_who_can_open_a_sealed_cookie_knows_whose_it_is(text: str, tmp_path: Path) -> None:
    assert Check.SESSION in checks(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        WEB.replace("ALGORITHM", "AES-CBC"),
        NODE.replace("ALGORITHM", "aes-256-cbc"),
        WEB.replace("ALGORITHM", "AES-GCM").replace("await open(kept)", "atob(kept)"),
    ],
)
def test_what_anybody_can_change_is_no_session(text: str, tmp_path: Path) -> None:
    assert Check.SESSION not in checks(tmp_path, text)


@pytest.mark.parametrize(
    ("opened", "known"),
    [
        ("Fernet(KEY).decrypt(request.cookies.get('session').encode())", True),
        (
            "AESGCM(KEY).decrypt(NONCE, base64.b64decode(request.cookies.get('session')), None)",
            True,
        ),
        ("base64.b64decode(request.cookies.get('session'))", False),
        ("Fernet(KEY).decrypt(request.json['session'].encode())", False),
    ],
)
def test_sealed_cookies_of_python(opened: str, known: bool, tmp_path: Path) -> None:
    text = """import base64, json, os, sqlite3
from flask import Flask, jsonify, request
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
app = Flask(__name__)
KEY = os.environ["KEY"]
@app.get("/orders")
def orders():
    try:
        me = json.loads(OPENED)
    except Exception:
        return jsonify(error="no"), 401
    db = sqlite3.connect("shop.db")
    return jsonify(db.execute("select * from orders where user_id = ?", (me["id"],)).fetchall())
""".replace("OPENED", opened)
    (handler,) = prototype_of(tmp_path, {"requirements.txt": "flask", "app.py": text}).handlers
    found = {g.check for e in handler.effects_of(EffectKind.QUERY) for g in e.guards}
    assert (Check.SESSION in found) is known
