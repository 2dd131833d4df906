"""What a name alone tells, where nothing else does: guards of packages, limiters, checks of rights."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.host_checks import ONLY_SCHEME, leaves_host_open
from shipworthy.prototype.handlers.knowledge.limits import (
    LIMITS,
    limit_of_prototype,
    limited,
    refused_when_on,
)
from shipworthy.prototype.handlers.values import (
    NEVER,
    NO_GUARDS,
    UNSET,
    Value,
    all_origins,
    replace,
    union,
)
from shipworthy.prototype.program.nodes import Function
from shipworthy.regex import regex

_GUARDS = regex(
    r"(?:^|_|(?<=(?-i:[a-z0-9]))(?=(?-i:[A-Z])))"  # no `is` of `RegisterUserForm`
    r"(require|ensure|verify|check|assert|validate|is|get|with|protect|auth)_?(\w*_?)(auth|login|logged|session|user"
    r"|admin|token|permission|access|role|jwt|owner|member)\w*$|^(authenticate|authorize|protect|login_required)\w*$",
    re.IGNORECASE,
)
"""Functions that by their names look at who calls."""

_SIGNATURES = regex(
    r"(verify|validate|check|is_?valid)_?\w*(signature|webhook|hmac)", re.IGNORECASE
)


_CLEANS = regex(
    r"^_?(escape|sanitiz|sanitis|clean|strip_?(html|tags)|esc$|slugify|html_?escape|encode_?html|safe_?(file_?)?(name|path|url))",
    re.IGNORECASE,
)
_ALLOWS = regex(
    r"(is|has|assert|check|validate|ensure|verify|reject|block)_?\w*(safe|allowed|private|internal|public|trusted|valid|ssrf|local)"
    r"\w*|(validate|assert|check|ensure|verify|parse|resolve|safe|get_?safe)_?\w*(url|host|origin|redirect|path|domain)$",
    re.IGNORECASE,
)
"""Functions that by their names make an input harmless, or look whether it is one of those wanted."""


_RIGHTS = regex(
    r"_?(verify|check|ensure|assert|require|validate|can|has|is|authori[sz]e)_?\w*(owner|access|permission|member|belong|role|admin)"
    r"|_?(current_?)?(user|caller|member|staff)_?(can|may|is_?(allowed|permitted))(_|(?-i:[A-Z])|$)",
    re.IGNORECASE,
)
"""Functions that by their names ask for a right."""


class _Said(NamedTuple):
    """What the name of a function tells of it."""

    limits: bool
    cleans: bool
    allows: bool
    rights: bool
    signature: bool
    guards: bool


@lru_cache(maxsize=4_000)  # the same few names, by the ten thousand
def _said_by(name: str) -> _Said:
    found = (
        LIMITS.search(name),
        _CLEANS.match(name),
        _ALLOWS.match(name),
        _RIGHTS.match(name),
        _SIGNATURES.search(name),
        _GUARDS.search(name),
    )
    return _Said(*(one is not None for one in found))


def own(walk: Evaluation, site: Site, result: Value, function: Function) -> Value:
    """A function of the prototype that by its name counts calls, cleans or looks at an input."""
    name = site.name or site.what
    if (decorator := limit_of_prototype(walk, site, result)) is not None:
        return decorator
    says = _said_by(name)
    if says.limits:
        walk.guards |= refused_when_on(walk)
        return limited(walk, site, result)
    if result is NEVER:
        return result
    if says.cleans and result.closure is None and not result.client:
        return Value(origins=all_origins(result), tags=result.tags | {"escaped"})
    if says.allows:
        inputs = [str(o) for value in site.given for o in all_origins(value) if o.is_input]
        if inputs:
            how = ONLY_SCHEME if leaves_host_open(function) else name
            walk.passed(Check.ALLOWED, how, site.call.at, inputs)
    if says.rights and not _proves(walk, result):
        return _may_ask(walk, name, site, result)
    return result


def _proves(walk: Evaluation, result: Value) -> bool:
    """True where following the function has shown what it asks for, or that it asks for nothing."""
    if (result.literal is not UNSET and not result.is_null) or result.fields:
        return True
    yes, no = walk.tested(result)
    passed = walk.guards if result.is_null else NO_GUARDS
    return any(g.check in _SHOWN for g in passed | yes | no)


_SHOWN = (Check.ROLE, Check.OWNER, Check.SECRET, Check.DECODED)


def _may_ask(walk: Evaluation, name: str, site: Site, result: Value) -> Value:
    guard = walk.guard(Check.UNCLEAR, name, site.call.at)
    if result.is_null:
        walk.guards |= {guard}
        return result
    return replace(result, when=(frozenset({guard}), NO_GUARDS), cases=())


def foreign(walk: Evaluation, site: Site) -> Value | None:
    """A call that nothing is known of but its name."""
    name = site.name or site.what.rpartition(".")[2]
    says = _said_by(name)
    if says.limits or "rate" in site.receiver.tags:
        walk.run_callbacks(site)
        result = Value(origins=union(site.given), what=f"{site.what}()")
        return limited(walk, site, result)
    if says.signature or (name in _VERIFY and _is_given_signature(site)):
        return _may_prove(walk, site, Check.SIGNATURE)
    if says.guards and site.receiver.what in ("", "this") and not site.receiver.origins:
        return _may_prove(walk, site, Check.UNCLEAR)
    return None


_VERIFY = frozenset(
    "verify unwrap constructEvent verifyWebhook validateEvent validate_event construct_event".split()
)


def _is_given_signature(site: Site) -> bool:
    """`webhook.verify(body, { "webhook-signature": … })`, `unwrap(body, headers)`, of whatever library."""
    given = (*site.given, *site.named.values())
    return any(value.what == "headers" for value in given) or any(
        o.kind == "header" and (not o.key or "signature" in o.key.lower())
        for value in given
        for o in all_origins(value)
    )


def _may_prove(walk: Evaluation, site: Site, check: Check) -> Value:
    """Nobody can see what it does: whether it throws or answers, it is a check that is not clear."""
    walk.run_callbacks(site)
    walk.passed(check, site.what or site.name, site.call.at)
    yes = frozenset({walk.guard(check, site.what or site.name, site.call.at)})
    made = Value(origins=union(site.given), what=f"{site.what}()")
    return replace(made, when=(yes, NO_GUARDS))
