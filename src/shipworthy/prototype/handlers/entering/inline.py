"""Server actions of Next.js that stand inside of what a page or a component draws."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.entering.page import drawn_with, layouts_around
from shipworthy.prototype.handlers.entering.script import Entry
from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.handler import Guard
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import NO_GUARDS, Scope, Value
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.nodes import Function
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex


class InlineEntry(Struct):
    """An action, the page that shows it with the layouts around that, outermost first, and the component that
    it stands in. Only who is shown it learns its address, so the checks of the page hold for it, too."""

    location: Location
    page: str  # "" where none shows it
    around: tuple[Value, ...]
    component: Value
    guards: frozenset[Guard] = NO_GUARDS

    def run(self, walk: Walk) -> frozenset[Guard]:
        """Draw what is around it, then do what it does."""
        drawing = _Drawing(walk.program, walk.knowledge, self.location)
        drawing.left, drawing.heavy, drawing.guards = walk.left, walk.heavy, walk.guards
        drawing.path, drawing.module, drawing.renders = walk.path, walk.module, True
        for value in (*self.around, self.component):
            if drawing.found is None and value.closure is not None:
                drawing.enter(value.closure, (drawn_with(),), {}, self.location.line)
        walk.left = drawing.left
        if drawing.found is None:
            return walk.guards
        first, drawing.renders = len(drawing.effects), False
        drawing.guards = walk.guards | drawing.met
        walk.guards = Entry(self.location, "action", (drawing.found,)).run(drawing)
        walk.left, walk.hindrance = drawing.left, drawing.hindrance
        walk.effects += drawing.effects[first:]
        return walk.guards


class _Drawing(Walk):
    """Draws a page until it comes upon one of its actions: with what has been passed before it."""

    def __init__(self, program: Program, knowledge: Knowledge, place: Location) -> None:
        super().__init__(program, knowledge)
        self.place = place
        self.found: Value | None = None
        self.met = NO_GUARDS

    def closure(self, function: Function, scope: Scope) -> Value:
        """Of a function that is declared, what is passed before it is named counts: see `lookup`."""
        made = super().closure(function, scope)
        here = self.module.path == self.place.path and function.at == self.place.line
        if here and "use server" in function.directives and self.found is None:
            self.found, self.met = made, self.guards
        return made

    def lookup(self, name: str, scope: Scope) -> Value:
        """What a name stands for."""
        value = super().lookup(name, scope)
        if value is self.found:
            self.met = self.guards
        return value


def inline_entry(route: Route, program: Program, knowledge: Knowledge) -> InlineEntry | None:
    """The action on the line of a route, in what a file draws."""
    path, walk = route.location.path, Walk(program, knowledge)
    component = next(_drawn(route, program, walk), None)
    if component is None:
        return None
    page = _shown_by(path, program)
    drawn = (*layouts_around(page), page) if page else ()
    around = (walk.exported(at, "default") for at in drawn if at in program.modules)
    return InlineEntry(route.location, page, tuple(around), component)


def _shown_by(path: str, program: Program) -> str:
    """The page that shows what a file draws, through a few components at most; "" where none is found."""
    seen, pending = {path}, [path]
    for _ in range(_MOST_STEPS):
        if pages := sorted(filter(_PAGE.search, pending)):
            return pages[0]
        wanted, pending = {*pending}, []
        for importer, targets in program.targets.items():
            if importer not in seen and not wanted.isdisjoint(targets.values()):
                seen.add(importer)
                pending.append(importer)
    return ""


_PAGE = regex(r"(^|/)page\.[jt]sx?$")
_MOST_STEPS = 4


def _drawn(route: Route, program: Program, walk: Walk) -> Iterator[Value]:
    """The functions of a file around the action of a route."""
    path, line = route.location.path, route.location.line
    unit = program.unit(path)
    named = (walk.lookup(name, unit.scope) for name in unit.definitions)
    for value in (walk.exported(path, "default"), *named):
        function = value.closure.function if value.closure else None
        here = value.closure is not None and value.closure.module.path == path
        if function is not None and here and function.at <= line <= function.end:
            yield value
