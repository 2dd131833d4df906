"""Columns that keep a secret as plain text where requests from the browser can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.private import is_secret_column
from shipworthy.database.rules.expressions import asks_caller
from shipworthy.database.rules.judged import exposed_tables, shown
from shipworthy.database.schema import Column, Schema, Table
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.regex import regex

_BROWSERS = frozenset({"anon", "authenticated"})
_TEXT = ("text", "character varying", "character", "citext")
_SAFE = regex(
    r"(^|_)(hash|hashed|digest|encrypted|enc|cipher|ciphertext|salt|id|ref|name|type|status|url|prefix"
    r"|masked|preview|last4|last_four|iv|nonce|public|publishable|arn|path|label|version|length|strength)($|_)",
    re.IGNORECASE,
)
_SHORT_LIVED = regex(r"(^|_)(otp|otp_code|pin|pin_code)($|_)", re.IGNORECASE)
_DISGUISED = regex(
    r"encrypt|\bcrypt\s*\(|digest\s*\(|bcrypt|argon2|scrypt|sha256|hash", re.IGNORECASE
)


class PlainTextSecretColumn(
    Control,
    id="plain-text-secret-column",
    title="Secret kept as plain text",
    consequence="A leak of the table, or one request too many, hands out passwords and keys as they are.",
    severity=Severity.HIGH,
    satisfies=("H27", "H28", "owasp:A04", "cwe:312", "cwe:522"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        found = False
        for table in exposed_tables(proof.schema):
            for column in table.columns:
                if _holds_secret(column):
                    found = True
                    yield self._judge(prototype, proof.schema, table, column)
        if not found:
            yield self.not_applicable("no column is called like a secret")

    def _judge(self, prototype: Prototype, schema: Schema, table: Table, column: Column) -> Finding:
        subject = f"{table.qualified}.{column.name}"
        line = shown(
            prototype.evidence, column.source or table.source, f"{column.name} {column.type}"
        )
        readers = _readers(table, column)
        if not readers:
            return self.satisfied(subject, "No request from a browser can read it", line)
        if _disguised(prototype, schema, table, column):
            return self.unknown(
                subject, "The code seems to encrypt or hash it before it is kept", line
            )
        who = "requests of everybody" if "anon" in readers else "requests of signed-in users"
        return self.gap(
            subject, f"{subject} keeps a secret as plain text, within reach of {who}", line
        )


def _holds_secret(column: Column) -> bool:
    return (
        column.type.startswith(_TEXT)
        and not column.type.endswith("[]")
        and is_secret_column(column.name)
        and not _SAFE.search(column.name)
        and not _SHORT_LIVED.search(column.name)
    )


def _readers(table: Table, column: Column) -> frozenset[str]:
    """The browser's roles that may select the column and that some policy lets read rows."""
    granted = {role for role, privileges in table.grants.items() if "SELECT" in privileges}
    for (role, privilege), columns in table.column_grants.items():
        if privilege == "SELECT" and column.name in columns:
            granted.add(role)
    roles = _BROWSERS if "public" in granted else granted & _BROWSERS
    return frozenset(role for role in roles if not table.row_security or _is_let(table, role))


def _is_let(table: Table, role: str) -> bool:
    """True where a policy shows the role some rows; whoever is not signed in owns none."""
    return any(
        policy.permissive
        and policy.command in ("SELECT", "ALL")
        and {"public", role} & set(policy.roles)
        and (role != "anon" or not asks_caller(policy.using or ""))
        for policy in table.policies
    )


def _disguised(prototype: Prototype, schema: Schema, table: Table, column: Column) -> bool:
    """True where a function or a file that writes the table speaks of encryption or hashing."""
    word = re.compile(rf"\b{re.escape(column.name)}\b")
    bodies = [f.body for f in schema.functions.values()]
    written = {q.location.path for q in prototype.queries if q.table == table.name}
    files = [prototype.files[path].text or "" for path in written if path in prototype.files]
    return any(word.search(text) and _DISGUISED.search(text) for text in (*bodies, *files))
