"""The roles that a schema lists for accounts, however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.tables.listed_roles import listed_roles

_SQL = "create table users (id serial primary key, email text, password_hash text, %s);"
_PRISMA = """
model User {
  id       Int    @id
  email    String
  password String
  role     Role
}

enum %s {
  ADMIN
  COACH
  STUDENT
}
"""
_DRIZZLE = """
import { pgEnum, pgTable, serial, text } from "drizzle-orm/pg-core";

%s
export const users = pgTable("users", { id: serial("id"), email: text("email"), pwd: text("password"), %s });
"""
_MONGOOSE = """
const mongoose = require("mongoose");

const user = new mongoose.Schema({
  email: String,
  password: String,
  role: { type: String, enum: ["admin", "coach", "student"], default: "student" },
});

module.exports = mongoose.model("User", user);
"""
_WORDS = "'admin', 'coach', 'student'"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schema.sql", _SQL % f"role text not null check (role in ({_WORDS}))"),
        ("schema.sql", f"create type user_role as enum ({_WORDS});\n{_SQL % 'role user_role'}"),
        ("prisma/schema.prisma", _PRISMA % "Role"),
        ("prisma/schema.prisma", _PRISMA % "UserRole"),
        (
            "schema.ts",
            _DRIZZLE % (f'export const role = pgEnum("role", [{_WORDS}]);', "role: role()"),
        ),
        ("schema.ts", _DRIZZLE % ("", f'role: text("role", {{ enum: [{_WORDS}] }})')),
        ("models/User.js", _MONGOOSE),
    ],
)
def test_roles_are_listed(tmp_path: Path, path: str, text: str) -> None:
    prototype = prototype_of(tmp_path, {path: text})
    assert list(listed_roles(prototype)) == [{"admin", "coach", "student"}]


def test_no_role_is_for_outsiders_where_nobody_signs_up(tmp_path: Path) -> None:
    prototype = prototype_of(tmp_path, {"prisma/schema.prisma": _PRISMA % "Role"})
    assert not read_ownership(prototype).outsiders


def test_a_list_of_something_else_lists_no_roles(tmp_path: Path) -> None:
    text = _SQL % "kind text check (kind in ('guest', 'student'))"
    assert not list(listed_roles(prototype_of(tmp_path, {"schema.sql": text})))
