"""Routes that let every user do what the routes beside them ask a role for."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.catalogue import select
from shipworthy.finding import Confidence, Outcome

SERVER = """import express from "express";
import jwt from "jsonwebtoken";
import { PrismaClient } from "@prisma/client";
const app = express();
const prisma = new PrismaClient();
async function signedIn(req: any, res: any, next: any) {
  try {
    const claims: any = jwt.verify(req.headers.authorization, process.env.JWT_SECRET!);
    req.user = await prisma.user.findUnique({ where: { id: claims.id } });
    if (!req.user) return res.status(401).end();
    next();
  } catch { return res.status(401).end(); }
}
const only = (...roles: string[]) => (req: any, res: any, next: any) =>
  roles.includes(req.user.role) ? next() : res.status(403).end();
app.post("/api/members", signedIn, only("ADMIN"), async (req: any, res) => {
  const { userId } = req.body;
  res.json(await prisma.member.create({ data: { userId, orgId: req.user.orgId, role: "MEMBER" } }));
});
app.put("/api/products/:id", signedIn, only("ADMIN"), async (req: any, res) => {
  await prisma.product.update({ where: { id: req.params.id }, data: { title: req.body.title } });
  res.json({});
});
app.METHOD("PATH", signedIn, async (req: any, res: any) => {
  BODY
  res.json({});
});
app.listen(3000);
"""
SCHEMA = """model User {
  id    String @id
  email String @unique
  role  String
  orgId String
}
model Member {
  id     String @id
  userId String
  orgId  String
  role   String
}
model Org {
  id   String @id
  name String
}
model Product {
  id    String @id
  title String
  stock Int
}
model Sale {
  id        String @id
  userId    String
  productId String
}
"""
MINE = "orgId: req.user.orgId"


def found(root: Path, method: str, path: str, body: str) -> list[Confidence]:
    server = SERVER.replace("METHOD", method).replace("PATH", path).replace("BODY", body)
    files = {
        "package.json": '{"dependencies": {"express": "4", "@prisma/client": "6"}}',
        "prisma/schema.prisma": SCHEMA,
        "server/index.ts": server,
    }
    (control,) = select(["missing-authorisation"])
    findings = control.detect(prototype_of(root, files))
    return [f.confidence for f in findings if f.outcome is Outcome.GAP and path in f.subject]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "delete",
            "/api/members/:id",
            f"await prisma.member.deleteMany({{ where: {{ id: req.params.id, {MINE} }} }});",
        ),
        (
            "patch",
            "/api/members/:id",
            f"const row = await prisma.member.findFirst({{ where: {{ id: req.params.id, {MINE} }} }});"
            " if (!row) return res.status(404).end();"
            " await prisma.member.update({ where: { id: row.id }, data: { role: req.body.role } });",
        ),
        (
            "patch",
            "/api/products/:id/price",
            "await prisma.product.update({ where: { id: req.params.id }, data: { title: req.body.t } });",
        ),
    ],
)
def test_what_others_ask_a_role_for_is_open_to_all(
    method: str, path: str, body: str, tmp_path: Path
) -> None:
    assert found(tmp_path, method, path, body) == [Confidence.HIGH]


def test_whether_members_may_rename_their_organisation_is_a_question(tmp_path: Path) -> None:
    body = (
        "await prisma.org.update({ where: { id: req.user.orgId }, data: { name: req.body.name } });"
    )
    assert found(tmp_path, "put", "/api/org", body) == [Confidence.LOW]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "delete",
            "/api/membership",
            f"await prisma.member.deleteMany({{ where: {{ userId: req.user.id, {MINE} }} }});",
        ),
        (
            "post",
            "/api/invites/accept",
            "await prisma.member.create({ data: { userId: req.user.id, orgId: req.body.orgId } });",
        ),
        (
            "post",
            "/api/sales",
            "await prisma.sale.create({ data: { userId: req.user.id, productId: req.body.id } });"
            " await prisma.product.update({ where: { id: req.body.id },"
            " data: { stock: { decrement: 1 } } });",
        ),
        (
            "delete",
            "/api/staff/:id",
            'if (req.user.role !== "ADMIN") return res.status(403).end();'
            f" await prisma.member.deleteMany({{ where: {{ id: req.params.id, {MINE} }} }});",
        ),
    ],
)
def test_what_is_ones_own_or_asks_by_itself_is_no_alarm(
    method: str, path: str, body: str, tmp_path: Path
) -> None:
    assert Confidence.HIGH not in found(tmp_path, method, path, body)
