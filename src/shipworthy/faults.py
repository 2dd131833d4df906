"""Faults of this program itself: what nobody foresaw costs one answer, never the whole assessment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from shipworthy.errors import ShipworthyError

TRACE = "SHIPWORTHY_TRACE"
"""Set in the environment, faults are raised with their traceback: for reports, and for our own tests."""
_PACKAGE = Path(__file__).parent
_PANIC = "PanicException"  # of libraries in Rust; no Exception


def told(error: BaseException) -> str:
    """What a user is told of an error that nobody foresaw: that the fault is ours, and where. Raises the
    error itself where SHIPWORTHY_TRACE is set, and where it is meant for the user or ends the program."""
    unforeseen = isinstance(error, Exception) and not isinstance(error, ShipworthyError)
    if os.environ.get(TRACE) or not (unforeseen or type(error).__name__ == _PANIC):
        raise error
    return f"a fault of shipworthy itself ({type(error).__name__} at {_place(error)})"


@contextmanager
def contained() -> Iterator[None]:
    """Leaves out what the block would have read, where it fails: whoever needs it meets the error again."""
    try:
        yield
    except BaseException as error:
        told(error)


def _place(error: BaseException) -> str:
    """The last of our own lines that were run."""
    for frame in reversed(extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
    return "an unknown place"
