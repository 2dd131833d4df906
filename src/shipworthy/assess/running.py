"""Alarms about code that nothing seems to run become questions: is it still part of the product?"""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.exported import is_taken_by_nobody
from shipworthy.prototype.modules.reached import Reach, reach
from shipworthy.prototype.modules.uncalled import is_uncalled
from shipworthy.prototype.roles import is_for_trying
from shipworthy.prototype.routes.unasked import is_unasked

# What anybody can call lies open whether the product calls it or not.
_OPEN_ANYWAY = frozenset({"access", "secrets", "http", "database", "supply_chain"})
# What is true of a file that nobody runs as well: its text, its secrets, its place among the others.
_OF_ANY_FILE = frozenset({"secrets", "supply_chain", "operations", "testing"})
_OF_ITS_TEXT = frozenset({"duplicated-code", "god-module", "import-cycle", "platform-lock-in"})


def asked_of_idle_code(prototype: Prototype, control: Control, finding: Finding) -> Finding:
    """The finding; as a question where it is an alarm about a function that no code calls or, unless it is
    true of any file, a file that no part of the app imports; and, unless it is about what strangers can do
    or blocks a launch, about an address that no code asks for or a page for trying things out. What lies
    open whether it runs or not (exposed secrets) stays an alarm."""
    if not finding.is_alarm or control.never_hidden:
        return finding
    doubt = _doubt(prototype, control, finding)
    if not doubt:
        return finding
    message = f"{finding.message} ({doubt}: is it still part of the product?)"
    return replace(finding, message=message, confidence=Confidence.LOW)


def _doubt(prototype: Prototype, control: Control, finding: Finding) -> str:
    path, _, member = finding.subject.partition("#")
    if path not in prototype.files:
        return ""
    of_its_text = control.area in _OF_ANY_FILE or control.id in _OF_ITS_TEXT
    if not of_its_text and reach(prototype, path) is Reach.NO:
        return "no part of the app imports this file"
    function = member.partition(" ")[0].rpartition(".")[2]
    if function and is_uncalled(prototype, path, function):
        return f"no code seems to call {function}"
    places = [e.location for e in finding.evidence if e.location and e.location.path == path]
    if function and places and all(is_taken_by_nobody(prototype, place) for place in places):
        return "no code seems to import this part of its file"
    if control.area in _OPEN_ANYWAY or finding.severity.blocks_launch:
        return ""
    if is_for_trying(path):
        return "its name says that it is for trying things out"
    return "no code seems to ask for this address" if is_unasked(prototype, path) else ""
