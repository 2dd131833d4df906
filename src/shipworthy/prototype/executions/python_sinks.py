"""The calls of Python that run text."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import arguments, keyword, string
from shipworthy.prototype.executions.sink import DATABASES, RUNNERS, Place, Sink
from shipworthy.regex import regex

_FRAME = regex(r"(^|\.|_)(df|data|frame|table)\w*$")


def python_sink(call: SgNode, bindings: Bindings) -> Place | None:
    """The place that a call is; None for a call that runs nothing."""
    name = bindings.qualified(call)
    last = name.rpartition(".")[2]
    plain = [a for a in arguments(call) if a.kind() != "keyword_argument"]
    library = _self_running(call, name, last)
    if library is not None:
        return Place(library, last, call, None)
    first = plain[0] if plain else None
    if first is None:
        return None
    if name in ("eval", "exec", "builtins.eval", "builtins.exec"):
        return Place(Sink.CODE, name, call, first)
    if last in ("eval", "query") and _FRAME.search(name.rpartition(".")[0]):
        return Place(Sink.CODE, name, call, first)  # pandas evaluates such text
    shell = _shell(call, name, first)
    if shell is not None:
        return shell
    if name.endswith(("pickle.loads", "pickle.load", "joblib.load", "marshal.loads", "dill.loads")):
        return Place(Sink.DESERIALISED, name, call, first)
    if name == "yaml.load" and "Safe" not in call.text():
        return Place(Sink.DESERIALISED, name, call, first)
    return _python_markup(call, name, last, first) or _python_sql(call, name, last, first)


def _shell(call: SgNode, name: str, first: SgNode) -> Place | None:
    if name in ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"):
        return Place(Sink.SHELL, name, call, first)
    if not name.startswith(("subprocess.", "asyncio.create_subprocess_shell")):
        return None
    shell = keyword(call, "shell")
    if name.endswith("_shell") or (shell is not None and shell.text() == "True"):
        return Place(Sink.SHELL, name, call, first)
    head = [string(c) for c in first.children() if c.is_named()] if first.kind() == "list" else []
    interpreted = head[:1] and (head[0] or "").rpartition("/")[2] in _INTERPRETERS
    return Place(Sink.SHELL, name, call, first) if interpreted and "-c" in head[:2] else None


_INTERPRETERS = ("bash", "sh", "zsh", "python", "python3", "node")


def _python_markup(call: SgNode, name: str, last: str, first: SgNode) -> Place | None:
    unsafe = keyword(call, "unsafe_allow_html")
    if unsafe is not None and unsafe.text() == "True":
        return Place(Sink.HTML, name, call, first)
    if name.endswith("components.v1.html") or last in ("mark_safe", "Markup", "HTMLResponse"):
        return Place(Sink.HTML, name, call, first)
    return None


def _python_sql(call: SgNode, name: str, last: str, first: SgNode) -> Place | None:
    if last in ("read_sql", "read_sql_query") or RUNNERS.match(last):
        return Place(Sink.SQL, name, call, first)
    if last in ("execute", "executescript", "fetch", "fetchall", "fetchrow", "fetch_all", "sql"):
        receiver = name.rpartition(".")[0]
        if DATABASES.search(receiver) or last == "executescript":
            return Place(Sink.SQL, name, call, first)
    return None


_SELF_RUNNING = {
    "create_sql_agent": Sink.SQL,
    "SQLDatabaseChain": Sink.SQL,
    "NLSQLTableQueryEngine": Sink.SQL,
    "QuerySQLDataBaseTool": Sink.SQL,
    "QuerySQLDatabaseTool": Sink.SQL,
    "SQLDatabaseToolkit": Sink.SQL,
    "ShellTool": Sink.SHELL,
    "PythonREPLTool": Sink.CODE,
    "PythonAstREPLTool": Sink.CODE,
    "PandasQueryEngine": Sink.CODE,
    "SmartDataframe": Sink.CODE,
    "SmartDatalake": Sink.CODE,
    "create_python_agent": Sink.CODE,
}
_DANGEROUS = ("create_pandas_dataframe_agent", "create_csv_agent", "create_spark_dataframe_agent")


def _self_running(call: SgNode, name: str, last: str) -> Sink | None:
    """Agents that run what their model writes, without any further call."""
    if last in ("from_llm", "from_database"):
        last = name.split(".")[-2]
    if last in _DANGEROUS:
        allowed = keyword(call, "allow_dangerous_code")
        return Sink.CODE if allowed is not None and allowed.text() == "True" else None
    return _SELF_RUNNING.get(last)
