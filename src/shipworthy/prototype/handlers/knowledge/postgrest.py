"""Queries through supabase-js and supabase-py: tables, filters, rows, procedures, storage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.comparing import (
    ROLE_KEY,
    SESSION_HOLDER,
    apart,
    existing,
    is_session_token,
)
from shipworthy.prototype.handlers.evaluation import CHOSEN, Evaluation, Site
from shipworthy.prototype.handlers.evaluation.members import ONE_OF
from shipworthy.prototype.handlers.handler import Check, EffectKind, Origin, Origins
from shipworthy.prototype.handlers.sent import NAMED, named_freely, sent
from shipworthy.prototype.handlers.values import (
    EVERY,
    NO_GUARDS,
    NULL,
    SOME,
    UNKNOWN,
    UNSET,
    Guards,
    Value,
    all_origins,
    meet_all,
    replace,
)
from shipworthy.prototype.handlers.weight import PERSONAL
from shipworthy.regex import regex

QUERY = "postgrest query"
SEEN = " seen by the caller"
"""Ends what a guard says of a row that was read with the caller's own rights."""
_VERBS = ("select", "insert", "update", "upsert", "delete")
_FILTERS = frozenset(
    """eq neq gt gte lt lte like ilike is in contains containedBy overlaps textSearch filter not in_
    is_ text_search match or""".split()
)
_SHAPES = frozenset(
    """order limit range returns select csv explain abortSignal throwOnError execute maybe_single
    maybeSingle single overrideTypes then""".split()
)


def written(values: Value) -> dict[str, Origins]:
    """The columns that a write gives values, and where those come from."""
    if values.elements is not None and values.what != "text":
        found: dict[str, Origins] = {}
        for element in values.elements:
            for name, origins in written(element).items():
                found[name] = found.get(name, frozenset()) | origins
        return found
    if values.fields is None:
        return {"value:*": values.origins} if values.origins else {}
    found = {}
    for key, value in values.fields.items():
        if key == "...":
            for name, origins in written(value).items():
                found[name] = found.get(name, frozenset()) | origins
        else:
            found[f"value:{key}"] = all_origins(value)
    return found


def literals_of(values: Value) -> dict[str, str]:
    """The columns to which the code itself writes a known value."""
    if values.fields is None:
        return {"value:*": "picked"} if "picked" in values.tags else {}
    known = {
        f"value:{key}": str(value.literal)
        for key, value in values.fields.items()
        if isinstance(value.literal, (str, int, float, bool))
    }
    chosen = {
        f"value:{key}~chosen": tag.removeprefix(CHOSEN)
        for key, value in values.fields.items()
        for tag in value.tags
        if tag.startswith(CHOSEN)
    }
    return known | chosen


def by_of(filters: Mapping[str, Origins]) -> frozenset[Origin]:
    """What a row was found by: the origins of its filters, those of other rows spelled out. Who sends
    the token of a session that is looked up is the caller."""
    found: set[Origin] = set()
    for name, origins in filters.items():
        held = all(_ROLE in origin.by for origin in origins)  # on one way alone it proves nothing
        for origin in origins:
            if origin.kind == "row":
                found |= origin.by if held else origin.by - {_ROLE}
            elif is_session_token(origin) and not _SAYS_WHO.search(name):
                found.add(SESSION_HOLDER)
            else:
                found.add(Origin(origin.kind, origin.name, origin.key))
        if name.startswith("filter:") and ROLE_KEY.search(name[7:]) and not origins:
            found.add(_ROLE)
    return frozenset(found)


_SAYS_WHO = regex(r"e?mail$|phone$|user_?name$", re.IGNORECASE)
"""Columns that no secret of a session is looked up in: a cookie that goes there says who its bearer is."""


_GRANTS = regex(
    r"(^|_)((user|role|member|staff|team)_?(roles?|permissions?|grants?)|permissions?)$",
    re.IGNORECASE,
)
"""Tables of who may do what."""
_ROLE = Origin("literal-role")


def row_of(walk: Evaluation, effect: int) -> Value:
    """The row or rows that a query gives."""
    if not 0 <= effect < len(walk.effects):
        return Value(origins=frozenset({Origin("row", "")}))
    query = walk.effects[effect]
    filters = {k: v for k, v in query.inputs.items() if k.startswith(("filter:", "argument:"))}
    if query.operation in ("insert", "upsert"):
        filters = {k: v for k, v in query.inputs.items() if k.startswith("value:")}
    by = by_of(filters)
    if _GRANTS.search(query.target) and any(not origins for origins in filters.values()):
        by |= {_ROLE}  # the right itself is what was looked up
    row = Origin("row", query.target, "", by)
    return Value(origins=frozenset({row}), what="row", effect=effect)


def found_or_not(walk: Evaluation, value: Value, at: int, more: Guards = NO_GUARDS) -> Value:
    """A row that may be missing; that it is there can prove that it is the caller's."""
    there = replace(value, tags=value.tags | {"truthy"})
    guards = more | frozenset(existing(walk, value.origins, at))
    return replace(value, cases=((there, guards), (NULL, NO_GUARDS)))


