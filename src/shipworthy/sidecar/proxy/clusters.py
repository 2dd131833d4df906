"""How the proxy reaches the programs behind it: limits, health, ejection.

A slow or failing program must not take the proxy with it: more than `upstream_requests` at once are
answered 503 at once (a breaker), and an instance that keeps failing is left alone for a while.
"""

from __future__ import annotations

from shipworthy.sidecar.policy import Policy, Resilience
from shipworthy.sidecar.proxy.typed import Message, seconds, typed
from shipworthy.sidecar.proxy.upstreams import APP, Upstreams

CONNECT_SECONDS = 2.0  # loopback answers at once or not at all
# Node closes idle connections after 5 s, gunicorn after 2: a request sent at that very moment is lost.
KEPT_SECONDS = 1.5
_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def clusters(policy: Policy, upstreams: Upstreams) -> list[Message]:
    """One cluster for each program. Only the prototype's health is asked: it alone has such a path."""
    found = [_cluster(name, port, policy) for name, port in upstreams.clusters.items()]
    if policy.resilience.health:
        health = [_health(policy)]
        found = [c | {"health_checks": health} if c["name"] == APP else c for c in found]
    return found


def _cluster(name: str, port: int, policy: Policy) -> Message:
    cluster: Message = {
        "name": name,
        "type": "STATIC",
        "connect_timeout": seconds(CONNECT_SECONDS),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": loopback(port)}}]}],
        },
        "circuit_breakers": {"thresholds": [_breaker(policy.resilience)]},
        "typed_extension_protocol_options": {
            _OPTIONS: typed(
                _OPTIONS,
                common_http_protocol_options={"idle_timeout": seconds(KEPT_SECONDS)},
                explicit_http_config={"http_protocol_options": {}},
            )
        },
    }
    if policy.resilience.eject:
        cluster["outlier_detection"] = _ejection()
    return cluster


def loopback(port: int) -> Message:
    """An address that only this machine reaches."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _breaker(resilience: Resilience) -> Message:
    return {
        "max_connections": resilience.upstream_connections,
        "max_pending_requests": resilience.upstream_pending,
        "max_requests": resilience.upstream_requests,
        "retry_budget": {
            "budget_percent": {"value": resilience.retry_budget},
            "min_retry_concurrency": 3,
        },
        "track_remaining": True,
    }


def _health(policy: Policy) -> Message:
    resilience = policy.resilience
    return {
        "timeout": seconds(max(1.0, resilience.health_seconds)),
        "interval": seconds(resilience.health_seconds),
        "no_traffic_interval": seconds(resilience.health_seconds),
        "unhealthy_threshold": 3,
        "healthy_threshold": 1,
        # 404 at `/` is an API that lives; a login there answers 302 or 401.
        "http_health_check": {
            "path": resilience.health,
            "host": policy.host,  # programs that check their host name know this one
            "expected_statuses": [{"start": 200, "end": 500}],
        },
    }


def _ejection() -> Message:
    """Never the last instance: with half of them gone the rest is used whatever its health."""
    return {
        "consecutive_5xx": 5,
        "consecutive_gateway_failure": 5,
        "base_ejection_time": "5s",
        "max_ejection_percent": 50,
    }
