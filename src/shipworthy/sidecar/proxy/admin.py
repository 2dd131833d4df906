"""Questions to Envoy's administration, over its private socket."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

from shipworthy.errors import ShipworthyError


class ProxyGone(ShipworthyError):
    """The proxy does not answer on its administration socket."""


class _Connection(http.client.HTTPConnection):
    """HTTP/1.1 over a Unix socket: the administration refuses HTTP/1.0."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("admin", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(path: Path, question: str, *, method: str = "GET", timeout: float = 5.0) -> bytes:
    """The body of the answer. Raises ProxyGone where there is none, or it is an error."""
    connection = _Connection(path, timeout)
    try:
        connection.request(method, question)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ProxyGone(f"the proxy does not answer on {path}: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        said = body[:200].decode(errors="replace")
        raise ProxyGone(f"the proxy answers {answer.status} to {question}: {said}")
    return body
