"""Secrets that an app keeps as values in a table of settings, a row or a field for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.database.schema import Table
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SETTINGS = regex(
    r"setting|config|option|preference|integration|param|credential|ajuste|einstellung",
    re.IGNORECASE,
)
_KEY = regex(r"^(?:(?:setting|config|option|param)_)?(?:key|name|chave|clave)$", re.IGNORECASE)
_VALUE = regex(
    r"^(?:(?:setting|config|option|param)_)?(?:values?|valor|data|config|settings|json|content)$",
    re.IGNORECASE,
)
_WRITES = frozenset({"insert", "upsert", "update"})
_BY = (
    r"(?:razorpay|stripe|paypal|mercado_?pago|mp|paystack|flutterwave|asaas|cashfree|phonepe|payment|gateway|whatsapp"
    r"|meta|facebook|telegram|twilio|smtp|mail|email|sms|openai|gemini|anthropic|groq|deepseek|resend|sendgrid|brevo"
    r"|mailgun|evolution|zapi|api|app|client|webhook|key|aws|s3|cloudinary)"
)
_SECRET = regex(
    rf"\b(?:{_BY}_?){{1,2}}(?:secret(?:_?key)?|pass(?:word)?|senha|access_?token|auth_?token|bot_?token|private_?key)\b"
    r"|\b(?:secret|private|service_?role)_?key\b"
    r"|\b(?:openai|gemini|anthropic|groq|deepseek|resend|sendgrid|brevo|mailgun|evolution)_?(?:api_?)?key\b",
    re.IGNORECASE,
)
_INSERTS = r"\binsert\s+into\s+(?:\"?public\"?\s*\.\s*)?\"?{}\"?\s*(?:\(|values|select)[^;]*"
_SHOWN = 3


def kept_secrets(prototype: Prototype, table: Table | None) -> str:
    """What secrets the rows of a table of settings hold, in words; "" where nothing says so."""
    if table is None or not _SETTINGS.search(table.name):
        return ""
    names = [column.name for column in table.columns]
    if not (any(map(_KEY.match, names)) and any(map(_VALUE.match, names))):
        return ""
    found = dict.fromkeys((*_written(prototype, table), *_seeded(prototype, table)))
    if not found:
        return ""
    return f"secrets that the app keeps there ({', '.join(list(found)[:_SHOWN])})"


def _written(prototype: Prototype, table: Table) -> Iterator[str]:
    """What secrets stand in the code that writes to the table, in no column of their own, and do not come
    from the environment."""
    paths = {
        query.location.path
        for query in prototype.queries
        if query.table == table.name and query.operation in _WRITES
    }
    columns = {column for other in prototype.tables for column in other.columns}
    for path in sorted(paths):
        file = prototype.files.get(path)
        text = (file.text if file else None) or ""
        others = columns | _of_environment(prototype, path, text)
        yield from (found for found in _SECRET.findall(text) if found not in others)


def _of_environment(prototype: Prototype, path: str, text: str) -> set[str]:
    """The variables of the environment that a file reads, and what it calls them."""
    at = {read.location.line for read in prototype.environment if read.location.path == path}
    lines = text.splitlines() if at else []
    return {word for line in at if line <= len(lines) for word in _SECRET.findall(lines[line - 1])}


def _seeded(prototype: Prototype, table: Table) -> Iterator[str]:
    """What secrets the scripts of the database make a row for."""
    history = prototype.database_history
    insert = re.compile(_INSERTS.format(re.escape(table.name)), re.IGNORECASE)
    for file in (*history.migrations, *history.loose) if history else ():
        for statement in insert.findall(file.text):
            for word in re.findall(r"'(\w+)'", statement):
                if _SECRET.fullmatch(word):
                    yield word
