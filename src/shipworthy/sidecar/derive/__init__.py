"""Write the policy of a prototype from its facts: its text, its meaning and the questions left open."""

from __future__ import annotations

from shipworthy.sidecar.derive.derived import Derived, derive

__all__ = ["Derived", "derive"]
