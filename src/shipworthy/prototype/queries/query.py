"""Database queries as the code makes them: supabase-js, Drizzle, Prisma, SQLAlchemy, raw SQL."""

from __future__ import annotations

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.components import component_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, function_name
from shipworthy.prototype.queries.bounds import UNSEEN, Bound, Reach, reach_of
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.queries.chains import CALLS, QueryCall
from shipworthy.prototype.queries.excuses import is_excused, is_forgiven, may_fail
from shipworthy.prototype.queries.loops import loop_of
from shipworthy.prototype.queries.payloads import equals, is_single, on_conflict, written
from shipworthy.prototype.queries.results import ErrorUse, error_use, is_dropped
from shipworthy.prototype.queries.rows import (
    Bulk,
    Company,
    bulk_of,
    takes_many,
)
from shipworthy.prototype.queries.small_lists import is_small
from shipworthy.prototype.queries.success import Reports

__all__ = ["Bound", "Bulk", "ErrorUse", "Query", "Reach", "read"]

WRITES = frozenset({"insert", "update", "upsert", "delete"})
"""The operations that change rows."""


class Query(Struct, frozen=True):
    """One query. `operation` is select, insert, update, delete, upsert, rpc, raw, storage, auth,
    function (of the server) or request (a write through the REST address of the database).

    `loop` is where the loop starts that runs it once per element; `batched` is True when that loop
    walks over chunks, pages, retries, files or a list that stays small, or the query takes a list.
    `alone` is True when that loop waits for queries only and does not go on to change the row. `bulk`:
    could one statement do it.
    `may_fail` is True where it only tidies up after a failure, or a comment calls it best effort.
    `success` is what reports success afterwards although its error was only logged.
    `component` names the UI component (or Streamlit page) it stands in.
    `together` is where the `Promise.all([…])` starts that waits for it and for others beside it.
    `filters` are the columns compared; `columns` the selected columns, "*" for all.
    """

    library: str
    operation: str
    table: str | None
    location: Location
    function: str
    component: str | None = None
    loop: Location | None = None
    batched: bool = False
    error: ErrorUse = ErrorUse.UNKNOWN
    columns: str | None = None
    filters: tuple[str, ...] = ()
    limited: bool = False
    alone: bool = False
    bulk: Bulk = Bulk.UNKNOWN
    may_fail: bool = False
    success: Location | None = None
    together: Location | None = None
    method: str = ""  # of an auth query: "signUp", "getSession"
    equals: tuple[str, ...] = ()  # the filters that compare with given values
    single: bool = False  # its code expects at most one row
    on_conflict: tuple[str, ...] = ()  # of an upsert: the columns that tell rows apart
    written: tuple[str, ...] | None = None  # the columns it writes, where the code names them
    reach: Reach = UNSEEN  # of a select: what keeps its rows few


def read(syntax: Syntax) -> list[Query]:
    """Every query of a file."""
    calls = list(queries_of(syntax))
    reports, company = Reports(syntax), Company(calls)
    return [_query(call, syntax, company, reports) for call in calls]


def _query(call: QueryCall, syntax: Syntax, company: Company, reports: Reports) -> Query:
    loop, batched = loop_of(call.top, syntax)
    error = _error(call, syntax)
    if loop is not None and not batched:
        batched = takes_many(call) or is_small(loop, syntax)
    rows = loop is not None and not batched
    return Query(
        library=call.library,
        operation=call.operation,
        table=call.table if call.operation != "auth" else None,
        location=syntax.location(call.top),
        function=function_name(call.top),
        component=component_of(call.top, syntax),
        loop=syntax.location(_start(loop)) if loop is not None else None,
        batched=batched,
        error=error,
        columns=call.columns,
        filters=call.filters,
        limited=call.limited,
        bulk=bulk_of(call, loop, error) if rows and loop is not None else Bulk.UNKNOWN,
        alone=rows and loop is not None and _is_alone(call, loop, company),
        may_fail=_may_fail(call),
        together=_together(call.top, syntax),
        success=_success(call, error, syntax, reports),
        method=(call.table or "") if call.operation == "auth" else "",
        equals=equals(call),
        single=is_single(call),
        on_conflict=on_conflict(call),
        written=written(call),
        reach=reach_of(call, syntax),
    )


def _is_alone(call: QueryCall, loop: SgNode, company: Company) -> bool:
    return not company.waits_for_others(loop) and not company.changes_what_it_read(call, loop)


def _may_fail(call: QueryCall) -> bool:
    parent = call.top.parent()
    if parent is not None and parent.kind() == "unary_expression":
        return True  # `void client.from(…)`: nobody waits for it
    return is_forgiven(call.top) or (may_fail(call.top) and not _is_account_change(call))


def _is_account_change(call: QueryCall) -> bool:
    """Below `if (error)` a deletion tidies up; an update or a creation is a second way."""
    if call.operation != "auth" or call.table not in ("updateUserById", "createUser"):
        return False
    above = call.top.ancestors()
    return not any(node.kind() == "catch_clause" or is_excused(node) for node in above)


def _together(top: SgNode, syntax: Syntax) -> Location | None:
    if not any(name in syntax.calls_by_name for name in _GATHERING):
        return None
    for above in top.ancestors():
        if above.kind() in FUNCTIONS:
            return None
        if above.kind() in CALLS and callee(above) in _GATHER:
            return syntax.location(above)
    return None


_GATHER = ("Promise.all", "Promise.allSettled", "asyncio.gather")
_GATHERING = tuple(name.partition(".")[2] for name in _GATHER)


def _start(loop: SgNode) -> SgNode:
    """Where a reader sees the loop begin: of `a.b().map(…)` the line of `.map`."""
    if loop.kind() != "call_expression":
        return loop
    function = loop.field("function")
    name = function.field("property") if function else None
    return name or loop


def _success(call: QueryCall, error: ErrorUse, syntax: Syntax, reports: Reports) -> Location | None:
    told = error is ErrorUse.LOGGED or (call.operation == "function" and error is ErrorUse.IGNORED)
    report = reports.after(call.top) if told else None
    return syntax.location(report) if report is not None else None


def _error(call: QueryCall, syntax: Syntax) -> ErrorUse:
    if call.library == "rest":
        return ErrorUse.IGNORED if is_dropped(call.top) else ErrorUse.UNKNOWN
    if syntax.python or call.library != "supabase":
        return ErrorUse.THROWS
    error = error_use(call)
    if call.operation == "function" and error is ErrorUse.IGNORED and not is_dropped(call.top):
        return ErrorUse.UNKNOWN  # its data may tell
    return error
