"""What an expression gives: names, members, calls; what a test of it would prove."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.handler import (
    Check,
    Effect,
    EffectKind,
    Guard,
    Origins,
    Step,
)
from shipworthy.prototype.handlers.program import Definition, Program, package_of
from shipworthy.prototype.handlers.sent import HARMLESS, LEFT_OVER, hashed, sent
from shipworthy.prototype.handlers.values import (
    FLEETING,
    NEVER,
    NO_GUARDS,
    NULL,
    ROWS,
    UNKNOWN,
    UNSET,
    Closure,
    Guards,
    Scope,
    Type,
    Value,
    all_origins,
    derived,
    join,
    literal,
    meet,
    meet_all,
    of_cases,
    replace,
    settles,
    tested,
    truth,
    union,
)
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Class,
    Compare,
    Compute,
    Default,
    Either,
    Expression,
    Function,
    Imported,
    Index,
    Items,
    Lambda,
    Let,
    Literal,
    Member,
    Module,
    Name,
    Not,
    Record,
    Spread,
    Text,
)

_MOST_WAYS = 12  # functions of a table, of which the caller names one
_DEEPEST = 14  # calls of own functions inside each other that are followed
BUDGET = 6_000  # expressions per entry point; a handler of a hundred lines takes some five hundred
_WRITTEN = frozenset({"written"})  # a list that stands in the code as it is
_UNSEEN = frozenset({"unseen"})  # made by a function that nobody can see
_TRUTH = frozenset({"truth"})
SETTLED = frozenset({"settled"})  # what is known for sure where the code runs for real
_KEYWORDS = re.compile(r"kw|options|extra|params|fields", re.IGNORECASE)
"""What a parameter that takes all keywords is called."""
_MUTATORS = frozenset(
    "append push add extend update insert setdefault pop clear remove set".split()
)
_CHAINED = frozenset("select lean populate exec sort limit then catch finally".split())
"""Methods of a query that is not waited for yet: asking for one proves no row."""
_SIZES = frozenset({"length", "byteLength", "size"})
_PROVES = frozenset({"signature"})  # equal sizes prove nothing
_UNLESS_SET = "the secret is only asked for where it has been set"
_NULLS = frozenset({"undefined", "NaN", "null"})


@dataclass(frozen=True, slots=True)
class Registered:
    """A route that running the code of a module has declared: `chain` are its middleware and handler."""

    router: int
    method: str
    pattern: str
    chain: tuple[Value, ...]
    path: str
    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Mounted:
    """Middleware that a router runs below a prefix, or another router (`child`) that it hands over to."""

    router: int
    prefix: str
    chain: tuple[Value, ...]
    child: int
    number: int


@dataclass(slots=True)
class Routing:
    """The routes and mounts that were declared so far, in order."""

    routes: list[Registered] = field(default_factory=list)
    mounts: list[Mounted] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The place of the next declaration."""
        return len(self.routes) + len(self.mounts)


