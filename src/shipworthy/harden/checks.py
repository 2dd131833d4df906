"""What must not get worse: checks of the prototype's own, seen before the first change and after each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shipworthy.prototype import Prototype


WORKFLOWS = ".github/workflows/"
"""Where pipelines stand; what they run must be known before they are handed over."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The check found nothing."""

    def __str__(self) -> str:
        return "passes"


@dataclass(frozen=True, slots=True)
class Failed:
    """The check found errors.

    `errors` counts them by file and kind: lines move with every change, and the words of compilers name
    things in an order of their own. `words` holds what was said of the first of each kind. `partial` is
    true where errors end the check: what lies behind them was not looked at.
    """

    errors: Mapping[str, int]
    words: Mapping[str, str] = field(default_factory=dict)
    tail: str = ""  # the end of what the check printed
    partial: bool = False

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


def _nothing(_: Iterable[str]) -> str:
    return ""


def _unasked(_: Prototype) -> None:
    return None


def _never(check: Check, path: str, before: str, after: str) -> bool:
    del check, path, before, after
    return False


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

    @property
    def whole(self) -> bool:
        """True for those that look at everything, whatever has changed."""
        ...

    def concerns(self, path: str) -> bool:
        """True where a change of this file can change the answer."""
        ...

    def __call__(self, changed: Sequence[str]) -> Result:
        """Make the check on the copy as it is now; on these files alone where it can."""
        ...


@dataclass(frozen=True, slots=True)
class Worse:
    """What got worse, in words, and the kinds of error that are new."""

    words: str
    errors: tuple[str, ...] = ()

    def is_about(self, other: Worse) -> bool:
        """True where one of the other's errors is new here as well, or one of them names none."""
        return not (self.errors and other.errors) or bool(set(self.errors) & set(other.errors))

    def within(self, path: str) -> bool:
        """True where a new error stands in this file."""
        return any(error.startswith(f"{path}: ") for error in self.errors)


@dataclass(frozen=True, slots=True)
class Own:
    """What a prototype brings itself: its checks, and how files follow those that were changed.

    `bring_along` takes the changed paths, changes what must follow them (a lock file), and says why
    it could not; '' where it could. `learn` is told how the prototype reads before slow checks are
    made: code that takes a key from the environment now needs one there. `alone_tells` is true for a
    check without which nobody can say whether a change of this file, from one text to another, holds: it
    sets how strict the check is, or takes a package away.
    """

    checks: tuple[Check, ...] = ()
    bring_along: Callable[[Iterable[str]], str] = _nothing
    learn: Callable[[Prototype], None] = _unasked
    alone_tells: Callable[[Check, str, str, str], bool] = _never


def worsened(before: Result, now: Result) -> Worse | None:
    """What got worse; None where nothing did. What was red or unseen before is no fault."""
    match before, now:
        case Unknown(), _:
            return None
        case _, Unknown(why):
            return Worse(f"could not be made any more: {why}")
        case _, Failed(new):
            known = before.errors if isinstance(before, Failed) else {}
            more = Counter(new) - Counter(known)
            if more:
                return _worse(more, now)
            if isinstance(before, Passed):
                return Worse(now.tail.strip()[-300:] or "fails now")
    return None


def both(first: Result, second: Result) -> Result:
    """What two looks at the same files have in common: what failed once failed by chance."""
    match first, second:
        case Failed(), Failed(errors) if first.errors:
            return replace(second, errors=Counter(first.errors) & Counter(errors))
        case _, Unknown():
            return first
    return second


@dataclass(frozen=True, slots=True)
class Seen:
    """A check with what it said before the changes and after; `before` is None where it passes after
    them, so that it plays no part."""

    name: str
    before: Result | None
    after: Result

    @property
    def is_blind(self) -> bool:
        """True where it tells nothing of what a stricter setting finds: it fails for other reasons before
        it gets there, or cannot be made."""
        return isinstance(self.after, Unknown) or (
            isinstance(self.after, Failed) and (self.after.partial or not self.after.errors)
        )

    @property
    def worse(self) -> Worse | None:
        """What got worse; None for nothing."""
        return worsened(self.before, self.after) if self.before is not None else None


class Baseline:
    """The quick checks, with what each said before the first change that concerns it."""

    def __init__(
        self, checks: Sequence[Check] = (), tell: Callable[[str], None] | None = None
    ) -> None:
        self.checks = tuple(check for check in checks if not check.slow)
        self.before: dict[str, Result] = {}
        self.last: dict[str, Result] = {}
        self._tell = tell or (lambda _: None)

    def see(self, paths: Iterable[str]) -> None:
        """Make the checks that these files concern, before any of them is changed."""
        paths = tuple(paths)
        for check in self.checks:
            if check.name not in self.before and any(check.concerns(path) for path in paths):
                self._tell(f"before any change: {check.name}")
                self.before[check.name] = self.last[check.name] = check(())

    def worse(self, changed: Sequence[str]) -> Worse | None:
        """What the changed files made worse; None for nothing."""
        for check in self.checks:
            known = self.before.get(check.name)
            if known is None or isinstance(known, Unknown):
                continue
            if any(check.concerns(path) for path in changed):
                self._tell(f"proving: {check.name}")
                now = check(changed)
                if worse := worsened(known, now):
                    return replace(worse, words=f"{check.name}: {worse.words}")
                self.last[check.name] = now
        return None

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The checks that were made."""
        return tuple(Seen(name, self.before[name], self.last[name]) for name in self.before)


def _worse(more: Mapping[str, int], now: Failed) -> Worse:
    first = next(iter(more))
    count = sum(more.values())
    others = f" (and {count - 1} more)" if count > 1 else ""
    return Worse(f"{first}: {now.words.get(first, '')}".rstrip(": ") + others, tuple(more))
