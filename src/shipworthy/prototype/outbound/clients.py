"""The HTTP request that a call makes, whatever client it goes through."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.outbound.http_request import Request
from shipworthy.prototype.outbound.python_clients import python_request
from shipworthy.prototype.outbound.script_clients import script_request

WORDS = {
    False: ("fetch", "axios", "got", "ky", "superagent", "undici"),
    True: ("requests", "httpx", "urlopen", "aiohttp", "urllib3"),
}
"""Words without which a file has no such call; by whether it is Python."""


def request_of(call: SgNode, bindings: Bindings) -> Request | None:
    """The request that a call makes; None for a call that makes none."""
    return python_request(call, bindings) if bindings.python else script_request(call, bindings)
