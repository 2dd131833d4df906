"""Functions with their maker's rights that look names up wherever the caller tells them to."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.rules.judged import shown
from shipworthy.database.rules.names import quoted
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Function, Trust
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.remedy import Remedy, Review, Write


class DefinerWithoutSearchPath(
    Control,
    id="definer-without-search-path",
    title="Function with its maker's rights and an open search path",
    consequence="A caller who can make a table or function of the same name has it run with full rights.",
    severity=Severity.MEDIUM,
    satisfies=("A08", "owasp:A02", "cwe:829"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database
        if proof is None:
            yield self.not_applicable("no PostgreSQL schema is defined here")
            return
        found = False
        for _, function in sorted(proof.schema.functions.items()):
            if function.definer and _is_judged(function):
                found = True
                yield self._judge(prototype, function)
        if not found:
            yield self.not_applicable("no function runs with the rights of its maker")

    def _judge(self, prototype: Prototype, function: Function) -> Finding:
        name = function.qualified
        line = shown(prototype.evidence, function.source, f"function {name}")
        if function.search_path is not None:
            path = function.search_path or "empty"
            return self.satisfied(name, f"Its search path is fixed ({path})", line)
        if function.language in ("c", "internal"):
            return self.satisfied(name, "Looks nothing up by name", line)
        called = "fires" if function.is_trigger else "runs"
        message = (
            f"{function.schema}.{function.name} {called} with its maker's rights, but whoever"
            " calls it decides where names are looked up"
        )
        return self.gap(name, message, line)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Fix the search path to where its names are found today, temporary objects last."""
        proof = prototype.database
        function = proof.schema.functions.get(finding.subject) if proof else None
        path = next_migration(prototype.database_history, self.id, finding.subject)
        if proof is None or function is None or path is None:
            return None
        name = f"{quoted(function.schema)}.{quoted(function.name)}"
        signature = f"{name}({', '.join(function.argument_types)})"
        places = "public, extensions, pg_temp" if proof.supabase else "public, pg_temp"
        text = (
            f"-- {name} finds its names here, whatever the caller's search path says.\n"
            f"alter function {signature} set search_path = {places};\n"
        )
        summary = f"Fix the search path of {function.qualified}"
        return Remedy(summary, Review.SAFE, (Write(path, text),))


def _is_judged(function: Function) -> bool:
    made = function.source.trust in (Trust.MIGRATION, Trust.LOOSE)
    return made and not function.tainted
