"""Tell the error in a handler that drops it, by editing its body."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.edits import Edit, replacing
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import margin
from shipworthy.prototype.code.syntax import function_name, identifiers
from shipworthy.prototype.failures.telling import TELLS, Telling

_LEAVES = ("return_statement", "throw_statement", "continue_statement", "break_statement")


def tell_handler(telling: Telling, clause: SgNode) -> bool:
    """Log in the handler of a server, show in that of a page."""
    return _python(telling, clause) if telling.syntax.python else _script(telling, clause)


def _script(telling: Telling, clause: SgNode) -> bool:
    body = clause.field("body")
    if (
        body is None
        or body.kind() != "statement_block"
        or ("return" in body.text() and telling.browser)
    ):
        return False
    name = _caught(telling, clause)
    what = spoken(telling.syntax.source.path, function_name(clause))
    line = f'console.error("{what} failed:", {name});'
    lines = [] if "console." in body.text() or "logger." in body.text() else [line]
    if telling.browser:
        shown = telling.shown(clause, f"{name} instanceof Error ? {name}.message : String({name})")
        if not shown or TELLS.search(body.text()):
            return False
        lines.append(shown)
    if not lines:
        return False
    failing = (
        "" if telling.browser or clause.kind() != "catch_clause" else telling.failing(clause, name)
    )
    throws = failing.startswith("  throw") and _leaving(body) is None
    lines += [failing.strip()] if throws else []
    _inside(telling, body, clause, lines)
    return True


def _caught(telling: Telling, clause: SgNode) -> str:
    """The name of what was caught; it gets one where it has none."""
    if clause.kind() == "arrow_function":
        parameters = clause.field("parameters") or clause.field("parameter")
        named = parameters.text().strip("()").partition(":")[0].strip() if parameters else ""
        if not named and parameters is not None:
            telling.found.append(replacing(parameters, "(error)"))
        return named or "error"
    parameter = clause.field("parameter")
    if parameter is not None:
        return parameter.text()
    at = clause.range().start.index + len("catch")
    telling.found.append(Edit(at, at, " (error)"))
    return "error"


def _inside(telling: Telling, body: SgNode, clause: SgNode, lines: list[str]) -> None:
    """Put lines into a block, which may be empty or stand on one line: at its end, or before what
    leaves it, behind which nothing would run."""
    before = margin(clause, telling.text)
    inner = before + telling.style.indent
    nl = telling.style.newline
    code = "".join(f"{inner}{telling.style.written(line)}{nl}" for line in lines)
    items = body.named_children()
    end = body.range().end.index - 1
    start = body.range().start.index + 1
    leaves = _leaving(body)
    if items and items[-1].range().start.line > body.range().start.line:
        at = leaves.range().start.index if leaves is not None else end
        at = telling.text.rfind("\n", 0, at) + 1
        telling.found.append(Edit(at, at, code))
    else:
        kept = telling.text[start:end].strip()
        held = f"{inner}{kept}{nl}" if kept else ""
        text = code + held if leaves is not None else held + code
        telling.found.append(Edit(start, end, f"{nl}{text}{before}"))


def _leaving(body: SgNode) -> SgNode | None:
    """The statement of a block that always leaves it; None where its end is reached."""
    return next((item for item in body.named_children() if item.kind() in _LEAVES), None)


def _python(telling: Telling, clause: SgNode) -> bool:
    block = next((c for c in clause.children() if c.kind() == "block"), None)
    items = block.named_children() if block is not None else []
    if not items or items[0].range().start.line == clause.range().start.line:
        return False
    logger = next(
        (n for n in ("logger", "log", "LOGGER") if n in identifiers(telling.syntax.root)), ""
    )
    name = function_name(clause)
    what = telling.syntax.source.name if name == "module" else name
    line = f'{logger or "logging.getLogger(__name__)"}.exception("{what} failed")'
    if not logger:
        telling.found += importing(telling.syntax, "logging")
    first = next((c for c in items if c.kind() != "comment"), items[0])
    if first.kind() == "pass_statement":
        telling.found.append(replacing(first, line))
    else:
        at = first.range().start.index
        telling.found.append(
            Edit(at, at, f"{line}{telling.style.newline}{margin(first, telling.text)}")
        )
    return True
