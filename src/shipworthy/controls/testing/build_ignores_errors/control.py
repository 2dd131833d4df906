"""Builds and checks that are told to pass whatever they find."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.landmarks import code_files
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.inventory.pipelines import what_it_checks
from shipworthy.prototype.inventory.tolerance import Tolerance, without_settings
from shipworthy.remedy import Remedy, Review, Write

_SHOWN = 5
_WORDS = {"types": "type errors", "lint": "lint errors", "tests": "failing tests"}


class BuildIgnoresErrors(
    Control,
    id="build-ignores-errors",
    title="The build ignores errors",
    consequence="Mistakes that the tools found go live, for they were told to keep quiet.",
    severity=Severity.MEDIUM,
    satisfies=("H51", "H49", "P04"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        by_file: dict[str, list[Tolerance]] = {}
        for tolerance in prototype.tolerances:
            by_file.setdefault(tolerance.location.path, []).append(tolerance)
        for path, found in sorted(by_file.items()):
            shown = [prototype.evidence("build", t.location) for t in found[:_SHOWN]]
            ignored = list(dict.fromkeys(_WORDS[t.checks] for t in found))
            only_lint = ignored == [_WORDS["lint"]]
            severity = Severity.LOW if only_lint else None
            yield self.gap(path, _message(path, ignored, found), *shown, severity=severity)
        checking = _checking(prototype)
        if not by_file and checking:
            yield self.satisfied("prototype", "What checks the code may fail the build", *checking)
        elif not by_file:
            said = "no build or check of the code is set up" if code_files(prototype) else "no code"
            yield self.not_applicable(said)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        file = prototype.files.get(finding.subject)
        text = without_settings(file) if file is not None else None
        if text is None:
            return None
        said = f"Let {finding.subject} fail the build on errors; mend what it then shows"
        return Remedy(said, Review.CAREFUL, (Write(finding.subject, text),))


def _message(path: str, ignored: list[str], found: list[Tolerance]) -> str:
    place = path.rpartition("/")[2]
    what = " and ".join(ignored)
    said = ", ".join(dict.fromkeys(t.said for t in found[:2]))
    where = "The pipeline" if ".github" in path or place.startswith(".") else place
    return f"{where} lets {what} pass ({said})"


def _checking(prototype: Prototype) -> list[Evidence]:
    """The first script or step that checks, as evidence."""
    for manifest in node_manifests(prototype.files):
        for command in manifest.scripts.values():
            if what_it_checks(command) or "next build" in command:
                return [Evidence("build", command[:160], Location(manifest.path))]
    return [prototype.evidence("build", step.location) for step in prototype.pipelines[:1]]
