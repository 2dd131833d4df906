"""What is known of a value while a handler is followed: where it is from and what it can do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    OF_ROLES,
    Check,
    Guard,
    Origin,
    Origins,
)
from shipworthy.prototype.program.nodes import Class, Function, Module
from shipworthy.regex import regex

NO_GUARDS: frozenset[Guard] = frozenset()
ROWS = "rows"
"""What a list of rows of a database is: each of its elements is there or not."""
MAIL = "mail message"
"""What a mail is that the code puts together: its parts are kept at its place in the heap."""
EVERY = "every"
"""The literal `rows` of a deletion that is bounded by nothing."""
SOME = "some"
"""The literal `rows` of one that has a condition after all."""
PROMISED = "promised"
"""The tag of what an asynchronous function gives: a promise of it, for whoever does not wait."""
FORGOTTEN = "forgotten"
"""The tag of a promise under the name that it was given, before whoever waits for it."""
FLEETING = frozenset({"truthy", "maybe", PROMISED, FORGOTTEN})
LESS = "less"  # the tag of what is subtracted, or has something subtracted
"""Tags that say something of a value itself and nothing of its parts or of what is made of it."""
_NOTHING: Origins = frozenset()
_MOST_CASES = 8
_MOST_KINDS = 3
_MOST_ORIGINS = 24
_DEEPEST_KEY = 2  # body.items.price is body.items: what stands deeper is named by its start


class Unset:
    """The literal of a value that is no literal."""


UNSET = Unset()

Guards = frozenset[Guard]


class Scope(Struct, eq=False):
    """The names of a function or a module; a module's are evaluated when first asked for."""

    names: dict[str, Value]
    parent: Scope | None = None
    module: Module | None = None

    def find(self, name: str) -> Scope | None:
        """The nearest scope that has a name."""
        at: Scope | None = self
        while at is not None:
            if name in at.names:
                return at
            at = at.parent
        return None

    @property
    def home(self) -> Module:
        """The module around it. Raises LookupError for a scope that hangs in the air."""
        at = self
        while at.parent is not None:
            at = at.parent
        if at.module is None:
            raise LookupError("a scope without a module")
        return at.module


class Closure(Struct, eq=False):
    """A function of the prototype with the names around it."""

    function: Function
    scope: Scope
    module: Module
    this: Value | None = None


class Type(Struct, eq=False):
    """A class of the prototype."""

    node: Class
    scope: Scope
    module: Module


class Value(Struct, eq=False):
    """An abstract value; never changed once made.

    `what` names what it is where a library made it ("stripe()", "@supabase/supabase-js.createClient()");
    `cases` are the ways it came about, each with the guards that were passed on that way; `when` are
    the guards that hold where it is true and where it is false. `identity` is its place in the heap.
    """

    origins: Origins = _NOTHING
    what: str = ""
    literal: Any = UNSET
    fields: Mapping[str, Value] | None = None
    elements: tuple[Value, ...] | None = None
    cases: tuple[tuple[Value, Guards], ...] = ()
    when: tuple[Guards, Guards] | None = None
    closure: Closure | None = None
    type: Type | None = None  # a class
    instance: Type | None = None  # an object of a class
    client: str = ""  # "service", "owner", "shared", "user", "anon"
    effect: int = -1  # the effect that it is the result of
    identity: int = 0
    native: Callable[..., Any] | None = None  # a function that the walk itself answers
    tags: frozenset[str] = frozenset()

    @property
    def is_null(self) -> bool:
        """True for null, undefined and None."""
        return self.literal is None

    @property
    def text(self) -> str | None:
        """The string it is, where the code says."""
        return self.literal if isinstance(self.literal, str) else None


def replace(value: Value, **changes: Any) -> Value:
    """A copy with some parts changed; it is made by the ten thousand, so without dataclasses' care."""
    made = Value(
        value.origins,
        value.what,
        value.literal,
        value.fields,
        value.elements,
        value.cases,
        value.when,
        value.closure,
        value.type,
        value.instance,
        value.client,
        value.effect,
        value.identity,
        value.native,
        value.tags,
    )
    for name, part in changes.items():
        setattr(made, name, part)
    return made


