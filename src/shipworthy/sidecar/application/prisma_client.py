"""The client that Prisma makes from its schema: packages come without their scripts, which would make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from shipworthy.command import Command
from shipworthy.errors import CommandFailed
from shipworthy.harden.install import last_line
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role
from shipworthy.sidecar.application.guarded_run import run_guarded

_SECONDS = 180.0  # it may fetch an engine
_DATA_SOURCE = "datasource "
_MODULES = "node_modules"


def make_clients(
    prototype: Prototype,
    root: Path,
    environment: Mapping[str, str],
    log: Path,
    tell: Callable[[str], None],
) -> list[str]:
    """Run `prisma generate` for each schema in the copy at `root` whose client is not there yet. What the
    user should know of those that could not be made."""
    notes = []
    for schema in _schemas(prototype, root):
        modules = _modules(schema, root)
        if modules is None or _is_made(schema, modules):
            continue
        tell(f"making the Prisma client of {schema.relative_to(root)}")
        argv = (str(modules / ".bin" / "prisma"), "generate", f"--schema={schema}")
        try:
            ran = run_guarded(Command(argv, modules.parent, environment, _SECONDS), log, tell)
            why = "" if ran.code == 0 else last_line(ran.output)
        except CommandFailed as error:
            why = str(error)
        if why:
            notes.append(f"`prisma generate` failed, what asks the database will fail: {why}")
    return notes


def _schemas(prototype: Prototype, root: Path) -> Iterator[Path]:
    for file in prototype.files.values():
        held = file.name.endswith(".prisma") and _DATA_SOURCE in (file.text or "")
        place = root / file.path
        if held and file.role is not Role.TEST and place.is_file() and not place.is_symlink():
            yield place


def _modules(schema: Path, root: Path) -> Path | None:
    """The packages with `prisma` that are nearest above a schema."""
    for folder in schema.parents:
        if (folder / _MODULES / ".bin" / "prisma").exists():
            return folder / _MODULES
        if folder == root:
            return None
    return None


def _is_made(schema: Path, modules: Path) -> bool:
    """True where the client in its usual place was made from this very schema."""
    try:
        return (modules / ".prisma/client/schema.prisma").read_text() == schema.read_text()
    except (OSError, UnicodeDecodeError):
        return False
