"""The database and the files of Convex: whatever a function asks for is done, no rules hold it back.

https://docs.convex.dev/database/reading-data and https://docs.convex.dev/file-storage
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.convex_shapes import ID_OF, columns_of, table_of
from shipworthy.prototype.handlers.knowledge.postgrest import found_or_not, row_of
from shipworthy.prototype.handlers.knowledge.rows import is_query, one, query, rows, told
from shipworthy.prototype.handlers.values import EVERY, NULL, UNKNOWN, Value, all_origins, replace
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]
DATABASE = "convex database"
_QUERY = "convex query"
_RANGE = "convex range"  # `q` of withIndex, with what was asked so far
_TESTS = "convex tests"  # `q` of filter
_COLUMN = "convex column"
_TRUTHY = frozenset({"truthy"})


def database() -> Value:
    """`ctx.db`."""
    return Value(what=DATABASE, client="owner", fields=_METHODS, tags=_TRUTHY)


def storage() -> Value:
    """`ctx.storage`."""
    return Value(what="convex storage", fields=_FILES, tags=_TRUTHY)


def _table(walk: Evaluation, site: Site) -> Value:
    return Value(what=_QUERY, fields={"name": site.argument(0)}, tags=_TRUTHY)


def _read(walk: Evaluation, site: Site) -> Value:
    """`db.get(id)`, and `db.get("orders", id)` as newer versions have it."""
    named = len(site.given) > 1
    row_id = site.argument(1 if named else 0)
    name = site.argument(0).text if named else table_of(walk, row_id)
    effect = query(walk, site, "select", name or "")
    held = _is_carried(walk, name or "", "id")
    told(walk, effect, filters={"id": _of_holder(row_id) if held else row_id})
    return one(walk, effect)


def _written(operation: str, values: bool) -> Callable[[Evaluation, Site], Value]:
    """`db.patch(id, values)`, `db.delete(id)`; the name of the table may stand first."""

    def answer(walk: Evaluation, site: Site) -> Value:
        named = len(site.given) > (2 if values else 1)
        row_id = site.argument(1 if named else 0)
        name = site.argument(0).text if named else table_of(walk, row_id)
        every = not values and _is_of_every_row(walk, row_id)
        kept = {"rows": EVERY} if every else None
        effect = query(walk, site, operation, name or "", literals=kept)
        told(walk, effect, filters={"id": row_id})
        if values:
            told(walk, effect, values=site.argument(2 if named else 1))
        return NULL

    return answer


def _is_of_every_row(walk: Evaluation, row_id: Value) -> bool:
    """True for the id of each row that a query without conditions gave, which nothing tells apart since."""
    if not is_query(walk, row_id.effect) or row_id.tags & _PICKED or walk.branches:
        return False  # or only where the code has found something: that there are no rows yet
    return not any(walk.effects[row_id.effect].of("filter:"))


_PICKED = frozenset({"fewer", "unseen", "picked", "looked-up"})


def _inserted(walk: Evaluation, site: Site) -> Value:
    name = site.argument(0).text or ""
    effect = query(walk, site, "insert", name)
    told(walk, effect, values=site.argument(1))
    origin = Origin("row", name, "_id")
    tags = _TRUTHY | {f"{ID_OF}{name}"}
    return Value(origins=frozenset({origin}), effect=effect, tags=tags)


def _id_of(walk: Evaluation, site: Site) -> Value:
    """`db.normalizeId("orders", text)`."""
    given = site.argument(1)
    return replace(given, tags=given.tags | {f"{ID_OF}{site.argument(0).text or ''}"})


_METHODS: Mapping[str, Value] = {
    "query": Value(native=_table),
    "get": Value(native=_read),
    "insert": Value(native=_inserted),
    "patch": Value(native=_written("update", values=True)),
    "replace": Value(native=_written("update", values=True)),
    "delete": Value(native=_written("delete", values=False)),
    "normalizeId": Value(native=_id_of),
    "system": Value(
        what=DATABASE,
        client="owner",
        fields={"query": Value(native=_table), "get": Value(native=_read)},
        tags=_TRUTHY,
    ),
}


def _narrowed(what: str) -> Answer:
    """`.withIndex("by_user", (q) => q.eq("userId", id))`, `.filter((q) => q.eq(q.field("open"), true))`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        asked = next((v.closure for v in site.given if v.closure is not None), None)
        if asked is None:
            return site.receiver
        start = Value(what=what, fields={}, tags=_TRUTHY)
        found = walk.enter(asked, (start,), {}, site.call.at)
        more = {k: v for k, v in (found.fields or {}).items() if k.startswith("filter:")}
        return replace(site.receiver, fields={**(site.receiver.fields or {}), **more})

    return answer


