"""The calls of a file that query a database, whatever the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries import orms, postgrest, statements
from shipworthy.prototype.queries.chains import QueryCall, called_name

_Reader = Callable[[SgNode, Syntax], QueryCall | None]


@lru_cache(maxsize=4)
def queries_of(syntax: Syntax) -> tuple[QueryCall, ...]:
    """Every query of a file, once each; kept while its facts are read."""
    return tuple(_query_calls(syntax))


def _query_calls(syntax: Syntax) -> Iterator[QueryCall]:
    """Queries are found by the name of the method that makes them one."""
    readers = _PYTHON if syntax.python else _JAVASCRIPT
    seen: set[tuple[int, int]] = set()
    for call in syntax.calls_named(readers):
        for reader in readers.get(called_name(call), ()):
            found = reader(call, syntax)
            if found is None:
                continue
            span = found.top.range()
            key = (span.start.index, span.end.index)
            if key not in seen:
                seen.add(key)
                yield found
            break


def _table(*entries: tuple[frozenset[str], _Reader]) -> dict[str, tuple[_Reader, ...]]:
    """Readers by method name, in the order in which they are asked."""
    readers: dict[str, tuple[_Reader, ...]] = {}
    for names, reader in entries:
        for name in names:
            readers[name] = (*readers.get(name, ()), reader)
    return readers


_JAVASCRIPT = _table(
    (frozenset({"from"}), postgrest.javascript_chain),
    (frozenset({"rpc"}), postgrest.procedure),
    (frozenset({"invoke"}), postgrest.remote_function),
    (frozenset({"fetch"}), postgrest.rest_request),
    (postgrest.AUTH_METHODS, postgrest.authentication),
    (orms.DRIZZLE_WRITES, orms.drizzle_write),
    (orms.MODEL_METHODS, orms.model_method),
    (frozenset({"knex", "db", "trx"}), orms.knex),
    (statements.JAVASCRIPT_METHODS, statements.javascript_statement),
)
_PYTHON = _table(
    (frozenset({"table", "from_"}), postgrest.python_chain),
    (frozenset({"rpc"}), postgrest.procedure),
    (frozenset({"query"}), orms.session_query),
    (frozenset({"get"}), orms.session_get),
    (orms.MANAGER_METHODS, orms.django),
    (statements.PYTHON_METHODS, statements.python_statement),
)
