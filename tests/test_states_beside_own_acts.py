"""States of what belongs to others, which somebody settles while an act of his own is kept beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.finding import Confidence, Outcome

_FILES = {
    "package.json": '{"dependencies": {"next": "15", "next-auth": "4", "@prisma/client": "6.19.0"}}',
    "prisma/schema.prisma": """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model User {
  id       String    @id
  email    String    @unique
  password String
  repairs  Repair[]
}
model Repair {
  id     String @id
  userId String
  status String
  likes  Int
  shop   String
  user   User   @relation(fields: [userId], references: [id])
}
model Receipt {
  id       String @id
  repairId String
  userId   String
}
""",
    "app/api/repairs/route.ts": """
import { getServerSession } from "next-auth";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
export async function GET() {
  const session = await getServerSession();
  if (!session) return Response.json({}, { status: 401 });
  return Response.json(await prisma.repair.findMany({ where: { userId: session.user.id } }));
}
export async function POST(request: Request) {
  const session = await getServerSession();
  if (!session) return Response.json({}, { status: 401 });
  const { repairId, shop } = await request.json();
  ASKED
  await prisma.receipt.create({ data: { repairId, userId: session.user.id } });
  await prisma.repair.update({ where: { id: repairId }, data: DONE });
  return Response.json({ ok: true });
}
""",
}


@pytest.mark.parametrize(
    ("asked", "done", "told"),
    [
        ("", '{ status: "done" }', True),
        (
            "await prisma.repair.findUnique({ where: { id: repairId } });",
            '{ status: "done" }',
            True,
        ),
        (
            "await prisma.repair.findFirst({ where: { id: repairId, shop } });",
            '{ status: "done" }',
            False,
        ),
        ("", "{ likes: { increment: 1 } }", False),
    ],
)
def test_an_act_of_ones_own_settles_no_state_of_others(
    tmp_path: Path, asked: str, done: str, told: bool
) -> None:
    files = {p: t.replace("DONE", done).replace("ASKED", asked) for p, t in _FILES.items()}
    findings = MissingAuthorisation().detect(prototype_of(tmp_path, files))
    (found,) = (f for f in findings if f.subject == "app/api/repairs/route.ts#POST")
    if told:
        assert (found.outcome, found.confidence) == (Outcome.GAP, Confidence.LOW)
    else:
        assert found.outcome is not Outcome.GAP
