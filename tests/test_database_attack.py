"""What an attack sees, on small databases: holes that are proven, and guards that hold."""

# ruff: noqa: S608 - SQL of ours

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shipworthy.database.attack import attack
from shipworthy.database.attempts import Actor, Attempt, Result, Seeding, Verb
from shipworthy.database.engine import Database, Server
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era
from shipworthy.database.replay import replay
from shipworthy.database.seed import seed

NOTES = """
create table public.notes (id uuid primary key default gen_random_uuid(),
                           user_id uuid not null references auth.users, body text, phone text);
"""
CLOSED = "alter table public.notes enable row level security;"
OWN = "create policy own on public.notes for all using (auth.uid() = user_id);"
PROFILES = """
create table public.profiles (id uuid primary key references auth.users, name text,
                              is_admin boolean not null default false, company_id uuid);
alter table public.profiles enable row level security;
create policy mine on public.profiles for select using (auth.uid() = id);
create policy change on public.profiles for update using (auth.uid() = id);
create function public.handle_new_user() returns trigger language plpgsql security definer
set search_path = '' as $$ begin
  insert into public.profiles (id, name) values (new.id, new.raw_user_meta_data ->> 'full_name');
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();
"""


@dataclass(frozen=True)
class Attacked:
    """What came of an attack on one database."""

    attempts: tuple[Attempt, ...]
    seeding: dict[str, Seeding]

    def result(self, actor: Actor, verb: Verb, target: str) -> Result | None:
        found = self.of(actor, verb, target)
        return found[0].result if found else None

    def of(self, actor: Actor, verb: Verb, target: str) -> list[Attempt]:
        return [
            a
            for a in self.attempts
            if a.actor is actor and a.verb is verb and a.target.startswith(target)
        ]

    def one(self, actor: Actor, verb: Verb, target: str) -> Attempt:
        return self.of(actor, verb, target)[0]


Attack = Callable[[str], Attacked]


@pytest.fixture(scope="module")
def platform(server: Server) -> Iterator[Database]:
    database = server.database(Era.LEGACY)
    yield database
    database.drop()


@pytest.fixture
def attacked(server: Server, platform: Database) -> Iterator[Attack]:
    made: list[Database] = []

    def run(sql: str) -> Attacked:
        copy = server.clone(platform)
        made.append(copy)
        replayed, schema = replay(copy, History((SqlFile("supabase/migrations/1.sql", sql),)))
        assert not replayed.failures
        seeding = seed(copy, schema)
        return Attacked(attack(copy, schema, seeding), dict(seeding))

    yield run
    for database in made:
        database.drop()


def test_policies_without_row_security_protect_nothing(attacked: Attack) -> None:
    seen = attacked(NOTES + OWN)
    read = seen.one(Actor.ANYBODY, Verb.READ, "public.notes")
    assert read.result is Result.SUCCEEDED
    assert "phone" in read.columns
    assert read.rules[0].text == "row security is off on public.notes"
    for verb in (Verb.UPDATE, Verb.DELETE, Verb.INSERT):
        assert seen.result(Actor.ANYBODY, verb, "public.notes") is Result.SUCCEEDED


def test_rows_of_ones_own_are_closed_to_all_others(attacked: Attack) -> None:
    seen = attacked(NOTES + CLOSED + OWN)
    for actor in (Actor.ANYBODY, Actor.STRANGER, Actor.MEMBER):
        for verb in (Verb.READ, Verb.UPDATE, Verb.DELETE, Verb.INSERT):
            assert seen.result(actor, verb, "public.notes") is Result.REFUSED, (actor, verb)
    assert seen.seeding["public.notes"].ownership.user_columns == ("user_id",)


def test_values_are_masked(attacked: Attack) -> None:
    seen = attacked(NOTES)
    read = seen.one(Actor.ANYBODY, Verb.READ, "public.notes")
    assert read.row["user_id"].endswith("…")
    assert len(read.row["phone"]) <= 5
    assert read.row["user_id"][:4] + "…" not in read.statement.replace("where id", "")


def test_a_policy_that_is_true_opens_a_table_with_row_security(attacked: Attack) -> None:
    seen = attacked(
        NOTES + CLOSED + OWN + "create policy open on public.notes for select using (true);"
    )
    read = seen.one(Actor.ANYBODY, Verb.READ, "public.notes")
    assert read.result is Result.SUCCEEDED
    assert [r.text for r in read.rules] == ['policy "open" for SELECT to public using (true)']
    assert seen.result(Actor.ANYBODY, Verb.UPDATE, "public.notes") is Result.REFUSED


