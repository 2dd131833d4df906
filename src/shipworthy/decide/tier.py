"""How large to build: the architecture that so many users need, and no larger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """An architecture by the number of users that are expected within a year."""

    MONOLITH = "modular monolith with managed parts"  # below 10,000
    SELECTIVE = "monolith with selected services"  # 10,000 to 100,000
    DISTRIBUTED = "distributed services"  # above 100,000


@dataclass(frozen=True, slots=True)
class TierChoice:
    """The tier, what belongs to it, and what is there already although nobody needs it yet."""

    tier: Tier
    why: str
    parts: tuple[str, ...]
    premature: tuple[str, ...] = ()
