"""What a call gives: a function of the prototype is followed, a library's is known or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.evaluation import binding, members
from shipworthy.prototype.handlers.evaluation.declared import declared
from shipworthy.prototype.handlers.evaluation.expressions import SETTLED
from shipworthy.prototype.handlers.evaluation.kept_lists import kept_field
from shipworthy.prototype.handlers.evaluation.site import Site
from shipworthy.prototype.handlers.values import (
    FLEETING,
    NEVER,
    NO_GUARDS,
    PROMISED,
    UNKNOWN,
    UNSET,
    Closure,
    Scope,
    Type,
    Value,
    all_origins,
    meet_all,
    of_cases,
    replace,
    union,
)
from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Function,
    Index,
    Member,
    Name,
    Spread,
    Text,
)

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

_MUTATORS = frozenset(
    "append push add extend update insert setdefault pop clear remove set".split()
)
_CHAINED = frozenset("select lean populate exec sort limit".split())
"""Methods of a query that is not waited for yet: asking for one proves no row."""
_PROMISED = frozenset({"then", "catch", "finally"})
"""Methods of a promise, which is there whatever comes of it."""


def of_call(walk: Evaluation, node: Call, scope: Scope) -> Value:
    function, before = node.function, walk.guards
    if type(function) is Member:
        receiver = walk.value(function.object, scope)
        gained = walk.guards - before if function.key == "catch" else NO_GUARDS
        if receiver is NEVER:
            return NEVER
        pending = receiver.what == "row" and function.key in _CHAINED
        pending = pending or function.key in _PROMISED
        called = walk.member(receiver, function.key, optional=function.optional or pending)
        if receiver.what == "super()" and walk.module.python:
            called = members.of_base(walk, function.key, scope) or called
        what, name = members.dotted(receiver.what, function.key), function.key
        if called.what and not called.closure:
            what = called.what
    else:
        receiver, gained = UNKNOWN, NO_GUARDS
        called = walk.value(function, scope)
        if called is NEVER:
            return NEVER
        name = function.id if type(function) is Name else ""
        what = called.what or name
        if walk.renders and name[:1] == "<" and name[1:2].isupper():
            called = walk.lookup(name[1:-1], scope)
            if called.closure is not None:
                return _drawn(walk, node, called.closure, scope)
    given = _given(walk, node, scope)
    named = _named(walk, node, scope)
    if NEVER in given:
        return NEVER
    site = Site(what, name, receiver, given, named, node, called)
    if name in _MUTATORS:
        binding.mutated(walk, node, site, scope)
    if name in ("push", "append", "set") and receiver.what == PARAMETERS:
        _put(walk, function, receiver, given, scope)
    elif name in _TAKES_IN and walk.module.python:
        _taken_in(walk, function, site, scope)
    elif name in ("push", "append") and receiver.elements is not None and receiver.what != "text":
        _grown(walk, function, receiver, given, scope)
    walk.gained = gained
    return walk.called(called, site)


def _drawn(walk: Evaluation, node: Call, component: Closure, scope: Scope) -> Value:
    """What an element of the prototype's own component shows: what it draws on the server, and what stands
    inside of it, which is only drawn where the component itself was."""
    before = walk.guards
    properties = {"...": UNKNOWN, **_named(walk, node, scope)}
    shown = walk.enter(component, (Value(fields=properties, tags=_THERE),), {}, node.at)
    if not node.arguments:
        walk.guards = before
    given = _given(walk, node, scope)
    origins = all_origins(shown).union(*(all_origins(case) for case, _ in shown.cases))
    return Value(origins=origins | union(given), tags=_THERE)


_THERE = frozenset({"truthy"})


def _given(walk: Evaluation, node: Call, scope: Scope) -> tuple[Value, ...]:
    found: list[Value] = []
    for argument in node.arguments:
        if type(argument) is not Spread:
            found.append(walk.value(argument, scope))
            continue
        listed = walk.value(argument.value, scope)
        if listed.elements is not None and listed.what != "text":
            found += listed.elements
        else:
            found.append(walk.element(listed))
    return tuple(found)


def _named(walk: Evaluation, node: Call, scope: Scope) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, inner in node.keywords:
        value = walk.value(inner, scope)
        if key == "..." and value.fields is not None:  # f(**{"a": 1})
            found.update(value.fields)
        else:
            found[key] = value
    return found


def _grown(
    walk: Evaluation, function: Expression, receiver: Value, given: tuple[Value, ...], scope: Scope
) -> None:
    """`list.push(x)`: the name stands for a longer list from here on."""
    elements = (*(receiver.elements or ()), *given)[:60]
    longer = replace(receiver, elements=elements, tags=receiver.tags - members.WRITTEN)
    _stands_for(walk, function, receiver, longer, scope)


def _taken_in(walk: Evaluation, function: Expression, site: Site, scope: Scope) -> None:
    """`found.extend(rows)`, `answer["rows"].append(row)`, `by_day.setdefault(day, []).append(row)`,
    `answer.update(rows=rows)`: what a list or a dictionary has taken in is in it from then on."""
    receiver = site.receiver
    if not isinstance(function, Member) or receiver.what not in _LISTS:
        return
    if site.name == "update":
        if receiver.fields is not None and not receiver.identity:
            more = {**(site.argument(0).fields or {}), **site.named}
            longer = replace(receiver, fields={**receiver.fields, **more})
            _stands_for(walk, function, receiver, longer, scope)
        return
    taken = site.given[-1] if site.given else UNKNOWN
    element = walk.element(taken) if site.name == "extend" else taken
    if isinstance(function.object, Name):
        if receiver.elements is not None:
            _grown(walk, function, receiver, (element,), scope)
        return
    _into_part(walk, function.object, receiver, element, scope)


_LISTS = ("", "list", "?.setdefault()")
_TAKES_IN = frozenset({"append", "extend", "insert", "add", "update"})


def _into_part(
    walk: Evaluation, part: Expression, receiver: Value, element: Value, scope: Scope
) -> None:
    """What the list in a part of a dictionary has taken in."""
    if isinstance(part, Call) and isinstance(part.function, Member) and part.arguments:
        part = Index(part.function.object, part.arguments[0], part.at)  # `setdefault(key, [])`
    whole, key = part.object if isinstance(part, (Index, Member)) else None, ""
    if isinstance(part, Index):
        key = walk.value(part.key, scope).text or ""
    elif isinstance(part, Member):
        key = part.key
    found = scope.find(whole.id) if isinstance(whole, Name) else None
    if found is None or found.parent is None or not isinstance(whole, Name):
        return
    known = found.names[whole.id]
    if known.identity or known.what or known.fields is None:
        return
    if key:
        longer = Value(elements=(*(receiver.elements or ()), element)[:60])
        walk.change(found.names, whole.id, replace(known, fields={**known.fields, key: longer}))
    elif all_origins(element):
        origins = known.origins | all_origins(element)
        walk.change(found.names, whole.id, replace(known, origins=origins))


def _put(
    walk: Evaluation, function: Expression, receiver: Value, given: tuple[Value, ...], scope: Scope
) -> None:
    """`parameters.append("to", x)`: from here on they have one of this name."""
    if receiver.elements and len(given) > 1 and given[0].text is not None:
        fields = {**(receiver.elements[0].fields or {}), given[0].text: given[1]}
        more = replace(receiver, elements=(Value(fields=fields),))
        _stands_for(walk, function, receiver, more, scope)


def _stands_for(
    walk: Evaluation, function: Expression, receiver: Value, value: Value, scope: Scope
) -> None:
    """The name whose method is called stands for another value from here on."""
    if not isinstance(function, Member) or not isinstance(function.object, Name):
        return
    name = function.object.id
    found = scope.find(name)
    if found is not None and found.names.get(name) is receiver:
        walk.change(found.names, name, value)


PARAMETERS = "searchParams"
"""The kind of the parameters of an address, and of a form that the code itself fills."""


def called(walk: Evaluation, function: Value, site: Site) -> Value:
    """The result of a call."""
    if function.native is not None:
        result: Value = function.native(walk, site)
        return result
    if len(function.cases) > 1 and len(ways := _ways(function)) > 1:
        return _each(walk, ways, site)
    if function.closure is not None:
        walk.ways = []  # of a function that is not followed there are none
        result = walk.enter(function.closure, _handed(site), site.named, site.call.at)
        result = walk.knowledge.own(walk, site, result, function.closure.function)
        return _promised(result, function.closure.function)
    known = walk.knowledge.call(walk, site)
    if known is not None:
        return known
    if function.type is not None:
        made = walk.knowledge.made(walk, function.type, site)
        return made if made is not None else walk.construct(function.type, site)
    walk.run_callbacks(site)
    return walk.unfollowed(site.given, site.named, site.receiver, f"{site.what}()")


def _ways(function: Value) -> list[Value]:
    """The functions or classes of which one is called, whichever way was taken before."""
    found: dict[int, Value] = {}
    for case, _ in function.cases:
        if case.closure is not None:
            found.setdefault(id(case.closure.function), case)
        elif case.type is not None:
            found.setdefault(id(case.type.node), case)
    return [*found.values()][:_MOST_WAYS]


_MOST_WAYS = 6


def _each(walk: Evaluation, ways: list[Value], site: Site) -> Value:
    """What each gives; only what all of them have asked for is asked for behind the call."""
    before, results = walk.guards, []
    for way in ways:
        walk.guards = before
        results.append((called(walk, way, site), walk.guards))
    walk.guards = before | meet_all(passed for value, passed in results if value is not NEVER)
    return of_cases((value, passed - before) for value, passed in results if value is not NEVER)


def _promised(result: Value, function: Function) -> Value:
    """What a function gives, marked where it is given as a promise."""
    if result is NEVER or function.asynchronous is (PROMISED in result.tags):
        return result
    return replace(result, tags=result.tags ^ {PROMISED})


def run_callbacks(walk: Evaluation, site: Site) -> None:
    """Follow the functions that are given to a call which is not followed itself."""
    for value in (*site.given, *site.named.values()):
        if value.closure is not None:
            element = walk.element(site.receiver)
            count = len(value.closure.function.parameters)
            walk.enter(value.closure, (element,) * min(count, 1), {}, site.call.at)


def unfollowed(
    walk: Evaluation,
    given: tuple[Value, ...],
    named: Mapping[str, Value],
    receiver: Value = UNKNOWN,
    what: str = "",
) -> Value:
    """What an unknown call gives: something made of what it was given. A client of a service does not
    give back the key that it was made with."""
    values = tuple(members.gone_through(walk, v) for v in (receiver, *given, *named.values()))
    tags = frozenset().union(*(v.tags for v in values)) - FLEETING - {"truth"}
    origins = union(values)
    if receiver.what and what:
        kept = union((*given, *named.values()))
        origins = frozenset(o for o in origins if o.kind != "environment" or o in kept)
    return Value(origins=origins, what=what, client=receiver.client, tags=tags | {"unseen"})


def construct(walk: Evaluation, kind: Type, site: Site) -> Value:
    """An object of a class of the prototype."""
    made = Value(
        instance=kind,
        identity=walk.program.identity(),
        origins=union((*site.given, *site.named.values())),
    )
    inner = Scope({"this": made}, kind.scope)
    for assignment in kind.node.fields:
        for name in members.plain_names_in(assignment.target):
            walk.heap[made.identity, name] = kept_field(
                walk, assignment, inner, name
            ) or walk.value(assignment.value, inner)
    constructor = walk.method(made, "constructor") or walk.method(made, "__init__")
    if constructor is not None and constructor.closure is not None:
        walk.enter(constructor.closure, site.given, site.named, site.call.at)
    for key, value in site.named.items():
        walk.heap.setdefault((made.identity, key), value)
    return made


def decorated(walk: Evaluation, function: Function, scope: Scope) -> Value:
    """A function with its decorators applied, the nearest first."""
    value = walk.closure(function, scope)
    for decorator in reversed(function.decorators):
        wrapper = walk.value(decorator, scope)
        call = Call(decorator, (), (), function.at, function.end)
        site = Site(wrapper.what, "", UNKNOWN, (value,), {}, call)
        if wrapper.native is None and wrapper.closure is None and wrapper.type is None:
            # A decorator that is not followed keeps the function for later: nothing runs it here.
            result = walk.knowledge.call(walk, site) or UNKNOWN
        else:
            result = walk.called(wrapper, site)
        if result.closure is not None or result.native is not None:
            value = result
    return value


def bind_parameters(
    walk: Evaluation,
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
        names = members.plain_names_in(parameter.target)
        if parameter.variadic and closure.module.python:
            value = _rest(walk, function, position, given, named)
        elif parameter.variadic:
            rest = given[position:] or tuple(named.values())
            value = Value(elements=tuple(rest), origins=union(rest))
        elif len(names) == 1 and names[0] in named and type(parameter.target) is Name:
            value = _settled(named[names[0]])
        elif position < len(given):
            value = _settled(given[position])
        elif closure.module.python and "..." in named and len(names) == 1:
            value = walk.member(named["..."], names[0])  # `f(**data)`
        elif parameter.default is not None:
            value = walk.value(parameter.default, scope)
            value = _settled(value) if given or named else value
        else:
            value = UNKNOWN
        if parameter.annotation and closure.module.python and not parameter.variadic:
            value = declared(walk, parameter.annotation, closure.scope, closure.module, value)
        walk.bind(parameter.target, value, scope, True)


def _settled(value: Value) -> Value:
    """What a call writes out is known for sure while the function runs: `client_for(service=True)`,
    `need(request, { role: "admin" })`."""
    if value.cases:
        return value
    if isinstance(value.literal, (str, bool)) or value.is_null:
        return replace(value, tags=value.tags | SETTLED)
    if value.fields and not (value.what or value.instance or value.identity):
        return replace(value, fields={key: _settled(part) for key, part in value.fields.items()})
    return value


def _rest(
    walk: Evaluation,
    function: Function,
    position: int,
    given: tuple[Value, ...],
    named: Mapping[str, Value],
) -> Value:
    """What `*args` or `**kwargs` of Python take up."""
    if not function.parameters[position].keywords:
        return Value(elements=given[position:])
    taken = {name for p in function.parameters for name in members.plain_names_in(p.target)}
    return Value(fields={k: v for k, v in named.items() if k not in taken})


def _handed(site: Site) -> tuple[Value, ...]:
    """What a call gives to a function of the prototype: a tag gets the written pieces of its template,
    and after them what stood in the holes, so that nothing of a caller is in the first."""
    first = site.call.arguments[0] if site.call.arguments else None
    if not isinstance(first, Text) or not first.tagged or not site.given:
        return site.given
    holes = tuple(e for e in site.given[0].elements or () if e.literal is UNSET)
    return (replace(site.given[0], what="sql fragment"), *holes)


def _is_static(function: Function) -> bool:
    return any(isinstance(d, Name) and d.id == "staticmethod" for d in function.decorators)
