"""express-validator: chains that look at the form of an input, and the result that a handler asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.sent import ONLY_KIND
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Value, replace

CHAIN = "validator chain"
_RESULT = "validation result"
_KINDS = {"body": ("body",), "query": ("query",), "param": ("path",), "check": ("body", "query")}
# What no object passes: its text is "[object Object]".
_FORMS = """isEmail isInt isFloat isDecimal isNumeric isMongoId isUUID isISO8601 isDate isAlpha
isAlphanumeric isURL isMobilePhone isHexadecimal isString isSlug toInt toFloat
trim escape toLowerCase toUpperCase""".split()
_OTHERS = """optional notEmpty exists normalizeEmail withMessage bail custom isLength matches
if isArray isObject isStrongPassword customSanitizer default""".split()
_LISTS = ("isIn", "isBoolean")
_NUMBERS = ("isInt", "isFloat", "isDecimal")
_FORMED, _CHOSEN, _BOUNDED = "formed", "chosen", "bounded"


def _chain(walk: Evaluation, site: Site) -> Value | None:
    """`body("email")`, `param(["id", "other"])`."""
    kinds = _KINDS[site.what.rpartition(".")[2]]
    given = site.argument(0)
    fields = [v.text for v in given.elements or (given,) if v.text]
    names = frozenset(f"{kind}.{field}" for kind in kinds for field in fields)
    return Value(what=CHAIN, tags=names | {"truthy"})


def _formed(walk: Evaluation, site: Site) -> Value:
    least = (site.argument(0).fields or {}).keys() & {"min", "gt"} and site.name in _NUMBERS
    found = {_FORMED, _BOUNDED} if least else {_FORMED}
    return replace(site.receiver, tags=site.receiver.tags | found)


def _listed(walk: Evaluation, site: Site) -> Value:
    return replace(site.receiver, tags=site.receiver.tags | {_FORMED, _CHOSEN})


def _same(walk: Evaluation, site: Site) -> Value:
    return site.receiver


def note_form(walk: Evaluation, chain: Value) -> None:
    """A chain that runs as middleware: it refuses nobody, and keeps what it found for the result."""
    names = {name for name in chain.tags if "." in name}
    if _FORMED in chain.tags:
        walk.formed |= names
    if _CHOSEN in chain.tags:
        walk.chosen |= names
    if _BOUNDED in chain.tags:
        walk.bounded |= names


def _result(walk: Evaluation, site: Site) -> Value:
    """`validationResult(req)`."""
    return Value(what=_RESULT, tags=frozenset({"truthy"}))


def _is_empty(walk: Evaluation, site: Site) -> Value:
    """`errors.isEmpty()`: true where no chain found a fault."""
    known = frozenset(walk.guard(*found) for found in _found(walk, site))
    return Value(when=(known, NO_GUARDS), tags=frozenset({"truth"}))


def _throws(walk: Evaluation, site: Site) -> Value:
    for found in _found(walk, site):
        walk.passed(*found)
    return UNKNOWN


def _found(walk: Evaluation, site: Site) -> Iterator[tuple[Check, str, int, frozenset[str]]]:
    """What holds of the inputs where no chain found a fault."""
    if walk.formed:
        yield Check.VALID, ONLY_KIND, site.call.at, walk.formed
    if walk.chosen:
        yield Check.ALLOWED, "one of known values", site.call.at, walk.chosen
    if walk.bounded:
        yield Check.VALID, "within limits: validator", site.call.at, walk.bounded


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **{f"express-validator.{name}": _chain for name in _KINDS},
    **{f"{CHAIN}.{name}": _formed for name in _FORMS},
    **{f"{CHAIN}.{name}": _listed for name in _LISTS},
    **{f"{CHAIN}.{name}": _same for name in _OTHERS},
    "express-validator.validationResult": _result,
    f"{_RESULT}.isEmpty": _is_empty,
    f"{_RESULT}.throw": _throws,
}
