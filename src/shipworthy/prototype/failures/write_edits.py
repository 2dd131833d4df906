"""Look at the error of a write through supabase-js, by editing the statement that drops its result."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.components import component_of
from shipworthy.prototype.code.edits import Edit
from shipworthy.prototype.code.style import margin
from shipworthy.prototype.code.syntax import FUNCTIONS, enclosing, identifiers
from shipworthy.prototype.failures.telling import TELLS, Telling, Weight
from shipworthy.prototype.queries.chains import QueryCall, called_name
from shipworthy.regex import regex

_SETTLES = ("then", "catch", "finally", "throwOnError")
_BLOCKS = ("program", "statement_block")
_DEEDS = {
    "insert": "insert into",
    "upsert": "write to",
    "update": "update",
    "delete": "delete from",
    "rpc": "call",
    "function": "call",
}
_REPEATED = ("update", "upsert", "delete")  # once more changes nothing further
_CUSTOM = regex(r"if \(\w*[eE]rror\) throw")


def tell_write(telling: Telling, call: QueryCall) -> bool:
    """Give the result of a supabase call its error, and tell it in the next statement."""
    waits = call.top.parent()
    if call.library != "supabase" or waits is None or waits.kind() != "await_expression":
        return False
    if called_name(call.top) in _SETTLES:
        return False  # what comes out is no result of the library any more
    holder = waits.parent()
    if holder is None:
        return False
    if holder.kind() == "expression_statement":
        statement, pattern = holder, None
    else:
        pattern = holder.field("name")
        above = holder.parent()
        if holder.kind() != "variable_declarator" or above is None or pattern is None:
            return False
        if pattern.kind() != "object_pattern" or "..." in pattern.text():
            return False
        statement = above
    block = statement.parent()
    if block is None or block.kind() not in _BLOCKS or not _is_plain(statement):
        return False
    if pattern is not None and (known := _bound_error(pattern)):
        return _tell_where_it_is_logged(telling, statement, known)
    name = _name(telling, call, statement)
    lines = _told(telling, call, statement, name)
    if not lines:
        return False
    held = "{ error }" if name == "error" else f"{{ error: {name} }}"
    if pattern is None:
        start = statement.range().start.index
        telling.found.append(Edit(start, start, f"const {held} = "))
    else:
        last = pattern.named_children()[-1].range().end.index
        telling.found.append(Edit(last, last, f", {held[2:-2]}"))
    _after(telling, statement, lines)
    return True


def _bound_error(pattern: SgNode) -> str:
    """The name that `{ data, error: failed }` gives to the error; '' where it takes none out."""
    for part in pattern.named_children():
        key = part.field("key")
        if part.kind() == "shorthand_property_identifier_pattern" and part.text() == "error":
            return "error"
        value = part.field("value")
        if key is not None and key.text() == "error" and value is not None:
            return value.text()
    return ""


def _tell_where_it_is_logged(telling: Telling, statement: SgNode, name: str) -> bool:
    """Show the error at the end of the `if (error)` below, which only logs it so far."""
    below = statement.next()
    condition = below.field("condition") if below is not None else None
    block = below.field("consequence") if below is not None else None
    if below is None or condition is None or condition.text() != f"({name})":
        return False
    if block is None or block.kind() != "statement_block" or below.field("alternative"):
        return False
    shown = telling.shown(statement, f"{name}.message")
    if not shown or not telling.may_return(statement) or TELLS.search(block.text()):
        return False
    items = block.named_children()
    if not items or items[-1].range().start.line == block.range().start.line:
        return False
    at, before = items[-1].range().end.index, margin(items[-1], telling.text)
    lines = telling.style.written(f"{shown}\nreturn;").split(telling.style.newline)
    telling.found.append(Edit(at, at, "".join(f"\n{before}{line}" for line in lines)))
    return True


def _after(telling: Telling, statement: SgNode, lines: str) -> None:
    end = statement.range().end.index
    before = margin(statement, telling.text)
    code = telling.style.written(lines).split(telling.style.newline)
    joined = f"{telling.style.newline}{before}".join(code)
    telling.found.append(Edit(end, end, f"{telling.style.newline}{before}{joined}"))


def _name(telling: Telling, call: QueryCall, statement: SgNode) -> str:
    """A name for the error that the function does not use yet."""
    function = telling.outermost(statement)
    known = {n for n in identifiers(telling.syntax.root) if n in function.text()} | telling.names
    table = re.sub(r"_(\w)", lambda m: m[1].upper(), re.sub(r"\W", "_", call.table or ""))
    table = table[:1].upper() + table[1:]
    deed = "call" if call.operation in ("rpc", "function") else call.operation
    options = ["error", f"{deed}Error", f"{deed}{table}Error"]
    options += [f"{deed}{table}Error{number}" for number in range(2, 30)]
    name = next(option for option in options if option not in known)
    telling.names.add(name)
    return name


def _told(telling: Telling, call: QueryCall, statement: SgNode, name: str) -> str:
    keeps_books = telling.weight is Weight.LIGHT and not telling.browser
    if telling.may_throw(statement) and not keeps_books:
        return f"if ({name}) throw {name};"
    if telling.browser:
        shown = telling.shown(statement, f"{name}.message")
        if shown and telling.may_return(statement):
            return f"if ({name}) {{\n  {shown}\n  return;\n}}"
        # A module of queries throws in its other functions.
        beside = component_of(call.top, telling.syntax) is None and _CUSTOM.search(telling.text)
        return f"if ({name}) throw {name};" if beside else ""
    what = f"{_DEEDS.get(call.operation, call.operation)} {call.table or ''}".strip()
    if call.operation == "auth":
        what = f"change the account ({call.table})"
    line = f'  console.error("Could not {what}:", {name});\n'
    failing = telling.failing(statement, name, repeats=call.operation in _REPEATED)
    return f"if ({name}) {{\n{line}{failing}}}"


def _is_plain(statement: SgNode) -> bool:
    """True for a statement of a function that declares one thing at most."""
    kinds = [c.kind() for c in statement.named_children()]
    inside = enclosing(statement, FUNCTIONS) is not None
    return inside and kinds.count("variable_declarator") <= 1
