"""Prototypes whose changes go live without a pipeline that builds or checks them first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.landmarks import code_files, landmark
from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.inventory.pipelines import swallows_failure, what_it_checks
from shipworthy.prototype.inventory.testing import SAMPLES
from shipworthy.prototype.inventory.workflow import workflow
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

_FEWEST = 5  # code files below which one sees by hand what a change breaks
_SMALL = 20
_GITHUB = regex(r"^\.(github|gitea|forgejo)/workflows/")
_DEPLOYS = regex(
    r"\b(deploy|gh-pages|docker/build-push-action|super-linter|codeql|pre-commit/action)\b",
    re.IGNORECASE,
)
_HOOKS = regex(r"^(\.husky/pre-(commit|push)|lefthook\.ya?ml|\.pre-commit-config\.ya?ml)$")
_HOSTS = {"vercel.json": "Vercel", "netlify.toml": "Netlify", ".replit": "Replit"}


class NoCi(
    Control,
    id="no-ci",
    title="No pipeline that checks changes",
    consequence="A change that breaks the product goes live, for nothing tries it first.",
    severity=Severity.MEDIUM,
    satisfies=("P04", "G24", "H31"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        size = len(code_files(prototype))
        ci = prototype.delivery.ci
        if size < _FEWEST:
            yield self.not_applicable(f"there are fewer than {_FEWEST} code files yet")
            return
        checking = next((path for path in ci if _checks(prototype, path)), None)
        if checking is not None:
            message = f"{checking} builds or checks what is pushed"
            yield self.satisfied("prototype", message, Evidence("ci", checking, Location(checking)))
            return
        built = _checked_by_build(prototype)
        if built is not None:
            message = "The build that the platform runs for each change checks it as well"
            yield self.satisfied("prototype", message, built)
            return
        hook = next((path for path in prototype.files if _hooks(prototype, path)), None)
        severity = Severity.LOW if hook or size < _SMALL else None
        shown = [prototype.evidence("ci", Location(path)) for path in (*ci[:2], hook) if path]
        yield self.gap(
            "prototype",
            _message(prototype, hook),
            landmark(prototype),
            *shown,
            severity=severity,
            confidence=Confidence.LOW if _types_are_checked(prototype) else Confidence.HIGH,
        )

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """A workflow of GitHub, which most tools that make prototypes push to."""
        del finding
        text = workflow(prototype)
        path = next((p for p in _PATHS if p not in prototype.files), None)
        if text is None or path is None or any(not _GITHUB.match(p) for p in prototype.delivery.ci):
            return None
        said = f"Build and test every change with {path}"
        return Remedy(said, Review.SAFE, (Write(path, text),))


def _hooks(prototype: Prototype, path: str) -> bool:
    """True for a file of hooks that says something to run; husky makes an empty one."""
    if not _HOOKS.match(path):
        return False
    lines = (line.strip() for line in prototype.files[path].lines)
    return any(line and not line.startswith(("#", ". ", "source ")) for line in lines)


_PATHS = (".github/workflows/checks.yml", ".github/workflows/build-and-test.yml")


def _checks(prototype: Prototype, path: str) -> bool:
    """True for a pipeline that builds, tests, lints or deploys; others only send reminders."""
    if not _GITHUB.match(path):
        return True
    steps = any(step.location.path == path for step in prototype.pipelines)
    return steps or _DEPLOYS.search(prototype.files[path].text or "") is not None


def _checked_by_build(prototype: Prototype) -> Evidence | None:
    """The command of package.json or of a platform's file that builds and runs tests as well."""
    for manifest in node_manifests(prototype.files):
        for name in ("prebuild", "build", "vercel-build", "postbuild"):
            command = manifest.scripts.get(name, "")
            if _runs_tests(command):
                return Evidence("manifest", command[:160], Location(manifest.path))
    for path in prototype.delivery.deployments:
        for number, line in enumerate(prototype.files[path].lines, 1):
            if "build" in line.lower() and _runs_tests(line.strip().rstrip('",')):
                return prototype.evidence("manifest", Location(path, number))
    return None


def _tests(prototype: Prototype) -> bool:
    return any(case.asserts and case.name not in SAMPLES for case in prototype.tests)


def _types_are_checked(prototype: Prototype) -> bool:
    """True where a host runs `tsc` for each change, and there are no tests that it could run as well."""
    hosted = any(path in prototype.delivery.deployments for path in _HOSTS)
    if not hosted or prototype.delivery.ci or _tests(prototype):
        return False
    builds = [m.scripts.get("build", "") for m in node_manifests(prototype.files)]
    parts = [part.strip() for build in builds for part in re.split(r"&&|;", build)]
    return any(what_it_checks(p) == "types" and not swallows_failure(p) for p in parts)


def _runs_tests(command: str) -> bool:
    parts = re.split(r"&&|;", command)
    return any(
        what_it_checks(part.strip()) == "tests" and not swallows_failure(part) for part in parts
    )


_HOSTED = regex(
    r"\b(?:deployed|hosted|live)[- ](?:on|at|by|with|via|through)[ :*\[]*(?:https://)?"
    r"(Vercel|Netlify|Render|Railway|Cloudflare Pages)\b",
    re.IGNORECASE,
)
_NAMES = {n.lower(): n for n in ("Vercel", "Netlify", "Render", "Railway", "Cloudflare Pages")}


def _host(prototype: Prototype) -> str | None:
    """The host that builds each push, by its own file or by what the README tells of it."""
    host = next((n for f, n in _HOSTS.items() if f in prototype.delivery.deployments), None)
    readme = prototype.files.get("README.md")
    said = _HOSTED.search(readme.text or "") if readme is not None else None
    return host or (_NAMES[said.group(1).lower()] if said else None)


def _message(prototype: Prototype, hook: str | None) -> str:
    host = _host(prototype)
    said = f"No pipeline {'tests' if host else 'builds or checks'} a change before it goes live"
    if _tests(prototype):
        said = "Tests are written and no pipeline runs them when code changes"
    if prototype.delivery.ci:
        return f"{said}: the workflows there do other work"
    if hook:
        return f"{said}; {hook} runs on a developer's machine only, where it can be skipped"
    return f"{said}; {host} builds what it is given and runs no test" if host else said
