"""What production never runs is no default of it, and an account without rights is no administrator's."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.secrets.migrated import migrated_administrators

_SETTINGS = """import { checked } from "./schema";
import jwt from "jsonwebtoken";

function load() {
  const found = checked(process.env);
  if (!found.success) {
    GUARD
    return { JWT_SECRET: process.env.JWT_SECRET || "only-for-my-own-machine" };
  }
  return found.data;
}

export const sign = (id: string) => jwt.sign({ id }, load().JWT_SECRET);
"""


@pytest.mark.parametrize(
    ("guard", "falls_back"),
    [
        ("", True),
        ('if (process.env.NODE_ENV === "production") {\n process.exit(1);\n}', False),
        ('if (process.env.NODE_ENV === "production") throw new Error("unset");', False),
        ('if (process.env.NODE_ENV === "production") console.error("unset");', True),
        ('if (process.env.NODE_ENV !== "production") throw new Error("unset");', True),
        ("if (isProduction) throw new Error();", False),
    ],
)
def test_what_stands_behind_the_end_of_production_is_no_default(
    guard: str, falls_back: bool, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "5", "jsonwebtoken": "9"}}',
        "server/env.ts": _SETTINGS.replace("GUARD", guard),
    }
    assert bool(prototype_of(tmp_path, files).default_secrets) is falls_back


_ACCOUNT = """insert into auth.users (id, email, encrypted_password)
values ('7f1c0000-0000-4000-8000-000000000001', 'guest@shop.example', crypt('welcome99', gen_salt('bf')));
insert into public.users (id, email, is_admin)
values ('7f1c0000-0000-4000-8000-000000000001', 'guest@shop.example', RIGHT);
"""


@pytest.mark.parametrize(("right", "administrator"), [("true", True), ("false", False)])
def test_who_is_said_to_be_no_administrator_is_none(right: str, administrator: bool) -> None:
    text = _ACCOUNT.replace("RIGHT", right)
    found = list(migrated_administrators("supabase/migrations/0007_guests.sql", text))
    assert bool(found) is administrator
