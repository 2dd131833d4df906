"""What hostile SQL tries as the role that runs migrations, on a real server: none of it gets out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import psycopg
import pytest
from psycopg import errors

from shipworthy.database.engine import Database, EngineOptions, Server, landlock, start
from shipworthy.database.engine.keeper import size_of
from shipworthy.database.proof import Era
from shipworthy.errors import FactUnavailable

OUTSIDE = Path(gettempdir()) / "shipworthy-was-here"

REFUSED = {
    "a program is written to": "COPY (SELECT 1) TO PROGRAM 'cat'",
    "a program is read from": "CREATE TEMP TABLE t (l text); COPY t FROM PROGRAM 'id'",
    "a file is written": f"COPY (SELECT 1) TO '{OUTSIDE}'",
    "a file is copied in": "CREATE TEMP TABLE t (l text); COPY t FROM '/etc/passwd'",
    "a file is read": "SELECT pg_read_file('/etc/passwd')",
    "a file is read as bytes": "SELECT pg_read_binary_file('postgresql.conf')",
    "a folder is listed": "SELECT pg_ls_dir('.')",
    "a file is looked at": "SELECT pg_stat_file('/etc/passwd')",
    "a file becomes a large object": "SELECT lo_import('/etc/passwd')",
    "a large object becomes a file": f"SELECT lo_export(lo_create(0), '{OUTSIDE}')",
    "the server is configured": "ALTER SYSTEM SET archive_command = 'id'",
    "the configuration is read again": "SELECT pg_reload_conf()",
    "a library is loaded": "LOAD 'dblink'",
    "a library is loaded by path": "LOAD '/tmp/evil.so'",
    "libraries are preloaded": "SET session_preload_libraries = 'evil'",
    "functions are written in C": (
        "CREATE FUNCTION f(text) RETURNS integer LANGUAGE c AS '/lib/libc.so.6', 'system'"
    ),
    "internal functions are named": (
        "CREATE FUNCTION f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_v2'"
    ),
    "a language is added": "CREATE LANGUAGE evil HANDLER plpgsql_call_handler",
    "another server is asked": "CREATE EXTENSION dblink",
    "another server is mounted": "CREATE EXTENSION postgres_fdw",
    "files are mounted": "CREATE EXTENSION file_fdw",
    "Python runs": "CREATE EXTENSION plpython3u",
    "pages are patched": "CREATE EXTENSION pg_surgery",
    "pages are read": "CREATE EXTENSION pageinspect",
    "JavaScript runs": "CREATE EXTENSION plv8",
    "a foreign data wrapper is made": "CREATE FOREIGN DATA WRAPPER w",
    "a server is subscribed to": (
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 dbname=x' PUBLICATION p"
    ),
    "a place for tables is made": "CREATE TABLESPACE t LOCATION '/tmp'",
    "the superuser's role is taken": "SET ROLE supabase_admin",
    "the superuser's session is taken": "SET SESSION AUTHORIZATION supabase_admin",
    "the superuser is joined": "GRANT supabase_admin TO postgres",
    "programs are granted": "GRANT pg_execute_server_program TO postgres",
    "files are granted": "GRANT pg_write_server_files TO postgres",
    "a superuser is made": "CREATE ROLE evil SUPERUSER",
    "a replica is made": "CREATE ROLE evil REPLICATION LOGIN",
    "it makes itself superuser": "ALTER ROLE postgres SUPERUSER",
    "the superuser's settings change": "ALTER ROLE supabase_admin SET search_path = evil",
    "the superuser's password changes": "ALTER ROLE supabase_admin PASSWORD 'evil'",
    "who asks is redefined": (
        "CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql RETURN null::uuid"
    ),
    "who asks is dropped": "DROP FUNCTION auth.uid() CASCADE",
    "who asks is renamed": "ALTER FUNCTION auth.uid() RENAME TO uid_before",
    "the schema of users is dropped": "DROP SCHEMA auth CASCADE",
    "the path of files is redefined": (
        "CREATE OR REPLACE FUNCTION storage.foldername(name text) RETURNS text[] "
        "LANGUAGE sql RETURN array['mine']"
    ),
    "every statement is watched": (
        "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.e()"
    ),
    "the template is dropped": "DROP DATABASE template1",
    "the template is renamed": "ALTER DATABASE template1 RENAME TO gone",
    "the catalogue is edited": "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "the catalogue becomes editable": "SET allow_system_table_mods = on",
    "the parser is skipped": "SET zero_damaged_pages = on",
    "memory is asked for at once": "SELECT length(repeat('x', 1 << 30) || repeat('x', 1 << 30))",
    "a function calls itself for ever": (
        "CREATE FUNCTION public.deep(i integer) RETURNS integer LANGUAGE plpgsql AS "
        "'BEGIN RETURN public.deep(i + 1); END'; SELECT public.deep(1)"
    ),
}

# Insufficient privilege; not there, or not of this kind; bounds of a string, the stack and memory.
REFUSALS = {
    *("42501", "0A000", "42704", "42809", "42883", "2BP01", "55006", "55P02", "22023", "58P01"),
    *("54000", "54001", "53200"),
}


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    made = server.database(Era.LEGACY)
    yield made
    made.drop()


@pytest.fixture
def migration(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect("postgres") as connection:
        connection.autocommit = True
        yield connection


NARROW = EngineOptions(statement_seconds=1, disk_bytes=160 << 20, file_bytes=32 << 20)


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    with start(NARROW) as running:
        yield running


@pytest.fixture
def narrow(small: Server) -> Iterator[Database]:
    """A database of narrow bounds."""
    made = small.database(Era.LEGACY)
    yield made
    made.drop()


@pytest.mark.parametrize("statements", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_when(statements: str, migration: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error) as refused:
        _run(migration, statements)
    assert refused.value.sqlstate in REFUSALS, refused.value


def test_nothing_was_written_outside() -> None:
    assert not OUTSIDE.exists()


def test_a_definer_function_cannot_become_another_role(
    database: Database, migration: psycopg.Connection
) -> None:
    migration.execute(
        "CREATE FUNCTION public.climb() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$"
        "BEGIN RESET ROLE; SET ROLE supabase_admin; RETURN current_user; END $$"
    )
    with database.connect("authenticator") as attack:
        attack.execute("SET ROLE anon")
        with pytest.raises(errors.InsufficientPrivilege):
            attack.execute("SELECT public.climb()")


def test_an_attack_login_that_resets_its_role_owns_nothing(
    database: Database, migration: psycopg.Connection
) -> None:
    migration.execute("CREATE TABLE public.mine (id integer)")
    migration.execute(
        "CREATE FUNCTION public.reset() RETURNS text LANGUAGE plpgsql AS $$"
        "BEGIN RESET ROLE; EXECUTE 'DROP TABLE public.mine'; RETURN current_user; END $$"
    )
    with database.connect("authenticator") as attack:
        attack.execute("SET ROLE anon")
        with pytest.raises(errors.InsufficientPrivilege):
            attack.execute("SELECT public.reset()")


def test_extension_scripts_run_nothing_that_was_planted(migration: psycopg.Connection) -> None:
    migration.execute("CREATE SCHEMA planted")
    for left, right in (("text", "text"), ("bytea", "bytea"), ("name", "text")):
        migration.execute(
            f"CREATE FUNCTION planted.take({left}, {right}) RETURNS boolean LANGUAGE plpgsql AS "
            "'BEGIN ALTER ROLE postgres SUPERUSER; RETURN true; END'"
        )
        for sign in ("=", "||"):
            migration.execute(
                f"CREATE OPERATOR planted.{sign} "
                f"(LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = planted.take)"
            )
    migration.execute("SET search_path = planted, pg_catalog")
    offered = migration.execute(
        "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL"
    ).fetchall()
    for (name,) in offered:
        migration.execute(f'DROP EXTENSION IF EXISTS "{name}" CASCADE')
        where = "" if name in {"pg_cron", "pgmq", "pgsodium"} else "SCHEMA planted"
        migration.execute(f'CREATE EXTENSION "{name}" {where} CASCADE')
    row = migration.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres'").fetchone()
    assert row == (False,)


def test_a_session_of_the_superuser_cannot_be_ended(
    database: Database, migration: psycopg.Connection
) -> None:
    with database.connect("supabase_admin") as admin:
        pid = admin.info.backend_pid
        with pytest.raises(errors.InsufficientPrivilege):
            migration.execute("SELECT pg_terminate_backend(%s)", (pid,))


def test_a_session_of_another_login_cannot_be_ended(
    database: Database, migration: psycopg.Connection
) -> None:
    with database.connect("supabase_auth_admin") as other:
        pid = other.info.backend_pid
        migration.execute("SET ROLE authenticated")
        with pytest.raises(errors.InsufficientPrivilege):
            migration.execute("SELECT pg_terminate_backend(%s)", (pid,))


def test_another_database_on_the_machine_is_not_reached(server: Server, database: Database) -> None:
    other = server.database(Era.LEGACY)
    try:
        with database.connect("postgres") as mine, other.connect("postgres") as theirs:
            mine.execute("CREATE ROLE only_here")
            mine.commit()
            found = theirs.execute("SELECT FROM pg_roles WHERE rolname = 'only_here'").fetchall()
        assert found == []
    finally:
        other.drop()


def test_an_endless_loop_ends(narrow: Database) -> None:
    with pytest.raises(errors.QueryCanceled):
        _as_migration(narrow, "DO 'BEGIN LOOP END LOOP; END'")


def test_a_loop_that_catches_its_end_and_has_no_timeout_ends(narrow: Database) -> None:
    begun = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        _as_migration(
            narrow,
            "SET statement_timeout = 0",
            "DO $$BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; "
            "END; END LOOP; END$$",
        )
    assert time.monotonic() - begun < 50  # without its end it sleeps for a minute


def test_a_terabyte_does_not_fill_the_disk(narrow: Database) -> None:
    with pytest.raises(psycopg.Error):
        _as_migration(
            narrow,
            "SET statement_timeout = 0",
            "CREATE TABLE big AS SELECT repeat(md5(i::text), 900) FROM generate_series(1, 1e9) i",
        )
    assert size_of(narrow.folder) < 2 * NARROW.disk_bytes


def test_many_tables_do_not_fill_the_disk(narrow: Database) -> None:
    """Each stays below the bound of a file; together they pass that of the folder."""
    made = (
        f"CREATE TABLE t{number} AS SELECT i, i + 1 AS j, i + 2 AS k "  # noqa: S608
        "FROM generate_series(1, 600000) i"
        for number in range(60)
    )
    with pytest.raises((psycopg.Error, FactUnavailable)):
        _as_migration(narrow, *made)
    assert size_of(narrow.folder) < 2 * NARROW.disk_bytes


def test_what_goes_on_beyond_the_disk_is_ended(narrow: Database) -> None:
    """A bulky statement is cancelled; one that goes on all the same loses the whole database."""
    with pytest.raises((psycopg.Error, FactUnavailable)):
        _as_migration(
            narrow,
            "SET statement_timeout = 0",
            "DO $$BEGIN FOR n IN 1..999 LOOP BEGIN EXECUTE 'CREATE TABLE t' || n || ' AS SELECT i, "
            "i + 1 AS j FROM generate_series(1, 300000) i'; EXCEPTION WHEN query_canceled THEN NULL; "
            "END; END LOOP; END$$",
        )
    assert size_of(narrow.folder) < 2.5 * NARROW.disk_bytes


def test_large_temporary_data_is_refused(narrow: Database) -> None:
    with pytest.raises(psycopg.Error):
        _as_migration(narrow, "SELECT * FROM generate_series(1, 1e8) i ORDER BY md5(i::text)")


def test_a_flood_of_notifications_ends(narrow: Database) -> None:
    flood = "SELECT pg_notify('flood', i || repeat('x', 7000)) FROM generate_series(1, 200000) i"
    with pytest.raises(psycopg.Error):
        _as_migration(narrow, "LISTEN flood", flood)


def test_a_flood_of_warnings_does_not_fill_the_log(server: Server) -> None:
    flooded = server.database(Era.LEGACY)
    _as_migration(
        flooded,
        "DO $$BEGIN FOR i IN 1..2000 LOOP RAISE WARNING '%', repeat('x', 5000); END LOOP; END$$",
    )
    assert (Path(flooded.folder) / "log").stat().st_size < 100_000
    flooded.drop()


def test_memory_is_bounded(narrow: Database) -> None:
    with pytest.raises(psycopg.Error):
        _as_migration(narrow, "SELECT array_agg(repeat('x', 1 << 20)) FROM generate_series(1, 1e5)")
    _as_migration(narrow, "SELECT 1")


def test_a_stranger_cannot_use_up_the_time() -> None:
    with start(EngineOptions(seconds=3)) as server:
        database = server.database(Era.LEGACY)
        with pytest.raises((psycopg.Error, FactUnavailable)):
            _as_migration(database, *["SELECT pg_sleep(0.2)"] * 300)
        with pytest.raises(FactUnavailable, match="longer than 3 s"):
            database.connect("postgres")


def test_even_a_superuser_of_the_database_is_confined(database: Database) -> None:
    """The second line: were a role to become superuser, the system itself refuses."""
    if landlock.version() == 0:
        pytest.skip("this system cannot confine a process")
    with database.connect("supabase_admin") as admin:
        admin.autocommit = True
        for statement in (
            f"COPY (SELECT 1) TO PROGRAM 'cat > {OUTSIDE}'",
            f"COPY (SELECT 1) TO '{OUTSIDE}'",
            "SELECT pg_read_file('/etc/hostname')",
            f"SELECT pg_read_file('{__file__}')",
            "SELECT pg_ls_dir('/home')",
        ):
            with pytest.raises(psycopg.Error):
                admin.execute(statement)
    assert not OUTSIDE.exists()


def test_threads_may_share_a_server(small: Server) -> None:
    made: list[Database] = []
    threads = [
        threading.Thread(target=lambda: made.append(small.database(Era.STRICT))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    for database in made:
        database.drop()


def _run(connection: psycopg.Connection, statements: str) -> None:
    connection.execute(statements.encode())


def _as_migration(database: Database, *statements: str) -> None:
    with database.connect("postgres") as connection:
        connection.autocommit = True
        for statement in statements:
            connection.execute(statement.encode())
