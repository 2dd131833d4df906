"""Work that a second process does while this one does other things, or its own half of it."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from shipworthy.settings import Settings, available_cores

T = TypeVar("T")
Item = TypeVar("Item")


class Ahead(Generic[T]):
    """Starts a forked process that reads a fact; it sees all that was read before, without a copy.

    Only while this one runs no threads of its own: libraries with such do not survive a fork. `otherwise`
    is how the fact is read here where the other process was killed or failed; as there, unless told.
    """

    def __init__(self, read: Callable[[], T], otherwise: Callable[[], T] | None = None) -> None:
        from multiprocessing import get_context

        self._otherwise = otherwise or read
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
            found = self._otherwise()
        self._receiver.close()
        self._process.join()
        return found

    def give_up(self) -> None:
        """End the other process, and what it would have found."""
        self._process.kill()
        self._receiver.close()
        self._process.join()


class OnlyHere(BaseException):
    """The work can be done only in the process that this one was made from. No error: whatever contains
    those lets it pass."""


def in_two(
    work: Callable[[Item], T], items: Sequence[Item], at_once: Callable[[], object] = lambda: None
) -> list[T]:
    """What the work gives for each item, in order. This process takes the first that is left and a forked
    one the last, so that neither waits and what stands together is mostly done by one of them.

    `at_once` is done here before. Items that the other may not do, or was killed over, are done here.
    """
    turns = Turns(len(items))

    def backwards() -> dict[int, T]:
        last = len(items) - 1
        done: dict[int, T] = {}
        for turn in turns:
            try:
                done[last - turn] = work(items[last - turn])
            except OnlyHere:
                continue
        return done

    other = Ahead(backwards)
    at_once()
    found = {turn: work(items[turn]) for turn in turns}
    found |= other.result()
    return [found[n] if n in found else work(item) for n, item in enumerate(items)]


class Turns:
    """As many turns as there are things to do, for whichever process asks next: they lie in a pipe. Each
    process counts its own."""

    def __init__(self, count: int) -> None:
        self._left, write = os.pipe()
        with open(write, "wb") as pipe:
            pipe.write(bytes(count))

    def __iter__(self) -> Iterator[int]:
        taken = 0
        while os.read(self._left, 1):
            yield taken
            taken += 1

    def __del__(self) -> None:
        os.close(self._left)


def may_fork(settings: Settings) -> bool:
    """True where a second process has a core of its own and starts in milliseconds."""
    return os.uname().sysname == "Linux" and (settings.workers or available_cores()) > 1


def _send(sender: Connection, read: Callable[[], object]) -> None:
    gc.freeze()  # its life is short, and to look for cycles copies every page of the parent
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it, and says so
    sender.send(read())
    sender.close()
    os._exit(0)  # leaves alone what the parent has open
