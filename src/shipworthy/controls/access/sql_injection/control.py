"""SQL that is put together from what a request says."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.reaching import (
    Reach,
    Subject,
    by_reach,
    is_live,
    reached,
    who,
)
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.sql_edits import with_parameters
from shipworthy.prototype.handlers.ways import way
from shipworthy.remedy import Remedy, Review, Write


class SqlInjection(
    Control,
    id="sql-injection",
    title="SQL built from a request",
    consequence="Whoever calls reads, changes or deletes all that is in your database.",
    severity=Severity.CRITICAL,
    satisfies=("H22", "owasp:A05", "cwe:89"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.SQL):
            nothing = False
            yield self._judge(prototype, subject)
        if nothing:
            yield self.not_applicable("no entry point puts SQL together")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """The values beside the text; where a name of a table or a piece of SQL comes from the request, a
        person decides what may be asked for."""
        subjects = reached(prototype.handlers, EffectKind.SQL)
        subject = next((s for s in subjects if s.name == finding.subject), None)
        if subject is None:
            return None
        changed = with_parameters(prototype, [effect for _, effect in _open_ones(subject)])
        if not changed:
            return None
        said = (
            f"Hand what {finding.subject} is sent to the database beside the SQL, not in its text"
        )
        writes = tuple(Write(path, text) for path, text in sorted(changed.items()))
        return Remedy(said, Review.CAREFUL, writes)

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        open_ones = _open_ones(subject)
        handler, effect = (open_ones or subject.effects)[0]
        if not open_ones:
            line = prototype.evidence("code", effect.location)
            return self.satisfied(subject.name, "What is sent is no part of the SQL text", line)
        return self.gap(
            subject.name,
            f"{handler.name} puts {spoken(free(effect, 'text'))} into the text of an SQL query,"
            f" so {who(handler, effect)} can read and change the whole database",
            *way(prototype, handler, effect),
            severity=by_reach(
                handler, effect, Severity.CRITICAL, Severity.CRITICAL, Severity.MEDIUM
            ),
        )


def _open_ones(subject: Subject) -> list[Reach]:
    return [r for r in subject.effects if is_live(r[1]) and free(r[1], "text")]
