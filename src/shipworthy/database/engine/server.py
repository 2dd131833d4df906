"""The server of a proof: databases with the platform in them, their copies, and connections to them."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shipworthy.database import platform
from shipworthy.database.engine.binaries import Binaries, find_binaries
from shipworthy.database.engine.cluster import boot, connection_string
from shipworthy.database.engine.configuration import ADMIN
from shipworthy.database.engine.guard import Guard
from shipworthy.database.engine.options import EngineOptions
from shipworthy.database.engine.process import Process
from shipworthy.database.proof import Era
from shipworthy.errors import FactUnavailable, MissingExtra

if TYPE_CHECKING:
    import psycopg

_MAIN = "postgres"  # the one database of a hosted project

# What ALTER DATABASE … SET left is no part of a template.
_COPY_SETTINGS = """
    INSERT INTO pg_catalog.pg_db_role_setting
    SELECT copied.oid, setrole, setconfig
    FROM pg_catalog.pg_db_role_setting
    JOIN pg_catalog.pg_database AS origin ON origin.oid = setdatabase AND origin.datname = %(source)s
    JOIN pg_catalog.pg_database AS copied ON copied.datname = %(copy)s
"""


@contextlib.contextmanager
def start(options: EngineOptions | None = None) -> Iterator[Server]:
    """A server for the length of a `with` block; nothing of it is left behind.

    Raises FactUnavailable with the reason where no PostgreSQL can be started.
    """
    options = options or EngineOptions()
    _require_psycopg()
    server = Server(find_binaries(options.pg_bin), options)
    try:
        yield server
    finally:
        server.stop()


class Server:
    """Gives out databases. Each has a PostgreSQL process of its own, because roles, their settings
    and notifications are shared within one: what a migration does to them must reach nobody else."""

    def __init__(self, binaries: Binaries, options: EngineOptions) -> None:
        self.engine = binaries.title
        self.lacks = binaries.lacks  # a sentence for the reader, "" for nothing
        self._binaries = binaries
        self._options = options
        self._lock = threading.Lock()
        self._running: list[_Running] = []
        # Booted now, so that what is wrong shows at the start; the first database uses it.
        self._spare: _Running | None = _Running(binaries, options)

    def database(self, era: Era) -> Database:
        """A fresh database of the platform, whose time starts now."""
        with self._lock:
            running, self._spare = self._spare, None
        running = running or _Running(self._binaries, self._options)
        with self._lock:
            self._running.append(running)
        running.begin()
        database = Database(_MAIN, running)
        if era is Era.STRICT:
            with database.connect(ADMIN) as admin:
                admin.execute(platform.strict().encode())
        return database

    def clone(self, database: Database) -> Database:
        """A copy of a database, to which nobody may be connected meanwhile."""
        return database.clone()

    def stop(self) -> None:
        """End every process and remove every folder."""
        with self._lock:
            everything = [*self._running, *([self._spare] if self._spare else [])]
            self._running, self._spare = [], None
        for running in everything:
            running.stop()


class _Running:
    """A process with its guard and the names of its copies."""

    def __init__(self, binaries: Binaries, options: EngineOptions) -> None:
        self.process: Process = boot(binaries, options)
        self.options = options
        self.guard: Guard | None = None
        self.numbers = itertools.count(1)

    def begin(self) -> None:
        """Start the clock."""
        dsn = connection_string(self.process.place, "template1", ADMIN)
        self.guard = Guard(dsn, self.process.place.data, self.options)

    def stop(self) -> None:
        if self.guard is not None:
            self.guard.stop()
        self.process.stop()

    def connect(self, database: str, login: str, **more: Any) -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(self.address(database, login), **more)

    def address(self, database: str, login: str) -> str:
        why = self.guard.reason if self.guard is not None else ""
        if why or not self.process.alive:
            raise FactUnavailable(why or "PostgreSQL ended, its bounds were exceeded")
        return connection_string(self.process.place, database, login)


class Database(Struct, frozen=True):
    """One database, by its name on its server."""

    name: str
    _running: _Running

    @property
    def folder(self) -> str:
        """The private folder of its server, which holds the data and the socket."""
        return str(self._running.process.place.folder)

    def connect(self, login: str) -> psycopg.Connection[Any]:
        """A connection, for a `with` block, in which the first statement begins a transaction.

        Migrations run as "postgres", attacks as "authenticator", sign-ups as "supabase_auth_admin".
        "supabase_admin" is the superuser, for the catalogue alone: triggers, defaults, views and
        generated columns run with the rights of whoever touches a row, so a superuser that writes
        to or reads from a prototype's table runs the prototype's code as a superuser.

        Raises FactUnavailable once the time or the disk of this database is used up.
        """
        options = "-c search_path=pg_catalog" if login == ADMIN else ""
        return self._running.connect(self.name, login, options=options)

    def address(self, login: str) -> str:
        """How libpq reaches it as this role, for connections of one's own; see `connect`."""
        return self._running.address(self.name, login)

    def clone(self) -> Database:
        """A copy, on the same server; settings of the database come along."""
        name = f"copy_{next(self._running.numbers)}"
        with self._running.connect("template1", ADMIN, autocommit=True) as admin:
            admin.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{self.name}" STRATEGY file_copy OWNER postgres'
            )
            admin.execute(_COPY_SETTINGS, {"source": self.name, "copy": name})
        return Database(name, self._running)

    def drop(self) -> None:
        """End it: a copy alone, a database with its process and all of its copies."""
        if self.name == _MAIN:
            self._running.stop()
            return
        if self._running.process.alive:
            with self._running.connect("template1", ADMIN, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def _require_psycopg() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise MissingExtra("psycopg", "prove") from error