def test_dropping_another_name_leaves_the_open_policy(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + 'create policy "Public read" on public.notes for select using (true);'
        + 'drop policy if exists "Anyone can read" on public.notes;'
        + OWN
    )
    read = seen.one(Actor.STRANGER, Verb.READ, "public.notes")
    assert read.result is Result.SUCCEEDED
    assert '"Public read"' in read.rules[0].text


def test_a_restrictive_policy_closes_what_a_true_one_opens(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + "create policy open on public.notes using (true);"
        + "create policy wall on public.notes as restrictive using (auth.uid() = user_id);"
    )
    assert seen.result(Actor.ANYBODY, Verb.READ, "public.notes") is Result.REFUSED
    assert seen.result(Actor.MEMBER, Verb.DELETE, "public.notes") is Result.REFUSED


def test_a_revoked_column_is_not_readable_and_the_rest_is(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + "revoke select on public.notes from anon; grant select (id, body) on public.notes to anon;"
    )
    assert seen.one(Actor.ANYBODY, Verb.READ, "public.notes").columns == ("id", "body")
    assert "phone" in seen.one(Actor.STRANGER, Verb.READ, "public.notes").columns


def test_a_policy_that_asks_itself_is_broken_and_not_open(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + "create policy mine on public.notes using"
        + " (exists (select from public.notes n where n.user_id = auth.uid()));"
    )
    read = seen.one(Actor.STRANGER, Verb.READ, "public.notes")
    assert read.result is Result.UNCLEAR
    assert read.error.startswith("42P17")
    assert "everybody" in read.reason


def test_a_view_of_the_owner_shows_what_its_table_hides(attacked: Attack) -> None:
    view = "create view public.all_notes as select id, user_id, phone from public.notes;"
    invoker = (
        "create view public.my_notes with (security_invoker = true) as select * from public.notes;"
    )
    seen = attacked(NOTES + CLOSED + OWN + view + invoker)
    read = seen.one(Actor.ANYBODY, Verb.READ, "public.all_notes")
    assert read.result is Result.SUCCEEDED
    assert "security_invoker" in read.rules[0].text
    assert seen.result(Actor.ANYBODY, Verb.DELETE, "public.all_notes") is Result.SUCCEEDED
    assert seen.result(Actor.ANYBODY, Verb.READ, "public.my_notes") is Result.REFUSED


SECRETS = (
    NOTES
    + CLOSED
    + OWN
    + """
create function public.get_note(_user_id uuid) returns text
language plpgsql security definer set search_path = public as $$ begin
  if auth.uid() != _user_id then raise exception 'Unauthorized'; end if;
  return (select body from notes where user_id = _user_id);
end $$;
"""
)


def test_a_guard_that_compares_with_null_lets_anybody_pass(attacked: Attack) -> None:
    seen = attacked(SECRETS)
    call = seen.one(Actor.ANYBODY, Verb.CALL, "public.get_note")
    assert call.result is Result.SUCCEEDED
    assert call.columns == ("body",)
    assert "SECURITY DEFINER" in call.rules[0].text
    assert seen.result(Actor.STRANGER, Verb.CALL, "public.get_note") is Result.REFUSED


def test_revoking_from_public_leaves_the_grant_of_anon(attacked: Attack) -> None:
    seen = attacked(SECRETS + "revoke all on function public.get_note(uuid) from public;")
    assert seen.result(Actor.ANYBODY, Verb.CALL, "public.get_note") is Result.SUCCEEDED
    closed = attacked(SECRETS + "revoke all on function public.get_note(uuid) from public, anon;")
    assert closed.result(Actor.ANYBODY, Verb.CALL, "public.get_note") is None


def test_a_function_that_changes_rows_of_others_is_seen_by_what_it_writes(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + OWN
        + """
create function public.wipe(p_user_id uuid) returns void language sql security definer as
$$ update public.notes set body = '' where user_id = p_user_id $$;
create function public.log_mine() returns void language sql security definer as
$$ insert into public.notes (user_id, body) values (auth.uid(), 'mine') $$;
create function public.answer() returns int language sql as $$ select 42 $$;
"""
    )
    wipe = seen.one(Actor.ANYBODY, Verb.CALL, "public.wipe")
    assert (wipe.result, dict(wipe.written)) == (Result.SUCCEEDED, {"public.notes": 1})
    assert seen.result(Actor.STRANGER, Verb.CALL, "public.log_mine") is Result.REFUSED
    assert seen.result(Actor.ANYBODY, Verb.CALL, "public.answer") is Result.REFUSED


