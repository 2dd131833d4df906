"""The rows that name another one, asked for from that one: `user.sent.all()` of Django."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.handler import Origins
from shipworthy.prototype.handlers.values import Value
from shipworthy.prototype.program.nodes import Call, Class, Expression, Let, Literal, Member, Name

_NAMES_A_ROW = ("ForeignKey", "OneToOneField")


class Relation(Struct, frozen=True):
    """Rows of `table` that name one of `parent` in the field `column`."""

    table: str
    column: str
    parent: str


def related(walk: Evaluation, value: Value) -> tuple[Relation, Origins] | None:
    """The relation that a property of a row is, and the key of that row."""
    keys = {origin.key for origin in value.origins}
    if len(keys) != 1 or value.fields is not None or value.cases:
        return None
    relation = _relations(walk).get(next(iter(keys)))
    if relation is None or not all(
        origin.kind == "principal" or (origin.kind == "row" and _is_one(origin.name, relation))
        for origin in value.origins
    ):
        return None
    if any(o.kind == "principal" for o in value.origins) and relation.parent != "User":
        return None
    return relation, frozenset(origin._replace(key="id") for origin in value.origins)


def _is_one(table: str, relation: Relation) -> bool:
    own = relation.parent == "User" and table.endswith("User")  # a model of the prototype's own
    return own or table == relation.parent


def _relations(walk: Evaluation) -> dict[str, Relation | None]:
    """The relations of all models by the name that leads back; None for what is one of two models."""
    known = walk.program.relations
    if known is None:
        found: dict[str, Relation | None] = {}
        for module in walk.program.modules.python_saying(_NAMES_A_ROW):
            for name, relation in _of_module(module.body):
                found[name] = relation if found.get(name, relation) == relation else None
        known = walk.program.relations = found
    return known


def _of_module(body: tuple[object, ...]) -> Iterator[tuple[str, Relation]]:
    for statement in body:
        if isinstance(statement, Class):
            for field in statement.fields:
                if isinstance(field, Let):
                    yield from _of_field(statement.name, field)


def _of_field(model: str, let: Let) -> Iterator[tuple[str, Relation]]:
    call = let.value
    if not isinstance(call, Call) or not isinstance(let.target, Name):
        return
    if _last(call.function) not in _NAMES_A_ROW or not isinstance(call.function, Member):
        return
    named = dict(call.keywords)
    to = call.arguments[0] if call.arguments else named.get("to")
    parent = _parent(to, model)
    back = named.get("related_name")
    name = str(back.value) if isinstance(back, Literal) else f"{model.lower()}_set"
    if parent and not name.endswith("+"):
        yield name, Relation(model, let.target.id, parent)


def _parent(to: Expression | None, model: str) -> str:
    """The model that a field names; that of users has one name, whichever way it is written."""
    if isinstance(to, Literal):
        name = str(to.value).rpartition(".")[2]
        return model if name == "self" else name
    name = _last(to.function if isinstance(to, Call) else to)
    return "User" if name in ("AUTH_USER_MODEL", "get_user_model") else name


def _last(expression: Expression | None) -> str:
    if isinstance(expression, Name):
        return expression.id
    return expression.key if isinstance(expression, Member) else ""
