"""SvelteKit: handlers, loaders and form actions behind the hooks of their application."""

from __future__ import annotations

from shipworthy.prototype.handlers.entering.script import Entry, of_value
from shipworthy.prototype.handlers.evaluation import Knowledge
from shipworthy.prototype.handlers.handler import Check, Guard
from shipworthy.prototype.handlers.knowledge.kit import HOOK
from shipworthy.prototype.handlers.program import Program
from shipworthy.prototype.handlers.values import UNKNOWN, replace
from shipworthy.prototype.handlers.walk import Walk
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Name
from shipworthy.prototype.routes.route import Route
from shipworthy.regex import regex


def kit_entry(route: Route, program: Program, knowledge: Knowledge) -> Entry | None:
    """A handler, loader or form action of SvelteKit, behind the hooks of its application."""
    path = route.location.path
    walk = Walk(program, knowledge)
    owner, _, name = route.handler.rpartition(".")
    value = walk.exported(path, owner or name)
    if owner:
        value = (value.fields or {}).get(name, UNKNOWN)
    entry = of_value(route, value, "kit data" if owner or name == "load" else "kit")
    base = path.partition("src/routes/")[0] + "src/hooks.server."
    hooks = next((base + end for end in ("ts", "js") if base + end in program.modules), "")
    if entry is not None and hooks:
        handle = walk.exported(hooks, "handle")
        layers = handle.elements if handle.elements is not None else (handle,)
        marked = (replace(v, tags=v.tags | {HOOK}) for v in layers if v.closure is not None)
        entry.chain = (*marked, *entry.chain)
        entry.asked = _PARAMETER.sub("1", route.path.partition("?")[0])
    if entry is not None and name == "load":
        entry.guards |= _sent_away_by_layouts(path, program)
    return entry


def _sent_away_by_layouts(path: str, program: Program) -> frozenset[Guard]:
    """What a layout above a page loads may turn callers away; which ones was not followed. Actions of
    forms do not run it."""
    found: set[Guard] = set()
    folder = path.rpartition("/")[0]
    while "src/routes" in folder:
        for end in ("ts", "js"):
            layout = f"{folder}/+layout.server.{end}"
            if layout != path and layout in program.modules:
                calls = nodes_in(program.modules[layout], Call)
                found |= {
                    Guard(Check.UNCLEAR, frozenset(), "layout", layout, call.at)
                    for call in calls
                    if isinstance(call.function, Name) and call.function.id in ("redirect", "error")
                }
        folder = folder.rpartition("/")[0]
    return frozenset(found)


_PARAMETER = regex(r"\[{1,2}[^\]]+\]{1,2}")
