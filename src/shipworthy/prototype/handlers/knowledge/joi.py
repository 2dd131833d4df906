"""Joi: schemas that say of each field what kind of value it takes, and refuse what they do not name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.shapes import names_admin
from shipworthy.prototype.handlers.sent import NO_OBJECT
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    Guards,
    Value,
    all_origins,
    replace,
)

_SCHEMA = "joi"
_TRUTHY = frozenset({"truthy"})
_PLAIN = "plain"
_LISTED = "listed"
_SCALARS = ("string", "number", "boolean", "date")
_OTHERS = ("array", "any", "alternatives", "binary", "func")
_MODIFIERS = """required optional allow invalid min max length email uri guid hex regex pattern trim lowercase
uppercase alphanum default messages message label integer positive precision greater less iso items unique
strict unknown options error empty forbidden strip when custom ref or and xor with
without description""".split()


def _object(walk: Evaluation, site: Site) -> Value | None:
    """`Joi.object({ … })`, and `schema.keys({ … })` with more of them."""
    fields = {**(site.receiver.fields or {}), **(site.argument(0).fields or {})}
    return Value(what=_SCHEMA, fields=fields, tags=_TRUTHY)


def _scalar(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_SCHEMA, tags=_TRUTHY | {_PLAIN})


def _other(walk: Evaluation, site: Site) -> Value | None:
    return Value(what=_SCHEMA, tags=_TRUTHY)


def _valid(walk: Evaluation, site: Site) -> Value | None:
    """`Joi.string().valid("small", "large")`; a list that names administrators leaves that to the caller."""
    texts = [v.text for g in site.given for v in (g.elements or (g,)) if v.text]
    listed = frozenset() if names_admin(texts) or not texts else frozenset({_LISTED, _PLAIN})
    return Value(what=_SCHEMA, tags=site.receiver.tags | _TRUTHY | listed)


def _modified(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver


def _validate(walk: Evaluation, site: Site) -> Value | None:
    """`const { error, value } = schema.validate(req.body)`."""
    given, passed = site.argument(0), _told(walk, site)
    good = Value(fields={"error": NULL, "value": given}, tags=_TRUTHY)
    error = Value(origins=frozenset({Origin("error", "validation")}), tags=_TRUTHY)
    bad = Value(fields={"error": error, "value": given}, tags=_TRUTHY)
    return Value(cases=((good, passed), (bad, NO_GUARDS)))


def _asserted(walk: Evaluation, site: Site) -> Value | None:
    """`await schema.validateAsync(req.body)`, which throws."""
    walk.guards |= _told(walk, site)
    return replace(site.argument(0), tags=site.argument(0).tags | _TRUTHY)


def _told(walk: Evaluation, site: Site) -> Guards:
    """What holds of the inputs that a schema lets pass."""
    given, at = site.argument(0), site.call.at
    about = frozenset(str(o) for o in all_origins(given) if o.is_input)
    plain = frozenset(_fields(site.receiver, given, _PLAIN))
    listed = frozenset(_fields(site.receiver, given, _LISTED))
    return frozenset(
        {
            walk.guard(Check.VALID, _SCHEMA, at, about),
            *({walk.guard(Check.VALID, NO_OBJECT, at, plain)} if plain else ()),
            *({walk.guard(Check.ALLOWED, "one of known values", at, listed)} if listed else ()),
        }
    )


def _fields(schema: Value, given: Value, tag: str) -> Iterator[str]:
    """The inputs whose fields in the schema have this tag."""
    if schema.fields is None and tag in schema.tags:
        yield from (str(o) for o in all_origins(given) if o.is_input)
    for key, field in (schema.fields or {}).items():
        own = (given.fields or {}).get(key)
        if own is not None:
            yield from _fields(field, own, tag)
        elif tag in field.tags:
            for origin in (o for o in all_origins(given) if o.is_input):
                joined = ".".join(part for part in (origin.key, key) if part)
                yield str(origin._replace(key=joined))


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{
        f"{package}.{maker}": answer
        for package in ("joi", "joi.Joi", "@hapi/joi", "celebrate.Joi")
        for makers, answer in ((("object",), _object), (_SCALARS, _scalar), (_OTHERS, _other))
        for maker in makers
    },
    **{f"{_SCHEMA}.{name}": _modified for name in _MODIFIERS},
    f"{_SCHEMA}.keys": _object,
    f"{_SCHEMA}.valid": _valid,
    f"{_SCHEMA}.validate": _validate,
    f"{_SCHEMA}.validateAsync": _asserted,
    f"{_SCHEMA}.attempt": _asserted,
}
