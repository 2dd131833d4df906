"""Walk a prototype's folder and read its text files once, within limits, following no link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from shipworthy.errors import CannotLook, FactUnavailable
from shipworthy.intent import Intent
from shipworthy.prototype.copied import set_apart
from shipworthy.prototype.git import GitState, read_git
from shipworthy.prototype.roles import OUTPUT_FOLDERS, SKIPPED_FOLDERS, role_of
from shipworthy.prototype.source import LANGUAGES, Role, SourceFile, Unread
from shipworthy.regex import regex
from shipworthy.settings import Limits

EXCLUDED = "excluded in shipworthy.toml"  # why a file was left unread
_NOTHING_DECLARED = Intent()
_HEAD = 600  # characters that decide whether a file says it is generated
_CONTROL = regex(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Tree(Struct, frozen=True):
    """All files of a prototype, what was left unread and why, and its version control."""

    root: Path
    files: tuple[SourceFile, ...]
    unread: tuple[Unread, ...]
    git: GitState | None
    git_reason: str  # why git is None


def read_tree(root: Path, limits: Limits, intent: Intent = _NOTHING_DECLARED) -> Tree:
    """Read the folder. Raises CannotLook when it is missing, no folder, unreadable or empty."""
    root = _resolve(root)
    git, reason = _git(root, limits)
    reader = _Reader(root, limits, git, intent)
    reader.walk()
    if not reader.files and not reader.unread:
        raise CannotLook(f"{root} is empty: point shipworthy at the folder of a prototype")
    files = set_apart(sorted(reader.files, key=lambda f: f.path))
    return Tree(root, files, tuple(sorted(reader.unread, key=lambda u: u.path)), git, reason)


def printable(text: str) -> str:
    """The text with control, bidirectional and undecodable characters escaped: safe on a terminal."""
    if text.isprintable():  # as nearly all are: to ask is faster than to replace
        return text
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _CONTROL.sub(lambda m: f"\\x{ord(m[0]):02x}", clean)


def _resolve(root: Path) -> Path:
    try:
        if not root.exists():
            raise CannotLook(f"{root} does not exist")
        if not root.is_dir():
            raise CannotLook(f"{root} is a file: point shipworthy at the folder of a prototype")
        os.scandir(root).close()
        return root.resolve()
    except OSError as error:
        raise CannotLook(f"{root} cannot be read: {error.strerror}") from error


def _git(root: Path, limits: Limits) -> tuple[GitState | None, str]:
    try:
        return read_git(root, limits.git_seconds), ""
    except FactUnavailable as error:
        return None, printable(str(error))


class _Reader:
    def __init__(self, root: Path, limits: Limits, git: GitState | None, intent: Intent) -> None:
        self.root = root
        self.limits = limits
        self.git = git
        self.intent = intent
        self.files: list[SourceFile] = []
        self.unread: list[Unread] = []
        self.seen = 0
        self.total = 0
        self.tracked_folders = _folders(git.tracked) if git else frozenset[str]()

    def walk(self) -> None:
        for raw, entry in self._entries():
            self._read(raw, entry)

    def _entries(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self.root / folder) as found:
                    entries = sorted(found, key=lambda e: e.name)
            except OSError as error:
                self._leave(folder or ".", f"folder cannot be read: {error.strerror}")
                continue
            if not entries and self.git and folder in self.git.tracked:
                self._leave(folder, "folder of a submodule that is not checked out")
            below: list[str] = []
            for entry in entries:
                self.seen += 1  # folders and links too: each of them costs time
                if self.seen > self.limits.files:
                    self._leave(
                        ".", f"more than {self.limits.files:,} files; the rest was not read"
                    )
                    return
                raw = f"{folder}/{entry.name}" if folder else entry.name
                if self._is_excluded(raw, entry):
                    self._leave(raw, EXCLUDED)
                elif entry.is_symlink():
                    self._leave(raw, self._link(raw))
                elif entry.is_dir(follow_symlinks=False):
                    if self._enters(raw, entry.name):
                        below.append(raw)
                elif entry.is_file(follow_symlinks=False):
                    yield raw, entry
                else:
                    self._leave(raw, "not a regular file")
            pending.extend(reversed(below))

    def _is_excluded(self, raw: str, entry: os.DirEntry[str]) -> bool:
        if not self.intent.exclude:
            return False
        return self.intent.excludes(f"{raw}/" if entry.is_dir(follow_symlinks=False) else raw)

    def _link(self, raw: str) -> str:
        target = Path(os.path.realpath(self.root / raw))
        if target.is_relative_to(self.root) or not os.path.exists(target):
            return "symbolic link, not followed"  # what it leads to is read in its own place
        return "link out of the folder, not followed"

    def _enters(self, raw: str, name: str) -> bool:
        if name in SKIPPED_FOLDERS or os.path.exists(self.root / raw / "pyvenv.cfg"):
            return False
        if raw.count("/") >= self.limits.path_depth:
            self._leave(raw, f"deeper than {self.limits.path_depth} folders")
            return False
        if self.git and raw in self.git.ignored_folders:
            return False
        return not _is_output(raw) or raw in self.tracked_folders

    def _read(self, raw: str, entry: os.DirEntry[str]) -> None:
        path = printable(raw)
        try:
            size = entry.stat(follow_symlinks=False).st_size
        except OSError as error:
            self._leave(raw, f"cannot be read: {error.strerror}")
            return
        tracked = raw in self.git.tracked if self.git else None
        ignored = self.git is not None and raw in self.git.ignored_files
        extension = path.rpartition(".")[2].lower()
        file = SourceFile(
            path, role_of(path), size, None, LANGUAGES.get(extension), tracked, ignored
        )
        if file.role is Role.ASSET or ignored or size == 0:
            self.files.append(file if size else replace(file, text=""))
            return
        text = self._text(raw, file)
        if text is not None and file.role is not Role.LOCK:
            longest = max(map(len, text.split("\n"))) if size > 5_000 else 0
            role = role_of(path, text[:_HEAD], longest, text)
            file = replace(file, role=Role.GENERATED if _is_output(file.folder) else role)
        self.files.append(replace(file, text=text))

    def _text(self, raw: str, file: SourceFile) -> str | None:
        limit = self.limits.lock_file_bytes if file.role is Role.LOCK else self.limits.file_bytes
        if file.size > limit:
            return self._refuse(raw, f"larger than {limit:,} bytes ({file.size:,})")
        if self.total + file.size > self.limits.total_bytes:
            return self._refuse(raw, f"more than {self.limits.total_bytes:,} bytes in all")
        try:
            with open(self.root / raw, "rb") as handle:
                data = handle.read(limit + 1)
        except OSError as error:
            return self._refuse(raw, f"cannot be read: {error.strerror}")
        self.total += len(data)
        text = _decode(data)
        if text is None and file.role is not Role.LOCK:
            return self._refuse(raw, "binary, though its name says text") if file.language else None
        return text

    def _refuse(self, raw: str, reason: str) -> str | None:
        self._leave(raw, reason)
        return None

    def _leave(self, raw: str, reason: str) -> None:
        """Note what was not looked at."""
        self.unread.append(Unread(printable(raw), reason))


def _decode(data: bytes) -> str | None:
    """The text of a file, or None for a binary one. Broken UTF-8 is read as far as it goes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").replace("\0", "")
    if b"\0" in data:
        return None
    return data.decode("utf-8-sig", "replace")


def _is_output(folder: str) -> bool:
    """True inside a build output folder; below `src` or `app` such a name is the author's own."""
    for part in folder.split("/"):
        if part in ("src", "app"):
            return False
        if part in OUTPUT_FOLDERS:
            return True
    return False


def _folders(paths: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)
