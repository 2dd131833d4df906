"""HTTP requests of JavaScript: fetch and its like, axios, got, ky, undici."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.syntax import arguments, callee, dotted, properties
from shipworthy.prototype.outbound.http_request import DEFAULTS, METHODS, Request
from shipworthy.prototype.outbound.limits import Timeout, option_limit

_FETCHES = frozenset(
    """node-fetch cross-fetch isomorphic-fetch undici isomorphic-unfetch whatwg-fetch expo/fetch
    node-fetch-native @whatwg-node/fetch""".split()
)
_GLOBALS = ("fetch", "$fetch", "axios")
_BODY_METHODS = frozenset({"post", "put", "patch", "postForm", "putForm", "patchForm"})


def script_request(call: SgNode, bindings: Bindings) -> Request | None:
    """The request that a call of JavaScript makes; None for a call that makes none."""
    name = callee(call)
    head, _, method = name.partition(".")
    if head in ("globalThis", "window", "self") and method == "fetch":
        head, method = "fetch", ""
    specifier = bindings.modules.get(head, "")
    if not specifier and head not in _GLOBALS and method not in METHODS:
        return None
    module = _package(specifier) if specifier else ""
    if not method:
        return _called_plainly(call, head, module, bindings)
    if "." in method:
        return None
    if module == "axios" or (head == "axios" and not bindings.of(call, "axios")):
        return _axios(call, method, Timeout.NONE, bindings) if method in _AXIOS else None
    if module in ("got", "ky") and method in METHODS:
        return _with_options(call, module, 1, DEFAULTS.get(module, Timeout.NONE), bindings)
    if module == "undici" and method in ("request", "fetch", "stream"):
        return _with_options(call, "undici", 1, Timeout.NONE, bindings)
    if method in METHODS:
        return _instance(call, method, bindings)
    return None


_AXIOS = METHODS | {"postForm", "putForm", "patchForm"}


def _called_plainly(call: SgNode, head: str, module: str, bindings: Bindings) -> Request | None:
    if head == "fetch" and (not module or module in _FETCHES) and not _is_local(call, bindings):
        return _with_options(call, "fetch", 1, Timeout.NONE, bindings)
    if module in _FETCHES and head in ("fetch", "nodeFetch", "undiciFetch"):
        return _with_options(call, "fetch", 1, Timeout.NONE, bindings)
    if module in ("got", "ky"):
        return _with_options(call, module, 1, DEFAULTS.get(module, Timeout.NONE), bindings)
    if module == "ofetch" or (head == "$fetch" and not module):
        return _with_options(call, "ofetch", 1, Timeout.NONE, bindings)
    if module == "axios" and head not in ("isAxiosError", "AxiosError"):
        return _axios(call, "", Timeout.NONE, bindings)
    return None


def _is_local(call: SgNode, bindings: Bindings) -> bool:
    """True where `fetch` is a function of the file or a parameter (`event.fetch` of SvelteKit)."""
    return bool(bindings.of(call, "fetch"))


@lru_cache(maxsize=1000)
def _package(specifier: str) -> str:
    """The package that a specifier names; npm: and esm.sh prefixes and versions are taken off."""
    name = specifier.removeprefix("npm:").removeprefix("https://esm.sh/")
    name = name.removeprefix("https://cdn.skypack.dev/").partition("?")[0]
    return "@" + name[1:].partition("@")[0] if name.startswith("@") else name.partition("@")[0]


def _with_options(
    call: SgNode, library: str, index: int, default: Timeout, bindings: Bindings
) -> Request:
    given = arguments(call)
    url = given[0] if given else None
    if len(given) <= index:
        return Request(library, url, _of_request(url, default, bindings))
    limit = option_limit(given[index], bindings)
    if limit is Timeout.NONE and default is Timeout.DEFAULT:
        switched_off = _switches_off(given[index], bindings)
        limit = Timeout.NONE if switched_off else default
    return Request(library, url, limit)


def _of_request(url: SgNode | None, default: Timeout, bindings: Bindings) -> Timeout:
    """`fetch(request)`: the limit is in the Request, wherever that was made."""
    value = bindings.value(url)
    if value is None:
        return default
    if value.kind() == "new_expression" and callee(value) == "Request":
        given = arguments(value)
        return option_limit(given[1], bindings) if len(given) > 1 else default
    named = dotted(value).rpartition(".")[2].lower()
    return Timeout.UNKNOWN if named in ("request", "req") else default


def _switches_off(options: SgNode, bindings: Bindings) -> bool:
    value = bindings.value(options)
    return value is not None and value.kind() == "object" and "timeout" in properties(value)


def _axios(call: SgNode, method: str, default: Timeout, bindings: Bindings) -> Request:
    given = arguments(call)
    if method in ("", "request"):
        options = bindings.value(given[-1]) if given else None
        is_config = options is not None and options.kind() == "object"
        shown = properties(options) if options is not None and is_config else {}
        url = shown.get("url") if len(given) == 1 and is_config else (given[0] if given else None)
        limit = option_limit(given[-1], bindings) if is_config or len(given) > 1 else Timeout.NONE
    else:
        index = 2 if method in _BODY_METHODS else 1
        url = given[0] if given else None
        limit = option_limit(given[index], bindings) if len(given) > index else Timeout.NONE
    if limit is Timeout.NONE:
        limit = _axios_defaults(call) or default
    return Request("axios", url, limit)


def _axios_defaults(call: SgNode) -> Timeout | None:
    text = call.get_root().root().text()
    return Timeout.SET if "axios.defaults.timeout" in text else None


def _instance(call: SgNode, method: str, bindings: Bindings) -> Request | None:
    """A call of an instance that the file makes: `const api = axios.create({ timeout })`."""
    function = call.field("function")
    receiver = function.field("object") if function else None
    made = bindings.value(receiver)
    if made is None or made.kind() != "call_expression":
        return None
    maker, _, verb = callee(made).rpartition(".")
    module = _package(bindings.modules.get(maker, maker if maker == "axios" else ""))
    if module not in ("axios", "got", "ky") or verb not in ("create", "extend"):
        return None
    options = arguments(made)
    limit = option_limit(options[0], bindings) if options else Timeout.NONE
    if limit is Timeout.NONE:
        limit = DEFAULTS.get(module, Timeout.NONE)
    if module == "axios":
        if limit is Timeout.NONE and f"{dotted(receiver) if receiver else ''}.defaults.timeout" in (
            call.get_root().root().text()
        ):
            limit = Timeout.SET
        return replace(_axios(call, method, limit, bindings), base=_base(options, bindings))
    own = _with_options(call, module, 1, Timeout.NONE, bindings)
    limit = own.timeout if own.timeout is not Timeout.NONE else limit
    return Request(module, own.url, limit, base=_base(options, bindings))


def _base(options: list[SgNode], bindings: Bindings) -> SgNode | None:
    literal = bindings.value(options[0]) if options else None
    if literal is None or literal.kind() != "object":
        return None
    shown = properties(literal)
    return shown.get("baseURL") or shown.get("prefixUrl")
