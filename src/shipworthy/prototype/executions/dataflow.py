"""Where the words of a model, or the answer of an own endpoint, go inside one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ast_grep_py import SgNode
from msgspec.structs import replace

from shipworthy.prototype.code.bindings import MODULE, Bindings
from shipworthy.prototype.code.patterns import parameters, peeled, targets
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    dotted,
)
from shipworthy.prototype.executions.carriers import Carriers
from shipworthy.prototype.executions.passing import NOT_TEXT
from shipworthy.prototype.executions.traces import MODEL, Span, Trace, merged, span
from shipworthy.prototype.executions.tracing import Tracer

_ROUNDS = 8  # assignments, calls and returns that a value may pass through one after another
_STEPS = 6


class Flow(Tracer):
    """Follows sources through the names, calls, returns and React state of a file."""

    def __init__(
        self,
        syntax: Syntax,
        bindings: Bindings,
        sources: Mapping[Span, Trace],
        written: Iterable[tuple[SgNode, SgNode, str]] = (),
    ) -> None:
        """`written` are parameters that a model fills, each with its function and its name."""
        super().__init__(syntax.source.text or "", bindings, sources)
        self.syntax = syntax
        self._fresh = Carriers(self.words, (start for start, _ in sources))
        self._changed: set[str] = set()
        self._setters = dict(_state_setters(bindings))
        # Where each stands is asked once: to tell it takes longer than all else of most rounds.
        self._bound = [
            (binding, binding.value, span(binding.value))
            for binding in bindings.all
            if binding.value is not None and not NOT_TEXT.intersection(binding.keys)
        ]
        self._loops = _with_spans(
            "right", syntax.nodes("for_in_statement", "for_statement", "for_in_clause")
        )
        self._added = _with_spans(
            "right", syntax.nodes("augmented_assignment_expression", "augmented_assignment")
        )
        self._calls = [(call, span(call)) for call in syntax.calls]
        self._bodies = [(scope, body, span(body)) for scope, body in self._given_back()]
        for function, parameter, name in written:
            trace = Trace(frozenset({MODEL}), (syntax.location(parameter),))
            self._note(span(function)[0], name, trace, parameter)
        self._settle()

    def returning(self) -> set[str]:
        """The functions of the file that return what a model wrote."""
        starts = {s for s, trace in self.returned.items() if MODEL in trace.sources}
        return {name for name, start in self.functions.items() if start in starts}

    def _settle(self) -> None:
        for _ in range(_ROUNDS):
            self._changed = set()
            self._pass()
            self._fresh = Carriers(self.words)
            for name in self._changed:
                self._fresh.add(name)
            if not self._changed:
                return

    def _carries(self, name: str) -> None:
        """Note that more is known of what a name or function holds: its users are looked at again."""
        self._changed.add(name)
        self._fresh.add(name)
        self.carriers.add(name)

    def _news(self, node: SgNode, where: Span) -> Trace | None:
        """What is in an expression; None where the last round has shown all of it."""
        return self.trace(node) if self._fresh.stand_in(where) else None

    def _pass(self) -> None:
        for binding, value, where in self._bound:
            found = self._news(value, where)
            if found is not None:
                keys = frozenset(k for k in binding.keys if not k.isdigit())
                self._note(binding.scope, binding.name, found, binding.node, keys)
        for loop, right, where in self._loops:
            found = self._news(right, where)
            if found is not None:
                self._loop(loop, found)
        for added, right, where in self._added:
            found = self._news(right, where)
            if found is not None:
                self._assign(added.field("left"), found, added)
        for call, where in self._calls:
            if self._fresh.stand_in(where):
                self._into(call)
        for scope, body, where in self._bodies:
            found = self._news(body, where)
            if found is not None:
                made, given = found.apart(scope)
                self._return(self.returned, scope, made)
                self._return(self.passed, scope, given)

    def _note(
        self, scope: int, name: str, found: Trace, node: SgNode, keys: frozenset[str] = frozenset()
    ) -> None:
        known = self.names.get((scope, name))
        if known is not None and found.origins <= known.origins:
            return
        here = self.syntax.location(node)
        steps = found.steps if here in found.steps else (*found.steps[: _STEPS - 1], here)
        fresh = replace(found, steps=steps, fields=found.fields | keys)
        self.names[scope, name] = fresh if known is None else merged(known, fresh)
        self._carries(name)

    def _assign(self, target: SgNode | None, found: Trace, node: SgNode) -> None:
        for name, keys in targets(target) if target is not None else ():
            scopes = self.bindings.scopes(node)
            home = next((s for s in scopes if self.bindings.declares(s, name)), MODULE)
            self._note(MODULE if "." in name else home, name, found, node, frozenset(keys))

    def _loop(self, loop: SgNode, found: Trace) -> None:
        left = loop.field("left")
        for name, _ in targets(left) if left is not None else ():
            self._note(self.bindings.scopes(loop)[0], name, found, loop)

    def _into(self, call: SgNode) -> None:
        """What a call carries into a function, a callback, a list or a React state."""
        name = callee(call)
        last = name.rpartition(".")[2]
        given = arguments(call)
        if not given:
            return
        function = self.bindings.functions.get(self.functions.get(last, MODULE))
        if function is not None and not name.startswith(_OF_PYTHON):
            self._parameters(call, given, function)
        if last in _CALLBACKS or last == "then":
            self._callback(call, given[0])
        if last in ("push", "append", "unshift", "extend", "add") and "." in name:
            found = self.trace(given[0])
            holder = call.field("function")
            if found is not None and holder is not None:
                self._assign(holder.field("object"), found, call)
        state = self._setters.get(name)
        if state is not None:
            body = given[0].field("body") if given[0].kind() == "arrow_function" else given[0]
            found = self.trace(body)
            if found is not None:
                self._note(*state, found, call)

    def _parameters(self, call: SgNode, given: list[SgNode], function: SgNode) -> None:
        listed = parameters(function)
        if listed and listed[0].text() in ("self", "cls"):
            listed = listed[1:]
        by_name = {n: p for p in listed for n, _ in targets(p)}
        for index, argument in enumerate(given):
            key, value = None, argument
            if argument.kind() == "keyword_argument":
                key, value = argument.field("name"), argument.field("value") or argument
            found = self.trace(value)
            if found is None:
                continue
            target = by_name.get(key.text()) if key is not None else None
            target = target or (listed[index] if key is None and index < len(listed) else None)
            for name, _ in targets(target) if target is not None else ():
                start = span(function)[0]
                self._note(start, name, found.into(start), call)

    def _callback(self, call: SgNode, function: SgNode) -> None:
        holder = call.field("function")
        found = self.trace(holder.field("object") if holder is not None else None)
        if found is None or function.kind() not in FUNCTIONS:
            return
        for parameter in parameters(function)[:1]:
            for name, keys in targets(parameter):
                if not NOT_TEXT.intersection(keys):
                    self._note(span(function)[0], name, found, call, frozenset(keys))

    def _given_back(self) -> Iterator[tuple[int, SgNode]]:
        """What each function gives back, with where the function starts."""
        for node in self.syntax.nodes("return_statement", "yield"):
            body = next((c for c in node.children() if c.is_named()), None)
            if body is not None:
                yield self.bindings.scopes(node)[0], body
        for node in self.syntax.nodes("arrow_function"):
            body = node.field("body")
            if body is not None and body.kind() != "statement_block":
                yield span(node)[0], body

    def _return(self, into: dict[int, Trace], scope: int, found: Trace | None) -> None:
        known = into.get(scope)
        if found is not None and (known is None or not found.origins <= known.origins):
            into[scope] = found if known is None else merged(known, found)
            for name, start in self.functions.items():
                if start == scope:
                    self._carries(name)


def _with_spans(field: str, nodes: Iterable[SgNode]) -> list[tuple[SgNode, SgNode, Span]]:
    """The nodes that have such a field, with it and where that stands."""
    return [
        (node, inner, span(inner)) for node in nodes if (inner := node.field(field)) is not None
    ]


_OF_PYTHON = ("subprocess.", "asyncio.", "os.")  # `subprocess.run` is no function `run` of the file
_CALLBACKS = frozenset("map forEach flatMap filter find".split())


def _state_setters(bindings: Bindings) -> Iterable[tuple[str, tuple[int, str]]]:
    """The React state that each setter writes."""
    pairs: dict[Span, dict[str, tuple[int, str]]] = {}
    for binding in bindings.all:
        value = peeled(binding.value)
        if value is None or value.kind() != "call_expression" or len(binding.keys) != 1:
            continue
        if dotted(value).endswith("useState()") or callee(value).endswith("useState"):
            pairs.setdefault(span(binding.node), {})[binding.keys[0]] = (
                binding.scope,
                binding.name,
            )
    for pair in pairs.values():
        if "0" in pair and "1" in pair:
            yield pair["1"][1], pair["0"]
