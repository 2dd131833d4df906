"""Trace ids: continued from `traceparent` or begun, handed to the prototype, and sent to a collector."""

from __future__ import annotations

from urllib.parse import urlsplit

from shipworthy.sidecar.policy import Observe
from shipworthy.sidecar.proxy.identity.origin import Origin
from shipworthy.sidecar.proxy.identity.origin import cluster as cluster_of
from shipworthy.sidecar.proxy.typed import Message, typed

CLUSTER = "collector"
_KIND = "envoy.config.trace.v3.OpenTelemetryConfig"
_PORT = 4318  # of OTLP over HTTP


def tracing(observe: Observe) -> Message:
    """The part of the connection manager. Without a collector ids are handed on and nothing is sent."""
    uri = f"{observe.otlp.rstrip('/') or 'http://127.0.0.1'}/v1/traces"
    service = {"http_uri": {"uri": uri, "cluster": CLUSTER, "timeout": "1s"}}
    return {
        "tracing": {
            "provider": {
                "name": "envoy.tracers.opentelemetry",
                "typed_config": typed(
                    _KIND, service_name="shipworthy-sidecar", http_service=service
                ),
            },
            "random_sampling": {"value": observe.sampled if observe.otlp else 0},
            "client_sampling": {"value": 0},
        }
    }


def collector(observe: Observe) -> Message:
    """The collector's cluster; the tracer insists on one, so without a collector it is empty.

    A collector at https:// must have a certificate that this machine trusts: spans tell paths and names.
    """
    if not observe.otlp:
        cluster: Message = {"name": CLUSTER, "type": "STATIC", "connect_timeout": "1s"}
        return cluster | {"load_assignment": {"cluster_name": CLUSTER, "endpoints": []}}
    found = Origin.of(observe.otlp)
    port = urlsplit(observe.otlp).port or (found.port if found.scheme == "https" else _PORT)
    return cluster_of(Origin(found.scheme, found.host, port), CLUSTER)
