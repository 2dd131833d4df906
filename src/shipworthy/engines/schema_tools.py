"""Schemas that stand in code alone, written out as SQL by the prototype's own tool.

This runs code of the prototype, with the rights of the user: only where the user asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.command import Command, run
from shipworthy.database.history import SqlFile
from shipworthy.errors import CommandFailed, FactUnavailable

if TYPE_CHECKING:
    from shipworthy.prototype import Prototype

_SECONDS = 60.0
# Tools want an address although they connect to nothing; this one leads nowhere.
_NOWHERE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "CI": "1"}


class SchemaTool(Struct, frozen=True):
    """One tool: the kind of table it knows, its program in the prototype, and how it is called."""

    source: str  # as Table.source has it
    title: str
    programs: tuple[str, ...]  # below the folder of a part, first found is taken
    arguments: Callable[[str], tuple[tuple[str, ...], ...]]  # for a schema file: each way to try
    missing: str  # what the user can do where the program is not there


TOOLS = (
    SchemaTool(
        "drizzle",
        "drizzle-kit export",
        ("node_modules/.bin/drizzle-kit",),
        lambda file: (("export", "--dialect=postgresql", f"--schema={file}"),),
        "install its packages (`npm ci --ignore-scripts`)",
    ),
    SchemaTool(
        "prisma",
        "prisma migrate diff",
        ("node_modules/.bin/prisma",),
        lambda file: (
            ("migrate", "diff", "--from-empty", "--to-schema-datamodel", file, "--script"),
            ("migrate", "diff", "--from-empty", "--to-schema", file, "--script"),
        ),
        "install its packages (`npm ci`)",
    ),
    SchemaTool(
        "sqlalchemy",
        "alembic upgrade head --sql",
        (".venv/bin/alembic", "venv/bin/alembic"),
        lambda _: (("upgrade", "head", "--sql"),),
        "make its environment with Alembic in .venv",
    ),
)


def schema_of_tools(prototype: Prototype) -> SqlFile:
    """The schema as SQL, by the first tool that has one to write out.

    Raises FactUnavailable where no tool is there or each failed, with what it said.
    """
    reasons: list[str] = []
    for tool in TOOLS:
        for folder, file in _schemas(prototype, tool.source):
            try:
                return _exported(prototype.root, tool, folder, file)
            except FactUnavailable as error:
                reasons.append(str(error))
    if not reasons:
        raise FactUnavailable("the schema stands in code, in a form that no known tool writes out")
    raise FactUnavailable("; ".join(dict.fromkeys(reasons)))


def commands(root: Path, tool: SchemaTool, folder: str, file: str) -> tuple[Command, ...]:
    """The ways to call a tool for a schema file. Raises FactUnavailable where it is not installed."""
    base = root / folder
    program = next((base / p for p in tool.programs if (base / p).exists()), None)
    if program is None:
        raise FactUnavailable(f"{tool.title} is not there: {tool.missing}, then ask again")
    environment: Mapping[str, str] = _NOWHERE
    return tuple(
        Command((str(program.absolute()), *arguments), base, environment, _SECONDS)
        for arguments in tool.arguments(file)
    )


def parse(output: bytes) -> str:
    """The SQL of a tool's output. Raises FactUnavailable where there is none."""
    text = output.decode(errors="replace")
    if "create table" not in text.lower():
        raise FactUnavailable("no table was written out")
    return text


def _exported(root: Path, tool: SchemaTool, folder: str, file: str) -> SqlFile:
    said = ""
    for command in commands(root, tool, folder, file):
        try:
            ran = run(command)
        except CommandFailed as error:
            raise FactUnavailable(f"{tool.title}: {error}") from error
        if ran.code == 0:
            return SqlFile(tool.title, parse(ran.output))
        said = (ran.errors or ran.output).decode(errors="replace").strip()
    raise FactUnavailable(
        f"{tool.title} failed: {said.splitlines()[-1][:200] if said else 'no word'}"
    )


def _schemas(prototype: Prototype, source: str) -> Iterator[tuple[str, str]]:
    """The schema files of a kind, each with the folder of its part; the one with most tables first."""
    paths = [t.location.path for t in prototype.tables if t.source == source]
    for path in sorted(set(paths), key=lambda p: (-paths.count(p), p)):
        parts = sorted((p.folder for p in prototype.stack.parts), key=len, reverse=True)
        folder = next((f for f in parts if not f or path.startswith(f"{f}/")), "")
        yield folder, str(PurePosixPath(path).relative_to(folder)) if folder else path
