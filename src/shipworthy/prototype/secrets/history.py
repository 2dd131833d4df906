"""What the git history still holds: deleted environment files, secrets of older commits."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Protocol

from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed, FactUnavailable
from shipworthy.finding import Location
from shipworthy.prototype.ahead import Ahead
from shipworthy.prototype.git import git_command
from shipworthy.prototype.roles import is_environment_template, role_of, role_of_path
from shipworthy.prototype.secrets.candidates import choose
from shipworthy.prototype.secrets.engine_rules import judge
from shipworthy.prototype.secrets.literals import OF_DJANGO, name_before
from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.prototype.secrets.recognisers import recognise
from shipworthy.prototype.secrets.search import search_texts
from shipworthy.prototype.secrets.secret import (
    DEFAULT_SECRET,
    Place,
    Secret,
    SecretEngine,
    SecretKind,
)
from shipworthy.prototype.secrets.tokens import tokens
from shipworthy.prototype.source import LANGUAGES, Role, SourceFile
from shipworthy.prototype.tree import printable
from shipworthy.regex import regex
from shipworthy.secret import mask
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from shipworthy.prototype.git import GitState

COMMITS = 2_000
"""Commits of the history that are searched, the latest first."""
BYTES = 20_000_000
"""Characters of the changes that are searched."""
SECONDS = 3.0
"""What git may take to write out the history, where nobody asked for it."""
_MINUTE = 60.0
_NO_CODE = (".lock", "-lock.*", ".svg", ".csv", ".css", ".ipynb", ".map", ".min.js")


class Kept(Protocol):
    """What the history is compared with: the files of a prototype as they are."""

    @property
    def root(self) -> Path: ...
    @property
    def files(self) -> Mapping[str, SourceFile]: ...
    @property
    def git(self) -> GitState | None: ...
    @property
    def git_reason(self) -> str: ...
    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True, slots=True)
class PastSecret:
    """A secret that a commit added. `value` is whole in memory only: print `masked`."""

    kind: SecretKind
    provider: str
    name: str | None
    masked: str
    fingerprint: str
    path: str
    commit: str
    value: str = field(repr=False)

    @property
    def label(self) -> str:
        """What its place is called, as for a secret that still stands there."""
        return self._secret.label

    @property
    def described(self) -> str:
        """What it is in plain words."""
        return self._secret.described

    @property
    def _secret(self) -> Secret:
        place = Location(self.path)
        return Secret(self.kind, self.provider, self.value, self.name, Place.CODE, "", place)


def deleted_environment_files(prototype: Kept) -> tuple[str, ...]:
    """Environment files that a commit deleted and the tree no longer has: the history keeps them.

    Raises FactUnavailable without version control, with a shallow clone or out of time.
    """
    output = _git(
        prototype,
        *("log", "--all", "--diff-filter=D", "--no-renames", "--name-only", "--format=", "-z"),
        *("--", ":(glob)**/.env*", ":(glob)**/*.env", ":(glob)**/.dev.vars", ":(glob)**/.flaskenv"),
    )
    names = {printable(p.strip("\n")) for p in output.decode("utf-8", "replace").split("\0")}
    found = (n for n in names if n and n not in prototype.files and _is_environment(n))
    return tuple(sorted(found))


def history_secrets(prototype: Kept, engine: SecretEngine) -> tuple[PastSecret, ...]:
    """Private secrets that commits added and that no file shows any more, by path.

    Reads the last COMMITS commits and BYTES of what they changed, within SECONDS. Where the settings
    ask for the history, it takes a minute, and the engine looks as well. Raises FactUnavailable as
    `deleted_environment_files` does.
    """
    log = _log(prototype, _MINUTE if prototype.settings.history else SECONDS)
    return _in_log(prototype, engine, log)


class HistoryAhead:
    """Another process that reads the history while this one reads the files. Git has SECONDS from when
    the result is asked for."""

    def __init__(self, prototype: Kept, engine: SecretEngine) -> None:
        self._limit = None if prototype.settings.history else SECONDS
        self._written, written = os.pipe()

        def read() -> tuple[PastSecret, ...] | FactUnavailable:
            try:
                log = _log(prototype, _MINUTE)
            except FactUnavailable as error:
                return error
            os.write(written, b".")
            return _in_log(prototype, engine, log)

        self._ahead = Ahead(read, lambda: history_secrets(prototype, engine))
        os.close(written)  # so that its end is seen here

    def result(self) -> tuple[PastSecret, ...]:
        """What `history_secrets` gives or raises."""
        in_time = select([self._written], [], [], self._limit)[0]
        os.close(self._written)
        if not in_time:
            self._ahead.give_up()
            raise FactUnavailable(_too_late(f"git took longer than {self._limit:g} s"))
        found = self._ahead.result()
        if isinstance(found, FactUnavailable):
            raise found
        return found


def _log(prototype: Kept, seconds: float) -> bytes:
    """What the latest commits changed."""
    return _git(
        prototype,
        # Larger files count as binary and show no lines: data, bundles, exports.
        *("-c", "core.bigFileThreshold=1m"),
        *("log", "--all", f"--max-count={COMMITS}", "-p", "-U0", "--no-textconv", "--no-ext-diff"),
        *("--no-color", "--no-renames", "--relative", "--format=commit %H", "--", "."),
        *(f":(exclude)*{ending}" for ending in _NO_CODE),
        seconds=seconds,
    )


def _in_log(prototype: Kept, engine: SecretEngine, log: bytes) -> tuple[PastSecret, ...]:
    found: dict[tuple[str, str], PastSecret] = {}
    standing = _Standing(prototype)
    for commit, file in _added(log):
        if standing.holds(file):
            continue
        for secret in search_texts([file]).found:
            template = secret.rule == DEFAULT_SECRET or secret.value.startswith(OF_DJANGO)
            if not secret.is_public and not template:
                past = _past(secret.kind, secret.provider, secret.name, secret.value, file, commit)
                found[past.fingerprint, past.path] = past  # the first commit that held it stays
    if prototype.settings.history:
        for past in _by_engine(log, engine):
            found.setdefault((past.fingerprint, past.path), past)
    gone = (p for p in found.values() if not _still_stands(prototype, p.value))
    return tuple(sorted(gone, key=lambda p: (p.path, p.fingerprint)))


class _Standing:
    """The lines that files of the tree still show: of those that a first commit added it is most."""

    def __init__(self, prototype: Kept) -> None:
        self._files = prototype.files
        self._lines: dict[str, frozenset[str]] = {}

    def holds(self, added: SourceFile) -> bool:
        """True where no line is gone from its file, and so no secret: to search them takes longer."""
        if added.path not in self._lines:
            file = self._files.get(added.path)
            text = file.text if file else None
            self._lines[added.path] = frozenset((text or "").split("\n"))
        return self._lines[added.path].issuperset((added.text or "").split("\n"))


def _still_stands(prototype: Kept, value: str) -> bool:
    """True for what a file of the tree shows, which other controls judge."""
    return any(file.text and value in file.text for file in prototype.files.values())


def _git(prototype: Kept, *arguments: str, seconds: float = SECONDS) -> bytes:
    if prototype.git is None:
        raise FactUnavailable(prototype.git_reason)
    if prototype.git.shallow:
        raise FactUnavailable("the repository is a shallow clone: most of its history is missing")
    command: Command = git_command(prototype.root, *arguments, seconds=seconds)
    try:
        ran = run(command)
    except CommandFailed as error:
        deep = prototype.settings.history
        raise FactUnavailable(_too_late(str(error), deep=deep)) from error
    if ran.code != 0:
        # A partial clone lacks the contents of older files, and nothing is fetched for us.
        raise FactUnavailable("the history cannot be read: it is missing here, in whole or in part")
    return ran.output


def _too_late(error: str, *, deep: bool = False) -> str:
    return f"the history cannot be read: {error}" + ("" if deep else "; --history takes more time")


def _is_environment(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return role_of(path) is Role.ENVIRONMENT and not is_environment_template(name)


_COMMIT = regex(rb"\ncommit ([0-9a-f]{40,64})(?:\n|$)")
_FILE = b"\n+++ "  # begins the lines that were added to a file
_SHORTEST = 12  # characters of a line that can hold a name and a secret


def _added(log: bytes) -> Iterator[tuple[str, SourceFile]]:
    """The lines that each commit added to each file, as a small file of its own."""
    head, *files = (b"\n" + log[:BYTES]).split(_FILE)
    commit = _last_commit(head, "")
    for file in files:
        path = file.partition(b"\n")[0].decode("utf-8", "replace")[2:].strip('"\t')
        if _is_searched(path):
            text = "\n".join(_added_lines(file))
            if text:
                language = LANGUAGES.get(path.rpartition(".")[2].lower())
                yield (
                    commit,
                    SourceFile(printable(path), role_of_path(path), len(text), text, language),
                )
        commit = _last_commit(file, commit)


def _last_commit(part: bytes, before: str) -> str:
    """The commit that the next file belongs to: the last that begins in this part of the log, if one does."""
    at = part.rfind(b"\ncommit ")
    found = _COMMIT.match(part, at) if at >= 0 else None
    return found[1].decode() if found else before


def _added_lines(file: bytes) -> list[str]:
    """Those that are long enough once they are decoded: all of a file at once, for there are many."""
    lines = [line[1:] for line in file.split(b"\n")[1:] if line[:1] == b"+"]
    decoded = b"\n".join(lines).decode("utf-8", "replace").split("\n")
    return [line for line in decoded if len(line) >= _SHORTEST]


def _is_searched(path: str) -> bool:
    return bool(path) and role_of_path(path) not in (
        *(Role.LOCK, Role.ASSET, Role.TEST, Role.GENERATED, Role.VENDORED),
    )


def _by_engine(log: bytes, engine: SecretEngine) -> Iterator[PastSecret]:
    """What a secret engine sees beyond that."""
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
                yield _past(kind, provider, name, one.value, file, of_file[id(file)])


def _past(
    kind: SecretKind, provider: str, name: str | None, value: str, file: SourceFile, commit: str
) -> PastSecret:
    masked = mask(value)
    return PastSecret(kind, provider, name, masked, masked[-9:-1], file.path, commit, value)
