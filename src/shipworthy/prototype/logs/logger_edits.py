"""Give an Express server a logger that writes JSON with the id of the request, and use it for errors."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import adding_imports, specifier
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax, callee, identifiers
from shipworthy.prototype.inventory.app_edits import behind_app
from shipworthy.prototype.inventory.servers import Server
from shipworthy.prototype.logs.logger_texts import script_logger
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.source import Language, Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NAMES = ("log", "logger", "json-log")
_ERRORS = ("console.error", "console.warn")
_MIDDLEWARE = {"express": "APP.use(withRequestId);\n"}


def with_logger(prototype: Prototype, server: Server) -> dict[str, str] | None:
    """The new module, the file that makes the app, and the files whose errors go through the logger.

    Only for Express in ES modules; files that the browser loads as well keep their console. None
    where no file makes the app, or it has names of its own for what is added.
    """
    if server.framework != "express":
        return None
    where = sides(prototype)
    files = [
        prototype.files[path]
        for path in sorted(server.files)
        if path in prototype.files and where.get(path) is Side.SERVER
    ]
    home = next((f for f in _first(files, server.start.path) if _makes_app(f)), None)
    if home is None or home.language is None:
        return None
    typed = home.language is not Language.JAVASCRIPT
    folder = posixpath.dirname(home.path)
    kind = "ts" if typed else "js"
    taken = {path.rpartition(".")[0] for path in prototype.files}
    name = next((n for n in _NAMES if posixpath.join(folder, n) not in taken), None)
    if name is None:
        return None
    module = posixpath.join(folder, name)
    changed = {f"{module}.{kind}": script_logger(typed)}
    for file in files:
        text = _rewritten(file, module, home=file is home)
        if file is home and text is None:
            return None
        if text is not None:
            changed[file.path] = text
    return changed


def _first(files: list[SourceFile], path: str) -> list[SourceFile]:
    return sorted(files, key=lambda file: (file.path != path, file.path))


def _makes_app(file: SourceFile) -> bool:
    """True for a file of ES modules that calls `express()`."""
    text = file.text or ""
    return "express()" in text and "import " in text and behind_app(file, _MIDDLEWARE) is not None


def _rewritten(file: SourceFile, module: str, *, home: bool) -> str | None:
    """The file with its errors logged through the logger; None where nothing changes."""
    if (
        file.language in (None, Language.PYTHON)
        or file.text is None
        or file.role is not Role.PRODUCT
    ):
        return None
    text = file.text
    if home:
        used = behind_app(file, _MIDDLEWARE)
        if used is None or "withRequestId" in text:
            return None
        text = used
    syntax = Syntax(replace(file, text=text), file.language or Language.TYPESCRIPT)
    if syntax.is_broken or not syntax.nodes("import_statement"):
        return None  # `require`, which has no such import
    edits = [] if "logger" in identifiers(syntax.root) else _calls(syntax)
    wanted = [*(["logger"] if edits else []), *(["withRequestId"] if home else [])]
    if not wanted:
        return None
    source = specifier(syntax, module)
    statement = style_of(syntax).written(f'import {{ {", ".join(wanted)} }} from "{source}"')
    return edited(text, [*edits, *adding_imports(syntax, [statement])])


def _calls(syntax: Syntax) -> list[Edit]:
    if "console" in bindings_of(syntax).modules:
        return []
    found = []
    for call in syntax.calls:
        function = call.field("function")
        console = function.field("object") if function is not None else None
        if console is not None and callee(call) in _ERRORS:
            found.append(replacing(console, "logger"))
    return found
