"""What makes an input harmless, or shows that it is one of those wanted: patterns, prefixes, base names."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.comparing import is_address_of_caller
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.host_checks import (
    ONLY_SCHEME,
    is_pattern_of_scheme,
    is_scheme,
)
from shipworthy.prototype.handlers.sent import BEGINS, ENDS, OF_FORM
from shipworthy.prototype.handlers.values import NO_GUARDS, Value, all_origins, replace


def _asked(walk: Evaluation, site: Site, about: Value, how: str = "") -> Value:
    """True only where an input is one of those wanted."""
    inputs = [str(o) for o in all_origins(about) if o.is_input]
    how = how or site.name or site.what
    yes = frozenset({walk.guard(Check.ALLOWED, how, site.call.at, inputs)})
    return Value(
        origins=all_origins(about),
        when=(yes if inputs else NO_GUARDS, NO_GUARDS),
        tags=frozenset({"truth"}),
    )


def _formed(walk: Evaluation, site: Site) -> Value:
    """`validate(id)` of uuid, `isUUID(id)`: nothing with signs of its own passes, but anybody's id does."""
    inputs = [str(o) for o in all_origins(site.argument(0)) if o.is_input]
    yes = frozenset({walk.guard(Check.VALID, OF_FORM, site.call.at, inputs)})
    return Value(when=(yes if inputs else NO_GUARDS, NO_GUARDS), tags=frozenset({"truth"}))


def _tested(walk: Evaluation, site: Site) -> Value | None:
    """`/^[a-z]+$/.test(name)`: from its start to its end."""
    pattern = site.receiver.text or ""
    if not pattern.startswith("/^"):
        return None
    how = ONLY_SCHEME if is_pattern_of_scheme(pattern) else ""
    return _asked(walk, site, site.argument(0), how)


def _found(walk: Evaluation, site: Site) -> Value | None:
    """`url.match(/^https:\\/\\/shop\\.com\\//)`; its groups are parts of what was matched."""
    pattern = site.argument(0).text or ""
    if not pattern.startswith("/^"):
        return None
    how = ONLY_SCHEME if is_pattern_of_scheme(pattern) else ""
    return replace(_asked(walk, site, site.receiver, how), tags=frozenset())


def _matched(walk: Evaluation, site: Site) -> Value | None:
    """`re.fullmatch(r"[a-z]+", name)`, and `re.match` of a pattern with an end."""
    pattern = site.argument(0).text
    if pattern is None or (not site.what.endswith("fullmatch") and not pattern.endswith("$")):
        return None
    return _asked(walk, site, site.argument(1))


def _starts(walk: Evaluation, site: Site) -> Value | None:
    """`next.startsWith("/")`, `full.startsWith(folder)`; below a folder of the caller's own it is his."""
    if not site.has(0):
        return None
    domain = site.argument(0).text or ""
    if domain.startswith("@") and is_address_of_caller(site.receiver):
        staff = walk.guard(Check.ROLE, "an address of one company", site.call.at)
        return Value(when=(frozenset({staff}), NO_GUARDS))
    resolved = site.receiver.what == PATH and UNRESOLVED not in site.receiver.tags
    begins = site.name.lower() == "startswith" and not resolved
    how = BEGINS if begins else ENDS if site.name.lower() == "endswith" else ""
    if begins and (is_scheme(domain) or _are_schemes(site.argument(0))):
        how = ONLY_SCHEME
    answer = _asked(walk, site, site.receiver, how)
    origins = all_origins(site.argument(0))
    if any(o.kind == "principal" for o in origins) and not any(o.is_input for o in origins):
        about = [str(o) for o in all_origins(site.receiver) if o.is_input]
        own = walk.guard(Check.OWNER, "below the folder of the caller", site.call.at, about)
        return replace(answer, when=((answer.when or (NO_GUARDS,))[0] | {own}, NO_GUARDS))
    return answer


def _are_schemes(value: Value) -> bool:
    """`url.startswith(("http://", "https://"))`."""
    return bool(value.elements) and all(is_scheme(inner.text) for inner in value.elements or ())


