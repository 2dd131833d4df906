"""Groups of people that share a database: which columns keep their rows apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.missing_authorisation import control
from shipworthy.finding import Confidence, Outcome
from shipworthy.pipeline import open_prototype
from shipworthy.prototype.handlers.memberships import group_columns
from shipworthy.prototype.handlers.ownership import Ownership, read_ownership
from shipworthy.settings import Settings

_SCHEMA = """
create table users (id serial primary key, email text not null, password_hash text not null);
create table %(group)ss (id serial primary key, name text not null%(seen)s);
create table %(members)s (id serial primary key, %(group)s_id int not null, user_id int not null, role text);
create table plots (id serial primary key, %(group)s_id int not null, label text);
create table bills (id serial primary key, %(group)s_id int not null, amount numeric(12, 2));
create table bill_lines (id serial primary key, bill_id int not null, label text);
create table meetings (id serial primary key, %(group)s_id int not null, at timestamptz);
"""
_JOINS = """
import express from "express";
import pg from "pg";
import jwt from "jsonwebtoken";

const pool = new pg.Pool();
const app = express();

app.post("/api/join/:id", async (req, res) => {
  const user = jwt.verify(req.headers.authorization.slice(7), process.env.JWT_SECRET);
  await pool.query("insert into %(members)s (%(group)s_id, user_id) values ($1, $2)", [%(joined)s, user.id]);
  res.json({ ok: true });
});
"""


def _ownership(
    folder: Path, group: str, members: str, seen: str = "", joined: str = ""
) -> Ownership:
    words = {"group": group, "members": members, "seen": seen, "joined": joined}
    files = {"schema.sql": _SCHEMA % words}
    if joined:
        files["package.json"] = '{"dependencies": {"express": "5", "pg": "8", "jsonwebtoken": "9"}}'
        files["index.js"] = _JOINS % words
    return read_ownership(prototype_of(folder, files))


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("allotment", "allotment_members"),
        ("band", "band_users"),
        ("crew", "memberships"),
        ("crew", "user_crews"),
        ("site", "site_admins"),
    ],
)
def test_a_table_of_members_tells_whose_rows_are_kept_apart(
    tmp_path: Path, group: str, members: str
) -> None:
    ownership = _ownership(tmp_path, group, members)
    assert ownership.groups == {f"{group}_id"}
    assert ownership.fences("bills")
    assert ownership.fences("bill_lines")
    assert ownership.keeps_apart("plots")


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("event", "event_members"),  # attended, not belonged to
        ("channel", "channel_users"),
        ("allotment", "visits"),  # says who was there, not who belongs there
    ],
)
def test_what_people_attend_keeps_nothing_apart(tmp_path: Path, group: str, members: str) -> None:
    ownership = _ownership(tmp_path, group, members)
    assert not ownership.groups


@pytest.mark.parametrize("other", ["alliance", "band", "club", "guild", "union", "zone"])
def test_of_two_groups_that_members_have_the_one_of_most_tables_counts(other: str) -> None:
    both, rows = (
        {"crew_id", f"{other}_id"},
        {name: {"crew_id"} for name in ("plot", "bill", "tool")},
    )
    tables = {"member": {"user_id", *both}, "crew": {"name"}, other: {"name"}, "note": both, **rows}
    assert group_columns(tables, ()) == {"crew_id"}


def test_groups_that_say_who_sees_them_keep_nothing_apart(tmp_path: Path) -> None:
    assert not _ownership(tmp_path, "band", "band_members", ", is_public boolean").groups


def test_groups_that_anybody_joins_keep_nothing_apart(tmp_path: Path) -> None:
    assert not _ownership(tmp_path, "band", "band_members", joined="req.params.id").groups


def test_whoever_founds_a_group_does_not_open_it(tmp_path: Path) -> None:
    assert _ownership(tmp_path, "band", "band_members", joined="7").groups == {"band_id"}


def test_the_groups_in_a_token_make_no_second_kind_of_account() -> None:
    case = "vulnerable/rows-of-a-group-that-only-members-have"
    folder = Path(control.__file__).parent / "fixtures" / case
    found = control.MissingAuthorisation().detect(open_prototype(folder, Settings()))
    alarms = [f for f in found if f.outcome is Outcome.GAP]
    assert {f.confidence for f in alarms} == {Confidence.HIGH}
    assert len(alarms) == 3
