"""The slow checks, made once for all commits; where one is worse, the commit that broke it is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shipworthy.harden.checks import Check, Passed, Result, Seen, Worse, both, worsened
from shipworthy.harden.hardening import Commit
from shipworthy.harden.scratch import Scratch


@dataclass
class Proving:
    """Makes checks on the copy at any commit. `base` is the commit before the first change."""

    scratch: Scratch
    checks: tuple[Check, ...]
    base: str
    tell: Callable[[str], None]
    alone_tells: Callable[[Check, str, str, str], bool]
    _seen: dict[str, Seen] = field(default_factory=dict)
    _known: dict[tuple[str, tuple[str, ...]], Result] = field(default_factory=dict)  # of the base

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The checks that were made, as they stood at last."""
        return tuple(self._seen.values())

    def broken(self, commits: Sequence[Commit]) -> tuple[int, str] | None:
        """The number of the first commit that makes a check worse, and how; None where none does."""
        if not commits:
            return None
        tip = commits[-1].sha
        changed = self.scratch.changed(self.base, tip)
        for check in self.checks:
            if any(check.concerns(path) for path in changed):
                seen = self._look(check, tip, changed)
                self._seen[check.name] = seen
                worse = seen.worse
                if seen.before is not None and worse is not None:
                    return self._first(check, seen.before, commits, worse)
                blind = self._unproven(check, commits) if seen.is_blind else None
                if blind is not None:
                    return blind, f"{check.name} was red before: nobody can tell whether it holds"
        return None

    def _unproven(self, check: Check, commits: Sequence[Commit]) -> int | None:
        """The number of the first commit of which only this check could tell; None for none."""
        for number, commit in enumerate(commits):
            if any(self._is_alone(check, commit.sha, path) for path in commit.paths):
                return number
        return None

    def _is_alone(self, check: Check, sha: str, path: str) -> bool:
        before, after = (self.scratch.text(at, path) for at in (f"{sha}~", sha))
        return self.alone_tells(check, path, before, after)

    def _look(self, check: Check, tip: str, changed: Sequence[str]) -> Seen:
        """What passes now needs no look at how it was."""
        self.tell(f"proving: {check.name}")
        after = self._at(tip, check, changed)
        if isinstance(after, Passed):
            return Seen(check.name, None, after)
        before = self._before(check, changed)
        seen = Seen(check.name, before, after)
        if (
            seen.worse is not None
        ):  # tests that hang on time or luck fail once and pass the next time
            self.tell(f"proving once more: {check.name}")
            seen = Seen(check.name, before, both(after, self._at(tip, check, changed)))
        self.scratch.reset(tip)
        return seen

    def _before(self, check: Check, changed: Sequence[str]) -> Result:
        """How it was before the first change; asked once for all rounds."""
        key = (check.name, () if check.whole else tuple(changed))
        if key not in self._known:
            self.tell(f"as it was before: {check.name}")
            self._known[key] = self._at(self.base, check, changed)
        return self._known[key]

    def _first(
        self, check: Check, before: Result, commits: Sequence[Commit], worse: Worse
    ) -> tuple[int, str]:
        """The first commit after which the check is worse, among those that concern it.

        The last are asked first, in growing steps: those that make checks stricter come last. Then the
        step that holds it is halved.
        """
        suspects = [n for n, c in enumerate(commits) if any(map(check.concerns, c.paths))]
        good, bad, step = -1, len(suspects) - 1, 1
        while bad - good > 1:
            self.tell(f"looking for what broke it: {bad - good} commits left ({check.name})")
            middle = max(bad - step, (good + bad) // 2)
            sha = commits[suspects[middle]].sha
            said = worsened(before, self._at(sha, check, self.scratch.changed(self.base, sha)))
            if said and said.is_about(worse):
                bad, worse, step = middle, said, step * 2
            else:
                good = middle  # from here on half the rest is less than a step
        self.scratch.reset(commits[-1].sha)
        return suspects[bad], f"{check.name}: {worse.words}"

    def _at(self, commit: str, check: Check, changed: Sequence[str]) -> Result:
        """The check on the copy as it was at a commit; what it wrote is removed."""
        self.scratch.reset(commit)
        result = check(changed)
        self.scratch.reset()
        return result
