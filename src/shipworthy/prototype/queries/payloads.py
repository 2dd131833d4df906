"""What a query writes, and how many rows its code expects back."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import has_spread, properties, string
from shipworthy.prototype.queries.chains import QueryCall

_WRITES = ("insert", "update", "upsert")
_SINGLE = ("single", "maybeSingle", "maybe_single")
_FEW = ("limit", "range")
_EQUALS = ("eq", "in", "in_")


def written(call: QueryCall) -> tuple[str, ...] | None:
    """The columns that an insert, update or upsert names, and what `auth.updateUser` changes; None where
    the code builds them elsewhere."""
    changes = call.operation in _WRITES or (call.operation, call.table) == ("auth", "updateUser")
    row = _argument(call, 0) if changes else None
    if row is not None and row.kind() == "array":
        row = next((n for n in row.children() if n.kind() == "object"), None)
    if row is None or row.kind() != "object" or has_spread(row):
        return None
    return tuple(properties(row))


def on_conflict(call: QueryCall) -> tuple[str, ...]:
    """The columns by which an upsert tells rows apart, as its `onConflict` names them."""
    options = _argument(call, 1) if call.operation == "upsert" else None
    if options is None or options.kind() != "object":
        return ()
    named = properties(options).get("onConflict")
    text = string(named) if named is not None else None
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def equals(call: QueryCall) -> tuple[str, ...]:
    """The columns that are compared with given values: what an index finds at once."""
    found: list[str] = []
    for link in call.links:
        if link.name in _EQUALS and link.arguments:
            column = string(link.arguments[0])
            found += [column] if column else []
        elif link.name == "match" and link.arguments:
            found += properties(link.arguments[0])
    return tuple(dict.fromkeys(found))


def is_single(call: QueryCall) -> bool:
    """True where the code takes it for granted that at most one row comes back."""
    names = {link.name for link in call.links}
    return bool(names & set(_SINGLE)) and not names & set(_FEW)


def _argument(call: QueryCall, place: int) -> SgNode | None:
    for link in call.links:
        named = call.table if call.operation == "auth" else call.operation
        if link.name == named and link.arguments is not None:
            return link.arguments[place] if len(link.arguments) > place else None
    return None
