"""What a property, an element or a method of a value gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers import comparing
from shipworthy.prototype.handlers.evaluation import asked
from shipworthy.prototype.handlers.evaluation.filled import filled
from shipworthy.prototype.handlers.evaluation.kept_lists import IN_MEMORY, KEPT, asked_for
from shipworthy.prototype.handlers.evaluation.site import Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.sent import DOTLESS, HARMLESS
from shipworthy.prototype.handlers.values import (
    FLEETING,
    NEVER,
    NO_GUARDS,
    NULL,
    ROWS,
    UNKNOWN,
    UNSET,
    Closure,
    Scope,
    Type,
    Value,
    all_origins,
    derived,
    is_setting,
    join,
    meet_all,
    of_cases,
    replace,
    union,
)
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Compute,
    Expression,
    Function,
    Index,
    Let,
    Member,
    Name,
)

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation

WRITTEN = frozenset({"written"})  # a list that stands in the code as it is
FEWER = frozenset({"fewer"})  # those of a list that a test leaves, none perhaps
ONE_OF = "one of:"  # begins a tag that says one of the texts which a value is
OF_SENDER = "keys of the sender"  # a part was put into what was sent: it may still hold any other
_STREAM = "request:node"  # `for await (const part of request)` gives its body
ANY_KEY = "any key"  # what a proxy is asked for
_WHOLE = frozenset({"__dict__", "_mapping"})  # all that a row or an object of Python holds
EACH = "[]"  # what a query is asked for that is gone through before it was sent
_MOST_KINDS = 6  # classes or objects of such a table
_MOST_WAYS = 12  # functions of a table, of which the caller names one
_DEEPEST_CLASS = 6
_SIZES = frozenset({"length", "byteLength", "size"})
_LENGTHS = frozenset({"length", "byteLength"})
_NUMBER = frozenset({"number"})  # also where the origin lies too deep to say that it is a length
_PROVES = frozenset({"signature"})  # equal sizes prove nothing


def of_member(walk: Evaluation, node: Member, scope: Scope) -> Value:
    owner = walk.value(node.object, scope)
    if owner is NEVER:
        return NEVER
    value = walk.member(owner, node.key, optional=node.optional)
    return asked_for(walk, value, node.at) if value.what == KEPT else value


def member(walk: Evaluation, owner: Value, key: str, *, optional: bool = True) -> Value:
    """A property. Where it is not optional, what may be nothing is something from here on."""
    if owner.identity:
        kept = walk.heap.get((owner.identity, key)) or walk.program.heap.get((owner.identity, key))
        if kept is not None:
            return comparing.named_role(key, filled(walk, owner, key, kept))
    if owner.cases and any(case.is_null for case, _ in owner.cases) and not optional:
        walk.guards |= meet_all(passed for case, passed in owner.cases if not case.is_null)
    known = walk.knowledge.property(walk, owner, key)
    if known is not None:
        return known
    if owner.cases:
        parts = [
            (NULL if case.is_null else part(walk, case, key), passed)
            for case, passed in owner.cases
            if optional or not case.is_null
        ]
        if parts:
            whole = comparing.named_role(key, of_cases(parts))
            return whole if whole.what else replace(whole, what=dotted(owner.what, key))
    return part(walk, owner, key)


def part(walk: Evaluation, owner: Value, key: str) -> Value:
    if owner.what.startswith("module:") and owner.what[len("module:") :] in walk.program.modules:
        return _of_module(walk, owner.what[len("module:") :], key)
    if key in _WHOLE and walk.module.python and owner.fields is None:
        return owner
    if owner.fields is not None:
        found = owner.fields.get(key)
        if found is not None:
            return comparing.named_role(key, found)
        rest = owner.fields.get("...")
        if rest is not None:
            return part(walk, rest, key)
        if not owner.origins and owner.identity == 0:
            return UNKNOWN if "module" in owner.tags else NULL
    if owner.tags >= FEWER and key == "length":
        return Value(origins=all_origins(owner))
    if owner.elements and key == "length" and {"written", "settled"} & owner.tags:
        return Value(literal=len(owner.elements), tags=WRITTEN | (owner.tags & {"settled"}))
    if owner.elements is not None and key.isdigit() and int(key) < len(owner.elements):
        return owner.elements[int(key)]
    if owner.instance is not None:
        method = walk.method(owner, key)
        if method is not None:
            if method.closure is not None and _is_property(method.closure.function):
                return walk.enter(method.closure, (), {}, method.closure.function.at)
            return method
    if owner.type is not None:
        found = _static(walk, owner.type, key)
        if found is not None:
            return found
    if "prisma" in owner.what and walk.program.enumerations:
        package, _, name = owner.what.rpartition(".")
        if "prisma" in package and key in walk.program.enumerations.get(name, ()):
            return Value(literal=key, what=dotted(owner.what, key))
    origins = owner.origins or (all_origins(owner) if owner.elements is not None else frozenset())
    tags = owner.tags - FLEETING - (_PROVES if key in _SIZES else frozenset())
    return Value(
        origins=derived(origins, key),
        what=dotted(owner.what, key),
        client=owner.client,
        effect=owner.effect,
        tags=tags | _NUMBER if key in _LENGTHS else tags,
    )


def _of_module(walk: Evaluation, path: str, key: str) -> Value:
    """A name of a whole module; of one whose `module.exports` is an object, a part of that."""
    unit = walk.program.unit(path)
    given = unit.exports.get("default")
    if key in unit.exports or given is None or unit.module.python or key == "default":
        return walk.exported(path, key)
    whole = walk.exported(path, "default")
    if whole.instance is None and whole.fields is None:
        return walk.exported(path, key)
    return part(walk, whole, key)


SHELF = -7
"""A place in the heap: what was put last into a table of the module that begins empty."""


def of_index(walk: Evaluation, node: Index, scope: Scope) -> Value:
    owner, key = walk.value(node.object, scope), walk.value(node.key, scope)
    if key.what == ANY_KEY:
        return owner
    if type(node.key) is Compute and node.key.operator == "few" and is_setting(owner):
        return Value(origins=owner.origins, tags=owner.tags | {"part"})
    if owner.type is not None and walk.module.python and key.text is None:
        return owner  # `Repository[Note]`
    if (named := asked.of_table(walk, owner, key, node.at)) is not None:
        return named
    if owner.elements and isinstance(key.literal, int) and not owner.cases:
        at = key.literal
        if owner.tags >= FEWER:
            return replace(walk.element(owner), literal=UNSET)
        if -len(owner.elements) <= at < len(owner.elements):
            return owner.elements[at]
    if isinstance(key.literal, int) and (owner.what == ROWS or owner.cases):
        return walk.item(owner, max(key.literal, 0))
    if isinstance(key.literal, str):
        return walk.member(owner, key.literal, optional=False)
    if IN_MEMORY in owner.tags and key.effect >= 0:
        return walk.knowledge.at_place(walk, owner, key) or walk.element(owner)
    if owner.fields == {} and type(node.object) is Name:
        kept = walk.heap.get((SHELF, f"{walk.path}:{node.object.id}"))
        if kept is not None:
            return kept
    if owner.fields is not None and not owner.origins:
        if (way := way_of_table(owner)) is not None:
            return way
        # A lookup in a table of the code: what comes out is in the code, whatever is asked for.
        return Value(origins=union(owner.fields.values()), tags=frozenset({"looked-up"}))
    return walk.element(owner)


def way_of_table(table: Value) -> Value | None:
    """`actions[name]`, `kinds.get(name)`: whichever of these functions, classes or objects the caller names;
    None for a table of something else."""
    listed = [*(table.fields or {}).values()]
    made = [v for v in listed if v.instance is not None or v.type is not None]
    if made and len(made) == len(listed):
        return of_cases((v, NO_GUARDS) for v in made[:_MOST_KINDS])
    ways = [v for v in listed if v.closure is not None]
    return _one_of(ways[:_MOST_WAYS]) if ways else None


def _one_of(ways: list[Value]) -> Value:
    def run(walk: Evaluation, site: Site) -> Value:
        result = NEVER
        for way in ways:
            result = join(result, walk.called(way, site))
        return result

    return Value(native=run, tags=frozenset({"looked-up"}))


def element(walk: Evaluation, owner: Value) -> Value:
    """One element of a list."""
    if owner.elements:
        result = owner.elements[0]
        for other in owner.elements[1:]:
            result = join(result, other)
        names = {other.text for other in owner.elements}
        if "written" in owner.tags and len(names) > 1 and all(names):
            result = replace(result, tags=result.tags | {f"{ONE_OF}{n}" for n in names})
        return result
    if owner.fields is not None and owner.what == "list":
        return replace(owner, what="")  # the record that a function made of each element
    if owner.what == _STREAM:
        return Value(origins=frozenset({Origin("body")}))
    if owner.effect >= 0 and not owner.origins:
        known = walk.knowledge.property(walk, owner, EACH)
        if known is not None:
            return known
    origins = owner.origins if owner.fields is None else all_origins(owner)
    return Value(
        origins=origins,
        what="row" if owner.what == ROWS else owner.what,
        client=owner.client,
        effect=owner.effect,
        tags=owner.tags & (HARMLESS | {"signature", DOTLESS}),
    )


def gone_through(walk: Evaluation, value: Value) -> Value:
    """The rows of a query that is given away before it was sent: `sorted(query)`, `paginate(query)`."""
    if value.effect < 0 or value.origins or value.fields is not None:
        return value
    return walk.knowledge.property(walk, value, EACH) or value


def item(walk: Evaluation, value: Value, number: int) -> Value:
    """One element by its number; of `task, error` that a function gave back, for each way that it took."""
    if value.tags >= FEWER and value.elements:
        return replace(walk.element(value), literal=UNSET)
    if value.elements is not None and number < len(value.elements) and not value.cases:
        return value.elements[number]
    if value.what == ROWS and not value.cases:
        return walk.knowledge.property(walk, value, str(number)) or UNKNOWN
    if value.cases:
        return of_cases(
            (NULL if case.is_null else walk.item(case, number), passed)
            for case, passed in value.cases
        )
    return walk.element(value)


def method(walk: Evaluation, owner: Value, name: str) -> Value | None:
    """A method of an object, its own or of a base class."""
    kind, seen = owner.instance, 0
    while kind is not None and seen < 6:
        for function in kind.node.methods:
            if function.name == name:
                return Value(closure=Closure(function, kind.scope, kind.module, owner))
        bases = [walk.value(base, kind.scope) for base in kind.node.bases[:3]]
        kind, seen = next((base.type for base in bases if base.type), None), seen + 1
    return None


def of_base(walk: Evaluation, name: str, scope: Scope) -> Value | None:
    """`super().find(…)` of Python: the method of the next class that has it, for the same object."""
    found = scope.find("this")
    this = found.names["this"] if found is not None else UNKNOWN
    if this.instance is None or not walk.running:
        return None
    beyond = False
    for kind in _with_bases(walk, this.instance):
        if beyond:
            for function in kind.node.methods:
                if function.name == name:
                    return Value(closure=Closure(function, kind.scope, kind.module, this))
        beyond = beyond or any(id(f) == walk.running[-1] for f in kind.node.methods)
    return None


def _with_bases(walk: Evaluation, kind: Type, depth: int = 0) -> Iterator[Type]:
    yield kind
    if depth < _DEEPEST_CLASS:
        for base in kind.node.bases[:3]:
            of = walk.value(base, kind.scope).type
            if of is not None:
                yield from _with_bases(walk, of, depth + 1)


def _static(walk: Evaluation, kind: Type, key: str) -> Value | None:
    for function in kind.node.methods:
        if function.name == key:
            return Value(closure=Closure(function, kind.scope, kind.module, Value(type=kind)))
    kept = walk.program.statics.get((id(kind.node), key))
    if kept is not None:
        return kept
    for assignment in kind.node.fields:
        if key in plain_names_in(assignment.target):
            value = walk.value(assignment.value, kind.scope)
            return UNKNOWN if value.is_null and key in _given(kind) else value
    return None


def _given(kind: Type) -> set[str]:
    """The fields of a class that its methods give a value."""
    lets = (let.target for method in kind.node.methods for let in nodes_in(method.body, Let))
    return {target.key for target in lets if isinstance(target, Member)}


def keep_static(walk: Evaluation, kind: Type, key: str, value: Value) -> None:
    """`Db.instance = new Db()`: what a field of a class holds from then on; nothing makes it forget."""
    if not value.is_null:
        walk.change(walk.program.statics, (id(kind.node), key), value)


def _is_property(function: Function) -> bool:
    return any(
        isinstance(d, Name) and d.id in ("property", "cached_property") for d in function.decorators
    )


def dotted(what: str, key: str) -> str:
    # The method of something unknown is no function of that name: `pattern.exec(text)` runs nothing.
    return f"{what or '?'}.{key}"


def plain_names_in(target: Expression) -> list[str]:
    """The name that a target binds; none of a pattern."""
    return [target.id] if isinstance(target, Name) else []