def _equals(walk: Evaluation, site: Site) -> Value | None:
    """`q.eq("userId", id)` of a range, whose next condition adds to it."""
    known = site.receiver.fields or {}
    column = f"filter:{_name(site.argument(0).text)}"
    return replace(site.receiver, fields={**known, column: site.argument(1)})


def _column(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_COLUMN, literal=_name(site.argument(0).text), tags=_TRUTHY)


def _name(column: str | None) -> str:
    return "id" if column == "_id" else column or "?"


def _same(walk: Evaluation, site: Site) -> Value | None:
    left, right = site.argument(0), site.argument(1)
    if right.what == _COLUMN:
        left, right = right, left
    fields = {f"filter:{left.text}": right} if left.what == _COLUMN else {}
    return Value(what=_TESTS, fields=fields, tags=_TRUTHY)


def _all(walk: Evaluation, site: Site) -> Value | None:
    """`q.and(…)`: all of them; of `q.or(…)` none holds for sure."""
    fields = {k: v for given in site.given for k, v in (given.fields or {}).items()}
    return Value(what=_TESTS, fields=fields if site.name == "and" else {}, tags=_TRUTHY)


def _asked(walk: Evaluation, site: Site) -> int:
    fields = site.receiver.fields or {}
    name = fields.get("name", UNKNOWN).text or ""
    effect = query(walk, site, "select", name)
    asked = {k[7:]: v for k, v in fields.items() if k.startswith("filter:")}
    asked = {k: _of_holder(v) if _is_carried(walk, name, k) else v for k, v in asked.items()}
    told(walk, effect, filters={k: _called(v, k) for k, v in asked.items()})
    return effect


def _called(value: Value, column: str) -> Value:
    """A part of a path, which has no name of its own, by that of the column in which it is looked up."""
    named = (Origin(o.kind, o.name, column) if o == _OF_PATH else o for o in value.origins)
    return replace(value, origins=frozenset(named)) if _OF_PATH in value.origins else value


_OF_PATH = Origin("path", "", "")


def _is_carried(walk: Evaluation, table: str, column: str) -> bool:
    """True for a column in which a session of somebody who has signed in is found again. The number of a
    chat or of a game, which is called a session as well, says nothing of who sends it."""
    if _NUMBER.search(column):
        columns = columns_of(walk, table)
        ends = any(map(_ENDS.search, columns)) or not (columns or column == "id")
        return ends and _OF_LOGINS.search(table) is not None
    carried = _CARRIED if _SESSIONS.search(table) else _KEPT_BY_USER
    return carried.search(column) is not None


def _of_holder(token: Value) -> Value:
    """The token of a session that is sent as an argument: functions have no cookies and no headers."""
    sent = frozenset(Origin("cookie", "", o.key) if o.is_input else o for o in token.origins)
    named = all(_TOKEN.search(o.key) for o in token.origins if o.is_input)
    return replace(token, origins=sent) if named else token


