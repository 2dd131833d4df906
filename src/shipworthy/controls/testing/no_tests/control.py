"""Parts of a prototype that no automated test checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipworthy.control import Control
from shipworthy.finding import Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.inventory.smoke_tests import smoke_tests
from shipworthy.prototype.inventory.stack import Part
from shipworthy.prototype.inventory.testing import SAMPLES, TestCase
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_FEWEST = 5  # code files below which a part is a sketch that one can check by hand
_END_TO_END = frozenset({"@playwright/test", "playwright", "cypress", "puppeteer"})
_MANAGERS = ("npm", "pnpm", "yarn", "bun")
_MANIFESTS = ("package.json", "requirements.txt", "pyproject.toml", "Pipfile")


class NoTests(
    Control,
    id="no-tests",
    title="No automated tests",
    consequence="Every change can break what worked yesterday, and users notice first.",
    severity=Severity.MEDIUM,
    satisfies=("A48", "H45", "H71"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        judged = 0
        for part in prototype.stack.parts:
            code = {f.path for f in prototype.of_role(Role.PRODUCT) if _home(prototype, f) == part}
            code = {path for path in code if prototype.files[path].language is not None}
            if len(code) >= _FEWEST and not code <= prototype.abandoned:
                judged += 1
                yield self._part(prototype, part, frozenset(code))
        if not judged:
            yield self.not_applicable(f"no part has {_FEWEST} code files yet")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A test that opens every page of a web app; what the rules of the business are, a person says."""
        folder = "" if finding.subject == "prototype" else finding.subject
        part = next((p for p in prototype.stack.parts if p.folder == folder), None)
        manifest = next((m for m in node_manifests(prototype.files) if m.folder == folder), None)
        if part is None or manifest is None:
            return None
        told = [m for m in part.managers if m in _MANAGERS]
        manager = told[0] if len(told) == 1 else "npm"  # which reads every package.json
        made = smoke_tests(prototype, manifest, manager)
        if made is None:
            return None
        said = (
            f"Open {_pages(made.pages)} of {folder or 'the app'} in a browser with every `test:e2e`, and"
            " fail where one throws an error that nothing catches"
        )
        writes = tuple(Write(path, text) for path, text in sorted(made.texts.items()))
        return Remedy(said, Review.SAFE, writes)

    def _part(self, prototype: Prototype, part: Part, code: frozenset[str]) -> Finding:
        subject = part.folder or "prototype"
        cases = [c for c in prototype.tests if _covers(prototype, c, part, code)]
        real = [c for c in cases if c.asserts and c.name not in SAMPLES]
        if real:
            noun = "test checks" if len(real) == 1 else "tests check"
            return self.satisfied(
                subject, f"{len(real)} {noun} it", prototype.evidence("code", real[0].location)
            )
        what = f"the {len(code)} code files" + (f" of {part.folder}" if part.folder else "")
        if cases:
            shown = [prototype.evidence("code", c.location) for c in cases[:5]]
            return self.gap(subject, _idle(cases, what), *shown)
        mine = [f for f in prototype.files.values() if _home(prototype, f) == part]
        if run := _run_by_npm(prototype, part, mine):
            noun = "one script of asserts" if len(run) == 1 else f"{len(run)} scripts of asserts"
            shown_run = prototype.evidence("code", Location(run[0].path))
            return self.satisfied(subject, f"npm test runs {noun}", shown_run)
        scripts = [f for f in mine if _tests(f)]
        if scripts:
            shown = [prototype.evidence("code", Location(f.path)) for f in scripts[:5]]
            message = f"No test runner checks {what}: {_count(scripts)} to be started by hand"
            return self.gap(subject, message, *shown, severity=Severity.LOW)
        return self.gap(subject, f"No test checks {what}", _manifest(prototype, part, code))


def _pages(count: int) -> str:
    return "the one page" if count == 1 else f"the {count} pages"


