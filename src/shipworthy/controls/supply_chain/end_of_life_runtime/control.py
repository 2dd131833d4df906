"""Languages, frameworks and databases in a version that gets no security fixes any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.newer_runtimes import supported_version, with_version
from shipworthy.prototype.inventory.runtimes import (
    RuntimeVersion,
    is_for_the_editor,
    is_left_behind,
    runtime_versions,
)
from shipworthy.prototype.inventory.servers import Hosting
from shipworthy.prototype.inventory.support import Support, support_table
from shipworthy.remedy import Remedy, Review, Write

_SHOWN = 5


class EndOfLifeRuntime(
    Control,
    id="end-of-life-runtime",
    title="Version out of support",
    consequence="Nobody has promised to close weaknesses of this version that become known from now on.",
    severity=Severity.MEDIUM,
    satisfies=("A13", "owasp:A03", "cwe:1104"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found: dict[str, list[RuntimeVersion]] = {}
        for one in runtime_versions(prototype):
            found.setdefault(one.product, []).append(one)
        for product, versions in sorted(found.items()):
            yield self._judge(prototype, product, versions)
        if not found:
            yield self.not_applicable("no file names a version of a language or framework")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The smallest step to a version with some years of fixes; only of Node.js and Python."""
        wanted, known = supported_version(finding.subject), support_table()
        if wanted is None:
            return None
        old: dict[str, list[RuntimeVersion]] = {}
        for one in runtime_versions(prototype):
            support = known.of(one.product, one.version)
            ended = support is not None and support.ends and support.ends <= known.as_of
            if one.product == finding.subject and ended:
                old.setdefault(one.location.path, []).append(one)
        texts = {p: with_version(prototype.files[p], ones, wanted) for p, ones in old.items()}
        writes = tuple(Write(path, text) for path, text in texts.items() if text is not None)
        if not writes or len(writes) < len(texts):
            return None
        label = known.cycles[finding.subject][wanted].label
        said = f"Run on {label} {wanted}, which gets security fixes"
        return Remedy(said, Review.CAREFUL, writes)

    def _judge(
        self, prototype: Prototype, product: str, versions: Sequence[RuntimeVersion]
    ) -> Finding:
        """One answer for all places that name a version of a product: that of the worst."""
        known = support_table()
        today = prototype.settings.today
        by_version: dict[str, list[RuntimeVersion]] = {}
        for one in versions:
            by_version.setdefault(_cycle(one), []).append(one)
        places = [one.location for one in versions]
        supports = {cycle: known.of(product, cycle) for cycle in by_version}
        ended = {c: s for c, s in supports.items() if s and s.ends and s.ends <= known.as_of}
        if ended:
            said = "; ".join(_said(s, by_version[c]) for c, s in sorted(ended.items(), key=_order))
            places = [one.location for c in sorted(ended, key=_number) for one in by_version[c]]
            kept = any(s and c not in ended for c, s in supports.items())
            spared = _only_builds(prototype, product) or all(
                is_left_behind(prototype.files[place.path], place.line)
                or is_for_the_editor(prototype, place.path, elsewhere=kept)
                for place in places
            )
            severity = Severity.LOW if spared else self.severity
            return self.gap(product, said, *_evidence(prototype, places), severity=severity)
        shown = _evidence(prototype, places)
        for cycle, support in supports.items():
            if support is None:
                reason = f"the table of {known.as_of} does not know {product} {cycle}"
                return self.unknown(product, reason, *shown)
            if support.ends and support.ends <= today:
                reason = (
                    f"security fixes for {support.label} {support.cycle} were to end on"
                    f" {support.ends}, after the table of {known.as_of} was made"
                )
                return self.unknown(product, reason, *shown)
        said = "; ".join(_kept(s) for s in supports.values() if s)
        return self.satisfied(product, f"{said} (as of {known.as_of})", *shown)


def _cycle(one: RuntimeVersion) -> str:
    """The version as the table counts, so that 18.1 and 18.17 are one."""
    support = support_table().of(one.product, one.version)
    return support.cycle if support else one.version


def _said(support: Support, places: Sequence[RuntimeVersion]) -> str:
    files = list(dict.fromkeys(one.location.path for one in places))
    shown, rest = files[:2], len(files) - 2
    if rest == 1:
        shown, rest = files, 0
    more = f"{', '.join(shown)} and {rest} more files" if rest > 0 else " and ".join(shown)
    if len(shown) > 2:
        more = f"{', '.join(shown[:2])} and {shown[2]}"
    return (
        f"{support.label} {support.cycle}, which {more}"
        f" {'asks' if len(files) == 1 else 'ask'} for, is out of support since {support.ends}: nobody"
        " promises security fixes for it any more"
    )


def _kept(support: Support) -> str:
    until = f" until {support.ends}" if support.ends else ""
    return f"{support.label} {support.cycle} gets security fixes{until}"


def _only_builds(prototype: Prototype, product: str) -> bool:
    """True for Node.js that serves nothing: it builds pages which a host or Python hands out."""
    return product == "node" and all(
        s.hosting is Hosting.FUNCTIONS or s.start.path.endswith(".py") for s in prototype.servers
    )


def _evidence(prototype: Prototype, places: Sequence[Location]) -> list[Evidence]:
    return [prototype.evidence("manifest", place) for place in places[:_SHOWN]]


def _order(item: tuple[str, Support]) -> list[int]:
    return _number(item[0])


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part]
