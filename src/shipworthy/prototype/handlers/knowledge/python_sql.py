"""SQL text run from Python: sqlite3, psycopg, asyncpg, MySQL, SQLAlchemy's text() and pandas."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.columns import MODULES, QUERYING
from shipworthy.prototype.handlers.knowledge.rows import OWNER, is_query, one, rows
from shipworthy.prototype.handlers.knowledge.sql_clients import ask
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value, all_origins
from shipworthy.prototype.program.nodes import Call, Member, Name
from shipworthy.regex import regex

_LAST = -4  # a place in the heap: the last statement of each cursor
_MAKERS = regex(
    r"cursor\(|sqlite3|psycopg|pymysql|mysql\.|asyncpg|create_engine|sessionmaker|duckdb|pyodbc|connection"
    r"|aiomysql|databases\.Database|SQLAlchemy\(\)|raw_connection"
)
_USUAL = regex(
    r"^(c|cur|cursor|crsr|conn|connection|con|db|database|session|engine|pool|db_session|async_session)$"
)


def _is_database(site: Site) -> bool:
    if _MAKERS.search(site.receiver.what) or site.receiver.client == OWNER:
        return True
    called = site.call.function
    owner = called.object if isinstance(called, Member) else None
    while isinstance(owner, Call) and isinstance(owner.function, Member):
        owner = owner.function.object
    last = owner.id if isinstance(owner, Name) else owner.key if isinstance(owner, Member) else ""
    return bool(_USUAL.match(last))


def _parameters(site: Site, first: int = 1) -> Value:
    given = site.argument(first, "params", "parameters", "args", "vars", "values")
    if given.elements is not None or given.fields is not None:
        return given
    if len(site.given) > first:
        return Value(elements=site.given[first:])
    return given


def _execute(walk: Evaluation, site: Site) -> Value | None:
    """`cursor.execute(text, parameters)`; what it gives is fetched from the cursor or the result."""
    text = site.argument(0, "query", "sql", "statement", "operation")
    if text.what == QUERYING:
        return text
    if not walk.module.python or not (site.given or site.named):
        return None  # `db.table("orders").select("*").execute()` of Supabase runs no text
    if not _is_database(site):
        return None
    many = site.name == "executemany"
    parameters = walk.element(_parameters(site)) if many else _parameters(site)
    walk.loops += many
    effect = ask(walk, site, text, parameters)
    walk.loops -= many
    if effect < 0:
        return Value(what=site.receiver.what, client=OWNER)
    result = _result(walk, effect)
    walk.heap[_LAST, site.receiver.what] = result
    walk.heap[_LAST, ""] = result
    return result


def _result(walk: Evaluation, effect: int) -> Value:
    found = rows(walk, effect)
    return Value(what=QUERYING, origins=found.origins, effect=effect, client=OWNER)


def _fetched(*, single: bool) -> Answer:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        result = site.receiver
        if result.what != QUERYING:
            if not walk.module.python or not _is_database(site):
                return None
            kept = walk.heap.get((_LAST, result.what)) or walk.heap.get((_LAST, ""))
            if kept is None:
                return None
            result = kept
        if not is_query(walk, result.effect):
            return None
        return one(walk, result.effect) if single else rows(walk, result.effect)

    return answer


def _asked(*, single: bool) -> Answer:
    """`await connection.fetchrow(text, a, b)` of asyncpg."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        if not walk.module.python or not site.given or not _is_database(site):
            return None
        effect = ask(walk, site, site.argument(0, "query"), Value(elements=site.given[1:]))
        if effect < 0:
            return None
        return one(walk, effect) if single else rows(walk, effect)

    return answer


def _run(walk: Evaluation, site: Site) -> Value | None:
    """`session.scalar(statement)`, `session.exec(statement)`."""
    text = site.argument(0)
    if site.receiver.what == QUERYING:
        return None  # `result.scalars()`: the rows of a statement that was run
    if text.what == QUERYING:
        return one(walk, text.effect) if site.name == "scalar" else text
    return _execute(walk, site) if site.name != "scalar" else None


def _read(walk: Evaluation, site: Site) -> Value | None:
    """`pandas.read_sql(text, connection, params=…)`."""
    parameters = site.named.get("params", UNKNOWN)
    effect = ask(walk, site, site.argument(0, "sql"), parameters)
    return rows(walk, effect) if effect >= 0 else None


def _committed(walk: Evaluation, site: Site) -> Value | None:
    """`session.commit()`: what comes after belongs to the next unit of work."""
    walk.commits += 1
    return NULL


def _text(walk: Evaluation, site: Site) -> Value | None:
    return site.argument(0, "text")


def _formatted(walk: Evaluation, site: Site) -> Value | None:
    """`"… {}".format(x)`: the text with what is put into it."""
    receiver = site.receiver
    if receiver.text is None:
        return None
    pieces = re.split(r"\{(\w*)(?:[:!][^}]*)?\}", receiver.text)
    parts: list[Value] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            parts.append(Value(literal=piece))
        else:
            at = int(piece) if piece.isdigit() else number // 2
            parts.append(site.named.get(piece) or site.argument(at))
    return Value(elements=tuple(p for p in parts if p.literal != ""), what="text")


def _joined(walk: Evaluation, site: Site) -> Value | None:
    """`" AND ".join(parts)`: one text of them all."""
    separator, listed = site.receiver, site.argument(0)
    if separator.text is not None and listed.elements is None:
        told = frozenset(o for o in all_origins(listed) if not o.is_input)
        return Value(origins=told, tags=frozenset({"string"})) if told else None
    if separator.text is None or listed.elements is None or listed.what == "text":
        return None
    parts: list[Value] = []
    for element in listed.elements:
        if parts:
            parts.append(separator)
        inner = element.elements if element.what == "text" else None
        parts += inner if inner is not None else (element,)
    if all(part.text is not None for part in parts):
        return Value(literal="".join(part.text or "" for part in parts))
    return Value(elements=tuple(parts), what="text")


CALLS = {
    **{f"{module}.text": _text for module in MODULES},
    "pandas.read_sql": _read,
    "pandas.read_sql_query": _read,
    "psycopg2.sql.SQL": _text,
}
NAMES = {
    "commit": _committed,
    "execute": _execute,
    "executemany": _execute,
    "exec": _run,
    "scalar": _run,
    "scalars": _run,
    "fetchone": _fetched(single=True),
    "fetchall": _fetched(single=False),
    "fetchmany": _fetched(single=False),
    "fetchrow": _asked(single=True),
    "fetchval": _asked(single=True),
    "fetch": _asked(single=False),
    "fetch_one": _asked(single=True),
    "fetch_all": _asked(single=False),
    "format": _formatted,
    "join": _joined,
}