def test_a_function_without_end_is_unclear_and_harms_nobody(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + """
create function public.a_loop() returns int language plpgsql as
$$ begin loop begin perform pg_sleep(0.1); exception when query_canceled then null; end; end loop; end $$;
create function public.z_answer() returns int language sql as $$ select 42 $$;
"""
    )
    loop = seen.one(Actor.ANYBODY, Verb.CALL, "public.a_loop")
    assert (loop.result, loop.reason) == (Result.UNCLEAR, "it did not end in time")
    assert seen.result(Actor.STRANGER, Verb.CALL, "public.z_answer") is Result.REFUSED


def test_a_function_that_leaves_its_role_gains_nothing_for_good(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + OWN
        + """
create function public.a_hostile() returns text language plpgsql as $$ begin
  perform set_config('role', 'none', false);
  perform set_config('request.jwt.claims', '{"sub": "x", "role": "service_role"}', false);
  return session_user || current_user; end $$;
"""
    )
    assert seen.result(Actor.ANYBODY, Verb.CALL, "public.a_hostile") is Result.REFUSED
    assert seen.result(Actor.STRANGER, Verb.READ, "public.notes") is Result.REFUSED


def test_own_profile_update_covers_the_admin_flag_and_the_tenant(attacked: Attack) -> None:
    tenant = """
create table public.companies (id uuid primary key default gen_random_uuid(), name text);
alter table public.companies enable row level security;
create policy own on public.companies for select using
  (id in (select company_id from public.profiles where profiles.id = auth.uid()));
"""
    seen = attacked(PROFILES + tenant)
    raised = seen.one(Actor.STRANGER, Verb.PROMOTE, "public.profiles")
    assert (raised.result, raised.columns) == (Result.SUCCEEDED, ("is_admin",))
    assert '"change"' in raised.rules[0].text
    joined = seen.one(Actor.STRANGER, Verb.JOIN, "public.profiles")
    assert (joined.result, joined.columns) == (Result.SUCCEEDED, ("company_id",))
    assert joined.tables == ("public.companies",)


def test_a_trigger_that_puts_the_flag_back_is_a_refusal(attacked: Attack) -> None:
    seen = attacked(
        PROFILES
        + """
create function public.keep() returns trigger language plpgsql as
$$ begin new.is_admin := old.is_admin; return new; end $$;
create trigger keep before update on public.profiles for each row execute function public.keep();
"""
    )
    raised = seen.one(Actor.STRANGER, Verb.PROMOTE, "public.profiles")
    assert raised.result is Result.REFUSED
    assert "trigger" in raised.reason


def test_a_role_of_ones_own_can_be_inserted(attacked: Attack) -> None:
    seen = attacked(
        """
create type public.app_role as enum ('user', 'admin');
create table public.user_roles (id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users, role public.app_role not null, unique (user_id, role));
alter table public.user_roles enable row level security;
create policy mine on public.user_roles using (auth.uid() = user_id);
"""
    )
    promoted = seen.of(Actor.STRANGER, Verb.PROMOTE, "public.user_roles")
    assert [(p.result, p.row["role"]) for p in promoted] == [(Result.SUCCEEDED, "admi…")]


SIGN_UP = """
create table public.profiles (id uuid primary key references auth.users, role text not null default 'user'
                              check (role in ('user', 'admin')));
alter table public.profiles enable row level security;
create function public.handle_new_user() returns trigger language plpgsql security definer as $$ begin
  insert into public.profiles (id, role) values (new.id, {role});
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();
"""


def test_sign_up_metadata_can_choose_the_role(attacked: Attack) -> None:
    role = "coalesce(new.raw_user_meta_data ->> 'role', 'user')"
    signed = attacked(SIGN_UP.format(role=role)).one(Actor.STRANGER, Verb.SIGN_UP, "auth.users")
    assert signed.result is Result.SUCCEEDED
    assert dict(signed.row) == {"public.profiles.role": "admin"}
    assert "handle_new_user" in signed.rules[0].text


def test_sign_up_metadata_that_is_only_copied_elsewhere_gives_nothing(attacked: Attack) -> None:
    role = "case when new.raw_user_meta_data ->> 'role' = 'x' then 'user' else 'user' end"
    signed = attacked(SIGN_UP.format(role=role)).one(Actor.STRANGER, Verb.SIGN_UP, "auth.users")
    assert signed.result is Result.REFUSED


def test_the_first_user_becomes_administrator_and_the_stranger_does_not(attacked: Attack) -> None:
    first = "case when exists (select from public.profiles) then 'user' else 'admin' end"
    open_to_admins = (
        NOTES
        + CLOSED
        + OWN
        + "create policy admins on public.notes using (exists (select from public.profiles p"
        + " where p.id = auth.uid() and p.role = 'admin'));"
    )
    seen = attacked(SIGN_UP.format(role=first) + open_to_admins)
    pioneer = seen.one(Actor.PIONEER, Verb.SIGN_UP, "auth.users")
    assert pioneer.result is Result.SUCCEEDED
    for actor in (Actor.STRANGER, Actor.MEMBER):
        assert seen.result(actor, Verb.READ, "public.notes") is Result.REFUSED


