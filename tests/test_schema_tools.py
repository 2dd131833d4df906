"""Schemas in code, written out by the prototype's own tool, only where that is asked for."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from shipworthy.engines.schema_tools import TOOLS, commands, parse, schema_of_tools
from shipworthy.errors import CannotLook, FactUnavailable
from shipworthy.pipeline import run_assess, run_prove
from shipworthy.prototype import read_prototype
from shipworthy.settings import Settings

SCHEMA = """import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: text("email").notNull(),
});

export const notes = pgTable("notes", {
  id: serial("id").primaryKey(),
  userId: integer("user_id").references(() => users.id),
  price: text("price"),
});
"""
PACKAGE = """{
  "name": "notes", "private": true,
  "dependencies": {"drizzle-orm": "0.44.5"}, "devDependencies": {"drizzle-kit": "0.31.4"}
}
"""


@pytest.fixture
def prototype(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / "shared").mkdir(parents=True)
    (root / "shared" / "schema.ts").write_text(SCHEMA)
    (root / "package.json").write_text(PACKAGE)
    return root


def test_without_being_asked_nothing_runs(prototype: Path) -> None:
    with pytest.raises(CannotLook, match="--run"):
        run_prove(prototype, Settings())


def test_a_tool_that_is_not_installed_is_said(prototype: Path) -> None:
    with pytest.raises(CannotLook, match="npm ci"):
        run_prove(prototype, Settings(run=True))


def test_a_tool_is_called_in_its_part_with_the_schema_file(prototype: Path) -> None:
    _program(prototype / "node_modules/.bin/drizzle-kit", "exit 1")
    (command,) = commands(prototype, TOOLS[0], "", "shared/schema.ts")
    assert command.argv[1:] == ("export", "--dialect=postgresql", "--schema=shared/schema.ts")
    assert command.folder == prototype


def test_a_tool_that_fails_is_quoted(prototype: Path) -> None:
    _program(prototype / "node_modules/.bin/drizzle-kit", "echo cannot find the schema >&2; exit 1")
    with pytest.raises(FactUnavailable, match="cannot find the schema"):
        schema_of_tools(read_prototype(prototype))


def test_a_tool_that_fails_runs_once_whoever_asks(prototype: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    _program(prototype / "node_modules/.bin/drizzle-kit", f"echo once >> {ran}; exit 1")
    assessment = run_assess(prototype, Settings(prove=True, run=True), ["access"])
    assert len(assessment.findings) > 1
    assert ran.read_text().splitlines() == ["once"]


def test_output_without_tables_is_no_schema() -> None:
    with pytest.raises(FactUnavailable):
        parse(b"No changes")


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed")
def test_a_drizzle_schema_is_written_out_replayed_and_judged(prototype: Path) -> None:
    subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=prototype,
        check=True,
        capture_output=True,
    )
    assessment = run_prove(prototype, Settings(run=True))
    proof = assessment.prototype.database
    assert proof is not None
    assert set(proof.schema.tables) == {"public.users", "public.notes"}
    assert not proof.supabase
    assert ("foreign-key-without-index", "public.notes") in {
        (f.control, f.subject) for f in assessment.gaps
    }


def _program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
