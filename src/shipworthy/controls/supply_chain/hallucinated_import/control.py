"""Packages that code imports and that nothing says to install."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.unlisted import Unlisted, unlisted_packages
from shipworthy.prototype.inventory.manifests import node_manifests, python_manifests
from shipworthy.prototype.modules.unbundled import unbundled

_SHOWN = 5


class HallucinatedImport(
    Control,
    id="hallucinated-import",
    title="Import of a package that nothing installs",
    consequence="A fresh installation fails, or runs what a stranger publishes under that name.",
    severity=Severity.MEDIUM,
    satisfies=("A12", "owasp:A03", "llm:LLM03", "cwe:1357"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, list[Unlisted]] = {}
        for one in unlisted_packages(prototype):
            found.setdefault(one.manifest, []).append(one)
        for path, ones in found.items():
            yield self._gap(prototype, path, ones)
        manifests = {m.path for m in node_manifests(prototype.files)}
        manifests |= {m.path for m in python_manifests(prototype.files)}
        for path in sorted(manifests - found.keys()):
            yield self.satisfied(path, "all packages that the code below it imports are listed")
        if not manifests:
            yield self.not_applicable("no manifest lists packages")

    def _gap(self, prototype: Prototype, path: str, ones: Sequence[Unlisted]) -> Finding:
        """What nothing installs comes first; what only may be missing is named where all is so."""
        sure = [one for one in ones if one.sure] or list(ones)
        missing = [one for one in sure if not one.brought_by]
        torn = [one for one in sure if one.outdated]
        lucky = [one for one in sure if one.brought_by and not one.outdated]
        left_out = unbundled(prototype) if missing else frozenset()
        built = [one for one in missing if {place.path for place in one.locations} - left_out]
        missing = built or missing
        said = []
        if missing:
            it = "them" if len(missing) > 1 else "it"
            said.append(
                f"the code imports {_listed(missing)}, which no manifest asks for and no lock file"
                f" holds: a fresh installation lacks {it}" + (_NOT_BUILT if not built else "")
            )
        if torn:
            said.append(
                f"{path} does not ask for {_listed(torn)}, which the code imports and {torn[0].outdated}"
                " says it asks for: `npm ci` refuses such a pair"
            )
        if lucky:
            are = "they are" if len(lucky) > 1 else "it is"
            by = ", ".join(sorted({one.brought_by for one in lucky})[:2])
            said.append(
                f"{path} does not ask for {_listed(lucky)}, which the code imports: {are} there only"
                f" because of what else {by} installs"
            )
        needed = built or torn or lucky
        places = [min(one.locations) for one in (*missing, *torn, *lucky)]
        text = "; ".join(said)
        return self.gap(
            path,
            text[0].upper() + text[1:] if missing else text,
            *(prototype.evidence("code", place) for place in places[:_SHOWN]),
            severity=self.severity if built or torn else Severity.LOW,
            confidence=Confidence.HIGH if sure[0].sure and needed else Confidence.LOW,
        )


_NOT_BUILT = ", though no code that the page loads needs it"


def _listed(ones: Sequence[Unlisted]) -> str:
    names = [o.imported if o.package == o.imported else f"{o.imported} ({o.package})" for o in ones]
    names = list(dict.fromkeys(names))
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{len(names)} packages ({', '.join(names[:3])} and {len(names) - 3} more)"
