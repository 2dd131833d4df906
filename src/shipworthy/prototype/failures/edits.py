"""Look at the errors of writes and in handlers that drop them, by editing the code around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.components import component_of
from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import Style, margin, style_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    LOOPS,
    Syntax,
    arguments,
    enclosing,
    function_name,
    identifiers,
)
from shipworthy.prototype.queries.calls import queries_of
from shipworthy.prototype.queries.chains import QueryCall, called_name, within
from shipworthy.prototype.source import SourceFile

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
_TOASTERS = frozenset({"sonner", "react-hot-toast", "react-toastify"})
_TELLS = re.compile(r"toast|alert\(|set\w*Error|notif|message\.|throw|Snackbar")
_CUSTOM = re.compile(r"if \(\w*[eE]rror\) throw")
_ENTRIES = frozenset({"POST", "PUT", "PATCH", "DELETE", "Deno.serve", "serve", "handler"})
_THROWS = frozenset({"throw_statement"})
_RETURNS = frozenset({"return_statement"})


def with_errors_told(
    file: SourceFile,
    writes: Collection[Location],
    catches: Collection[Location],
    browser: bool,
    grave: bool = False,
) -> str | None:
    """The text of a file in which the errors of these writes and in these handlers are told.

    Thrown where the function throws already, shown to the visitor where the file has a way to, else
    logged; what is `grave` fails the request as well. None where one of them leaves no such way.
    """
    if file.language is None or file.text is None:
        return None
    edit = _Telling(Syntax(file, file.language), file.text, browser, grave)
    for call in queries_of(edit.syntax):
        if edit.syntax.location(call.top) in writes and not edit.write(call):
            return None
    for clause, place in _handlers(edit.syntax):
        if edit.syntax.location(place) in catches and not edit.handler(clause):
            return None
    return edited(file.text, edit.found) if edit.found else None


def _handlers(syntax: Syntax) -> Iterator[tuple[SgNode, SgNode]]:
    """Each clause, or `() => {}` of `.catch(…)`, and what gives it its place."""
    for statement in syntax.nodes("try_statement"):
        for clause in statement.children():
            if clause.kind() in ("catch_clause", "except_clause"):
                yield clause, clause
    for call in () if syntax.python else syntax.calls_named(("catch",)):
        given = arguments(call)
        if len(given) == 1 and given[0].kind() == "arrow_function":
            yield given[0], given[0]


@dataclass
class _Telling:
    syntax: Syntax
    text: str
    browser: bool
    grave: bool

    def __post_init__(self) -> None:
        self.style: Style = style_of(self.syntax)
        self.found: list[Edit] = []
        self.names: set[str] = set()

    def write(self, call: QueryCall) -> bool:
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
        name = self._name(call, statement)
        lines = self._told(call, statement, name)
        if not lines:
            return False
        held = "{ error }" if name == "error" else f"{{ error: {name} }}"
        if pattern is None:
            start = statement.range().start.index
            self.found.append(Edit(start, start, f"const {held} = "))
        else:
            last = pattern.named_children()[-1].range().end.index
            self.found.append(Edit(last, last, f", {held[2:-2]}"))
        self._after(statement, lines)
        return True

    def _after(self, statement: SgNode, lines: str) -> None:
        end = statement.range().end.index
        before = margin(statement, self.text)
        code = self.style.written(lines).split(self.style.newline)
        joined = f"{self.style.newline}{before}".join(code)
        self.found.append(Edit(end, end, f"{self.style.newline}{before}{joined}"))

    def _name(self, call: QueryCall, statement: SgNode) -> str:
        """A name for the error that the function does not use yet."""
        function = self._outermost(statement)
        known = {n for n in identifiers(self.syntax.root) if n in function.text()} | self.names
        table = re.sub(r"_(\w)", lambda m: m[1].upper(), re.sub(r"\W", "_", call.table or ""))
        table = table[:1].upper() + table[1:]
        deed = "call" if call.operation in ("rpc", "function") else call.operation
        options = ["error", f"{deed}Error", f"{deed}{table}Error"]
        options += [f"{deed}{table}Error{number}" for number in range(2, 30)]
        name = next(option for option in options if option not in known)
        self.names.add(name)
        return name

    def _outermost(self, node: SgNode) -> SgNode:
        around = [a for a in node.ancestors() if a.kind() in FUNCTIONS]
        return around[-1] if around else self.syntax.root

    def _told(self, call: QueryCall, statement: SgNode, name: str) -> str:
        if self._may_throw(statement):
            return f"if ({name}) throw {name};"
        if self.browser:
            shown = self._shown(f"{name}.message")
            if shown and self._may_return(statement):
                return f"if ({name}) {{\n  {shown}\n  return;\n}}"
            # A module of queries throws in its other functions.
            beside = component_of(call.top, self.syntax) is None and _CUSTOM.search(self.text)
            return f"if ({name}) throw {name};" if beside else ""
        what = f"{_DEEDS.get(call.operation, call.operation)} {call.table or ''}".strip()
        if call.operation == "auth":
            what = f"change the account ({call.table})"
        line = f'  console.error("Could not {what}:", {name});\n'
        return f"if ({name}) {{\n{line}{self._failing(statement, name)}}}"

    def _failing(self, node: SgNode, name: str) -> str:
        """The line that fails the request of a grave error; '' where it goes on."""
        function = enclosing(node, FUNCTIONS)
        if not self.grave or function is None or enclosing(node, LOOPS, FUNCTIONS) is not None:
            return ""
        if "res.status(" in function.text():
            return '  return res.status(500).json({ error: "Something went wrong" });\n'
        return f"  throw {name};\n" if function_name(node) in _ENTRIES else ""

    def _may_throw(self, node: SgNode) -> bool:
        """True in a try whose handler does more than keep quiet, and where the function throws."""
        function = enclosing(node, FUNCTIONS)
        tried = enclosing(node, frozenset({"try_statement"}), FUNCTIONS)
        if tried is not None:
            body = tried.field("body")
            inside = body is not None and _contains(body, node)
            clause = next((c for c in tried.children() if c.kind() == "catch_clause"), None)
            if not inside or clause is None:
                return False
            told = _TELLS.search(clause.text()) is not None
            answers = not self.browser and "return" in clause.text()
            others = (
                any(_contains(body, t) for t in within(tried, _THROWS, FUNCTIONS))
                if body
                else False
            )
            return told or (answers and others)
        body = function.field("body") if function is not None else None
        return body is not None and next(iter(within(body, _THROWS, FUNCTIONS)), None) is not None

    def _may_return(self, statement: SgNode) -> bool:
        """True in a function that gives nothing back, outside of loops."""
        function = enclosing(statement, FUNCTIONS)
        body = function.field("body") if function is not None else None
        if body is None or enclosing(statement, LOOPS, FUNCTIONS) is not None:
            return False
        given = within(body, _RETURNS, FUNCTIONS)
        return not any(r.named_children() for r in given)

    def _shown(self, message: str) -> str:
        """How the file shows an error to the visitor; '' where it has no way yet."""
        module = bindings_of(self.syntax).modules.get("toast", "")
        if module in _TOASTERS:
            return f"toast.error({message});"
        if "useToast" in self.text and re.search(
            r"\{[^}\n]*\btoast\b[^}\n]*\}\s*=\s*useToast\(", self.text
        ):
            return f'toast({{ variant: "destructive", description: {message} }});'
        if module.rpartition("/")[2] == "use-toast":
            return f'toast({{ variant: "destructive", description: {message} }});'
        return ""

    def handler(self, clause: SgNode) -> bool:
        """Log in the handler of a server, show in that of a page."""
        return self._python(clause) if self.syntax.python else self._script(clause)

    def _script(self, clause: SgNode) -> bool:
        body = clause.field("body")
        if (
            body is None
            or body.kind() != "statement_block"
            or ("return" in body.text() and self.browser)
        ):
            return False
        name = self._caught(clause)
        what = spoken(self.syntax.source.path, function_name(clause))
        line = f'console.error("{what} failed:", {name});'
        lines = [] if "console." in body.text() or "logger." in body.text() else [line]
        if self.browser:
            shown = self._shown(f"{name} instanceof Error ? {name}.message : String({name})")
            if not shown or _TELLS.search(body.text()):
                return False
            lines.append(shown)
        if not lines:
            return False
        failing = (
            "" if self.browser or clause.kind() != "catch_clause" else self._failing(clause, name)
        )
        lines += [failing.strip()] if failing.startswith("  throw") else []
        self._inside(body, clause, lines)
        return True

    def _caught(self, clause: SgNode) -> str:
        """The name of what was caught; it gets one where it has none."""
        if clause.kind() == "arrow_function":
            parameters = clause.field("parameters") or clause.field("parameter")
            named = parameters.text().strip("()").partition(":")[0].strip() if parameters else ""
            if not named and parameters is not None:
                self.found.append(replacing(parameters, "(error)"))
            return named or "error"
        parameter = clause.field("parameter")
        if parameter is not None:
            return parameter.text()
        at = clause.range().start.index + len("catch")
        self.found.append(Edit(at, at, " (error)"))
        return "error"

    def _inside(self, body: SgNode, clause: SgNode, lines: list[str]) -> None:
        """Put lines at the end of a block, which may be empty or stand on one line."""
        before = margin(clause, self.text)
        inner = before + self.style.indent
        nl = self.style.newline
        code = "".join(f"{inner}{self.style.written(line)}{nl}" for line in lines)
        items = body.named_children()
        end = body.range().end.index - 1
        start = body.range().start.index + 1
        if items and items[-1].range().start.line > body.range().start.line:
            at = self.text.rfind("\n", 0, end) + 1
            self.found.append(Edit(at, at, code))
        else:
            kept = self.text[start:end].strip()
            held = f"{inner}{kept}{nl}" if kept else ""
            self.found.append(Edit(start, end, f"{nl}{held}{code}{before}"))

    def _python(self, clause: SgNode) -> bool:
        block = next((c for c in clause.children() if c.kind() == "block"), None)
        items = block.named_children() if block is not None else []
        if not items or items[0].range().start.line == clause.range().start.line:
            return False
        logger = next(
            (n for n in ("logger", "log", "LOGGER") if n in identifiers(self.syntax.root)), ""
        )
        name = function_name(clause)
        what = self.syntax.source.name if name == "module" else name
        line = f'{logger or "logging.getLogger(__name__)"}.exception("{what} failed")'
        if not logger:
            self.found += importing(self.syntax, "logging")
        first = next((c for c in items if c.kind() != "comment"), items[0])
        if first.kind() == "pass_statement":
            self.found.append(replacing(first, line))
        else:
            at = first.range().start.index
            self.found.append(Edit(at, at, f"{line}{self.style.newline}{margin(first, self.text)}"))
        return True


def _contains(outer: SgNode, inner: SgNode) -> bool:
    one, other = outer.range(), inner.range()
    return one.start.index <= other.start.index and other.end.index <= one.end.index


def _is_plain(statement: SgNode) -> bool:
    """True for a statement of a function that declares one thing at most."""
    kinds = [c.kind() for c in statement.named_children()]
    inside = enclosing(statement, FUNCTIONS) is not None
    return inside and kinds.count("variable_declarator") <= 1
