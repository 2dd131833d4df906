"""What of a model's words is in an expression, given the names that are known to hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ast_grep_py import SgNode
from msgspec.structs import replace

from shipworthy.prototype.code.bindings import MODULE, Bindings
from shipworthy.prototype.code.patterns import peeled, targets
from shipworthy.prototype.code.syntax import arguments, callee, string
from shipworthy.prototype.executions.carriers import Carriers, places_of_words
from shipworthy.prototype.executions.passing import NOT_TEXT, STAYS, cleans, passes
from shipworthy.prototype.executions.traces import Span, Trace, merged, span


class Tracer:
    """The sources of a file, and the names and functions that are known to hold them."""

    def __init__(self, text: str, bindings: Bindings, sources: Mapping[Span, Trace]) -> None:
        self.bindings = bindings
        self.sources = sources
        self.names: dict[tuple[int, str], Trace] = {}
        self.returned: dict[int, Trace] = {}  # what each function makes itself
        self.passed: dict[int, Trace] = {}  # what each hands back of what it is given
        self.functions = _functions_by_name(bindings)
        self.words = places_of_words(text)
        self.carriers = Carriers(self.words, (start for start, _ in sources))

    def trace(self, node: SgNode | None, depth: int = 12) -> Trace | None:
        """What of the sources is in an expression; None for nothing."""
        node = peeled(node)
        if node is None or depth == 0:
            return None
        where = span(node)
        if not self.carriers.stand_in(where):
            return None
        found = self.sources.get(where)
        if found is not None:
            return found
        kind = node.kind()
        if kind in ("identifier", "shorthand_property_identifier"):
            return self._named(node, node.text())
        if kind in ("member_expression", "attribute", "subscript_expression", "subscript"):
            return self._member(node, depth)
        if kind in ("call_expression", "call", "new_expression"):
            return self._call(node, depth)
        return self._part(node, kind, depth)

    def _named(self, node: SgNode, name: str) -> Trace | None:
        for scope in self.bindings.scopes(node):
            found = self.names.get((scope, name))
            if found is not None:
                return found
            if self.bindings.declares(scope, name):
                return None
        return None

    def _member(self, node: SgNode, depth: int) -> Trace | None:
        name = next((n for n, _ in targets(node)), "")
        whole = self.names.get((MODULE, name)) if "." in name else None
        if whole is not None:
            return whole
        last = node.field("property") or node.field("attribute")
        key = last.text() if last is not None else _key(node)
        if key in NOT_TEXT:
            return None
        found = self.trace(node.field("object") or node.field("value"), depth - 1)
        if found is None or not key:
            return found
        return replace(found, fields=found.fields | {key})

    def _call(self, call: SgNode, depth: int) -> Trace | None:
        name = callee(call)
        last = name.rpartition(".")[2]
        function = self.functions.get(last)
        if function is not None and (function in self.returned or function in self.passed):
            return self._result(call, function, depth)
        holder = call.field("function")
        receiver = holder.field("object") if holder is not None else None
        if receiver is not None and last not in STAYS:
            found = self.trace(receiver, depth - 1)
            if found is not None:
                return self._cleaned(found, name)
        if not passes(name) and not cleans(name):
            return None
        for argument in arguments(call):
            value = argument.field("value") if argument.kind() == "keyword_argument" else argument
            found = self.trace(value, depth - 1)
            if found is not None:
                return self._cleaned(found, name)
        return None

    def _result(self, call: SgNode, function: int, depth: int) -> Trace | None:
        """What a function of the file returns to this call: other callers give it other values."""
        found = self.returned.get(function)
        passed = self.passed.get(function)
        for argument in arguments(call) if passed is not None else ():
            value = argument.field("value") if argument.kind() == "keyword_argument" else argument
            given = self.trace(value, depth - 1)
            if given is not None and passed is not None:
                through = replace(
                    given,
                    fields=given.fields | passed.fields,
                    cleaned=given.cleaned | passed.cleaned,
                )
                found = through if found is None else merged(found, through)
        return found

    @staticmethod
    def _cleaned(found: Trace, name: str) -> Trace:
        safe = cleans(name)
        return replace(found, cleaned=found.cleaned | {safe}) if safe else found

    def _part(self, node: SgNode, kind: str, depth: int) -> Trace | None:
        if kind in _CONDITIONALS:
            parts = [c for c in node.children() if c.is_named()]
            wanted = [parts[0], parts[2]] if kind == "conditional_expression" else parts[1:]
            return self._any(wanted, depth)
        if kind in ("binary_expression", "binary_operator", "boolean_operator"):
            operator = node.field("operator")
            if operator is not None and operator.text() not in _JOINS:
                return None
        elif kind not in _WHOLES:
            return None
        if kind in ("pair", "keyword_argument"):
            return self.trace(node.field("value"), depth - 1)
        return self._any((c for c in node.children() if c.is_named()), depth)

    def _any(self, nodes: Iterable[SgNode], depth: int) -> Trace | None:
        found: Trace | None = None
        for node in nodes:
            trace = self.trace(node, depth - 1)
            if trace is not None:
                found = trace if found is None else merged(found, trace)
        return found


_CONDITIONALS = ("ternary_expression", "conditional_expression")
_JOINS = frozenset({"+", "||", "??", "or", "%", "&&", "and"})
_WHOLES = frozenset(
    """template_string template_substitution string interpolation object dictionary pair array list
    tuple spread_element dictionary_splat list_splat keyword_argument binary_expression
    binary_operator boolean_operator concatenated_string expression_list assignment_expression
    list_comprehension generator_expression""".split()
)


def _key(node: SgNode) -> str:
    index = node.field("index") or node.field("subscript")
    return (string(index) or "") if index is not None else ""


def _functions_by_name(bindings: Bindings) -> dict[str, int]:
    """Where each function that has a name starts."""
    found: dict[str, int] = {}
    for start, node in bindings.functions.items():
        own, parent = node.field("name"), node.parent()
        if own is None and parent is not None and parent.kind() == "variable_declarator":
            own = parent.field("name")
        if own is not None:
            found[own.text()] = start
    return found
