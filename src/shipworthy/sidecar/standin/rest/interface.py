"""Answers requests to /rest/v1 as PostgREST would, each in a transaction with the caller's role."""

# ruff: noqa: S608 - names are quoted by sql.py, values are parameters

from __future__ import annotations

import csv
import difflib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipworthy.sidecar.standin.connections import Connections, Row
from shipworthy.sidecar.standin.message import Answer, Request
from shipworthy.sidecar.standin.refusal import Refusal, of_database
from shipworthy.sidecar.standin.rest import writing
from shipworthy.sidecar.standin.rest.asked import Asked, read_asked
from shipworthy.sidecar.standin.rest.calling import call, find_routine, read_arguments
from shipworthy.sidecar.standin.rest.catalogue import Catalogue, Relation, Routine
from shipworthy.sidecar.standin.rest.preferences import (
    Preferences,
    page_of,
    read_preferences,
    schema_of,
)
from shipworthy.sidecar.standin.rest.reading import SOURCE, count, select
from shipworthy.sidecar.standin.rest.sql import Parameters, name
from shipworthy.sidecar.standin.rest.tree import Node, grow

if TYPE_CHECKING:
    from psycopg import Error

_SEARCH_PATH = "{}, public, extensions"
_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is run: the common table expression, how its rows are shown, and how many there are."""

    source: str
    shown: str
    total: str  # the SQL of a number
    parameters: Parameters
    scalar: bool = False
    single: bool = False
    more: str = ""  # a second common table expression


class Rest:
    """The REST interface of one database."""

    def __init__(self, catalogue: Catalogue, connections: Connections) -> None:
        self._catalogue = catalogue
        self._connections = connections

    async def answer(self, request: Request) -> Answer:
        """Answer one request. Raises Refusal."""
        import psycopg

        try:
            schema = schema_of(request, self._catalogue.schemas)
            first, _, second = request.path.strip("/").partition("/")
            if first == "rpc" and second:
                return await self._call(request, schema, second)
            if not first or second:
                raise Refusal(404, "PGRST125", "Invalid path specified in request URL")
            return await self._relation(request, self._find(schema, first))
        except psycopg.Error as error:
            raise self._refusal(error, request) from error

    def _refusal(self, error: Error, request: Request) -> Refusal:
        return of_database(error, signed_in=request.caller.is_signed_in)

    def _find(self, schema: str, wanted: str) -> Relation:
        found = self._catalogue.relations.get((schema, wanted))
        if found is None:
            names = [known for space, known in self._catalogue.relations if space == schema]
            near = difflib.get_close_matches(wanted, names, 1, 0.75)
            hint = f"Perhaps you meant the table '{schema}.{near[0]}'" if near else None
            raise Refusal(
                404,
                "PGRST205",
                f"Could not find the table '{schema}.{wanted}' in the schema cache",
                None,
                hint,
            )
        return found

    async def _relation(self, request: Request, relation: Relation) -> Answer:
        preferences = read_preferences(request.headers)
        asked = read_asked(request.query)
        node = grow(self._catalogue, relation, asked)
        if request.method in _READS:
            _apply_page(asked, node, request)
            statement = _reading(node, preferences)
            row = await self._run(request, relation.schema, statement, preferences)
            return _page(row, node, preferences, request, relation.name)
        statement = _change(request, relation, asked, node, preferences)
        row = await self._run(request, relation.schema, statement, preferences)
        return _changed(row, request, preferences)

    async def _call(self, request: Request, schema: str, called: str) -> Answer:
        preferences = read_preferences(request.headers)
        posted = request.method == "POST"
        if not posted and request.method not in _READS:
            raise Refusal(405, "PGRST101", f"Cannot use the {request.method} method on RPC")
        given = read_arguments(request.body) if posted else self._named(schema, called, request)
        routine = find_routine(self._catalogue, schema, called, list(given), posted=posted)
        asked = read_asked(request.query, frozenset() if posted else frozenset(given))
        node = grow(self._catalogue, routine.relation, asked)
        _apply_page(asked, node, request)
        parameters = Parameters()
        source = call(routine, given, request.body, parameters, posted=posted)
        statement = _calling(routine, node, source, parameters, preferences)
        row = await self._run(request, schema, statement, preferences)
        if routine.returns == "nothing":
            return Answer(204, b"", _told(row, {"Content-Range": "0-0/*"}))
        return _page(row, node, preferences, request, called)

    def _named(self, schema: str, called: str, request: Request) -> dict[str, str]:
        """The arguments of a call by GET: the keys that some function of this name takes."""
        known = {
            p.name
            for routine in self._catalogue.routines.get((schema, called), ())
            for p in routine.parameters
        }
        reserved = ("select", "order", "limit", "offset", "and", "or", "apikey", "columns")
        given = {k: v for k, v in request.query if k in known}
        if not known & set(given):
            given |= {k: v for k, v in request.query if k not in reserved and "." not in f"{k}{v}"}
        return given

    async def _run(
        self, request: Request, schema: str, statement: Statement, preferences: Preferences
    ) -> Row:
        """Run a statement as the caller and check what its result must be."""
        text = (
            f"WITH {SOURCE} AS ({statement.source}){statement.more}"
            f" SELECT {statement.total}, count(_postgrest_t), {_body(statement, preferences)},"
            " nullif(current_setting('response.status', true), ''),"
            " nullif(current_setting('response.headers', true), '')"
            f" FROM ({statement.shown}) _postgrest_t"
        )
        read_only = request.method in _READS
        async with self._connections.transaction(read_only=read_only) as transaction:
            await transaction.speak_for(
                request.caller, _SEARCH_PATH.format(name(schema)), _settings(request)
            )
            row = await transaction.one(text, statement.parameters.values)
            assert row is not None  # noqa: S101 - an aggregate always gives a row
            _check(row, statement, preferences)
            return row


def _settings(request: Request) -> dict[str, str]:
    """What functions and policies may read of the request."""
    headers = {k: v for k, v in request.headers.items() if k != "cookie"}
    return {
        "request.method": request.method,
        "request.path": f"/{request.path}",
        "request.headers": json.dumps(headers),
        "request.cookies": "{}",
    }


def _apply_page(asked: Asked, node: Node, request: Request) -> None:
    """A Range header names the page where the query does not."""
    offset, limit = page_of(request.headers)
    if node.wanted.limit is None and not node.wanted.offset and (offset or limit is not None):
        wanted = asked.main
        wanted.offset, wanted.limit = offset, limit
        node.wanted = wanted


def _reading(node: Node, preferences: Preferences) -> Statement:
    parameters = Parameters()
    source = select(node, parameters)
    total, more = "NULL::bigint", ""
    if preferences.counts:
        more = f", pgrst_source_count AS ({count(node, parameters)})"
        total = "(SELECT count(*) FROM pgrst_source_count)"
    return Statement(source, f"SELECT * FROM {SOURCE}", total, parameters, more=more)


def _change(
    request: Request, relation: Relation, asked: Asked, node: Node, preferences: Preferences
) -> Statement:
    """INSERT, UPDATE or DELETE, and what of the changed rows is shown."""
    parameters = Parameters()
    full = preferences.back == "representation"
    back = writing.returned(node, relation) if full else "1"
    if request.method == "POST":
        how = writing.Insertion(preferences.resolution, preferences.defaults)
        body = writing.read_body(request.body)
        source = writing.insert(relation, asked, body, how, parameters, back)
    elif request.method == "PATCH":
        body = writing.read_body(request.body)
        source = writing.update(node, relation, asked, body, parameters, back)
    elif request.method == "DELETE":
        source = writing.delete(node, relation, parameters, back)
    else:
        raise Refusal(405, "PGRST117", f"Unsupported HTTP method: {request.method}")
    node.wanted.where, node.wanted.limit, node.wanted.offset = [], None, 0
    shown = select(node, parameters, SOURCE) if full else f"SELECT * FROM {SOURCE}"
    total = f"(SELECT count(*) FROM {SOURCE})"
    return Statement(source, shown, total, parameters)


def _calling(
    routine: Routine, node: Node, source: str, parameters: Parameters, preferences: Preferences
) -> Statement:
    scalar = routine.returns != "rows"
    shown = f"SELECT * FROM {SOURCE}" if scalar else select(node, parameters, SOURCE)
    total, more = "NULL::bigint", ""
    if preferences.counts:
        counted = f"SELECT 1 FROM {SOURCE}" if scalar else count(node, parameters, SOURCE)
        more = f", pgrst_source_count AS ({counted})"
        total = "(SELECT count(*) FROM pgrst_source_count)"
    single = not routine.is_set
    return Statement(source, shown, total, parameters, scalar=scalar, single=single, more=more)


def _body(statement: Statement, preferences: Preferences) -> str:
    """The rows as JSON text."""
    what = "_postgrest_t.pgrst_scalar" if statement.scalar else "_postgrest_t"
    text = f"json_agg({what})"
    if preferences.strips_nulls:
        text = f"json_strip_nulls({text})"
    if statement.single or preferences.form == "object":
        return f"coalesce(({text}->0)::text, 'null')"
    return f"coalesce({text}::text, '[]')"


def _check(row: Row, statement: Statement, preferences: Preferences) -> None:
    """Refuse, and so undo, what is not one row although it must be, or more rows than allowed."""
    if preferences.form == "object" and not statement.single and row[1] != 1:
        raise Refusal(
            406,
            "PGRST116",
            "Cannot coerce the result to a single JSON object",
            f"The result contains {row[1]} rows",
        )
    if preferences.most is not None and row[1] > preferences.most:
        raise Refusal(
            400,
            "PGRST124",
            "Query result exceeds max-affected preference constraint",
            f"The query affects {row[1]} rows",
        )


def _page(
    row: Row, node: Node, preferences: Preferences, request: Request, asked_of: str
) -> Answer:
    total, shown, body = row[0], row[1], row[2]
    offset = node.wanted.offset
    if total is not None and offset > total:
        refusal = Refusal(
            416,
            "PGRST103",
            "Requested range not satisfiable",
            f"An offset of {offset} was requested, but there are only {total} rows.",
        )
        refusal.headers["Content-Range"] = f"*/{total}"
        raise refusal
    pages = f"{offset}-{offset + shown - 1}" if shown else "*"
    headers = {
        "Content-Range": f"{pages}/{'*' if total is None else total}",
        "Content-Location": f"/{asked_of}",
        "Content-Type": preferences.media,
    }
    status = 206 if total is not None and shown < total else 200
    text = _csv(body) if preferences.form == "csv" else body
    content = b"" if request.method == "HEAD" else text.encode()
    return Answer(_status(row, status), content, _told(row, _applied(headers, preferences)))


def _changed(row: Row, request: Request, preferences: Preferences) -> Answer:
    changed = row[0]
    full = preferences.back == "representation"
    number = str(changed) if preferences.counts else "*"
    pages = f"0-{changed - 1}" if changed and request.method == "PATCH" else "*"
    headers = _applied({"Content-Range": f"{pages}/{number}"}, preferences)
    status = 201 if request.method == "POST" else 200 if full else 204
    if not full:
        return Answer(_status(row, status), b"", _told(row, headers))
    headers["Content-Type"] = preferences.media
    text = _csv(row[2]) if preferences.form == "csv" else row[2]
    return Answer(_status(row, status), text.encode(), _told(row, headers))


def _applied(headers: dict[str, str], preferences: Preferences) -> dict[str, str]:
    if preferences.applied:
        headers["Preference-Applied"] = preferences.applied
    return headers


def _status(row: Row, status: int) -> int:
    """The status, or the one that a function set."""
    return int(row[3]) if row[3] and row[3].isdecimal() else status


def _told(row: Row, headers: dict[str, str]) -> dict[str, str]:
    """The headers, and those that a function set."""
    try:
        every = json.loads(row[4]) if row[4] else []
        return headers | {str(k): str(v) for one in every for k, v in one.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise Refusal(
            500,
            "PGRST111",
            "response.headers guc must be a JSON array composed of objects with a single key and a"
            " string value",
        ) from error


def _csv(body: str) -> str:
    """The rows as CSV, with the names of the columns first."""
    rows = json.loads(body)
    rows = rows if isinstance(rows, list) else [rows]
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows(
            [json.dumps(v) if isinstance(v, (dict, list)) else v for v in row.values()]
            for row in rows
        )
    return out.getvalue().rstrip("\n")
