"""SQL that a handler puts together as it goes, and what it asks the database for in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Finding, Outcome, Severity

_HEAD = """
import express from "express";
import session from "express-session";
import bcrypt from "bcrypt";
import { Pool } from "pg";

const app = express();
const pool = new Pool();
app.use(session({ secret: process.env.SESSION_SECRET }));

app.post("/api/login", async (req, res) => {
  const found = await pool.query("select * from users where email = $1", [req.body.email]);
  const ok = found.rows[0] && (await bcrypt.compare(req.body.password, found.rows[0].password));
  if (!ok) return res.status(401).json({ error: "wrong" });
  req.session.userId = found.rows[0].id;
  res.json({ ok: true });
});
"""
_PACKAGE = '{"dependencies": {"express": "5", "express-session": "1", "pg": "8", "bcrypt": "5"}}'


def _alarms(folder: Path, method: str, body: str) -> list[Finding]:
    route = f'app.{method}("/api/things", async (req, res) => {{\n{body}\n}});\n'
    files = {"package.json": _PACKAGE, "server.js": _HEAD + route}
    found = UnauthenticatedEndpoint().detect(prototype_of(folder, files))
    return [
        f
        for f in found
        if f.outcome is Outcome.GAP and f.confidence is not Confidence.LOW and "things" in f.subject
    ]


_COLUMNS = "select id, name, email, phone from customers where is_active = true"
_ASKED = "  res.json((await pool.query(sql, params)).rows);"


@pytest.mark.parametrize(
    "body",
    [
        f"""  let sql = "{_COLUMNS}"; const params = [];
  if (req.query.city) {{ params.push(req.query.city); sql += ` and city = $${{params.length}}`; }}
{_ASKED}""",
        f"""  let sql = "{_COLUMNS}"; const params = []; let n = 0;
  if (req.query.city) {{ n++; sql += ` and city = $${{n}}`; params.push(req.query.city); }}
  if (req.query.zip) {{ n++; sql += ` and (zip = $${{n}} or area = $${{n}})`; params.push(req.query.zip); }}
  sql += ` order by name limit $${{n + 1}}`; params.push(50);
{_ASKED}""",
        f"""  let sql = `{_COLUMNS}`; const params = [];
  if (req.query.q) {{
    sql = sql + " and (name ilike $1 or email ilike $1 or phone ilike $1)";
    params.push(req.query.q);
  }}
{_ASKED}""",
        f"""  const more = []; const params = [];
  if (req.query.city) {{ params.push(req.query.city); more.push(`city = $${{params.length}}`); }}
  const sql = `{_COLUMNS} ${{more.length ? "and " + more.join(" and ") : ""}}`;
{_ASKED}""",
    ],
    ids=["appended", "twice", "searched", "joined"],
)
def test_rows_are_shown_whatever_conditions_may_come_on_top(body: str, tmp_path: Path) -> None:
    (alarm,) = _alarms(tmp_path, "get", body)
    assert "read customers" in alarm.message
    assert alarm.severity is Severity.HIGH


def test_addresses_of_machines_are_nobodys(tmp_path: Path) -> None:
    shown = '  res.json((await pool.query("select * from {}")).rows);'
    assert not _alarms(tmp_path / "machines", "get", shown.format("ip_addresses"))
    assert _alarms(tmp_path / "people", "get", shown.format("addresses"))


def test_who_knows_a_number_and_an_address_may_be_meant(tmp_path: Path) -> None:
    body = """  const sql = "select id, name, email from orders where number = $1 and email = $2";
  const params = [req.query.number, req.query.email];
  res.json((await pool.query(sql, params)).rows);"""
    assert not _alarms(tmp_path, "get", body)


_JOINED = """  const sql = `select v.id, v.plate, COLUMNS from vehicles v
    join owners c on c.id = v.owner_id where v.is_active = true`;
  res.json((await pool.query(sql)).rows);"""


def test_things_that_are_shown_with_whose_they_are_are_no_catalogue(tmp_path: Path) -> None:
    assert _alarms(
        tmp_path / "owned", "get", _JOINED.replace("COLUMNS", "c.customer_name, c.phone")
    )
    assert not _alarms(tmp_path / "shown", "get", _JOINED.replace("COLUMNS", "c.city, v.price"))


@pytest.mark.parametrize(
    ("statement", "alarmed"),
    [
        ("delete from parts", True),
        ("truncate parts", True),
        ("delete from parts where expires_at < now()", False),
        ("delete from page_cache", False),
    ],
)
def test_whoever_empties_a_table_is_asked_for(
    statement: str, alarmed: bool, tmp_path: Path
) -> None:
    body = f'  await pool.query("{statement}");\n  res.json({{ ok: true }});'
    assert bool(_alarms(tmp_path, "delete", body)) is alarmed


def test_a_table_that_is_filled_anew_is_a_job(tmp_path: Path) -> None:
    body = """  await pool.query("delete from parts");
  for (const part of await offered()) await pool.query("insert into parts (name) values ($1)", [part.name]);
  res.json({ ok: true });"""
    assert not _alarms(tmp_path, "delete", body)


def test_who_completes_the_row_that_he_has_added_changes_nobodys(tmp_path: Path) -> None:
    body = """  const made = await pool.query(
    "insert into invoices (name, status) values ($1, 'new') returning id", [req.body.name]);
  await pool.query("update invoices set status = 'read' where id = $1", [made.rows[0].id]);
  res.json({ ok: true });"""
    said = [f.message for f in _alarms(tmp_path, "post", body)]
    assert len(said) == 1
    assert "can add invoices" in said[0]
