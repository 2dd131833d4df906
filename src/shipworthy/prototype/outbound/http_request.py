"""One HTTP request as the code makes it, and what all clients have in common."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from shipworthy.prototype.outbound.limits import Timeout

METHODS = frozenset("get post put patch delete head options request send stream".split())

# What a library waits when nobody says otherwise: got, axios, requests, urllib and urllib3 wait for
# ever; the fetch of Node gives up after 300 s without headers (undici), that of Deno never. ky
# waits 10 s, httpx 5 s, aiohttp 300 s in all. Source: the documentation of each.
DEFAULTS = {"ky": Timeout.DEFAULT, "httpx": Timeout.DEFAULT, "aiohttp": Timeout.DEFAULT}


@dataclass(frozen=True)
class Request:
    """One HTTP call: its library, its URL expression, its limit, and the client that sets it.

    `base` is the URL that the client puts before every path.
    """

    library: str
    url: SgNode | None
    timeout: Timeout
    client: SgNode | None = None
    base: SgNode | None = None
