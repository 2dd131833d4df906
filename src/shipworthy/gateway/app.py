"""The gateway as an ASGI application: who calls, what for, and the reply to it."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from shipworthy.gateway.answering import Answering, Reply
from shipworthy.gateway.breaker import Breakers
from shipworthy.gateway.call import Call, Outcome, Record
from shipworthy.gateway.control import BrokenStore, Control, VirtualKey
from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.exchange import Exchange, dumped
from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.intake import (
    Gone,
    Headers,
    Receive,
    Scope,
    Send,
    parse_body,
    read_body,
)
from shipworthy.gateway.policy import DEFAULT, Feature, Policy
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.routes import Route, route
from shipworthy.gateway.targets import Targets
from shipworthy.gateway.upstream import Upstream

OPENAI = DIALECTS["openai-chat"]  # for problems of addresses that no dialect knows


class Gateway:
    """One gateway; enter it before the first request and leave it after the last."""

    def __init__(
        self,
        policy: Policy,
        control: Control,
        hooks: Hooks = Hooks(),  # noqa: B008
        targets: Targets | None = None,
    ) -> None:
        self.policy = policy
        self._control = control
        self._hooks = hooks
        self._targets = targets or Targets(policy)
        self._upstream = Upstream(policy.server.answer_bytes)
        self._answering = Answering(self._targets, self._upstream, Breakers(policy.breaker))
        self._running = 0

    async def __aenter__(self) -> Gateway:
        await self._upstream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        for observer in self._hooks.observers:
            observer.flush()
        await self._upstream.__aexit__(None, None, None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        found = route(scope["path"])
        dialect = found.dialect if found else OPENAI
        headers: Headers = dict(scope["headers"])
        record = Record("", "", "", "", "", dialect.name, "", False, time.time())
        started = time.monotonic()
        try:
            await self._serve(scope, receive, send, found, headers, record)
        except Gone:
            record.outcome = Outcome.ABANDONED
        except Problem as problem:
            await self._refuse(send, dialect, problem, record)
        finally:
            if record.prototype:
                record.seconds = time.monotonic() - started
                for observer in self._hooks.observers:
                    observer.finished(record)

    async def _serve(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        found: Route | None,
        headers: Headers,
        record: Record,
    ) -> None:
        if found is None:
            raise Problem(Kind.NOT_FOUND, "unknown_address", "There is nothing at this address.")
        if scope["method"] != "POST":
            raise Problem(Kind.METHOD, "method_not_allowed", "Only POST is understood here.")
        key = self._known(presented_key(headers, scope["query_string"]))
        named = headers.get(b"x-shipworthy-feature", b"").decode("latin-1")
        feature = self._feature(key, found.feature or named)
        body = await read_body(receive, headers, self.policy.server)
        parsed = parse_body(body, headers, found.dialect.name.startswith("ollama"))
        call = _call(found, key, feature, parsed, headers)
        _begin_record(record, call)
        exchange = Exchange(
            call,
            found.dialect,
            self._hooks,
            record,
            body,
            time.monotonic() + feature.timeouts.total,
        )
        exchange.prepare()
        reply = await self._answering.answer(exchange)
        await self._send(send, found.dialect, reply, call.stream, record)

    def _known(self, presented: str) -> VirtualKey:
        try:
            self._control.refresh()
        except BrokenStore as error:
            raise Problem(
                Kind.STORE, "store_unavailable", "The gateway's store cannot be read."
            ) from error
        key = self._control.key(presented) if presented else None
        if key is None:
            raise Problem(
                Kind.UNAUTHORISED,
                "invalid_api_key",
                "This is not a key of the gateway. `shipworthy ai keys add` makes one.",
            )
        return key

    def _feature(self, key: VirtualKey, named: str) -> Feature:
        prototype = self.policy.prototypes.get(key.prototype)
        if prototype is None:
            raise Problem(
                Kind.FORBIDDEN,
                "unknown_prototype",
                "The policy knows this key's prototype no more.",
            )
        feature = prototype.features.get(named or key.feature or DEFAULT)
        if feature is None:
            raise Problem(
                Kind.BAD_REQUEST, "unknown_feature", "The policy knows no feature of this name."
            )
        return feature

    async def _send(
        self, send: Send, dialect: Dialect, reply: Reply, stream: bool, record: Record
    ) -> None:
        kind = dialect.stream_type if stream else "application/json"
        record.status = 200
        head = [(b"content-type", kind.encode()), *_headers(record)]
        if reply.rest is None:
            head.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": head})
        if reply.rest is None:
            await send({"type": "http.response.body", "body": reply.body})
            return
        record.first_token = time.time() - record.at
        await send({"type": "http.response.body", "body": reply.body, "more_body": True})
        try:
            async for piece in reply.rest:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Problem as problem:
            record.outcome, record.error = Outcome.FAILED, problem.code
            await send(
                {
                    "type": "http.response.body",
                    "body": dialect.problem_event(problem),
                    "more_body": True,
                }
            )
        await send({"type": "http.response.body", "body": b""})

    async def _refuse(self, send: Send, dialect: Dialect, problem: Problem, record: Record) -> None:
        status = problem.kind.status
        record.status, record.error = status, problem.code
        record.outcome = Outcome.FAILED if status >= 500 else Outcome.REFUSED
        body = dumped(dialect.problem(problem))
        head = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            # The gateway has tried again already; SDKs of OpenAI and Anthropic heed this.
            (b"x-should-retry", b"false"),
            *_headers(record),
        ]
        if problem.kind in (Kind.TOO_LARGE, Kind.SLOW_CALLER):
            head.append((b"connection", b"close"))
        with suppress(asyncio.CancelledError):
            await send({"type": "http.response.start", "status": status, "headers": head})
            await send({"type": "http.response.body", "body": body})


def presented_key(headers: Headers, query: bytes) -> str:
    """The key that a request carries, wherever its dialect puts it."""
    bearer = headers.get(b"authorization", b"")
    if bearer[:7].lower() == b"bearer ":
        bearer = bearer[7:].strip()
    key = (
        headers.get(b"x-shipworthy-key")
        or headers.get(b"x-api-key")
        or headers.get(b"x-goog-api-key")
        or bearer
    )
    if not key and b"key=" in query:
        return parse_qs(query.decode("latin-1")).get("key", [""])[0]
    return key.decode("latin-1")


def _call(
    found: Route, key: VirtualKey, feature: Feature, body: dict[str, Any], headers: Headers
) -> Call:
    dialect = found.dialect
    model = found.model if found.model is not None else body.get("model")
    stream = found.stream if found.stream is not None else dialect.streams(body)
    if not isinstance(model, str):
        raise Problem(Kind.BAD_REQUEST, "no_model", "The request names no model.")
    user = headers.get(b"x-shipworthy-user", b"").decode("latin-1") or dialect.user(body)
    passages = dialect.passages(body)
    return Call(
        secrets.token_hex(8),
        dialect.name,
        feature,
        key.id,
        user[:200],
        model,
        stream,
        body,
        passages,
    )


def _begin_record(record: Record, call: Call) -> None:
    record.id, record.prototype, record.feature = call.id, call.prototype, call.feature.name
    record.key, record.user, record.asked, record.stream = (
        call.key,
        call.user,
        call.model,
        call.stream,
    )


def _headers(record: Record) -> list[tuple[bytes, bytes]]:
    """What the gateway says beside the answer."""
    said = [(b"x-shipworthy", record.outcome.value.encode())]
    if record.id:
        said.append((b"x-request-id", record.id.encode()))
    if record.model:
        said.append((b"x-shipworthy-model", record.model.encode("ascii", "replace")))
    return said