@dataclass(frozen=True, slots=True)
class Site:
    """One call, with what is known of its parts; `name` is the last word of what is called."""

    what: str
    name: str
    receiver: Value
    given: tuple[Value, ...]
    named: Mapping[str, Value]
    call: Call

    def argument(self, position: int, *names: str) -> Value:
        """An argument by its place or one of its names; UNKNOWN where it is not given."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.given[position] if position < len(self.given) else UNKNOWN

    def has(self, position: int) -> bool:
        """True where so many arguments are given."""
        return position < len(self.given)


class Knowledge:
    """What calls and properties of libraries mean; see `knowledge/`."""

    def call(self, walk: Evaluation, site: Site) -> Value | None:
        """The result of a known call, its effects and guards noted; None for one that is not known."""
        raise NotImplementedError

    def own(self, walk: Evaluation, site: Site, result: Value) -> Value:
        """What the name of a function of the prototype adds to what following it has shown."""
        raise NotImplementedError

    def property(self, walk: Evaluation, value: Value, key: str) -> Value | None:
        """A known property of a known thing."""
        raise NotImplementedError

    def made(self, walk: Evaluation, kind: Type, site: Site) -> Value | None:
        """An object of a class of the prototype whose base says what it is."""
        return None

    def assigned(self, walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
        """Note what it means that a property is given a value."""

    def compared(
        self, walk: Evaluation, operator: str, left: Value, right: Value, at: int
    ) -> Value | None:
        """What a comparison gives beyond what values say: a condition of a query, who logged in."""
        return None


class Evaluation:
    """The state of following one entry point, and the values of expressions."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self.program = program
        self.knowledge = knowledge
        self.effects: list[Effect] = []
        self.guards: Guards = NO_GUARDS
        self.outcomes: list[tuple[Value, Guards]] = []
        self.ways: list[tuple[Value, Guards]] = []  # to the end of the function followed last
        self.heap: dict[tuple[int, str], Value] = {}
        self.loops = 0
        self.left_with: list[tuple[Scope, dict[str, Value], Guards]] = []  # at `break`, `continue`
        self.transactions = 0
        self.commits = 0  # of the session that writes wait in, so far
        self.branches: tuple[tuple[int, str], ...] = ()
        self.decisions = 0
        self.asked_path = ""  # of a request for which a middleware is followed
        self.asked_method = "*"
        self.path = ""
        self.steps: tuple[Step, ...] = ()
        self.module: Module = next(iter(program.modules.values()))
        self.left = BUDGET
        self.at = 0
        self.hindrance = ""
        self.routing = Routing()
        self.running: list[int] = []
        self.begun: list[int] = []  # of each, what was left when it began
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
        yes |= self._unless_unset(value)
        if value.origins and value.when is None:
            yes = yes.union(comparing.true_of_caller(self, value))
        if comparing.is_claim(value):
            yes |= {Guard(Check.DECODED, frozenset(), "read from the token", self.path, self.at)}
        if not value.cases and value.literal is UNSET and comparing.is_token(value):
            yes |= {self.hollow("any token will do: it is only asked whether one is there")}
        return yes, no

    def _unless_unset(self, value: Value) -> Guards:
        """`if (!SECRET) return true; return given === SECRET;`: nothing is asked before it is set."""
        if not any(case.literal is True and not settles(g) for case, g in value.cases):
            return NO_GUARDS
        asked = (g for case, _ in value.cases for g in tested(case)[0])
        return frozenset(self.hollow(_UNLESS_SET, g.line) for g in asked if g.check is Check.SECRET)

    def hollow(self, why: str, at: int = 0) -> Guard:
        """A check that does not hold."""
        return Guard(Check.HOLLOW, frozenset(), why, self.path, at or self.at)

    # -- expressions --------------------------------------------------------------------------

    def value(self, node: Expression, scope: Scope) -> Value:
        """What an expression gives; NEVER where control does not come back from it."""
        self.left -= 1
        self.at = getattr(node, "at", 0) or self.at
        if self.left < 0:
            self.hindrance = self.hindrance or "too much code to follow"
            return UNKNOWN
        return self._expressions[type(node)](self, node, scope)

    def _name(self, node: Name, scope: Scope) -> Value:
        if node.id in _NULLS:
            return NULL
        return self.lookup(node.id, scope)

    def _literal(self, node: Literal, scope: Scope) -> Value:
        return literal(node.value)

    def _member(self, node: Member, scope: Scope) -> Value:
        owner = self.value(node.object, scope)
        if owner is NEVER:
            return NEVER
        return self.member(owner, node.key, optional=node.optional)

    def member(self, owner: Value, key: str, *, optional: bool = True) -> Value:
        """A property. Where it is not optional, what may be nothing is something from here on."""
        if owner.identity:
            kept = self.heap.get((owner.identity, key)) or self.program.heap.get(
                (owner.identity, key)
            )
            if kept is not None:
                return comparing.named_role(key, kept)
        if owner.cases and any(case.is_null for case, _ in owner.cases) and not optional:
            self.guards |= meet_all(passed for case, passed in owner.cases if not case.is_null)
        known = self.knowledge.property(self, owner, key)
        if known is not None:
            return known
        if owner.cases:
            parts = [
                (NULL if case.is_null else self._part(case, key), passed)
                for case, passed in owner.cases
                if optional or not case.is_null
            ]
            if parts:
                whole = of_cases(parts)
                return whole if whole.what else replace(whole, what=_dotted(owner.what, key))
        return self._part(owner, key)

    def _part(self, owner: Value, key: str) -> Value:
        if (
            owner.what.startswith("module:")
            and owner.what[len("module:") :] in self.program.modules
        ):
            return self._of_module(owner.what[len("module:") :], key)
        if owner.fields is not None:
            found = owner.fields.get(key)
            if found is not None:
                return found
            rest = owner.fields.get("...")
            if rest is not None:
                return self._part(rest, key)
            if not owner.origins and owner.identity == 0:
                return UNKNOWN if "module" in owner.tags else NULL
        if owner.elements and key == "length" and "written" in owner.tags:
            return Value(literal=len(owner.elements), tags=_WRITTEN)
        if owner.elements is not None and key.isdigit() and int(key) < len(owner.elements):
            return owner.elements[int(key)]
        if owner.instance is not None:
            method = self.method(owner, key)
            if method is not None:
                if method.closure is not None and _is_property(method.closure.function):
                    return self.enter(method.closure, (), {}, method.closure.function.at)
                return method
        if owner.type is not None:
            found = self._static(owner.type, key)
            if found is not None:
                return found
        origins = owner.origins or (
            all_origins(owner) if owner.elements is not None else frozenset()
        )
        return Value(
            origins=derived(origins, key),
            what=_dotted(owner.what, key),
            client=owner.client,
            effect=owner.effect,
            tags=owner.tags - FLEETING - (_PROVES if key in _SIZES else frozenset()),
        )

    def _of_module(self, path: str, key: str) -> Value:
        """A name of a whole module; of one whose `module.exports` is an object, a part of that."""
        unit = self.program.unit(path)
        given = unit.exports.get("default")
        if key in unit.exports or given is None or unit.module.python or key == "default":
            return self.exported(path, key)
        whole = self.exported(path, "default")
        if whole.instance is None and whole.fields is None:
            return self.exported(path, key)
        return self._part(whole, key)

    def _index(self, node: Index, scope: Scope) -> Value:
        owner, key = self.value(node.object, scope), self.value(node.key, scope)
        if owner.elements is not None and isinstance(key.literal, int) and owner.elements:
            at = key.literal
            if -len(owner.elements) <= at < len(owner.elements):
                return owner.elements[at]
        if isinstance(key.literal, int) and (owner.what == ROWS or owner.cases):
            return self.item(owner, max(key.literal, 0))
        if isinstance(key.literal, str):
            return self.member(owner, key.literal, optional=False)
        if owner.fields is not None and not owner.origins:
            ways = [v for v in owner.fields.values() if v.closure is not None]
            if ways:
                return self._one_of(ways[:_MOST_WAYS])
            # A lookup in a table of the code: what comes out is in the code, whatever is asked for.
            return Value(origins=union(owner.fields.values()), tags=frozenset({"looked-up"}))
        return self.element(owner)

    def _one_of(self, ways: list[Value]) -> Value:
        """`actions[name]`: whichever of these functions the caller names."""

        def run(walk: Evaluation, site: Site) -> Value:
            result = NEVER
            for way in ways:
                result = join(result, walk.called(way, site))
            return result

        return Value(native=run, tags=frozenset({"looked-up"}))

    def element(self, owner: Value) -> Value:
        """One element of a list."""
        if owner.elements:
            result = owner.elements[0]
            for other in owner.elements[1:]:
                result = join(result, other)
            return result
        if owner.fields is not None and owner.what == "list":
            return replace(owner, what="")  # the record that a function made of each element
        origins = owner.origins if owner.fields is None else all_origins(owner)
        return Value(
            origins=origins,
            what="row" if owner.what == ROWS else owner.what,
            client=owner.client,
            effect=owner.effect,
            tags=owner.tags & (HARMLESS | {"signature"}),
        )

    def _text(self, node: Text, scope: Scope) -> Value:
        return self.joined([self.value(part, scope) for part in node.parts])

    def joined(self, values: Iterable[Value]) -> Value:
        """Texts put one behind the other."""
        parts = tuple(
            inner
            for v in values
            for inner in (v.elements or (v,) if v.what == "text" and not v.cases else (v,))
        )[:200]
        if all(isinstance(part.literal, (str, int, float)) for part in parts):
            return literal("".join(str(part.literal) for part in parts))
        tags = frozenset().union(*(part.tags for part in parts)) - FLEETING
        return Value(elements=parts, what="text", tags=tags)

    def _record(self, node: Record, scope: Scope) -> Value:
        fields: dict[str, Value] = {}
        for key, inner in node.pairs:
            value = self.value(inner, scope)
            if key != "...":
                fields[key] = comparing.named_role(key, value)
            elif value.fields is not None:
                fields.update(value.fields)
            else:
                if any(
                    o.is_input for o in value.origins
                ):  # and what stood before it is written over
                    fields = {k: join(v, self._part(value, k)) for k, v in fields.items()}
                fields["..."] = join(fields["..."], value) if "..." in fields else value
        return Value(fields=fields)

    def _items(self, node: Items, scope: Scope) -> Value:
        if len(node.elements) == 1 and isinstance(node.elements[0], Spread):
            copied = self.value(node.elements[0].value, scope)
            if copied.what == ROWS:
                return copied
        elements = tuple(self.value(inner, scope) for inner in node.elements)
        written = bool(elements) and all(v.literal is not UNSET for v in elements)
        return Value(elements=elements, tags=_WRITTEN if written else frozenset())

    def _spread(self, node: Spread, scope: Scope) -> Value:
        return self.element(self.value(node.value, scope))

    def _default(self, node: Default, scope: Scope) -> Value:
        return self.value(node.value, scope)

    def _either(self, node: Either, scope: Scope) -> Value:
        left = self.value(node.left, scope)
        if left is NEVER:
            return NEVER
        if "settled" in left.tags and truth(left) is not None and node.operator != "??":
            decided = truth(left) is (node.operator == "or")
            return left if decided else self.value(node.right, scope)
        yes, no = self.tested(left)
        before = self.guards
        self.guards = before | (yes if node.operator == "and" else no)
        right = self.value(node.right, scope)
        after = self.guards
        self.guards = before
        if right.client and not left.client and not left.cases and node.operator != "and":
            return right  # `globalThis.db ?? new Client()`
        if right is NEVER:  # `a || fail()`
            self.guards = before | (no if node.operator == "and" else yes)
            return left
        if "settled" in right.tags and truth(right) is not None and node.operator != "??":
            return right if truth(right) is (node.operator == "or") else left
        right_yes, right_no = self.tested(right)
        gained = after - before
        if node.operator == "and":
            if truth(left) is False:
                return left
            unless = self.unless_set(left, right_no, no)
            when = (yes | right_yes | gained, meet(no, right_no) | unless)
        else:
            if truth(left) is True:
                return left
            when = (meet(yes, right_yes | gained), no | right_no)
        if truth(left) is True and node.operator == "and":
            return right
        result = join(left, right)
        tags = result.tags
        if node.operator != "and" and right.text and left.origins:
            tags |= {"default:" + right.text[:60]}
        cases: tuple[tuple[Value, Guards], ...] = ()
        if node.operator != "and":
            ways = [*(left.cases or ((left, NO_GUARDS),)), *(right.cases or ((right, NO_GUARDS),))]
            cases = tuple(way for way in ways if not (way[0].is_null and way in left.cases))[:8]
            if len(cases) < 2:
                cases = ()
        literal_ = (
            result.literal if left.literal is UNSET or left.literal == right.literal else UNSET
        )
        return replace(result, when=when, cases=cases, literal=literal_, tags=tags)

    def unless_set(self, setting: Value, refused: Guards, otherwise: Guards) -> Guards:
        """`if (SECRET && given !== SECRET)`: no check where the secret was never set."""
        if not any(o.kind == "environment" for o in setting.origins):
            return NO_GUARDS
        lost = {g for g in refused - otherwise if g.check is Check.SECRET}
        return frozenset(self.hollow(_UNLESS_SET, g.line) for g in lost)

    def _choice(self, node: Choice, scope: Scope) -> Value:
        test = self.value(node.test, scope)
        if test is NEVER:
            return NEVER
        yes, no = self.tested(test)
        before, outer = self.guards, self.branches
        number = self.decision()
        self.guards, self.branches = before | yes, (*outer, (number, "then"))
        then = self.value(node.then, scope)
        self.guards, self.branches = before | no, (*outer, (number, "other"))
        other = self.value(node.other, scope)
        self.guards, self.branches = before, outer
        if truth(test) is not None:
            return then if truth(test) else other
        if then is NEVER or other is NEVER:
            self.guards = before | (no if then is NEVER else yes)
            return other if then is NEVER else then
        return of_cases(((then, yes), (other, no)))

    def _not(self, node: Not, scope: Scope) -> Value:
        inner = self.value(node.operand, scope)
        if inner is NEVER:
            return NEVER
        yes, no = self.tested(inner)
        known = truth(inner)
        return Value(
            origins=inner.origins,
            literal=UNSET if known is None else not known,
            when=(no, yes),
            tags=inner.tags & (SETTLED | _UNSEEN),
        )

    def _compare(self, node: Compare, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if left is NEVER or right is NEVER:
            return NEVER
        condition = self.knowledge.compared(self, node.operator, left, right, node.at)
        if condition is not None:
            return condition
        settled = comparing.settled(node.operator, left, right)
        if settled is not None:
            return Value(literal=settled, tags=frozenset({"settled"}))
        if (
            "written" in left.tags
            and node.operator == ">"
            and right.literal == 0
            and not left.cases
        ):
            return Value(literal=True)  # `roles.length > 0` of a list in the code
        when = comparing.compared(self, node.operator, left, right, node.at)
        tags = _TRUTH | ((left.tags | right.tags) & _UNSEEN)
        return Value(origins=left.origins | right.origins, when=when, tags=tags)

    def _compute(self, node: Compute, scope: Scope) -> Value:
        if node.operator == "=" and len(node.parts) == 2:
            value = self.value(node.parts[1], scope)
            if value is not NEVER:
                self.bind(node.parts[0], value, scope, False)
            return value
        if node.operator == "yield" and self.running:  # what a dependency or a manager hands over
            handed = self.value(node.parts[0], scope) if node.parts else NULL
            self.outcomes.append((handed, self.guards))
            self.yields.add(self.running[-1])
            return UNKNOWN
        if node.operator == "comprehension" and len(node.parts) >= 2:
            return self._comprehension(node, scope)
        parts = [self.value(part, scope) for part in node.parts]
        if (
            node.operator == "+"
            and parts
            and (parts[0].text is not None or parts[0].what == "text")
        ):
            return self.joined(parts)
        if node.operator == "*" and all(type(part.literal) in (int, float) for part in parts):
            return literal(math.prod(part.literal for part in parts))
        if node.operator in ("instanceof", "typeof"):
            when = comparing.kind_of(self, node.operator, parts, node.at)
            return Value(
                origins=parts[0].origins if parts else frozenset(),
                when=when,
                tags=frozenset({node.operator}),
            )
        if node.operator in ("&", "|") and len(parts) == 2:
            condition = self.knowledge.compared(self, node.operator, parts[0], parts[1], node.at)
            if condition is not None:
                return condition
        origins = union(parts)
        tags = frozenset().union(*(part.tags for part in parts)) if parts else frozenset()
        return Value(origins=origins, tags=(tags - FLEETING) | {"computed"})

    def _comprehension(self, node: Compute, scope: Scope) -> Value:
        over = self.value(node.parts[1], scope)
        inner = Scope({}, scope)
        for name in _free_names(node.parts[0]):
            if scope.find(name) is None and name not in self.names_of_module(scope):
                inner.names[name] = self.element(over)
        for test in node.parts[2:]:
            self.value(test, inner)
        self.loops += 1
        result = self.value(node.parts[0], inner)
        self.loops -= 1
        return replace(result, cases=(), when=None, literal=UNSET, client="")

    def _lambda(self, node: Lambda, scope: Scope) -> Value:
        return self.closure(node.function, scope)

    def closure(self, function: Function, scope: Scope) -> Value:
        """A function with the names around it."""
        this = scope.find("this")
        bound = this.names["this"] if this is not None else None
        return Value(closure=Closure(function, scope, self.module, bound))

    # -- calls --------------------------------------------------------------------------------

    def _call(self, node: Call, scope: Scope) -> Value:
        function = node.function
        if type(function) is Member:
            receiver = self.value(function.object, scope)
            if receiver is NEVER:
                return NEVER
            pending = receiver.what == "row" and function.key in _CHAINED
            called = self.member(receiver, function.key, optional=function.optional or pending)
            what, name = _dotted(receiver.what, function.key), function.key
            if called.what and not called.closure:
                what = called.what
        else:
            receiver = UNKNOWN
            called = self.value(function, scope)
            if called is NEVER:
                return NEVER
            name = function.id if type(function) is Name else ""
            what = called.what or name
        given = self._given(node, scope)
        named = self._named(node, scope)
        if any(value is NEVER for value in given):
            return NEVER
        site = Site(what, name, receiver, given, named, node)
        if name in _MUTATORS:
            self._mutated(node, site, scope)
        if name in ("push", "append") and receiver.elements is not None and receiver.what != "text":
            self._grown(function, receiver, given, scope)
        return self.called(called, site)

    def _given(self, node: Call, scope: Scope) -> tuple[Value, ...]:
        found: list[Value] = []
        for argument in node.arguments:
            if type(argument) is not Spread:
                found.append(self.value(argument, scope))
                continue
            listed = self.value(argument.value, scope)
            if listed.elements is not None and listed.what != "text":
                found += listed.elements
            else:
                found.append(self.element(listed))
        return tuple(found)

    def _named(self, node: Call, scope: Scope) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, inner in node.keywords:
            value = self.value(inner, scope)
            if key == "..." and value.fields is not None:  # f(**{"a": 1})
                found.update(value.fields)
            else:
                found[key] = value
        return found

    def _grown(
        self, function: Expression, receiver: Value, given: tuple[Value, ...], scope: Scope
    ) -> None:
        """`list.push(x)`: the name stands for a longer list from here on."""
        if not isinstance(function, Member) or not isinstance(function.object, Name):
            return
        name = function.object.id
        found = scope.find(name)
        if found is not None and found.names.get(name) is receiver:
            elements = (*(receiver.elements or ()), *given)[:60]
            tags = receiver.tags - _WRITTEN
            found.names[name] = replace(receiver, elements=elements, tags=tags)

    def called(self, function: Value, site: Site) -> Value:
        """The result of a call."""
        if function.native is not None:
            result: Value = function.native(self, site)
            return result
        if function.closure is not None:
            result = self.enter(function.closure, _handed(site), site.named, site.call.at)
            return self.knowledge.own(self, site, result)
        known = self.knowledge.call(self, site)
        if known is not None:
            return known
        if function.type is not None:
            made = self.knowledge.made(self, function.type, site)
            return made if made is not None else self.construct(function.type, site)
        self.run_callbacks(site)
        return self.unfollowed(site.given, site.named, site.receiver, f"{site.what}()")

    def run_callbacks(self, site: Site) -> None:
        """Follow the functions that are given to a call which is not followed itself."""
        for value in (*site.given, *site.named.values()):
            if value.closure is not None:
                element = self.element(site.receiver)
                count = len(value.closure.function.parameters)
                self.enter(value.closure, (element,) * min(count, 1), {}, site.call.at)

    def unfollowed(
        self,
        given: tuple[Value, ...],
        named: Mapping[str, Value],
        receiver: Value = UNKNOWN,
        what: str = "",
    ) -> Value:
        """What an unknown call gives: something made of what it was given."""
        values = (receiver, *given, *named.values())
        tags = frozenset().union(*(v.tags for v in values)) - FLEETING - {"truth"}
        return Value(
            origins=union(values), what=what, client=receiver.client, tags=tags | {"unseen"}
        )

    def construct(self, kind: Type, site: Site) -> Value:
        """An object of a class of the prototype."""
        made = Value(
            instance=kind,
            identity=self.program.identity(),
            origins=union((*site.given, *site.named.values())),
        )
        inner = Scope({"this": made}, kind.scope)
        for assignment in kind.node.fields:
            for name in _names(assignment.target):
                self.heap[made.identity, name] = self.value(assignment.value, inner)
        constructor = self.method(made, "constructor") or self.method(made, "__init__")
        if constructor is not None and constructor.closure is not None:
            self.enter(constructor.closure, site.given, site.named, site.call.at)
        for key, value in site.named.items():
            self.heap.setdefault((made.identity, key), value)
        return made

    def method(self, owner: Value, name: str) -> Value | None:
        """A method of an object, its own or of a base class."""
        kind, seen = owner.instance, 0
        while kind is not None and seen < 6:
            for function in kind.node.methods:
                if function.name == name:
                    return Value(closure=Closure(function, kind.scope, kind.module, owner))
            bases = [self.value(base, kind.scope) for base in kind.node.bases[:3]]
            kind, seen = next((base.type for base in bases if base.type), None), seen + 1
        return None

    def _static(self, kind: Type, key: str) -> Value | None:
        for function in kind.node.methods:
            if function.name == key:
                return Value(closure=Closure(function, kind.scope, kind.module, Value(type=kind)))
        for assignment in kind.node.fields:
            if key in _names(assignment.target):
                return self.value(assignment.value, kind.scope)
        return None

    def decorated(self, function: Function, scope: Scope) -> Value:
        """A function with its decorators applied, the nearest first."""
        value = self.closure(function, scope)
        for decorator in reversed(function.decorators):
            wrapper = self.value(decorator, scope)
            call = Call(decorator, (), (), function.at, function.end)
            result = self.called(wrapper, Site(wrapper.what, "", UNKNOWN, (value,), {}, call))
            if result.closure is not None or result.native is not None:
                value = result
        return value

    # -- functions ----------------------------------------------------------------------------

    def enter(
        self, closure: Closure, given: tuple[Value, ...], named: Mapping[str, Value], at: int
    ) -> Value:
        """Follow a function of the prototype; see Walk."""
        raise NotImplementedError

    def may_enter(self, closure: Closure) -> bool:
        """False for a function that is under way already, or too deep down."""
        return len(self.running) < _DEEPEST and id(closure.function) not in self.running

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

    def bind_parameters(
        self,
        function: Function,
        given: tuple[Value, ...],
        named: Mapping[str, Value],
        scope: Scope,
        closure: Closure,
    ) -> None:
        """Give the parameters of a function their values."""
        if closure.module.python and closure.this is not None and not _is_static(function):
            given = (closure.this, *given)
        for position, parameter in enumerate(function.parameters):
            names = _names(parameter.target)
            if parameter.variadic and closure.module.python:
                value = self._rest(function, position, given, named)
            elif parameter.variadic:
                rest = given[position:] or tuple(named.values())
                value = Value(elements=tuple(rest), origins=union(rest))
            elif len(names) == 1 and names[0] in named and type(parameter.target) is Name:
                value = named[names[0]]
            elif position < len(given):
                value = given[position]
            elif parameter.default is not None:
                value = self.value(parameter.default, scope)
            else:
                value = UNKNOWN
            self.bind(parameter.target, value, scope, True)

    def _rest(
        self,
        function: Function,
        position: int,
        given: tuple[Value, ...],
        named: Mapping[str, Value],
    ) -> Value:
        """What `*args` or `**kwargs` of Python take up."""
        before = function.parameters[:position]
        name = "".join(_names(function.parameters[position].target))
        if not any(p.variadic for p in before) and not _KEYWORDS.search(name):
            return Value(elements=given[position:])
        taken = {name for p in function.parameters for name in _names(p.target)}
        return Value(fields={k: v for k, v in named.items() if k not in taken})

    # -- names --------------------------------------------------------------------------------

    def bind(self, target: Expression, value: Value, scope: Scope, declared: bool) -> None:
        """Give a name, a pattern or a property its value."""
        if isinstance(target, Name):
            self._bind_name(target, value, scope, declared)
        elif isinstance(target, Record):
            for key, inner in target.pairs:
                if key == "...":
                    part = _rest_of(value, {k for k, _ in target.pairs})
                else:
                    part = value if key == "[]" else self.member(value, key, optional=False)
                self.bind(inner, part, scope, declared)
        elif isinstance(target, Items):
            for number, inner in enumerate(target.elements):
                part = self.item(value, number) if type(inner) is not Spread else value
                self.bind(inner, part, scope, declared)
        elif isinstance(target, Default):
            default = self.value(target.value, scope)
            known = value if not value.is_null else default
            if value.literal is UNSET and not value.cases:
                known = join(value, default) if default.origins or default.fields else value
            self.bind(target.target, known, scope, declared)
        elif isinstance(target, Spread):
            self.bind(target.value, value, scope, declared)
        elif isinstance(target, Member):
            self._bind_member(target, value, scope)
        elif isinstance(target, Index):
            owner = self.value(target.object, scope)
            self._changed(target.object, owner, value, scope, target.at)
            self.assigned(owner, "[]", value, target.at)
            self._fill(target.object, owner, value, scope)

    def _fill(self, target: Expression, owner: Value, value: Value, scope: Scope) -> None:
        """`bytes[i] = x`: what a list is filled with is in it from then on."""
        found = scope.find(target.id) if isinstance(target, Name) else None
        if found is None or not isinstance(target, Name) or owner.fields or owner.identity:
            return
        origins = owner.origins | all_origins(value)
        if origins != owner.origins and found.parent is not None:
            found.names[target.id] = replace(owner, origins=origins)

    def item(self, value: Value, number: int) -> Value:
        """One element by its number."""
        if value.elements is not None and number < len(value.elements):
            return value.elements[number]
        if value.what == ROWS and not value.cases:
            return self.knowledge.property(self, value, str(number)) or UNKNOWN
        if value.cases:
            return of_cases(
                (NULL if case.is_null else self.item(case, number), passed)
                for case, passed in value.cases
            )
        return self.element(value)

    def _bind_name(self, target: Name, value: Value, scope: Scope, declared: bool) -> None:
        home, name = scope, target.id
        if not declared:
            found = scope.find(name)
            if found is not None:
                home = found
                if found is not scope and found.parent is None:
                    self.module_assigned(name, value, target.at)
            elif name in self.names_of_module(scope):
                self.module_assigned(name, value, target.at)
                return
        home.names[name] = comparing.named_role(name, value)

    def _bind_member(self, target: Member, value: Value, scope: Scope) -> None:
        owner = self.value(target.object, scope)
        if owner.identity:
            self.heap[owner.identity, target.key] = value
        elif owner.fields is not None and type(target.object) is Name:
            changed = replace(owner, fields={**owner.fields, target.key: value})
            found = scope.find(target.object.id)
            if found is not None:
                found.names[target.object.id] = changed
        self._changed(target.object, owner, value, scope, target.at)
        self.assigned(owner, target.key, value, target.at)

    def _changed(
        self, target: Expression, owner: Value, value: Value, scope: Scope, at: int
    ) -> None:
        """Note what is put into a list or a dictionary, which may be one of the module."""
        if type(target) is not Name or owner.identity or owner.what not in ("", "list"):
            return
        home = scope.find(target.id)
        of_module = home is not None and home.parent is None and home is not scope
        holds = owner.fields is not None or owner.elements is not None
        if of_module and holds and self.running:
            self.module_assigned(target.id, value, at)

    def _mutated(self, node: Call, site: Site, scope: Scope) -> None:
        """`list.append(x)` of a list of the module."""
        function = node.function
        if type(function) is not Member or type(function.object) is not Name:
            return
        receiver, given = site.receiver, site.given
        if not given and not site.named and function.key not in ("clear", "pop"):
            return
        value = given[-1] if given else UNKNOWN
        self._changed(function.object, receiver, value, scope, node.at)

    def assigned(self, owner: Value, key: str, value: Value, at: int) -> None:
        """A property was given a value: knowledge of object mappers hooks in here."""
        self.knowledge.assigned(self, owner, key, value, at)

    def module_assigned(self, name: str, value: Value, at: int) -> None:
        """A variable of the module was given a value, or changed, by a function."""
        if self.running:
            inputs = {"value": all_origins(value)}
            literals = {"kind": value.what or _form(value)}
            self.effect(EffectKind.STATE, "assign", name, at, inputs=inputs, literals=literals)

    def names_of_module(self, scope: Scope) -> Mapping[str, Definition]:
        """The definitions of the module that a scope is in."""
        return self.program.unit(scope.home.path).definitions

    def lookup(self, name: str, scope: Scope) -> Value:
        """What a name stands for, followed into other modules."""
        at: Scope | None = scope
        top = scope
        while at is not None:
            found = at.names.get(name)
            if found is not None:
                return found
            top, at = at, at.parent
        unit = self.program.unit(top.home.path)
        definition = unit.definitions.get(name)
        if definition is None:
            return self._of_star(name, unit.module) or Value(what=name)
        top.names[name] = Value(what=name)  # for what asks for itself
        value = self._defined(name, definition, top)
        top.names[name] = value
        return value

    def _of_star(self, name: str, module: Module) -> Value | None:
        """What a name stands for that `from x import *` may bring."""
        for item in module.imports:
            path = self.program.target(module.path, item.module) if item.local == "*" else ""
            if path and path != module.path and name in self.program.unit(path).definitions:
                return self.exported(path, name)
        return None

    def _defined(self, name: str, definition: Definition, scope: Scope) -> Value:
        home = scope.home
        if isinstance(definition, Imported):
            return self._imported(definition, home)
        with_module = self._at_module(home)
        if isinstance(definition, Class):
            value = Value(type=Type(definition, scope, home))
        elif isinstance(definition, Function):
            if definition.decorators:
                value = self.decorated(definition, scope)
            else:
                value = self.closure(definition, scope)
        else:
            value = self._variable(name, definition, scope)
        self._back(with_module)
        return value

    def _variable(self, name: str, definition: Let, scope: Scope) -> Value:
        value = self.value(definition.value, scope)
        if value.literal is not UNSET and name in self.program.unit(scope.home.path).rebound:
            value = Value(what="", tags=frozenset({"module"}))  # a function gives it another value
        if type(definition.target) is Name:
            return replace(value, tags=value.tags | {"module"}) if value.identity == 0 else value
        self.bind(definition.target, value, scope, True)
        return scope.names.get(name, UNKNOWN)

    def _at_module(self, module: Module) -> tuple[object, ...]:
        """Evaluate what a module defines outside of the handler that is followed."""
        kept = (
            self.effects,
            self.guards,
            self.outcomes,
            self.path,
            self.steps,
            self.module,
            self.left,
            self.loops,
        )
        self.left, self.loops = max(self.left, BUDGET), 0  # done once for all entry points
        self.effects, self.guards, self.outcomes = [], NO_GUARDS, []
        self.path, self.steps, self.module = module.path, (), module
        kept_heap, self.heap = self.heap, self.program.heap
        return (*kept, kept_heap)

    def _back(self, kept: tuple[object, ...]) -> None:
        (
            self.effects,
            self.guards,
            self.outcomes,
            self.path,
            self.steps,
            self.module,
            self.left,
            self.loops,
            self.heap,
        ) = kept  # type: ignore[assignment]

    def _imported(self, item: Imported, module: Module) -> Value:
        path = self.program.target(module.path, item.module)
        if module.python and item.name != "*":
            submodule = self.program.target(module.path, f"{item.module}.{item.name}")
            if submodule and not (path and item.name in self.program.unit(path).definitions):
                return Value(what=f"module:{submodule}", tags=frozenset({"module"}))
        if not path:
            package = package_of(item.module)
            if item.name in ("*", "default"):
                return Value(what=package)
            return Value(what=f"{package}.{item.name}")
        if item.name == "*":
            return Value(what=f"module:{path}")
        return self.exported(path, item.name)

    def at_home(self, expression: Expression, scope: Scope) -> Value:
        """What an expression gives in the module that it stands in, not as part of the handler."""
        kept = self._at_module(scope.home)
        value = self.value(expression, scope)
        self._back(kept)
        return value

    def defining(self, name: str, scope: Scope, depth: int = 0) -> tuple[Definition, Scope] | None:
        """The definition behind a name of a module, followed into other modules."""
        module = scope.home
        unit = self.program.unit(module.path)
        definition = unit.definitions.get(name)
        if not isinstance(definition, Imported):
            return (definition, unit.scope) if definition is not None else None
        path = self.program.target(module.path, definition.module)
        if not path or depth > _DEEPEST:
            return None
        return self.defining(definition.name, self.program.unit(path).scope, depth + 1)

    def exported(self, path: str, name: str, depth: int = 0) -> Value:
        """What a module of the prototype gives to others by a name."""
        unit = self.program.unit(path)
        if unit.module.python:
            if name in unit.definitions or name in unit.scope.names:
                return self.lookup(name, unit.scope)
            return UNKNOWN
        expression = unit.exports.get(name)
        if expression is None and name == "default":
            expression = unit.exports.get("module.exports")
        if expression is not None:
            kept = self._at_module(unit.module)
            value = self.value(expression, unit.scope)  # type: ignore[arg-type]
            self._back(kept)
            if value.closure is not None and not value.closure.function.name:
                unit.scope.names.setdefault(f"export {name}", value)
            return value
        for outside, specifier, inside in unit.module.forwarded:
            target = self.program.target(path, specifier) if depth < 8 else ""
            if target and outside in (name, "*"):
                found = self.exported(target, name if inside == "*" else inside, depth + 1)
                if found is not UNKNOWN:
                    return found
        if name == "default" and "default" not in unit.exports and unit.exports:
            return Value(what=f"module:{path}")  # `import * as` written without the star
        return UNKNOWN

    _expressions: Mapping[type, Callable[..., Value]] = {
        Name: _name,
        Literal: _literal,
        Member: _member,
        Index: _index,
        Call: _call,
        Text: _text,
        Record: _record,
        Items: _items,
        Spread: _spread,
        Default: _default,
        Either: _either,
        Choice: _choice,
        Not: _not,
        Compare: _compare,
        Compute: _compute,
        Lambda: _lambda,
    }


def _dotted(what: str, key: str) -> str:
    # The method of something unknown is no function of that name: `pattern.exec(text)` runs nothing.
    return f"{what or '?'}.{key}"


_HIDDEN = re.compile(r"passw|pwd|hash|secret|salt", re.IGNORECASE)


def _rest_of(value: Value, taken: set[str]) -> Value:
    """`const { password, ...user } = row`: what is left of a record."""
    if value.fields is not None and not value.cases:
        return replace(value, fields={k: v for k, v in value.fields.items() if k not in taken})
    if not any(map(_HIDDEN.search, taken)):
        return value
    cases = tuple((_rest_of(case, taken), passed) for case, passed in value.cases)
    return replace(value, cases=cases, tags=value.tags | {LEFT_OVER})


def _handed(site: Site) -> tuple[Value, ...]:
    """What a call gives to a function of the prototype: a tag gets the written pieces of its template,
    and after them what stood in the holes, so that nothing of a caller is in the first."""
    first = site.call.arguments[0] if site.call.arguments else None
    if not isinstance(first, Text) or not first.tagged or not site.given:
        return site.given
    holes = tuple(e for e in site.given[0].elements or () if e.literal is UNSET)
    return (replace(site.given[0], what="sql fragment"), *holes)


def _form(value: Value) -> str:
    """What kind of value it is, for a reader."""
    if value.instance is not None:
        return value.instance.node.name
    if value.fields is not None:
        return "record"
    if value.elements is not None:
        return "text" if value.what == "text" else "list"
    return "literal" if value.literal is not UNSET else ""


def _names(target: Expression) -> list[str]:
    return [target.id] if isinstance(target, Name) else []


def _is_property(function: Function) -> bool:
    return any(
        isinstance(d, Name) and d.id in ("property", "cached_property") for d in function.decorators
    )


def _is_static(function: Function) -> bool:
    return any(isinstance(d, Name) and d.id == "staticmethod" for d in function.decorators)


def _free_names(node: object) -> Iterable[str]:
    """The names that an expression asks for."""
    if isinstance(node, Name):
        yield node.id
    elif isinstance(node, tuple):
        for part in node:
            if isinstance(part, tuple):
                yield from _free_names(part)
