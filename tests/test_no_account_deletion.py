"""Accounts that nobody can delete: how sure it is that there are any."""

from pathlib import Path

import pytest

from shipworthy.controls.privacy.no_account_deletion.control import NoAccountDeletion
from shipworthy.finding import Confidence, Outcome
from shipworthy.prototype import read_prototype

_TABLE = """create table users (
  id serial primary key, email text not null, phone text, password_hash text not null
);
"""
_ASKED = """import { Pool } from "pg";
const pool = new Pool();
export const add = (email: string, hash: string) =>
  pool.query("INSERT INTO users (email, password_hash) VALUES ($1, $2)", [email, hash]);
"""


@pytest.mark.parametrize(("code", "sure"), [("", Confidence.LOW), (_ASKED, Confidence.MEDIUM)])
def test_a_table_that_nothing_asks_for_is_a_question(
    tmp_path: Path, code: str, sure: Confidence
) -> None:
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"pg": "8.13.1"}}\n')
    (tmp_path / "schema.sql").write_text(_TABLE)
    (tmp_path / "users.ts").write_text(code or "export const none = 1;\n")
    (finding,) = NoAccountDeletion().detect(read_prototype(tmp_path))
    assert finding.outcome is Outcome.GAP
    assert finding.confidence is sure
