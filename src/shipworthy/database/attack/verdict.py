"""What an error of the database says of an attempt."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.database.attack.session import Answer
from shipworthy.database.attempts import Attempt, Result

NO_ROW = "no row of another user could be put there"
_REFUSED = frozenset({"42501", "P0001", "25006", "28000"})
_NOT_WRITABLE = frozenset({"0A000", "55000", "428C9"})  # of a view or a column
_BROKEN = frozenset({"42P17", "54001"})
_GATE_PASSED = "23"  # constraints are checked after row security
_TIMEOUT = frozenset({"57014", "57P01"})


def verdict(answer: Answer) -> tuple[Result, str]:
    """The result of a statement that failed, and the reason where it is not plain."""
    if answer.state in _REFUSED:
        return Result.REFUSED, ""
    if answer.state in _NOT_WRITABLE:
        return Result.REFUSED, "it does not take this change"
    if answer.state in _BROKEN:
        return Result.UNCLEAR, "broken for everybody: the rules of this table call themselves"
    if answer.state in _TIMEOUT:
        return Result.UNCLEAR, "it did not end in time"
    return Result.UNCLEAR, "the statement failed for another reason than its rights"


def timed_out(answer_error: str) -> bool:
    """True for the error of a statement that did not end in time."""
    return answer_error[:5] in _TIMEOUT


def gate_passed(answer: Answer, table: str = "") -> bool:
    """True where row security let a write pass and only a constraint of the table stopped it.

    A constraint of another table tells nothing: a trigger that runs before the rules met it.
    """
    return answer.state.startswith(_GATE_PASSED) and table in ("", answer.table)


def stopped_late(base: Attempt, answer: Answer) -> Attempt:
    """An attempt that the rules let pass, though this one row did not fit."""
    reason = f"the rules let it pass; only a constraint stopped this one ({answer.error})"
    return replace(base, result=Result.SUCCEEDED, rows=1, error=answer.error, reason=reason)


def refused(base: Attempt, answer: Answer) -> Attempt:
    """An attempt that ended in an error."""
    result, reason = verdict(answer)
    return replace(base, result=result, error=answer.error, reason=reason)
