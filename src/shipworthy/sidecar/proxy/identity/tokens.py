"""Who a caller is: the ID token of a login or a token that the caller brings, verified by Envoy.

Every source has its own keys, issuer and audiences, and its claims stand under its own name: what a token
of one source says is never read as if another had signed it.
"""

from __future__ import annotations

from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.policy import Login, Policy, Tokens
from shipworthy.sidecar.proxy.identity.login import ID_TOKEN
from shipworthy.sidecar.proxy.identity.origin import ANSWER_SECONDS, Origin
from shipworthy.sidecar.proxy.identity.provider import Provider, checked
from shipworthy.sidecar.proxy.identity.secrets import Secrets, keys_file
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, seconds, typed

NAME = "shipworthy.tokens"
METADATA = "envoy.filters.http.jwt_authn"  # where the filter leaves claims, whatever its own name
LOGIN = "login"  # a source of claims; those of the policy are `tokens.NAME`
USER, VISITOR = "user", "visitor"
SKEW_SECONDS = 60  # how wrong the clock of another machine may go
_TOKENS_KEPT = 1_000
_KEYS_KEPT = 300.0  # seconds until a provider's keys are asked for again
_KIND = f"{HTTP}.jwt_authn.v3"


class BrokenTokens(ShipworthyError):
    """Keys of tokens that cannot be had."""


def tokens_filter(policy: Policy, secrets: Secrets) -> Message:
    """The filter. A route names what it asks for: a user, or a visitor who may be one."""
    providers = {
        source_of(name): _brought(name, its, secrets) for name, its in policy.tokens.items()
    }
    if policy.login and secrets.provider:
        providers[LOGIN] = _signed_in(policy.login, secrets.provider)
    known: list[Message] = [{"provider_name": name} for name in providers]
    brought: list[Message] = [{"provider_name": source_of(name)} for name in policy.tokens]
    visitor = [*brought, {"allow_missing_or_failed": {}}]
    # Without any source there is no such requirement, and Envoy answers 403 where a route names it.
    requirements = {VISITOR: _any(visitor), **({USER: _any(known)} if known else {})}
    return http_filter(
        NAME,
        f"{_KIND}.JwtAuthentication",
        providers=providers,
        requirement_map=requirements,
        strip_failure_response=False,
    )


def of_route(requirement: str) -> Message:
    """The part of a route that says what the filter asks for; '' for nothing."""
    asked: Message = {"requirement_name": requirement} if requirement else {"disabled": True}
    return {NAME: typed(f"{_KIND}.PerRouteConfig", **asked)}


def source_of(name: str) -> str:
    """The name of the place where claims of these tokens are left."""
    return f"tokens.{name}"


def _brought(name: str, source: Tokens, secrets: Secrets) -> Message:
    """Tokens that callers bring. The prototype gets them too: many check them once more, or pass them on.

    Only from the header: a token in a query would end up in logs and histories.
    """
    return {
        "issuer": source.issuer,
        "audiences": source.audiences,
        **_keys(name, source, secrets),
        "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
        "forward": True,
        "payload_in_metadata": source_of(name),
        **_TIMES,
    }


def _signed_in(login: Login, provider: Provider) -> Message:
    return {
        "issuer": provider.issuer,
        "audiences": [login.client_id],
        **_fetched(provider.keys),
        "from_headers": [{"name": ID_TOKEN}],
        "payload_in_metadata": LOGIN,
        **_TIMES,
    }


_TIMES: Message = {"require_expiration": True, "clock_skew_seconds": SKEW_SECONDS}


def _keys(name: str, source: Tokens, secrets: Secrets) -> Message:
    where = f"tokens.{name}"
    if bool(source.secret) == bool(source.jwks):
        raise BrokenTokens(f"{where} must have either a secret or jwks")
    if not source.audiences:
        raise BrokenTokens(
            f"{where} must name an audience: else tokens for other services are taken"
        )
    if source.secret:
        return _kept_here(keys_file(name, secrets))
    if "://" in source.jwks:
        return _fetched(checked(source.jwks, f"{where}.jwks"))
    file = Path(source.jwks)
    if not file.is_file():
        raise BrokenTokens(f"{where}.jwks: there is no file {file}")
    return _kept_here(file.resolve())


def _kept_here(keys: Path) -> Message:
    """A token that was verified once is not verified again; its end is looked at each time. Only where keys
    change with the configuration alone: what a withdrawn key signed would be taken to its end."""
    cache = {"jwt_cache_size": _TOKENS_KEPT}
    return {"local_jwks": {"filename": str(keys)}, "jwt_cache_config": cache}


def _fetched(url: str) -> Message:
    """Keys asked for in the background. While their provider is down the last known ones stay in force;
    as long as none are known, no token is taken."""
    uri = {"uri": url, "cluster": Origin.of(url).cluster, "timeout": seconds(ANSWER_SECONDS)}
    return {
        "remote_jwks": {
            "http_uri": uri,
            "cache_duration": seconds(_KEYS_KEPT),
            "async_fetch": {"fast_listener": True, "failed_refetch_duration": seconds(2)},
        }
    }


def _any(requirements: list[Message]) -> Message:
    return (
        requirements[0]
        if len(requirements) == 1
        else {"requires_any": {"requirements": requirements}}
    )
