"""Where React code catches what goes wrong while a page is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.homes import first_line, live_files
from shipworthy.prototype.inventory.stack import Part
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Drawing(Struct, frozen=True):
    """How a part with React draws its pages: its files with elements, where it starts to draw, what
    catches errors there, and what shows a plain page of its own where nothing does ("" for nothing)."""

    part: Part
    screens: int
    start: Location | None
    boundary: Location | None
    framework: str


# https://react.dev/reference/react/Component#catching-rendering-errors-with-an-error-boundary
_CLASSES = ("componentDidCatch(", "getDerivedStateFromError(")
# react-error-boundary and the trackers of errors; routers; Expo, Remix and React Router export one.
_USES = (
    *("ErrorBoundary>", "ErrorBoundary ", "ErrorBoundary\n", "withErrorBoundary("),
    *("errorElement", "ErrorComponent", "errorComponent", "export function ErrorBoundary"),
    *("ErrorBoundary:", "ErrorBoundary,", "ErrorBoundary}"),
)
# https://nextjs.org/docs/app/api-reference/file-conventions/error
_OF_NEXT = regex(r"(^|/)app/(.*/)?(global-)?error\.[jt]sx?$|(^|/)pages/_error\.[jt]sx?$")
_ENTRIES = (
    *("createRoot(", "ReactDOM.render(", "hydrateRoot(", "registerRootComponent("),
    "AppRegistry.registerComponent(",
)
_ROOTS = regex(
    r"(^|/)app/(\[[^/]*\]/|\([^/]*\)/)*layout\.[jt]sx?$|(^|/)pages/_app\.[jt]sx?$|(^|/)app/_layout\.[jt]sx?$"
    r"|(^|/)app/root\.[jt]sx$"
)
_SCREEN = (".tsx", ".jsx")


def read_drawings(prototype: Prototype) -> tuple[Drawing, ...]:
    """Each part that draws with React, and what catches the errors of that."""
    found = (_drawing(prototype, p) for p in prototype.stack.parts if "react" in p.frameworks)
    return tuple(drawing for drawing in found if drawing is not None)


def _drawing(prototype: Prototype, part: Part) -> Drawing | None:
    files = list(live_files(prototype, part, Role.PRODUCT, Role.UI_KIT))
    starts = [at for f in files if (at := first_line(f, *_ENTRIES))]
    shown = prototype.modules.reachable([at.path for at in starts])
    starts += [Location(f.path) for f in files if _ROOTS.search(f.path)]
    screens = [f for f in files if f.path.endswith(_SCREEN) and f.role is Role.PRODUCT]
    drawn = [f for f in screens if f.path in shown]
    if len(drawn) > 1 and not any(_ROOTS.search(f.path) for f in files):
        screens = drawn  # what no page leads to is drawn by nobody
    boundaries = [Location(f.path) for f in files if _OF_NEXT.search(f.path)]
    for words in (_CLASSES, _USES):
        boundaries += [at for f in files if _is_code(f.path) and (at := first_line(f, *words))]
    return Drawing(
        part=part,
        screens=len(screens),
        start=min(_loaded(prototype, part, starts) or starts, default=None),
        boundary=boundaries[0] if boundaries else None,
        framework=_framework(prototype, part),
    )


def _loaded(prototype: Prototype, part: Part, starts: list[Location]) -> list[Location]:
    """Those of the starts that the page of a part names: another may be left over from before."""
    folder = f"{part.folder}/" if part.folder else ""
    page = prototype.files.get(f"{folder}index.html")
    named = {f"{folder}{src}" for src in _SCRIPT.findall((page.text or "") if page else "")}
    return [at for at in starts if at.path in named]


_SCRIPT = regex(r"<script\b[^>]*\bsrc\s*=\s*[\"']\.?/?([\w./-]+)[\"']")


def _is_code(path: str) -> bool:
    return path.endswith((".tsx", ".jsx", ".ts", ".js"))


def _framework(prototype: Prototype, part: Part) -> str:
    """What shows a page of its own for an error that nothing catches."""
    if "next" in part.frameworks:
        return "Next.js"
    if "remix" in part.frameworks:
        return "Remix"
    for file in live_files(prototype, part, Role.PRODUCT):
        packages = prototype.modules.packages.get(file.path, frozenset())
        if "@tanstack/react-router" in packages:
            return "TanStack Router"
        data_router = "createBrowserRouter" in (file.text or "")
        if data_router and packages & {"react-router-dom", "react-router"}:
            return "React Router"
    return ""
