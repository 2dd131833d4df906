"""Envoy's typed parts as plain values: a message that names its own type."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]
HTTP = "envoy.extensions.filters.http"


def typed(kind: str, **fields: Any) -> Message:
    """A message in the form of google.protobuf.Any, as every extension of Envoy expects it."""
    return {"@type": f"type.googleapis.com/{kind}", **fields}


def http_filter(name: str, kind: str, **fields: Any) -> Message:
    """An HTTP filter. Routes speak to it by `name`, in `typed_per_filter_config`."""
    return {"name": name, "typed_config": typed(kind, **fields)}


def seconds(value: float) -> str:
    """A duration in the form of google.protobuf.Duration."""
    return f"{value:.3f}s"
