"""The platform's stand-in: roles, schemas, grants and extensions behave as on the hosted one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from shipworthy.database.engine import Database, Server
from shipworthy.database.proof import Era

USER = "11111111-1111-1111-1111-111111111111"
ACCEPTED = {
    "a policy on stored files": (
        "CREATE POLICY p ON storage.objects FOR SELECT USING (bucket_id = 'a')"
    ),
    "a policy on buckets": "CREATE POLICY p ON storage.buckets FOR SELECT USING (true)",
    "a policy on messages": (
        "CREATE POLICY p ON realtime.messages FOR SELECT TO authenticated "
        "USING (realtime.topic() = 'room')"
    ),
    "row security on stored files, again": "ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY",
    "a bucket": (
        "INSERT INTO storage.buckets (id, name, public, file_size_limit, allowed_mime_types) "
        "VALUES ('a', 'a', true, 5242880, array['image/png']) ON CONFLICT (id) DO NOTHING"
    ),
    "a trigger on sign-up": (
        "CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        "AS 'BEGIN RETURN new; END'; CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users "
        "FOR EACH ROW EXECUTE FUNCTION public.handle_new_user()"
    ),
    "a trigger on stored files": (
        "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
        "CREATE TRIGGER t AFTER INSERT ON storage.objects FOR EACH ROW EXECUTE FUNCTION public.f()"
    ),
    "a reference to users": (
        "CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE)"
    ),
    "a view of users": "CREATE VIEW public.people AS SELECT id, email FROM auth.users",
    "a function of its own in auth": (
        "CREATE FUNCTION auth.is_admin() RETURNS boolean LANGUAGE sql RETURN false"
    ),
    "a table in the publication": (
        "CREATE TABLE public.live (id integer);"
        "ALTER PUBLICATION supabase_realtime ADD TABLE public.live"
    ),
    "a job": "SELECT cron.schedule('nightly', '0 3 * * *', $$DELETE FROM public.old$$)",
    "a job that is there already": (
        "SELECT cron.schedule('a', '* * * * *', 'SELECT 1');"
        "SELECT cron.schedule('a', '5 * * * *', 'SELECT 2'); SELECT cron.unschedule('a')"
    ),
    "a request by name": (
        "SELECT net.http_post(url := 'https://example.com', headers := '{}'::jsonb, "
        "body := jsonb_build_object('a', 1), timeout_milliseconds := 1000)"
    ),
    "a secret": (
        "SELECT vault.create_secret('s', 'n', 'd');"
        "SELECT decrypted_secret FROM vault.decrypted_secrets WHERE name = 'n'"
    ),
    "a webhook": (
        "CREATE TABLE public.hooked (id integer); CREATE TRIGGER h AFTER INSERT ON public.hooked "
        "FOR EACH ROW EXECUTE FUNCTION supabase_functions.http_request"
        "('https://example.com', 'POST', '{}', '{}', '1000'); INSERT INTO public.hooked VALUES (1)"
    ),
    "a broadcast": "SELECT realtime.send('{}'::jsonb, 'event', 'topic', false)",
    "a role": "CREATE ROLE reporting NOLOGIN; GRANT authenticated TO reporting",
    "exposed schemas": "ALTER ROLE authenticator SET pgrst.db_schemas = 'public, api'",
    "a setting of the database": "ALTER DATABASE postgres SET timezone = 'Europe/Berlin'",
    "triggers switched off for a load": "SET session_replication_role = replica",
    "a schema": "CREATE SCHEMA api; GRANT USAGE ON SCHEMA api TO anon, authenticated",
    "default privileges": "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon",
    "the ledger of migrations": (
        "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('1', 'first')"
    ),
    "extensions as the tools write them": (
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE EXTENSION IF NOT EXISTS pgcrypto WITH '
        "SCHEMA extensions; CREATE EXTENSION pg_cron WITH SCHEMA pg_catalog; "
        "CREATE EXTENSION IF NOT EXISTS pg_net WITH SCHEMA extensions; CREATE EXTENSION vector"
    ),
    "an extension taken away and made again": (
        'DROP EXTENSION "uuid-ossp" CASCADE; CREATE EXTENSION "uuid-ossp" SCHEMA public;'
        "SELECT public.uuid_generate_v4()"
    ),
    "shapes with an index": (
        "CREATE EXTENSION postgis; CREATE TABLE public.places (at geography(Point, 4326));"
        "INSERT INTO public.places SELECT ST_SetSRID(ST_MakePoint(i, i), 4326) "
        "FROM generate_series(1, 2000) i; CREATE INDEX ON public.places USING gist (at);"
        "SELECT FROM public.places WHERE ST_DWithin(at, ST_Point(1, 1)::geography, 1000)"
    ),
    "queues": (
        "CREATE EXTENSION pgmq; SELECT pgmq.create('q'); SELECT pgmq.send('q', '{}');"
        "SELECT pgmq.read('q', 0, 1); SELECT pgmq.archive('q', 1)"
    ),
}


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    made = server.database(Era.LEGACY)
    yield made
    made.drop()


@pytest.fixture
def migration(database: Database) -> Iterator[psycopg.Connection]:
    """A session of the role that runs migrations; nothing of it stays."""
    with database.connect("postgres") as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("statements", ACCEPTED.values(), ids=ACCEPTED)
def test_a_migration_may_make(statements: str, migration: psycopg.Connection) -> None:
    migration.execute(statements.encode())


def test_every_offered_extension_can_be_made(migration: psycopg.Connection) -> None:
    offered = "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL"
    names = [name for (name,) in migration.execute(offered)]
    for name in names:
        migration.execute(f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE'.encode())
    assert len(names) >= 55


@pytest.mark.parametrize("era", Era)
def test_new_tables_are_granted_by_the_era(server: Server, era: Era) -> None:
    database = server.database(era)
    with database.connect("postgres") as connection:
        connection.execute("CREATE TABLE public.t (id serial)")
        connection.execute("CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql RETURN 1")
        rows = connection.execute(
            "SELECT r, has_table_privilege(r, 'public.t', 'SELECT, INSERT, UPDATE, DELETE'), "
            "has_sequence_privilege(r, 'public.t_id_seq', 'USAGE'), "
            "has_function_privilege(r, 'public.f()', 'EXECUTE') "
            "FROM unnest(array['anon', 'authenticated', 'service_role']) r"
        ).fetchall()
    granted = era is Era.LEGACY
    assert [row[1:] for row in rows] == [(granted, granted, True)] * 3
    database.drop()


def test_taking_execute_from_public_leaves_anon_its_own_grant(
    migration: psycopg.Connection,
) -> None:
    migration.execute("CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql RETURN 1")
    migration.execute("REVOKE ALL ON FUNCTION public.f() FROM PUBLIC")
    assert _one(migration, "SELECT has_function_privilege('anon', 'public.f()', 'EXECUTE')")


def test_roles_have_the_powers_of_the_hosted_ones(migration: psycopg.Connection) -> None:
    rows = migration.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles "
        "WHERE rolname !~ '^pg_'"
    )
    powers = {name: powers for name, *powers in rows}
    assert powers["supabase_admin"][0]
    assert powers["postgres"] == [False, True, True, True]
    assert powers["service_role"] == [False, True, False, False]
    for name in ("anon", "authenticated"):
        assert powers[name] == [False, False, False, False]
    assert powers["authenticator"] == [False, False, True, False]
    assert [name for name, held in powers.items() if held[0]] == ["supabase_admin"]


def test_the_attack_login_has_nothing_until_it_takes_a_role(database: Database) -> None:
    with database.connect("authenticator") as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT FROM storage.objects")
        connection.rollback()
        for role in ("anon", "authenticated", "service_role"):
            connection.execute(f"SET ROLE {role}".encode())
            connection.execute("SELECT FROM storage.objects")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SET ROLE postgres")


def test_who_asks_is_read_from_the_claims_in_both_forms(migration: psycopg.Connection) -> None:
    asked = "SELECT auth.uid()::text, auth.role(), auth.email(), auth.jwt() ->> 'iss'"
    assert migration.execute(asked).fetchone() == (None, None, None, None)
    claims = {"sub": USER, "role": "authenticated", "email": "a@example.com", "iss": "here"}
    _set(migration, "request.jwt.claims", json.dumps(claims))
    assert migration.execute(asked).fetchone() == (USER, "authenticated", "a@example.com", "here")
    _set(migration, "request.jwt.claims", "")
    _set(migration, "request.jwt.claim.sub", USER)
    assert _one(migration, "SELECT auth.uid()::text") == USER


def test_visitors_see_neither_users_nor_files(database: Database) -> None:
    with database.connect("supabase_auth_admin") as sign_up:
        sign_up.execute("INSERT INTO users (id, email) VALUES (%s, 'a@example.com')", (USER,))
    with database.connect("supabase_storage_admin") as storage:
        storage.execute("INSERT INTO buckets (id, name) VALUES ('b', 'b')")
        storage.execute("INSERT INTO objects (bucket_id, name) VALUES ('b', 'x/y.png')")
    with database.connect("authenticator") as connection:
        connection.execute("SET ROLE anon")
        assert _one(connection, "SELECT count(*) FROM storage.objects") == 0
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT FROM auth.users")


def test_a_sign_up_fills_what_is_computed(database: Database) -> None:
    with database.connect("supabase_auth_admin") as connection:
        connection.execute(
            "INSERT INTO auth.users (id, email, email_confirmed_at, raw_user_meta_data) "
            "VALUES (gen_random_uuid(), 'B@example.com', now(), '{\"name\": \"B\"}')"
        )
        assert _one(
            connection, "SELECT confirmed_at = now() FROM users WHERE email = 'B@example.com'"
        )
        connection.rollback()


def test_paths_of_files_are_taken_apart(migration: psycopg.Connection) -> None:
    row = migration.execute(
        "SELECT storage.foldername(n), storage.filename(n), storage.extension(n) "
        "FROM (VALUES ('u1/photos/cat.v2.png')) v(n)"
    ).fetchone()
    assert row == (["u1", "photos"], "cat.v2.png", "png")


def test_requests_are_numbered_and_never_sent(migration: psycopg.Connection) -> None:
    first = _one(migration, "SELECT net.http_get('https://example.com')")
    assert _one(migration, "SELECT net.http_get('https://example.com')") == first + 1
    assert _one(migration, "SELECT count(*) FROM net._http_response") == 0


def test_passwords_are_checked_as_the_real_ones_are(migration: psycopg.Connection) -> None:
    same = "SELECT h = crypt(%s, h), length(h) FROM (SELECT crypt('right', gen_salt('bf', 8)) h) x"
    assert migration.execute(same, ("right",)).fetchone() == (True, 60)
    assert migration.execute(same, ("wrong",)).fetchone() == (False, 60)


def test_signatures_are_real(migration: psycopg.Connection) -> None:
    # RFC 4231, test case 2.
    made = "SELECT encode(hmac('what do ya want for nothing?', 'Jefe', 'sha256'), 'hex')"
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert _one(migration, made) == expected


def test_what_is_sealed_opens_with_its_key_alone(migration: psycopg.Connection) -> None:
    opened = "SELECT pgp_sym_decrypt(pgp_sym_encrypt('grüße', 'key'), %s)"
    assert _one(migration, opened, "key") == "grüße"
    with pytest.raises(errors.ExternalRoutineInvocationException):
        migration.execute(opened, ("other",))


def test_tokens_are_signed_and_verified(migration: psycopg.Connection) -> None:
    migration.execute("CREATE EXTENSION pgjwt SCHEMA extensions")
    made = "SELECT (verify(sign('{\"sub\": 1}', 'secret'), %s)).valid"
    assert _one(migration, made, "secret") is True
    assert _one(migration, made, "other") is False


def test_types_that_a_migration_plants_never_run_as_the_superuser(
    migration: psycopg.Connection,
) -> None:
    """pg_temp is searched first for types and tables, unless a function names it last."""
    migration.execute(
        "CREATE FUNCTION public.evil(anyelement) RETURNS boolean LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'ran as %', current_user; END$$"
    )
    for name in ("text", "jsonb", "uuid", "bigint"):
        migration.execute(
            f'CREATE DOMAIN pg_temp."{name}" AS pg_catalog."{"int8" if name == "bigint" else name}" '
            "CHECK (public.evil(VALUE))".encode()
        )
    migration.execute("CREATE TEMP TABLE secrets (id pg_catalog.uuid, secret pg_catalog.text)")
    migration.execute("SELECT vault.create_secret('s', 'n')")
    migration.execute("SELECT net.http_post('https://example.com', '{}'::pg_catalog.jsonb)")
    migration.execute("SELECT pgsodium.create_key()")


def test_superuser_functions_name_the_temporary_schema_last(database: Database) -> None:
    with database.connect("supabase_admin") as admin:
        rows = admin.execute(
            "SELECT p.oid::regprocedure, p.proconfig FROM pg_proc p JOIN pg_roles r ON r.oid = proowner "
            "WHERE prosecdef AND rolsuper"
        ).fetchall()
    assert rows
    assert {tuple(config or ()) for _, config in rows} == {("search_path=pg_catalog, pg_temp",)}


def _one(connection: psycopg.Connection, statement: str, *values: object) -> Any:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0]


def _set(connection: psycopg.Connection, name: str, value: str) -> None:
    connection.execute("SELECT set_config(%s, %s, true)", (name, value))
