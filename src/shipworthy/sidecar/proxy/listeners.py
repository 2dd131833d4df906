"""Where the proxy listens: HTTP, which only redirects; HTTPS over TCP; HTTP/3 over UDP."""

from __future__ import annotations

from pathlib import Path

from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.certificate_files import sources
from shipworthy.sidecar.proxy.edge import edge
from shipworthy.sidecar.proxy.files import Files
from shipworthy.sidecar.proxy.headers import on_every_answer
from shipworthy.sidecar.proxy.route_table import NAME, domains, not_ours
from shipworthy.sidecar.proxy.typed import Message, typed

_SOCKETS = "envoy.extensions.transport_sockets"
_BUFFER = 1 << 15  # bytes for each connection
_HANDSHAKE = "10s"
_REDIRECTS = "to-https"


def listeners(policy: Policy, files: Files, secrets: identity.Secrets) -> list[Message]:
    """All listeners, with their routes where `apply` changes them."""
    dynamic = _found_in(files.routes, NAME)
    return [
        _redirecting(policy, files, secrets),
        _secure(policy, files, edge(policy, dynamic, files.log, secrets, quic=False)),
        _quic(policy, files, edge(policy, dynamic, files.log, secrets, quic=True)),
    ]


def _secure(policy: Policy, files: Files, manager: Message) -> Message:
    return {
        "name": "https",
        "address": _address(policy, policy.ports.https, "TCP"),
        "per_connection_buffer_limit_bytes": _BUFFER,
        "listener_filters_timeout": _HANDSHAKE,
        "filter_chains": [
            {
                "filters": [manager],
                "transport_socket_connect_timeout": _HANDSHAKE,
                "transport_socket": {
                    "name": "tls",
                    "typed_config": typed(
                        f"{_SOCKETS}.tls.v3.DownstreamTlsContext",
                        common_tls_context=_tls(policy, files, ["h2", "http/1.1"]),
                    ),
                },
            }
        ],
    }


def _quic(policy: Policy, files: Files, manager: Message) -> Message:
    return {
        "name": "http3",
        "address": _address(policy, policy.ports.https, "UDP"),
        "udp_listener_config": {"quic_options": {}, "downstream_socket_config": {}},
        "filter_chains": [
            {
                "filters": [manager],
                "transport_socket": {
                    "name": "quic",
                    "typed_config": typed(
                        f"{_SOCKETS}.quic.v3.QuicDownstreamTransport",
                        downstream_tls_context={"common_tls_context": _tls(policy, files, ["h3"])},
                    ),
                },
            }
        ],
    }


def _found_in(file: Path, name: str) -> Message:
    """Where the connection manager finds a route table."""
    source = {"path_config_source": {"path": str(file)}, "resource_api_version": "V3"}
    return {"rds": {"route_config_name": name, "config_source": source}}


def redirects(policy: Policy) -> Message:
    """The route table of plain HTTP."""
    # Browsers keep a permanent redirect for good: on localhost it would catch other programs later.
    kept = not is_of_this_machine(policy.host)
    redirect: Message = {
        "https_redirect": True,
        "port_redirect": policy.ports.https,
        "response_code": "PERMANENT_REDIRECT" if kept else "TEMPORARY_REDIRECT",
    }
    return {
        "name": _REDIRECTS,
        "ignore_port_in_host_matching": True,
        "typed_per_filter_config": {**on_every_answer(policy), **identity.answered()},
        "virtual_hosts": [
            {
                "name": "ours",
                "domains": domains(policy.host),
                "routes": [{"name": "to-https", "match": {"prefix": "/"}, "redirect": redirect}],
            },
            not_ours(),
        ],
    }


def _redirecting(policy: Policy, files: Files, secrets: identity.Secrets) -> Message:
    table = _found_in(files.redirects, _REDIRECTS)
    manager = edge(policy, table, files.log, secrets, quic=False)
    return {
        "name": "http",
        "address": _address(policy, policy.ports.http, "TCP"),
        "per_connection_buffer_limit_bytes": _BUFFER,
        "filter_chains": [{"filters": [manager]}],
    }


def _tls(policy: Policy, files: Files, protocols: list[str]) -> Message:
    return {
        "alpn_protocols": protocols,
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": sources(policy, files),
    }


def _address(policy: Policy, port: int, protocol: str) -> Message:
    return {
        "socket_address": {
            "address": policy.ports.bind,
            "port_value": port,
            "protocol": protocol,
        }
    }
