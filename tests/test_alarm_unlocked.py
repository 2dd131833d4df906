"""How much it weighs what strangers may do in an app in which nobody signs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Outcome, Severity

_SERVER = """
import express from "express";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
const app = express();
app.use(express.json());
app.DEED
app.listen(3000);
"""
_DELETES = """delete("/TABLE/:id", async (req, res) => {
  await prisma.TABLE.delete({ where: { id: Number(req.params.id) } });
  res.json({ done: true });
});"""
_CHANGES = """put("/TABLE/:id", async (req, res) => {
  await prisma.TABLE.update({ where: { id: req.params.id }, data: { VALUE: req.body.VALUE } });
  res.json({ done: true });
});"""
_SHOWS = """get("/TABLE", async (req, res) => {
  res.json(await prisma.TABLE.findMany());
});"""


_OPENS = """post("/TABLE", async (req, res) => {
  await prisma.TABLE.create({ data: { VALUE: req.body.VALUE, userId: req.body.userId } });
  res.json({ done: true });
});"""


@pytest.mark.parametrize(
    ("deed", "table", "value", "severity"),
    [
        (_DELETES, "trip", "", Severity.HIGH),
        (_DELETES, "message", "", Severity.MEDIUM),
        (_DELETES, "orderItem", "", Severity.MEDIUM),
        (_DELETES, "player", "", Severity.MEDIUM),
        (_CHANGES, "payment", "amount", Severity.HIGH),
        (_CHANGES, "member", "balance", Severity.HIGH),
        (_CHANGES, "ticket", "summary", Severity.MEDIUM),
        (_OPENS, "session", "token", Severity.CRITICAL),
        (_OPENS, "userSession", "sessionToken", Severity.CRITICAL),
        (_OPENS, "userSession", "device", Severity.MEDIUM),
        (_OPENS, "analyticsSession", "sessionToken", Severity.MEDIUM),
        (_SHOWS, "patient", "", Severity.HIGH),
        (_SHOWS, "customer", "", Severity.MEDIUM),
    ],
)
def test_a_tool_that_is_open_to_all_so_far_must_not_lose_its_rows_and_books(
    tmp_path: Path, deed: str, table: str, value: str, severity: Severity
) -> None:
    text = deed.replace("TABLE", table).replace("VALUE", value)
    package = '{"dependencies": {"express": "4.21.0", "@prisma/client": "6.0.0"}}'
    files = {"package.json": package, "server.js": _SERVER.replace("DEED", text)}
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [severity]
