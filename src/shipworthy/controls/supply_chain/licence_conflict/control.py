"""Packages whose licence asks for more than the prototype's own licence gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem
from shipworthy.prototype.dependencies.import_names import import_names
from shipworthy.prototype.dependencies.licence_terms import Terms, terms_of
from shipworthy.prototype.dependencies.licences import (
    Stated,
    licence_of,
    own_licence,
    published_under,
)
from shipworthy.prototype.dependencies.usage import importers_of, is_for_pages
from shipworthy.prototype.source import Role

_SHOWN = 5
_COPYLEFT = (Terms.COPYLEFT, Terms.NETWORK)
_ASKS = {
    Terms.NETWORK: "whoever offers the app over a network must give away its source",
    Terms.COPYLEFT: "whoever hands the app out must give away its source",
    Terms.RESTRICTED: "it forbids some commercial uses",
}


class LicenceConflict(
    Control,
    id="licence-conflict",
    title="Licence that the product does not keep",
    consequence="The owner of the package can demand the source of the app, or that it stops.",
    severity=Severity.HIGH,
    satisfies=("A15", "owasp:A03"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        if not prototype.dependencies.packages:
            yield self.not_applicable("no manifest asks for a package")
            return
        parts: dict[str, dict[str, Dependency]] = {}
        for one in prototype.dependencies.packages:
            if not one.development:
                parts.setdefault(prototype.dependencies.part_of(one), {})[one.name] = one
        conflicts: dict[str, Finding] = {}
        for part, packages in parts.items():
            for finding in self._part(prototype, part, packages):
                if finding.outcome is not Outcome.GAP:
                    yield finding
                # requirements.txt and requirements-prod.txt of one folder ask for the same package.
                elif finding.subject not in conflicts or finding.confidence is Confidence.HIGH:
                    conflicts[finding.subject] = finding
        yield from conflicts.values()
        if not parts:
            yield self.not_applicable("no package reaches users")

    def _part(
        self, prototype: Prototype, part: str, packages: Mapping[str, Dependency]
    ) -> Iterator[Finding]:
        """A gap for each package in conflict, and one answer for all the others."""
        approved = prototype.settings.intent.licences
        own = own_licence(prototype)
        unknown, conflicts = [], 0
        for name, one in packages.items():
            stated = licence_of(one)
            terms = terms_of(stated.licence, approved) if stated else Terms.UNKNOWN
            if terms is Terms.UNKNOWN:
                unknown.append(name)
            elif stated and terms is not Terms.FREE and not _is_kept(terms, own):
                names = {name} | prototype.dependencies.brought_in_by(one)
                if _is_run_by_hand(prototype, names, part):
                    continue
                conflicts += 1
                yield self._gap(prototype, part, one, stated, terms)
        if unknown:
            count = f"{len(unknown)} of its {len(packages)} packages"
            named = f" ({', '.join(sorted(unknown))})" if len(unknown) <= _SHOWN else ""
            yield self.unknown(part, f"no file here states the licence of {count}{named}")
        elif not conflicts:
            message = f"the licences of all {len(packages)} packages leave the product free"
            yield self.satisfied(part, message)

    def _gap(
        self, prototype: Prototype, part: str, one: Dependency, stated: Stated, terms: Terms
    ) -> Finding:
        """An alarm where the licence reaches this use for sure; else a question for the owner."""
        names = {one.name} | prototype.dependencies.brought_in_by(one)
        handed_out = one.ecosystem is Ecosystem.NPM and is_for_pages(prototype, names, part)
        # Who gives the source away under a free licence mostly does what is asked.
        reaches = terms is Terms.NETWORK or (terms is Terms.COPYLEFT and handed_out)
        own = own_licence(prototype)
        sure = reaches and not own and not published_under(prototype)
        sure = sure and _is_imported(prototype, one, names, part)
        folder = part.rpartition("/")[0]
        subject = f"{one.ecosystem.value.lower()}:{one.name}" + (f" in {folder}" if folder else "")
        keeps = f"this one is under {own}" if own else "this one names no licence of its own"
        return self.gap(
            subject,
            f"{one.name} is under {stated.licence}: {_ASKS[terms]}, and {keeps}",
            prototype.evidence("manifest", one.location),
            Evidence("licence", f"{stated.licence}, says {stated.source}"),
            severity=Severity.MEDIUM,
            confidence=Confidence.HIGH if sure else Confidence.LOW,
        )


def _is_imported(prototype: Prototype, one: Dependency, names: AbstractSet[str], part: str) -> bool:
    """False where no code below the manifest is seen to import the package or what brings it in; code of
    a part inside that asks for the package itself counts there."""
    if one.ecosystem is Ecosystem.PYPI:
        known = import_names()
        names = names | {m.partition(".")[0] for name in names for m in known.imports(name)}
    folder = _folder(part)
    asking = (d for d in prototype.dependencies.packages if (d.name, d.direct) == (one.name, True))
    inside = {_folder(prototype.dependencies.part_of(d)) for d in asking}
    own = tuple(f for f in inside if f != folder and f.startswith(folder))
    return any(not path.startswith(own) for path in importers_of(prototype, names, part))


def _folder(path: str) -> str:
    """`backend/` of `backend/requirements.txt`, "" of a manifest in the root."""
    return path[: path.rfind("/") + 1]


def _is_kept(terms: Terms, own: str) -> bool:
    """True where the prototype gives its own source away under the same kind of licence."""
    return terms in _COPYLEFT and bool(own) and terms_of(own) in _COPYLEFT


def _is_run_by_hand(prototype: Prototype, names: AbstractSet[str], part: str) -> bool:
    """True where only scripts import it that somebody starts: no user is served by them."""
    importers = importers_of(prototype, names, part)
    return bool(importers) and all(
        prototype.files[path].role is Role.SCRIPT or path in prototype.by_hand for path in importers
    )
