"""Amounts of money in columns that cannot hold a cent exactly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.rules.judged import own_tables, shown
from shipworthy.database.rules.names import quoted, sql_name
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Column, Schema, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_FLOATS = ("real", "double precision")
_MONEY = regex(
    r"(^|_)(prices?|amounts?|subtotal|fees?|salary|salaries|wages?|revenue|balance|deposit|refund|budget"
    r"|payout|commission|invoiced|earnings|income|expenses?|costs?|preco|valor|precio|importe|preis|betrag"
    r"|prix|montant)($|_)",
    re.IGNORECASE,
)
_NOT_MONEY = regex(
    r"(^|_)(rate|ratio|percent|percentage|pct|score|weight|change|factor|index|multiplier|probability|km"
    r"|hours?|minutes|grams?|kg|ml|tokens?|count|trend|growth|variance|volatility|confidence|share|elasticity)($|_)",
    re.IGNORECASE,
)
_NOT_SHOPS = regex(
    r"ingredient|recipe|meal|food|nutri|water|dose|medic|exercise|workout|energy|prediction|forecast"
    r"|stock_price|candle|quote|ticker|market|sensor|reading|metric",
    re.IGNORECASE,
)


class MoneyAsFloat(
    Control,
    id="money-as-float",
    title="Money in a floating-point column",
    consequence="Sums are off by cents: invoices, payouts and the books stop agreeing.",
    severity=Severity.MEDIUM,
    satisfies=("A25",),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        found = False
        for table in own_tables(proof.schema):
            for column in table.columns:
                if _is_money(table, column):
                    found = True
                    yield self._judge(prototype, table, column)
        if not found:
            yield self.not_applicable("no column is called like an amount of money")

    def _judge(self, prototype: Prototype, table: Table, column: Column) -> Finding:
        subject = f"{table.qualified}.{column.name}"
        line = shown(
            prototype.evidence, column.source or table.source, f"{column.name} {column.type}"
        )
        if column.type not in _FLOATS:
            return self.satisfied(subject, f"Kept exactly, as {column.type}", line)
        return self.gap(subject, f"{subject} keeps money as {column.type}, which rounds", line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Change the type, where nothing that depends on the column forbids it."""
        proof = prototype.database
        table_name, _, name = finding.subject.rpartition(".")
        table = proof.schema.tables.get(table_name) if proof else None
        column = table.column(name) if table else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or table is None or column is None or path is None:
            return None
        if _is_used(proof.schema, table, column):
            return None
        text = (
            f"-- Decimal numbers keep each cent of {sql_name(table)}.{quoted(name)}.\n"
            f"alter table {sql_name(table)}\n"
            f"  alter column {quoted(name)} type numeric using {quoted(name)}::numeric;\n"
        )
        summary = f"Keep {finding.subject} as an exact decimal number"
        return Remedy(summary, Review.CAREFUL, (Write(path, text),))


def _is_money(table: Table, column: Column) -> bool:
    if not column.type.startswith(("real", "double precision", "numeric", "integer", "bigint")):
        return False
    if _NOT_MONEY.search(column.name) or _NOT_SHOPS.search(table.name):
        return False
    return _MONEY.search(column.name) is not None and not column.name.endswith("_id")


def _is_used(schema: Schema, table: Table, column: Column) -> bool:
    """True where a view, a policy or a computed column reads it: PostgreSQL then refuses the change."""
    if any(table.qualified in other.depends_on for other in schema.tables.values()):
        return True
    if column.generated or any(c.generated and c.default for c in table.columns):
        return True
    word = re.compile(rf"\b{re.escape(column.name)}\b")
    return any(word.search(text) for policy in table.policies for text in expressions(policy))
