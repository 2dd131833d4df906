"""Pages that a server of Next.js draws: what they ask for, behind the layouts around them."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.knowledge.requests import NODE, parameter
from shipworthy.prototype.handlers.knowledge.responses import returned
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NEVER, NO_GUARDS, UNKNOWN, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.routes.route import Route

_LOADERS = ("getServerSideProps", "getStaticProps")


class PageEntry(Struct):
    """A page, or what it is loaded with, and the layouts around it, outermost first."""

    location: Location
    page: Value
    layouts: tuple[Value, ...] = ()
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Draw the layouts, then the page: what it gives back is what whoever comes gets to see."""
        walk.renders = True
        for value in (*self.layouts, self.page):
            closure = value.closure
            if (
                closure is None
                or (shown := walk.enter(closure, (drawn_with(),), {}, self.location.line)) is NEVER
            ):
                break
            if value is self.page:
                returned(walk, shown, self.location.line)
        return walk.guards


def page_entry(route: Route, program: Program, knowledge: Knowledge) -> PageEntry | None:
    """A page that is drawn on the server, or is loaded with what the server asks for."""
    path, walk = route.location.path, Walk(program, knowledge)
    loaders = (walk.exported(path, name) for name in _LOADERS)
    value = next((v for v in loaders if v.closure is not None), None)
    layouts: tuple[Value, ...] = ()
    if value is None:
        value = walk.exported(path, "default")
        around = (at for at in layouts_around(path) if at in program.modules)
        layouts = tuple(walk.exported(at, "default") for at in around)
    if value.closure is None:
        return None
    function = value.closure.function
    here = value.closure.module.path == path
    place = Location(path, function.at, function.end) if here else route.location
    return PageEntry(place, value, tuple(v for v in layouts if v.closure is not None))


def drawn_with() -> Value:
    """What a page is given."""
    fields = {
        "params": parameter("path"),
        "searchParams": parameter("query"),
        "query": parameter("query"),
        "req": Value(what=NODE, tags=frozenset({"truthy"})),
        "...": UNKNOWN,
    }
    return Value(fields=fields, tags=frozenset({"truthy"}))


def layouts_around(page: str) -> list[str]:
    """Where a layout around a page would stand: in each folder that it stands in, outermost first."""
    folders = page.split("/")[:-1]
    above = ("/".join(folders[: n + 1]) for n in range(len(folders)))
    return [f"{folder}/layout.{end}" for folder in above for end in ("tsx", "jsx", "js")]
