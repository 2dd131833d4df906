"""Packages that are installed with the product and that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.taking_out import without_packages
from shipworthy.prototype.dependencies.unused import Unused, unused_packages
from shipworthy.prototype.dependencies.variants import is_variant
from shipworthy.remedy import Remedy, Review, Verification, Write

_SHOWN = 5


class UnusedDependency(
    Control,
    id="unused-dependency",
    title="Package that nothing uses",
    consequence="Each one is code of strangers to update and to trust, for nothing.",
    severity=Severity.LOW,
    satisfies=("A12", "owasp:A03"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not prototype.dependencies.manifests:
            yield self.not_applicable("no manifest asks for a package")
        for one in unused_packages(prototype):
            path = one.manifest.path
            if one.packages:
                yield self._gap(prototype, one)
            elif one.judged:
                yield self.satisfied(
                    path, f"the {one.judged} packages that were looked for are used"
                )
            else:
                yield self.unknown(path, "of none of its packages it is known how code imports it")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Take them out of the manifest; its lock file follows with the next installation."""
        one = next(
            (u for u in unused_packages(prototype) if u.manifest.path == finding.subject), None
        )
        file = prototype.files.get(finding.subject)
        text = without_packages(file, one.packages) if one is not None and file else None
        if text is None:
            return None
        names = sorted({d.name for d in one.packages}) if one is not None else []
        few = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        said = f"Take {few} out of {finding.subject}: nothing uses them; then install anew"
        return Remedy(said, Review.CAREFUL, (Write(finding.subject, text),))

    def verify(self, prototype: Prototype, finding: Finding) -> Verification:
        """Closed as well where what is left of the manifest cannot be judged, and where it now asks for
        others in vain: what only those used that are gone."""
        again = {f.subject: f for f in self.detect(prototype)}
        now = again.get(finding.subject)
        if now is None:
            return Verification(True, f"{finding.subject} is no longer there")
        if now.outcome is Outcome.GAP and not _named(finding) & _named(now):
            return Verification(True, "none of these packages is asked for any more")
        return Verification(now.outcome is not Outcome.GAP, now.message)

    def _gap(self, prototype: Prototype, one: Unused) -> Finding:
        names = sorted({d.name for d in one.packages})
        many = len(names) > _SHOWN
        shown = (
            f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
            if many
            else ", ".join(names)
        )
        what = f"{len(names)} packages" if len(names) > 1 else "a package"
        return self.gap(
            one.manifest.path,
            f"{one.manifest.path} asks for {what} that no file imports or names: {shown}",
            *(prototype.evidence("manifest", d.location) for d in one.packages[:_SHOWN]),
            confidence=Confidence.LOW
            if is_variant(prototype, one.manifest.path)
            else Confidence.HIGH,
        )


def _named(finding: Finding) -> set[str]:
    """The packages that a finding shows, at most five."""
    listed = finding.message.rpartition(": ")[2].partition(" and ")[0]
    return {name.strip() for name in listed.split(",")}