def test_a_sign_up_that_fails_is_said(attacked: Attack) -> None:
    seen = attacked(SIGN_UP.format(role="'chief'"))
    signed = seen.one(Actor.STRANGER, Verb.SIGN_UP, "auth.users")
    assert (signed.result, signed.error[:5]) == (Result.UNCLEAR, "23514")


def test_rules_that_trust_user_metadata_are_opened_by_it(attacked: Attack) -> None:
    rule = "((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin')"
    seen = attacked(NOTES + CLOSED + OWN + f"create policy admins on public.notes using {rule};")
    promoted = seen.one(Actor.STRANGER, Verb.PROMOTE, "auth.users")
    assert (promoted.result, promoted.tables) == (Result.SUCCEEDED, ("public.notes",))


def test_rows_of_ones_own_in_the_tenant_of_another_are_seen(attacked: Attack) -> None:
    seen = attacked(
        """
create table public.companies (id uuid primary key, name text);
create table public.deals (id uuid primary key, user_id uuid references auth.users,
                           company_id uuid references public.companies, title text);
alter table public.deals enable row level security;
create policy mine on public.deals using (auth.uid() = user_id);
"""
    )
    added = seen.one(Actor.MEMBER, Verb.INSERT, "public.deals")
    assert added.result is Result.SUCCEEDED
    assert "tenant of another (company_id)" in added.reason


def test_a_trigger_that_names_the_caller_as_owner_is_a_refusal(attacked: Attack) -> None:
    seen = attacked(
        NOTES
        + CLOSED
        + """
create policy add on public.notes for insert to authenticated with check (true);
create function public.own_it() returns trigger language plpgsql as
$$ begin new.user_id := auth.uid(); return new; end $$;
create trigger own_it before insert on public.notes for each row execute function public.own_it();
"""
    )
    added = seen.one(Actor.STRANGER, Verb.INSERT, "public.notes")
    assert (added.result, added.reason) == (
        Result.REFUSED,
        "a trigger changed user_id of the new row",
    )


def test_a_storage_rule_that_only_names_the_bucket_opens_all_files_in_it(attacked: Attack) -> None:
    seen = attacked(
        """
insert into storage.buckets (id, name, public) values ('papers', 'papers', false), ('safe', 'safe', false);
create policy papers on storage.objects for all to authenticated using (bucket_id = 'papers');
create policy safe on storage.objects for all to authenticated using
  (bucket_id = 'safe' and (storage.foldername(name))[1] = auth.uid()::text);
"""
    )
    for verb in (Verb.READ, Verb.UPDATE, Verb.DELETE, Verb.INSERT):
        assert seen.result(Actor.STRANGER, verb, "bucket papers") is Result.SUCCEEDED, verb
        assert seen.result(Actor.STRANGER, verb, "bucket safe") is Result.REFUSED, verb
        assert seen.result(Actor.ANYBODY, verb, "bucket papers") is Result.REFUSED, verb


def test_nothing_of_an_attack_stays(attacked: Attack) -> None:
    seen = attacked(NOTES)
    assert seen.result(Actor.ANYBODY, Verb.DELETE, "public.notes") is Result.SUCCEEDED
    assert seen.result(Actor.STRANGER, Verb.DELETE, "public.notes") is Result.SUCCEEDED
    assert seen.result(Actor.MEMBER, Verb.READ, "public.notes") is Result.SUCCEEDED


RUNNER = """
create function public.run_sql(query text) returns jsonb language plpgsql security definer
set search_path = public as $$
declare result jsonb; begin
  execute 'select jsonb_agg(t) from (' || query || ') t' into result;
  return result;
end $$;
create function public.exec_sql(sql text) returns void language plpgsql security definer
set search_path = public as $$ begin execute sql; end $$;
"""


def test_functions_that_run_sql_give_and_change_everything(attacked: Attack) -> None:
    seen = attacked(NOTES + CLOSED + OWN + RUNNER)
    asked = seen.one(Actor.ANYBODY, Verb.CALL, "public.run_sql")
    assert asked.result is Result.SUCCEEDED
    assert "public.notes" in asked.tables
    changed = seen.one(Actor.ANYBODY, Verb.CALL, "public.exec_sql")
    assert changed.result is Result.SUCCEEDED
    assert changed.written == {"public.notes": 1}