_TEST_SCRIPT = regex(r"(^|[-_.])tests?([-_.]|$)", re.IGNORECASE)
# `process.exit(failed ? 1 : 0)`, and `exit(1)` beside a count of what failed.
_TELLS = regex(r"\bexit\(\s*!?[\w.]+[^()\n]{0,20}\?\s*[01]\s*:\s*[01]\s*\)|\bexit\([01] if \w+")
_FAILS = regex(r"\bexit\(\s*1\s*\)|\bexitCode\s*=\s*1")
_COUNTS = regex(r"\b(fail(ed|ures?)?|passed)\w*\s*(\+\+|\+=)|\bassert\b", re.IGNORECASE)
_AUTHORED = (Role.PRODUCT, Role.SCRIPT, Role.TEST)


def _tests(file: SourceFile) -> bool:
    """True for a script that counts what fails and says so when it ends."""
    if file.language is None or file.text is None or file.role not in _AUTHORED:
        return False
    if not _TEST_SCRIPT.search(file.name):
        return False
    counts = _FAILS.search(file.text) and _COUNTS.search(file.text)
    return bool(counts or _TELLS.search(file.text))


_ASSERTS = regex(r"""(\bfrom\s+|\brequire\(\s*)["'](node:)?assert(/strict)?["']""")


def _run_by_npm(prototype: Prototype, part: Part, files: Sequence[SourceFile]) -> list[SourceFile]:
    """The scripts without a test runner that `npm test` starts by their name, and that assert."""
    manifest = next((m for m in node_manifests(prototype.files) if m.folder == part.folder), None)
    command = manifest.scripts.get("test", "") if manifest is not None else ""
    named = {word.removeprefix("./") for word in command.split()}
    return [
        file
        for file in files
        if file.path.removeprefix(_prefix(part)) in named and _ASSERTS.search(file.text or "")
    ]


def _count(scripts: Sequence[SourceFile]) -> str:
    return "one script has" if len(scripts) == 1 else f"{len(scripts)} scripts have"


def _idle(cases: Sequence[TestCase], what: str) -> str:
    """What is wrong with tests that check nothing of the app."""
    if all(c.name in SAMPLES for c in cases):
        return (
            f"The only test for {what} is the sample of Create React App, which looks for a link of"
            " its start page"
        )
    one = len(cases) == 1
    said = "one test" if one else f"{len(cases)} tests"
    check, them = ("asserts", "it") if one else ("assert", "them")
    return f"The {said} for {what} {check} no result: a wrong answer lets {them} pass"


def _home(prototype: Prototype, file: SourceFile) -> Part | None:
    """The part that a file stands in: the one with the longest folder around it."""
    around = [p for p in prototype.stack.parts if file.path.startswith(_prefix(p))]
    return max(around, key=lambda p: len(p.folder), default=None)


def _prefix(part: Part) -> str:
    return f"{part.folder}/" if part.folder else ""


def _covers(prototype: Prototype, case: TestCase, part: Part, code: frozenset[str]) -> bool:
    """True for a test in the part, one that imports its code, and one that drives the whole app.

    A test that stands outside of all parts counts for those in its own language.
    """
    path = case.location.path
    file = prototype.files[path]
    home = _home(prototype, file)
    if home == part or prototype.modules.packages.get(path, frozenset()) & _END_TO_END:
        return True
    if home is None:
        languages = {prototype.files[p].language is Language.PYTHON for p in code}
        return (file.language is Language.PYTHON) in languages
    return not code.isdisjoint(prototype.modules.reachable([path]))


def _manifest(prototype: Prototype, part: Part, code: frozenset[str]) -> Evidence:
    """The line of the manifest that would run tests, or its first; else the first code file."""
    for name in _MANIFESTS:
        file = prototype.files.get(_prefix(part) + name)
        if file is not None:
            return prototype.evidence("manifest", Location(file.path, _telling_line(file)))
    return prototype.evidence("code", Location(min(code)))


def _telling_line(file: SourceFile) -> int:
    for sign in ('"test":', '"scripts":'):
        for number, text in enumerate(file.lines, 1):
            if sign in text:
                return number
    return 1
