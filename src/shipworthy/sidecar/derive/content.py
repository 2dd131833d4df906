"""The content security policy of a prototype: what its pages load, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.prototype import Prototype
from shipworthy.sidecar.derive.loads import Load, loads

_NAMES = {
    "script": "script-src",
    "style": "style-src",
    "font": "font-src",
    "image": "img-src",
    "connect": "connect-src",
    "frame": "frame-src",
    "media": "media-src",
    "worker": "worker-src",
}
# Without these almost every prototype breaks: components style themselves, pictures are made in the
# browser, bundlers start workers from blobs.
_BASE = {
    "script": ("'self'",),
    "style": ("'self'", "'unsafe-inline'"),
    "font": ("'self'", "data:"),
    "image": ("'self'", "data:", "blob:"),
    "connect": ("'self'",),
    "media": ("'self'", "data:", "blob:"),
    "worker": ("'self'", "blob:"),
}
_MOST_IMAGES = 8  # hosts of pictures; more of them are user content, or stock photographs
_SHOWN = 8  # sources whose file is named


def content_policy(prototype: Prototype, ancestors: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The policy, and a line for each source from elsewhere that names the file which needs it."""
    found = loads(prototype)
    parts = ["default-src 'self'", *_directives(found)]
    parts += ["object-src 'none'", "base-uri 'self'", f"frame-ancestors {' '.join(ancestors)}"]
    return "; ".join(parts), tuple(_reasons(found))


def _directives(found: Iterable[Load]) -> Iterator[str]:
    for key, name in _NAMES.items():
        sources = [load.source for load in found if load.directive == key]
        if key == "image" and len(sources) > _MOST_IMAGES:
            sources = ["https:"]
        if key == "frame" and sources:
            sources = ["'self'", *sources]
        whole = dict.fromkeys((*_BASE.get(key, ()), *sources))
        if whole and (sources or key in ("script", "style", "font", "image", "worker")):
            yield f"{name} {' '.join(whole)}"


def _reasons(found: Iterable[Load]) -> Iterator[str]:
    """Which file needs which hosts; files with several of them once."""
    by_path: dict[str, dict[str, None]] = {}
    for load in found:
        said = load.source.removeprefix("https://").removeprefix("wss://")
        if said != "blob:":
            by_path.setdefault(load.path, {})[said] = None
    listed = sorted(by_path.items(), key=lambda item: (-len(item[1]), item[0]))
    for path, sources in listed[:_SHOWN]:
        names = list(sources)
        more = f" and {len(names) - 3} more" if len(names) > 4 else ""
        yield f"{path}: {', '.join(names[: 3 if more else 4])}{more}"
    if len(listed) > _SHOWN:
        yield f"and {len(listed) - _SHOWN} more files"
