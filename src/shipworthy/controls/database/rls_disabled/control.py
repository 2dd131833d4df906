"""Tables without row security, open to whoever has the public key of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.control import Control
from shipworthy.database.names import QUALIFIED, parts
from shipworthy.database.private import is_personal_column
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.rules.expressions import owner_columns
from shipworthy.database.rules.judged import (
    browser_privileges,
    exposed_tables,
    mended_tables,
    shown,
)
from shipworthy.database.rules.names import quoted, spoken, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_WRITES = frozenset({"INSERT", "UPDATE", "DELETE"})
_SWITCH = regex(r"\b(enable|disable)\s+row\s+level\s+security", re.IGNORECASE)
_AT_END = regex(rf"{QUALIFIED}$")
_LONGEST = 400  # characters of ALTER TABLE and a name
_Scripts = tuple[tuple[str, Mapping[str, str]], ...]


class RlsDisabled(
    Control,
    id="rls-disabled",
    title="Table without row security",
    consequence="Whoever has the app's public key can read and change every row of the table.",
    severity=Severity.HIGH,
    satisfies=("A08", "A53", "owasp:A01", "cwe:668"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        tables = list(exposed_tables(proof.schema))
        scripts = _switched(prototype)
        for table in tables:
            yield self._judge(prototype, proof, scripts, table)
        if not proof.replayed:
            yield self.not_tried()
        elif not tables:
            yield self.not_applicable("no table of the migrations is open to browsers")

    def _judge(
        self, prototype: Prototype, proof: DatabaseProof, scripts: _Scripts, table: Table
    ) -> Finding:
        line = shown(
            prototype.evidence,
            table.row_security_source or table.source,
            f"table {table.qualified} without row security",
        )
        if table.row_security and (doubt := _perhaps(scripts, table, "off")):
            return self.unknown(table.qualified, doubt, line)
        if table.row_security:
            return self.satisfied(table.qualified, "Row security is on", line)
        granted = browser_privileges(table)
        if not granted:
            return self.satisfied(table.qualified, "Browsers are granted nothing on it", line)
        delicate = _delicate(proof, table)
        if not granted & _WRITES and (not delicate or table.qualified in proof.declared_public):
            return self.satisfied(table.qualified, "Everybody may read it, nobody change it", line)
        if doubt := _doubt(proof, scripts, table):
            return self.unknown(table.qualified, doubt, line)
        may = "read and change" if granted & _WRITES else "read"
        what = f", {spoken(delicate)} included" if delicate else ""
        off = ", its policies have no effect" if table.policies else ""
        severity = Severity.CRITICAL if delicate else Severity.HIGH
        message = f"Row security is off{off}: everybody may {may} all of {table.qualified}{what}"
        return self.gap(table.qualified, message, line, severity=severity)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Switch row security on; where a column names the owner, let owners have their rows."""
        proof = prototype.database
        table = proof.schema.tables.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or table is None or path is None:
            return None
        owner = _owner(proof, table)
        if owner is None and not table.policies and _browser_uses(prototype, table):
            summary = f"Say who may read and change rows of {table.qualified}, then switch row security on"
            return Remedy(summary, Review.BY_HAND)
        summary = f"Switch row security on for {table.qualified}"
        return Remedy(summary, Review.CAREFUL, (Write(path, _migration(table, owner)),))


def _doubt(proof: DatabaseProof, scripts: _Scripts, table: Table) -> str:
    """Why row security may be on in production all the same; "" where nothing says so."""
    if table.qualified in mended_tables(proof) and table.row_security_source is None:
        return "First made outside of the migrations: its row security there is not known"
    return _perhaps(scripts, table, "on")


def _perhaps(scripts: _Scripts, table: Table, state: str) -> str:
    """That the first script which leaves row security of a table so may have been run; "" for none."""
    script = next((path for path, left in scripts if left.get(table.name) == state), "")
    if not script:
        return ""
    return f"{script}, which is no migration, switches row security {state}: perhaps it was run"


def _switched(prototype: Prototype) -> _Scripts:
    """Each script beside the migrations, with the state in which it leaves row security of tables."""
    history = prototype.database_history
    loose = history.loose if history and history.migrations else ()
    return tuple((file.path, dict(_left(file.text))) for file in loose)


def _left(script: str) -> Iterator[tuple[str, str]]:
    """The name of each table with the state that it is switched to, in order; none of a comment."""
    for found in _SWITCH.finditer(script):
        before = script[max(0, found.start() - _LONGEST) : found.start()].rstrip()
        line = before.rpartition("\n")[2]
        table = _AT_END.search(line)
        if table and "-" not in line[: table.start()]:
            yield parts(table[0])[-1], "on" if found[1].lower() == "enable" else "off"


def _delicate(proof: DatabaseProof, table: Table) -> tuple[str, ...]:
    """Columns that describe a person or say whose a row is."""
    seeding = proof.seeding.get(table.qualified)
    owners = (*seeding.ownership.user_columns, *seeding.ownership.tenant_columns) if seeding else ()
    personal = (c.name for c in table.columns if is_personal_column(c.name, table.qualified))
    named = (name for name in owners if name != "id")
    return tuple(dict.fromkeys((*personal, *named)))


def _owner(proof: DatabaseProof, table: Table) -> str | None:
    """The one column that holds the id of the user whose row it is."""
    seeding = proof.seeding.get(table.qualified)
    named = owner_columns(table) or (seeding.ownership.user_columns if seeding else ())
    keys = {f.columns[0] for f in table.foreign_keys if f.target == "auth.users"}
    certain = [n for n in named if n in keys] or [n for n in named if n == "user_id"]
    column = table.column(certain[0]) if len(certain) == 1 else None
    return column.name if column and column.type == "uuid" else None


def _browser_uses(prototype: Prototype, table: Table) -> bool:
    where = sides(prototype)
    return any(
        q.table == table.name and where.get(q.location.path) is not Side.SERVER
        for q in prototype.queries
        if q.library == "supabase"
    )


def _migration(table: Table, owner: str | None) -> str:
    name = sql_name(table)
    enable = f"alter table {name} enable row level security;\n"
    if table.policies:
        return f"-- The policies of {name} work only with row security on.\n{enable}"
    if owner is None:
        return (
            f"-- No policy: the server alone, with its secret key, may use {name} from now on.\n"
            f"{enable}"
        )
    mine = f"((select auth.uid()) = {quoted(owner)})"
    return (
        f"-- A row of {name} belongs to the user in {quoted(owner)}: nobody else may touch it.\n"
        f"{enable}\n"
        f'create policy "Owners have their own rows" on {name}\n'
        f"  for all to authenticated\n  using {mine}\n  with check {mine};\n"
    )
