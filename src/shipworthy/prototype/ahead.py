"""A fact that a second process reads while this one does other things."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from shipworthy.prototype.reading import available_cores
from shipworthy.settings import Settings

T = TypeVar("T")


class Ahead(Generic[T]):
    """Starts a forked process that reads a fact; it sees all that was read before, without a copy.

    Only for facts that are read in Python alone: libraries that run threads of their own do not survive
    a fork.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        from multiprocessing import get_context

        self._read = read
        context = get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_send, args=(sender, read), daemon=True)
        self._process.start()
        sender.close()  # so that the end of the other process is seen here

    def result(self) -> T:
        """The fact. Read here after all where the other process was killed or failed, to say why."""
        try:
            found: T = self._receiver.recv()
        except EOFError:
            found = self._read()
        self._receiver.close()
        self._process.join()
        return found


class Turns:
    """Numbers from nought, each for one of the processes that ask for the next: they lie in a pipe."""

    def __init__(self, count: int) -> None:
        self._numbers, write = os.pipe()
        with open(write, "wb") as pipe:
            pipe.write(b"".join(turn.to_bytes(_WIDTH) for turn in range(count)))

    def __iter__(self) -> Iterator[int]:
        while turn := os.read(self._numbers, _WIDTH):
            yield int.from_bytes(turn)

    def __del__(self) -> None:
        os.close(self._numbers)


_WIDTH = 2  # bytes of a number: a pipe holds more of them than there are controls


def may_fork(settings: Settings) -> bool:
    """True where a second process has a core of its own and starts in milliseconds."""
    return os.uname().sysname == "Linux" and (settings.workers or available_cores()) > 1


def _send(sender: Connection, read: Callable[[], object]) -> None:
    gc.freeze()  # its life is short, and to look for cycles copies every page of the parent
    gc.disable()
    sender.send(read())
    sender.close()
    os._exit(0)  # leaves alone what the parent has open
