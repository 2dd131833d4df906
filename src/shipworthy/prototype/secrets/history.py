"""What the git history still holds: deleted environment files, secrets of older commits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed, FactUnavailable
from shipworthy.prototype.git import git_command
from shipworthy.prototype.roles import is_environment_template, role_of
from shipworthy.prototype.secrets.candidates import choose
from shipworthy.prototype.secrets.engine_rules import judge
from shipworthy.prototype.secrets.literals import name_before
from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.prototype.secrets.recognisers import recognise
from shipworthy.prototype.secrets.secret import SecretEngine, SecretKind
from shipworthy.prototype.secrets.tokens import tokens
from shipworthy.prototype.secrets.uris import connection_uris
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.prototype.tree import printable
from shipworthy.secret import mask

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

COMMITS = 2_000
"""Commits of the history that are searched, the latest first."""
BYTES = 20_000_000
"""Bytes of added lines that are searched."""
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PastSecret:
    """A secret that a commit added. Only its mask leaves this module, never its value."""

    kind: SecretKind
    provider: str
    name: str | None
    masked: str
    fingerprint: str
    path: str
    commit: str


def deleted_environment_files(prototype: Prototype) -> tuple[str, ...]:
    """Environment files that a commit deleted and the tree no longer has: the history keeps them.

    Raises FactUnavailable without version control, with a shallow clone or out of time.
    """
    output = _git(
        prototype,
        *("log", "--all", "--diff-filter=D", "--no-renames", "--name-only", "--format=", "-z"),
        *("--", ":(glob)**/.env*", ":(glob)**/*.env", ":(glob)**/.dev.vars", ":(glob)**/.flaskenv"),
    )
    names = {printable(p.strip("\n")) for p in output.split("\0")}
    found = (n for n in names if n and n not in prototype.files and _is_environment(n))
    return tuple(sorted(found))


def history_secrets(prototype: Prototype, engine: SecretEngine) -> tuple[PastSecret, ...]:
    """Private secrets that commits added and the tree no longer shows, by path.

    Reads the last COMMITS commits and BYTES of added lines. Raises FactUnavailable when the
    settings do not ask for the history, and as `deleted_environment_files` does.
    """
    if not prototype.settings.history:
        raise FactUnavailable("the git history was not searched: ask for it with --history")
    output = _git(
        prototype,
        # Larger files count as binary and show no lines: data, bundles, exports.
        *("-c", "core.bigFileThreshold=1m"),
        *("log", "--all", f"--max-count={COMMITS}", "-p", "-U0", "--no-textconv", "--no-ext-diff"),
        *("--no-color", "--no-renames", "--format=commit %H"),
        *(
            "--",
            ".",
            ":(exclude)*.lock",
            ":(exclude)*-lock.*",
            ":(exclude)*.svg",
            ":(exclude)*.csv",
        ),
    )
    present = {s.value for s in prototype.secrets}
    found: dict[tuple[str, str], PastSecret] = {}
    for commit, file in _added(output[:BYTES]):
        for kind, provider, name, value in _recognised(file):
            if value not in present and kind is not SecretKind.PUBLIC:
                past = _past(kind, provider, name, value, file.path, commit)
                found.setdefault((past.fingerprint, past.path), past)
    for past, value in _by_engine(output[:BYTES], engine):
        if value not in present:
            found.setdefault((past.fingerprint, past.path), past)
    return tuple(sorted(found.values(), key=lambda p: (p.path, p.fingerprint)))


def _git(prototype: Prototype, *arguments: str) -> str:
    if prototype.git is None:
        raise FactUnavailable(prototype.git_reason)
    if prototype.git.shallow:
        raise FactUnavailable("the repository is a shallow clone: most of its history is missing")
    command: Command = git_command(prototype.root, *arguments, seconds=_SECONDS)
    try:
        ran = run(command)
    except CommandFailed as error:
        raise FactUnavailable(f"the history cannot be read: {error}") from error
    if ran.code != 0:
        # A partial clone lacks the contents of older files, and nothing is fetched for us.
        raise FactUnavailable("the history cannot be read: it is missing here, in whole or in part")
    return ran.output.decode("utf-8", "replace")


def _is_environment(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return role_of(path) is Role.ENVIRONMENT and not is_environment_template(name)


_COMMIT = re.compile(r"commit ([0-9a-f]{40,64})")


def _added(log: str) -> Iterator[tuple[str, SourceFile]]:
    """The lines that each commit added to each file, as a small file of its own."""
    commit, path, lines = "", "", list[str]()
    for line in (*log.split("\n"), "+++ "):
        match = _COMMIT.fullmatch(line)
        if match or line.startswith("+++ "):
            if lines and _is_searched(path):
                text = "\n".join(lines)
                yield commit, SourceFile(printable(path), role_of(path), len(text), text)
            lines = []
            commit = match[1] if match else commit
            path = "" if match else line[6:].strip('"\t')
        elif line.startswith("+"):
            lines.append(line[1:])


def _is_searched(path: str) -> bool:
    return bool(path) and role_of(path) not in (
        *(Role.LOCK, Role.ASSET, Role.TEST, Role.GENERATED, Role.VENDORED),
    )


def _recognised(file: SourceFile) -> Iterator[tuple[SecretKind, str, str | None, str]]:
    text = file.text or ""
    for hit in recognise(text):
        yield hit.kind, hit.provider, name_before(text, hit.start), hit.value
    for uri in connection_uris(text):
        name = name_before(text, uri.start)
        yield SecretKind.CONNECTION_URI, uri.provider, name, uri.value


def _by_engine(log: str, engine: SecretEngine) -> Iterator[tuple[PastSecret, str]]:
    commits = list(_added(log))
    of_file = {id(file): commit for commit, file in commits}
    candidates = choose(((file, tokens(file.text or "")) for _, file in commits), {})
    lines = list(candidates.places)
    for index, recognised in engine(lines).items():
        file, _number = candidates.places[lines[index]][0]
        for one in recognised:
            # Formats of our own were judged above: public keys among them are no finding.
            if not is_placeholder(one.value) and not any(recognise(one.value)):
                kind, provider = judge(one.rule)
                name = name_before(lines[index], max(0, lines[index].find(one.value)))
                commit = of_file[id(file)]
                yield _past(kind, provider, name, one.value, file.path, commit), one.value


def _past(
    kind: SecretKind, provider: str, name: str | None, value: str, path: str, commit: str
) -> PastSecret:
    masked = mask(value)
    return PastSecret(kind, provider, name, masked, masked[-9:-1], path, commit)
