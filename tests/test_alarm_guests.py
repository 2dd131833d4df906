"""What visitors leave with a company, and what a payment provider says of them, is asked about at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome

_PACKAGE = """{"dependencies": {"express": "5.1.0", "drizzle-orm": "0.44.5", "pg": "8.16.3",
"jsonwebtoken": "9.0.2", "stripe": "18.5.0"}}"""

_SERVER = """
import express from "express";
import jwt from "jsonwebtoken";
import Stripe from "stripe";
import { Pool } from "pg";
const pool = new Pool();
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);
const app = express();
app.use(express.json());
function known(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET); next(); }
  catch { res.status(401).json({ error: "Please sign in" }); }
}
function maybeKnown(req, res, next) {
  const token = req.headers.authorization;
  if (token) {
    try { req.user = jwt.verify(token, process.env.JWT_SECRET); } catch { return res.status(401).end(); }
  }
  next();
}
app.get("/api/account", known, async (req, res) => {
  const { rows } = await pool.query("SELECT id, email, phone FROM users WHERE id = $1", [req.user.id]);
  res.json(rows[0]);
});
ROUTE
app.listen(3000);
"""


def _gaps(control: Control, folder: Path, route: str) -> list[Finding]:
    files = {"package.json": _PACKAGE, "server/index.js": _SERVER.replace("ROUTE", route)}
    found = control.detect(prototype_of(folder, files))
    return [finding for finding in found if finding.outcome is Outcome.GAP]


_REQUEST = """
app.post("/api/help", GUARDS async (req, res) => {
  const { subject, text } = req.body;
  await pool.query("INSERT INTO issues (subject, text, user_id) VALUES ($1, $2, $3)", [subject, text, WHOSE]);
  res.status(201).json({ ok: true });
});
"""


@pytest.mark.parametrize(
    ("guards", "whose", "sure"),
    [("maybeKnown,", "req.user?.id", Confidence.LOW), ("", "req.body.userId", Confidence.HIGH)],
)
def test_a_row_that_says_who_left_it_where_he_is_signed_in_may_be_left_by_guests(
    tmp_path: Path, guards: str, whose: str, sure: Confidence
) -> None:
    route = _REQUEST.replace("GUARDS", guards).replace("WHOSE", whose)
    (found,) = _gaps(UnauthenticatedEndpoint(), tmp_path, route)
    assert found.confidence is sure


_LEFT = """
app.post("/api/firm/ask", async (req, res) => {
  const { name, email, wish } = req.body;
  await pool.query("INSERT INTO TABLE (name, email, wish) VALUES ($1, $2, $3)", [name, email, wish]);
  res.status(201).json({ ok: true });
});
"""


@pytest.mark.parametrize(
    ("table", "sure"),
    [
        ("tax_consultations", Confidence.LOW),
        ("support_tickets", Confidence.LOW),
        ("employees", Confidence.HIGH),
    ],
)
def test_who_asks_a_company_for_something_needs_no_account(
    tmp_path: Path, table: str, sure: Confidence
) -> None:
    (found,) = _gaps(UnauthenticatedEndpoint(), tmp_path, _LEFT.replace("TABLE", table))
    assert found.confidence is sure


_NEWSLETTER = """
app.post("/api/newsletter/subscribe", async (req, res) => {
  const { email } = req.body;
  const { rows } = await pool.query("SELECT * FROM users WHERE email = $1", [email]);
  const user = rows[0];
  if (user) {
    await pool.query("UPDATE users SET CHANGED = $1 WHERE id = $2", [true, user.id]);
    return res.json({ id: user.id, SHOWN });
  }
  await pool.query("INSERT INTO newsletter_subscribers (email) VALUES ($1)", [email]);
  res.status(201).json({ ok: true });
});
"""


@pytest.mark.parametrize(
    ("changed", "shown", "alarms"),
    [
        ("newsletter_subscribed", "email: user.email", 0),
        ("is_partner", "email: user.email", 1),
        ("newsletter_subscribed", "phone: user.phone", 1),
    ],
)
def test_who_subscribes_changes_and_learns_nothing_of_an_account(
    tmp_path: Path, changed: str, shown: str, alarms: int
) -> None:
    route = _NEWSLETTER.replace("CHANGED", changed).replace("SHOWN", shown)
    assert len(_gaps(UnauthenticatedEndpoint(), tmp_path, route)) == alarms


_TRACKED = """
app.post("/api/guides/track-download", async (req, res) => {
  await pool.query("INSERT INTO guide_readers (email) VALUES ($1)", [req.body.email]);
  res.status(201).json({ ok: true });
});
"""


def test_a_download_that_is_counted_needs_no_account(tmp_path: Path) -> None:
    assert not _gaps(UnauthenticatedEndpoint(), tmp_path, _TRACKED)


_INTENT = """
app.post("/api/pay-later", async (req, res) => {
  const { rows } = await pool.query("SELECT * FROM bookings WHERE id = $1", [req.body.bookingId]);
  const customer = await stripe.customers.create({ description: "guest" });
  await pool.query("UPDATE users SET stripe_customer_id = $1 WHERE id = $2", [NAME, rows[0].user_id]);
  res.json({ ok: true });
});
"""


@pytest.mark.parametrize(
    ("name", "sure"),
    [("customer.id", Confidence.LOW), ("req.body.customerId", Confidence.HIGH)],
)
def test_what_the_payment_provider_calls_a_buyer_is_not_for_the_caller_to_say(
    tmp_path: Path, name: str, sure: Confidence
) -> None:
    found = _gaps(UnauthenticatedEndpoint(), tmp_path, _INTENT.replace("NAME", name))
    assert [f.confidence for f in found] == [sure]


_FUNCTION = """
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.49.1";
Deno.serve(async (req) => {
  const admin = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const { name, phone, user_id } = await req.json();
  DEED
  return new Response(null, { status: 201 });
});
"""


@pytest.mark.parametrize(
    ("deed", "sure"),
    [
        ('await admin.rpc("create_lead_safe", { _name: name, _phone: phone });', []),
        ('await admin.rpc("create_lead", { _name: name, _user_id: user_id });', [Confidence.HIGH]),
        ('await admin.rpc("submit_booking", { _name: name, _phone: phone });', [Confidence.LOW]),
        ('await admin.rpc("create_voucher", { _name: name, _phone: phone });', [Confidence.HIGH]),
        ('await admin.rpc("format_number", { _phone: phone });', []),
        ('await admin.rpc("audit_security_event", { _name: name });', []),
        ('await admin.from("report_rate_limits").upsert({ id: phone, calls: 1 });', []),
        ('await admin.from("banned_ips").delete().lt("until", new Date());', []),
        ('await admin.from("banned_ips").delete().eq("id", user_id);', [Confidence.HIGH]),
        ('await admin.from("otp_collection").delete().eq("phone", phone);', []),
        ('await admin.from("course_analytics").insert({ name, user_id });', [Confidence.LOW]),
        (
            'await admin.from("orders").upsert({ name, phone });'
            ' await admin.from("carts").delete().eq("id", user_id);',
            [Confidence.LOW],
        ),
        ('await admin.from("carts").delete().eq("id", user_id);', [Confidence.HIGH]),
        (
            'await admin.from("orders").update({ phone }).eq("reference_code", name);',
            [Confidence.LOW],
        ),
        ('await admin.from("orders").update({ phone }).eq("number", name);', [Confidence.HIGH]),
        ('await admin.from("enrollments").insert({ name, phone });', [Confidence.LOW]),
        ('await admin.from("vouchers").insert({ name, phone });', [Confidence.HIGH]),
    ],
)
def test_what_a_function_of_the_database_adds_for_visitors(
    tmp_path: Path, deed: str, sure: list[Confidence]
) -> None:
    files = {"supabase/functions/take/index.ts": _FUNCTION.replace("DEED", deed)}
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    assert [f.confidence for f in found if f.outcome is Outcome.GAP] == sure


_ADDED = """
import express from "express";
import mongoose from "mongoose";
import jwt from "jsonwebtoken";
const Employee = mongoose.model("Employee", new mongoose.Schema({ name: String, email: String }));
const app = express();
app.use(express.json());
app.get("/api/me", async (req, res) => {
  const known = jwt.verify(req.headers.authorization, process.env.JWT_SECRET);
  res.json(await Employee.findById(known.id));
});
app.post("/api/employees", async (req, res) => {
  const { name, email } = req.body;
  if (await Employee.findOne({ email })) return res.status(409).end();
  const added = await Employee.create({ name, email });
  res.status(201).json(await Employee.findById(WHICH));
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("which", "told"), [("added._id", "can add employee"), ("req.body.id", "can read employee")]
)
def test_a_row_that_was_just_added_is_not_read_of_others(
    tmp_path: Path, which: str, told: str
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "5.1.0", "jsonwebtoken": "9.0.2"}}',
        "server.js": _ADDED.replace("WHICH", which),
    }
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    assert [told in f.message for f in found if f.outcome is Outcome.GAP] == [True]


@pytest.mark.parametrize("columns", ["id, title, url", "\n    id,\n    title,\n    url\n  "])
def test_columns_on_lines_of_their_own_are_columns(tmp_path: Path, columns: str) -> None:
    deed = f'const shown = await admin.from("users").select(`{columns}`).eq("shop", name);'
    route = _FUNCTION.replace("DEED", f"{deed} return Response.json(shown.data);")
    found = UnauthenticatedEndpoint().detect(
        prototype_of(tmp_path, {"supabase/functions/take/index.ts": route})
    )
    assert [f.confidence for f in found if f.outcome is Outcome.GAP] == [Confidence.LOW]