_SESSIONS = regex(r"(session|token)s?$", re.IGNORECASE)
_OF_STAFF = regex(r"^(admin|staff|manager|owner|operator)_?s?(session|token)s?$", re.IGNORECASE)
_OF_LOGINS = regex(
    r"^((user|auth|login|admin|staff|manager|owner|operator|member|account|customer|employee|vendor|client|patient"
    r"|student|teacher|parent|driver|portal|web|app|device|active)_?s?)?_?(session|token)s?$",
    re.IGNORECASE,
)
_NUMBER = regex(r"^(session_?)?id$", re.IGNORECASE)
_CARRIED = regex(r"^(session|access|auth)?_?(token|key|secret)(_?hash)?$", re.IGNORECASE)
_KEPT_BY_USER = regex(r"^(session|access|auth)_?token(_?hash)?$", re.IGNORECASE)
_TOKEN = regex(r"sess|token|auth", re.IGNORECASE)
_ENDS = regex(r"^expir|token(_?hash)?$", re.IGNORECASE)


def _rows(walk: Evaluation, site: Site) -> Value | None:
    return rows(walk, _asked(walk, site))


def _one(walk: Evaluation, site: Site) -> Value | None:
    effect = _asked(walk, site)
    found = walk.effects[effect]
    sent = any(o.kind == "cookie" for _, origins in found.of("filter:") for o in origins)
    if not (sent and _OF_STAFF.search(found.target)):
        return one(walk, effect)
    role = walk.guard(Check.ROLE, f"a row of {found.target}", site.call.at)
    return found_or_not(walk, row_of(walk, effect), site.call.at, frozenset({role}))


def _page(walk: Evaluation, site: Site) -> Value | None:
    fields = {"page": rows(walk, _asked(walk, site)), "...": UNKNOWN}
    return Value(fields=fields, tags=_TRUTHY)


def _more(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _file(operation: str) -> Callable[[Evaluation, Site], Value]:
    def answer(walk: Evaluation, site: Site) -> Value:
        given = site.argument(0)
        part = "text" if operation == "upload" else "path"
        inputs = {part: all_origins(given)} if site.given else {}
        walk.effect(
            EffectKind.STORAGE, operation, "", site.call.at, client="service", inputs=inputs
        )
        tags = _TRUTHY | ({f"{ID_OF}_storage"} if site.name == "store" else set())
        return Value(what="convex file", tags=tags)

    return answer


def _address(walk: Evaluation, site: Site) -> Value:
    """`ctx.storage.getUrl(id)`: the address of a file, for whoever knows its id."""
    return Value(what="address of a file", origins=site.argument(0).origins)


_FILES: Mapping[str, Value] = {
    "getUrl": Value(native=_address),
    "getMetadata": Value(native=_address),
    "get": Value(native=_address),
    "generateUploadUrl": Value(native=_file("upload")),
    "store": Value(native=_file("upload")),
    "delete": Value(native=_file("remove")),
}

CALLS: dict[str, Answer] = {
    f"{_QUERY}.withIndex": _narrowed(_RANGE),
    f"{_QUERY}.withSearchIndex": _narrowed(_RANGE),
    f"{_QUERY}.filter": _narrowed(_TESTS),
    f"{_QUERY}.order": _more,
    f"{_QUERY}.fullTableScan": _more,
    f"{_QUERY}.collect": _rows,
    f"{_QUERY}.take": _rows,
    f"{_QUERY}.paginate": _page,
    f"{_QUERY}.first": _one,
    f"{_QUERY}.unique": _one,
    f"{_RANGE}.eq": _equals,
    **{f"{_RANGE}.{name}": _more for name in ("gt", "gte", "lt", "lte", "search")},
    f"{_TESTS}.field": _column,
    f"{_TESTS}.eq": _same,
    f"{_TESTS}.and": _all,
    f"{_TESTS}.or": _all,
    **{
        f"{_TESTS}.{name}": lambda walk, site: Value(what=_TESTS, fields={}, tags=_TRUTHY)
        for name in "neq gt gte lt lte not add sub mul div mod neg".split()
    },
}
