"""One program that is kept running: started again, ever later, when it ends or hangs."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from shipworthy.errors import CommandFailed
from shipworthy.sidecar.application.answering import Asking, ask
from shipworthy.sidecar.application.listening import Listener, listeners
from shipworthy.sidecar.application.problem import CannotRun, EndedEarly, last_fault, last_lines
from shipworthy.sidecar.guarded import Guarded

_TOLD = sys.platform.startswith("linux")  # else the given port is tried alone
_EVERY = 15.0  # seconds after which the user is told that it goes on
_LOOK = 0.1  # seconds between looks while it starts
_OTHERS = 2.0  # seconds that a program which ignores its port may take to open all its ports


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a program is waited for, in seconds, and how often it is started again."""

    ready: float = 120.0  # until it opens a port
    answers: float = (
        300.0  # until it answers HTTP: development servers build what is asked for first
    )
    silent: float = 60.0  # without an answer until it is ended and started again
    between: float = 5.0  # two questions whether it still answers
    first: float = 0.5  # the first wait before it is started again; each next one twice as long
    longest: float = 30.0
    steady: float = 60.0  # after which earlier ends are forgotten
    most: int = 6  # starts within `steady` before it is given up


class Attended:
    """A program, from its first start to `stop`. `problem` says why it is given up, '' until then."""

    def __init__(
        self,
        name: str,
        port: int,
        start: Callable[[], Guarded],
        tell: Callable[[str], None],
        patience: Patience,
    ) -> None:
        self.name, self.port, self.restarts, self.problem = name, port, 0, ""
        self._start, self._tell, self._patience = start, tell, patience
        self._ended = threading.Event()
        self._starts: deque[float] = deque(maxlen=patience.most)
        self._asked = 0.0  # when it was asked last whether it still answers
        self._heard, self._limit = (
            0.0,
            patience.answers,
        )  # its last answer, and how long it may be ago
        self._guarded = self._started()
        self._thread = threading.Thread(target=self._attend, daemon=True)

    def wait_until_ready(self) -> int:
        """Wait for its first answer, keep it running from then on, and give its status.

        Raises CannotRun, with nothing left running, where it ends before, does not answer in time, or
        can be reached from other machines.
        """
        try:
            status = self._ready()
        except BaseException:
            self.stop()
            raise
        self._heard, self._limit = time.monotonic(), self._patience.silent
        self._thread.start()
        return status

    @property
    def log(self) -> str:
        """The file that it prints to."""
        return str(self._guarded.log)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._guarded.pid

    def processes(self) -> tuple[int, ...]:
        """All processes of it that run now."""
        return self._guarded.processes()

    def alive(self) -> bool:
        """True while it runs."""
        return not self._ended.is_set() and self._guarded.poll() is None

    def stop(self, grace: float = 5.0) -> None:
        """End it for good."""
        self._ended.set()
        self._guarded.stop(grace)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(grace + 20.0)
            self._guarded.stop(0.0)  # it was just being started again

    def _started(self) -> Guarded:
        self._heard, self._limit = time.monotonic(), self._patience.answers
        self._starts.append(self._heard)
        try:
            return self._start()
        except CommandFailed as error:
            raise CannotRun(f"{self.name}: {error}") from error

    def _ready(self) -> int:
        began = told = time.monotonic()
        end = began + self._patience.ready
        asking: dict[int, Asking] = {}
        why = "it opened no port"
        since = 0.0
        while (now := time.monotonic()) < end:
            self._check_runs()
            found = listeners(self._guarded.processes())
            self._check_private(found)
            if found and not since:
                since, end = now, began + self._patience.answers
            if now - told > _EVERY:
                told = now
                self._tell(
                    f"waiting for the first answer of {self.name}: {now - began:.0f} s so far"
                )
            for port in self._ports(found, late=since > 0 and now - since > _OTHERS):
                if port not in asking:
                    asking[port] = Asking(port, max(1.0, end - now), _host(found, port))
                asked = asking[port]
                if asked.answer:
                    self._take(port, found)
                    return asked.answer.status
                why = f"port {port}: {asked.answer.why if asked.answer else 'it says nothing'}"
                if asked.answer is not None:
                    del asking[port]  # once more
            time.sleep(_LOOK)
        raise CannotRun(
            f"{self.name} gave no answer within {end - began:g} s ({why}). Its last words:"
            + last_lines(self._guarded.log)
        )

    def _ports(self, found: frozenset[Listener], late: bool) -> list[int]:
        """The given port where it is open; after a while, or where the system tells nothing, others."""
        ports = {listener.port for listener in found}
        if self.port in ports or (not found and not _TOLD):
            return [self.port]
        return sorted(ports) if late else []

    def _take(self, port: int, found: frozenset[Listener]) -> None:
        self._check_private(found)
        if port != self.port:
            self._tell(f"{self.name} listens on its own port {port}, not on the one it was given")
            self.port = port

    def _check_runs(self) -> None:
        code = self._guarded.poll()
        if code is not None:
            how = self._guarded.why or _ended(code)
            why = last_fault(self._guarded.log)
            raise EndedEarly(
                f"{self.name} {how} before it answered{f': {why}' if why else ''}. Its last words:"
                + last_lines(self._guarded.log)
            )

    def _check_private(self, found: frozenset[Listener]) -> None:
        """Fail closed: who could reach it from elsewhere would walk around everything in front of it."""
        for listener in sorted(found):
            if not listener.is_loopback:
                raise CannotRun(
                    f"{self.name} listens on {listener.text}, where other machines reach it past the "
                    "proxy, and could not be made to listen on this machine alone: have its code use "
                    "the address in HOST, or 127.0.0.1"
                )

    def _attend(self) -> None:
        while not self._ended.wait(min(self._patience.between, 0.5)):
            if (code := self._guarded.poll()) is not None:
                if not self._again(self._guarded.why or _ended(code)):
                    return
            elif why := self._hangs():
                self._tell(f"{self.name} hangs ({why}): it is ended and started again")
                self._guarded.stop(1.0)
                if not self._again("hung"):
                    return

    def _hangs(self) -> str:
        """Why it is taken for dead although it runs, '' where it is not. One that was just started may
        take longer than one that has answered before."""
        now = time.monotonic()
        if now < self._asked + self._patience.between:
            return ""
        answer = ask(self.port, seconds=self._patience.between)
        self._asked = time.monotonic()
        if answer:
            self._heard, self._limit = self._asked, self._patience.silent
            return ""
        return answer.why if self._asked - self._heard >= self._limit else ""

    def _again(self, how: str) -> bool:
        """Start it once more, after a while; False where that is hopeless or the end was asked for."""
        recent = [at for at in self._starts if time.monotonic() - at < self._patience.steady]
        if len(recent) >= self._patience.most:
            self.problem = (
                f"{self.name} {how} {len(recent)} times within {self._patience.steady:g} s and is not "
                f"started any more. Its last words:{last_lines(self._guarded.log)}"
            )
            self._tell(self.problem)
            return False
        wait = min(self._patience.first * 2 ** max(0, len(recent) - 1), self._patience.longest)
        self._tell(f"{self.name} {how}: started again in {wait:g} s")
        if self._ended.wait(wait):
            return False
        self.restarts += 1
        try:
            self._guarded = self._started()
        except CannotRun as error:
            self.problem = str(error)
            self._tell(self.problem)
            return False
        return True


def _host(found: frozenset[Listener], port: int) -> str:
    addresses = {listener.address for listener in found if listener.port == port}
    return "127.0.0.1" if not addresses or any("." in a for a in addresses) else "::1"


def _ended(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was ended by signal {-code}"
