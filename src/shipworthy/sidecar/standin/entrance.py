"""The way in: every request to the stand-in is checked for its key and led to the part that answers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from shipworthy.sidecar.standin.caller import Caller
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.message import Answer, Request, json_answer
from shipworthy.sidecar.standin.realtime import refuse_channels
from shipworthy.sidecar.standin.refusal import Refusal

if TYPE_CHECKING:
    from aiohttp import web

Part = Callable[[Request], Awaitable[Answer]]
Tell = Callable[[str], None]

NAME = "shipworthy stand-in, not Supabase"
MOST_BYTES = 64 * 1024 * 1024  # of a request; hosted projects take 50 MB per file by default
_NEEDS_KEY = ("rest", "auth")
_OPEN = ("verify", "authorize", "callback", "health", ".well-known/jwks.json", "settings")
_SOCKET, _UPGRADE = "/realtime/v1/", "websocket"
_ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
    "Access-Control-Expose-Headers": "Content-Range, Range-Unit, Content-Location, X-Total-Count, Link",
    "Access-Control-Max-Age": "3600",
}


class Entrance:
    """Leads `/rest/v1/…` to the part called "rest", and so on."""

    def __init__(self, parts: Mapping[str, Part], keys: Keys, tell: Tell) -> None:
        self._parts = parts
        self._keys = keys
        self._tell = tell

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of the web server; a bug is told and answered with 500."""
        from aiohttp import web

        begun = time.monotonic()
        if (
            request.path.startswith(_SOCKET)
            and request.headers.get("Upgrade", "").lower() == _UPGRADE
        ):
            return await refuse_channels(request)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = _refused(refusal)
        except Exception as error:
            self._tell(f"stand-in: {request.method} {request.path}: {error!r}")
            answer = json_answer(500, {"message": f"the stand-in failed: {type(error).__name__}"})
        cors = dict(_ALLOWED)
        wanted = request.headers.get("Access-Control-Request-Headers", "")
        if wanted.isprintable():
            cors["Access-Control-Allow-Headers"] = wanted or "*"
        took = f"{1000 * (time.monotonic() - begun):.0f}"
        headers = {**cors, "X-Stand-In": NAME, "X-Stand-In-Milliseconds": took, **answer.headers}
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    async def _answer(self, request: web.Request) -> Answer:
        if request.method == "OPTIONS":
            return Answer(204)
        part, _, rest = request.path.lstrip("/").partition("/v1")
        if part not in self._parts or rest[:1] not in ("", "/"):
            return json_answer(404, {"message": f"{NAME}: no such path; ask /rest/v1 or /auth/v1"})
        path = rest.strip("/")
        headers = {k.lower(): v for k, v in request.headers.items()}
        query = tuple((str(k), str(v)) for k, v in request.query.items())
        caller = self._caller(part, path, headers, dict(query))
        body = await _body(request)
        return await self._parts[part](Request(request.method, path, query, headers, body, caller))

    def _caller(
        self, part: str, path: str, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> Caller:
        """Who asks: the bearer's token, else the key itself, else a visitor."""
        key = headers.get("apikey") or query.get("apikey") or ""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if part in _NEEDS_KEY and not (part == "auth" and path in _OPEN):
            self._check_key(key)
        if part == "auth" and token not in ("", self._keys.anon, self._keys.service):
            return _unless_refused(self._keys, token)
        if token or key:
            return self._keys.read(token or key)
        return Caller("anon")

    def _check_key(self, key: str) -> None:
        """As the gateway of hosted projects does."""
        if not key:
            refusal = Refusal(401, "", "No API key found in request")
            refusal.hint = "No `apikey` request header or url param was found."
            raise refusal
        if key not in (self._keys.anon, self._keys.service):
            hint = "Double check your Supabase `anon` or `service_role` API key."
            raise Refusal(401, "", "Invalid API key", None, hint)


def _unless_refused(keys: Keys, token: str) -> Caller:
    """The auth server has words of its own for a token that does not hold."""
    try:
        return keys.read(token)
    except Refusal as refusal:
        word = "token is expired" if refusal.code == "PGRST303" else "signature is invalid"
        return Caller(
            "anon", {"refused": f"invalid JWT: unable to parse or verify signature, {word}"}
        )


def _refused(refusal: Refusal) -> Answer:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    if not refusal.code:
        return json_answer(
            refusal.status, {"message": refusal.message, "hint": refusal.hint}, refusal.headers
        )
    proxy = {"Proxy-Status": f"PostgREST; error={refusal.code}"}
    return Answer(refusal.status, refusal.body, {**kind, **proxy, **refusal.headers})


async def _body(request: web.Request) -> bytes:
    from aiohttp import web

    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        limit = f"{MOST_BYTES >> 20} MB"
        raise Refusal(413, "413", f"the stand-in takes no request larger than {limit}") from error
