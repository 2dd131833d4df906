"""Streams of Node that bytes are put into first: `new PassThrough().end(bytes)`, `readable.push(text)`."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins

STREAM = "stream of bytes"
_HELD = "what was put in"


def _made(walk: Evaluation, site: Site) -> Value | None:
    if site.given and site.argument(0).fields is not None:
        return None  # its `read` or `transform` is written here
    return Value(what=STREAM, identity=walk.program.identity(), tags=frozenset({"truthy"}))


def _put(walk: Evaluation, site: Site) -> Value | None:
    """`stream.end(file.buffer)`, `stream.push(text)`; `push(null)` ends it."""
    given = site.argument(0)
    if all_origins(given):
        walk.heap[site.receiver.identity, _HELD] = given
    return site.receiver


def _read(walk: Evaluation, site: Site) -> Value | None:
    """`stream.pipe(csv())`, and `stream.on("data", …)`: what comes out is what was put in."""
    held = walk.heap.get((site.receiver.identity, _HELD), UNKNOWN)
    handler = site.argument(1)
    if site.name == "pipe":
        return Value(origins=all_origins(held), tags=frozenset({"truthy"}))
    if handler.closure is not None:
        given = (Value(origins=all_origins(held)),) if site.argument(0).text == "data" else ()
        walk.enter(handler.closure, given, {}, site.call.at)
    return site.receiver


CALLS = {
    **{f"stream.{name}": _made for name in ("PassThrough", "Readable", "Duplex")},
    **{f"{STREAM}.{name}": _put for name in ("end", "push", "write")},
    **{f"{STREAM}.{name}": _read for name in ("pipe", "on")},
}
