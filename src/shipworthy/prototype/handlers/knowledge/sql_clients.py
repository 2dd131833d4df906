"""Queries as SQL text: pg, postgres.js, Neon, mysql2, better-sqlite3 and whatever runs a text that is SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from shipworthy.prototype.handlers.comparing import apart
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.knowledge.rows import (
    AT_TIMES,
    OWNER,
    call_back,
    count_of_ways,
    one,
    query,
    raised,
    rows,
    told,
)
from shipworthy.prototype.handlers.knowledge.sql import PUT_IN, Part, Statement, read_sql
from shipworthy.prototype.handlers.values import (
    EVERY,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    union,
)
from shipworthy.prototype.program.nodes import Name
from shipworthy.regex import regex

CLIENT = "sql client"
PREPARED = "sql prepared"
_FRAGMENT = "sql fragment"
_ASKING = "sql request"  # of mssql, with its parameters
_SQL = regex(
    r"\s*(select\b.*\bfrom\b|select\s+\w+\s*\(|insert\s+into\b|update\b.*\bset\b|delete\s+from\b|with\s+\w+\s+as\b"
    r"|replace\s+into\b|truncate\b|call\s+\w+)",
    re.IGNORECASE | re.DOTALL,
)
_HARMLESS = frozenset({"scalar", "number", "looked-up", "truth"})


def ask(
    walk: Evaluation, site: Site, text: Value, parameters: Value = UNKNOWN, *, tagged: bool = False
) -> int:
    """Note what a text asks the database: a query, and SQL where others decide what it says.

    Answers the number of the query, or -1 for a text that is no statement. The parts of a tagged
    template are parameters.
    """
    written, holes = _written(text)
    statement = read_sql(written)
    parts = tuple(_raw(text, tagged=tagged))
    raw = union(parts)
    if raw:
        joined = Value(elements=parts, what="text")
        walk.effect(
            EffectKind.SQL,
            "raw",
            statement.table,
            site.call.at,
            client=OWNER,
            inputs={"text": raw},
            values={"text": joined},
        )
    if not statement.operation:
        return query(walk, site, "raw", "") if raw else -1
    effect = query(walk, site, statement.operation, _table(statement, holes))
    if _asked_at_times(text, statement):
        told(walk, effect, literals={"conditions": AT_TIMES})
    told(walk, effect, **_told(statement, holes, parameters))  # type: ignore[arg-type]
    return effect


def _asked_at_times(text: Value, statement: Statement) -> bool:
    """True for a text that asks for less on another way: `if (city) sql += " and city = $1"`."""
    pending = [text]
    while pending:
        part = pending.pop()
        ways = (read_sql(_written(case)[0]) for case, _ in part.cases)
        if any(w.operation and len(w.filters) < len(statement.filters) for w in ways):
            return True
        if part.what == "text":
            pending += part.elements or ()
    return False


def _written(text: Value) -> tuple[str, dict[str, Value]]:
    """A text with a placeholder for each part that the code does not write out."""
    if text.text is not None:
        return text.text, {}
    if text.elements is None or text.what not in ("text", _FRAGMENT):
        return "", {}
    said: list[str] = []
    holes: dict[str, Value] = {}
    for part in text.elements:
        if part.what in (_FRAGMENT, "text") and part.elements is not None:
            inner, more = _written(part)
            said.append(inner.replace(PUT_IN, f"{PUT_IN}{len(holes):02}"))
            holes |= {k.replace(PUT_IN, f"{PUT_IN}{len(holes):02}"): v for k, v in more.items()}
        elif part.what in ("drizzle:table", "column") and part.fields is not None:
            said.append((part.fields.get("name") or UNKNOWN).text or "unknown")
        elif isinstance(part.literal, (str, int, float)):
            said.append(str(part.literal))
        elif _is_number(said[-1] if said else ""):
            said.append("0")  # the number of a parameter that is counted up: any of them
        else:
            name = f"{PUT_IN}{len(holes):03}"
            holes[name] = part
            said.append(name)
    return "".join(said), holes


def adds(fragment: Value) -> bool:
    """True for sql`${users.credits} + ${bought}`."""
    written, holes = _written(fragment) if fragment.what == _FRAGMENT else ("", {})
    return bool(holes) and "+" in written and "-" not in written


def _raw(text: Value, *, tagged: bool) -> Iterator[Value]:
    """The parts of a text that are no parameters and that the code does not write out."""
    if text.elements is not None and text.what in ("text", _FRAGMENT):
        tagged = tagged and "raw sql" not in text.tags
        before = ""
        for part in text.elements:
            numbered, before = _is_number(before), part.text or ""
            if numbered:
                continue
            if part.what in ("text", _FRAGMENT):
                yield from _raw(part, tagged=tagged or part.what == _FRAGMENT)
            elif not tagged and not part.tags & _HARMLESS:
                yield part
    elif text.text is None and not text.tags & _HARMLESS:
        yield text


def _is_number(before: str) -> bool:
    """True for what follows a dollar: `$${values.length}` is the number of a parameter."""
    return before.endswith("$")


def _table(statement: Statement, holes: Mapping[str, Value]) -> str:
    return "" if statement.table in holes else statement.table


def _told(statement: Statement, holes: Mapping[str, Value], parameters: Value) -> dict[str, object]:
    filters: dict[str, Value] = {}
    for part in statement.filters:
        value = _value_of(part, holes, parameters)
        filters[part.column] = apart(value) if part.apart else value
    values: dict[str, Value] = {}
    whole: list[Value] = []
    for part in statement.values:
        value = _value_of(part, holes, parameters)
        if part.column == "*":
            whole.append(value)
        else:
            values[part.column] = value
    told_: dict[str, object] = {"filters": filters}
    if values or whole:
        told_["values"] = whole[0] if whole and not values else Value(fields=values)
    literals = {"columns": statement.columns} if statement.columns else {}
    if statement.operation == "delete" and not statement.bounded and not holes:
        literals["rows"] = EVERY
    told_["literals"] = literals | raised({k: values[k] for k in statement.raised if k in values})
    return told_


def _value_of(part: Part, holes: Mapping[str, Value], parameters: Value) -> Value:
    if not part.hole:
        return Value(literal=part.literal)
    if part.hole in holes:
        return holes[part.hole]
    sign, name = part.hole[0], part.hole[1:].strip("()s")
    if parameters.elements is not None and name.lstrip("-").isdigit():
        at = int(name) - (1 if sign == "$" else 0)
        at += len(parameters.elements) if name[0] == "-" else 0
        if 0 <= at < len(parameters.elements):
            return parameters.elements[at]
    if parameters.fields is not None and name in parameters.fields:
        return parameters.fields[name]
    return Value(origins=all_origins(parameters))


def _tagged(walk: Evaluation, site: Site) -> Value | None:
    """`sql\\`select …\\``: its parts are parameters; `sql(object)` helps inside of one."""
    text = site.argument(0)
    if text.what != "text" and text.text is None:
        return text  # sql(user, "name"), sql(ids), sql("column")
    if text.text is not None and not _SQL.match(text.text):
        return Value(what=_FRAGMENT, elements=(text,))
    effect = ask(walk, site, text, site.argument(1), tagged=True)
    if effect < 0:
        return Value(what=_FRAGMENT, elements=text.elements or (text,))
    return rows(walk, effect)


def _query(walk: Evaluation, site: Site) -> Value | None:
    """`pool.query(text, parameters)`, also with a callback and with `{ text, values }`."""
    result = asked(walk, site)
    if result is None:
        return None
    last = site.given[-1]
    if last.closure is not None:
        call_back(walk, last.closure, result, site.call.at)
    return result


def asked(walk: Evaluation, site: Site) -> Value | None:
    """The result of running the text that is the first argument."""
    text, parameters = site.argument(0), site.argument(1)
    if site.receiver.what == _ASKING:
        parameters = site.receiver
    _note_begin(walk, site)
    if "$1" in (text.text or "") and site.has(1) and parameters.elements is None:
        parameters = Value(elements=site.given[1:])  # asyncpg takes them one by one
    if text.fields is not None and "text" in text.fields:
        parameters = text.fields.get("values", UNKNOWN)
        text = text.fields["text"]
    elif text.fields is not None and "sql" in text.fields:
        parameters = text.fields.get("values", text.fields.get("args", parameters))
        text = text.fields["sql"]
    tagged = text.what == _FRAGMENT or (site.call.arguments[0:1] != () and _is_template(site))
    effect = ask(walk, site, text, parameters, tagged=tagged)
    if effect < 0:
        return None
    return result_of(walk, effect)


def _with_input(walk: Evaluation, site: Site) -> Value | None:
    """`pool.request().input("id", sql.Int, id).query("… @id")` of mssql."""
    name = site.argument(0).text
    if name is None or not site.has(1):
        return None
    known = site.receiver.fields if site.receiver.what == _ASKING else None
    return Value(what=_ASKING, fields={**(known or {}), name: site.given[-1]})


_BEGINS = regex(r"\s*(begin|start\s+transaction)\b", re.IGNORECASE)


def _note_begin(walk: Evaluation, site: Site) -> None:
    """`client.query("BEGIN")`: what follows in this function is one transaction. Said to a pool it
    opens one on some other connection, which holds nothing together."""
    owner = getattr(site.call.function, "object", None)
    pooled = isinstance(owner, Name) and "pool" in owner.id.lower()
    if _BEGINS.match(site.argument(0).text or "") and not pooled:
        walk.transactions += 1


def _is_template(site: Site) -> bool:
    """True for a tagged template: the call ends where its one text begins."""
    return site.name in ("queryObject", "queryArray", "$queryRaw", "$executeRaw") and (
        site.argument(0).what == "text"
    )


def result_of(walk: Evaluation, effect: int) -> Value:
    """What pg and mysql2 give: `{ rows, rowCount }`, and `[rows, fields]`."""
    found = rows(walk, effect)
    counted = Value(
        origins=frozenset(o._replace(key="length") for o in found.origins), what="row count"
    )
    return Value(
        what="sql result",
        origins=found.origins,
        fields={"rows": found, "rowCount": counted, "length": counted},
        elements=(found, UNKNOWN),
        effect=effect,
        tags=frozenset({"truthy"}),
    )


def _named_like_sql(walk: Evaluation, site: Site) -> Value | None:
    """`db.query("select …")` of something that could not be followed: the text says what it is."""
    text = site.argument(0)
    written, _ = _written(text if text.fields is None else text.fields.get("text", text))
    return _query(walk, site) if _SQL.match(written) else None


def _prepare(walk: Evaluation, site: Site) -> Value | None:
    text = site.argument(0)
    if site.receiver.what != CLIENT and not _SQL.match(_written(text)[0]):
        return None
    return Value(what=PREPARED, elements=(text,), tags=frozenset({"truthy"}))


def _run_prepared(how: str) -> Callable[[Evaluation, Site], Value | None]:
    """`statement.get(…)`, `.all(…)`, `.run(…)` of SQLite; `.bind(…).first()` of D1."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        elements = site.receiver.elements or (UNKNOWN,)
        parameters = _parameters(site.given or elements[1:])
        effect = ask(walk, site, elements[0], parameters)
        if effect < 0:
            return UNKNOWN
        if how == "one":
            return one(walk, effect)
        if how == "run":
            return result_of(walk, effect)
        return rows(walk, effect)

    return answer


