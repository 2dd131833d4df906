"""Tests in pgTAP that keep closed what the attack found closed; the user runs them from then on."""

# ruff: noqa: S608 - names and values are quoted here

from __future__ import annotations

import json
from collections.abc import Mapping

from shipworthy.database.attempts import Actor, Attempt, Result, Seeding, Verb
from shipworthy.database.names import literal
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.names import quoted, sql_list, sql_name
from shipworthy.database.schema import Table

_OWNER = "a"  # the mark of the row that is attacked
_STRANGER = "00000000-0000-4000-8000-00000000000f"
_HEAD = """-- Keeps closed what is closed: who may not read, change or delete rows of others.
-- Written by `shipworthy prove --tests`; run with `supabase test db` or `pg_prove`. All is rolled back.
begin;
create extension if not exists pgtap with schema extensions;
select plan({plan});

-- How many rows a statement sees or changes as this caller; refused is none.
create function pg_temp.touched(caller text, claims text, statement text) returns bigint
language plpgsql as $$
declare found bigint;
begin
  perform set_config('request.jwt.claims', claims, true), set_config('role', caller, true);
  execute statement;
  get diagnostics found = row_count;
  perform set_config('role', 'none', true);
  return found;
exception when insufficient_privilege then
  return 0;
end $$;

-- Rows of somebody; keys are not checked, so that their order does not matter.
set local session_replication_role = replica;
"""
_ROLES = {
    Actor.ANYBODY: ("anon", {"role": "anon"}),
    Actor.STRANGER: ("authenticated", {"role": "authenticated", "sub": _STRANGER}),
}
_WHO = {Actor.ANYBODY: "a visitor", Actor.STRANGER: "another user"}


def regression_tests(proof: DatabaseProof) -> str | None:
    """The text of a pgTAP file: one test per refused read, change or deletion. None without any."""
    kept = [a for a in proof.attempts if _is_kept(a, proof)]
    if not kept:
        return None
    tables = {a.target: proof.schema.tables[a.target] for a in kept}
    lines = [_HEAD.format(plan=len(kept))]
    lines += [_row(table, _victim(proof.seeding[name])) for name, table in sorted(tables.items())]
    lines += ["set local session_replication_role = origin;", ""]
    lines += [_test(a, proof) for a in kept]
    lines += ["", "select * from finish();", "rollback;", ""]
    return "\n".join(lines)


def _is_kept(attempt: Attempt, proof: DatabaseProof) -> bool:
    """True for refused attempts on a row of a table that can be named by its key."""
    table = proof.schema.tables.get(attempt.target)
    if table is None or table.is_view or not table.primary_key or attempt.actor not in _ROLES:
        return False
    seeding = proof.seeding.get(attempt.target)
    row = _victim(seeding) if seeding else {}
    return (
        attempt.result is Result.REFUSED
        and attempt.verb in (Verb.READ, Verb.UPDATE, Verb.DELETE)
        and all(row.get(column) is not None for column in table.primary_key)
    )


def _victim(seeding: Seeding) -> Mapping[str, str | None]:
    return seeding.row_of.get(_OWNER, {})


def _row(table: Table, row: Mapping[str, str | None]) -> str:
    names = [c.name for c in table.columns if not c.generated and row.get(c.name) is not None]
    values = ", ".join(literal(row[name] or "") for name in names)
    return f"insert into {sql_name(table)} ({sql_list(names)})\n  values ({values});"


def _test(attempt: Attempt, proof: DatabaseProof) -> str:
    table = proof.schema.tables[attempt.target]
    row = _victim(proof.seeding[attempt.target])
    where = " and ".join(
        f"{quoted(column)} = {literal(row[column] or '')}" for column in table.primary_key
    )
    plain = [c.name for c in table.columns if not c.generated and c.name not in table.primary_key]
    column = quoted((plain or list(table.primary_key))[0])
    statement = {
        Verb.READ: f"select 1 from {sql_name(table)} where {where}",
        Verb.UPDATE: f"update {sql_name(table)} set {column} = {column} where {where}",
        Verb.DELETE: f"delete from {sql_name(table)} where {where}",
    }[attempt.verb]
    role, claims = _ROLES[attempt.actor]
    said = f"{_WHO[attempt.actor]} may not {attempt.verb.value} {attempt.target}"
    call = ", ".join(map(literal, (role, json.dumps(claims), statement)))
    return f"select is(pg_temp.touched({call}),\n  0::bigint, {literal(said)});"
