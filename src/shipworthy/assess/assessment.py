"""The assessment: an answer of every control for every subject, and what was not looked at."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shipworthy.assess.acceptance import accepted
from shipworthy.assess.asking import Progress, ask_all
from shipworthy.assess.baseline import Baseline
from shipworthy.control import Control
from shipworthy.errors import CannotLook
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.evidence import digest_of
from shipworthy.prototype.source import Role, Unread


class Assessment(Struct, frozen=True):
    """What the controls answered, worst first, and what they could not see."""

    prototype: Prototype
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    baseline: Baseline | None = None  # of the gaps that were there before; None: all are new

    @property
    def gaps(self) -> tuple[Finding, ...]:
        """The open gaps, worst first; those of low confidence are questions."""
        return tuple(f for f in self.findings if f.is_alarm)

    @property
    def questions(self) -> tuple[Finding, ...]:
        """What may be a gap, for a person to answer: no alarm, and no reason to fail a build."""
        return tuple(f for f in self.findings if f.is_question)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """The gaps that somebody lives with, with a reason and until a day."""
        return tuple(f for f in self.findings if f.outcome is Outcome.GAP and f.accepted)

    @property
    def new_gaps(self) -> tuple[Finding, ...]:
        """The open gaps that the baseline does not hold; exposed secrets and known CVEs always."""
        if self.baseline is None:
            return self.gaps
        always = {c.id for c in self.controls if c.never_hidden}
        return tuple(f for f in self.gaps if f.control in always or not self.baseline.knows(f))

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The gaps that block a launch."""
        return tuple(f for f in self.gaps if f.severity.blocks_launch)

    @property
    def digest(self) -> str:
        """SHA-256 over paths and contents of all files that were read, in hexadecimal."""
        return digest_of(self.prototype.files.values())


def assess(
    prototype: Prototype, controls: Sequence[Control], progress: Progress = lambda _: None
) -> Assessment:
    """Ask each control. The same files give the same findings in the same order.

    A control that cannot see answers UNKNOWN with the reason; where code files were left unread, each
    control that found nothing else to say about them says so.
    """
    if all(f.role in _NO_CODE or not f.text for f in prototype.files.values()):
        raise CannotLook(f"{prototype.root} holds no code: only documents and other files")
    progress(f"reading {len(prototype.files):,} files")
    answers = ask_all(prototype, controls, progress)
    unread = relevant_unread(prototype)  # afterwards: it may hang on what entry points do
    settings = prototype.settings
    findings = [accepted(f, settings.intent, settings.today) for f in answers]
    return Assessment(prototype, tuple(controls), tuple(_in_order(findings)), unread)


def relevant_unread(prototype: Prototype) -> tuple[Unread, ...]:
    """What was not looked at and could hold an answer: code, configuration, links out of the tree."""
    assets = {f.path for f in prototype.of_role(Role.ASSET, Role.DOCUMENTATION)}
    unread = (*prototype.unread, *prototype.unfollowed)
    return tuple(sorted((u for u in unread if u.path not in assets), key=lambda u: u.path))


_NO_CODE = (Role.DOCUMENTATION, Role.ASSET)
_OUTCOMES = (Outcome.GAP, Outcome.UNKNOWN, Outcome.SATISFIED, Outcome.NOT_APPLICABLE)


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    def key(finding: Finding) -> tuple[int, int, str, str]:
        gap = finding.outcome is Outcome.GAP
        rank = -finding.severity.value if gap else -Severity.LOW.value
        return (_OUTCOMES.index(finding.outcome), rank, finding.control, finding.subject)

    return sorted(findings, key=key)
