"""The proxy in front of a prototype: an unmodified Envoy, told by a policy what to enforce."""

from __future__ import annotations

from shipworthy.sidecar.proxy.configuration import Configuration, build
from shipworthy.sidecar.proxy.running import NeedsRestart, NotStarted, Proxy
from shipworthy.sidecar.proxy.upstreams import Upstreams
from shipworthy.sidecar.proxy.validation import RefusedConfiguration, validate

__all__ = [
    "Configuration",
    "NeedsRestart",
    "NotStarted",
    "Proxy",
    "RefusedConfiguration",
    "Upstreams",
    "build",
    "validate",
]
