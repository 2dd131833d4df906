"""Supabase keys that bypass row security, within reach of the browser."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.exposure import Exposure, exposed, lines_of, way_into_browser
from shipworthy.prototype.secrets.secret import SecretKind
from shipworthy.prototype.secrets.variables import Holds, what_it_holds
from shipworthy.prototype.source import Role


class ServiceRoleInBrowser(
    Control,
    id="service-role-in-browser",
    title="Service-role key in the browser",
    consequence="Anyone who opens the page can read, change and delete every row of the database.",
    severity=Severity.CRITICAL,
    satisfies=("A10", "H35", "owasp:A01", "cwe:522", "cwe:798"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        in_code = {
            subject: found
            for subject, found in exposed(prototype, Exposure.BROWSER).items()
            if found[0].kind is SecretKind.SERVICE_ROLE
        }
        reads = _reads(prototype)
        if not in_code and not reads:
            yield self.not_applicable("no service-role key is used in the app's own code")
        for subject, found in in_code.items():
            way = way_into_browser(prototype, found[0].location.path)
            message = f"The {found[0].described} stands in code that every visitor downloads"
            yield self.gap(subject, message, *lines_of(prototype, found), *way)
        for subject, found_reads in reads.items():
            if subject not in in_code:
                yield self._read(prototype, subject, found_reads)

    def _read(self, prototype: Prototype, subject: str, reads: list[EnvironmentRead]) -> Finding:
        name, path = reads[0].name, reads[0].location.path
        lines = [prototype.evidence("code", read.location) for read in reads[:5]]
        built_in = any(r.reaches_browser for r in reads)
        if path in prototype.modules.browser:
            way = way_into_browser(prototype, path)
            if built_in:
                message = (
                    f"{name} is built into the page: it opens the whole database to any visitor"
                )
                return self.gap(subject, message, *lines, *way)
            if not makes_client(prototype, path):
                said = f"{name} is read in a file that the browser loads, where it is left empty"
                return self.satisfied(subject, f"{said}; no client is made with it there", *lines)
            message = f"The database client with {name} is in a file that the browser loads as well"
            return self.gap(subject, message, *lines, *way, severity=Severity.MEDIUM)
        if built_in and any(r.accessor == "import.meta.env" for r in reads):
            reason = f"{name} is named for the browser, but we found no page that loads its reader"
            return self.unknown(subject, reason, *lines)
        return self.satisfied(subject, f"{name} is read in code that stays on the server", *lines)


def makes_client(prototype: Prototype, path: str) -> bool:
    """True where a file imports what makes a database client, and so may make one with the key."""
    return any(_CLIENTS in found.specifier for found in prototype.facts[path].imports)


_CLIENTS = "supabase"


def _reads(prototype: Prototype) -> dict[str, list[EnvironmentRead]]:
    """Reads of service-role variables in product code, by file and variable."""
    by_subject: dict[str, list[EnvironmentRead]] = {}
    for read in prototype.environment:
        file = prototype.files.get(read.location.path)
        if file is None or file.role is not Role.PRODUCT:
            continue
        if what_it_holds(read.name) is Holds.SERVICE_ROLE:
            by_subject.setdefault(f"{file.path}#{read.name}", []).append(read)
    return by_subject
