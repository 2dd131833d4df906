"""Whom a route lets through, decided last and from verified claims alone.

The filter itself lets nobody through: a route that says nothing about its callers is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.sidecar.policy import Need, Policy, Who
from shipworthy.sidecar.proxy.identity import keys
from shipworthy.sidecar.proxy.identity.tokens import LOGIN, METADATA, source_of
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, typed

NAME = "shipworthy.roles"
_KIND = f"{HTTP}.rbac.v3.RBAC"
# OpenID Connect Core 1.0, section 2: a text of ASCII. Spaces and control characters have no place in it.
_SUBJECT = {"safe_regex": {"regex": "[!-~]+"}}
_EVERYBODY: Message = {"any": True}
_CLOSED: Message = {"action": "ALLOW", "policies": {}}


def roles_filter() -> Message:
    """The filter; it is closed until a route says otherwise."""
    return http_filter(NAME, _KIND, rules=_CLOSED, rules_stat_prefix="roles.")


def of_route(policy: Policy, need: Need) -> Message:
    """The part of a route that says whom the filter lets through."""
    principal = _principal(policy, need)
    return _in_route(_CLOSED if principal is None else _allowing(principal))


def of_everybody() -> Message:
    """The part of a route that the proxy answers itself."""
    return _in_route(_allowing(_EVERYBODY))


def _in_route(rules: Message) -> Message:
    return {NAME: typed(f"{_KIND}PerRoute", rbac={"rules": rules, "rules_stat_prefix": "roles."})}


def sources(policy: Policy) -> dict[str, Sequence[str]]:
    """Where claims can stand, and the way to the role in each."""
    found: dict[str, Sequence[str]] = {LOGIN: policy.login.role_claim} if policy.login else {}
    return found | {source_of(name): its.role_claim for name, its in policy.tokens.items()}


def _principal(policy: Policy, need: Need) -> Message | None:
    """Who may pass; None: nobody."""
    match need.who:
        case Who.ANYONE:
            return _EVERYBODY
        case Who.KEY:
            name: Message = {"exact": need.name} if need.name else {"safe_regex": {"regex": ".+"}}
            return _claim(keys.METADATA, [keys.CLIENT], {"string_match": name})
        case Who.USER | Who.ROLE:
            ways = [_of_source(s, role, need) for s, role in sources(policy).items()]
            return {"or_ids": {"ids": ways}} if ways else None
        case Who.NOBODY:
            return None


def _of_source(source: str, role: Sequence[str], need: Need) -> Message:
    subject = _claim(METADATA, [source, "sub"], {"string_match": _SUBJECT})
    if need.who is Who.USER:
        return subject
    return {"and_ids": {"ids": [subject, _claim(METADATA, [source, *role], _holds(need.name))]}}


def _holds(role: str) -> Message:
    """A claim that is the role, or a list with the role in it. Never a text that only contains it."""
    exact: Message = {"string_match": {"exact": role}}
    return {"or_match": {"value_matchers": [exact, {"list_match": {"one_of": exact}}]}}


def _claim(place: str, path: Sequence[str], value: Message) -> Message:
    matcher = {"filter": place, "path": [{"key": key} for key in path], "value": value}
    return {"sourced_metadata": {"metadata_matcher": matcher, "metadata_source": "DYNAMIC"}}


def _allowing(principal: Message) -> Message:
    allowed = {"permissions": [{"any": True}], "principals": [principal]}
    return {"action": "ALLOW", "policies": {"allowed": allowed}}
