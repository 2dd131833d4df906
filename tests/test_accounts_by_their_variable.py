"""Accounts that a login reads by the variable of their table, and a sign-up adds by its name."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.handlers.strangers import realm_of_strangers

_FILES = {
    "package.json": '{"dependencies": {"next": "15", "drizzle-orm": "0.36.0", "bcryptjs": "2", "jose": "5"}}',
    "db.ts": """
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, serial, text } from "drizzle-orm/pg-core";
export const MembersTable = pgTable("members", {
  id: serial("id"), email: text("email"), password: text("password"),
});
export const db = drizzle(process.env.DATABASE_URL!, { schema: { MembersTable } });
""",
    "app/api/auth/register/route.ts": """
import bcrypt from "bcryptjs";
import { MembersTable, db } from "../../../../db";
export async function POST(request: Request) {
  const { email, password } = await request.json();
  await db.insert(MembersTable).values({ email, password: await bcrypt.hash(password, 12) });
  return Response.json({}, { status: 201 });
}
""",
    "app/api/auth/login/route.ts": """
import bcrypt from "bcryptjs";
import { eq } from "drizzle-orm";
import { SignJWT } from "jose";
import { MembersTable, db } from "../../../../db";
export async function POST(request: Request) {
  const { email, password } = await request.json();
  const member = await db.query.MembersTable.findFirst({ where: eq(MembersTable.email, email) });
  const right = member && (await bcrypt.compare(password, member.password));
  if (!right) return Response.json({}, { status: 401 });
  const token = await new SignJWT({ id: member.id }).sign(new TextEncoder().encode(process.env.JWT_SECRET));
  return Response.json({ token });
}
""",
}


def test_who_signs_up_and_signs_in_is_of_one_kind(tmp_path: Path) -> None:
    assert not realm_of_strangers(prototype_of(tmp_path, _FILES))
