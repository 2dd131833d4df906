"""Manifests that ask for whatever version of a package is newest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Ecosystem
from shipworthy.prototype.dependencies.hosted import why_unread
from shipworthy.prototype.dependencies.loose import Loose, loose_packages
from shipworthy.prototype.dependencies.pinning import pinned
from shipworthy.prototype.dependencies.variants import is_variant
from shipworthy.remedy import Remedy, Review, Write

_SHOWN = 5
_FEW = 0.5  # the share of open versions under which most of a list is held
_SAYS = {
    "registry": "whatever version is newest",
    "git": "whatever a git branch holds",
    "download": "whatever an address serves",
}


class UnpinnedDependency(
    Control,
    id="unpinned-dependency",
    title="Package without a version",
    consequence="The next installation can bring a new major version, or a hijacked one.",
    severity=Severity.MEDIUM,
    satisfies=("A13", "owasp:A03", "cwe:1357"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, list[Loose]] = {}
        for one in loose_packages(prototype):
            found.setdefault(one.manifest, []).append(one)
        for manifest in prototype.dependencies.manifests:
            loose = found.get(manifest.path)
            if loose:
                yield self._gap(prototype, manifest.path, loose)
            else:
                message = "it says of every package which versions are allowed, or a lock file does"
                yield self.satisfied(manifest.path, message)
        if not prototype.dependencies.manifests:
            yield self.not_applicable("no manifest asks for a package")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        loose = [one for one in loose_packages(prototype) if one.manifest == finding.subject]
        held = {
            one.dependency.name: one.dependency.version
            for one in loose
            if one.moving == "registry" and one.dependency.version
        }
        if not held:
            return None
        files = prototype.files
        changes = pinned(files[finding.subject], files[loose[0].lock], held)
        if not changes:
            return None
        return Remedy(
            f"Ask in {finding.subject} for the versions that {loose[0].lock} installs today",
            Review.SAFE,
            tuple(Write(path, text) for path, text in changes.items()),
        )

    def _gap(self, prototype: Prototype, path: str, loose: Sequence[Loose]) -> Finding:
        first = loose[0]
        asked = [d for d in prototype.dependencies.packages if d.location.path == path and d.direct]
        few = len(loose) < len(asked) * _FEW or all(one.dependency.development for one in loose)
        kinds = sorted({one.moving for one in loose}, key=list(_SAYS).index)
        what = " or ".join(_SAYS[kind] for kind in kinds)
        names = _listed(sorted({one.dependency.name for one in loose}))
        manifests = prototype.dependencies.manifests
        unread = next((why_unread(prototype, m) for m in manifests if m.path == path), "")
        if unread:
            then = f"{unread}: each installation can bring a new major version"
        elif first.lock:
            it = "them" if len(loose) > 1 else "it"
            then = (
                f"{first.lock} holds {it} until the next update, which can be a new major version"
            )
        elif first.dependency.ecosystem is Ecosystem.PYPI:
            it = "them" if len(loose) > 1 else "it"
            then = f"no lock file holds {it}: each installation can bring a new major version"
        else:
            then = "no lock file holds one: each installation can bring a new major version"
        # Where no lock file holds anything, `no-lock-file` says so of the same list, at full weight.
        told = kinds == ["registry"] or bool(first.lock)
        return self.gap(
            path,
            f"{path} asks for {what} of {names}; {then}",
            *(prototype.evidence("manifest", one.dependency.location) for one in loose[:_SHOWN]),
            severity=Severity.LOW if told or few else self.severity,
            confidence=Confidence.LOW if is_variant(prototype, path) else Confidence.HIGH,
        )


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{len(names)} packages ({', '.join(names[:3])} and {len(names) - 3} more)"
