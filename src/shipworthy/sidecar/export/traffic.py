"""Limits, timeouts, headers and resilience as Envoy Gateway's policies say them."""

from __future__ import annotations

from typing import Any

from shipworthy.sidecar.policy import Policy, Rate, Route, Who
from shipworthy.sidecar.proxy.headers import security_headers
from shipworthy.sidecar.proxy.identity.forged import PREFIXES, names

_UNITS = ((1.0, "Second"), (60.0, "Minute"), (3600.0, "Hour"), (86_400.0, "Day"))
_STREAM = "0s"
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def client_policy(policy: Policy) -> dict[str, Any]:
    """How the gateway meets callers."""
    limits, said = policy.limits, headers(policy)
    return {
        "http3": {},
        "tls": {"minVersion": "1.3", "alpnProtocols": ["h2", "http/1.1"]},
        "path": {"escapedSlashesAction": "RejectRequest", "disableMergeSlashes": False},
        "connection": {"connectionLimit": {"value": limits.connections}},
        "headers": {
            "withUnderscoresAction": "RejectRequest",
            "requestID": "Generate",
            "maxRequestHeaderLimit": f"{max(1, -(-limits.headers // 1024))}Ki",
            "earlyRequestHeaders": {
                "remove": list(names(policy)),
                "removeOnMatch": [{"type": "Prefix", "value": prefix} for prefix in PREFIXES],
            },
            "lateResponseHeaders": {
                "set": [{"name": k, "value": v} for k, v in said.items() if v],
                "remove": ["server", "x-powered-by", *(k for k, v in said.items() if not v)],
            },
        },
        "timeout": {
            "http": {
                "requestHeadersReceivedTimeout": duration(limits.header_seconds),
                "requestReceivedTimeout": duration(limits.body_seconds),
                "idleTimeout": duration(limits.idle_seconds),
            }
        },
    }


def headers(policy: Policy) -> dict[str, str]:
    """The headers of every answer; the offer of HTTP/3 is the gateway's own."""
    return {name: value for name, value in security_headers(policy).items() if name != "alt-svc"}


def late_headers(policy: Policy) -> list[dict[str, Any]]:
    """The filter that takes away what the prototype says of other origins, where the policy names them."""
    if not policy.cors.origins:
        return []
    gone = ["access-control-allow-origin", "access-control-allow-credentials"]
    return [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": gone}}]


def backend_policy(policy: Policy, route: Route) -> dict[str, Any]:
    """How the gateway meets the prototype, for one route."""
    kept, limits = policy.resilience, policy.limits
    seconds = limits.request_seconds if route.seconds is None else route.seconds
    body = limits.body if route.body is None else route.body
    made: dict[str, Any] = {
        "timeout": {"http": {"requestTimeout": duration(seconds) if seconds else _STREAM}},
        "requestBuffer": {"limit": str(int(body))},
        "circuitBreaker": {
            "maxConnections": kept.upstream_connections,
            "maxPendingRequests": kept.upstream_pending,
            "maxParallelRequests": kept.upstream_requests,
            "retryBudget": {"percent": {"numerator": round(kept.retry_budget), "denominator": 100}},
        },
        "retry": {
            "numRetries": kept.retries,
            "retryOn": {"triggers": ["connect-failure", "refused-stream", "reset-before-request"]},
        },
    }
    if not seconds:  # what has no end is not kept back until it is whole
        del made["requestBuffer"]
    compressed = {"br": "Brotli", "gzip": "Gzip", "zstd": "Zstd"}
    if policy.compression:
        made["compression"] = [{"type": compressed[name]} for name in policy.compression]
    if kept.health or kept.eject:
        made["healthCheck"] = _health(policy)
    rate = route.per_ip or limits.per_ip
    if rate is not None and route.need.who is not Who.NOBODY:
        made["rateLimit"] = _rate(rate)
    return made


def _health(policy: Policy) -> dict[str, Any]:
    kept, made = policy.resilience, dict[str, Any]()
    if kept.health:
        every = duration(kept.health_seconds)
        statuses = [200, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405]
        http = {"path": kept.health, "expectedStatuses": statuses}
        made["active"] = {"type": "HTTP", "interval": every, "timeout": "1s", "http": http}
    if kept.eject:
        made["passive"] = {
            "consecutive5XxErrors": 5,
            "baseEjectionTime": "5s",
            "maxEjectionPercent": 50,
        }
    return made


def _rate(rate: Rate) -> dict[str, Any]:
    """For each address on its own, which the local limit of Envoy Gateway cannot do."""
    seconds, unit = min(_UNITS, key=lambda known: abs(known[0] - rate.seconds))
    requests = max(1, round(rate.requests * seconds / rate.seconds))
    everyone = [{"sourceCIDR": {"type": "Distinct", "value": net}} for net in _EVERYWHERE]
    limit = {"requests": requests, "unit": unit}
    return {"global": {"rules": [{"clientSelectors": [who], "limit": limit} for who in everyone]}}


def duration(seconds: float) -> str:
    """As the Gateway API writes it."""
    whole = round(seconds * 1000)
    return f"{whole // 1000}s" if whole % 1000 == 0 else f"{whole}ms"
