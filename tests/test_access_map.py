"""The access map says of every server entry point who gets in and what it touches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shipworthy.cli.main import app
from shipworthy.pipeline import run_assess
from shipworthy.report.access_document import access_page
from shipworthy.report.access_map import ANYBODY, AccessRow, access_map
from shipworthy.settings import Settings

ROUTE = """import { createClient } from "@supabase/supabase-js";
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
export async function GET(req: Request) {
  const { data: { user } } = await db.auth.getUser(req.headers.get("authorization") ?? "");
  if (!user) return new Response("no", { status: 401 });
  const { data } = await db.from("invoices").select("*").eq("user_id", user.id);
  return Response.json(data);
}
export async function DELETE(req: Request) {
  const { id } = await req.json();
  await db.from("invoices").delete().eq("id", id);
  return Response.json({});
}
"""


@pytest.fixture
def prototype(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    route = folder / "app/api/invoices/route.ts"
    route.parent.mkdir(parents=True)
    route.write_text(ROUTE, encoding="utf-8")
    (folder / "package.json").write_text('{"dependencies": {"next": "15.0.0"}}', encoding="utf-8")
    return folder


def rows(prototype: Path) -> dict[str, AccessRow]:
    found = access_map(run_assess(prototype, Settings(), ("access",)))
    return {row.entry: row for row in found}


def test_a_row_says_who_gets_in_and_what_is_read(prototype: Path) -> None:
    row = rows(prototype)["GET /api/invoices"]
    assert row.principals == ("signed-in user",)
    assert row.reads == ("invoices",)
    assert "owner" in row.checks
    assert row.bypasses


def test_an_open_door_is_called_one(prototype: Path) -> None:
    row = rows(prototype)["DELETE /api/invoices"]
    assert row.principals == (ANYBODY,)
    assert row.changes == ("invoices",)


def test_the_command_prints_the_map(prototype: Path) -> None:
    result = CliRunner().invoke(app, ["access", str(prototype)])
    assert result.exit_code == 0
    assert "DELETE /api/invoices" in result.stdout
    assert "signed-in user" in result.stdout


def test_the_command_prints_json(prototype: Path) -> None:
    result = CliRunner().invoke(app, ["access", str(prototype), "--json"])
    document = json.loads(result.stdout)
    assert {entry["entry"] for entry in document} == {"GET /api/invoices", "DELETE /api/invoices"}
    assert all(entry["bypasses_row_security"] for entry in document)


def test_the_page_loads_nothing_and_escapes_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "<b>shop"
    route = folder / "app/api/<img src=x>/route.ts"
    route.parent.mkdir(parents=True)
    route.write_text(ROUTE, encoding="utf-8")
    (folder / "package.json").write_text('{"dependencies": {"next": "15.0.0"}}', encoding="utf-8")
    page = access_page(run_assess(folder, Settings(), ("access",)))
    assert "<img" not in page
    assert "<b>shop" not in page
    assert "src=" not in page.replace("src=x", "")
    assert "http" not in page.partition("<style>")[0].replace("http-equiv", "")


def test_a_prototype_without_a_server_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "main.ts").write_text("export const x = 1;\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["access", str(tmp_path)])
    assert result.exit_code == 0
    assert result.stdout == ""
