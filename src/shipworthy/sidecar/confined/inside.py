"""The half of a confined program's way out that lives in its namespace: it takes calls and hands them out."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from shipworthy.sidecar.confined import namespace
from shipworthy.sidecar.confined.names import Names, fits

_DNS, _WATCHED = 53, (80, 443)  # calls to other ports fail as well, but nobody is told of them
_OURS = "127.66."
_PKTINFO = 8  # ip(7)
_LISTENS = "0A"  # TCP_LISTEN, include/net/tcp_states.h


class Inside:
    """Names, listeners and the program. What it takes goes over `far`, with a word on where it leads."""

    def __init__(self, far: socket.socket, settings: dict[str, Any]) -> None:
        self._far, self._port = far, int(settings["port"])
        self._hosts = [(str(host), int(port)) for host, port in settings["allow"]]
        self._local = frozenset(int(port) for port in settings["local"])
        self._names = Names([host for host, _ in self._hosts], self._blocked)
        self._ours: set[int] = set()  # ports that we listen on
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, argv: list[str]) -> int:
        """Start the program and serve it until it ends; its exit code."""
        loop = asyncio.get_running_loop()
        dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        dns.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        dns.bind(("0.0.0.0", _DNS))  # noqa: S104  (whatever server a program asks: all are here)
        loop.add_reader(dns, self._answer, dns)
        ports = {port for _, port in self._hosts} | self._local | set(_WATCHED)
        self._ours = ports - {self._port}
        for port in sorted(self._ours):
            self._listen(port)
        self._far.setblocking(False)
        loop.add_reader(self._far, self._asked)
        program = subprocess.Popen(argv, preexec_fn=namespace.surrender)
        code = await loop.run_in_executor(None, program.wait)
        return code if code >= 0 else 128 - code

    def _answer(self, dns: socket.socket) -> None:
        with suppress(OSError):
            question, asked, _, who = dns.recvmsg(4096, 64)
            if reply := self._names.answer(question):
                # From the address that was asked: a resolver ignores what comes from another one.
                answered = [
                    (socket.IPPROTO_IP, _PKTINFO, b"\0" * 4 + _asked_address(asked) + b"\0" * 4)
                ]
                dns.sendmsg([reply], answered, 0, who)

    def _listen(self, port: int) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", port))  # noqa: S104  (of the namespace)
        listener.listen(256)
        listener.setblocking(False)
        asyncio.get_running_loop().add_reader(listener, self._take, listener)

    def _take(self, listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                address, port = connection.getsockname()
                if word := self._leads_to(address, port):
                    socket.send_fds(self._far, [word.encode()], [connection.fileno()])

    def _leads_to(self, address: str, port: int) -> str:
        """Where a connection to an address is to go; '' where nobody allowed it."""
        if address == "127.0.0.1":
            return f"local {port}" if port in self._local else ""
        name = self._names.name(address) if address.startswith(_OURS) else None
        if name and any(port == its and fits(name, host) for host, its in self._hosts):
            return f"out {name}:{port}"
        self._blocked(f"{name or address}:{port}")
        return ""

    def _blocked(self, what: str) -> None:
        with suppress(OSError):
            self._far.send(f"blocked {what}"[:400].encode("ascii", "replace"))

    def _asked(self) -> None:
        """The half outside wants a connection to the program."""
        try:
            word = self._far.recv(100).decode()
        except BlockingIOError:
            return
        if not word:
            os._exit(1)  # it is gone, and the program ends with us
        task = asyncio.get_running_loop().create_task(self._dial(word.split()[1]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _dial(self, number: str) -> None:
        places = [(socket.AF_INET, self._port), (socket.AF_INET6, self._port)]
        for family, port in (*places, *self._other_ports()):
            connection = socket.socket(family)
            with connection:
                connection.setblocking(False)
                address = "127.0.0.1" if family == socket.AF_INET else "::1"
                try:
                    await asyncio.get_running_loop().sock_connect(connection, (address, port))
                except OSError:
                    continue
                with suppress(OSError):
                    word = f"in {number}".encode()
                    socket.send_fds(self._far, [word], [connection.fileno()])
                return
        with suppress(OSError):
            self._far.send(f"no {number}".encode())

    def _other_ports(self) -> Iterator[tuple[socket.AddressFamily, int]]:
        """Where a program that ignores its port listens: in the namespace nobody else has others."""
        for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
            with suppress(OSError):
                lines = Path(f"/proc/self/net/{table}").read_text(encoding="ascii").splitlines()[1:]
                fields = [line.split() for line in lines]
                ports = {int(one[1].rpartition(":")[2], 16) for one in fields if one[3] == _LISTENS}
                for port in sorted(ports - self._ours):
                    yield family, port


def _asked_address(told: list[tuple[int, int, bytes]]) -> bytes:
    """The local address that a datagram was sent to, of its struct in_pktinfo."""
    return next((data[8:12] for _, kind, data in told if kind == _PKTINFO), b"\0" * 4)
