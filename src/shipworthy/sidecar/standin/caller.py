"""Who asks: the role and the claims that the database is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """The role of a token and everything that it says."""

    role: str
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_signed_in(self) -> bool:
        """False for a visitor."""
        return self.role != "anon"

    @property
    def user(self) -> str:
        """The id of the user, "" for none."""
        return str(self.claims.get("sub") or "")
