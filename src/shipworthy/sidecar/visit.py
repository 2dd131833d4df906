"""One look at a page through the proxy, as a browser that trusts the local authority would take it."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from shipworthy.errors import ShipworthyError

_SECONDS = 60.0  # for one answer, as long as the proxy waits for one
_MOST = 200_000  # bytes that are read of it


class NoAnswer(ShipworthyError):
    """The prototype does not answer through the proxy."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came back for a page. `title` is that of its HTML, or ''."""

    status: int
    title: str
    to: str  # where it redirects to


def visit(address: tuple[str, int], host: str, authority: str, path: str = "/") -> Visit:
    """Ask for a page at an address, by its host name. `authority`: the PEM to trust; '': as the system does.

    Raises OSError and HTTPException as http.client does.
    """
    context = ssl.create_default_context(cadata=authority or None)
    connection = _Connection(address, host, context)
    try:
        connection.request("GET", path, headers={"accept": "text/html", "user-agent": "shipworthy"})
        answer = connection.getresponse()
        text = answer.read(_MOST).decode(errors="replace")
        return Visit(answer.status, _title(text), answer.headers.get("location", ""))
    finally:
        connection.close()


def visit_until_it_answers(
    address: tuple[str, int], host: str, authority: str, seconds: float
) -> Visit:
    """The first answer that is not the maintenance page. Raises NoAnswer after so many seconds."""
    why = "no answer"
    for _ in _attempts(seconds):
        try:
            seen = visit(address, host, authority)
        except (OSError, http.client.HTTPException) as error:
            why = f"{type(error).__name__}: {error}"
            continue
        if seen.status not in (502, 503, 504):
            return seen
        why = f"the answer was {seen.status}"
    raise NoAnswer(f"https://{host}:{address[1]} does not answer: {why}")


class _Connection(http.client.HTTPSConnection):
    """To an address, whatever the host name resolves to here."""

    def __init__(self, address: tuple[str, int], host: str, context: ssl.SSLContext) -> None:
        super().__init__(host, address[1], timeout=_SECONDS, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        import socket

        plain = socket.create_connection(self._address, _SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


class _Title(HTMLParser):
    title = ""
    _inside = False

    def handle_starttag(self, tag: str, _: object) -> None:
        self._inside = tag == "title" and not self.title

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title += data

    def handle_endtag(self, _: str) -> None:
        self._inside = False


def _title(text: str) -> str:
    parser = _Title()
    with suppress(AssertionError):  # of a declaration that no browser understands either
        parser.feed(text)
    return " ".join(parser.title.split())[:100]


def _attempts(seconds: float) -> Iterator[None]:
    """Again every 50 ms, for so many seconds; at least once."""
    latest = time.monotonic() + seconds
    yield
    while time.monotonic() < latest:
        time.sleep(0.05)
        yield
