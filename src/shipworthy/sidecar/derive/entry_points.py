"""Server entry points as the proxy sees them: a path to begin with, a method, and what is behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from shipworthy.finding import Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.breaches import Breach
from shipworthy.prototype.handlers.handler import Check, EffectKind, Handler
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.rights import answers
from shipworthy.prototype.routes.route import RouteKind

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_PLAIN = re.compile(r"[A-Za-z0-9._~@-]+")  # a segment that is no parameter of any framework
_MACHINES = frozenset({Check.SECRET, Check.SIGNATURE, Check.API_KEY})
_SCHEDULED = frozenset({"cron", "crons", "scheduled", "jobs"})
_STREAMS = (
    *(
        "text/event-stream",
        "StreamingResponse(",
        "EventSourceResponse(",
        "streamSSE(",
        "stream_with_context(",
    ),
    *(
        "toDataStreamResponse(",
        "toUIMessageStreamResponse(",
        "toTextStreamResponse(",
        "pipeDataStreamToResponse(",
    ),
    *(
        "createDataStreamResponse(",
        "createUIMessageStreamResponse(",
        "toAIStreamResponse(",
        "StreamingTextResponse(",
    ),
)
_UPLOADS = (
    *(
        ".formData()",
        "multer",
        "upload.single(",
        "upload.array(",
        "upload.fields(",
        "UploadFile",
        "busboy",
    ),
    *("formidable", "request.files", "req.file", "c.req.parseBody("),
)
_PAID = (EffectKind.MODEL,)


@dataclass(frozen=True, eq=False)  # one is itself: handlers are no keys
class EntryPoint:
    """One entry point at one address.

    `path` is the address up to its first parameter, `whole` says that there is none. `open` is why a
    stranger must not have what it does, "" where somebody asks who calls or nothing is at stake.
    """

    handler: Handler
    address: str
    path: str
    whole: bool
    text: str  # its own lines
    open: str = ""
    for_developers: bool = False
    streams_model: bool = False

    @property
    def file(self) -> str:
        """The file that a person would look at."""
        return self.handler.location.path

    @property
    def method(self) -> str:
        """GET, POST, … or "*"."""
        return self.handler.route.method

    @property
    def changes(self) -> bool:
        """True where a browser would have to say from which origin it asks."""
        return self.method not in _READS

    @property
    def words(self) -> frozenset[str]:
        """The parts of its address, in lower case."""
        return frozenset(part.lower() for part in self.address.split("/"))

    @cached_property
    def purpose(self) -> Purpose | None:
        """Why it may be open to whoever comes, by the whole of its address."""
        route = replace(self.handler.route, path=self.address)
        return purpose(replace(self.handler, route=route))

    @property
    def called_by_machines(self) -> bool:
        """True where another program calls: a sender of messages, a schedule, a holder of a key."""
        if self.purpose is Purpose.LOGIN or self.handler.principal is Check.SESSION:
            return False
        if self.handler.principal is Check.SECRET and "cookie" in self.text.lower():
            return False  # a secret that is compared beside a cookie is a password, and a browser sends both
        known = self.handler.principal in _MACHINES
        return known or self.purpose is Purpose.WEBHOOK or bool(_SCHEDULED & self.words)

    @property
    def streams(self) -> bool:
        """True where the answer is sent piece by piece."""
        return self.streams_model or any(sign in self.text for sign in _STREAMS)

    @property
    def asks_model(self) -> bool:
        """True where a call costs what a model costs."""
        return any(True for _ in self.handler.effects_of(*_PAID))

    @property
    def takes_files(self) -> bool:
        """True where files, or pictures written as text, are sent to it."""
        if not self.changes:
            return False
        sent = any(
            origin.kind == "upload"
            for effect in self.handler.effects
            for origins in effect.inputs.values()
            for origin in origins
        )
        picture = "base64" in self.text and "image" in self.text and not self.called_by_machines
        return sent or picture or any(sign in self.text for sign in _UPLOADS)


def entry_points(prototype: Prototype) -> tuple[EntryPoint, ...]:
    """Every entry point whose address is known, by address."""
    opened, kept = _open(prototype), _of_the_main_application(prototype)
    developers = _for_developers(prototype)
    streamed = {(m.location.path, m.location.line) for m in prototype.model_calls if m.streamed}
    found = [
        EntryPoint(
            handler=handler,
            address=address,
            path=path,
            whole=whole,
            text=_text(prototype, handler),
            open=opened.get(handler.subject, ""),
            for_developers=handler.subject in developers,
            streams_model=any((e.path, e.line) in streamed for e in handler.effects_of(*_PAID)),
        )
        for handler in prototype.handlers
        if handler.route.kind not in _WITHOUT_A_PATH
        for address in kept.get(handler.subject, handler.addresses)
        for path, whole in [beginning(address)]
        if path
    ]
    return tuple(sorted(found, key=lambda e: (e.address, e.method, e.file)))


_WITHOUT_A_PATH = (RouteKind.PAGE, RouteKind.PROCEDURE)
"""Not answered at one path each: tRPC asks for several procedures at once, "/api/trpc/one,two"."""


def _of_the_main_application(prototype: Prototype) -> dict[str, tuple[str, ...]]:
    """The addresses of handlers that several applications serve, where most others are in one of them."""
    alone = [h.addresses[0] for h in prototype.handlers if len(h.addresses) == 1]
    first = Counter(address.split("/")[1] for address in alone).most_common(1)
    if not first or first[0][1] * 2 < len(alone):
        return {}
    start = f"/{first[0][0]}"
    found = {}
    for handler in prototype.handlers:
        inside = tuple(a for a in handler.addresses if a == start or a.startswith(f"{start}/"))
        if len(handler.addresses) > 1 and inside:
            found[handler.subject] = inside
    return found


def beginning(address: str) -> tuple[str, bool]:
    """The parts of an address before its first parameter, and whether that is all of it."""
    kept: list[str] = []
    parts = [part for part in address.split("/") if part]
    for part in parts:
        if _PLAIN.fullmatch(part) is None:
            break
        kept.append(part)
    return "/" + "/".join(kept), len(kept) == len(parts)


def _text(prototype: Prototype, handler: Handler) -> str:
    file, at = prototype.files.get(handler.location.path), handler.location
    if file is None or not at.line:
        return file.text or "" if file is not None else ""
    return "\n".join(file.lines[at.line - 1 : max(at.end_line, at.line)])


def _open(prototype: Prototype) -> dict[str, str]:
    """What strangers can do, by subject; only what was followed to its end."""
    found = {}
    for answer in answers(prototype):
        alarm = answer.of(Breach.OPEN)
        if alarm is not None and answer.handler.whole:
            effect = alarm.effect
            found[answer.handler.subject] = f"{effect.operation} {effect.target}".strip()
    return found


def _for_developers(prototype: Prototype) -> frozenset[str]:
    from shipworthy.controls.access.debug_endpoint.control import DebugEndpoint

    findings = DebugEndpoint().detect(prototype)
    return frozenset(f.subject for f in findings if f.outcome is Outcome.GAP)
