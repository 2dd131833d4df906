"""Run a gateway: its store, its port, and the admin socket beside it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.admin import Admin
from shipworthy.gateway.app import Gateway
from shipworthy.gateway.assembly import hooks_for
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.listening import HttpServer
from shipworthy.gateway.policy import Policy
from shipworthy.gateway.state import open_control, open_ledger, state_folder

_LONGEST = 100  # bytes of a socket's path; the kernel takes 107


class CannotServe(ShipworthyError):
    """The gateway cannot listen where it should."""


class Serving:
    """A gateway from its start to its end; `stop` may be called from any thread."""

    def __init__(
        self,
        file: Path,
        policy: Policy,
        hooks: Hooks | None = None,
        host: str | None = None,
        port: int | None = None,
    ) -> None:
        self.policy = policy
        self.ready = threading.Event()  # also set where the start failed
        self.bound_port = 0
        self._file = file
        self._folder = state_folder(file, policy)
        self._hooks = hooks if hooks is not None else hooks_for(policy, self._folder)
        self.host = host or policy.server.host
        self._port = policy.server.port if port is None else port
        self._stopping: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._gateway: Gateway | None = None

    async def run(self, told: Callable[[Serving], None] = lambda _: None) -> None:
        """Serve until `stop`, or a signal where this is the main thread. Raises CannotServe, BrokenStore.

        `told` is called once the address is known.
        """
        try:
            await self._run(told)
        finally:
            self.ready.set()

    def stop(self) -> None:
        """End after the calls that are under way."""
        if self._stopping is not None:
            loop, stopped = self._stopping
            with suppress(RuntimeError):  # it has ended already
                loop.call_soon_threadsafe(stopped.set)

    async def _run(self, told: Callable[[Serving], None]) -> None:
        listening = _listen(self.host, self._port)
        self.bound_port = listening.getsockname()[1]
        async with AsyncExitStack() as stack:
            stack.callback(listening.close)
            control = open_control(self._file, self.policy)
            stack.callback(control.close)
            ledger = open_ledger(self._file, self.policy)
            stack.callback(ledger.close)
            gateway = self._gateway = await stack.enter_async_context(
                Gateway(self.policy, control, ledger, self._hooks)
            )
            await stack.enter_async_context(
                _admin(self.admin_socket, Admin(gateway, control, ledger))
            )
            told(self)
            stopped = asyncio.Event()
            self._stopping = asyncio.get_running_loop(), stopped
            options = self.policy.server
            server = HttpServer(gateway, options.header_bytes, options.read_seconds)
            stack.push_async_callback(server.close)
            await server.listen(listening)
            self.ready.set()
            with _signals(stopped, server):
                await stopped.wait()
                await server.close()

    @property
    def calls(self) -> int:
        """How many calls are under way."""
        return self._gateway.running if self._gateway is not None else 0

    @property
    def resting(self) -> dict[str, float]:
        """The models that are left alone now, and for how many seconds."""
        return self._gateway.breakers.broken() if self._gateway is not None else {}

    @property
    def admin_socket(self) -> Path:
        """Where the admin application listens; the port tells replicas apart."""
        return socket_path(self._folder / f"admin-{self.bound_port}.sock")


@asynccontextmanager
async def _admin(path: Path, admin: Admin) -> AsyncIterator[None]:
    """The admin socket, as long as this is entered."""
    if path.parent == _temporary():
        _keep_private(path.parent)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        listening.bind(str(path))
    except OSError as error:
        raise CannotServe(f"cannot listen on {path}: {error.strerror}") from error
    finally:
        os.umask(old)
    server = HttpServer(admin)
    try:
        await server.listen(listening)
        yield
    finally:
        await server.close()
        listening.close()
        path.unlink(missing_ok=True)


def socket_path(path: Path) -> Path:
    """The path, or one in the user's folder for temporary files where the kernel would not take it."""
    if len(os.fsencode(path)) <= _LONGEST:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return _temporary() / f"{name}.sock"


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"shipworthy-{os.getuid()}"


def _keep_private(folder: Path) -> None:
    """Make sure that nobody else can put a socket there. Raises CannotServe."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise CannotServe(f"{folder} belongs to somebody else or is open to others: remove it")


@contextmanager
def _signals(stopped: asyncio.Event, server: HttpServer) -> Iterator[None]:
    """The usual signals end it, with exit code 0; a second one does not wait for calls under way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        if stopped.is_set():
            server.cut_off()
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)  # who is told the address may call at once
    except OSError as error:
        listening.close()
        raise CannotServe(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listening.setblocking(False)
    return listening