NULL = Value(literal=None)
GONE = Value(literal=None)
"""What a record has no more, as `role` in `const { role, ...rest } = body`."""
UNKNOWN = Value()
NEVER = Value(what="never")
"""What a call gives that does not return: a redirect that throws, an exit."""


def literal(value: object) -> Value:
    """A value that the code writes out."""
    return Value(literal=value)


def from_origins(*origins: Origin, what: str = "") -> Value:
    """A value of which only the origin is known."""
    return Value(origins=frozenset(origins), what=what)


def truth(value: Value) -> bool | None:
    """Whether a value is true in a condition; None where it may be either."""
    if value.literal is not UNSET:
        return bool(value.literal)
    if "maybe" in value.tags:
        return None
    if value.fields is not None or value.closure or value.type or value.instance or value.elements:
        return True
    if (value.client and "unseen" not in value.tags) or "truthy" in value.tags:
        return True
    return None


def tested(value: Value) -> tuple[Guards, Guards]:
    """The guards that hold where a value is true, and where it is false."""
    yes, no = value.when or (NO_GUARDS, NO_GUARDS)
    if not value.cases:
        return yes, no
    ways_yes: list[Guards] = []
    ways_no: list[Guards] = []
    for case, passed in value.cases:
        case_yes, case_no = tested(case)
        if truth(case) is not False:
            ways_yes.append(passed | case_yes)
        if truth(case) is not True:
            ways_no.append(passed | case_no)
    return yes | meet_all(ways_yes), no | meet_all(ways_no)


def settles(guards: Guards) -> bool:
    """True where a check is known for what it is, and be it that it does not hold."""
    return any(guard.check in _SETTLES for guard in guards)


def meet(one: Guards, other: Guards) -> Guards:
    """The guards that hold on both ways: the same check about the same inputs counts as the same."""
    if one == other:
        return one
    known = {(g.check, g.about) for g in other}
    both = frozenset(g for g in one if (g.check, g.about) in known)
    if any(g.check is Check.ROLE for g in both):
        both = frozenset(_with_roles(g, other) for g in both)
    return both | _either(one, other, both) if one and other else both


def _with_roles(guard: Guard, others: Guards) -> Guard:
    """A role that was asked for, with those that pass on the other way: `role == "cook" or …`."""
    said, named, mine = guard.how.partition(OF_ROLES)
    if guard.check is not Check.ROLE or not named or guard in others:
        return guard
    words = set(mine.split(", "))
    for other in others:
        if other.check is Check.ROLE and other.about == guard.about:
            words.update(filter(None, other.how.partition(OF_ROLES)[2].split(", ")))
    return guard._replace(how=f"{said}{OF_ROLES}{', '.join(sorted(words))}")


def _either(one: Guards, other: Guards, both: Guards) -> Guards:
    """Where each way asks who calls, or for a right, in its own manner: the weaker of the two."""
    found: set[Guard] = set()
    for checks in (AUTHENTICATES, _RIGHTS, _ASKED):
        if any(g.check in checks for g in (*both, *found)):
            continue
        mine = [g for g in one if g.check in checks]
        yours = [g for g in other if g.check in checks]
        if mine and yours:
            found.add(min((*mine, *yours), key=_strength))
    return (
        frozenset(found) | _asked_of_others(one - both, other) | _asked_of_others(other - both, one)
    )


def _asked_of_others(one: Guards, other: Guards) -> Guards:
    """Where it is the caller's own on one way, and some are turned away on the other: something is asked
    of whoever acts on what is not his, by rules that nobody followed."""
    if not any(g.check is Check.REFUSES for g in other) or any(g.check in _RIGHTS for g in other):
        return NO_GUARDS
    return frozenset(g._replace(check=Check.REFUSES) for g in one if g.check is Check.OWNER)


_WEAKEST = (
    Check.REFUSES,
    Check.UNCLEAR,
    Check.SESSION,
    Check.API_KEY,
    Check.OWNER,
    Check.ROLE,
    Check.SIGNATURE,
    Check.SECRET,
)
_RIGHTS = frozenset({Check.OWNER, Check.ROLE, Check.SIGNATURE, Check.SECRET})
_ASKED = AUTHENTICATES | _RIGHTS | {Check.UNCLEAR, Check.REFUSES}
_SETTLES = AUTHENTICATES | {Check.ROLE, Check.OWNER, Check.HOLLOW, Check.DECODED, Check.UNCLEAR}


