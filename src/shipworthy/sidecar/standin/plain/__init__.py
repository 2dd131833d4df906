"""A PostgreSQL for a prototype that wants nothing but a DATABASE_URL."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable
from shipworthy.prototype.tables.histories import SchemaInCode, read_history
from shipworthy.sidecar.guarded import start
from shipworthy.sidecar.standin.plain.opening import Opened, open_database
from shipworthy.sidecar.standin.plain.schema import Absent, Tool, find_tool
from shipworthy.sidecar.standin.plain.written import point_addresses, written_addresses
from shipworthy.sidecar.standin.seeding import run_seeds

if TYPE_CHECKING:
    from shipworthy.database.engine import Database, Server
    from shipworthy.prototype.prototype import Prototype

Tell = Callable[[str], None]
_OTHERS = {
    "mysql": "MySQL", "mongodb": "MongoDB", "sqlserver": "SQL Server", "firebase": "Firebase",
}  # fmt: skip
_NEON = "@neondatabase/serverless"
_DISK = 2 << 30  # bytes


@dataclass(frozen=True, slots=True)
class PlainDatabase:
    """A running database. `environment` holds its address for the programs of the prototype."""

    environment: Mapping[str, str]
    said: tuple[str, ...]  # what a person should know of it
    _opened: Opened
    _server: Server

    @property
    def url(self) -> str:
        """Its address, as `postgresql://…`."""
        return self._opened.url

    def stop(self) -> None:
        """End it. Everything in it is gone."""
        self._opened.relay.stop()
        self._server.stop()


def start_database(
    prototype: Prototype,
    copy: Path,
    place: Path,
    tell: Tell,
    python_path: str = "",
) -> PlainDatabase:
    """A PostgreSQL with the tables of a prototype, made by its own tool or by its SQL files.

    `copy` is its scratch copy with the packages installed, `place` a private folder for logs,
    `python_path` where the copy's Python packages lie. Addresses that the copy has written out are led
    there. Runs code of the prototype where its tool does.
    Each start begins anew. Raises FactUnavailable for a prototype that wants another kind of database,
    and where no PostgreSQL can be started.
    """
    from shipworthy.database.engine import EngineOptions
    from shipworthy.database.engine.binaries import find_binaries
    from shipworthy.database.engine.server import Server
    from shipworthy.database.proof import Era

    refuse_other_databases(prototype)
    server = Server(find_binaries(), EngineOptions(seconds=math.inf, disk_bytes=_DISK))
    try:
        database = server.database(Era.LEGACY)
        said: list[str] = []
        tool = find_tool(copy, python_path)
        if tool is None or isinstance(tool, Absent):
            said += _from_files(database, prototype, tool)
        opened = open_database(database)
        point_addresses(copy, written_addresses(prototype).files, opened.url)
        if isinstance(tool, Tool):
            said += _from_tool(tool, opened, place, python_path)
    except BaseException:
        server.stop()
        raise
    said += _warnings(prototype)
    for line in said:
        tell(line)
    return PlainDatabase(opened.environment(prototype), tuple(said), opened, server)


def refuse_other_databases(prototype: Prototype) -> None:
    """Raises FactUnavailable for a prototype whose data lies in something else than PostgreSQL."""
    data = prototype.stack.data
    for name, title in _OTHERS.items():
        if name in data and "postgres" not in data and "supabase" not in data:
            raise FactUnavailable(
                f"the prototype wants {title}; shipworthy brings PostgreSQL alone: start {title} yourself"
                " and give its address with --env FILE"
            )


def _from_files(database: Database, prototype: Prototype, tool: Absent | None) -> list[str]:
    """Tables from SQL files, where no tool of the prototype makes them."""
    from shipworthy.database.replay import replay

    missing = [f"the tables could not be made by {tool.name}: {tool.why}"] if tool else []
    try:
        history = read_history(prototype)
    except SchemaInCode as error:
        made = f"the tables stand in code alone ({error.tool}), which makes them as it starts, if at all"
        return [*missing, f"the database is empty: {made}"]
    except FactUnavailable as error:
        return [*missing, f"the database is empty: {error}"]
    if history is None:
        return [*missing, "the database is empty: no SQL file makes a table"]
    replayed, schema = replay(database, history)
    files = f"{replayed.clean_files} of {replayed.files} SQL files applied"
    return [*missing, f"{files}: {len(schema.tables)} tables", *run_seeds(database, history)]


def _from_tool(tool: Tool, opened: Opened, place: Path, python_path: str) -> list[str]:
    """Tables by the prototype's own schema tool."""
    log = place / "database.log"
    log.unlink(missing_ok=True)
    path = os.environ.get("PATH", "")
    given = {
        "DATABASE_URL": opened.url, "DIRECT_URL": opened.url, "POSTGRES_URL": opened.url,
        **opened.parts, "PATH": path, "CI": "true", "PYTHONPATH": python_path,
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
    }  # fmt: skip
    running = start(tool.argv, tool.folder, given, log)
    code = running.wait(tool.seconds)
    if code is None:
        running.stop(1.0)
    command = tool.text.replace(str(tool.folder), ".")
    if code == 0:
        return [f"the tables were made by `{command}`"]
    why = f"exit code {code}" if code is not None else f"no end within {tool.seconds:g} s"
    return [f"`{command}` failed ({why}): {_last_line(log)}; all of it: {log}"]


def _last_line(log: Path) -> str:
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    except OSError:
        return "it left no log"
    said = [line for line in lines if line]
    return next((line for line in said if "error" in line.lower()), (said or [""])[-1])[:300]


def _warnings(prototype: Prototype) -> list[str]:
    if any(one.name == _NEON for one in prototype.dependencies.packages):
        return [
            f"{_NEON} speaks to Neon over its own protocol: it will not reach this PostgreSQL unless"
            " the code falls back to `pg`"
        ]
    return []
