"""Where the prototype may call out to: a gate that only allowed hosts pass, and no other way out."""

from __future__ import annotations

from shipworthy.sidecar.egress.allowed import Allowed, BrokenAllowance, allowed
from shipworthy.sidecar.egress.confinement import Confinement, why_not
from shipworthy.sidecar.egress.gate import LOG, SOCKET, clusters, listeners
from shipworthy.sidecar.egress.way_out import WayOut, in_force

__all__ = (
    "LOG",
    "SOCKET",
    "Allowed",
    "BrokenAllowance",
    "Confinement",
    "WayOut",
    "allowed",
    "clusters",
    "in_force",
    "listeners",
    "why_not",
)
