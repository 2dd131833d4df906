"""Whether the pages of a hardened prototype show and do what they did: the same visits, in Chromium.

python benchmarks/pages.py PROTOTYPE [CHROMIUM]

PROTOTYPE is a repository that has been hardened: HEAD is how it was, `shipworthy/harden` how it is. A
copy of each is built and served; every page whose address is known is opened, and what can be clicked
on it is clicked. No other machine is reached: each request for one is answered with 503. Prints what
shows otherwise; the code is 1 where something does, and 2 where either cannot be built.
"""

from __future__ import annotations

import difflib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clicks import QUIETLY, App, run, say, started, walked

from shipworthy.harden.repository import BRANCH
from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.placeholders import placeholders
from shipworthy.prototype.inventory.smoke_tests import static_pages
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

_MOST_CLICKS = 2  # on one page
_MOST_PAGES = 12
_CLICKED = "button:visible, [role=tab]:visible"
_SERVED = {
    "next.config": ("next", "start", "-H", "127.0.0.1", "-p"),
    "vite.config": ("vite", "preview", "--host", "127.0.0.1", "--strictPort", "--port"),
}


def main() -> int:
    """Build both, walk through both, and compare."""
    root = Path(sys.argv[1]).resolve()
    chromium = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder:
        before, again = _seen(root, "HEAD", Path(folder) / "before", chromium, walks=2)
        (after,) = _seen(root, BRANCH, Path(folder) / "after", chromium, walks=1)
    by_chance = [look for look in before if before[look] != again.get(look)]
    changed = [look for look in before if after.get(look) not in (before[look], again.get(look))]
    for look in changed:
        was, now = before[look].split("\n"), after.get(look, "").split("\n")
        print("\n".join(difflib.unified_diff(was, now, look, "after", lineterm="", n=1)))
    complaints = [
        sum("pageerror: " in text for text in looks.values()) for looks in (before, after)
    ]
    print(f"{len(before)} looks, {len(changed)} of them differ; complaints: {complaints}")
    if by_chance:
        print(f"as it was, these differ from walk to walk: {', '.join(by_chance)}")
    return 1 if changed else 0


def _seen(
    root: Path, commit: str, copy: Path, chromium: str | None, walks: int
) -> list[dict[str, str]]:
    """What each look at the copy of a commit shows, for each walk."""
    run(root, {}, "git", "clone", "-q", "--shared", "--no-checkout", str(root), str(copy))
    reference = commit if commit == "HEAD" else f"origin/{commit}"
    run(copy, {}, "git", "checkout", "-q", "--detach", reference)
    say(f"building {commit}")
    prototype = read_prototype(copy, Settings())
    settings = placeholders(prototype)
    pages = (static_pages(prototype, "") or ["/"])[:_MOST_PAGES]
    run(copy, {}, "npm", "install", "--prefer-offline", *QUIETLY)
    run(copy, settings, "npm", "run", "build")
    app = App(lambda _root, _address: {}, _command, "", "/", lambda p, s: _walk(p, s, pages))
    with started(app, copy, settings) as site:
        say(f"walking through {commit}")
        return [walked(app, site, chromium) for _ in range(walks)]


def _command(root: Path, port: int) -> list[str]:
    for name, argv in _SERVED.items():
        if any(root.glob(f"{name}.*")):
            return ["npx", *argv, str(port)]
    raise SystemExit("neither Next.js nor Vite serves this prototype")


def _walk(page: Page, site: str, pages: list[str]) -> Iterator[str]:
    """Each page as it opens, and after a click on each of its first buttons."""
    host = site.partition("://")[2]
    page.route(lambda address: host not in address, _down)
    for path in pages:
        page.goto(f"{site}{path}")
        yield path
        page.wait_for_timeout(300)
        for number in range(min(page.locator(_CLICKED).count(), _MOST_CLICKS)):
            page.goto(f"{site}{path}")
            page.wait_for_timeout(600)
            button = page.locator(_CLICKED).nth(number)
            if button.count() and button.is_enabled():
                button.click(timeout=5_000, force=True)
                yield f"{path}, button {number + 1}"


def _down(route: Route) -> None:
    headers: Mapping[str, str] = {"access-control-allow-origin": "*"}
    route.fulfill(status=503, headers=dict(headers), content_type="application/json", body="{}")


if __name__ == "__main__":
    sys.exit(main())
