"""How the prototype is built, shipped and run, as far as its files say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.inventory.manifests import node_manifests
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Delivery(Struct, frozen=True):
    """Paths of continuous integration, container and deployment files; the commands of package.json
    and of CI that run tests."""

    ci: tuple[str, ...]
    containers: tuple[str, ...]
    deployments: tuple[str, ...]
    test_commands: tuple[str, ...]


_CI = regex(
    r"^\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml$|^\.gitlab-ci\.ya?ml$|^\.circleci/config\.ya?ml$"
    r"|^bitbucket-pipelines\.ya?ml$|^azure-pipelines[^/]*\.ya?ml$|^\.buildkite/[^/]+\.ya?ml$"
    r"|^\.(travis|drone|woodpecker)\.ya?ml$|^(cloudbuild|buildspec|appveyor)\.ya?ml$|^Jenkinsfile$"
)
_CONTAINER = regex(
    r"(^|/)((Docker|Container)file([.-][^/]*)?|[^/]+\.[Dd]ockerfile|(docker-)?compose([.-][^/]*)?\.ya?ml)$"
)
_DEPLOYMENT = regex(
    r"(^|/)(vercel\.json|netlify\.toml|fly([.-][^/]*)?\.toml|render\.ya?ml|railway\.(json|toml)|Procfile"
    r"|wrangler\.(toml|jsonc?)|firebase\.json|amplify\.yml|apprunner\.yaml|nixpacks\.toml"
    r"|serverless\.ya?ml|sst\.config\.[jt]s|Pulumi\.yaml|captain-definition|Chart\.yaml"
    r"|kustomization\.ya?ml|ecosystem\.config\.c?js|[^/]+\.tf)$"
)
# Files whose name alone does not tell; the text must hold this.
_TOLD_BY_TEXT = (
    (regex(r"(^|/)\.replit$"), "[deployment]"),
    (regex(r"(^|/)app\.ya?ml$"), "runtime:"),
    (regex(r"(^|/)(k8s|kubernetes|manifests|deploy)/.*\.ya?ml$"), "apiVersion:"),
)
_PASTED = ("attached_assets/", "docs/", "node_modules/")
_TEST = regex(
    r"\b(npm|pnpm|yarn|bun)( -\S+( [^-\s]\S*)?)*( run)? (t|test\S*)(\s|$)|\bpytest\b|\bunittest\b"
    r"|\b(vitest|jest|mocha|ava|tox|nox)\b|\b(playwright|deno|bun|go|cargo|turbo|nx)( run)? test\b"
    r"|\bcypress run\b|\bmanage\.py test\b|\bnode --test\b"
    r"|\b(make|just|task|rake|rails|mvnw?|gradlew?|dotnet|composer|hatch)( -\S+)*"
    r" ([\w:-]*[:_-])?tests?\b"
    r"|(^|[/\s])(run[-_])?tests?\.sh\b"
)
_PLACEHOLDER = regex(r"no tests? (specified|yet|configured)|^\s*(echo|exit|true)\b", re.IGNORECASE)


def read_delivery(prototype: Prototype) -> Delivery:
    """Find the files by their well-known names."""
    ci = _paths(prototype, lambda file: bool(_CI.search(file.path)))
    return Delivery(
        ci=ci,
        containers=_paths(prototype, lambda file: bool(_CONTAINER.search(file.path))),
        deployments=_paths(prototype, _is_deployment),
        test_commands=tuple(dict.fromkeys((*_scripts(prototype), *_steps(prototype, ci)))),
    )


def is_test_command(command: str) -> bool:
    """True for a command that runs tests; false for npm's default and for installing a runner."""
    return bool(_TEST.search(command)) and " install" not in command


def _paths(prototype: Prototype, wanted: Callable[[SourceFile], bool]) -> tuple[str, ...]:
    return tuple(
        file.path
        for file in prototype.files.values()
        if not file.path.startswith(_PASTED) and file.role is not Role.TEST and wanted(file)
    )


def _is_deployment(file: SourceFile) -> bool:
    if _DEPLOYMENT.search(file.path):
        return True
    return any(name.search(file.path) and word in (file.text or "") for name, word in _TOLD_BY_TEXT)


def _scripts(prototype: Prototype) -> Iterator[str]:
    """The scripts of package.json that are called a test and are more than a placeholder."""
    for manifest in node_manifests(prototype.files):
        for name, command in manifest.scripts.items():
            called = name.startswith(("test", "e2e")) or name.endswith((":test", ":e2e"))
            if (called or is_test_command(command)) and not _PLACEHOLDER.search(command):
                yield command


def _steps(prototype: Prototype, ci: tuple[str, ...]) -> Iterator[str]:
    for path in ci:
        for line in prototype.files[path].lines:
            step = line.strip().removeprefix("- ").removeprefix("run:").strip()
            if step.startswith(("#", "name:", "uses:")):
                continue
            parts = (part.strip() for part in re.split(r"&&|;|\|\|?", step))
            yield from (part for part in parts if is_test_command(part))
