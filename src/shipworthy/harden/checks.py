"""What must not get worse: checks of the prototype's own, seen before the first change and after each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Passed:
    """The check found nothing."""

    def __str__(self) -> str:
        return "passes"


@dataclass(frozen=True, slots=True)
class Failed:
    """The check found errors. `errors` names each, without line numbers, with how often it stands."""

    errors: Mapping[str, int]
    tail: str = ""  # the end of what the check printed

    def __str__(self) -> str:
        count = sum(self.errors.values())
        if count:
            return f"fails with {count:,} error{'' if count == 1 else 's'}"
        return f"fails: {self.tail}" if self.tail else "fails"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The check could not be made, and why."""

    why: str

    def __str__(self) -> str:
        return f"not known: {self.why}"


Result = Passed | Failed | Unknown


class Check(Protocol):
    """One check. `slow` ones are made once for many remedies."""

    @property
    def name(self) -> str:
        """What the user knows it as: "types of tsconfig.json"."""
        ...

    @property
    def slow(self) -> bool:
        """True for those that take longer than some seconds."""
        ...

    def concerns(self, path: str) -> bool:
        """True where a change of this file can change the answer."""
        ...

    def __call__(self) -> Result:
        """Make the check on the copy as it is now."""
        ...


def worsened(before: Result, now: Result) -> str:
    """What got worse, in words; '' where nothing did. What was red or unseen before is no fault."""
    match before, now:
        case Unknown(), _:
            return ""
        case _, Unknown(why):
            return f"could not be made any more: {why}"
        case Passed(), Failed(errors, tail):
            return _first(errors) or tail.strip()[-300:] or "fails now"
        case Failed(old), Failed(new):
            more = Counter(new) - Counter(old)
            return _first(more) if more else ""
    return ""


class Baseline:
    """The checks with what each said before the first change that concerns it, and what it said last."""

    def __init__(
        self, checks: Sequence[Check] = (), tell: Callable[[str], None] | None = None
    ) -> None:
        self.checks = tuple(checks)
        self.before: dict[str, Result] = {}
        self.last: dict[str, Result] = {}
        self._tell = tell or (lambda _: None)

    def see(self, paths: Iterable[str]) -> None:
        """Make the checks that these files concern, before any of them is changed."""
        paths = tuple(paths)
        for check in self.checks:
            if check.name not in self.before and any(check.concerns(path) for path in paths):
                self._tell(f"before any change: {check.name}")
                self.before[check.name] = self.last[check.name] = check()

    def worse(self, changed: Sequence[str], *, slow: bool) -> str:
        """What the changed files made worse, by the slow or by the quick checks; '' for nothing."""
        for check in self.checks:
            known = self.before.get(check.name)
            if known is None or check.slow is not slow or isinstance(known, Unknown):
                continue
            if any(check.concerns(path) for path in changed):
                self._tell(f"proving: {check.name}")
                self.last[check.name] = now = check()
                said = worsened(known, now)
                if said:
                    return f"{check.name}: {said}"
        return ""


def _first(errors: Mapping[str, int]) -> str:
    shown = next(iter(errors), "")
    count = sum(errors.values())
    return f"{shown}{f' (and {count - 1} more)' if count > 1 else ''}" if shown else ""
