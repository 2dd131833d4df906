"""Who a caller is and what that opens: login, tokens, roles, API keys. All is closed until proven open.

The order of the filters matters: session, login, tokens, claims, keys, roles. Callers' own identity headers
are gone before the first of them (`early`).
"""

from __future__ import annotations

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.policy import Need, Policy, Who
from shipworthy.sidecar.proxy.identity import claims, keys, login, roles, session, tokens
from shipworthy.sidecar.proxy.identity.forged import early
from shipworthy.sidecar.proxy.identity.origin import Origin, cluster
from shipworthy.sidecar.proxy.identity.provider import Provider, discover
from shipworthy.sidecar.proxy.identity.roles import sources
from shipworthy.sidecar.proxy.identity.secrets import Secrets, files, session_key
from shipworthy.sidecar.proxy.typed import Message, typed

__all__ = (
    "ImpossibleNeed",
    "Origin",
    "Provider",
    "Secrets",
    "answered",
    "clusters",
    "discover",
    "early",
    "files",
    "filters",
    "own_routes",
    "route",
    "session_key",
)


class ImpossibleNeed(ShipworthyError):
    """A route asks for what nobody can have by this policy."""


_SIGN_IN = Need(Who.USER)
_FILTER = "envoy.config.route.v3.FilterConfig"
_OFF = {"disabled": True}


def filters(policy: Policy, secrets: Secrets) -> list[Message]:
    """The HTTP filters, behind CORS, CSRF and the limits of addresses, in front of the limits of users.

    Raises BrokenSecret, BrokenTokens.
    """
    found = [session.session_filter()] if policy.login else []
    if policy.login and secrets.provider:
        found.append(login.login_filter(policy, policy.login, secrets.provider, secrets))
    if sources(policy):
        found += [tokens.tokens_filter(policy, secrets), claims.claims_filter(policy)]
    if policy.keys:
        found.append(keys.keys_filter())
    return [*found, roles.roles_filter()]


def route(policy: Policy, need: Need, secrets: Secrets) -> Message:
    """A route's `typed_per_filter_config` for whom it needs. A route without it is closed.

    Raises BrokenSecret, and ImpossibleNeed where nobody could ever meet the need.
    """
    _check(policy, need)
    known = need.who in (Who.USER, Who.ROLE)
    asked = tokens.USER if known else tokens.VISITOR if need.who is Who.ANYONE else ""
    found = tokens.of_route(asked if known or policy.tokens else "")
    found |= roles.of_route(policy, need)
    if policy.keys:
        found |= keys.of_route(policy, need, secrets)
    if policy.login:
        found |= session.of_route(policy.login, known=known, reached=secrets.provider is not None)
    if policy.login and secrets.provider:
        found |= {} if known else {login.NAME: typed(_FILTER, **_OFF)}
    return found


def answered() -> Message:
    """The same for what the proxy answers itself, whoever asks: a redirect, a page while it is paused."""
    return {**roles.of_everybody(), **tokens.of_route(""), login.NAME: typed(_FILTER, **_OFF)}


def own_routes(policy: Policy, secrets: Secrets) -> list[Message]:
    """Routes of the login itself, to stand in front of all others; the login's filter answers them."""
    if not (policy.login and secrets.provider):
        return []
    return [
        {
            "name": f"shipworthy{path}",
            "match": {"path": path},
            "direct_response": {"status": 404},
            "typed_per_filter_config": route(policy, _SIGN_IN, secrets),
        }
        for path in (policy.login.callback, policy.login.sign_out)
    ]


def clusters(policy: Policy, secrets: Secrets) -> list[Message]:
    """Whom the proxy itself asks for keys and tokens."""
    origins = [Origin.of(its.jwks) for its in policy.tokens.values() if "://" in its.jwks]
    if policy.login and secrets.provider:
        origins += secrets.provider.origins
    return [cluster(origin) for origin in dict.fromkeys(origins)]


def _check(policy: Policy, need: Need) -> None:
    """A mistake of the policy is said, rather than that the route is closed for ever without a word."""
    written = f"{need.who}:{need.name}" if need.name else str(need.who)
    if need.who in (Who.USER, Who.ROLE) and not (policy.login or policy.tokens):
        raise ImpossibleNeed(
            f"a route needs `{written}`, and the policy has neither login nor tokens: add one, "
            "or let the route need `anyone` or `nobody`"
        )
    if need.who is Who.KEY and (need.name not in policy.keys if need.name else not policy.keys):
        raise ImpossibleNeed(f"a route needs `{written}`, and the policy's keys do not have it")
