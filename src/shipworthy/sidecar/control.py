"""The socket by which `shipworthy sidecar status`, `pause`, `stop` … reach the running `shipworthy up`.

A Unix socket in the private folder of the run, so only the user who started it can reach it. One request is
one line of JSON, `{"verb": "pause"}`, and so is its answer.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.place import NoPlace, held

NAME = "control"
_LONGEST = 65_536  # bytes of a request
_SECONDS = 10.0  # for a request to arrive
Verb = Callable[[Mapping[str, Any]], dict[str, Any]]


class NotRunning(ShipworthyError):
    """No `shipworthy up` is running for this prototype."""


class Refused(ShipworthyError):
    """The running `shipworthy up` did not do what was asked, and says why."""


@contextmanager
def answering(folder: Path, verbs: Mapping[str, Verb]) -> Iterator[None]:
    """Answer requests on the socket in `folder` from threads, as long as this is entered.

    A ShipworthyError that a verb raises is the answer's `error`.
    """
    path = folder / NAME
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(8)
        thread = threading.Thread(target=_accept, args=(listening, verbs), daemon=True)
        thread.start()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            listening.shutdown(socket.SHUT_RDWR)  # wakes the thread; close alone would not
            thread.join(_SECONDS)


def ask(folder: Path, verb: str, seconds: float = 60.0, **more: Any) -> dict[str, Any]:
    """The answer of the running `shipworthy up`. Raises NotRunning, and Refused with its reason."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(seconds)
        try:
            asking.connect(str(folder / NAME))
            asking.sendall(json.dumps({"verb": verb, **more}).encode() + b"\n")
            with asking.makefile("rb") as answers:
                line = answers.readline()
        except (FileNotFoundError, ConnectionError) as error:
            raise NotRunning(
                "nothing is running for this prototype. Next: shipworthy up PATH"
            ) from error
        except TimeoutError as error:
            raise Refused(f"it did not answer within {seconds:.0f} seconds") from error
    answer: dict[str, Any] = json.loads(line or b"{}")
    if "error" in answer or not answer:
        raise Refused(answer.get("error", "it ended before it answered"))
    return answer


def ask_to_stop(folder: Path, seconds: float = 60.0) -> None:
    """Ask the running `shipworthy up` to end, and wait until it has. Raises NotRunning, Refused."""
    ask(folder, "stop")
    latest = time.monotonic() + seconds
    while time.monotonic() < latest:
        try:
            with held(folder):
                return
        except NoPlace:
            time.sleep(0.1)
    raise Refused(f"it is still ending after {seconds:.0f} seconds")


def _accept(listening: socket.socket, verbs: Mapping[str, Verb]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # closed: we are ending
        threading.Thread(target=_serve, args=(connection, verbs), daemon=True).start()


def _serve(connection: socket.socket, verbs: Mapping[str, Verb]) -> None:
    connection.settimeout(_SECONDS)
    with connection, connection.makefile("rb") as requests:
        try:
            answer = _answer(requests.readline(_LONGEST), verbs)
            connection.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:
            return  # the asker has gone


def _answer(line: bytes, verbs: Mapping[str, Verb]) -> dict[str, Any]:
    try:
        request = json.loads(line)
        verb = verbs[request["verb"]]
    except (ValueError, KeyError, TypeError):
        return {"error": f"it knows {', '.join(verbs)}"}
    try:
        return {"ok": True, **verb(request)}
    except ShipworthyError as error:
        return {"error": str(error)}
