"""What every part of one run of `shipworthy up` needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shipworthy.prototype import Prototype
from shipworthy.sidecar.egress import WayOut


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `folder` is its private place, `url` where people open it.

    `authority`: the PEM to trust for calls of that address, '' where everybody does. `settings` are
    what the user gave for the prototype, without the secrets that only the policy names.
    """

    prototype: Prototype
    folder: Path
    url: str
    authority: str
    settings: Mapping[str, str]
    way_out: WayOut | None = None  # how its programs call out; None: as they like
