"""What pages of other origins may do: read our answers (CORS), change things (CSRF), open sockets."""

from __future__ import annotations

from shipworthy.sidecar.policy import Policy, Route
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, typed

CORS, CSRF = "shipworthy.cors", "shipworthy.csrf"
_CORS_KIND = f"{HTTP}.cors.v3.Cors"
_CSRF_KIND = f"{HTTP}.csrf.v3.CsrfPolicy"
_ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_NEVER = {"default_value": {"numerator": 0, "denominator": "HUNDRED"}}
# What a prototype says itself: `*` with credentials would open every answer to every page.
ANSWERS = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
)


def cross_origin_filters() -> list[Message]:
    """The filters; the route table says what they enforce."""
    return [
        http_filter(CORS, _CORS_KIND),
        http_filter(CSRF, _CSRF_KIND, filter_enabled=_NEVER),
    ]


def cross_origin(policy: Policy) -> Message:
    """The part of the route table that tells the filters which origins are trusted."""
    cors = policy.cors
    allowed = typed(
        f"{HTTP}.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in cors.origins],
        allow_methods=", ".join(cors.methods),
        allow_headers=", ".join(cors.headers),
        max_age="600",
        **({"allow_credentials": True} if cors.credentials else {}),
    )
    return {CORS: allowed, CSRF: _csrf(policy, checked=policy.csrf is not None)}


def of_route(policy: Policy, route: Route) -> Message:
    """What differs at one route: a webhook is called by programs that send no Origin."""
    return {} if route.csrf else {CSRF: _csrf(policy, checked=False)}


def _csrf(policy: Policy, *, checked: bool) -> Message:
    """POST, PUT, PATCH and DELETE must come from our own origin or a trusted one; without one: refused."""
    hosts = [origin.split("://")[-1] for origin in (policy.csrf or [])]
    return typed(
        _CSRF_KIND,
        filter_enabled=_ALWAYS if checked else _NEVER,
        additional_origins=[{"exact": host, "ignore_case": True} for host in hosts],
    )
