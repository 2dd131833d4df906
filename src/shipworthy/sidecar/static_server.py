"""Hand out a folder of built files to the proxy: a program of its own that needs nothing of shipworthy.

`python static_server.py FOLDER PORT [--fallback] [--base PATH]`. Every answer has an ETag; files whose name
holds a hash of their content are kept by browsers for ever, pages are asked for again each time. With
`--fallback` a page that is not there is the start page's to draw, as single-page apps want it. Links that
lead out of the folder and hidden files are not there.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

# Vite, webpack and Angular: `index-DkT1x9_a.js`, `main.3f2a9c1b.js`; below Next's folder everything. A date
# has no letter, a word no digit.
_HASHED = re.compile(
    r"[.-](?=[\w-]*[A-Za-z])(?=[\w-]*[\dA-Z_])([\w-]{8}|[0-9a-f]{16,32})\.\w+$|/_next/static/"
)
_FOR_EVER = "public, max-age=31536000, immutable"
_EACH_TIME = "no-cache"
_WELL_KNOWN = ".well-known"


def application(folder: Path, fallback: bool, base: str) -> web.Application:
    """The web application that hands out a folder below the path that its pages are built for."""
    from aiohttp import web

    made = web.Application(client_max_size=1)
    answer = _answering(folder.resolve(), fallback)
    made.router.add_get(f"{base}{{path:.*}}", answer)
    if base != "/":
        made.router.add_get("/", lambda _: _to(base))
        made.router.add_get(base.rstrip("/"), lambda _: _to(base))
    return made


def _answering(
    folder: Path, fallback: bool
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    from aiohttp import web

    async def answer(request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        found = find(folder, path)
        if found is not None and found.is_dir():
            return _moved(request)
        status = 200
        if found is None and fallback and is_page(path):
            found = folder / "index.html"
        elif found is None:
            found, status = find(folder, "404.html"), 404
        if found is None:
            return web.Response(status=404, text="There is no such page.\n")
        kept = _FOR_EVER if _HASHED.search(f"/{path}") and status == 200 else _EACH_TIME
        return web.FileResponse(found, status=status, headers={"Cache-Control": kept})

    return answer


def _moved(request: web.Request) -> web.Response:
    """To the same place with a slash: pages name their files from there."""
    from aiohttp import web

    place = "/" + request.path.strip("/") + "/"
    return web.Response(status=308, headers={"Location": place})


async def _to(base: str) -> web.Response:
    from aiohttp import web

    return web.Response(status=307, headers={"Location": base})


def find(folder: Path, path: str) -> Path | None:
    """The file for a path: itself, its page, or the start page of a folder. A folder that was asked for
    without a slash is given back as it is."""
    parts = [part for part in path.split("/") if part]
    hidden = any(part.startswith(".") and part != _WELL_KNOWN for part in parts)
    if hidden or "\0" in path or "\\" in path:
        return None
    place = folder.joinpath(*parts)
    for candidate in _candidates(place, asks_folder=path.endswith("/") or not parts):
        try:
            real = candidate.resolve(strict=True)
        except (OSError, RuntimeError):
            continue
        if real.is_relative_to(folder) and (real.is_file() or candidate == place):
            return real
    return None


def _candidates(place: Path, asks_folder: bool) -> Iterator[Path]:
    if asks_folder:
        yield place / "index.html"
        return
    if place.is_file() or (place / "index.html").is_file():
        yield place
    yield place.with_name(f"{place.name}.html")


def is_page(path: str) -> bool:
    """True for the address of a page, not of a file: its last part has no ending."""
    return "." not in path.rpartition("/")[2]


def main() -> None:
    """Serve until somebody ends the process."""
    from aiohttp import web

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--fallback", action="store_true")
    parser.add_argument("--base", default="/")
    given = parser.parse_args()
    web.run_app(
        application(given.folder, given.fallback, given.base),
        host="127.0.0.1",
        port=given.port,
        access_log=None,
        print=lambda *said: print(*said, file=sys.stderr),
    )


if __name__ == "__main__":
    main()
