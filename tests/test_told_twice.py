"""What is said once where two places tell of one defect, and what comes again by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.webhook_unverified.control import WebhookUnverified
from shipworthy.controls.reliability.swallowed_error.control import SwallowedError
from shipworthy.controls.supply_chain.no_lock_file.control import NoLockFile
from shipworthy.controls.supply_chain.unpinned_dependency.control import UnpinnedDependency
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.settings import Settings

_SERVER = """
import express from "express";
import { Pool } from "pg";
import { hooks } from "./hooks";
const pool = new Pool();
const app = express();
app.post("/api/tide/webhook", async (req, res) => {
  await pool.query("insert into berths (name) values ($1)", [req.body.name]);
  res.json({ done: true });
});
app.use("/api/PLACE", hooks);
app.listen(3000);
"""
_ROUTER = """
import { Router } from "express";
import { Pool } from "pg";
const pool = new Pool();
export const hooks = Router();
hooks.post("/webhook", async (req, res) => {
  await pool.query("insert into berths (name) values ($1)", [req.body.name]);
  res.json({ done: true });
});
"""
_WRITES = """
import { createClient } from "@supabase/supabase-js";
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function NAME(id: string) {
  await supabase.from("payments").update({ status: "paid" }).eq("id", id);
  return { done: true };
}
"""
_WEBHOOK = """
import { createClient } from "@supabase/supabase-js";
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function POST(request: Request) {
  const event = await request.json();
  const { error } = await supabase.from("payments").update({ status: event.state }).eq("id", event.id);
  if (error) return new Response("again", { status: 500 });
  return new Response("ok");
}
"""


def _gaps(control: Control, folder: Path, files: dict[str, str]) -> list[Finding]:
    prototype_of(folder, {"package.json": '{"name": "harbor"}', **files})
    read = read_prototype(folder, Settings(workers=1), Engines(secrets=lambda _lines: {}))
    return [f for f in control.detect(read) if f.outcome is Outcome.GAP]


@pytest.mark.parametrize(
    ("place", "second"), [("tide", Confidence.LOW), ("other", Confidence.HIGH)]
)
def test_two_webhooks_of_one_address_are_one_alarm(
    tmp_path: Path, place: str, second: Confidence
) -> None:
    files = {"server/index.ts": _SERVER.replace("PLACE", place), "server/hooks.ts": _ROUTER}
    found = sorted(f.confidence for f in _gaps(WebhookUnverified(), tmp_path, files))
    assert found == sorted((Confidence.HIGH, second))


@pytest.mark.parametrize(
    ("name", "webhook", "severity"),
    [
        ("confirmPaymentComplete", True, Severity.MEDIUM),
        ("confirmPaymentComplete", False, Severity.HIGH),
        ("refundPayment", True, Severity.HIGH),
        ("syncPayments", False, Severity.MEDIUM),
    ],
)
def test_what_a_webhook_or_the_next_run_tells_again_weighs_less(
    tmp_path: Path, name: str, webhook: bool, severity: Severity
) -> None:
    files = {"app/actions/payments.ts": '"use server";' + _WRITES.replace("NAME", name)}
    files["app/page.tsx"] = (
        f'import {{ {name} }} from "./actions/payments";\n'
        f"export default function Page() {{ return <form action={{() => {name}('1')}} /> }}\n"
    )
    if webhook:
        files["app/api/stripe/webhook/route.ts"] = _WEBHOOK
    assert [f.severity for f in _gaps(SwallowedError(), tmp_path, files)] == [severity]


def test_a_list_without_versions_is_told_at_full_weight_once(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\nrequests\n", "app.py": "import flask\nimport requests\n"}
    controls = (NoLockFile(), UnpinnedDependency())
    assert [f.severity for c in controls for f in _gaps(c, tmp_path, files)] == [
        Severity.MEDIUM,
        Severity.LOW,
    ]
