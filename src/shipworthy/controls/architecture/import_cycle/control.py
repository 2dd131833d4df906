"""Files that import each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.cycles import Cycle

_SHOWN = 5


class ImportCycle(
    Control,
    id="import-cycle",
    title="Files that import each other in a circle",
    consequence="None of these files can be changed, tested or moved without all the others.",
    severity=Severity.LOW,
    satisfies=("A03", "A06", "A42", "cwe:1047"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not prototype.modules.loaded:
            yield self.not_applicable("no file imports another one of the prototype")
            return
        for cycle in prototype.cycles:
            yield self._judge(prototype, cycle)
        if not prototype.cycles:
            yield self.satisfied("prototype", "No file is loaded in a circle")

    def _judge(self, prototype: Prototype, cycle: Cycle) -> Finding:
        at_once = next((step for step in cycle.steps if step.used), None)
        message = _message(cycle)
        severity = Severity.LOW
        shown = [prototype.evidence("code", step.location) for step in cycle.steps[:_SHOWN]]
        if at_once and at_once.used:
            message += (
                f"; {at_once.importer} needs {at_once.imported} while it is being loaded, so which"
                " file comes first decides whether the app starts"
            )
            severity = Severity.MEDIUM
            used: Evidence = prototype.evidence("code", at_once.used)
            shown = [*shown[: _SHOWN - 1], used]
        return self.gap(cycle.files[0], message, *shown, severity=severity)


def _message(cycle: Cycle) -> str:
    way = [step.importer for step in cycle.steps]
    if len(cycle.files) == 2:
        return f"{way[0]} and {way[1]} import each other"
    around = " → ".join((*way[:_SHOWN], *(["…"] if len(way) > _SHOWN else []), way[0]))
    if len(way) == len(cycle.files):
        return f"{len(way)} files import each other in a circle: {around}"
    return f"{len(cycle.files)} files import each other in circles; the shortest is {around}"
