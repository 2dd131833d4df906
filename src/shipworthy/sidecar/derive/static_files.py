"""Files that a page loads by the dozen, and the paths of a stand-in that serve and take files."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.prototype import Prototype
from shipworthy.sidecar.derive.routes import Kind, Line
from shipworthy.sidecar.derive.wishes import GUESSES
from shipworthy.sidecar.policy import Bytes, Need, Rate, Route, Seconds, Who

_PLENTY = Rate(6_000, 60.0)
_FILES = {"next": "/_next/static", "vite": "/assets", "create-react-app": "/static"}
_STORED = Bytes(50_000_000)  # the largest file of Supabase's free plan


def static_routes(prototype: Prototype) -> Iterator[Line]:
    """A generous rate for bundles; for Supabase its own ways of signing in, files and live updates."""
    anyone = Need(Who.ANYONE)
    for framework, path in _FILES.items():
        if framework in prototype.stack.frameworks:
            route = Route(path=path, need=anyone, per_ip=_PLENTY)
            yield Line(route, Kind.LIMIT, "files that a page loads by the dozen")
            break
    packages = prototype.modules.packages
    imported = {name for path in prototype.modules.browser for name in packages.get(path, ())}
    if not any(name.startswith("@supabase/") for name in imported):
        return
    password = Route(path="/auth/v1/token", need=anyone, per_ip=GUESSES)
    yield Line(password, Kind.STANDIN, "passwords can be guessed")
    yield Line(Route(path="/storage/v1", need=anyone, body=_STORED), Kind.STANDIN, "files")
    live = Route(path="/realtime/v1", need=anyone, seconds=Seconds(0))
    yield Line(live, Kind.STANDIN, "a WebSocket")
