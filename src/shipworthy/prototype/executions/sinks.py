"""The places of a file where text becomes code, SQL, a command, markup or an object."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    properties,
    string,
)
from shipworthy.prototype.executions.python_sinks import python_sink
from shipworthy.prototype.executions.sink import DATABASES, RUNNERS, Place, Sink
from shipworthy.regex import regex

WORDS = tuple(
    """query exec eval Query innerHTML InnerHTML outerHTML insertAdjacentHTML document.write
    setTimeout(" setTimeout(' setTimeout(` Function( .raw( .unsafe( rpc( .sql( runIn read_sql
    run_sql subprocess system( popen pickle joblib yaml.load unsafe_allow_html components.html
    components.v1.html mark_safe Markup( HTMLResponse sql_agent SQLDatabaseChain dataframe_agent
    csv_agent ShellTool SQLDatabaseToolkit PythonREPL PythonAstREPL PandasAI SmartDataframe""".split()
)
"""A file without any of these has no such place."""


def places(syntax: Syntax, bindings: Bindings) -> Iterator[Place]:
    """Every such place of a file."""
    for call in syntax.calls:
        found = python_sink(call, bindings) if syntax.python else _script(call, bindings)
        if found is not None:
            yield found
    if syntax.python:
        return
    for made in syntax.nodes("new_expression"):
        given = arguments(made)
        if callee(made) == "Function" and given:
            yield Place(Sink.CODE, "new Function", made, given[-1])
    for pair in syntax.nodes("pair") if syntax.says_any(("__html",)) else ():
        key = pair.field("key")
        if key is not None and key.text() == "__html":
            yield Place(Sink.HTML, "dangerouslySetInnerHTML", pair, pair.field("value"))
    for assignment in syntax.nodes("assignment_expression"):
        left = assignment.field("left")
        last = left.field("property") if left is not None else None
        if last is not None and last.text() in ("innerHTML", "outerHTML"):
            yield Place(Sink.HTML, last.text(), assignment, assignment.field("right"))


def _script(call: SgNode, bindings: Bindings) -> Place | None:
    name = callee(call)
    last = name.rpartition(".")[2]
    given = arguments(call) if last in _NAMES or RUNNERS.match(last) else []
    if not given:
        return None
    first = given[0]
    if name in ("eval", "window.eval", "globalThis.eval") or last in _CONTEXTS:
        return Place(Sink.CODE, name, call, first)
    if name in ("setTimeout", "setInterval") and first.kind() in ("string", "template_string"):
        return Place(Sink.CODE, name, call, first)
    if last in ("exec", "execSync", "execAsync"):
        module = bindings.module(call.field("function"))
        if "child_process" in module + _promisified(call, bindings):
            return Place(Sink.SHELL, name, call, first)
    if last == "insertAdjacentHTML" and len(given) > 1:
        return Place(Sink.HTML, name, call, given[1])
    if name in ("document.write", "document.writeln"):
        return Place(Sink.HTML, name, call, first)
    if last == "rpc":
        return _rpc(call, name, given)
    if last in ("$queryRawUnsafe", "$executeRawUnsafe") or RUNNERS.match(last):
        return Place(Sink.SQL, name, call, first)
    if last in ("query", "raw", "unsafe", "execute", "exec", "prepare", "literal"):
        receiver = name.rpartition(".")[0]
        if DATABASES.search(receiver):
            return Place(Sink.SQL, name, call, _sql_text(first))
    return None


_NAMES = frozenset(
    """eval runInNewContext runInThisContext runInContext setTimeout setInterval exec execSync
    execAsync insertAdjacentHTML write writeln rpc $queryRawUnsafe $executeRawUnsafe query raw
    unsafe execute prepare literal""".split()
)
_CONTEXTS = ("runInNewContext", "runInThisContext", "runInContext")


def _promisified(call: SgNode, bindings: Bindings) -> str:
    """`const execAsync = promisify(exec)`: where the inner function comes from."""
    made = bindings.value(call.field("function"))
    if made is None or made.kind() != "call_expression" or not callee(made).endswith("promisify"):
        return ""
    given = arguments(made)
    return bindings.module(given[0]) if given else ""


_RUNS_SQL = regex(r"sql|query", re.IGNORECASE)


def _rpc(call: SgNode, name: str, given: list[SgNode]) -> Place | None:
    """`supabase.rpc("execute_sql", { query })`: a database function that runs what it is given."""
    procedure = string(given[0])
    if procedure is None or len(given) < 2 or not re.match(r"(run|exec|execute)_?", procedure):
        return None
    if not _RUNS_SQL.search(procedure) or given[1].kind() != "object":
        return None
    values = list(properties(given[1]).values())
    return Place(Sink.SQL, f"{name} {procedure}", call, values[0]) if values else None


def _sql_text(first: SgNode) -> SgNode:
    """`pool.query({ text: sql })` as well as `pool.query(sql)`."""
    return properties(first).get("text", first) if first.kind() == "object" else first