def _parameters(given: tuple[Value, ...]) -> Value:
    if len(given) == 1 and (given[0].fields is not None or given[0].elements is not None):
        return given[0]
    return Value(elements=given)


def _bind(walk: Evaluation, site: Site) -> Value | None:
    return Value(
        what=PREPARED,
        elements=(*(site.receiver.elements or (UNKNOWN,))[:1], *site.given),
        tags=frozenset({"truthy"}),
    )


def _sqlite(how: str) -> Callable[[Evaluation, Site], Value | None]:
    """`db.get(text, parameters, callback)` of sqlite3 and sqlite."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        text = site.argument(0)
        if not _SQL.match(_written(text)[0]):
            return None
        effect = ask(walk, site, text, site.argument(1))
        if effect < 0:
            return None
        result = {"one": one, "rows": rows, "run": result_of}[how](walk, effect)
        last = site.given[-1]
        if last.closure is not None:
            call_back(walk, last.closure, result, site.call.at)
        return result

    return answer


def _client(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=CLIENT, client=OWNER, tags=frozenset({"truthy"}))


def _same(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _raw_text(walk: Evaluation, site: Site) -> Value | None:
    """`sql.raw(text)`, `Prisma.raw(text)`: goes into the statement as it is."""
    text = site.argument(0)
    if text.text is not None:
        return text
    return Value(
        what=_FRAGMENT,
        origins=all_origins(text),
        elements=text.elements if text.elements and text.what == "text" else (text,),
        tags=text.tags | {"raw sql"} if not text.tags & _HARMLESS else frozenset(),
    )


def _fragment(walk: Evaluation, site: Site) -> Value | None:
    text = site.argument(0)
    return Value(what=_FRAGMENT, elements=text.elements or (text,), tags=frozenset({"truthy"}))


def _begin(walk: Evaluation, site: Site) -> Value | None:
    """`sql.begin(async (sql) => …)` of postgres.js."""
    handler = site.given[-1] if site.given else UNKNOWN
    if handler.closure is None:
        return NULL
    walk.transactions += 1
    result = walk.enter(handler.closure, (site.receiver,), {}, site.call.at)
    walk.transactions -= 1
    return result


def _made_transaction(walk: Evaluation, site: Site) -> Value | None:
    """`db.transaction(fn)` of better-sqlite3 gives a function."""
    handler = site.argument(0)
    return handler if handler.closure is not None else None


_MAKERS = """pg.Pool pg.Client pg.default.Pool pg.default.Client pg-promise postgres postgres.default
@neondatabase/serverless.neon @neondatabase/serverless.Pool @neondatabase/serverless.Client
@vercel/postgres.createPool @vercel/postgres.createClient @vercel/postgres.db.connect
mysql2/promise.createPool mysql2/promise.createConnection mysql2/promise.default.createPool mysql2.createPool
mysql2.createConnection mysql.createPool mysql.createConnection mysql2/promise.default.createConnection
better-sqlite3 better-sqlite3.default sqlite.open sqlite3.Database sqlite3.verbose().Database
bun:sqlite.Database
@libsql/client.createClient @planetscale/database.connect deno/postgres.Client deno/postgres.Pool pg-promise()
node:sqlite.DatabaseSync""".split()

CALLS = {
    **dict.fromkeys(_MAKERS, _client),
    CLIENT: _tagged,
    "@vercel/postgres.sql": _tagged,
    "@vercel/postgres.sql.query": _query,
    "@vercel/postgres.db.query": _query,
    "@prisma/client.Prisma.sql": _fragment,
    "@prisma/client.Prisma.raw": _raw_text,
    "drizzle-orm.sql": _fragment,
    "drizzle-orm.sql.raw": _raw_text,
    f"{CLIENT}.connect": _same,
    f"{CLIENT}.getConnection": _same,
    f"{CLIENT}.promise": _same,
    f"{CLIENT}.begin": _begin,
    f"{CLIENT}.transaction": _made_transaction,
    f"{CLIENT}.sql": _tagged,
    "@vercel/postgres.db.sql": _tagged,
    f"{CLIENT}.query": _query,
    f"{CLIENT}.execute": _query,
    f"{CLIENT}.unsafe": _query,
    f"{CLIENT}.exec": _query,
    f"{CLIENT}.run": _sqlite("run"),
    f"{CLIENT}.get": _sqlite("one"),
    f"{CLIENT}.all": _sqlite("rows"),
    f"{PREPARED}.get": _run_prepared("one"),
    f"{PREPARED}.first": _run_prepared("one"),
    f"{PREPARED}.all": _run_prepared("rows"),
    f"{PREPARED}.iterate": _run_prepared("rows"),
    f"{PREPARED}.run": _run_prepared("run"),
    f"{PREPARED}.bind": _bind,
    f"{PREPARED}.pluck": _same,
}

NAMES = {
    **dict.fromkeys(
        """query execute unsafe queryObject queryArray any oneOrNone manyOrNone none""".split(),
        _named_like_sql,
    ),
    "prepare": _prepare,
    "input": _with_input,
    "get": _sqlite("one"),
    "all": _sqlite("rows"),
    "run": _sqlite("run"),
}


def _result(walk: Evaluation, value: Value, key: str) -> Value | None:
    """A result is rows where it is used as a list."""
    if key in ("rowCount", "affectedRows", "changes", "length"):
        return count_of_ways(walk, value)
    return None


PROPERTIES = {"sql result": _result}
