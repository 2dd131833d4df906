"""Which tool made the prototype, and how we can tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Confidence, Evidence, Location
from shipworthy.prototype.inventory.manifests import python_manifests
from shipworthy.prototype.inventory.signs import Sign, Tool, Weight, read_signs
from shipworthy.prototype.roles import is_archived

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

__all__ = ["Origin", "Tool", "read_origin"]


class Origin(Struct, frozen=True):
    """The tool that made the prototype, the tools that worked on it after, and the evidence."""

    tool: Tool
    confidence: Confidence
    also: tuple[Tool, ...]
    evidence: tuple[Evidence, ...]


# Builders start a prototype; assistants work on what is there. Replit comes last: what others
# export is often imported there.
_BUILDERS = (Tool.LOVABLE, Tool.V0, Tool.BOLT, Tool.GEMINI, Tool.REPLIT)
_SHOWN = 6  # pieces of evidence


def read_origin(prototype: Prototype) -> Origin:
    """Recognise the tool; UNKNOWN where nothing tells."""
    signs = read_signs(prototype)
    tool, confidence = _maker(signs)
    if tool is Tool.UNKNOWN:
        return _without_signs(prototype)
    also = tuple(dict.fromkeys(s.tool for s in signs if s.tool is not tool and _counts(s, signs)))
    ordered = sorted(signs, key=lambda s: (s.tool is not tool, -s.weight))
    shown = tuple(s.evidence for s in ordered if s.tool in (tool, *also))
    return Origin(tool, confidence, also, shown[:_SHOWN])


def _maker(signs: Iterable[Sign]) -> tuple[Tool, Confidence]:
    """The builder with a mark of its own; else the builder or assistant with the strongest.

    Where several builders left such marks, one was moved to the other, and only commits tell which:
    Replit alone imports what others made.
    """
    signs = list(signs)
    strongest: dict[Tool, int] = {}
    for sign in signs:
        strongest[sign.tool] = max(sign.weight, strongest.get(sign.tool, 0))
    makers = [tool for tool in _BUILDERS if strongest.get(tool, 0) >= Weight.MADE]
    if makers:
        authors = {s.tool for s in signs if s.evidence.source == "git" and s.weight >= Weight.MADE}
        rivals = [tool for tool in makers[1:] if tool is not Tool.REPLIT]
        committed = [tool for tool in makers if tool in authors]
        if rivals and len(committed) == 1:
            return committed[0], Confidence.MEDIUM
        return makers[0], Confidence.LOW if rivals else Confidence.HIGH
    for tool in _BUILDERS:
        if strongest.get(tool, 0) >= Weight.WORKED_ON:
            return tool, Confidence.MEDIUM
    assistants = [tool for tool, weight in strongest.items() if weight >= Weight.WORKED_ON]
    if len(assistants) == 1:
        return assistants[0], Confidence.MEDIUM
    if assistants:
        return assistants[0], Confidence.LOW
    only = next(iter(strongest)) if len(strongest) == 1 else Tool.UNKNOWN
    return only, Confidence.LOW


def _counts(sign: Sign, signs: Iterable[Sign]) -> bool:
    """A template's mark alone does not say that the tool worked here."""
    return any(s.tool is sign.tool and s.weight >= Weight.WORKED_ON for s in signs)


def _without_signs(prototype: Prototype) -> Origin:
    """A Streamlit application is at least known to be one."""
    for manifest in python_manifests(prototype.files):
        if "streamlit" in manifest.packages and not is_archived(manifest.path):
            where = Location(manifest.path)
            evidence = Evidence("manifest", "a Streamlit application", where)
            return Origin(Tool.STREAMLIT, Confidence.LOW, (), (evidence,))
    return Origin(Tool.UNKNOWN, Confidence.LOW, (), ())
