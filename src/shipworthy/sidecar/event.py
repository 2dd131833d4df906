"""What `shipworthy up` tells while it works: one event after the other, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Kind(StrEnum):
    """What an event is about."""

    STEP = "step"  # something is being done now
    NOTE = "note"  # something that the user should know
    OPEN = "open"  # something that is not protected yet
    READY = "ready"  # the address answers
    POLICY = "policy"  # a change of the policy was applied, or refused
    STATE = "state"  # paused, resumed, the prototype gone or back
    TRAFFIC = "traffic"  # what was counted lately
    END = "end"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in words, with its details for programs."""

    kind: Kind
    text: str
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def document(self) -> dict[str, Any]:
        """The event as a JSON document; its details stand beside what every event has."""
        moment = self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"at": moment, "event": self.kind.value, "text": self.text, **self.details}


Tell = Callable[[Event], None]


def step_by_step(tell: Tell) -> Callable[[str], None]:
    """For parts that tell in words alone what they are doing now."""
    return lambda text: tell(Event(Kind.STEP, text))
