"""Sign-ups that make the first to come an administrator, in the database or in code."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.exposure import evidence
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Finding, Outcome, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.first_comers import for_the_first, sets_up
from shipworthy.prototype.handlers.handler import Effect, Guard, Handler
from shipworthy.prototype.handlers.ways import way


class FirstUserBecomesAdmin(
    Control,
    id="first-user-becomes-admin",
    title="The first to sign up becomes administrator",
    consequence="In a fresh production database, the first stranger to find the page takes it over.",
    severity=Severity.MEDIUM,
    satisfies=("A08", "owasp:A06", "cwe:269"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        found = False
        for handler in prototype.handlers:
            first = for_the_first(handler)
            if first is not None:
                found = True
                yield self._of_code(prototype, handler, *first)
            elif (setting_up := sets_up(handler)) is not None:
                found = True
                yield self._of_setup(prototype, handler, *setting_up)
        try:
            for finding in self._of_database(prototype):
                if not found or finding.outcome is not Outcome.NOT_APPLICABLE:
                    yield finding
        except FactUnavailable as error:
            if not found:
                raise
            yield self.unknown("prototype", str(error))

    def _of_code(
        self, prototype: Prototype, handler: Handler, asked: Effect, written: Effect
    ) -> Finding:
        return self.gap(
            handler.subject,
            f"{handler.name} gives whoever signs up the role that he names as long as nobody has it,"
            " so the first stranger to find it acts with the rights of staff",
            *way(prototype, handler, written),
            prototype.evidence("code", asked.location),
            severity=Severity.HIGH,
        )

    def _of_setup(
        self, prototype: Prototype, handler: Handler, asked: Guard, written: Effect
    ) -> Finding:
        return self.gap(
            handler.subject,
            f"{handler.name} makes whoever comes an administrator as long as there is none: until somebody"
            " has set it up, that can be a stranger",
            *way(prototype, handler, written),
            prototype.evidence("code", asked.location),
        )

    def _of_database(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        first = proof.first_user
        if not first:
            yield self.not_applicable("the first user gets no more rights than the second")
            return
        for attempt in first:
            yield self.gap(
                attempt.target,
                f"The first user got more rights than the second: {attempt.reason}",
                *evidence([attempt]),
                proof=Proof.PROVEN,
            )
