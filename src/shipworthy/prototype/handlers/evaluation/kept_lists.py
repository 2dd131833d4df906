"""Lists at the top of a module that functions fill with records: they stand in for tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.columns import PEOPLE, snake
from shipworthy.prototype.handlers.values import Scope, Value, replace
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import (
    Call,
    Expression,
    Function,
    Items,
    Let,
    Member,
    Name,
    Record,
)
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.handlers.evaluation.evaluation import Evaluation
    from shipworthy.prototype.handlers.program import Program

KEPT = "kept list"
"""What such a list is before a function asks for it."""

IN_MEMORY = "in memory"
"""The tag of its rows, once a function asked for it."""

_NO_TABLE = regex(
    r"limit|cache|attempt|counter|sess|sock|conn|token|otp|nonce|queue|listener|subscri|handler|middleware|plugin"
    r"|route|(^|[a-z_])logs?$|metric|stats?$|timer|interval|error|warning|result|stack|lines|parts|chunks|buffer|pending"
    r"|stream|worker|jobs?$|events?$|history|allow|origin|keys?$|secret|codes?$|online|typing|rooms?$|peers?$|ids?$|watch"
    r"|active|visited|seen|checks?$|rules?$|config|option|setting|args|argv|paths?$|files?$|urls?$|hooks?$|memo",
    re.IGNORECASE,
)
_CONNECTED = frozenset(
    "res ws socket socketId controller conn connection stream send resolve reject callback".split()
)
_NO_ROWS = frozenset(
    "res response ws socket controller conn connection client fn cb callback listener handler resolve id"
    " name key token line text message word err error promise timer".split()
)
_FILLS = frozenset({"push", "unshift"})


_SEEDS = regex(r"_?(seed|init|populate|generate|load|demo|mock|sample|fake|bootstrap|reset)")
_OWNER = regex(
    r"(user|owner|author|customer|patient|student|client|creator|account|member|employee|seller|buyer)_?id$|owner$"
    r"|created_?by$",
    re.IGNORECASE,
)
_AROUND = regex(
    r"^(mock|fake|dummy|demo|sample|all|in_?memory)_?(?=[A-Z])|(_?(DB|Db|db|[Ss]tore|[Ll]ist|Data|Array))$"
)


def table_of(name: str) -> str:
    """The table that a list stands for: `users` for `mockUsers` and `usersDb`."""
    table = _AROUND.sub("", name) or name
    return table[:1].lower() + table[1:]


def kept(walk: Evaluation, name: str, definition: Let, scope: Scope, value: Value) -> Value:
    """The value of a variable of a module; of a list that functions fill, which one it is."""
    written = definition.value
    if scope.home.python or type(definition.target) is not Name:
        return value
    if isinstance(written, Items):
        return _named(walk, scope, name, written) or value
    if isinstance(written, Record) and value.fields:  # `const db = { users: [], orders: [] }`
        lists = {
            key: found
            for key, inner in written.pairs
            if isinstance(inner, Items) and (found := _named(walk, scope, key, inner)) is not None
        }
        return replace(value, fields={**value.fields, **lists}) if lists else value
    return value


def kept_field(walk: Evaluation, field: Let, scope: Scope, name: str) -> Value | None:
    """The field of a class that is such a list: `private users: User[] = []`."""
    if scope.home.python or not isinstance(field.value, Items):
        return None
    return _named(walk, scope, name, field.value)


def asked_for(walk: Evaluation, value: Value, at: int) -> Value:
    """The rows of such a list, where a function is followed that asks for it."""
    outside = not walk.running or walk.heap is walk.program.heap
    return value if outside else walk.knowledge.asked_for(walk, value, at)


def _named(walk: Evaluation, scope: Scope, name: str, written: Items) -> Value | None:
    if _NO_TABLE.search(name) or any(type(part) is not Record for part in written.elements):
        return None
    if name not in _filled(walk, scope.home.path):
        return None
    return Value(
        what=KEPT, fields={"name": Value(literal=name)}, tags=frozenset({"module", "truthy"})
    )


def _filled(walk: Evaluation, path: str) -> frozenset[str]:
    """The lists about persons that functions of a module, or of those that import it, put records into."""
    program = walk.program
    known = program.lists_filled.get(path)
    if known is None:
        users = (p for p, meant in program.targets.items() if path in meant.values())
        found: dict[str, bool] = {}
        for user in (path, *users):
            for name, owned in _filled_in(program, user):
                found[name] = found.get(name, False) or owned
        known = frozenset(
            name for name, owned in found.items() if owned or PEOPLE.search(snake(table_of(name)))
        )
        program.lists_filled[path] = known
    return known


def _filled_in(program: Program, path: str) -> Iterator[tuple[str, bool]]:
    """The lists, and whether what is put into them says whose it is."""
    if path not in program.modules or program.modules[path].python:
        return
    module = program.modules[path]
    functions = [*nodes_in((module.body, module.exports), Function)]
    samples = {at for f in functions if _SEEDS.match(f.name) for _, at, _ in _filled_by(f)}
    for function in functions:
        yield from ((name, owned) for name, at, owned in _filled_by(function) if at not in samples)


def _filled_by(function: Function) -> Iterator[tuple[str, int, bool]]:
    """The lists not its own that a function adds records to, where, and whether these say whose they are."""
    lets = [*nodes_in(function.body, Let)]
    made = {_last(let.target): let.value for let in lets if let.declared}
    for name, at, added in _additions(function, lets):
        if name in made or not any(map(_is_record, added)):
            continue
        written = [made.get(e.id, e) if isinstance(e, Name) else e for e in added]
        records = [e for e in written if isinstance(e, Record)]
        if not any(map(_is_passing, records)):
            yield name, at, any(map(_is_owned, records))


def _additions(
    function: Function, lets: Iterable[Let]
) -> Iterator[tuple[str, int, tuple[Expression, ...]]]:
    """`users.push(user)`, `users = [...users, user]`."""
    for call in nodes_in(function.body, Call):
        called = call.function
        if isinstance(called, Member) and called.key in _FILLS:
            yield _last(called.object), call.at, call.arguments
    for let in lets:
        if not let.declared and isinstance(let.value, Items) and len(let.value.elements) > 1:
            yield _last(let.target), let.at, let.value.elements


def _is_owned(record: Record) -> bool:
    return any(_OWNER.match(key) for key, _ in record.pairs)


def _is_passing(record: Record) -> bool:
    """True for who is connected just now (`{ id: socket.id, res }`), and for what is said to a model."""
    keys = {key for key, _ in record.pairs}
    of_socket = (isinstance(v, Member) and _last(v.object) in _CONNECTED for _, v in record.pairs)
    return bool(keys & _CONNECTED) or {"role", "content"} <= keys or any(of_socket)


def _is_record(node: Expression) -> bool:
    if isinstance(node, Name):
        return node.id not in _NO_ROWS
    return isinstance(node, Record) and len(node.pairs) > 1


def _last(node: Expression) -> str:
    if isinstance(node, Name):
        return node.id
    return node.key if isinstance(node, Member) else ""