def _from(walk: Evaluation, site: Site) -> Value | None:
    receiver = site.receiver
    if len(site.given) != 1 or not _is_client(receiver, site.what):
        return None
    if site.what.endswith("storage.from"):
        return Value(
            what="bucket", client=receiver.client, literal=None, fields={"name": site.given[0]}
        )
    return Value(what="table", client=receiver.client, fields={"name": site.given[0]})


def _is_client(receiver: Value, what: str) -> bool:
    if receiver.client or receiver.what == "supabase":
        return True
    head = what.rpartition(".")[0].lower()
    return "supabase" in head or head.endswith(("client", "admin", "storage", "sb"))


def _verb(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what == QUERY:
        return site.receiver  # `.insert(…).select()`
    if site.receiver.what != "table":
        return None
    name = (site.receiver.fields or {}).get("name", UNKNOWN)
    values = site.argument(0) if site.name in ("insert", "update", "upsert") else UNKNOWN
    inputs = written(values)
    literals = literals_of(values)
    if name.text is None and name.origins:
        inputs["table"] = name.origins
    if site.name == "select":
        columns = site.argument(0).text
        literals["columns"] = columns if columns is not None else "*" if not site.given else ""
    tables = sorted(tag.removeprefix(ONE_OF) for tag in name.tags if tag.startswith(ONE_OF))
    if tables and name.text is None:
        literals["tables"] = ", ".join(tables)
    effect = walk.effect(
        EffectKind.QUERY,
        site.name,
        name.text or min(tables, key=_of_people, default=""),
        site.call.at,
        client=site.receiver.client,
        inputs=inputs,
        literals=literals,
        values={f"value:{key}": value for key, value in (values.fields or {}).items()},
    )
    return Value(what=QUERY, client=site.receiver.client, effect=effect)


def _of_people(table: str) -> bool:
    """False, so first, for a table that is about somebody: of several that a loop goes through it counts."""
    return not PERSONAL.search(table)


def _filter(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what != QUERY or not 0 <= site.receiver.effect < len(walk.effects):
        return None
    at = site.receiver.effect
    known = walk.effects[at]
    if known.kind is not EffectKind.QUERY:
        return None
    inputs, literals = dict(known.inputs), dict(known.literals)
    arrived, guards = dict(known.sent), known.guards
    for column, value in _compared(site):
        if _leaves_rows(column, literals.get("columns", "")):
            continue
        name = f"filter:{column}"
        inputs[name] = inputs.get(name, frozenset()) | all_origins(value)
        arrived[name] = arrived.get(name, frozenset()) | sent(value)
        if named_freely(value):
            literals[f"{name}{NAMED}"] = "by the caller"
        if value.text is not None:
            literals[name] = value.text
        elif value.what == "text":
            literals[f"{name}~text"] = "".join(part.text or "…" for part in value.elements or ())
        if site.name == "eq":
            guards |= _of_somebody(value)
    if known.operation == "delete":
        every = _finds_every_row(site) and literals.get("rows") != SOME
        literals["rows"] = EVERY if every else SOME
    walk.effects[at] = known._replace(inputs=inputs, literals=literals, sent=arrived, guards=guards)
    return site.receiver


def _finds_every_row(site: Site) -> bool:
    """`.neq("id", "0000…")`, `.gte("created_at", "1970-01-01")`, `.not("id", "is", null)`: a deletion has to
    have a condition, and each row meets it."""
    column, given = site.argument(0).text or "", site.given[-1] if site.given else UNKNOWN
    if not _OF_EACH.search(column) or all_origins(given):
        return False
    if site.name == "not":
        return site.argument(1).text == "is" and given.is_null
    if site.name == "neq":
        return given.literal is not UNSET
    return site.name in ("gt", "gte") and _LOWEST.match(str(given.literal)) is not None


_LOWEST = regex(r"$|-?[01]$|0000|19[07]\d-|2000-")
_OF_EACH = regex(r"^(id|uuid)$|^created_?at$", re.IGNORECASE)
"""Columns that every row has, each its own."""


def _of_somebody(value: Value) -> Guards:
    """`let userId = null; if (token) userId = …;` and then `.eq("user_id", userId)`: a row of nobody is
    never found, so whoever finds one has been asked who he is."""
    ways = [passed for case, passed in value.cases if not case.is_null]
    if not ways or len(ways) == len(value.cases):
        return NO_GUARDS
    return frozenset(g for g in meet_all(ways) if g.check is Check.SESSION)


def _leaves_rows(column: str, columns: str) -> bool:
    """True for a filter on what is embedded, as `.eq("webhooks.tenant_id", …)`, without `!inner`: it empties
    what is embedded, and every row is answered."""
    relation, dot, _ = column.partition(".")
    embedded = bool(dot) and re.search(rf"\b{re.escape(relation)}\b[\w!:]*\s*\(", columns)
    return bool(embedded) and "!inner" not in columns


def _compared(site: Site) -> list[tuple[str, Value]]:
    first = site.argument(0)
    if site.name == "match" and first.fields is not None:
        return list(first.fields.items())
    if site.name == "or":
        return [("or", first)]
    if site.name == "not" and site.has(2):
        return [(first.text or "", apart(site.argument(2)))]
    if site.name == "neq":
        return [(first.text or "", apart(site.argument(1)))]
    if site.name == "filter":
        return [(first.text or "", site.argument(2))]
    return [(first.text or "", site.argument(1))]


def _shape(walk: Evaluation, site: Site) -> Value | None:
    if site.receiver.what != QUERY:
        return None
    if site.name in ("single", "maybeSingle", "maybe_single"):
        return replace(site.receiver, tags=site.receiver.tags | {site.name})
    if site.name == "limit" or site.name == "range":
        return replace(site.receiver, tags=site.receiver.tags | {"limited"})
    return site.receiver


def _query(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`.data` and `.error` of a query that was waited for."""
    if key not in ("data", "error", "count", "status"):
        return None
    row = row_of(walk, value.effect)
    at = walk.effects[value.effect].line if 0 <= value.effect < len(walk.effects) else 0
    exists = NO_GUARDS if _is_written(walk, value) else frozenset(existing(walk, row.origins, at))
    exists |= _shown(walk, value, at)
    single = "single" in value.tags
    if key == "data":
        one = bool(value.tags & {"single", "maybeSingle", "maybe_single"})
        if one and _is_written(walk, value):
            there = replace(row, tags=row.tags | {"truthy"})
            return replace(row, cases=((there, NO_GUARDS), (NULL, NO_GUARDS)))
        return found_or_not(walk, row, at, exists) if one else row
    if key == "error":
        error = Value(origins=frozenset({Origin("error", "database")}), tags=frozenset({"truthy"}))
        none = Value(literal=None)
        return Value(
            origins=error.origins,
            cases=((error, NO_GUARDS), (none, exists if single else NO_GUARDS)),
        )
    if key == "count":
        return Value(
            origins=frozenset(o._replace(key="count") for o in row.origins), tags=frozenset()
        )
    return UNKNOWN


def _shown(walk: Evaluation, value: Value, at: int) -> Guards:
    """A row that was found with the caller's own rights: row security lets the caller have it."""
    if not 0 <= value.effect < len(walk.effects) or walk.effects[value.effect].client != "user":
        return NO_GUARDS
    query = walk.effects[value.effect]
    found = [o for k, v in query.inputs.items() if k.startswith("filter:") for o in v]
    inputs = frozenset(str(o) for o in found if o.is_input)
    if not inputs or query.operation == "insert":
        return NO_GUARDS
    return frozenset({walk.guard(Check.OWNER, f"{query.target}{SEEN}", at, inputs)})


def _is_written(walk: Evaluation, value: Value) -> bool:
    """True for what an insert gives back: that it is there proves nothing."""
    return 0 <= value.effect < len(walk.effects) and walk.effects[value.effect].operation in (
        "insert",
        "upsert",
    )


def _rpc(walk: Evaluation, site: Site) -> Value | None:
    name = site.argument(0).text
    if name is None or not _is_client(site.receiver, site.what):
        return None
    given = site.argument(1)
    inputs = {f"argument:{key}": all_origins(value) for key, value in (given.fields or {}).items()}
    effect = walk.effect(
        EffectKind.QUERY,
        "rpc",
        name,
        site.call.at,
        client=site.receiver.client,
        inputs=inputs,
        literals={f"argument:{k}": v[6:] for k, v in _prefixed(given)},
    )
    return Value(what=QUERY, client=site.receiver.client, effect=effect, tags=frozenset({"rpc"}))


def _prefixed(given: Value) -> list[tuple[str, str]]:
    return [(key[6:], f"value:{text}") for key, text in literals_of(given).items()]


def _storage(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        if site.receiver.what != "bucket":
            return None
        bucket = (site.receiver.fields or {}).get("name", UNKNOWN)
        walk.effect(
            EffectKind.STORAGE,
            operation,
            bucket.text or "",
            site.call.at,
            client=site.receiver.client,
            inputs={"path": all_origins(site.argument(0))},
        )
        return Value(fields={"data": UNKNOWN, "error": UNKNOWN})

    return answer


def _schema(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver if _is_client(site.receiver, site.what) else None


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {}

NAMES: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "from": _from,
    "from_": _from,
    "table": _from,
    "schema": _schema,
    "rpc": _rpc,
    **dict.fromkeys(_FILTERS, _filter),
    **dict.fromkeys(_SHAPES, _shape),
    **dict.fromkeys(_VERBS, _verb),
    "upload": _storage("upload"),
    "remove": _storage("remove"),
    "download": _storage("download"),
    "createSignedUrl": _storage("sign"),
    "createSignedUploadUrl": _storage("sign"),
}

PROPERTIES = {QUERY: _query}
