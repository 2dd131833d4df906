"""Manifests whose packages no lock file holds to one version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem, Manifest
from shipworthy.prototype.dependencies.hosted import why_unread
from shipworthy.prototype.dependencies.locks import NPM_LOCKS, PYTHON_LOCKS
from shipworthy.prototype.dependencies.published import is_published
from shipworthy.prototype.dependencies.variants import has_extras_only, is_variant
from shipworthy.prototype.roles import is_for_trying
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_SHOWN = 5
_COMMANDS = {
    "npm": "npm install --package-lock-only",
    "pnpm": "pnpm install --lockfile-only",
    "yarn": "yarn install",
    "bun": "bun install --lockfile-only",
    "poetry": "poetry lock",
    "uv": "uv lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
}


class NoLockFile(
    Control,
    id="no-lock-file",
    title="No lock file",
    consequence="Each installation can bring other code than the one that was tested.",
    severity=Severity.MEDIUM,
    satisfies=("A13", "P14", "owasp:A03", "cwe:829", "cwe:1357"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        unlisted = _unlisted(prototype)
        if unlisted:
            yield self._no_list(prototype, unlisted)
        elif not prototype.dependencies.manifests:
            yield self.not_applicable("no manifest asks for a package")
        for manifest in prototype.dependencies.manifests:
            found = self._judge(prototype, manifest)
            if found is not None:
                yield found

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        for manifest in prototype.dependencies.manifests:
            if manifest.path == finding.subject:
                unread = why_unread(prototype, manifest)
                if unread:
                    lock = (*manifest.locks, *manifest.unread_locks)[0]
                    said = f"Let the host install with what wrote {lock}: {unread}"
                    return Remedy(said, Review.BY_HAND)
                fallback = f"uv pip compile {manifest.path} -o requirements.lock"
                command = _COMMANDS.get(manifest.manager, fallback)
                return Remedy(f"Run `{command}` and commit what it writes", Review.BY_HAND)
        if finding.subject == "prototype":
            said = "Write the packages into pyproject.toml, run `uv lock` and commit both files"
            return Remedy(said, Review.BY_HAND)
        return None

    def _no_list(self, prototype: Prototype, unlisted: Mapping[str, Location]) -> Finding:
        names = sorted(unlisted)
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        return self.gap(
            "prototype",
            f"The Python code needs {shown}, and there is no list of packages at all",
            *(prototype.evidence("code", unlisted[name]) for name in names[:_SHOWN]),
        )

    def _judge(self, prototype: Prototype, manifest: Manifest) -> Finding | None:
        """The answer for one manifest; None where that of its workspace stands for it."""
        if manifest.workspace_of is not None:
            return self._member(prototype, manifest)
        counted = (*manifest.locks, *(p for p in manifest.unread_locks if p.endswith("bun.lockb")))
        unread = why_unread(prototype, manifest)
        if unread:
            place = Location(manifest.path)
            return self.gap(
                manifest.path,
                f"No lock file says which versions of the packages of {manifest.path} are installed:"
                f" {unread}",
                prototype.evidence("manifest", place),
            )
        if counted:
            return self.satisfied(
                manifest.path,
                f"{counted[0]} holds every package to one version",
                Evidence("manifest", counted[0], Location(counted[0])),
            )
        if manifest.unread_locks:
            reason = (
                f"{manifest.unread_locks[0]} could not be read: it is broken, binary or too large"
            )
            return self.unknown(manifest.path, reason)
        dependencies = prototype.dependencies
        asked = [d for d in dependencies.packages if dependencies.part_of(d) == manifest.path]
        if asked and all(d.development for d in asked):
            return self.not_applicable(
                "it asks only for what developers use, which users never run", manifest.path
            )
        if is_published(prototype, manifest.path):
            return self.not_applicable(
                "It is a library: whoever installs it gets the versions that its ranges allow, whatever"
                " a lock file here says",
                manifest.path,
            )
        if has_extras_only(prototype, manifest.path):
            return self.not_applicable("it asks for optional packages alone", manifest.path)
        held = {d.name for d in asked if _is_held(d)}  # another line may only add an extra
        free = [d for d in asked if d.name not in held]
        if asked and not free and manifest.path.endswith(".txt"):
            return self.satisfied(
                manifest.path,
                f"{manifest.path} holds every package to one version or to the fixes of one",
                Evidence("manifest", manifest.path, Location(manifest.path)),
            )
        return self._gap(prototype, manifest, asked, free)

    def _member(self, prototype: Prototype, manifest: Manifest) -> Finding | None:
        for leader in prototype.dependencies.manifests:
            locks = (*leader.locks, *leader.unread_locks)
            if leader.path == manifest.workspace_of and locks:
                return self.satisfied(
                    manifest.path,
                    f"{locks[0]} above it holds its packages to one version",
                    Evidence("manifest", locks[0], Location(locks[0])),
                )
        return None

    def _gap(
        self,
        prototype: Prototype,
        manifest: Manifest,
        asked: list[Dependency],
        free: list[Dependency],
    ) -> Finding:
        """Low where most packages are asked for in one version anyway."""
        places = sorted({d.location for d in free} or {Location(manifest.path)})
        count, loose = len({d.name for d in asked}), sorted({d.name for d in free})
        few = manifest.path.endswith(".txt") and len(loose) < count * _FEW
        if few:
            what = (
                f"{manifest.path} holds {count - len(loose)} of its {count} packages to one version"
                f" and leaves that of {_listed(loose)} open,"
            )
        else:
            packages = "1 package" if count == 1 else f"{count} packages"
            what = f"{manifest.path} asks for {packages}"
        installed = "is" if few and len(loose) == 1 else "are"
        version = "version" if few and len(loose) == 1 else "versions"
        return self.gap(
            manifest.path,
            f"{what} and no lock file says which {version} {installed}"
            f" installed{_useless(prototype, manifest)}",
            *(prototype.evidence("manifest", place) for place in places[:_SHOWN]),
            severity=Severity.LOW if few or _is_aside(prototype, manifest) else self.severity,
            confidence=Confidence.LOW if _is_left_over(prototype, manifest) else Confidence.HIGH,
        )


_CHORES = regex(
    r"(^|[-_/])(ingest(ion)?|scrap(er|ers|ing)|crawl(er|ing)|etl|import(er)?|migrat(e|ion|ions)|seed(s|er|ing)?|backfill)(/|$)"
)


def _is_aside(prototype: Prototype, manifest: Manifest) -> bool:
    """True in a folder of its own that no user meets: one to try things out, and one
    named after a chore that somebody starts by hand, where no framework is asked for."""
    folder = manifest.path.rpartition("/")[0]
    if folder and is_for_trying(f"{folder}/"):
        return True
    frameworks = {f for p in prototype.stack.parts if p.folder == folder for f in p.frameworks}
    return not frameworks and _CHORES.search(folder) is not None


def _is_left_over(prototype: Prototype, manifest: Manifest) -> bool:
    """True for a variant that nothing installs, for a template in a folder of its own that nobody has
    touched, and for Python packages that no code here imports."""
    if is_variant(prototype, manifest.path) or _is_template(prototype, manifest):
        return True
    if manifest.ecosystem is not Ecosystem.PYPI:
        return False
    folder = manifest.path.rpartition("/")[0]
    prefix = f"{folder.removesuffix('requirements').rstrip('/')}/".lstrip("/")
    code = (f for f in prototype.files.values() if f.language is Language.PYTHON)
    return not any(
        f.path.startswith(prefix) and prototype.modules.packages.get(f.path) for f in code
    )


def _is_template(prototype: Prototype, manifest: Manifest) -> bool:
    """True where a page below the manifest still says what the template said."""
    folder = manifest.path.rpartition("/")[0]
    pages = (f for f in prototype.files.values() if f.path.startswith(f"{folder}/"))
    return folder != "" and any(_TEMPLATE.search(f.text or "") for f in pages)


# The first page of apps that Expo, Create React App, Vite and Next.js make.
_TEMPLATE = regex(
    r"Open up App\.[jt]sx? to start working on your app|Edit <code>[\w/]*App\.[jt]sx?</code>"
    r"|Get started by editing"
)


def _is_held(dependency: Dependency) -> bool:
    """True for one version, for the releases of one minor version (`~=1.4.2`, `>=1.12,<1.13`), and
    for an address: a download under a fixed name."""
    if dependency.version is not None:
        return True
    bounds: dict[str, str] = dict(_BOUND.findall(dependency.specifier))
    least, below = bounds.get(">=", ""), bounds.get("<", "")
    if "~=" in bounds:
        return bounds["~="].count(".") >= 2
    if "==" in bounds:
        return bounds["=="].count(".") >= 2  # `==1.4.*`
    low, high = ([*bound.split("."), "0"][:2] for bound in (least, below))
    if not all(part.isdigit() for part in (*low, *high)):
        return False
    return low[0] == high[0] and int(high[1]) == int(low[1]) + 1


_BOUND = regex(r"(~=|==|>=|<(?!=))\s*([\w.*]+)")
_FEW = 0.5  # the share of open versions under which most of a list is held


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _unlisted(prototype: Prototype) -> Mapping[str, Location]:
    """The packages that Python code imports where no file lists any, each with its first import.

    A single one may be a module that was left out of the tree.
    """
    if any(_LISTS.fullmatch(f.name) for f in prototype.files.values()):
        return {}
    found: dict[str, Location] = {}
    for file in prototype.of_role(Role.PRODUCT):
        if file.language is Language.PYTHON and file.path in prototype.facts:
            external = prototype.modules.packages.get(file.path, frozenset())
            for item in prototype.facts[file.path].imports:
                top = item.specifier.partition(".")[0]
                if top in external:
                    found.setdefault(top, item.location)
    return found if len(found) >= 2 else {}


_LISTS = regex(
    r"[\w.-]*requirements[\w.-]*|pyproject\.toml|Pipfile(\.lock)?|setup\.(py|cfg)"
    r"|environment\.ya?ml|conda\.ya?ml|(poetry|uv|pdm)\.lock",
    re.IGNORECASE,
)


def _useless(prototype: Prototype, manifest: Manifest) -> str:
    """A lock file that is there and does not help, and why."""
    folder = manifest.path.rpartition("/")[0]
    names = NPM_LOCKS if manifest.ecosystem is Ecosystem.NPM else PYTHON_LOCKS
    for file in prototype.of_role(Role.LOCK):
        if file.folder == folder and file.name in names:
            why = "is kept out of version control" if file.ignored else "names no package"
            return f" ({file.name} {why})"
    lacking = [names for names in _lacking(prototype, manifest) if names]
    return f" ({lacking[0]})" if lacking else ""


def _lacking(prototype: Prototype, manifest: Manifest) -> Iterator[str]:
    """What a list of fixed versions beside a manifest leaves out, so that it cannot stand for it."""
    packages = prototype.dependencies.packages
    asked = {d.name for d in packages if d.location.path == manifest.path and not d.development}
    for other in prototype.dependencies.manifests:
        beside = other.path.rpartition("/")[0] == manifest.path.rpartition("/")[0]
        if other.path != manifest.path and beside and other.locks == (other.path,):
            held = {d.name for d in packages if d.location.path == other.path}
            missing = sorted(asked - held)
            if 0 < len(missing) < len(asked) / 2:
                yield f"{other.path.rpartition('/')[2]} beside it lacks {_listed(missing)}"
