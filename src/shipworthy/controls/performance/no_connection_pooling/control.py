"""Server code that opens connections to the database anew for each request."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.connections.edits import opened_once
from shipworthy.prototype.connections.opened import Opened
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_SERVERLESS = regex(
    r"(^|/)(supabase/functions|netlify/functions|lambdas?)/|(^|/)route\.[jt]s$|(^|/)(pages/api|app)/.*\.[jt]sx?$"
)


class NoConnectionPooling(
    Control,
    id="no-connection-pooling",
    title="A new database connection for each request",
    consequence="With a few dozen visitors at once the database refuses connections, and everything stops.",
    severity=Severity.MEDIUM,
    satisfies=("A20", "cwe:1072", "cwe:770"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        subjects: dict[str, list[Opened]] = {}
        for opened in prototype.connections:
            if opened.location.path not in prototype.by_hand:
                subject = f"{opened.location.path}#{opened.function}"
                subjects.setdefault(subject, []).append(opened)
        if not subjects:
            yield self.not_applicable("the code opens no connection to a database by itself")
        for subject, found in subjects.items():
            yield self._judge(prototype, subject, found)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Open it when the module is loaded, where nothing in the function decides how."""
        path, _, function = finding.subject.partition("#")
        found = [o for o in prototype.connections if o.location.path == path and o.again]
        own = [o for o in found if o.function == function]
        file = prototype.files.get(path)
        text = opened_once(file, {o.location for o in own}) if file is not None else None
        if text is None:
            return None
        said = f"Open {own[0].what} once in {path}, not for each request"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _judge(self, prototype: Prototype, subject: str, found: list[Opened]) -> Finding:
        again = [opened for opened in found if opened.again]
        shown = [prototype.evidence("code", o.location) for o in (again or found)[:5]]
        if not again:
            return self.satisfied(subject, "Connections are opened once and used again", *shown)
        first = again[0]
        where = spoken(first.location.path, first.function)
        message = f"{where} opens {first.what} each time it runs, and uses none of those before it"
        heavy = first.pool or _SERVERLESS.search(first.location.path) is not None
        severity = Severity.MEDIUM if heavy else Severity.LOW
        return self.gap(subject, message, *shown, severity=severity)
