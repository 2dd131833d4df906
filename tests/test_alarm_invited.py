"""What names and columns say that whoever comes is invited to: a question, no alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome, Severity

_FUNCTION = """import { createClient } from "npm:@supabase/supabase-js@2";

Deno.serve(async (req) => {
  const db = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const sent = await req.json();
  DEED
  return Response.json({ ok: !error });
});
"""
_LOGIN = """import { createClient } from "@supabase/supabase-js";
const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY);
export const enter = (email, password) => db.auth.signInWithPassword({ email, password });
"""
_PACKAGE = '{"dependencies": {"express": "4.21.0", "mongoose": "8.0.0", "jsonwebtoken": "9.0.2"}}'


def _gaps(control: Control, folder: Path, files: dict[str, str]) -> list[Finding]:
    found = control.detect(prototype_of(folder, files))
    return [finding for finding in found if finding.outcome is Outcome.GAP]


def _of_function(folder: Path, name: str, deed: str) -> list[Finding]:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/login.ts": _LOGIN,
        "supabase/config.toml": f"[functions.{name}]\nverify_jwt = false\n",
        f"supabase/functions/{name}/index.ts": _FUNCTION.replace("DEED", deed),
    }
    return _gaps(UnauthenticatedEndpoint(), folder, files)


_LETTER = """const { name, email, reason } = sent;
  const { error } = await db.from("helpers").insert({ name, email, reason });"""
_HELPER = _LETTER.replace("reason", "rank")
_DRAFT = 'const { error } = await db.from("drafts").insert({ vin: sent.vin, email: sent.email });'
_PROOF = """const { data: row } = await db.from("bookings").insert({ day: sent.day }).select("id").single();
  const { error } = await db.from("proofs").insert({ booking_id: row.id, path: sent.path });"""
_LOOSE = """const { data: row } = await db.from("rooms").insert({ day: sent.day }).select("id").single();
  const { error } = await db.from("proofs").insert({ room_id: row.id, path: sent.path });"""


@pytest.mark.parametrize(
    ("name", "deed", "sure"),
    [
        ("request", _LETTER, Confidence.LOW),
        ("request", _HELPER, Confidence.HIGH),
        ("draft-anonymous", _DRAFT, Confidence.LOW),
        ("draft", _DRAFT, Confidence.HIGH),
        ("book", _PROOF, Confidence.LOW),
        ("book", _LOOSE, Confidence.HIGH),
    ],
)
def test_what_visitors_leave_is_a_question(
    tmp_path: Path, name: str, deed: str, sure: Confidence
) -> None:
    (gap,) = _of_function(tmp_path, name, deed)
    assert gap.confidence is sure


@pytest.mark.parametrize(
    ("row", "severity"),
    [
        ("{ user_id: sent.user_id }", Severity.MEDIUM),
        ("{ user_id: sent.user_id, month: new Date().getMonth() }", Severity.MEDIUM),
        ("{ user_id: sent.user_id, sum: sent.sum }", Severity.HIGH),
        ("{ user_id: sent.user_id, friend_id: friend.id }", Severity.HIGH),
        ('{ user_id: sent.user_id, plan: "gold" }', Severity.HIGH),
    ],
)
def test_an_empty_row_in_the_name_of_another_weighs_little(
    tmp_path: Path, row: str, severity: Severity
) -> None:
    friend = 'const { data: friend } = await db.from("pals").select("id").eq("mail", sent.mail).single();'
    deed = f'{friend}\n  const {{ error }} = await db.from("usage").insert({row});'
    (gap,) = _of_function(tmp_path, "usage", deed)
    assert gap.severity is severity


_USERS = """
import express from "express";
import jwt from "jsonwebtoken";
import mongoose from "mongoose";
const User = mongoose.model("User", new mongoose.Schema({
  name: String, email: String, phone: String, role: String, password: String,
}));
const app = express();
app.use(express.json());
const signedIn = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization.slice(7), process.env.JWT_SECRET); next(); }
  catch { res.status(401).end(); }
};
app.get("/mine", signedIn, async (req, res) => res.json(await User.findById(req.user.id)));
app.get("/people", async (req, res) => {
  const found = await User.find({ role: "ROLE" })SELECT;
  res.json(found);
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("role", "select", "sure"),
    [
        ("tutor", '.select("-password")', Confidence.LOW),
        ("tutor", "", Confidence.HIGH),
        ("student", '.select("-password")', Confidence.HIGH),
    ],
)
def test_people_who_offer_something_may_be_listed_without_their_passwords(
    tmp_path: Path, role: str, select: str, sure: Confidence
) -> None:
    text = _USERS.replace("ROLE", role).replace("SELECT", select)
    (gap,) = _gaps(
        UnauthenticatedEndpoint(), tmp_path, {"package.json": _PACKAGE, "server.js": text}
    )
    assert gap.confidence is sure
