"""Sends requests for model providers to the gateway instead: loaded before a program by `shipworthy ai run`.

Covers requests, httpx, httpx2, aiohttp and urllib. Each is patched when the program imports it, so nothing
is imported that the program does not use; where a library is not as expected, it is left as it is.
It runs in the program's own Python, which may be older than ours: no types, no new syntax.
"""

# mypy: ignore-errors

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from urllib.parse import urlsplit

GATEWAY = os.environ.get("SHIPWORTHY_AI_GATEWAY", "")
KEY = os.environ.get("SHIPWORTHY_AI_KEY", "")
HOSTS = json.loads(os.environ.get("SHIPWORTHY_AI_HOSTS") or "{}")
CREDENTIALS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")


def rerouted(address):
    """The address at the gateway for an address at a provider; None for every other address."""
    try:
        parts = urlsplit(str(address))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if port and port != {"https": 443, "http": 80}.get(parts.scheme):
        host = f"{host}:{port}"
    own = HOSTS.get(host)
    if own is None or parts.scheme not in ("http", "https"):
        return None
    path = parts.path[len(own) :] if own and parts.path.startswith(own + "/") else parts.path
    query = "&".join(p for p in parts.query.split("&") if p and not p.startswith("key="))
    return GATEWAY + path + (f"?{query}" if query else "")


def with_own_key(headers):
    """Put the virtual key in the place of every credential, in headers that can be changed."""
    for name in list(headers.keys()):
        if name.lower() in CREDENTIALS or name.lower() == "host":
            del headers[name]
    headers["Authorization"] = f"Bearer {KEY}"


def patch_requests(module):
    original = module.HTTPAdapter.send

    def send(self, request, *args, **kwargs):
        to = rerouted(request.url)
        if to is not None:
            request.url = to
            with_own_key(request.headers)
            kwargs.pop("proxies", None)
        return original(self, request, *args, **kwargs)

    module.HTTPAdapter.send = send


def patch_httpx(module):
    def reroute(request):
        to = rerouted(request.url)
        if to is not None:
            request.url = module.URL(to)
            with_own_key(request.headers)
            request.headers["Host"] = request.url.netloc.decode("ascii")

    sync, asynchronous = (
        module.HTTPTransport.handle_request,
        module.AsyncHTTPTransport.handle_async_request,
    )

    def handle_request(self, request):
        reroute(request)
        return sync(self, request)

    async def handle_async_request(self, request):
        reroute(request)
        return await asynchronous(self, request)

    module.HTTPTransport.handle_request = handle_request
    module.AsyncHTTPTransport.handle_async_request = handle_async_request


def patch_aiohttp(module):
    original = module.ClientSession._request

    async def _request(self, method, str_or_url, **kwargs):
        to = rerouted(self._build_url(str_or_url))
        if to is not None:
            headers = {
                name: value
                for name, value in dict(kwargs.get("headers") or {}).items()
                if str(name).lower() not in CREDENTIALS
            }
            # Those that the session sends with every request are overridden, not merged.
            headers.update(
                {"Authorization": f"Bearer {KEY}", "x-api-key": KEY, "x-goog-api-key": KEY}
            )
            kwargs["headers"] = headers
            kwargs.pop("ssl", None)
            if kwargs.get("params"):
                kwargs["params"] = {k: v for k, v in dict(kwargs["params"]).items() if k != "key"}
            return await original(self, method, to, **kwargs)
        return await original(self, method, str_or_url, **kwargs)

    module.ClientSession._request = _request


def patch_urllib(module):
    original = module.OpenerDirector.open

    def open(self, fullurl, data=None, *args, **kwargs):
        address = fullurl if isinstance(fullurl, str) else fullurl.full_url
        to = rerouted(address)
        if to is None:
            return original(self, fullurl, data, *args, **kwargs)
        request = module.Request(fullurl) if isinstance(fullurl, str) else fullurl
        request.full_url = to
        for headers in (request.headers, request.unredirected_hdrs):
            for name in [n for n in headers if n.lower() in CREDENTIALS or n.lower() == "host"]:
                del headers[name]
        request.add_header("Authorization", f"Bearer {KEY}")
        return original(self, request, data, *args, **kwargs)

    module.OpenerDirector.open = open


PATCHES = {
    "requests.adapters": patch_requests,
    "httpx": patch_httpx,
    "httpx2": patch_httpx,
    "aiohttp.client": patch_aiohttp,
    "urllib.request": patch_urllib,
}


def patch(name, module):
    try:
        PATCHES[name](module)
    except AttributeError as error:
        print(f"shipworthy: {name} is not rerouted to the gateway: {error}", file=sys.stderr)


class PatchingFinder(importlib.abc.MetaPathFinder):
    """Finds what the others find, and patches it after it has run."""

    def find_spec(self, name, path=None, target=None):
        if name not in PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            patch(name, module)

        spec.loader.exec_module = exec_module
        return spec


def run_the_next_sitecustomize():
    """This file hides the one that the environment may have; that one runs as well."""
    here = os.path.dirname(os.path.abspath(__file__))
    rest = [p for p in sys.path if os.path.abspath(p or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if GATEWAY and KEY:
    for loaded in [n for n in PATCHES if n in sys.modules]:
        patch(loaded, sys.modules[loaded])
    sys.meta_path.insert(0, PatchingFinder())
run_the_next_sitecustomize()
