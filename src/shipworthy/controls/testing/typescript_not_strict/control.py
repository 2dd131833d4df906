"""TypeScript code that is compiled with the checks for missing values and types turned off."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.json_edits import members, with_members
from shipworthy.prototype.inventory.compilers import Compiler
from shipworthy.remedy import Remedy, Review, Write

# https://www.typescriptlang.org/tsconfig/#strict
_PARTS = tuple(
    """strictNullChecks noImplicitAny strictFunctionTypes strictBindCallApply
    strictPropertyInitialization noImplicitThis useUnknownInCatchVariables alwaysStrict""".split()
)
_FEWEST = 3  # files under one tsconfig that are worth a word


class TypescriptNotStrict(
    Control,
    id="typescript-not-strict",
    title="TypeScript is not strict",
    consequence="Values that may be missing crash at users instead of in the editor.",
    severity=Severity.MEDIUM,
    satisfies=("H51", "H52", "cwe:476"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        judged = [c for c in prototype.compilers if len(c.files) >= _FEWEST]
        if not judged:
            yield self.not_applicable("no tsconfig governs TypeScript of the product here")
        for compiler in judged:
            yield self._judge(prototype, compiler)

    def _judge(self, prototype: Prototype, compiler: Compiler) -> Finding:
        shown = prototype.evidence("manifest", compiler.location)
        if compiler.strict is None:
            reason = "it extends a configuration that is not in the repository"
            return self.unknown(compiler.path, reason, shown)
        if compiler.strict and not compiler.off:
            return self.satisfied(compiler.path, "strict is on", shown)
        return self._gap(compiler, shown)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Turn strict on, and what takes parts of it back; the type errors it shows are for a person."""
        compiler = next((c for c in prototype.compilers if c.path == finding.subject), None)
        file = prototype.files.get(finding.subject)
        if compiler is None or file is None or file.text is None:
            return None
        wanted = dict.fromkeys(compiler.off, "true")
        if not compiler.strict:
            wanted |= {"strict": "true"}
        written = members(file.text, ("compilerOptions",))
        wanted |= {name: "true" for name in _PARTS if written.get(name) == "false"}
        text = with_members(file.text, ("compilerOptions",), wanted)
        if text is None or text == file.text:
            return None
        said = f"Check types strictly in {file.path}; mend what it then shows"
        return Remedy(said, Review.CAREFUL, (Write(file.path, text),))

    def _gap(self, compiler: Compiler, shown: Evidence) -> Finding:
        """Low where strict is on and only untyped parameters are let through."""
        if compiler.strict:
            flags = " and ".join(compiler.off)
            message = f"{compiler.path} turns {flags} off, though strict is on"
        else:
            message = (
                f"{compiler.path} has types checked without strict: null, undefined and untyped"
                " values pass unseen"
            )
        null_unseen = not compiler.strict or "strictNullChecks" in compiler.off
        severity = None if null_unseen else Severity.LOW
        return self.gap(compiler.path, message, shown, severity=severity)
