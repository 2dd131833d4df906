"""The way out: a listener of the proxy that opens tunnels (CONNECT) to allowed hosts and logs the rest.

Names are resolved here, and what a name leads to is looked at once more: a name of the internet that
leads into this network, or to a cloud's metadata, is refused (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shipworthy.sidecar.egress.allowed import Allowed, allowed
from shipworthy.sidecar.policy import Egress
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, seconds, typed

CLUSTER = "allowed-outside"
SOCKET, LOG = "way-out", "egress.log"
_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_CACHE = {"name": "allowed-outside", "dns_lookup_family": "V4_PREFERRED", "max_hosts": 1024}
_INNER = "shipworthy.no-inner-address"
_CONNECT_SECONDS, _IDLE_SECONDS = 10.0, 3600.0
# Not of the internet: RFC 6890 (IPv4 and IPv6), with 169.254.0.0/16 and its metadata services.
_PRIVATE = (
    ("0.0.0.0", 8),  # noqa: S104
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.168.0.0", 16),
    ("198.18.0.0", 15),
    ("224.0.0.0", 3),
    ("::", 127),
    ("::ffff:0:0", 96),
    ("64:ff9b::", 96),
    ("fc00::", 7),
    ("fe80::", 10),
    ("fec0::", 10),
    ("ff00::", 8),
)
_FIELDS = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "host": "%REQ(:AUTHORITY)%",
    "method": "%REQ(:METHOD)%",
    "status": "%RESPONSE_CODE%",
    "why": "%RESPONSE_CODE_DETAILS%",
    "address": "%UPSTREAM_HOST%",
    "sent": "%BYTES_RECEIVED%",
    "received": "%BYTES_SENT%",
    "ms": "%DURATION%",
}


def listeners(egress: Egress, folder: Path) -> list[Message]:
    """Where the prototype's calls arrive: a socket of this user, or a port for programs that honour
    `HTTPS_PROXY`. None while the way out is not watched over. Raises BrokenAllowance.
    """
    if egress.mode == "off":
        return []
    socket: Message = {"pipe": {"path": str(folder / SOCKET), "mode": 0o600}}
    if egress.mode == "advise":
        socket = {"socket_address": {"address": "127.0.0.1", "port_value": egress.port}}
    manager = typed(
        _MANAGER,
        stat_prefix="egress",
        codec_type="HTTP1",
        route_config=_table(allowed(egress.allow)),
        http_filters=_filters(),
        upgrade_configs=[{"upgrade_type": "CONNECT"}],
        access_log=[_log(folder / LOG)],
        stream_idle_timeout=seconds(_IDLE_SECONDS),
        request_headers_timeout=seconds(5),
    )
    chain = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    return [{"name": "egress", "address": socket, "filter_chains": [{"filters": [chain]}]}]


def clusters(egress: Egress) -> list[Message]:
    """The hosts outside, as many as are called."""
    if egress.mode == "off":
        return []
    kind = "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig"
    return [
        {
            "name": CLUSTER,
            "lb_policy": "CLUSTER_PROVIDED",
            "connect_timeout": seconds(_CONNECT_SECONDS),
            "cluster_type": {
                "name": "envoy.clusters.dynamic_forward_proxy",
                "typed_config": typed(kind, dns_cache_config=_CACHE),
            },
        }
    ]


def _table(hosts: Sequence[Allowed]) -> Message:
    outside = [host for host in hosts if not host.here]
    here = [host for host in hosts if host.here]
    found = [_open("allowed", outside, {})] if outside else []
    if here:  # a person named a program of this machine
        found.append(_open("here", here, {_INNER: typed(f"{HTTP}.rbac.v3.RBACPerRoute")}))
    return {"name": "egress", "virtual_hosts": [*found, _closed()]}


def _open(name: str, hosts: Sequence[Allowed], filters: Message) -> Message:
    names = [host.authority for host in hosts] + [host.host for host in hosts if host.port == 80]
    tunnel = {"upgrade_type": "CONNECT", "connect_config": {}}
    idle = {"cluster": CLUSTER, "timeout": "0s", "idle_timeout": seconds(_IDLE_SECONDS)}
    plain = [host for host in hosts if host.port == 80]
    return {
        "name": name,
        "domains": names,
        "typed_per_filter_config": filters,
        "routes": [
            {"match": {"connect_matcher": {}}, "route": {**idle, "upgrade_configs": [tunnel]}},
            *([{"match": {"prefix": "/"}, "route": idle}] if plain else []),
        ],
    }


def _closed() -> Message:
    """Everything else. The answer names the cure, for it ends up in the prototype's log."""
    told = {"inline_string": "this host is not in egress.allow of .shipworthy/policy.yaml\n"}
    answer = {"direct_response": {"status": 403, "body": told}}
    return {
        "name": "closed",
        "domains": ["*"],
        "routes": [
            {"match": {"connect_matcher": {}}, **answer},
            {"match": {"prefix": "/"}, **answer},
        ],
    }


def _filters() -> list[Message]:
    """The name is resolved first, then its address is looked at, then the connection is made."""
    kind = "envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher"
    private = [
        {"matcher": {"name": "inner", "typed_config": typed(kind, upstream_ip=_range(*inner))}}
        for inner in _PRIVATE
    ]
    rules = {
        "action": "DENY",
        "policies": {"inner-address": {"permissions": private, "principals": [{"any": True}]}},
    }
    return [
        http_filter(
            "shipworthy.names",
            f"{HTTP}.dynamic_forward_proxy.v3.FilterConfig",
            dns_cache_config=_CACHE,
            save_upstream_address=True,
        ),
        http_filter(_INNER, f"{HTTP}.rbac.v3.RBAC", rules=rules, rules_stat_prefix="egress."),
        http_filter("envoy.filters.http.router", f"{HTTP}.router.v3.Router"),
    ]


def _range(address: str, bits: int) -> Message:
    return {"address_prefix": address, "prefix_len": bits}


def _log(file: Path) -> Message:
    kind = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
    told = {"json_format": _FIELDS, "omit_empty_values": True}
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": typed(kind, path=str(file), log_format=told),
    }
