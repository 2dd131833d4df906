"""Close an entry point for developers in production, by editing the start of its function."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.style import margin, style_of
from shipworthy.prototype.code.syntax import JS_FUNCTIONS, Syntax, arguments, string
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.source import SourceFile

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "all"})
_TEST = 'if (process.env.NODE_ENV === "production") {\n  return ANSWER;\n}'
_PAGES = ("next",)


def closed_in_production(file: SourceFile, handler: Handler) -> str | None:
    """The text of a file whose handler says 404 in production; None for other frameworks than Express
    and Next.js."""
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if syntax.python:
        return None
    if handler.route.framework in _PAGES:
        function, answer = _exported(syntax, handler), "new Response(null, { status: 404 })"
    else:
        function = _given(syntax, handler)
        answer = f"{_second(function)}.status(404).end()" if function is not None else ""
    body = function.field("body") if function is not None else None
    if body is None or body.kind() != "statement_block" or answer.startswith("."):
        return None
    first = next((c for c in body.named_children()), None)
    if first is None or first.range().start.line == body.range().start.line:
        return None
    style, before = style_of(syntax), margin(first, file.text)
    lines = style.written(_TEST.replace("ANSWER", answer)).split(style.newline)
    code = "".join(f"{line}{style.newline}{before}" for line in lines)
    at = first.range().start.index
    return edited(file.text, [Edit(at, at, code)])


def _exported(syntax: Syntax, handler: Handler) -> SgNode | None:
    """`export async function GET()` of a route file."""
    for function in syntax.nodes("function_declaration"):
        name = function.field("name")
        if name is not None and name.text() == handler.route.handler:
            return function
    return None


def _given(syntax: Syntax, handler: Handler) -> SgNode | None:
    """The last function in `app.get("/x", …)`."""
    place = handler.route.location
    for call in syntax.calls_named(_VERBS):
        given = arguments(call)
        if syntax.location(call).line == place.line and len(given) > 1 and string(given[0]):
            return given[-1] if given[-1].kind() in JS_FUNCTIONS else None
    return None


def _second(function: SgNode) -> str:
    """The name of the answer among the parameters; '' where it has none."""
    holder = function.field("parameters")
    given = holder.named_children() if holder is not None else []
    if len(given) < 2:
        return ""
    name = given[1].field("pattern") or given[1]
    return name.text() if name.kind() == "identifier" else ""
