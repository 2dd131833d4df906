"""Variables of a Python module that stand in for tables: `customers = {}`, filled while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.columns import PEOPLE
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.values import Value, replace
from shipworthy.prototype.program.nodes import Expression, Name
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

IN_MEMORY = frozenset({Origin("memory")})
"""By what the rows of such a variable were found."""
ROWS_OF_FILE = "rows of file"
"""The literal of an effect that names the table for which a file or a variable stands in."""
STORE = "kept in memory"
"""The tag of the variable itself; what is taken out of it has only its origin."""

_AFFIXES = regex(
    r"^(_+|(in_memory|all|fake|mock|demo|sample|registered|stored|my|app|db)_)+"
    r"|(_(db|database|store|storage|list|data|table|dict|map|records|collection|memory|by_(id|email|name|username)))+$"
)


def kept_in_memory(name: str, value: Value) -> Value:
    """A variable that begins empty and is named for people, as the rows that it will hold."""
    if _is_empty(value):
        return _store(name) if PEOPLE.search(stands_for(name)) else value
    if value.fields and not value.identity and name.lower().strip("_") in _ALL_TABLES:
        inner = value.fields.items()
        stores = {k: _store(k) for k, v in inner if _is_empty(v) and PEOPLE.search(k.lower())}
        return replace(value, fields={**value.fields, **stores}) if stores else value
    return value


_ALL_TABLES = frozenset("db database data store storage state memory app_data app_state".split())


def _is_empty(value: Value) -> bool:
    """True for `{}`, `[]`, `dict()` and their like."""
    empty = value.fields == {} or value.elements == ()
    return empty and not (value.origins or value.what or value.identity or value.instance)


def stands_for(name: str) -> str:
    """The table for which a variable stands in: `customers` for `CUSTOMERS_DB`."""
    return _AFFIXES.sub("", name.lower()) or name


def _store(name: str) -> Value:
    row = Origin("row", stands_for(name), by=IN_MEMORY)
    return Value(origins=frozenset({row}), tags=frozenset({STORE, "module"}))


def changes_kept(walk: Evaluation, target: Expression, owner: Value, value: Value, at: int) -> None:
    """Note that what lies in such a variable is changed: `customers[id].phone = x`, `del customers[id]`."""
    if isinstance(target, Name) and STORE in owner.tags:
        return  # the variable itself: that is noted of all variables
    if owner.fields is not None or owner.elements is not None:
        return  # a list that was made of what was found
    names = {o.name for o in owner.origins if o.kind == "row" and o.by == IN_MEMORY}
    if len(names) == 1 and owner.effect < 0:
        walk.module_assigned(names.pop(), value, at, keyed=True, rows=True)
