"""Which tool makes the tables of a prototype, found by its files, and the command that does it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

_SKIPPED = ("node_modules", ".git", "dist", ".next", ".venv", "venv")
_DEEPEST = 3  # folders below the root: a package of a workspace
_DRIZZLE = ("drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.cjs")


@dataclass(frozen=True, slots=True)
class Tool:
    """A schema tool: where it is run, what is run, and what a person would call it."""

    name: str
    folder: Path
    argv: tuple[str, ...]
    seconds: float = 120.0

    @property
    def text(self) -> str:
        """The command as a person types it."""
        rest = self.argv[1:]
        return " ".join((self.name, *(rest[2:] if rest[:2] == ("-m", self.name) else rest)))


@dataclass(frozen=True, slots=True)
class Absent:
    """A schema tool that the copy has not installed."""

    name: str
    why: str


def find_tool(copy: Path, python_path: str) -> Tool | Absent | None:
    """The tool of a scratch copy; None where it uses none. `python_path` holds its packages."""
    for folder in _folders(copy):
        if schema := _prisma(folder):
            return _node_tool(copy, folder, "prisma", _prisma_argv(folder, schema))
        if any((folder / name).is_file() for name in _DRIZZLE):
            return _node_tool(copy, folder, "drizzle-kit", ("push", "--force"))
        if (folder / "alembic.ini").is_file():
            if not python_path:
                return Absent("alembic", "where its Python packages lie is not known")
            return Tool("alembic", folder, (sys.executable, "-m", "alembic", "upgrade", "head"))
    return None


def _folders(copy: Path) -> list[Path]:
    """The root first, then what lies below, links left out."""
    found, level = [copy], [copy]
    for _ in range(_DEEPEST):
        level = [
            path
            for folder in level
            for path in sorted(folder.iterdir())
            if path.is_dir() and not path.is_symlink() and path.name not in _SKIPPED
        ][:200]
        found += level
    return found


def _prisma(folder: Path) -> Path | None:
    path = folder / "prisma" / "schema.prisma"
    return path if path.is_file() else None


def _prisma_argv(folder: Path, schema: Path) -> tuple[str, ...]:
    has_history = any((folder / "prisma" / "migrations").glob("*/migration.sql"))
    command = ("migrate", "deploy") if has_history else ("db", "push", "--skip-generate")
    return (*command, f"--schema={schema}")


def _node_tool(copy: Path, folder: Path, name: str, arguments: tuple[str, ...]) -> Tool | Absent:
    for place in (folder, *folder.parents):
        program = place / "node_modules" / ".bin" / name
        if program.exists():
            return Tool(name, folder, (str(program), *arguments))
        if place == copy:
            break
    return Absent(name, f"{name} is not among the installed packages")
