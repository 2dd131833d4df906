"""Open a rebuilt database to the programs of a prototype: a port, a role and a password made anew."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.database.names import literal
from shipworthy.prototype.dependencies.dependency import Ecosystem
from shipworthy.prototype.source import Role
from shipworthy.prototype.tables.schemas import prisma_addresses
from shipworthy.sidecar.standin.plain.relay import Relay
from shipworthy.sidecar.standin.plain.tls import server_context

if TYPE_CHECKING:
    from shipworthy.database.engine import Database
    from shipworthy.prototype.prototype import Prototype

ROLE = "postgres"  # owns the tables, and is no superuser
_ADMIN = "supabase_admin"
_RULES = "local all postgres scram-sha-256\nlocal all all trust\n"
_ADDRESSES = re.compile(
    r"(DATABASE|POSTGRES\w*|^PG|NEON\w*|^DB|DIRECT|SQLALCHEMY\w*)_?(URL|URI|DSN|URL_\w+)$"
)
_PARTS = re.compile(
    r"(?:DB|DATABASE|POSTGRES(?:QL)?|PG)_?(?:(HOST)|(PORT)|(USER(?:NAME)?)|(PASS(?:WORD)?)|(NAME|DB|DATABASE))"
)
_OF_LIBPQ = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")  # in the order of the groups
_USUAL = ("DATABASE_URL", "POSTGRES_URL", "DIRECT_URL")


_DRIVERS = frozenset("psycopg psycopg-binary psycopg2 psycopg2-binary asyncpg aiopg pg8000".split())

_OF_NODE = frozenset("pg postgres @prisma/client drizzle-orm knex sequelize typeorm".split())
_OF_SQLALCHEMY = frozenset("sqlalchemy flask-sqlalchemy sqlmodel".split())


@dataclass(frozen=True, slots=True)
class Opened:
    """A way into a database: `url` for programs, `relay` to close it."""

    url: str
    relay: Relay
    parts: Mapping[str, str]  # PGHOST and its like, as libpq reads them

    def environment(self, prototype: Prototype) -> dict[str, str]:
        """The address under the usual names, and under those that this prototype reads."""
        parts = {name: self.parts[libpq] for name, libpq in _part_names(prototype).items()}
        urls = (*_USUAL, *_url_names(prototype))
        return dict(self.parts) | parts | dict.fromkeys(urls, self.url)


def wants_address(prototype: Prototype) -> bool:
    """True where the code reads the address of a database."""
    return bool(address_names(prototype))


def address_names(prototype: Prototype) -> tuple[str, ...]:
    """The settings under which the code reads the address of a database, whole or its host alone."""
    hosts = (name for name, libpq in _part_names(prototype).items() if libpq == "PGHOST")
    return (*_url_names(prototype), *hosts)


def sqlite_address(prototype: Prototype) -> str:
    """The address of a file in the copy, for code in Python that brings SQLAlchemy and no driver for
    PostgreSQL: that would be lost on it. '' for all others."""
    packages = prototype.dependencies.packages
    listed = {one.name.lower() for one in packages if one.ecosystem is Ecosystem.PYPI}
    others = {one.name for one in packages if one.ecosystem is Ecosystem.NPM}
    if listed & _DRIVERS or others & _OF_NODE or not listed & _OF_SQLALCHEMY:
        return ""
    return f"sqlite{'+aiosqlite' if 'aiosqlite' in listed else ''}:///./shipworthy.db"


def _url_names(prototype: Prototype) -> tuple[str, ...]:
    names = {one.name for one in prototype.environment if _ADDRESSES.search(one.name)}
    for file in prototype.files.values():
        if file.name.endswith(".prisma") and file.role is not Role.TEST:
            names.update(prisma_addresses(file.text or ""))
    return tuple(sorted(names))


def _part_names(prototype: Prototype) -> dict[str, str]:
    """What the code calls the parts of the address of a PostgreSQL, and what libpq calls them."""
    if "postgres" not in prototype.stack.data:
        return {}
    found = {one.name: _PARTS.fullmatch(one.name) for one in prototype.environment}
    return {
        name: _OF_LIBPQ[match.lastindex - 1]
        for name, match in sorted(found.items())
        if match and match.lastindex
    }


def open_database(database: Database) -> Opened:
    """Give the owner of the tables a password, which is asked for from now on, and open a port."""
    password = secrets.token_urlsafe(24)
    with database.connect(_ADMIN) as admin:
        admin.execute(f"ALTER ROLE {ROLE} PASSWORD {literal(password)}".encode())
        (Path(database.folder) / "data" / "pg_hba.conf").write_text(_RULES)
        admin.execute("SELECT pg_reload_conf()")
    relay = Relay(Path(database.folder) / ".s.PGSQL.5432", ROLE, server_context())
    parts = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(relay.port),
        "PGUSER": ROLE,
        "PGPASSWORD": password,
        "PGDATABASE": database.name,
    }
    url = f"postgresql://{ROLE}:{password}@127.0.0.1:{relay.port}/{database.name}"
    return Opened(f"{url}?sslmode=disable", relay, parts)