def _inside(walk: Evaluation, site: Site) -> Value | None:
    """`path.is_relative_to(folder)`, and `relative_to`, which throws."""
    how = BEGINS if UNRESOLVED in site.receiver.tags else site.name
    if site.name == "is_relative_to":
        return _asked(walk, site, site.receiver, how)
    inputs = [str(o) for o in all_origins(site.receiver) if o.is_input]
    walk.passed(Check.ALLOWED, how, site.call.at, inputs)
    cleaned = frozenset() if how == BEGINS else frozenset({"escaped"})
    return Value(origins=all_origins(site.receiver), tags=cleaned)


def _cleaned(walk: Evaluation, site: Site) -> Value | None:
    return Value(origins=all_origins(site.argument(0)), tags=frozenset({"escaped"}))


def _split_off(walk: Evaluation, site: Site) -> Value | None:
    """`splitext(name)`: of both parts the ending is without a folder."""
    name = site.argument(0)
    ending = Value(origins=all_origins(name), tags=frozenset({"escaped"}))
    return Value(elements=(name, ending), tags=frozenset({"truthy"}))


def joined(walk: Evaluation, site: Site) -> Value | None:
    """`path.join(folder, name)`: still made of its parts; what Python joins may still lead up."""
    raw = walk.module.python and site.what in _AS_WRITTEN
    tags = frozenset({"truthy", UNRESOLVED} if raw else {"truthy"})
    return Value(elements=site.given, what=PATH, tags=tags)


PATH = "path"
UNRESOLVED = "unresolved"
"""The tag of a path in which `..` may still stand: how it begins says nothing of where it leads."""
_AS_WRITTEN = frozenset({"os.path.join", "pathlib.Path", "Path"})


def _wrapped(walk: Evaluation, site: Site) -> Value | None:
    return site.argument(0)


_FORMS = "isUUID isMongoId isInt isNumeric isAlpha isAlphanumeric isHexadecimal isULID".split()

CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "uuid.validate": _formed,
    "uuid.default.validate": _formed,
    "is-uuid.anyNonNil": _formed,
    **{f"validator.{name}": _formed for name in _FORMS},
    **{f"validator.default.{name}": _formed for name in _FORMS},
    **{f"validator/lib/{name}": _formed for name in _FORMS},
    **{f"validator/es/lib/{name}": _formed for name in _FORMS},
    **{f"class-validator.{name}": _formed for name in _FORMS},
    "re.fullmatch": _matched,
    "re.match": _matched,
    "path.basename": _cleaned,
    "path.default.basename": _cleaned,
    "path.extname": _cleaned,
    "path.parse": _cleaned,
    "os.path.basename": _cleaned,
    "os.path.splitext": _split_off,
    "werkzeug.utils.secure_filename": _cleaned,
    "werkzeug.secure_filename": _cleaned,
    "shlex.quote": _cleaned,
    "urllib.parse.quote": _cleaned,
    "escape": _cleaned,
    "urllib.parse.quote_plus": _cleaned,
    "urllib.parse.urlencode": _cleaned,
    "bleach.clean": _cleaned,
    "nh3.clean": _cleaned,
    "xss": _cleaned,
    "xss.filterXSS": _cleaned,
    "path.join": joined,
    "path.default.join": joined,
    "path.default.resolve": joined,
    "path.normalize": joined,
    "os.path.join": joined,
    "os.path.abspath": joined,
    "os.path.realpath": joined,
    "os.path.normpath": joined,
    "pathlib.Path": joined,
    "Path": joined,
    "urllib.parse.unquote": _wrapped,
    "urllib.parse.unquote_plus": _wrapped,
    "util.promisify": _wrapped,
    "Set": _wrapped,
    "set": _wrapped,
    "frozenset": _wrapped,
}

NAMES: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    "test": _tested,
    "match": _found,
    "startsWith": _starts,
    "startswith": _starts,
    "endsWith": _starts,
    "endswith": _starts,
    "is_relative_to": _inside,
    "relative_to": _inside,
    "secure_filename": _cleaned,
    "escape_html": _cleaned,
    "sanitizeHtml": _cleaned,
    "sanitizeFilename": _cleaned,
    "promisify": _wrapped,
}