def _strength(guard: Guard) -> tuple[int, str, int, list[str]]:
    return _WEAKEST.index(guard.check), guard.path, guard.line, sorted(guard.about)


def meet_all(ways: Iterable[Guards]) -> Guards:
    """The guards that hold on every way."""
    result: Guards | None = None
    for way in ways:
        result = way if result is None else meet(result, way)
    return result or NO_GUARDS


def all_origins(value: Value, depth: int = 4) -> Origins:
    """The origins of a value and of what is in it."""
    if depth == 0 or (value.fields is None and value.elements is None):
        return value.origins
    inner = [*(value.fields or {}).values(), *(value.elements or ())]
    return (
        value.origins.union(*(all_origins(v, depth - 1) for v in inner)) if inner else value.origins
    )


def is_setting(value: Value) -> bool:
    """True for what comes from variables of the environment alone."""
    return bool(value.origins) and all(o.kind == "environment" for o in value.origins)


def union(values: Iterable[Value]) -> Origins:
    """The origins of all these values and of what is in them."""
    found: set[Origin] = set()
    for value in values:
        found |= all_origins(value)
    return _few(frozenset(found))


def remembered(value: Value) -> Value:
    """What a promise gives to whoever waits for it, however late."""
    return replace(value, tags=value.tags - {FORGOTTEN}) if FORGOTTEN in value.tags else value


def join(one: Value, other: Value) -> Value:
    """A value that is one or the other."""
    if one is other or other is NEVER:
        return one
    if one is NEVER:
        return other
    if one.is_null:
        one, other = other, one
    if other.is_null:
        if one.is_null:
            return NULL
        return replace(one, tags=one.tags - {"truthy"} | {"maybe"}, literal=UNSET)
    begun = one.literal == "" or other.literal == ""  # `message = ""`, and one way adds to it
    maybe = {"maybe"} if begun and (one.elements or other.elements) else set()
    return Value(
        origins=_few(one.origins | other.origins),
        what=one.what or other.what,
        literal=_joined_literal(one.literal, other.literal),
        fields=_joined_fields(one, other),
        elements=_joined_elements(one, other),
        closure=one.closure or other.closure,
        instance=one.instance or other.instance,
        client=one.client if one.client == other.client else one.client or other.client,
        effect=one.effect if one.effect >= 0 else other.effect,
        identity=one.identity or other.identity,
        native=one.native or other.native,
        tags=(one.tags | other.tags | maybe) - {"truthy"},
    )


def _joined_literal(one: object, other: object) -> object:
    """What both are, and a statement to which one of the ways adds a condition: it asks the same table."""
    if one is UNSET or one == other:
        return one
    if isinstance(one, str) and isinstance(other, str):
        short, long = sorted((one, other), key=len)
        if " " in short and long.startswith(short):
            return long
    return UNSET


def _joined_elements(one: Value, other: Value) -> tuple[Value, ...] | None:
    """Of two lists of conditions with a common beginning, what either way has added to it."""
    if one.elements is None or other.elements is None or one.what or other.what:
        return one.elements if one.elements is not None else other.elements
    kept = {id(element) for element in one.elements}
    added = [e for e in other.elements if id(e) not in kept]
    if any(e.what == "text" or e.text is not None for e in added):
        return one.elements  # the pieces of a text are told apart by their places
    return (*one.elements, *added)


def _joined_fields(one: Value, other: Value) -> Mapping[str, Value] | None:
    if one.fields is None or other.fields is None:
        return one.fields if one.fields is not None else other.fields
    if one.fields is other.fields:
        return one.fields
    keys = [*one.fields, *(k for k in other.fields if k not in one.fields)]
    return {k: join(one.fields.get(k, NULL), other.fields.get(k, NULL)) for k in keys[:60]}


def of_cases(cases: Iterable[tuple[Value, Guards]]) -> Value:
    """A value that came about in one of several ways."""
    kept = _without_stand_ins(list(cases))
    if not kept:
        return NEVER
    result = kept[0][0]
    for value, _ in kept[1:]:
        result = join(result, value)
    if len(kept) == 1 and not kept[0][1]:
        return result
    flat: list[tuple[Value, Guards]] = []
    for value, passed in kept:
        if value.cases:
            flat += [(inner, passed | more) for inner, more in value.cases]
        else:
            flat.append((value, passed))
    return replace(result, cases=tuple(_few_cases(flat)), when=None)


