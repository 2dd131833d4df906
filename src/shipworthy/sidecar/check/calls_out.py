"""Calls of the application to where it may not call: through the gate, and past it.

No host outside is spoken to, whatever lets them through: names end in `.example`, which nobody has
(RFC 2606), and addresses are of this machine or of nobody (192.0.2.1, RFC 5737).
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed
from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    held,
    not_applicable,
    shown,
    unknown,
)
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.ports import free_port

FAMILY = "calls-out"
_SECONDS = 30.0
_PROBE = """
import json, socket, sys
port, word, came = int(sys.argv[1]), sys.argv[2], []
for host, number in (("127.0.0.1", port), ("::1", port), ("192.0.2.1", 80), ("evil.example", 443)):
    try:
        with socket.create_connection((host, number), 2) as there:
            there.sendall(f"GET /?check={word} HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n".encode())
            if there.recv(1):
                came.append(host)
    except OSError:
        pass
print(json.dumps(came))
"""


def attempts(target: Target) -> Iterator[Attempt]:
    """Hosts that the list does not name, at the gate; and all others from inside, without asking it."""
    allowed = target.policy.egress.allow
    if target.policy.egress.mode == "off":
        return
    safe = "403, and nothing is connected"
    like = (allowed[0] if allowed else "api.example").partition(":")[0].removeprefix("*.")
    for what, authority in {
        "unnamed-host": "evil.example:443",
        "lookalike": f"{like}.evil.example:443",
        "loopback": "127.0.0.1:{port}",
        "loopback-as-number": "2130706433:{port}",
        "loopback-of-ipv6": "[::1]:{port}",
    }.items():
        run_ = bound(_through, authority)
        tries = f"the application asks the gate for {authority.format(port='PORT')}"
        yield Attempt(f"call-to-{what}", tries, safe, run_, twin_only=True)
    tries = "a program that knows of no gate calls this machine, an address, a name"
    safe = "none of them answers"
    yield Attempt("call-past-the-gate", tries, safe, _past, twin_only=True)


def _through(target: Target, authority: str) -> Seen:
    if target.gate is None or target.echo is None:
        return unknown("there is no gate here")
    asked, word = authority.format(port=target.echo.port), fresh_word()
    with _opened(target.gate) as gate:
        gate.settimeout(10)
        gate.sendall(f"CONNECT {asked} HTTP/1.1\r\nhost: {asked}\r\n\r\n".encode())
        head = gate.recv(4096)
        if b" 200 " in head.partition(b"\r\n")[0]:
            gate.sendall(f"GET /?check={word} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
            gate.recv(1)
    first = head.partition(b"\r\n")[0].decode("latin-1")
    line = Exchange(sent=shown(f"CONNECT {asked}"), got=shown(first or "closed"))
    if target.reached(word):
        return broken("it was connected", line)
    if any(f" {status} " in first for status in (400, 403)):
        return held("refused", line)
    # 503 is no refusal: the gate looked for the host.
    return broken("the gate lets it through", line) if first else unknown("no answer", line)


def _opened(gate: Path | int) -> socket.socket:
    if isinstance(gate, int):
        return socket.create_connection(("127.0.0.1", gate), 10)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(gate))
    return connection


def _past(target: Target) -> Seen:
    if target.around is None or target.echo is None:
        if target.policy.egress.mode == "isolate":
            return unknown("this system lets nobody have a network of its own: all is only advised")
        return not_applicable("the policy only advises: `mode: isolate` holds everybody")
    word = fresh_word()
    probe = (sys.executable, "-I", "-c", _PROBE, str(target.echo.port), word)
    try:
        ran = run(Command(target.around(probe, free_port()), seconds=_SECONDS))
        came = json.loads(ran.output or b"null")
    except (CommandFailed, ValueError) as error:
        return unknown(f"the program inside did not run: {error}")
    if came is None:
        return unknown("the program inside said nothing")
    line = Exchange(
        sent="from inside: 127.0.0.1, ::1, 192.0.2.1, evil.example", got=shown(str(came))
    )
    if came or target.reached(word):
        return broken(f"it reached {', '.join(came)}", line)
    return held("it reached nobody", line)
