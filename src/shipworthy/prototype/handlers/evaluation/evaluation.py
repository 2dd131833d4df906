"""Following one entry point: its state, the effects and guards that are noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.evaluation import (
    binding,
    calls,
    expressions,
    members,
    naming,
)
from shipworthy.prototype.handlers.evaluation.asked import Asked
from shipworthy.prototype.handlers.evaluation.budget import BUDGET, DEEPEST
from shipworthy.prototype.handlers.evaluation.routing import Routing
from shipworthy.prototype.handlers.evaluation.site import Knowledge
from shipworthy.prototype.handlers.handler import (
    Check,
    Effect,
    EffectKind,
    Guard,
    Origins,
    Step,
)
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.sent import hashed, sent
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    UNKNOWN,
    UNSET,
    Closure,
    Guards,
    Scope,
    Value,
    settles,
    tested,
)
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Compare,
    Compute,
    Default,
    Either,
    Expression,
    Index,
    Items,
    Lambda,
    Literal,
    Member,
    Module,
    Name,
    Not,
    Record,
    Spread,
    Statement,
    Text,
)

K = TypeVar("K")
_MOST_WORDS = 40
_EXPRESSIONS: Mapping[type, Callable[..., Value]] = {
    Name: expressions.of_name,
    Literal: expressions.of_literal,
    Member: members.of_member,
    Index: members.of_index,
    Call: calls.of_call,
    Text: expressions.of_text,
    Record: expressions.of_record,
    Items: expressions.of_items,
    Spread: expressions.of_spread,
    Default: expressions.of_default,
    Either: expressions.of_either,
    Choice: expressions.of_choice,
    Not: expressions.of_not,
    Compare: expressions.of_compare,
    Compute: expressions.of_compute,
    Lambda: expressions.of_lambda,
}


class Evaluation:
    """The state of following one entry point; what each kind of expression gives stands in the
    modules beside this one, whose functions are its methods."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge
        self.effects: list[Effect] = []
        self.guards: Guards = NO_GUARDS
        self.gained: Guards = NO_GUARDS  # of them, by what the call at hand is a method of
        self.outcomes: list[tuple[Value, Guards]] = []
        self.ways: list[tuple[Value, Guards]] = []  # to the end of the function followed last
        self.heap: dict[tuple[int, str], Value] = {}
        self.put_under: dict[tuple[int, str], Guards] = {}  # what held where they were put there
        self.perhaps: list[Guards] = []  # what held before each thing around that may be left out
        self.loops = 0
        self.left_with: list[tuple[Scope, dict[str, Value], Guards]] = []  # at `break`, `continue`
        self.transactions = 0
        self.commits = 0  # of the session that writes wait in, so far
        self.filtered: list[tuple[int, str]] = []  # queries with the columns they were narrowed by
        self.branches: tuple[tuple[int, str], ...] = ()
        self.decisions = 0
        self.starting = False  # the server, before it serves
        self.in_hook = False  # of Fastify, after whose answer nothing is run
        self.renders = False  # a page: components are followed, not merely named
        self.asked_path = ""  # of a request for which a middleware is followed
        self.asked_method = "*"
        self.asked_whole = ""  # the same path with what routers above took from it
        self.tells_targets = False  # code has asked which path or method a request is for
        self.asked: Asked | None = None  # of a server that tells its paths apart itself
        self.path = ""
        self.steps: tuple[Step, ...] = ()
        self.module: Module = next(iter(program.modules.values()))
        self.left = BUDGET
        self.at = 0
        self.hindrance = ""
        self.formed: frozenset[str] = frozenset()  # inputs at whose form a validator has looked
        self.bounded: frozenset[str] = frozenset()  # those for which it names the least
        self.chosen: frozenset[str] = frozenset()  # those for which it lists what may be sent
        self.routing = Routing()
        self.running: list[int] = []
        self.begun: list[int] = []  # of each, what was left when it began
        self.heavy: Collection[int] = ()  # functions that are not followed: see Follower
        self.spent: dict[int, int] = {}  # by function further down: the expressions that it took
        self.yields: set[int] = set()  # the functions under way that are generators
        self.answers: tuple[int, Callable[[Value, int], Value]] | None = None

    # -- what effects and guards are noted as ---------------------------------------------------

    def effect(
        self,
        kind: EffectKind,
        operation: str,
        target: str,
        at: int,
        *,
        client: str = "",
        inputs: Mapping[str, Origins] | None = None,
        literals: Mapping[str, str] | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> int:
        """Note an effect; its number, by which more can be said of it."""
        found = Effect(
            kind,
            operation,
            target,
            client,
            dict(inputs or {}),
            self.guards,
            self.path,
            at,
            self.steps,
            looped=self.loops > 0,
            atomic=self.transactions > 0,
            literals={**(literals or {}), **hashed(values or {})},
            sent={key: sent(value) for key, value in (values or {}).items()},
            branches=self.branches,
        )
        if kind is EffectKind.QUERY and self.module.python and client == "owner":
            found = self._in_unit(found)
        self.effects.append(found)
        return len(self.effects) - 1

    def _in_unit(self, effect: Effect) -> Effect:
        """A write with the number of the commit that it waits for, where the library has such."""
        if not self.program.commits:
            return effect
        return effect._replace(literals={**effect.literals, "unit": str(self.commits)})

    def change(self, kept: dict[K, Value], key: K, value: Value) -> None:
        """Give a name or a field another value, for good only while the program is set up."""
        if self.heap is self.program.heap:
            kept[key] = value
        else:
            self.program.change(kept, key, value)

    def decision(self) -> int:
        """The number of the next decision that effects can hang on."""
        self.decisions += 1
        return self.decisions

    def guard(self, check: Check, how: str, at: int, about: Iterable[str] = ()) -> Guard:
        """A guard that stands here."""
        return Guard(check, frozenset(about), how, self.path, at)

    def passed(self, check: Check, how: str, at: int, about: Iterable[str] = ()) -> None:
        """Note that control goes on only where this check held."""
        self.guards |= {self.guard(check, how, at, about)}

    def tested(self, value: Value) -> tuple[Guards, Guards]:
        """The guards that hold where a value is true, and where it is false."""
        yes, no = tested(value)
        if value.cases:
            yes |= self._unless_unset(value)
        if not value.origins:
            return yes, no
        if value.when is None:
            yes = yes.union(comparing.true_of_caller(self, value))
        if "truth" not in value.tags:
            no |= comparing.nobody_yet(self, value, self.at)
        if asked := comparing.names_host(value):
            no |= {self.guard(Check.ALLOWED, comparing.OWN_SITE, self.at, asked)}
        if comparing.is_claim(value):
            yes |= {self.guard(Check.DECODED, comparing.IN_CLAIMS, self.at)}
        there = not value.cases and value.literal is UNSET and not expressions.DENIED & value.tags
        if there and comparing.is_token(value):
            yes |= {self.hollow("any token will do: it is only asked whether one is there")}
        if there and (named := comparing.named_by_header(value.origins)):
            yes |= {self.guard(Check.CLAIMED, comparing.AT_ITS_WORD, self.at, named)}
        return yes, no

    def _unless_unset(self, value: Value) -> Guards:
        """`if (!SECRET) return true; return given === SECRET;`: nothing is asked before it is set."""
        if not any(case.literal is True and not settles(g) for case, g in value.cases):
            return NO_GUARDS
        asked = (g for case, _ in value.cases for g in tested(case)[0])
        return frozenset(
            self.hollow(expressions.UNLESS_SET, g.line) for g in asked if g.check is Check.SECRET
        )

    def hollow(self, why: str, at: int = 0) -> Guard:
        """A check that does not hold."""
        return Guard(Check.HOLLOW, frozenset(), why, self.path, at or self.at)

    # -- what things give, each in a module of its own -------------------------------------------

    member = members.member
    element = members.element
    item = members.item
    method = members.method
    joined = expressions.joined
    closure = expressions.closure
    unless_set = expressions.unless_set
    called = calls.called
    run_callbacks = calls.run_callbacks
    unfollowed = calls.unfollowed
    construct = calls.construct
    decorated = calls.decorated
    bind_parameters = calls.bind_parameters
    bind = binding.bind
    assigned = binding.assigned
    left_out = binding.left_out
    module_assigned = binding.module_assigned
    names_of_module = naming.names_of_module
    lookup = naming.lookup
    at_home = naming.at_home
    defining = naming.defining
    exported = naming.exported
    imported = naming.imported

    def value(self, node: Expression, scope: Scope) -> Value:
        """What an expression gives; NEVER where control does not come back from it."""
        self.left -= 1
        self.at = getattr(node, "at", 0) or self.at
        if self.left < 0:
            self.hindrance = self.hindrance or "too much code to follow"
            return UNKNOWN
        return _EXPRESSIONS[type(node)](self, node, scope)

    def known_words(self, listed: Value) -> tuple[Value, ...]:
        """A list that is gone through one by one: a short one, where a path is asked for."""
        words = listed.elements or ()
        return words if self.asked_path and len(words) <= _MOST_WORDS else ()

    def written_out(self, listed: Value) -> tuple[Value, ...]:
        """The elements of a short list of the code, which are gone through one by one while the server
        starts: routers that are mounted in a loop, each below its own path."""
        found = listed.elements or ()
        short = self.starting and listed.what != "text" and len(found) <= _MOST_WORDS
        return found if short else ()

    # -- functions ----------------------------------------------------------------------------

    def enter(
        self, closure: Closure, given: tuple[Value, ...], named: Mapping[str, Value], at: int
    ) -> Value:
        """Follow a function of the prototype; see Walk."""
        raise NotImplementedError

    def block(self, statements: Iterable[Statement], scope: Scope) -> bool:
        """Follow statements; see Walk."""
        raise NotImplementedError

    def may_enter(self, closure: Closure) -> bool:
        """False for a function that is under way already, or too deep down."""
        return len(self.running) < DEEPEST and id(closure.function) not in self.running

    def heaviest(self) -> int | None:
        """The innermost function that took half of what an entry point may take: a client or query
        builder of the prototype's own, that is too long to be followed at every call."""
        costly = [(used, function) for function, used in self.spent.items() if used > BUDGET // 2]
        return min(costly)[1] if costly else None

    def skipped(self, given: tuple[Value, ...], named: Mapping[str, Value], at: int) -> Value:
        """What a function gives that is too heavy to be followed: whatever it checks is unclear."""
        self.hindrance = self.hindrance or "too much code to follow"
        self.passed(Check.UNCLEAR, "a function that is too long to follow", at)
        return self.unfollowed(given, named)

    def frame(self, closure: Closure, at: int) -> tuple[object, ...]:
        """Begin a function: what is to be put back afterwards."""
        outer = (self.outcomes, self.path, self.steps, self.module)
        self.outcomes = []
        name = closure.function.name or "a function"
        if self.path:
            self.steps = (*self.steps, Step(self.path, at, name))
        self.path, self.module = closure.module.path, closure.module
        self.running.append(id(closure.function))
        self.begun.append(self.left)
        return outer

    def leave(self, outer: tuple[object, ...]) -> None:
        """End a function."""
        self.outcomes, self.path, self.steps, self.module = outer  # type: ignore[assignment]
        function = self.running.pop()
        used = self.begun.pop() - self.left
        if len(self.running) > 1:  # not the entry point itself, nor what a wrapper wraps
            self.spent[function] = self.spent.get(function, 0) + used
