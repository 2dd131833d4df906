"""The provider's word covers the payment that it was asked about, once, and nothing sent beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.client_decided_money.control import ClientDecidedMoney
from shipworthy.finding import Confidence, Finding, Outcome

_AUTH = """import NextAuth from "next-auth";
import GitHub from "next-auth/providers/github";
export const { handlers, auth } = NextAuth({ providers: [GitHub] });
"""
_ROUTE = """import crypto from "node:crypto";
import Stripe from "stripe";
import { PrismaClient } from "@prisma/client";
import { auth } from "../../../auth";
const db = new PrismaClient();
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);
export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user) return Response.json({ error: "sign in" }, { status: 401 });
  const { id, orderId, plan, credits, signature } = await request.json();
  BODY
  return Response.json({ ok: true });
}
"""
_NO = 'return Response.json({ error: "not paid" }, { status: 400 });'
STRIPE = f"""const paid = await stripe.checkout.sessions.retrieve(id);
  if (paid.payment_status !== "paid") {_NO}
  """
PAYSTACK = f"""const asked = await fetch(`https://api.paystack.co/transaction/verify/${{id}}`, {{
    headers: {{ Authorization: `Bearer ${{process.env.PAYSTACK_KEY}}` }} }});
  const answer = await asked.json();
  if (answer.data.status !== "success") {_NO}
  """
PAYPAL = f"""const asked = await fetch(`${{process.env.PAYPAL}}/v2/checkout/orders/${{id}}/capture`, {{
    method: "POST", headers: {{ Authorization: `Bearer ${{process.env.PAYPAL_TOKEN}}` }} }});
  const answer = await asked.json();
  if (answer.status !== "COMPLETED") {_NO}
  """
SIGNED = f"""const expected = crypto.createHmac("sha256", process.env.RAZORPAY_SECRET!)
    .update(`order_${{id}}`).digest("hex");
  if (expected !== signature) {_NO}
  """
PLAN = "await db.user.update({ where: { id: session.user.id }, data: { plan } });"
CREDITS = (
    "await db.user.update({ where: { id: session.user.id },"
    " data: { credits: { increment: AMOUNT } } });"
)
ORDER = 'await db.order.update({ where: { id: orderId }, data: { status: "paid" } });'
OF_PROVIDER = (
    'await db.order.update({ where: { id: paid.metadata!.order }, data: { status: "paid" } });'
)
KEPT = "await db.payment.create({ data: { session: paid.id } });"


def _gaps(folder: Path, body: str, path: str = "app/api/verify/route.ts") -> list[Finding]:
    package = (
        '{"dependencies": {"next": "15.0.0", "next-auth": "5.0.0", "@prisma/client": "5.0.0"}}'
    )
    files = {"package.json": package, "auth.ts": _AUTH, path: _ROUTE.replace("BODY", body)}
    found = ClientDecidedMoney().detect(prototype_of(folder, files))
    return [f for f in found if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW]


JOINED = SIGNED.replace(".update(`order_${id}`)", ".update(text)").replace(
    "const", 'const text = order_ + "|" + id;\n  const', 1
)

LISTED = STRIPE + "const totals = [100].map((cents) => cents / 100);\n  "


@pytest.mark.parametrize("asks", [STRIPE, LISTED, PAYSTACK, PAYPAL, SIGNED, JOINED])
@pytest.mark.parametrize("gives", [PLAN, CREDITS.replace("AMOUNT", "credits"), ORDER])
def test_what_is_given_is_sent_beside_the_payment(asks: str, gives: str, tmp_path: Path) -> None:
    (gap,) = _gaps(tmp_path, asks + gives)
    assert "from the request beside it" in gap.message


@pytest.mark.parametrize("asks", [STRIPE, PAYSTACK])
def test_one_payment_counts_as_often_as_it_is_sent(asks: str, tmp_path: Path) -> None:
    (gap,) = _gaps(tmp_path, asks + CREDITS.replace("AMOUNT", "100"))
    assert "again and again" in gap.message


@pytest.mark.parametrize(
    "body",
    [
        STRIPE + OF_PROVIDER,
        STRIPE + KEPT + CREDITS.replace("AMOUNT", "100"),
        PAYPAL + CREDITS.replace("AMOUNT", "100"),  # an order is captured once
        STRIPE
        + "await stripe.checkout.sessions.update(id, { metadata: { counted: 1 } });\n  "
        + CREDITS.replace("AMOUNT", "100"),
        "const price = await stripe.prices.retrieve(plan);\n  " + CREDITS.replace("AMOUNT", "100"),
        STRIPE + f"if (paid.metadata!.order !== orderId) {_NO}\n  " + ORDER,
        "const order = await db.order.findUnique({ where: { id: orderId } });\n  "
        + STRIPE
        + f"if (paid.amount_total !== order.total) {_NO}\n  "
        + ORDER,
        SIGNED + 'await db.order.update({ where: { ref: id }, data: { status: "paid" } });',
        PAYSTACK + 'await db.order.update({ where: { ref: id }, data: { status: "paid" } });',
    ],
)
def test_what_the_provider_says_itself_is_right(body: str, tmp_path: Path) -> None:
    assert not _gaps(tmp_path, body)


def test_a_paid_plan_for_the_asking(tmp_path: Path) -> None:
    body = 'await db.user.update({ where: { id: session.user.id }, data: { plan: "pro" } });'
    (gap,) = _gaps(tmp_path, body, "app/api/upgrade/route.ts")
    assert "without asking the payment provider" in gap.message


@pytest.mark.parametrize(
    ("reads", "refuses"),
    [
        ("db.user.findUnique({ where: { id: session.user.id } })", "row.points < 500"),
        ("db.payment.findFirst({ where: { userId: session.user.id } })", "!row"),
    ],
)
def test_what_a_row_may_have_earned_is_a_question(reads: str, refuses: str, tmp_path: Path) -> None:
    body = f"const row = await {reads};\n  if ({refuses}) {_NO}\n  "
    body += 'await db.user.update({ where: { id: session.user.id }, data: { plan: "pro" } });'
    assert not _gaps(tmp_path, body, "app/api/upgrade/route.ts")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("app/api/cancel/route.ts", '{ plan: "free" }'),
        ("app/api/start-trial/route.ts", '{ plan: "pro" }'),
        ("app/api/start/route.ts", '{ plan: "pro", status: "trialing" }'),
        ("app/api/redeem/route.ts", '{ plan: "pro" }'),
    ],
)
def test_plans_that_are_given_for_something_else(path: str, data: str, tmp_path: Path) -> None:
    body = f"await db.user.update({{ where: {{ id: session.user.id }}, data: {data} }});"
    assert not _gaps(tmp_path, body, path)


def test_an_order_that_the_return_address_completes(tmp_path: Path) -> None:
    done = '{ status: "completed", paidAt: new Date() }'
    body = f"await db.order.update({{ where: {{ id: orderId }}, data: {done} }});"
    assert _gaps(tmp_path, body, "app/api/success/route.ts")
    body = body.replace(", paidAt: new Date()", "")
    assert not _gaps(tmp_path, body, "app/api/success/route.ts")
