"""A prototype that wants a DATABASE_URL gets a PostgreSQL with its tables, and nobody else gets in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shipworthy.errors import FactUnavailable
from shipworthy.pipeline import open_prototype
from shipworthy.settings import Settings
from shipworthy.sidecar.certificate import default_authorities
from shipworthy.sidecar.standin import PlainDatabase, start_database
from shipworthy.sidecar.standin.plain.schema import Absent, Tool, find_tool

SQL = "create table shops (id serial primary key, name text not null);"
SEED = "insert into shops (name) values ('Corner');"
CODE = """
import pg from 'pg'
export const pool = new pg.Pool({ connectionString: process.env.SHOP_DATABASE_URL })
export const shops = () => pool.query('select * from shops')
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainDatabase]:
    root = tmp_path_factory.mktemp("shop")
    (root / "migrations").mkdir()
    (root / "migrations" / "001_shops.sql").write_text(SQL)
    (root / "migrations" / "seed.sql").write_text(SEED)
    (root / "db.ts").write_text(CODE)
    (root / "package.json").write_text(json.dumps({"dependencies": {"pg": "8.0.0"}}))
    place = tmp_path_factory.mktemp("place")
    started = start_database(open_prototype(root, Settings()), root, place, lambda _: None)
    yield started
    started.stop()


def test_the_tables_and_the_seed_are_there_at_the_address_that_the_code_reads(
    database: PlainDatabase,
) -> None:
    with psycopg.connect(database.environment["SHOP_DATABASE_URL"]) as connection:
        assert connection.execute("select name from shops").fetchall() == [("Corner",)]
        connection.execute("insert into shops (name) values ('Second')")
        rights = "select rolsuper from pg_roles where rolname = current_user"
        assert connection.execute(rights).fetchone() == (False,)
    assert database.environment["DATABASE_URL"] == database.environment["SHOP_DATABASE_URL"]


@pytest.mark.parametrize("mode", ["require", "verify-full", "disable", "prefer"])
def test_a_driver_that_insists_on_tls_is_let_in(database: PlainDatabase, mode: str) -> None:
    """`ssl_require=True` and `ssl: {rejectUnauthorized: false}` stand in code that hosts gave."""
    trusted = default_authorities() / "localhost" / "authority.pem"
    with psycopg.connect(database.url, sslmode=mode, sslrootcert=str(trusted)) as connection:
        assert connection.execute("select count(*) from shops").fetchone() is not None
        assert connection.pgconn.ssl_in_use is (mode != "disable")


@pytest.mark.parametrize(
    "change",
    [
        {"user": "supabase_admin", "password": "x"},
        {"user": "authenticator", "password": "x"},
        {"user": "postgres", "password": "wrong"},
        {"user": "postgres", "password": ""},
    ],
)
def test_no_other_role_and_no_other_password_is_let_in(
    database: PlainDatabase, change: dict[str, str]
) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database.environment["DATABASE_URL"], **change)


def test_a_prototype_that_wants_another_database_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {"mongoose": "8.0.0"}}))
    (tmp_path / "db.js").write_text("import mongoose from 'mongoose'\nmongoose.connect('x')\n")
    with pytest.raises(FactUnavailable, match="wants MongoDB"):
        start_database(open_prototype(tmp_path, Settings()), tmp_path, tmp_path, lambda _: None)


def test_the_tool_that_makes_the_tables_is_found_where_it_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "packages" / "db"
    package.mkdir(parents=True)
    (package / "drizzle.config.ts").touch()
    assert isinstance(find_tool(tmp_path, ""), Absent)
    programs = tmp_path / "node_modules" / ".bin"
    programs.mkdir(parents=True)
    (programs / "drizzle-kit").touch()
    found = find_tool(tmp_path, "")
    assert isinstance(found, Tool)
    assert (found.folder, found.argv[1:]) == (package, ("push", "--force"))


def test_prisma_deploys_its_migrations_and_pushes_where_it_has_none(tmp_path: Path) -> None:
    (tmp_path / "prisma" / "migrations" / "1_first").mkdir(parents=True)
    (tmp_path / "prisma" / "schema.prisma").touch()
    (tmp_path / "node_modules" / ".bin").mkdir(parents=True)
    (tmp_path / "node_modules" / ".bin" / "prisma").touch()
    pushed = find_tool(tmp_path, "")
    assert isinstance(pushed, Tool)
    assert pushed.argv[1:3] == ("db", "push")
    (tmp_path / "prisma" / "migrations" / "1_first" / "migration.sql").touch()
    deployed = find_tool(tmp_path, "")
    assert isinstance(deployed, Tool)
    assert deployed.argv[1:3] == ("migrate", "deploy")
