"""What happens to each request, in order: the connection manager of Envoy with its chain of filters."""

from __future__ import annotations

from pathlib import Path

from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.access_log import access_log
from shipworthy.sidecar.proxy.answers import local_replies
from shipworthy.sidecar.proxy.compression import compression_filters
from shipworthy.sidecar.proxy.cross_origin import cross_origin_filters
from shipworthy.sidecar.proxy.form_method import form_filters
from shipworthy.sidecar.proxy.headers import header_filter
from shipworthy.sidecar.proxy.limits import body_filters, ip_filter, user_filter
from shipworthy.sidecar.proxy.tracing import tracing
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, seconds, typed

_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_SLOWEST = 500_000  # bytes a second
STREAMS = 100  # requests at once on one connection; browsers use no more


def edge(
    policy: Policy, routes: Message, log: Path, secrets: identity.Secrets, *, quic: bool
) -> Message:
    """The network filter of a listener. `routes`: a table, or where Envoy finds it."""
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": typed(
            _MANAGER,
            stat_prefix="edge",
            **routes,
            **_protocols(policy, quic=quic),
            **_trust(policy),
            **_paths(),
            **_patience(policy),
            http_filters=_filters(policy, secrets),
            upgrade_configs=[
                {"upgrade_type": "websocket", "filters": _filters(policy, secrets, upgrade=True)}
            ],
            local_reply_config=local_replies(),
            access_log=[access_log(log)] if policy.observe.access_log else [],
            **tracing(policy.observe),
        ),
    }


def _filters(policy: Policy, secrets: identity.Secrets, *, upgrade: bool = False) -> list[Message]:
    """From the caller to the prototype. Answers run through it the other way round.

    What a web socket carries is no body: neither its size nor its compression is ours.
    """
    return [
        header_filter(),
        ip_filter(),
        *([] if upgrade else compression_filters(policy.compression)),
        *cross_origin_filters(),
        *identity.filters(policy, secrets),
        user_filter(),
        *([] if upgrade else [*body_filters(policy), *form_filters(policy)]),
        http_filter(
            "envoy.filters.http.router", f"{HTTP}.router.v3.Router", suppress_envoy_headers=True
        ),
    ]


def _protocols(policy: Policy, *, quic: bool) -> Message:
    """Web sockets are not offered over HTTP/2 (RFC 8441), so that browsers open them over HTTP/1.1: Envoy
    makes of the former a handshake without a key, which no server takes (envoyproxy/envoy issue 8547)."""
    shared: Message = {
        "max_request_headers_kb": max(1, -(-int(policy.limits.headers) // 1024)),
        "common_http_protocol_options": {
            "idle_timeout": seconds(policy.limits.idle_seconds),
            "max_headers_count": policy.limits.header_count,
            # CGI and WSGI read `X_User` and `X-User` as the same name.
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "server_header_transformation": "PASS_THROUGH",
    }
    if quic:
        return shared | {
            "codec_type": "HTTP3",
            "http3_protocol_options": {
                "quic_protocol_options": {"max_concurrent_streams": STREAMS},
            },
        }
    return shared | {
        "codec_type": "AUTO",
        "http2_protocol_options": {
            "max_concurrent_streams": STREAMS,
            "initial_stream_window_size": 65_536,
            "initial_connection_window_size": 1_048_576,
        },
    }


def _trust(policy: Policy) -> Message:
    """Nothing that a caller says about itself is believed: not its address, not who it is."""
    return {
        "use_remote_address": True,
        "xff_num_trusted_hops": 0,
        "early_header_mutation_extensions": identity.early(policy),
        "generate_request_id": True,
        "preserve_external_request_id": False,
        "always_set_request_id_in_response": True,
    }


def _paths() -> Message:
    """One spelling of each path, before any rule looks at it and as the prototype gets it.

    An escaped slash is refused: some servers take it for a slash and some do not, so no rule could be
    sure about what it guards.
    """
    return {
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "strip_trailing_host_dot": True,
    }


def body_seconds(policy: Policy) -> float:
    """How long a body may take: as the policy says, and where a route takes larger ones, as long as those
    take over a line of 4 Mbit/s. Envoy has one limit for all routes."""
    largest = max((int(route.body) for route in policy.routes if route.body), default=0)
    return max(policy.limits.body_seconds, largest / _SLOWEST)


def _patience(policy: Policy) -> Message:
    limits = policy.limits
    return {
        "request_headers_timeout": seconds(limits.header_seconds),
        "request_timeout": seconds(body_seconds(policy)),
        "stream_idle_timeout": seconds(limits.idle_seconds),
        "delayed_close_timeout": "1s",
        "drain_timeout": "5s",
    }
