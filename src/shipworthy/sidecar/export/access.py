"""Who gets in, as Envoy Gateway's SecurityPolicy says it; what it cannot say is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shipworthy.sidecar.policy import Login, Policy, Route, Tokens, Who
from shipworthy.sidecar.proxy.identity import Provider

_DENY: dict[str, Any] = {"authorization": {"defaultAction": "Deny"}}
_COOKIE = "shipworthy-id-token"
_LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Access:
    """The spec of a SecurityPolicy without its target, and what of the policy it does not do."""

    spec: dict[str, Any]
    lost: tuple[str, ...] = ()


def access(policy: Policy, route: Route, name: str, provider: Provider | None) -> Access:
    """Who gets to a route."""
    common = {**_cors(policy), **_csrf(policy, route)}
    match route.need.who:
        case Who.ANYONE:
            return Access(common)
        case Who.NOBODY:
            return Access(_DENY)
        case Who.KEY:
            return _by_key(policy, route, name, common)
    return _by_person(policy, route, name, provider, common)


def _cors(policy: Policy) -> dict[str, Any]:
    cors = policy.cors
    if not cors.origins:
        return {}
    return {
        "cors": {
            "allowOrigins": cors.origins,
            "allowMethods": cors.methods,
            "allowHeaders": cors.headers,
            "allowCredentials": cors.credentials,
        }
    }


def _csrf(policy: Policy, route: Route) -> dict[str, Any]:
    if policy.csrf is None or not route.csrf:
        return {}
    return {"csrf": {"additionalOrigins": policy.csrf} if policy.csrf else {}}


def _by_key(policy: Policy, route: Route, name: str, common: dict[str, Any]) -> Access:
    """Each key is an entry of one Secret: its name is who has it."""
    if route.need.name and len(policy.keys) > 1:
        said = f"key:{route.need.name}: keys are not told apart by route; closed"
        return Access(_DENY, (said,))
    keys = {
        "credentialRefs": [{"name": f"{name}-keys"}],
        "extractFrom": [{"headers": ["x-api-key"]}],
        "forwardClientIDHeader": "x-client",
        "sanitize": True,
    }
    said = f"keys: the Secret {name}-keys with {', '.join(policy.keys)}"
    return Access({**common, "apiKeyAuth": keys}, (said,))


def _by_person(
    policy: Policy, route: Route, name: str, provider: Provider | None, common: dict[str, Any]
) -> Access:
    providers: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    lost: list[str] = []
    for source, tokens in policy.tokens.items():
        if tokens.secret or not tokens.jwks.startswith("https://"):
            lost.append(
                f"tokens.{source}: only keys behind an https address can be named; left out"
            )
            continue
        providers.append(_tokens(source, tokens))
        rules += _rules(route, source, tokens.role_claim)
    spec: dict[str, Any] = dict(common)
    if policy.login is not None and (provider is None or providers):
        why = "beside tokens" if providers else "without an answer of its provider"
        lost.append(f"login {why}: a route has one way in here; the login is left out")
    elif policy.login is not None and provider is not None:
        spec["oidc"] = _oidc(policy, policy.login, name)
        providers.append(_own_tokens(policy.login, provider))
        rules += _rules(route, _LOGIN, policy.login.role_claim)
        lost.append(f"secrets: the Secret {name}-login with client-secret")
    if not providers:
        return Access(_DENY, (*lost, "nobody could get in: closed"))
    spec["jwt"] = {"providers": providers}
    if route.need.who is Who.ROLE:
        spec["authorization"] = {"defaultAction": "Deny", "rules": rules}
    return Access(spec, tuple(lost))


def _tokens(source: str, tokens: Tokens) -> dict[str, Any]:
    return {
        "name": source,
        "issuer": tokens.issuer,
        "audiences": tokens.audiences,
        "remoteJWKS": {"uri": tokens.jwks},
        "claimToHeaders": _claims(),
    }


def _own_tokens(login: Login, provider: Provider) -> dict[str, Any]:
    return {
        "name": _LOGIN,
        "issuer": login.issuer,
        "audiences": [login.client_id],
        "remoteJWKS": {"uri": provider.keys},
        "extractFrom": {"cookies": [_COOKIE]},
        "claimToHeaders": _claims(),
    }


def _claims() -> list[dict[str, str]]:
    return [{"claim": "sub", "header": "x-user"}, {"claim": "email", "header": "x-user-email"}]


def _oidc(policy: Policy, login: Login, name: str) -> dict[str, Any]:
    return {
        "provider": {"issuer": login.issuer},
        "clientID": login.client_id,
        "clientSecret": {"name": f"{name}-login"},
        "scopes": login.scopes,
        "redirectURL": f"https://{policy.host}{login.callback}",
        "logoutPath": login.sign_out,
        "cookieNames": {"idToken": _COOKIE},
    }


def _rules(route: Route, source: str, claim: list[str]) -> list[dict[str, Any]]:
    """Providers write a role as a word or as a list of them; either counts."""
    found = []
    for kind in ("String", "StringArray"):
        said = {"name": ".".join(claim), "valueType": kind, "values": [route.need.name]}
        principal = {"jwt": {"provider": source, "claims": [said]}}
        name = f"{source}-{kind.lower()}"
        found.append({"name": name, "action": "Allow", "principal": principal})
    return found
