"""Small prototypes for tests, with nothing to install, and one run of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.running import choose, read_programs
from shipworthy.sidecar.application import Launched, launch, prepare
from shipworthy.sidecar.application.attended import Patience
from shipworthy.sidecar.egress import WayOut
from shipworthy.sidecar.guarded import Limits

QUICK = Patience(ready=60.0, silent=60.0, between=0.2, first=0.05, longest=0.2, steady=60.0, most=4)
SMALL = Limits(memory=1 << 30, processes=20)

LISTEN = "server.listen(process.env.PORT, process.env.HOST);"
SERVER = """
const http = require("node:http");
const server = http.createServer((request, response) => {
  if (request.url === "/pid") return response.end(String(process.pid));
  if (request.url === "/settings") return response.end(JSON.stringify(process.env));
  if (request.url === "/crash") process.exit(7);
  if (request.url === "/hang") for (;;) {}
  response.end("hello from " + request.url);
});
LISTEN
"""


def written(root: Path, files: Mapping[str, str]) -> Prototype:
    """A prototype of these files."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return read_prototype(root)


def node_app(listen: str, **scripts: str) -> dict[str, str]:
    """A server of Node.js that listens as the line says."""
    manifest = {"name": "app", "scripts": {"start": "node server.js", **scripts}}
    text = SERVER.replace("LISTEN", listen)
    return {"package.json": json.dumps(manifest), "server.js": text}


@contextmanager
def running(
    prototype: Prototype,
    place: Path,
    environment: Mapping[str, str] | None = None,
    said: list[str] | None = None,
    patience: Patience = QUICK,
    way_out: WayOut | None = None,
) -> Iterator[Launched]:
    """The prototype, prepared and launched; everything of it is gone after the block."""
    tell = (said if said is not None else []).append
    chosen = choose(read_programs(prototype), prototype)
    assert chosen is not None
    place.mkdir(exist_ok=True)
    prepared = prepare(prototype, chosen, environment or {}, tell, logs=place)
    before = prepared.notes
    for note in before:
        tell(note)
    try:
        launched = launch(prepared, place, tell, limits=SMALL, patience=patience, way_out=way_out)
        for note in prepared.notes:
            if note not in before:
                tell(note)
        try:
            yield launched
        finally:
            launched.stop(1.0)
    finally:
        prepared.close()