def _few_cases(cases: list[tuple[Value, Guards]]) -> list[tuple[Value, Guards]]:
    """So many ways; of the rest those that look alike as one (`{ error }` beside `{ user }`), or else
    those that are true, those that are not, and those that may be: what each of them proves, they prove."""
    if len(cases) <= _MOST_CASES:
        return cases
    few, rest = cases[: _MOST_CASES - _MOST_KINDS], cases[_MOST_CASES - _MOST_KINDS :]
    kinds: dict[object, list[tuple[Value, Guards]]] = {}
    for value, passed in rest:
        kinds.setdefault(_look(value), []).append((value, passed))
    if len(kinds) > _MOST_KINDS:
        kinds = {}
        for value, passed in rest:
            kinds.setdefault(truth(value), []).append((value, passed))
    return few + [_as_one(alike) for alike in kinds.values()]


def _look(value: Value) -> object:
    """What tells a value from others in a condition: whether it is true, and its properties are."""
    if value.fields is None:
        return truth(value)
    return frozenset((key, truth(inner)) for key, inner in value.fields.items())


def _as_one(alike: list[tuple[Value, Guards]]) -> tuple[Value, Guards]:
    one = alike[0][0]
    for value, _ in alike[1:]:
        one = join(one, value)
    if one.fields is not None:
        always = {k for k in one.fields if all(_is_true(v, k) for v, _ in alike)}
        fields = {k: _truly(v) if k in always else v for k, v in one.fields.items()}
        one = replace(one, fields=fields)
    yes = meet_all(passed | tested(value)[0] for value, passed in alike)
    no = meet_all(passed | tested(value)[1] for value, passed in alike)
    return replace(one, when=(yes, no)), meet_all(passed for _, passed in alike)


def _is_true(value: Value, key: str) -> bool:
    inner = (value.fields or {}).get(key)
    return inner is not None and truth(inner) is True


def _truly(value: Value) -> Value:
    """`"Unauthorized"` or `"Forbidden"`: a text at any rate."""
    return value if truth(value) is True else replace(value, tags=value.tags | {"truthy"})


def _without_stand_ins(cases: list[tuple[Value, Guards]]) -> list[tuple[Value, Guards]]:
    """`url ? createClient(url) : { from: () => ({ … }) }`: what is written out by hand, so that all runs
    without a database, does nothing to anybody."""
    if len(cases) < 2 or not any(value.client for value, _ in cases):
        return cases
    return [(NULL if _is_stand_in(value) else value, passed) for value, passed in cases]


def _is_stand_in(value: Value) -> bool:
    if value.client or value.cases or value.what or value.origins:
        return False
    if value.instance is not None:
        return bool(_MADE_UP.search(value.instance.node.name))
    return value.fields == {} or any(
        field.closure is not None or (field.fields is not None and _is_stand_in(field))
        for field in (value.fields or {}).values()
    )


_MADE_UP = regex(r"mock|fake|stub|dummy|no_?op|^null", re.IGNORECASE)


def derived(origins: Origins, key: str) -> Origins:
    """The origins of a property of something with these origins."""
    if not origins:
        return origins
    return frozenset(_derived(origin, key) for origin in origins)


_WHOLE = frozenset({"", "data", "items", "values", "input"})


def _derived(origin: Origin, key: str) -> Origin:
    kind = origin.kind
    if kind in ("environment", "random", "model", "error", "answer"):
        return origin if kind != "error" else Origin(kind, origin.name, key)
    if origin.key.count(".") + 1 >= _DEEPEST_KEY and origin.key:
        counted = f"{origin.key.rpartition('.')[0]}.length" if key == "length" else origin.key
        return Origin(kind, origin.name, counted, origin.by)
    joined = f"{origin.key}.{key}" if origin.key else key
    return Origin(kind, origin.name, joined, origin.by)


def _few(origins: Origins) -> Origins:
    if len(origins) <= _MOST_ORIGINS:
        return origins
    return frozenset(sorted(origins, key=lambda o: (not o.is_input, o[:3]))[:_MOST_ORIGINS])
