"""Give a FastAPI or Flask server a JSON log with the id of the request, and let `print` write to it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import after_line
from shipworthy.prototype.code.syntax import (
    PY_FUNCTIONS,
    Syntax,
    arguments,
    callee,
    enclosing,
    identifiers,
    string,
)
from shipworthy.prototype.inventory.servers import Server
from shipworthy.prototype.logs.logger_texts import python_logger
from shipworthy.prototype.modules.module_names import python_name
from shipworthy.prototype.source import Language, Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_MODULE = "json_log"
_WIRED = {
    "FastAPI": 'configure()\nAPP.middleware("http")(with_request_id)\n',
    "Flask": "configure()\nwith_request_id(APP)\n",
}
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_COMMANDS = frozenset({"__name__", "argparse", "click", "typer", "argv"})
_EXCEPT = frozenset({"except_clause"})


def with_python_logger(prototype: Prototype, server: Server) -> dict[str, str] | None:
    """The new module, the file that makes the app, and the files whose prints become log lines.

    None where the app is made in a function, or where nothing shows how the file that makes it
    names the modules beside it.
    """
    if server.framework not in ("fastapi", "flask"):
        return None
    files = [prototype.files[path] for path in sorted(server.files) if path in prototype.files]
    files = [
        f for f in files if f.language is Language.PYTHON and f.text and f.role is Role.PRODUCT
    ]
    for home in sorted(files, key=lambda f: (f.path != server.start.path, f.path)):
        made = _made(home)
        if made is None:
            continue
        module = posixpath.join(home.folder, f"{_MODULE}.py")
        name = python_name(prototype, home, module.removesuffix(".py"))
        wired = _wired(home, made, name) if name is not None else None
        if wired is None or module in prototype.files:
            return None
        rewritten = {f.path: _printing(f) for f in files if f is not home}
        said = {path: text for path, text in rewritten.items() if text is not None}
        silent = not said and not any(call.location.path in server.files for call in prototype.logs)
        text = python_logger(server.framework, tells_requests=silent)
        return {module: text, home.path: wired, **said}
    return None


def _made(file: SourceFile) -> SgNode | None:
    """`app = FastAPI()` of a module."""
    syntax = Syntax(file, Language.PYTHON)
    for node in syntax.nodes("assignment"):
        value, held = node.field("right"), node.field("left")
        if value is None or held is None or enclosing(node, PY_FUNCTIONS) is not None:
            continue
        if held.kind() == "identifier" and value.kind() == "call" and callee(value) in _WIRED:
            return node
    return None


def _wired(home: SourceFile, made: SgNode, module: str) -> str | None:
    text = home.text or ""
    syntax = Syntax(home, Language.PYTHON)
    held, value = made.field("left"), made.field("right")
    names = identifiers(syntax.root)
    if held is None or value is None or "configure" in names or "with_request_id" in names:
        return None
    code = _WIRED[callee(value)].replace("APP", held.text())
    at, last = after_line(made, text), _last_import(syntax)
    if last is None:
        return None
    below = after_line(last, text)
    start = "" if text[:at].endswith("\n") else "\n"
    line = f"from {module} import configure, with_request_id\n"
    return edited(text, [Edit(at, at, start + code), Edit(below, below, line)])


def _last_import(syntax: Syntax) -> SgNode | None:
    found = [n for n in syntax.root.children() if n.kind() in _IMPORTS]
    return found[-1] if found else None


def _printing(file: SourceFile) -> str | None:
    """The file whose prints go through `logging`; None where it has none that can."""
    syntax = Syntax(file, Language.PYTHON)
    last = _last_import(syntax)
    if "logger" in identifiers(syntax.root) or last is None or syntax.is_broken:
        return None
    if not _COMMANDS.isdisjoint(identifiers(syntax.root)):
        return None  # what a command prints is for whoever typed it
    edits = list(_prints(syntax))
    if not edits:
        return None
    text = file.text or ""
    below = after_line(last, text)
    made = Edit(below, below, "\nlogger = logging.getLogger(__name__)\n")
    return edited(text, [*importing(syntax, "logging"), made, *edits])


def _prints(syntax: Syntax) -> Iterator[Edit]:
    for call in syntax.calls_named({"print"}):
        given, parent = arguments(call), call.parent()
        if callee(call) != "print" or parent is None or parent.kind() != "expression_statement":
            continue
        said = _message(given)
        if said is not None:
            failed = enclosing(call, _EXCEPT, PY_FUNCTIONS) is not None
            yield replacing(call, f"logger.{'exception' if failed else 'info'}({said})")


def _message(given: list[SgNode]) -> str | None:
    """The arguments of the log line: a text alone as it is, what follows it by `%s`."""
    if not given or given[0].kind() != "string":
        return None
    if any(g.kind() in ("keyword_argument", "list_splat", "dictionary_splat") for g in given):
        return None
    if len(given) == 1:
        return given[0].text()
    text = given[0].text()
    plain = string(given[0])
    if plain is None or "%" in plain or text[:1] not in "\"'" or text.startswith(text[0] * 3):
        return None
    rest = ", ".join(g.text() for g in given[1:])
    return f"{text[:-1]}{' %s' * (len(given) - 1)}{text[-1]}, {rest}"
