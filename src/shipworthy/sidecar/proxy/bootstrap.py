"""What Envoy is told once, at its start: its administration, where the rest comes from, its own limits."""

from __future__ import annotations

from shipworthy.sidecar.policy import Limits
from shipworthy.sidecar.proxy.files import Files
from shipworthy.sidecar.proxy.typed import Message, typed

_MONITORS = "envoy.extensions.resource_monitors"
_HEAP = 1 << 30  # bytes; at 95 % buffers shrink, at 98 % no request is taken


def bootstrap(limits: Limits, files: Files) -> Message:
    """The bootstrap. A change of it needs a new start."""
    return {
        "node": {"id": "shipworthy", "cluster": "shipworthy"},
        "admin": {"address": {"pipe": {"path": str(files.admin), "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": _from(files.listeners),
            "cds_config": _from(files.clusters),
        },
        "overload_manager": _overload(limits),
        "layered_runtime": {"layers": [{"name": "edge", "static_layer": _runtime()}]},
    }


def _from(path: object) -> Message:
    return {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}


def _overload(limits: Limits) -> Message:
    connections = "envoy.resource_monitors.global_downstream_max_connections"
    heap = "envoy.resource_monitors.fixed_heap"
    return {
        "refresh_interval": "0.250s",
        "resource_monitors": [
            {
                "name": heap,
                "typed_config": typed(
                    f"{_MONITORS}.fixed_heap.v3.FixedHeapConfig", max_heap_size_bytes=_HEAP
                ),
            },
            {
                "name": connections,
                "typed_config": typed(
                    f"{_MONITORS}.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=limits.connections,
                ),
            },
        ],
        "actions": [
            _at("envoy.overload_actions.shrink_heap", heap, 0.95),
            _at("envoy.overload_actions.stop_accepting_requests", heap, 0.98),
        ],
    }


def _at(action: str, monitor: str, share: float) -> Message:
    return {"name": action, "triggers": [{"name": monitor, "threshold": {"value": share}}]}


def _runtime() -> Message:
    """One request of a connection in each turn: many on one connection must not starve the others.

    Expressions may be larger than Envoy's hundred instructions: all of them are ours, RE2 takes the same time
    for each character whatever their size, and one for all forged headers is ten times faster than fifty.
    """
    return {"http.max_requests_per_io_cycle": 1, "re2.max_program_size.error_level": 10_000}
