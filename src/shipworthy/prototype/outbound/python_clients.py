"""HTTP requests of Python: requests, httpx, urllib, aiohttp, urllib3."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import arguments, dotted, keyword
from shipworthy.prototype.outbound.http_request import DEFAULTS, METHODS, Request
from shipworthy.prototype.outbound.limits import Timeout, keyword_limit


def python_request(call: SgNode, bindings: Bindings) -> Request | None:
    """The request that a call of Python makes; None for a call that makes none."""
    name = bindings.qualified(call)
    module, _, method = name.rpartition(".")
    if name in ("urllib.request.urlopen", "urllib2.urlopen"):
        return Request("urllib", _url(call, 0), _urlopen(call, bindings))
    if module in ("requests", "requests.api", "httpx") and method in METHODS:
        library = module.partition(".")[0]
        limit = _python_limit(call, library, bindings)
        return Request(library, _url(call, 1 if method in ("request", "stream") else 0), limit)
    function = call.field("function")
    receiver = function.field("object") if function else None
    verb = function.field("attribute") if function else None
    if receiver is None or verb is None or verb.text() not in (*METHODS, "urlopen", "ws_connect"):
        return None
    return _session(call, receiver, verb.text(), bindings)


def _url(call: SgNode, index: int) -> SgNode | None:
    named = keyword(call, "url") or keyword(call, "fullurl")
    plain = [a for a in arguments(call) if a.kind() != "keyword_argument"]
    return named or (plain[index] if len(plain) > index else None)


def _urlopen(call: SgNode, bindings: Bindings) -> Timeout:
    plain = [a for a in arguments(call) if a.kind() != "keyword_argument"]
    if len(plain) > 2 or "socket.setdefaulttimeout(" in call.get_root().root().text():
        return Timeout.SET
    return keyword_limit(call, bindings)


def _python_limit(call: SgNode, library: str, bindings: Bindings) -> Timeout:
    limit = keyword_limit(call, bindings)
    if limit is Timeout.NONE and keyword(call, "timeout") is None:
        return DEFAULTS.get(library, Timeout.NONE)
    return limit


_CLIENTS = {
    "requests.Session": "requests",
    "requests.session": "requests",
    "requests.sessions.Session": "requests",
    "httpx.Client": "httpx",
    "httpx.AsyncClient": "httpx",
    "aiohttp.ClientSession": "aiohttp",
    "urllib3.PoolManager": "urllib3",
}


def _session(call: SgNode, receiver: SgNode, method: str, bindings: Bindings) -> Request | None:
    """A call of a client or session that the file makes."""
    made = bindings.value(receiver)
    if made is None or made.kind() != "call":
        return None
    library = _CLIENTS.get(bindings.qualified(made), "")
    if not library:
        return None
    url = _url(call, 1 if method in ("request", "stream") else 0)
    own = keyword_limit(call, bindings)
    if own is not Timeout.NONE:
        return Request(library, url, own)
    if keyword(call, "timeout") is not None:
        return Request(library, url, Timeout.NONE)
    if library == "requests":  # a Session takes no timeout of its own
        return Request(library, url, _adapters(receiver))
    limit = _python_limit(made, library, bindings)
    off = limit is Timeout.NONE and keyword(made, "timeout") is not None
    base = keyword(made, "base_url")
    return Request(library, url, limit, peeled(made) if off else None, base)


def _adapters(receiver: SgNode) -> Timeout:
    """SET where the file mounts an adapter or wraps `session.request` to bound each call."""
    text = receiver.get_root().root().text()
    name = dotted(receiver)
    wrapped = f"{name}.request =" in text or f"{name}.request=" in text
    adapter = f"{name}.mount(" in text and "imeout" in text.partition(f"{name}.mount(")[2][:200]
    return Timeout.SET if wrapped or adapter else Timeout.NONE
