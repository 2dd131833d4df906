"""How commands show what they found: to the terminal or to a file, progress and errors beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

NOTHING_OPEN, GAPS, COULD_NOT_LOOK = 0, 1, 2


def fail(*message: str) -> NoReturn:
    """End with an error of one line, or of several; none of them can break the terminal."""
    from shipworthy.prototype.tree import printable

    lines = "\n".join(map(printable, message))
    print(f"shipworthy: {lines}", file=sys.stderr)
    sys.exit(COULD_NOT_LOOK)


def emit(content: Any, output: Path | None) -> None:
    """Write text, or anything Rich can render, to the terminal or to a file."""
    if output is None and not isinstance(content, str) and sys.stdout.isatty():
        console().print(content)
        return
    text = content if isinstance(content, str) else plain(content)
    if output is None:
        write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")


def write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # no error of ours, see main
    except OSError as error:
        close_output()
        fail(f"the output cannot be written: {error.strerror}")


def close_output() -> None:
    """Python would otherwise fail once more, at its exit, on what is left to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(content: Any) -> str:
    """What a terminal would show, without colours, long lines whole, so that grep can read it."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    plain = Console(
        force_terminal=False,  # whatever FORCE_COLOR says
        file=text,
        width=200,
        highlight=False,
        soft_wrap=True,
        markup=False,
        emoji=False,
    )
    plain.print(content)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def say(message: str) -> None:
    print(message, file=sys.stderr)


class Progress:
    """Tell on standard error what is being done, on a terminal only.

    Without a spinner: its thread would run beside the processes that are forked to read files.
    """

    def __enter__(self) -> Callable[[str], None]:
        self.shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._tell("")

    def _tell(self, message: str) -> None:
        if self.shown:
            sys.stderr.write(f"\r\x1b[2K{message}")
            sys.stderr.flush()
