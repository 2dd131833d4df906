"""The model by which FastAPI picks what it sends of what a handler returns: `response_model=UserOut`."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation
from shipworthy.prototype.handlers.knowledge import classes
from shipworthy.prototype.handlers.values import Scope, Type
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Expression, Function, Let, Literal, Name
from shipworthy.regex import regex

_HASH = regex(
    r"^_?(hashed_?(password|pw|passwd)|(password|pw)_?hash(ed)?|password_?digest|password|passwd|pwd)$"
)
_DEEPEST = 2


def leaves_out(walk: Evaluation, function: Function, scope: Scope) -> bool:
    """True where a model says which fields are sent, and the hash of a password is none of them."""
    models = [*_models(function)]
    if models:
        return not any(_names_hash(walk, model, scope) for model in models)
    kinds = [*_annotated(walk, function, scope)]
    return bool(kinds) and not any(_has_hash(walk, kind) for kind in kinds)


def _annotated(walk: Evaluation, function: Function, scope: Scope) -> Iterator[Type]:
    """The models of `-> list[UserOut]`, unless the decorator says that there is none."""
    if not function.returns or _says_none(function):
        return
    for word in _WORDS.findall(function.returns):
        kind = classes.type_named(walk, word, scope)
        if kind is not None and classes.is_shape(walk, kind):
            yield kind


_WORDS = regex(r"[A-Za-z_][\w.]*")


def _says_none(function: Function) -> bool:
    calls = (d for d in function.decorators if isinstance(d, Call))
    return any(key == "response_model" for call in calls for key, _ in call.keywords)


def _models(function: Function) -> Iterator[Expression]:
    for decorator in function.decorators:
        for key, value in decorator.keywords if isinstance(decorator, Call) else ():
            if key == "response_model" and not (isinstance(value, Literal) and value.value is None):
                yield value


def _names_hash(walk: Evaluation, model: Expression, scope: Scope) -> bool:
    kinds = (walk.value(name, scope).type for name in nodes_in((model,), Name))
    return any(_has_hash(walk, kind) for kind in kinds if kind is not None)


def _has_hash(walk: Evaluation, kind: Type, depth: int = 0) -> bool:
    for name, (let, owner) in classes.fields_of(walk, kind).items():
        if _HASH.match(name):
            if not _is_kept_back(let):
                return True
            continue
        inner = classes.resolved(walk, let.annotation, owner) if depth < _DEEPEST else None
        if inner is not None and inner.node is not kind.node and _has_hash(walk, inner, depth + 1):
            return True
    return False


def _is_kept_back(let: Let) -> bool:
    """True for `Field(exclude=True)` and for a type that shows stars (`SecretStr`)."""
    excluded = isinstance(let.value, Call) and any(
        key == "exclude" for key, _ in let.value.keywords
    )
    return excluded or "Secret" in let.annotation
