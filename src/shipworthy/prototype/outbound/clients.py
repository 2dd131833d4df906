"""The HTTP request that a call makes, whatever client it goes through."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.outbound.http_request import Request
from shipworthy.prototype.outbound.python_clients import python_request
from shipworthy.prototype.outbound.script_clients import script_request

WORDS = {
    False: ("fetch", "axios", "got", "ky", "undici", "ofetch", "unfetch"),
    True: ("requests", "httpx", "urlopen", "aiohttp", "urllib3"),
}
"""Words without which a file has no such call; by whether it is Python."""


def is_named(word: str, text: str) -> bool:
    """True where a text holds a word that is no part of a longer one."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not _is_letter(text[at - 1 : at]) and not _is_letter(text[end : end + 1]):
            return True
        at = text.find(word, end)
    return False


def _is_letter(text: str) -> bool:
    return text.isalnum() or text == "_"


def request_of(call: SgNode, bindings: Bindings) -> Request | None:
    """The request that a call makes; None for a call that makes none."""
    return python_request(call, bindings) if bindings.python else script_request(call, bindings)
