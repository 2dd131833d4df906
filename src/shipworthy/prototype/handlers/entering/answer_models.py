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


def people_shown(walk: Evaluation, function: Function, scope: Scope) -> str:
    """How to reach the people who stand beside the rows of a list, and what they own, as a model sends it:
    "user.email and user.balance"; "" for none."""
    said = [*_models(function)]
    found: list[str] = []
    for model in said:
        names = [*nodes_in((model,), Name)]
        listed = any(name.id in _LISTS for name in names)
        kinds = [kind for name in names if (kind := walk.value(name, scope).type) is not None]
        found += [part for kind in kinds for part in _people(walk, kind, listed=listed)]
    if not said:
        listed = _LISTED.search(function.returns) is not None
        kinds = [*_annotated(walk, function, scope)]
        found += [part for kind in kinds for part in _people(walk, kind, listed=listed)]
    return " and ".join(dict.fromkeys(found))


def _people(walk: Evaluation, kind: Type, depth: int = 0, *, listed: bool) -> Iterator[str]:
    for name, (let, owner) in classes.fields_of(walk, kind).items():
        inner = classes.resolved(walk, let.annotation, owner)
        if inner is None or inner.node is kind.node or _is_kept_back(let):
            continue
        many = listed or _LISTED.search(let.annotation) is not None
        if many and _PERSON.match(name):
            fields = classes.fields_of(walk, inner).items()
            yield from (
                f"{name}.{part}"
                for part, (own, _) in fields
                if _REACHES.match(part) and not _is_kept_back(own)
            )
        elif depth < _DEEPEST:
            yield from _people(walk, inner, depth + 1, listed=many)


_LISTS = frozenset({"list", "List", "Sequence", "Page"})
_LISTED = regex(r"\b([Ll]ist|Sequence|Page)\[")
_PERSON = regex(
    r"^(user|author|reviewer|customer|client|buyer|bidder|commenter|participant|attendee|student|patient|guest|voter"
    r"|follower|created_by)s?$"
)
"""Who stands beside what he wrote, bought or came to; whom others are to reach, as agents, is none."""
_REACHES = regex(
    r"^(e_?mail(_address)?|phone(_number)?|mobile|balance|home_address|birth_?date|date_of_birth|iban)$"
)


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
