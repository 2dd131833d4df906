"""express-validator, zod and drizzle-zod: what is left of an input that has passed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.catalogue import select
from shipworthy.finding import Outcome
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

SERVER = """import express, { Request, Response, NextFunction } from "express";
import { body, validationResult } from "express-validator";
import { User } from "./user";
const app = express();
app.use(express.json());
function validate(req: Request, res: Response, next: NextFunction) {
  const errors = validationResult(req);
  if (!errors.isEmpty()) return res.status(400).json({ errors: errors.array() });
  next();
}
app.post("/login", BEFORE async (req: Request, res: Response) => {
  ASKED
  const user = await User.findOne({ email: req.body.email });
  res.json({ found: Boolean(user) });
});
app.listen(3000);
"""
USER = """import mongoose from "mongoose";
export const User = mongoose.model("User", new mongoose.Schema({ email: String, name: String }));
"""
ASKS = "const errors = validationResult(req); if (!errors.isEmpty()) return res.status(400).end();"


@pytest.mark.parametrize(
    ("before", "asked", "raw"),
    [
        ("[body('email').isEmail().normalizeEmail(), body('password').notEmpty()],", ASKS, False),
        ("body('email').trim().isString().withMessage('text'),", ASKS, False),
        ("body(['email', 'name']).isEmail(), validate,", "", False),
        ("body('email').isEmail(),", "validationResult(req).throw();", False),
        ("body('email').isEmail(),", "", True),
        ("body('email').notEmpty(),", ASKS, True),
        ("body('name').isEmail(),", ASKS, True),
        ("", "", True),
    ],
)
def test_a_form_that_was_asked_for_leaves_no_room_for_conditions(
    before: str, asked: str, raw: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "mongoose": "8", "express-validator": "7"}}',
        "src/user.ts": USER,
        "src/app.ts": SERVER.replace("BEFORE", before).replace("ASKED", asked),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    findings = run_assess(tmp_path, Settings(), ["nosql-injection"]).findings
    assert any(f.outcome is Outcome.GAP for f in findings) is raw


_TABLE = """import { boolean, pgEnum, pgTable, serial, text } from "drizzle-orm/pg-core";
import { createInsertSchema } from "drizzle-zod";
import { z } from "zod";
const side = pgEnum("side", ["buyer", "seller"]);
const rank = pgEnum("rank", ["user", "admin"]);
export const users = pgTable("users", {
  id: serial("id").primaryKey(), email: text("email").notNull(), ROLE
});
export const taken = SCHEMA;
"""
_REGISTERS = """import express from "express";
import { drizzle } from "drizzle-orm/node-postgres";
import { taken, users } from "./schema";
const app = express();
const db = drizzle(process.env.DATABASE_URL!);
app.post("/api/register", async (req, res) => {
  PARSE
  const [user] = await db.insert(users).values(data).returning();
  res.json({ id: user.id });
});
app.listen(3000);
"""
_PARSES = "const data = taken.parse(req.body);"
_TRIES = """const tried = taken.safeParse(req.body);
  if (!tried.success) return res.status(400).json({});
  const data = tried.data;"""
_OF_ALL = "createInsertSchema(users)"


@pytest.mark.parametrize(
    ("role", "schema", "parse", "alarmed"),
    [
        ('role: text("role").default("user")', _OF_ALL, _PARSES, True),
        ('role: text("role").default("user")', f"{_OF_ALL}.omit({{ id: true }})", _TRIES, True),
        ('isAdmin: boolean("is_admin").default(false)', f"{_OF_ALL}.partial()", _PARSES, True),
        ('role: rank("role").notNull()', _OF_ALL, _PARSES, True),
        ('role: text("role", { enum: ["admin", "user"] })', _OF_ALL, _PARSES, True),
        ('role: text("role")', "z.object({ role: z.string() })", _PARSES, True),
        ('role: text("role")', 'z.object({ role: z.enum(["admin", "user"]) })', _PARSES, True),
        ('role: side("role").notNull()', _OF_ALL, _PARSES, False),
        ('role: text("role", { enum: ["buyer", "seller"] })', _OF_ALL, _PARSES, False),
        ('role: text("role")', f"{_OF_ALL}.omit({{ role: true }})", _PARSES, False),
        ('role: text("role")', f"{_OF_ALL}.pick({{ email: true }})", _PARSES, False),
        ('role: text("role")', 'z.object({ role: z.enum(["buyer", "seller"]) })', _PARSES, False),
        ('role: text("role")', f"{_OF_ALL}.extend({{ role: z.literal('user') }})", _PARSES, False),
    ],
)
def test_a_schema_that_leaves_the_role_to_the_caller_is_no_list_of_fields(
    role: str, schema: str, parse: str, alarmed: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "4", "drizzle-orm": "1", "zod": "3"}}',
        "server/schema.ts": _TABLE.replace("ROLE", role).replace("SCHEMA", schema),
        "server/index.ts": _REGISTERS.replace("PARSE", parse),
    }
    (control,) = select(["mass-assignment"])
    gaps = [f for f in control.detect(prototype_of(tmp_path, files)) if f.outcome is Outcome.GAP]
    assert bool(gaps) is alarmed
