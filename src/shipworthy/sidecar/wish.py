"""What the user asked `shipworthy up` for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FILE = Path(".shipworthy") / "policy.yaml"


@dataclass(frozen=True, slots=True)
class Wish:
    """A prototype, and what is said about its run."""

    root: Path
    policy: Path | None = None  # instead of the prototype's own
    environment: Path | None = None  # a file of settings for the prototype
    login: bool = True  # False: routes that need somebody are open, on this machine alone

    @property
    def policy_file(self) -> Path:
        """The file that is watched, whether it is there or not."""
        return self.policy or self.root / FILE
