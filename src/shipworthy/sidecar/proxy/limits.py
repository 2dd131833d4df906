"""How much each caller may ask for: requests for each address and user, and the size of a body.

The buckets stand in the route table and not in the filters: there both listeners share them (over TCP and
QUIC a caller would otherwise have twice the limit), and changes act at once. A change fills them again.
Envoy keeps 20 of them unless told otherwise; then 21 callers at once push each other out and nobody is
limited.
"""

from __future__ import annotations

import math

from shipworthy.sidecar.policy import Policy, Rate, Route
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, seconds, typed

PER_IP, PER_USER, BODY = "shipworthy.per_ip", "shipworthy.per_user", "shipworthy.body"
_RATE = f"{HTTP}.local_ratelimit.v3.LocalRateLimit"
_SIZE = f"{HTTP}.body_size_limit.v3.BodySizeLimit"
_SWITCH = "envoy.config.route.v3.FilterConfig"
_METADATA = "shipworthy.limits"
_ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_UNLIMITED = 4_294_967_295  # tokens of the bucket for callers that no limit is for
USER_HEADER = "x-user"  # verified: whatever a caller sends under this name is taken away before


def ip_filter() -> Message:
    """Counts requests of an address. Before the checks of identity, so that guessing is limited too."""
    return http_filter(PER_IP, _RATE, stat_prefix="per_ip")


def user_filter() -> Message:
    """Counts requests of a user, who is known only behind the checks of identity."""
    return http_filter(PER_USER, _RATE, stat_prefix="per_user")


def body_filters(policy: Policy) -> list[Message]:
    """Refuse bodies above the limit with 413, by their stated length or once they exceed it.

    One for each size, as routes cannot tell this filter theirs; they switch on the one that they want.
    """
    every = int(policy.limits.body)
    others = sorted({int(route.body) for route in policy.routes if route.body} - {every})
    return [_sized(every), *({**_sized(size), "disabled": True} for size in others)]


def rates(policy: Policy) -> Message:
    """The part of the route table that holds the buckets of all limits."""
    # IPv6 customers get a whole /64: one bucket for it, as for one IPv4 address.
    address = {"masked_remote_address": {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}
    user = {"request_headers": {"header_name": USER_HEADER, "descriptor_key": "user"}}
    every = [(of_all("ip"), policy.limits.per_ip), *_own(policy, "ip")]
    users = [(of_all("user"), policy.limits.per_user), *_own(policy, "user")]
    told = {"enable_x_ratelimit_headers": "DRAFT_VERSION_03"} if policy.limits.per_ip else {}
    clients = policy.limits.clients
    return {
        PER_IP: _buckets("ip", address, "masked_remote_address", every, clients) | told,
        PER_USER: _buckets("user", user, "user", users, clients),
    }


def taken_from(policy: Policy, route: Route, index: int) -> Message:
    """The metadata of a route: the buckets that its requests take from, where it has its own, and how long
    to wait once one is empty."""
    limits = policy.limits
    told: dict[str, str] = {}
    for kind, own, general in (
        ("ip", route.per_ip, limits.per_ip),
        ("user", route.per_user, limits.per_user),
    ):
        told |= {kind: _name(kind, index)} if own else {}
        told |= {f"{kind}-wait": _wait(rate)} if (rate := own or general) else {}
    return {"filter_metadata": {_METADATA: told}} if told else {}


def of_route(policy: Policy, route: Route) -> Message:
    """What differs at one route: the size of a body."""
    if not route.body or route.body == policy.limits.body:
        return {}
    return {
        _body_name(int(policy.limits.body)): typed(_SWITCH, disabled=True),
        _body_name(int(route.body)): typed(_SWITCH, config={}),
    }


def of_all(kind: str) -> str:
    """The name of the limit that holds where a route states none."""
    return f"{kind}-of-all"


def _sized(size: int) -> Message:
    return http_filter(_body_name(size), _SIZE, max_request_bytes=size)


def _body_name(size: int) -> str:
    return f"{BODY}.{size}"


def _name(kind: str, index: int) -> str:
    return f"{kind}-of-route-{index}"


def _own(policy: Policy, kind: str) -> list[tuple[str, Rate | None]]:
    return [
        (_name(kind, index), route.per_ip if kind == "ip" else route.per_user)
        for index, route in enumerate(policy.routes)
    ]


def _buckets(
    kind: str, who: Message, caller: str, limits: list[tuple[str, Rate | None]], clients: int
) -> Message:
    return typed(
        _RATE,
        stat_prefix=f"per_{kind}",
        rate_limits=[{"actions": [_bucket_name(kind), who]}],
        token_bucket=_bucket(Rate(_UNLIMITED, 1.0)),
        always_consume_default_token_bucket=False,
        filter_enabled=_ALWAYS,
        filter_enforced=_ALWAYS,
        max_dynamic_descriptors=clients,
        response_headers_to_add=[_retry_after(kind)],
        descriptors=[
            {
                "entries": [{"key": "limit", "value": name}, {"key": caller}],
                "token_bucket": _bucket(rate),
            }
            for name, rate in limits
            if rate
        ],
    )


def _retry_after(kind: str) -> Message:
    """On refusals alone; RFC 6585 section 4."""
    value = f"%METADATA(ROUTE:{_METADATA}:{kind}-wait)%"
    return {
        "header": {"key": "retry-after", "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }


def _wait(rate: Rate) -> str:
    """Whole seconds until there is room for one more: Envoy fills a bucket evenly, not at once."""
    return str(max(1, math.ceil(rate.seconds / rate.requests)))


def _bucket(rate: Rate) -> Message:
    return {
        "max_tokens": rate.requests,
        "tokens_per_fill": rate.requests,
        "fill_interval": seconds(rate.seconds),
    }


def _bucket_name(kind: str) -> Message:
    """The route says whose limit counts; one that says nothing takes from the limit of all."""
    return {
        "metadata": {
            "descriptor_key": "limit",
            "metadata_key": {"key": _METADATA, "path": [{"key": kind}]},
            "source": "ROUTE_ENTRY",
            "default_value": of_all(kind),
        }
    }
