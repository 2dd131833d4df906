"""Where the program begins and ends: errors that a user can act on become one line and exit code 2."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from shipworthy import faults
from shipworthy.cli.assessing import plainly
from shipworthy.cli.output import COULD_NOT_LOOK, NOTHING_OPEN, close_output, fail
from shipworthy.errors import ShipworthyError, ToldInLines

# The commands that read one prototype once and end.
_READ_ONCE = [["assess"], ["access"], ["decide"], ["facts"], ["gate"], ["records"]]


def main() -> NoReturn:
    """Run the command line."""
    arguments = sys.argv[1:]
    # A command makes many objects that live to its end: looking for cycles among them is in vain.
    gc.set_threshold(5_000_000 if arguments[:1] in _READ_ONCE else 100_000, 50, 50)
    # Rich and Python both would otherwise fail on a terminal that is not UTF-8.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = (plainly(arguments) or _parsed(arguments))()
        sys.stdout.flush()  # here, where a closed pipe is still caught
    except ShipworthyError as error:
        fail(*(str(error).split("\n") if isinstance(error, ToldInLines) else [str(error)]))
    except KeyboardInterrupt:
        fail("interrupted; nothing was changed")
    except BrokenPipeError:
        # The reader (head, less) has gone: that is no error of ours.
        close_output()
        sys.exit(NOTHING_OPEN)
    except (
        BaseException
    ) as error:  # a library's in Rust is no Exception; what ends the program passes
        _explain_usage(error)
        if type(error).__name__ == "Abort":  # of click: a question that nobody answers any more
            fail("interrupted; nothing was changed")
        fail(f"{faults.told(error)}; please report it, with what {faults.TRACE}=1 shows")
    # Python would look once more at each of a million objects before the system takes them all.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else NOTHING_OPEN)


def _parsed(arguments: Sequence[str]) -> Callable[[], object]:
    """What does all that can be asked for."""
    from shipworthy.cli.main import with_one_command

    return lambda: with_one_command(arguments)(standalone_mode=False)


def _explain_usage(error: BaseException) -> None:
    """Show a usage error as click would, and leave; do nothing for other errors."""
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):
        show()
        sys.exit(COULD_NOT_LOOK)
