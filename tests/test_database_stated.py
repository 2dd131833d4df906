"""What the SQL of a prototype states, where nobody rebuilds the database."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from fixtures_of import Case, cases, prototype_of, unpack
from shipworthy.controls.access.exposed_function.control import ExposedFunction
from shipworthy.controls.access.rows_readable_by_anybody.control import RowsReadableByAnybody
from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.exposure import exposures
from shipworthy.database.stated.circling import when
from shipworthy.finding import Outcome, Severity
from stated_rules import passed, read

TABLE = """
create table public.notes (id uuid primary key, user_id uuid references auth.users (id), body text);
alter table public.notes enable row level security;
"""
MONEY = """
create table public.profiles (id uuid primary key references auth.users (id), email text, full_name text,
  role text, token text, is_published boolean);
alter table public.profiles enable row level security;
create table public.wallets (id uuid primary key, workspace_id uuid, balance int, credits int, number int,
  reset_at timestamptz);
create table public.payments (id uuid primary key, reference text, status text);
"""
OWN = "create policy own on public.notes for select to authenticated using (auth.uid() = user_id);"
# Gaps that no text of a rule tells: row security left off and views are said by controls of their own.
_NOT_TOLD = {
    "rows-readable-by-anybody-vulnerable-row-security-left-off",
    "rows-readable-by-anybody-vulnerable-view-with-the-rights-of-its-owner",
}


def of_rules(*kinds: str) -> list[object]:
    """The cases of controls that judge what the files state, too."""
    found = [
        c
        for c in cases(*kinds)
        if "database_rules" in c.entry.folder.joinpath("control.py").read_text()
    ]
    return [pytest.param(c, id=c.name) for c in found]


def gaps(case: Case, folder: Path) -> list[str]:
    prototype = prototype_of(unpack(case.folder, folder), rebuilt=False)
    findings = case.entry.control.detect(prototype)
    return sorted(f.subject for f in findings if f.outcome is Outcome.GAP)


@pytest.mark.parametrize("case", of_rules("vulnerable"))
def test_the_text_of_a_rule_is_enough_for_most_gaps(case: Case, tmp_path: Path) -> None:
    assert gaps(case, tmp_path / "case") == ([] if case.name in _NOT_TOLD else case.expected)


@pytest.mark.parametrize("case", of_rules("fixed", "near_miss"))
def test_the_text_alone_alarms_at_nothing_that_the_database_refuses(
    case: Case, tmp_path: Path
) -> None:
    assert gaps(case, tmp_path / "case") == []


@pytest.mark.parametrize(
    ("rule", "actor", "verb"),
    [
        ("create policy p on notes using (true)", Actor.ANYBODY, Verb.READ),
        ("create policy p on notes using (true)", Actor.ANYBODY, Verb.UPDATE),
        ("create policy p on notes using (true)", Actor.ANYBODY, Verb.INSERT),
        ('CREATE POLICY "p" ON "public"."notes" AS PERMISSIVE FOR ALL TO public USING ((true))',
         Actor.ANYBODY, Verb.DELETE),
        ("create policy p on public.notes for insert with check (1 = 1)", Actor.ANYBODY, Verb.INSERT),
        ("create policy p on notes for select to anon using (true)", Actor.ANYBODY, Verb.READ),
        ("create policy p on notes for select to authenticated using (true)",
         Actor.STRANGER, Verb.READ),
        ("create policy p on notes for select using (auth.role() = 'authenticated')",
         Actor.STRANGER, Verb.READ),
        ("create policy p on notes for select using ((select auth.uid()) is not null)",
         Actor.STRANGER, Verb.READ),
        ("create policy p on notes for select using (auth.jwt() ->> 'role' = 'authenticated')",
         Actor.STRANGER, Verb.READ),
        ("create policy p on notes for select using (auth.uid() = user_id or true)",
         Actor.ANYBODY, Verb.READ),
        ("create policy p on notes for delete using (auth.uid() = user_id);"
         "alter policy p on notes using (true); create policy r on notes for select using (true)",
         Actor.ANYBODY, Verb.DELETE),
        ("create policy p on notes for select using (auth.uid() = user_id) -- (true)\n"
         "; drop policy p on notes; create policy q on notes for select /* all */ using (true)",
         Actor.ANYBODY, Verb.READ),
        ("do $$ begin create policy p on notes for select using (true); "
         "exception when duplicate_object then null; end $$", Actor.ANYBODY, Verb.READ),
        ("do $$ begin if not exists (select 1 from pg_policies where policyname = 'p') then "
         "execute 'create policy p on notes for select using (true)'; end if; end $$",
         Actor.ANYBODY, Verb.READ),
        ("do $$ declare t text; begin foreach t in array array['notes'] loop "
         "execute format('create policy \"all of %I\" on public.%I for select using (true)', t, t); "
         "end loop; end $$", Actor.ANYBODY, Verb.READ),
        ("do $$ declare t text; names text[] := array['notes']; begin foreach t in array names loop "
         "execute format('create policy p on %I for select using (true)', t); end loop; end $$",
         Actor.ANYBODY, Verb.READ),
        ("do $$ declare t record; begin for t in select name, action from (values ('notes', 'select'), "
         "('notes', 'update')) as x(name, action) loop execute format('create policy %I on public.%I for %s "
         "using (true)', t.name || '_' || t.action, t.name, t.action); end loop; end $$",
         Actor.ANYBODY, Verb.UPDATE),
    ],
)  # fmt: skip
def test_an_open_rule_is_read_however_it_is_written(rule: str, actor: Actor, verb: Verb) -> None:
    assert (actor, verb) in passed(read(TABLE, f"{rule};"))


@pytest.mark.parametrize(
    "rules",
    [
        "create policy p on notes for all using (auth.uid() = user_id);",
        "create policy p on notes for all to service_role using (true);",
        "create policy p on notes for all using (auth.role() = 'service_role');",
        "create policy p on notes for update using (true) with check (auth.uid() = user_id);",
        "create policy p on notes for select using (true); drop policy if exists p on public.notes;",
        "create policy p on notes for select using (true);"
        "alter policy p on notes using (auth.uid() = user_id);",
        "create policy p on notes for select using (true);"
        "create policy only on notes as restrictive using (auth.uid() = user_id);",
        "create policy p on notes for select using (true); drop table notes;",
        "create policy p on notes for select using (true);"
        "revoke all on notes from anon, authenticated, public;",
        "create policy p on notes for select using (true and public.is_admin(auth.uid()));",
        "create policy p on notes for select using (true);"
        "create policy q on notes for select using (exists (select 1 from notes n where n.id = id));",
        "create policy p on notes for select using (true);"
        "do $$ declare r record; begin for r in select policyname from pg_policies "
        "where tablename = 'notes' loop "
        "execute format('drop policy %I on notes', r.policyname); end loop; end $$;",
        # What can be changed has to be seen first.
        "create policy p on notes for update using (true);",
        # A row of nobody is what a form of visitors makes.
        "create policy p on notes for insert to anon with check (user_id is null);",
        "comment on table notes is 'create policy p on notes using (true)';",
    ],
)
def test_a_guarded_table_passes_nobody(rules: str) -> None:
    assert not passed(read(TABLE, rules))


@pytest.mark.parametrize(
    ("built", "passes"),
    [
        ("create policy %I on %I for select using (is_admin())", True),
        ("create policy %I on %I using (id in (select note_id from shares))", True),
        ("alter table %I enable row level security", True),
        ("alter table %I force row level security", True),
        ("alter table %I add column if not exists seen_at timestamptz", True),
        ("create index if not exists %I on %I (user_id)", True),
        ("alter publication supabase_realtime add table %I", True),
        ("grant select on %I to %I", True),
        ("create policy %I on %I as restrictive using (is_admin())", False),
        # It asks its own table, and so fails for all.
        ("create policy %I on %I using (id in (select id from notes))", False),
        ("alter policy %I on %I using (auth.uid() = user_id)", False),
        ("drop policy if exists %I on %I", False),
        ("drop policy if exists %I on %I; create policy p on %I using (is_admin())", False),
        ("revoke all on %I from %I", False),
        ("alter table %I %s row level security", False),
    ],
)
@pytest.mark.parametrize("listed", ["unnest(array['notes'])", "tablename from pg_tables"])
def test_what_a_script_puts_together_takes_away_or_only_adds(
    built: str, passes: bool, listed: str
) -> None:
    block = f"""do $$ declare t text; begin for t in select {listed} loop
    execute format('{built}', lower(t) || '_rule', t, t); end loop; end $$;"""
    plain = "create policy p on notes using (true); create table shares (note_id uuid);"
    proof = read(TABLE, f"{plain} {block}")
    assert ((Actor.ANYBODY, Verb.UPDATE) in passed(proof)) is passes
    assert proof.schema.tables["public.notes"].row_security


def test_a_statement_put_together_from_pieces_is_read_to_its_end() -> None:
    block = """do $$ declare t record; begin for t in select tablename from pg_tables loop
    execute 'alter table ' || t.tablename || ' disable row level security'; end loop; end $$;"""
    assert not passed(read(TABLE, f"create policy p on notes using (true); {block}"))


def test_scripts_beside_the_migrations_may_have_been_run() -> None:
    opened = f"{TABLE} create policy p on notes for select using (true);"
    assert passed(read(opened))
    assert passed(read(opened, loose=("create table other (id int);",)))
    assert not passed(read(opened, loose=("drop policy p on notes;",)))
    assert passed(read(opened, loose=("alter table notes disable row level security;",)))


def test_scripts_alone_count_in_their_likely_order() -> None:
    closed = "drop policy p on notes;"
    proof = read(loose=(TABLE, "create policy p on notes for select using (true);", closed))
    assert not passed(proof)
    assert passed(read(loose=(TABLE, "create policy p on notes for select using (true);")))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("create policy p on profiles for update using (auth.uid() = id)", ("role",)),
        ("create policy p on profiles for update using (id = (select auth.uid())) with check (true)",
         ("role",)),
        ("create policy p on profiles for update using (auth.uid() = id)"
         " with check (auth.uid() = id and role = 'user')", ()),
        ("create policy p on profiles for update using (auth.uid() = id);"
         "create function guard() returns trigger language plpgsql as $$ begin "
         "if new.role <> old.role then raise exception 'no'; end if; return new; end $$;"
         "create trigger t before update on profiles for each row execute function guard()", ()),
        ("create policy p on profiles for update using (auth.uid() = id);"
         "revoke update on profiles from authenticated", ()),
    ],
)  # fmt: skip
def test_whether_users_raise_their_own_role(sql: str, found: tuple[str, ...]) -> None:
    table = """
    create table profiles (id uuid primary key references auth.users (id), full_name text,
      role text not null default 'user' check (role in ('user', 'admin')));
    alter table profiles enable row level security;
    create policy s on profiles for select using (auth.uid() = id);
    """
    proof = read(table, f"{sql};")
    raised = [a.columns for a in proof.attempts if a.verb is Verb.PROMOTE]
    assert raised == ([found] if found else [])


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (
            "subscription_tier text, subscription_id text, stripe_customer_id text",
            ("subscription_tier",),
        ),
        ("trial_ends_at timestamptz", ("trial_ends_at",)),
        ("premium_until date", ("premium_until",)),
        ("trial_used boolean, birthday date", ()),
        ("subscribed boolean default false, stripe_customer_id text", ("subscribed",)),
        ("is_vip boolean default false, subscription_start date", ("is_vip",)),
        ("plan text default 'discovery', current_period_end date", ("plan",)),
        ("plan text", ()),
        ("status text default 'active', stripe_customer_id text", ()),
        ("subscribed boolean default true", ()),
        ("is_vip boolean default false", ()),
        ("is_profile_complete boolean default false, is_promoted boolean", ()),
        ("is_pro boolean default false", ("is_pro",)),
    ],
)
def test_whether_users_give_themselves_what_others_pay_for(
    columns: str, found: tuple[str, ...]
) -> None:
    table = f"""
    create table profiles (id uuid primary key references auth.users (id), {columns});
    alter table profiles enable row level security;
    create policy own on profiles for all using (auth.uid() = id);
    """
    proof = read(table)
    raised = [a.columns for a in proof.attempts if a.verb is Verb.PROMOTE]
    assert raised == ([found, found] if found else [])


@pytest.mark.parametrize(
    ("table", "columns", "rule", "read_by_all"),
    [
        ("otp_codes", "otp_code text, used boolean", "expires_at > now() and used = false", True),
        ("team_invitations", "token text, status text", "status = 'pending'", True),
        ("stores", "name text, access_token text", "is_active = true", True),
        ("stores", "name text", "is_active = true", False),
        ("stores", "name text, token text", "is_active = true", False),
        ("assets", "name text, qrcode_token text", "qrcode_token is not null", True),
        ("boards", "name text, share_token text", "is_public or share_token is not null", True),
        ("boards", "name text, share_token text", "is_public = true", False),
        ("receipts", "donor text, validation_hash text", "validation_hash is not null", True),
        ("courses", "name text, content_hash text", "content_hash is not null", False),
        ("boards", "name text, slug text", "slug is not null", False),
        ("otp_codes", "otp_code text", "user_id = auth.uid() and expires_at > now()", False),
    ],
)  # fmt: skip
def test_keys_that_the_rule_does_not_ask_for(
    table: str, columns: str, rule: str, read_by_all: bool
) -> None:
    sql = f"""
    create table {table} (id uuid primary key, user_id uuid references auth.users (id), {columns},
      is_active boolean, is_public boolean, expires_at timestamptz);
    alter table {table} enable row level security;
    create policy s on {table} for select using ({rule});
    """
    assert ((Actor.ANYBODY, Verb.READ) in passed(read(sql), f"public.{table}")) is read_by_all


@pytest.mark.parametrize(
    ("rule", "keys"),
    [("share_token is not null", ("share_token",)), ("true", ()), ("is_public = true", ())],
)
def test_a_token_that_a_rule_asks_to_be_there_is_handed_to_everybody(
    rule: str, keys: tuple[str, ...]
) -> None:
    sql = f"""
    create table boards (id uuid primary key, name text, share_token text, is_public boolean);
    alter table boards enable row level security;
    create policy "Public can view boards" on boards for select using ({rule});
    """
    found = exposures(read(sql), (Actor.ANYBODY,), Verb.READ)
    assert tuple(key for exposure in found for key in exposure.keys) == keys


def test_the_hash_of_a_receipt_that_a_rule_asks_to_be_there_is_handed_to_everybody() -> None:
    sql = """
    create table cash (id uuid primary key, donor_name text, amount numeric, validation_hash text);
    alter table cash enable row level security;
    do $$ begin
      if not exists (select 1 from pg_policies where tablename = 'cash' and policyname = 'by its hash') then
        create policy "by its hash" on cash for select to public using (validation_hash IS NOT NULL);
      end if;
    end $$;
    """
    found = exposures(read(sql), (Actor.ANYBODY,), Verb.READ)
    assert [exposure.keys for exposure in found] == [("validation_hash",)]


@pytest.mark.parametrize(
    ("table", "column", "rule", "members", "told"),
    [
        ("hotels", "invite_code", "true", "profiles (id uuid primary key, home", True),
        ("leagues", "join_code", "true", "league_members (user_id uuid, home", True),
        (
            "leagues",
            "join_code",
            "auth.uid() is not null",
            "league_members (user_id uuid, home",
            True,
        ),
        ("leagues", "join_code", "is_public", "league_members (user_id uuid, home", False),
        ("leagues", "join_code", "true", "matches (user_id uuid, home", False),
        ("leagues", "country_code", "true", "league_members (user_id uuid, home", False),
        # Who tells his friends of the app has a code of his own.
        ("profiles", "invite_code", "true", "league_members (user_id uuid, home", False),
        ("creators", "invite_code", "true", "profiles (id uuid primary key, referred_by", False),
    ],
)
def test_codes_by_which_people_enter_a_group_are_nobody_elses(
    table: str, column: str, rule: str, members: str, told: bool
) -> None:
    sql = f"""
    create table {table} (id uuid primary key, name text, is_public boolean, {column} text);
    create table {members} uuid references {table} (id));
    alter table {table} enable row level security;
    create policy seen on {table} for select using ({rule});
    """
    found = exposures(read(sql), (Actor.ANYBODY, Actor.STRANGER), Verb.READ)
    assert any(exposure.keys for exposure in found) is told


def test_a_rule_that_asks_its_own_table_goes_in_a_circle_only_where_reading_looks_up() -> None:
    sql = """
    create table profiles (id uuid primary key references auth.users (id), role text default 'user');
    alter table profiles enable row level security;
    create policy o on profiles for update using (auth.uid() = id);
    create policy a on profiles for update
      using (exists (select 1 from profiles p where p.id = auth.uid() and p.role = 'admin'));
    """
    plain = read(sql, "create policy s on profiles for select using (auth.uid() = id);")
    assert (Actor.STRANGER, Verb.PROMOTE) in passed(plain, "public.profiles")
    circle = read(sql, "create policy s on profiles for select using ((select auth.uid()) = id);")
    assert not passed(circle, "public.profiles")


@pytest.mark.parametrize(
    ("update", "limits", "promoted"),
    [
        ("auth.uid() = id", "", True),
        ("auth.uid() = id and role = 'user'", "", False),
        ("auth.uid() = id",
         "create trigger t before update on profiles for each row execute function f();", False),
        ("auth.uid() = id", "revoke update on profiles from anon, authenticated;", False),
        ("auth.uid() = id",
         "create policy r on profiles as restrictive for update using (exists (select 1 from profiles));",
         False),
        ("exists (select 1 from profiles p where p.id = auth.uid())", "", False),
    ],
)  # fmt: skip
def test_the_own_row_tells_what_waits_behind_a_circle(
    update: str, limits: str, promoted: bool
) -> None:
    sql = f"""
    create table companies (id uuid primary key);
    create table profiles (id uuid primary key references auth.users (id), name text,
      role text default 'user', company_id uuid references companies (id));
    create table bills (id uuid primary key, company_id uuid references companies (id));
    create function f() returns trigger language plpgsql as $$ begin
      if new.role <> old.role or new.company_id <> old.company_id then raise exception 'no'; end if;
      return new; end $$;
    alter table profiles enable row level security;
    alter table bills enable row level security;
    create policy b on bills for select using
      (company_id in (select company_id from profiles where id = auth.uid()));
    create policy s on profiles for select using
      (company_id in (select company_id from profiles where id = auth.uid()));
    create policy o on profiles for update using ({update});
    {limits}
    """
    found = [a for a in read(sql).attempts if a.target == "public.profiles"]
    assert {a.verb for a in found} == ({Verb.PROMOTE, Verb.JOIN} if promoted else set())
    assert all("circle" in when([attempt]) for attempt in found)
    mended = (
        "drop policy s on profiles; create policy s on profiles for select using (id = auth.uid());"
    )
    passing = [a for a in read(sql, mended).attempts if a.target == "public.profiles"]
    assert bool(passing) is promoted
    assert not any(when([attempt]) for attempt in passing)
    added = "create policy i on profiles for insert with check (auth.uid() = id);"
    told = [a for a in read(sql, added).attempts if a.target == "public.profiles"]
    assert told
    assert not any(when([attempt]) for attempt in told)


@pytest.mark.parametrize(
    ("table", "added", "raised"),
    [
        ("profiles", "add is_banned boolean default false", True),
        ("profiles", "add status text default 'active' check (status in ('active', 'suspended'))", True),
        ("profiles", "add account_status text default 'active', add suspended_at timestamptz", True),
        ("profiles", "add column status text default 'online'", False),
        ("friends", "add column is_blocked boolean default false", False),
    ],
)  # fmt: skip
def test_whether_users_lift_what_shuts_them_out(table: str, added: str, raised: bool) -> None:
    sql = f"""
    create table {table} (id uuid primary key, user_id uuid unique references auth.users (id));
    alter table {table} enable row level security;
    create policy own on {table} for all using (auth.uid() = user_id);
    """
    later = f"alter table {table} {added};"
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(read(sql, later), f"public.{table}")) is raised


@pytest.mark.parametrize(
    ("others", "raised"),
    [("public.has_role(auth.uid(), 'admin')", True), ("auth.uid() = user_id", False)],
)
def test_a_driver_who_lets_himself_in(others: str, raised: bool) -> None:
    sql = f"""
    create table drivers (id uuid primary key, user_id uuid references auth.users (id),
      status text default 'pending');
    alter table drivers enable row level security;
    create policy own on drivers for insert with check (auth.uid() = user_id);
    create policy u on drivers for update using ({others});
    """
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(read(sql), "public.drivers")) is raised


@pytest.mark.parametrize(
    ("columns", "raised"),
    [
        ("stripe_subscription_id text", True),
        ("name text, billing_cycle text", False),
        ("name text, trial_ends_at date", False),
    ],
)
def test_whether_users_call_their_own_subscription_active(columns: str, raised: bool) -> None:
    table = f"""
    create table subscriptions (id uuid primary key, user_id uuid references auth.users (id),
      status text default 'inactive', {columns});
    alter table subscriptions enable row level security;
    create policy i on subscriptions for insert with check (auth.uid() = user_id);
    """
    found = passed(read(table), "public.subscriptions")
    assert ((Actor.STRANGER, Verb.PROMOTE) in found) is raised


@pytest.mark.parametrize(
    ("declared", "value", "taken"),
    [
        ("", "new.raw_user_meta_data ->> 'role'", True),
        ("", "(NEW.raw_user_meta_data->>'role')::text", True),
        ("", "coalesce(new.raw_user_meta_data->>'role', 'user')", True),
        ("v text := new.raw_user_meta_data ->> 'role';", "coalesce(v, 'user')", True),
        (
            "",
            "case when new.raw_user_meta_data ->> 'role' = 'seller' then 'user' else 'user' end",
            False,
        ),
        ("", "'user'", False),
    ],
)
def test_whether_the_new_user_chooses_a_role(declared: str, value: str, taken: bool) -> None:
    assert chosen(declared, value) is taken


@pytest.mark.parametrize(
    ("statements", "taken"),
    [
        ("v := coalesce((new.raw_user_meta_data ->> 'role')::text, 'user');", True),
        ("v := new.raw_user_meta_data ->> 'role'; if people = 0 then v := 'admin'; end if;", True),
        ("v := new.raw_user_meta_data ->> 'role'; v := 'user';", False),
        ("v := new.raw_user_meta_data ->> 'role';"
         "if v not in ('user') then v := 'user'; end if;", False),
    ],
)  # fmt: skip
def test_whether_a_variable_tames_the_chosen_role(statements: str, taken: bool) -> None:
    assert chosen("v text; people int;", "v", statements) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("case when v is not null then v else 'user' end", True),
        ("case when is_first_user then 'admin' when v is not null then v else 'user' end", True),
        ("case when is_first_user then 'admin' else v end", True),
        ("case when v is null then 'user' else v end", True),
        ("case when v = 'admin' then 'user' when v is not null then v else 'user' end", False),
        ("case when v in ('user') then v else 'user' end", False),
        ("case when invited is not null then v else 'user' end", False),
        ("case when invited is null then 'user' else v end", False),
        ("case when allowed then v else 'user' end", False),
    ],
)
def test_whether_a_case_tames_the_chosen_role(value: str, taken: bool) -> None:
    others = "invited uuid; is_first_user boolean; allowed boolean;"
    declared = f"v text := new.raw_user_meta_data ->> 'role'; {others}"
    assert chosen(declared, value) is taken


def test_a_default_for_no_role_tames_none() -> None:
    set_ = "v := new.raw_user_meta_data ->> 'role'; if v is null then v := 'user'; end if;"
    assert chosen("v text;", "v", set_)


@pytest.mark.parametrize(
    ("statements", "value", "taken"),
    [
        ("", "(new.raw_user_meta_data ->> 'company_id')::uuid", True),
        ("v := (new.raw_user_meta_data ->> 'company_id')::uuid; if v is not null then if not exists "
         "(select 1 from companies where id = v) then raise exception 'unknown'; end if; end if;"
         "if v is null then insert into companies (name) values ('New') returning id into v; end if;",
         "v", True),
        ("select company_id into v from invitations i where i.email = new.email;", "v", False),
        ("v := (new.raw_user_meta_data ->> 'company_id')::uuid; if not exists (select 1 from invitations i "
         "where i.company_id = v and i.email = new.email) then raise exception 'no'; end if;", "v", False),
        ("v := (new.raw_user_meta_data ->> 'company_id')::uuid; if not exists (select 1 from companies "
         "where id = v and domain = split_part(new.email, '@', 2)) then raise exception 'no'; end if;",
         "v", False),
        ("", "(new.raw_app_meta_data ->> 'company_id')::uuid", False),
        ("", "null", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", [True, False])
def test_whether_the_new_user_chooses_the_company(
    statements: str, value: str, taken: bool, asked: bool
) -> None:
    rule = "company_id in (select company_id from profiles where id = auth.uid())"
    sql = f"""
    create table companies (id uuid primary key default gen_random_uuid(), name text, domain text);
    create table profiles (id uuid primary key references auth.users (id),
      company_id uuid references companies (id));
    create table orders (id uuid primary key, company_id uuid references companies (id));
    alter table orders enable row level security;
    create policy p on orders using ({rule if asked else "false"});
    create function made() returns trigger language plpgsql security definer as $$
    declare v uuid; begin {statements}
      insert into public.profiles (id, company_id) values (new.id, {value}); return new; end $$;
    create trigger t after insert on auth.users for each row execute function made();
    """
    found = any(a.verb is Verb.SIGN_UP for a in read(sql).attempts)
    assert found is (taken and asked)


def chosen(declared: str, value: str, statements: str = "") -> bool:
    sql = f"""
    create table profiles (id uuid primary key references auth.users (id),
      role text not null default 'user' check (role in ('user', 'admin')));
    alter table profiles enable row level security;
    create function made() returns trigger language plpgsql security definer as $$
    declare {declared} begin {statements}
      insert into public.profiles (id, role) values (new.id, {value}); return new; end $$;
    create trigger t after insert on auth.users for each row execute function made();
    """
    return any(a.verb is Verb.SIGN_UP for a in read(sql).attempts)


@pytest.mark.parametrize(
    ("head", "body", "called"),
    [
        ("f(p_user_id uuid)", "update notes set body = '' where user_id = p_user_id", True),
        ("f(p_note_id uuid)", "update notes set body = '' where id = p_note_id", True),
        ("f(target_email text)", "insert into notes (user_id) select id from auth.users", True),
        ("f(p_user_id uuid)", "update notes set body = '' where user_id = auth.uid()", False),
        ("f(p_user_id uuid)",
         "if auth.uid() <> p_user_id then raise exception 'no'; end if;"
         "delete from notes where user_id = p_user_id",
         True),
        ("f(p_user_id uuid)",
         "if auth.uid() is null or auth.uid() <> p_user_id then raise exception 'no'; end if;"
         "delete from notes where user_id = p_user_id", False),
        ("f(p_email text, p_user_code text)",
         "select id into found from notes where email = p_email and user_code = p_user_code;"
         "if found is null then raise exception 'no'; end if; update notes set body = '' where id = found",
         False),
        ("f(p_email text, p_user_code text)",
         "update notes set user_code = p_user_code where email = p_email", True),
        ("f(p_user_id uuid, p_country_code text)",
         "update notes set body = '' where user_id = p_user_id and country_code = p_country_code",
         True),
        ("f(query text)", "execute 'select count(*) from (' || query || ') t'", True),
        ("f(query text)", "execute query", True),
        ("f(name text)", "execute format('select count(*) from %I', name)", False),
        ("f(name text)", "execute 'select $1' using name", False),
        ("f()", "update notes set body = ''", False),
        # A login is asked for, and not whose: or the caller is only written down.
        ("f(p_user_id uuid)",
         "if auth.uid() is null then raise exception 'no'; end if;"
         "delete from notes where user_id = p_user_id", True),
        ("f(p_note_id uuid)",
         "update notes set body = '', edited_by = auth.uid() where id = p_note_id", True),
        ("f(p_user_id uuid)",
         "delete from notes where user_id = p_user_id; insert into log (who) values (auth.uid())", True),
        ("f(p_user_id uuid)",
         "declare v uuid := auth.uid(); begin delete from notes where user_id = v; end", False),
        ("f(p_user_id uuid)", "insert into notes (user_id, by) values (p_user_id, auth.uid())", False),
        ("f(p_note_id uuid)",
         "insert into likes (by) values (auth.uid());"
         "update notes set likes = likes + 1 where id = p_note_id", False),
        ("f(p_customer_email text, p_customer_name text)",
         "insert into notes (body) values (p_customer_name) on conflict (id) do update set body = ''", False),
        ("f(p_email text, p_name text)", "update profiles set role = 'admin' where email = p_email", True),
        ("f(p_workspace_id uuid, p_amount int)",
         "update wallets set balance = balance + p_amount where workspace_id = p_workspace_id", True),
        ("f(p_workspace_id uuid)", "update wallets set number = number + 1", False),
        ("f()", "update wallets set credits = 100", True),
        ("f()", "update wallets set credits = 100 where reset_at < now()", False),
        ("f(p_reference text)", "update payments set status = 'paid' where reference = p_reference", True),
        ("f(p_reference text)", "update payments set status = 'seen' where reference = p_reference", False),
        ("f(p_user_id uuid)",
         "if not is_admin() then raise exception 'no'; end if; delete from notes where user_id = p_user_id",
         False),
        ("f(p_user_id uuid)",
         "if not leads() then raise exception 'no'; end if; delete from notes where user_id = p_user_id",
         False),
        ("f(p_user_id uuid)",
         "if not leads(p_user_id) then return; end if; delete from notes where user_id = p_user_id",
         True),
    ],
)  # fmt: skip
def test_functions_that_act_for_whom_the_caller_names(head: str, body: str, called: bool) -> None:
    admin = """create function is_admin() returns boolean language sql security definer as
      $$ select exists (select 1 from notes where user_id = auth.uid()) $$;
      create function leads(who uuid default auth.uid()) returns boolean language sql security definer as
      $$ select exists (select 1 from notes where user_id = who) $$;"""
    made = f"""create or replace function public.{head} returns void language plpgsql
      security definer set search_path = public as $$ begin {body}; end; $$;"""
    proof = read(TABLE, MONEY, admin, made)
    assert any(a.verb is Verb.CALL for a in proof.attempts) is called
    name = head.split("(")[0]
    closed = f"revoke execute on function {name} from public, anon, authenticated;"
    assert not any(a.verb is Verb.CALL for a in read(TABLE, MONEY, admin, made, closed).attempts)


@pytest.mark.parametrize(
    ("head", "body", "called"),
    [
        ("f(p_id uuid)", "delete from lessons where id = p_id", True),
        ("f(p_id uuid)", "delete from steps where id = p_id", True),
        ("f(p_id uuid)", "update steps set body = '' where id = p_id", True),
        ("f(p_id uuid, p_body text)", "update steps set body = p_body where id = p_id", True),
        ("f(p_note_id uuid, p_id uuid)",
         "update steps set body = '' where note_id = p_note_id; update steps set body = 'x' where id = p_id",
         True),
        ("f(p_id uuid, p_reason text)",
         "if p_reason = '' then return; end if; update steps set body = p_reason where id = p_id", True),
        ("f(p_id uuid, p_word text)",
         "if p_word <> 'abc' then return; end if; delete from lessons where id = p_id", False),
        ("f(anonymous_user_id uuid, verified_user_id uuid)",
         "update notes set user_id = verified_user_id where user_id = anonymous_user_id", True),
        # Nothing says that rows without an owner are not for all to mend, or what is counted is no harm.
        ("f(p_id uuid)", "update lessons set title = '' where id = p_id", False),
        ("f(p_id uuid)", "update steps set reads = coalesce(reads, 0) + 1 where id = p_id", False),
        ("f(p_id uuid)", "update steps set seen_at = now() where id = p_id", False),
        ("f(p_id uuid, p_word text)", "delete from lessons where id = p_id and title = p_word", False),
        ("f(p_id uuid, p_word text)",
         "select 1 into n from lessons where title = p_word;"
         "if not found then raise exception 'no'; end if; delete from lessons where id = p_id", False),
        ("f(p_id uuid)",
         "if not is_teacher() then raise exception 'no'; end if; delete from lessons where id = p_id", False),
        ("f(p_id uuid)",
         "insert into notes (user_id) values (auth.uid()); delete from lessons where id = p_id", False),
        ("f(p_id uuid)", "delete from play_sessions where id = p_id", False),
        ("f(p_id uuid)", "delete from open_rows where id = p_id", False),
        ("f(p_id uuid)", "delete from bare where id = p_id", False),
    ],
)  # fmt: skip
def test_functions_that_change_a_row_without_an_owner_by_its_key(
    head: str, body: str, called: bool
) -> None:
    tables = """
    create table lessons (id uuid primary key, title text);
    create table steps (id uuid primary key, note_id uuid references notes (id), body text, reads int,
      seen_at timestamptz);
    create table play_sessions (id uuid primary key);
    create table open_rows (id uuid primary key);
    create table bare (id uuid primary key);
    alter table lessons enable row level security;
    alter table steps enable row level security;
    alter table play_sessions enable row level security;
    alter table open_rows enable row level security;
    create policy filled on open_rows for insert with check (true);
    """
    made = f"""create function public.{head} returns void language plpgsql security definer
      set search_path = public as $$ declare n int; begin {body}; end $$;"""
    proof = read(TABLE, tables, made)
    assert any(a.verb is Verb.CALL for a in proof.attempts) is called
    closed = "revoke execute on function f from public, anon, authenticated;"
    assert not any(a.verb is Verb.CALL for a in read(TABLE, tables, made, closed).attempts)


@pytest.mark.parametrize(
    ("head", "body", "called"),
    [
        ("f(p_ids uuid[])", "delete from visits where id = any(p_ids)", True),
        ("f(rider_ids uuid[])", "delete from visits where rider_id = any (rider_ids)", True),
        ("f(p_rider uuid, p_by int)", "update visits set paid = paid - p_by where rider_id = p_rider", True),
        ("f(p_ids uuid[])",
         "if not is_staff() then return; end if; delete from visits where id = any(p_ids)", False),
        ("f(p_ids uuid[])", "delete from visits where id = any(p_ids) and rider_id = auth.uid()", False),
        ("f(p_rider uuid)", "update visits set seen = seen + 1 where rider_id = p_rider", False),
        ("f(p_rider uuid)",
         "update visits set seen = (select count(*) from notes) where rider_id = p_rider", False),
        ("f(p_id uuid)", "update visits as v set seen = (select count(*) from notes n where n.id = p_id),"
         " changed_at = now() where v.id = p_id", False),
        ("f(p_id uuid)", "select count(*) into n from notes where id = p_id;"
         " update visits set seen = coalesce(n, 0) where id = p_id", False),
        ("f(p_id uuid)", "select paid into n from visits limit 1; update visits set seen = n where id = p_id",
         True),
        ("f(p_id uuid)", "update visits set seen = (select count(*) from notes), paid = 0 where id = p_id",
         True),
        ("f(p_id uuid, p_other uuid)", "update visits set seen = (select count(*) from notes n"
         " where n.id = p_other) where id = p_id", True),
        ("f(p_rider uuid, p_code text)",
         "delete from visits where rider_id = p_rider and visit_code = p_code", True),
        ("f(p_rider uuid, p_access_code text)",
         "delete from visits where rider_id = p_rider and access_code = p_access_code", False),
    ],
)  # fmt: skip
def test_functions_that_change_the_rows_of_a_list_or_of_an_owner(
    head: str, body: str, called: bool
) -> None:
    tables = """create table visits (id uuid primary key, rider_id uuid references auth.users (id), paid int,
      seen int, visit_code text, access_code text);
    alter table visits enable row level security;
    create policy own on visits using (rider_id = auth.uid());
    create function is_staff() returns boolean language sql security definer as
      $$ select exists (select 1 from visits where rider_id = auth.uid()) $$;"""
    made = f"""create function public.{head} returns void language plpgsql security definer
      as $$ declare n int; begin {body}; end $$;"""
    proof = read(TABLE, tables, made)
    assert any(a.verb is Verb.CALL for a in proof.attempts) is called


@pytest.mark.parametrize(
    ("rule", "called"), [("rider_id = auth.uid()", True), ("true", False), ("", True)]
)
def test_a_function_that_reads_the_rows_of_the_owner_who_is_named(rule: str, called: bool) -> None:
    policy = f"create policy p on clients for select using ({rule});" if rule else ""
    sql = f"""create table clients (id uuid primary key, rider_id uuid references auth.users, phone text);
    alter table clients enable row level security; {policy}
    create function f(p_rider uuid) returns table (phone text) language sql security definer as
      $$ select phone from clients where rider_id = p_rider $$;"""
    assert any(a.verb is Verb.CALL for a in read(sql).attempts) is called


@pytest.mark.parametrize(
    ("head", "body", "called"),
    [
        ("f() returns table (id uuid, email text)", "select id, email from public.profiles", True),
        ("f(p_limit int) returns setof profiles", "select * from profiles limit p_limit", True),
        ("f() returns table (id uuid, email text)", "select id, email from auth.users", True),
        ("f() returns json", "select json_build_object('email', email) from profiles", True),
        ("f() returns json", "select json_build_object('users', count(email)) from profiles", False),
        ("f() returns table (full_name text)", "select full_name from profiles", False),
        ("f(p_token text) returns setof profiles", "select * from profiles where token = p_token", False),
        ("f() returns setof profiles", "select * from profiles where is_published", False),
        ("f() returns setof profiles", "select * from profiles where id = auth.uid()", False),
    ],
)  # fmt: skip
def test_functions_that_hand_out_the_rows_of_everybody(head: str, body: str, called: bool) -> None:
    made = f"create function public.{head} language sql security definer as $$ {body} $$;"
    proof = read(MONEY, made)
    assert any(a.verb is Verb.CALL for a in proof.attempts) is called
    open_to_all = "create policy o on profiles for select using (true);"
    assert any(a.verb is Verb.CALL for a in read(MONEY, made, open_to_all).attempts) is (
        called and "auth.users" in body
    )


@pytest.mark.parametrize(
    ("seen", "rule", "joined"),
    [
        ("public.takes_part(id, auth.uid())", "auth.uid() = user_id", True),
        ("true", "auth.uid() = user_id", False),
        ("public.takes_part(id, auth.uid())",
         "auth.uid() = user_id and public.takes_part(thread_id, auth.uid())", False),
    ],
)  # fmt: skip
def test_whoever_likes_takes_part_in_a_talk(seen: str, rule: str, joined: bool) -> None:
    sql = f"""
    create table threads (id uuid primary key, title text);
    create table thread_members (thread_id uuid references threads (id),
      user_id uuid references auth.users (id), primary key (thread_id, user_id));
    create table posts (id uuid primary key, thread_id uuid references threads (id), body text);
    alter table threads enable row level security;
    alter table thread_members enable row level security;
    alter table posts enable row level security;
    create function takes_part(t uuid, u uuid) returns boolean language sql security definer as $$
      select exists (select 1 from thread_members where thread_id = t and user_id = u) $$;
    create policy s on threads for select using ({seen});
    create policy r on posts for select using (public.takes_part(thread_id, auth.uid()));
    create policy i on thread_members for insert with check ({rule});
    """
    found = passed(read(sql), "public.thread_members")
    assert ((Actor.STRANGER, Verb.JOIN) in found) is joined


@pytest.mark.parametrize(
    ("rule", "rewritten"),
    [
        ("auth.uid() = receiver_id", True),
        ("auth.uid() = sender_id or auth.uid() = receiver_id", True),
        ("sender_id <> auth.uid() and exists (select 1 from conversations c where c.id = conversation_id"
         " and auth.uid() in (c.buyer_id, c.seller_id))", True),
        ("auth.uid() = sender_id", False),
        ("auth.uid() = receiver_id) with check (content = public.words_of(id)", False),
        ("exists (select 1 from conversations c where c.id = conversation_id and c.buyer_id = auth.uid())"
         " and sender_id = auth.uid()", False),
        ("public.has_role(auth.uid(), 'admin')", False),
    ],
)  # fmt: skip
def test_messages_that_whoever_receives_them_may_rewrite(rule: str, rewritten: bool) -> None:
    sql = f"""
    create table conversations (id uuid primary key, buyer_id uuid, seller_id uuid);
    create table messages (id uuid primary key, conversation_id uuid references conversations (id),
      sender_id uuid references auth.users (id), receiver_id uuid, content text, is_read boolean);
    alter table messages enable row level security;
    create policy s on messages for select using (auth.uid() in (sender_id, receiver_id));
    create policy u on messages for update using ({rule});
    """
    changed = (Actor.MEMBER, Verb.UPDATE)
    assert (changed in passed(read(sql), "public.messages")) is rewritten
    marks = """
    revoke update on messages from authenticated, anon;
    grant update (is_read) on messages to authenticated;
    """
    assert changed not in passed(read(sql, marks), "public.messages")


@pytest.mark.parametrize(
    ("column", "called"),
    [("p.email is not null and p.full_name <> ''", False), ("p.email", True)],
)
def test_whether_something_is_filled_in_hands_nothing_out(column: str, called: bool) -> None:
    made = f"""
    create function public.trust(p_user_id uuid) returns table (score text) language sql
      security definer as $$ select {column} from public.profiles p where p.id = p_user_id $$;
    """
    assert any(a.verb is Verb.CALL for a in read(MONEY, made).attempts) is called


@pytest.mark.parametrize(
    ("argument", "writes", "called"),
    [
        ("admin_email text", "insert into user_roles (user_id, role) values (found, 'admin')", True),
        ("admin_email text", "insert into log (who, what) values (admin_email, 'admin')", False),
        ("", "insert into user_roles (user_id, role) values (found, 'admin')", False),
    ],
)  # fmt: skip
def test_a_function_that_makes_whoever_calls_an_administrator(
    argument: str, writes: str, called: bool
) -> None:
    sql = f"""
    create table user_roles (id uuid primary key, user_id uuid, role text);
    create table log (id uuid primary key, who text, what text);
    create function make_admin({argument}) returns void language plpgsql security definer as $$
    declare found uuid; begin select id into found from auth.users limit 1; {writes}; end $$;
    """
    assert any(a.verb is Verb.CALL for a in read(sql).attempts) is called


def test_a_membership_is_joined_where_rules_go_by_it() -> None:
    sql = """
    create table organizations (id uuid primary key, name text);
    create table members (organization_id uuid references organizations (id),
      user_id uuid references auth.users (id), primary key (organization_id, user_id));
    alter table members enable row level security;
    create policy i on members for insert with check (auth.uid() = user_id);
    create policy s on members for select using (auth.uid() = user_id);
    """
    deals = """
    create table deals (id uuid primary key, organization_id uuid references organizations (id));
    alter table deals enable row level security;
    create policy d on deals using (organization_id in
      (select organization_id from members where user_id = auth.uid()));
    """
    assert (Actor.STRANGER, Verb.JOIN) in passed(read(sql, deals), "public.members")
    assert (Actor.STRANGER, Verb.JOIN) not in passed(read(sql), "public.members")


@pytest.mark.parametrize(
    ("head", "where", "called"),
    [
        ("f(query_embedding vector, match_count int)", "true", True),
        ("f(query_embedding vector, filter_organization_id uuid)",
         "organization_id = filter_organization_id", True),
        ("f(query_embedding vector)", "user_id = auth.uid()", False),
        ("f(query_embedding vector)", "is_public", False),
        ("f(p_document_id uuid)", "id = p_document_id", False),
    ],
)  # fmt: skip
def test_texts_of_others_that_a_search_hands_out(head: str, where: str, called: bool) -> None:
    sql = f"""
    create table chunks (id uuid primary key, organization_id uuid, user_id uuid, content text,
      is_public boolean);
    alter table chunks enable row level security;
    create policy o on chunks for select using (user_id = auth.uid());
    create function {head} returns table (id uuid, content text) language sql security definer as
      $$ select id, content from chunks where {where} $$;
    """
    assert any(a.verb is Verb.CALL for a in read(sql).attempts) is called
    invoker = sql.replace("security definer", "")
    assert not any(a.verb is Verb.CALL for a in read(invoker).attempts)


MEMBERS = """
create table organizations (id uuid primary key, name text, plan text default 'free');
create table members (organization_id uuid references organizations (id),
  user_id uuid references auth.users (id), role text, primary key (organization_id, user_id));
"""


@pytest.mark.parametrize(
    ("rule", "joined"),
    [
        ("user_id = auth.uid()", True),
        ("user_id = auth.uid() and public.invited(organization_id)", False),
    ],
)
def test_a_membership_made_by_hand_is_known_from_the_rules_that_look_it_up(
    rule: str, joined: bool
) -> None:
    sql = f"""
    alter table staff enable row level security;
    create policy i on staff for insert with check ({rule});
    create table deals (id uuid primary key, company_id uuid);
    alter table deals enable row level security;
    create policy d on deals using (company_id in (select company_id from staff where user_id = auth.uid()));
    """
    assert ((Actor.STRANGER, Verb.JOIN) in passed(read(sql), "public.staff")) is joined


def test_a_tenant_of_another_table_in_the_same_rule_is_not_looked_up() -> None:
    sql = """
    create table churches (id uuid primary key);
    create table people (id uuid primary key, church_id uuid references churches (id),
      user_id uuid references auth.users (id));
    alter table people enable row level security;
    create policy i on people for insert with check (user_id = auth.uid());
    create table wishes (id uuid primary key, person_id uuid, church_id uuid);
    alter table wishes enable row level security;
    create policy s on wishes for select using (has_role(auth.uid(), church_id) or exists
      (select 1 from people p where p.id = wishes.person_id and p.user_id = auth.uid()));
    """
    assert (Actor.STRANGER, Verb.JOIN) not in passed(read(sql), "public.people")


@pytest.mark.parametrize(
    ("held", "open_rule", "across"),
    [
        ("organization_id = my_org() and has_role(auth.uid(), 'admin')",
         "public.has_role(auth.uid(), 'admin'::public.app_role)", True),
        ("organization_id = my_org() and has_role(auth.uid(), 'admin')",
         "user_id = auth.uid() or has_role(auth.uid(), 'admin')", True),
        ("organization_id = my_org() and has_role(auth.uid(), 'admin')",
         "has_role(auth.uid(), 'super_admin')", False),
        ("organization_id = my_org() and has_role(auth.uid(), 'admin')",
         "organization_id = my_org() and has_role(auth.uid(), 'admin')", False),
        # A role that no rule holds to an organisation may be that of whoever runs the app.
        ("user_id = auth.uid() and has_role(auth.uid(), 'admin')",
         "has_role(auth.uid(), 'admin')", False),
    ],
)  # fmt: skip
def test_a_role_of_one_organisation_that_is_believed_in_all(
    held: str, open_rule: str, across: bool
) -> None:
    sql = f"""
    create table deals (id uuid primary key, organization_id uuid, user_id uuid);
    create table calls (id uuid primary key, organization_id uuid, user_id uuid);
    alter table deals enable row level security;
    alter table calls enable row level security;
    create policy h on deals for all using ({held});
    create policy o on calls for all using ({open_rule});
    """
    assert ((Actor.MEMBER, Verb.JOIN) in passed(read(sql), "public.calls")) is across


@pytest.mark.parametrize(
    ("rule", "raised"),
    [
        ("email = (select email from profiles where id = auth.uid())", True),
        ("email = (select email from auth.users where id = auth.uid())", False),  # nobody may read it
        ("email = auth.jwt() ->> 'email' and status = 'pending'", True),
        ("lower(email) = lower(auth.email())", True),
        ("email = auth.email()) with check (email = auth.email() and role = 'member'"
         " and organization_id = 'a'", False),
        ("email = auth.email() and public.is_admin()", False),
        ("invited_by = auth.uid()", False),
    ],
)  # fmt: skip
def test_an_invitation_that_the_invited_may_change(rule: str, raised: bool) -> None:
    sql = f"""
    create table invitations (id uuid primary key, email text, invited_by uuid, status text,
      organization_id uuid, role text default 'member' check (role in ('member', 'admin')));
    alter table invitations enable row level security;
    create policy u on invitations for update using ({rule});
    """
    found = [a for a in read(MEMBERS, sql).attempts if a.target == "public.invitations"]
    assert [a.columns for a in found] == ([("role", "organization_id")] if raised else [])


@pytest.mark.parametrize(
    ("columns", "rule", "raised"),
    [
        ("status text default 'pending', approved_by uuid", "user_id = auth.uid()", True),
        ("verification_status text default 'pending'", "user_id = auth.uid()", True),
        ("status text default 'pending'", "user_id = auth.uid()", False),
        ("status text default 'draft', approved_by uuid", "user_id = auth.uid()", False),
        ("status text default 'pending', approved_by uuid",
         "user_id = auth.uid() and status = 'pending'", False),
    ],
)  # fmt: skip
def test_a_request_that_its_owner_may_add_as_approved(
    columns: str, rule: str, raised: bool
) -> None:
    sql = f"""
    create table leaves (id uuid primary key, user_id uuid references auth.users (id), {columns});
    alter table leaves enable row level security;
    create policy i on leaves for insert with check ({rule});
    """
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(read(sql), "public.leaves")) is raised


@pytest.mark.parametrize(
    ("table", "owner", "raised"),
    [
        ("leaves", "user_id", True),
        ("leaves", "reporter_id", False),
        ("comment_reports", "user_id", False),
        ("expense_reports", "user_id", True),
    ],
)
def test_who_reports_something_gains_nothing_from_calling_it_settled(
    table: str, owner: str, raised: bool
) -> None:
    sql = f"""
    create table {table} (id uuid primary key, {owner} uuid references auth.users (id),
      status text default 'pending', reviewed_by uuid);
    alter table {table} enable row level security;
    create policy i on {table} for insert with check ({owner} = auth.uid());
    """
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(read(sql), f"public.{table}")) is raised


COURSES = """
create table courses (id uuid primary key, title text, teacher_id uuid, price numeric, is_published boolean);
alter table courses enable row level security;
"""
ENROLMENTS = """
create table enrollments (id uuid primary key, user_id uuid references auth.users (id),
  course_id uuid references courses (id), created_at timestamptz{columns});
alter table enrollments enable row level security;
create policy i on enrollments for insert with check ({rule});
"""


@pytest.mark.parametrize(
    ("offered", "columns", "rule", "raised"),
    [
        ("is_published = true", "", "auth.uid() = user_id", True),
        ("teacher_id = auth.uid()", "", "auth.uid() = user_id", False),
        ("true", ", status text default 'pending'", "auth.uid() = user_id", False),
        ("true", "", "auth.uid() = user_id and exists (select 1 from courses c"
         " where c.id = course_id and c.price = 0)", False),
    ],
)  # fmt: skip
def test_what_is_sold_and_whoever_wants_it_adds_as_his_own(
    offered: str, columns: str, rule: str, raised: bool
) -> None:
    sold = f"create policy s on courses for select using ({offered});"
    made = ENROLMENTS.format(columns=columns, rule=rule)
    promoted = (Actor.STRANGER, Verb.PROMOTE)
    assert (promoted in passed(read(COURSES, sold, made), "public.enrollments")) is raised
    charges = """
    create function charge() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger c after insert on enrollments for each row execute function charge();
    """
    assert promoted not in passed(read(COURSES, sold, made, charges), "public.enrollments")


@pytest.mark.parametrize(
    ("columns", "others", "raised"),
    [
        ("payment_status text default 'pending'", "public.has_role(auth.uid(), 'admin')", True),
        ("paid boolean default false, stripe_session_id text", "auth.uid() = user_id", True),
        ("payment_status text default 'pending'", "auth.uid() = user_id", False),
        ("payment_status text default 'pending', customer_id uuid",
         "public.has_role(auth.uid(), 'admin')", False),
        ("payment_status text default 'paid'", "public.has_role(auth.uid(), 'admin')", False),
    ],
)  # fmt: skip
def test_an_order_that_its_buyer_may_call_paid(columns: str, others: str, raised: bool) -> None:
    sql = f"""
    create table orders (id uuid primary key, user_id uuid references auth.users (id), {columns});
    alter table orders enable row level security;
    create policy i on orders for insert with check (auth.uid() = user_id);
    create policy u on orders for update using ({others});
    """
    assert ((Actor.STRANGER, Verb.PROMOTE) in passed(read(sql), "public.orders")) is raised


@pytest.mark.parametrize(
    ("rule", "raised"),
    [
        ("id in (select organization_id from members where user_id = auth.uid())", True),
        ("exists (select 1 from members m where m.organization_id = organizations.id"
         " and m.user_id = auth.uid() and m.role = 'owner')", True),
        ("id = public.my_organization()", True),
        ("public.is_super_admin(auth.uid())", False),
        ("id = public.my_organization()) with check (plan = 'free'", False),
    ],
)  # fmt: skip
def test_the_plan_of_an_organisation_that_its_members_may_set(rule: str, raised: bool) -> None:
    sql = f"""
    alter table organizations enable row level security;
    create policy u on organizations for update using ({rule});
    """
    found = passed(read(MEMBERS, sql), "public.organizations")
    assert ((Actor.STRANGER, Verb.PROMOTE) in found) is raised
    kept = """
    create function keep() returns trigger language plpgsql as
      $$ begin new.plan := old.plan; return new; end $$;
    create trigger k before update on organizations for each row execute function keep();
    """
    assert not passed(read(MEMBERS, sql, kept), "public.organizations")


def test_columns_of_a_subquery_are_not_those_of_the_row() -> None:
    sql = """
    create table medicines (id uuid primary key, name text);
    alter table medicines enable row level security;
    create policy s on medicines for select to authenticated using (true);
    create policy m on medicines for all using
      (exists (select 1 from users where id = auth.uid() and role = 'admin'));
    """
    assert read(sql).seeding["public.medicines"].ownership.user_columns == ()


@pytest.mark.parametrize(
    "text",
    [
        "create policy p on notes using (" + "a or (" * 20_000,
        "create policy p on notes using (" + "(select 1 from b where c = " * 20_000,
        "create table t (" + "a text, " * 20_000 + ");",
        "insert into storage.buckets (id, name, public) values "
        + "('a', 'a', true), " * 2_000
        + ";",
        "create function f(" + "a int, " * 5_000 + ") returns void as $$ select f() $$;",
        "do $$ begin " + "execute 'create policy p on notes using (true)'; " * 2_000 + "end $$;",
        "grant select on " + "a, " * 20_000 + "b to anon;",
        "create table teams (id uuid, plan text default 'free'); alter table teams enable row level security;"
        "create policy p on teams for update using (" + "id in (select " * 20_000,
        "create function f(p_user_id uuid) returns json language plpgsql security definer as $$ begin "
        + "if auth.uid() is null then raise " * 20_000
        + "end $$;",
    ],
    ids=(
        *("nested", "subqueries", "columns", "buckets", "arguments", "block", "grant"),
        *("tenant", "guard"),
    ),
)
def test_a_hostile_script_neither_ends_nor_delays_the_reading(text: str) -> None:
    begun = process_time()
    read(TABLE, text)
    assert process_time() - begun < 10


_ADMINS = (
    "exists (select 1 from auth.users u where u.id = auth.uid()"
    " and u.raw_user_meta_data ->> 'role' = 'admin')"
)
_ASKS_ACCOUNTS = f"create policy admins on notes for all using ({_ADMINS}); "


@pytest.mark.parametrize(
    "rule",
    [
        "create policy p on notes using ((select raw_user_meta_data ->> 'role' from auth.users"
        " where id = auth.uid()) = 'admin')",
        f"create policy p on notes using (auth.uid() is not null or {_ADMINS})",
        f"{_ASKS_ACCOUNTS} create policy p on notes for select using (auth.uid() is not null)",
        f"{_ASKS_ACCOUNTS} create policy p on notes to service_role using (true)",
        "create function is_admin() returns boolean language sql as $$ select exists (select 1 from"
        " auth.users where id = auth.uid() and raw_user_meta_data ->> 'role' = 'admin') $$;"
        "create policy p on notes using (is_admin())",
    ],
)
def test_a_rule_that_reads_the_accounts_fails_and_lets_nobody_pass(rule: str) -> None:
    proof = read(TABLE, rule)
    assert passed(proof) == set()
    assert passed(proof, "auth.users") == set()


@pytest.mark.parametrize(
    ("rule", "target", "verb"),
    [
        (f"grant select on auth.users to authenticated; {_ASKS_ACCOUNTS}", "auth.users", Verb.PROMOTE),
        (f"grant select on all tables in schema auth to authenticated; {_ASKS_ACCOUNTS}",
         "auth.users", Verb.PROMOTE),
        ("create function is_admin() returns boolean language sql security definer as $$ select exists"
         " (select 1 from auth.users where id = auth.uid() and raw_user_meta_data ->> 'role' = 'admin')"
         " $$; create policy p on notes using (is_admin())", "auth.users", Verb.PROMOTE),
        (f"{_ASKS_ACCOUNTS} create policy p on notes for select to authenticated using (true)",
         "public.notes", Verb.READ),
        (f"create policy p on notes using (auth.uid() is not null) with check ({_ADMINS})",
         "public.notes", Verb.READ),
        (f"create policy p on notes using ({_ADMINS}) with check (auth.uid() is not null)",
         "public.notes", Verb.INSERT),
    ],
)  # fmt: skip
def test_accounts_that_may_be_read_and_rules_beside_let_pass(
    rule: str, target: str, verb: Verb
) -> None:
    assert (Actor.STRANGER, verb) in passed(read(TABLE, rule), target)


@pytest.mark.parametrize(
    ("column", "weight"),
    [
        ("full_name text, stripe_customer_id text", Severity.HIGH),
        ("full_name text", Severity.MEDIUM),
        ("email text, stripe_customer_id text", Severity.CRITICAL),
    ],
)
def test_the_number_of_a_payer_opens_nothing(tmp_path: Path, column: str, weight: Severity) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001.sql").write_text(
        f"""create table public.profiles (id uuid primary key references auth.users (id), {column});
        alter table public.profiles enable row level security;
        create policy all_read on public.profiles for select using (true);"""
    )
    control = RowsReadableByAnybody()
    found = control.detect(prototype_of(tmp_path, rebuilt=False))
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [weight]


_FOUNDS = """create table public.clinics (id uuid primary key default gen_random_uuid(), name text);
create table public.clinic_members (clinic_id uuid references public.clinics (id),
  user_id uuid references auth.users (id), role text);
alter table public.clinics enable row level security;
alter table public.clinic_members enable row level security;
create policy own on public.clinic_members for select using (user_id = auth.uid());
create policy theirs on public.clinics for select using (
  id in (select clinic_id from public.clinic_members where user_id = auth.uid()));
create function public.open_clinic(p_name text, p_owner_id uuid, p_clinic uuid) returns uuid as $$
declare made uuid;
begin
  insert into public.clinics (name) values (p_name) returning id into made;
  insert into public.clinic_members (clinic_id, user_id, role) values (%s, p_owner_id, 'owner');
  return made;
end; $$ language plpgsql security definer;"""


@pytest.mark.parametrize(
    ("clinic", "weight"), [("made", Severity.MEDIUM), ("p_clinic", Severity.CRITICAL)]
)
def test_who_founds_a_tenant_of_his_own_gets_into_no_other(
    tmp_path: Path, clinic: str, weight: Severity
) -> None:
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001.sql").write_text(_FOUNDS % clinic)
    found = ExposedFunction().detect(prototype_of(tmp_path, rebuilt=False))
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [weight]


@pytest.mark.parametrize("around", ["{}", "do $$ begin {} end $$;"])
def test_a_table_that_is_told_to_nobody_any_more_is_there_still(around: str) -> None:
    unpublished = around.format("alter publication supabase_realtime drop table public.notes;")
    opened = "create policy all_see on public.notes for select using (true);"
    proof = read(TABLE, opened, unpublished)
    assert (Actor.ANYBODY, Verb.READ) in passed(proof)
    assert proof.schema.tables["public.notes"].columns


OPEN_TO_ALL = "create policy all_do on public.notes for all using (true);"


def test_a_table_that_is_made_again_has_no_rules_of_its_earlier_life() -> None:
    assert (Actor.ANYBODY, Verb.READ) not in passed(read(TABLE + OPEN_TO_ALL, TABLE + OWN))
    unsure = TABLE.replace("create table", "create table if not exists")
    assert (Actor.ANYBODY, Verb.READ) in passed(read(TABLE + OPEN_TO_ALL, unsure + OWN))
    unguarded = TABLE.partition("alter")[
        0
    ]  # it failed, then: what guards the table stands before it
    assert (Actor.ANYBODY, Verb.READ) in passed(read(TABLE + OPEN_TO_ALL, unguarded + OWN))
    beside = read(TABLE + OPEN_TO_ALL, loose=(TABLE + OWN,))
    assert (Actor.ANYBODY, Verb.READ) in passed(beside)


def test_a_rule_on_a_function_is_no_table() -> None:
    script = """
    create function public.has_table(name text) returns boolean language sql security definer
      as $$ select exists (select 1 from information_schema.tables where table_name = $1) $$;
    create policy "anybody may ask" on public.has_table for all to anon using (true);
    """
    assert not passed(read(TABLE, script), "public.has_table")


@pytest.mark.parametrize("odd", ["(", "[", "\\", "?"])
@pytest.mark.parametrize("table", ["profiles", "user_subscriptions", "team_members"])
def test_names_that_are_no_expressions_are_read(odd: str, table: str) -> None:
    role, tenant, source = f'"{odd}role"', f'"{odd}tenant_id"', f'"{odd}{table}"'
    script = f"""create table public.companies (id uuid primary key);
    create table public.{source} (id uuid primary key references auth.users (id), {role} text default 'free',
      user_id uuid references auth.users (id), {tenant} uuid references public.companies (id),
      plan text default 'free');
    alter table public.{source} enable row level security;
    create policy own on public.{source} for all using (auth.uid() = user_id);
    create policy ours on public.{source} for select using (public.belongs(auth.uid(), {tenant}));
    do $$ begin
      execute 'alter table public.' || quote_ident('{odd}{table}') || ' enable row level security';
    end $$;
    create table public.things (id uuid primary key, company uuid);
    alter table public.things enable row level security;
    create policy theirs on public.things for all using
      (company in (select {tenant} from public.{source} where user_id = auth.uid()));
    create function public.made() returns trigger language plpgsql security definer as $$ begin
      insert into public.{source} (id, {role}, {tenant})
        values (new.id, new.raw_user_meta_data ->> 'role', null);
      return new; end $$;
    create trigger made after insert on auth.users for each row execute function public.made();"""
    assert f"public.{odd}{table}" in read(script).schema.tables


def test_a_name_as_long_as_a_file_is_read_by_its_beginning() -> None:
    table, column = "total_" * 8_000, "_" * 20_000
    script = f"""create table {table} (id uuid primary key, {column} integer, user_id uuid);
    alter table {table} enable row level security;
    create policy own on {table} for all using (user_id = auth.uid());"""
    (found,) = (t for n, t in read(script).schema.tables.items() if n.startswith("public.total_"))
    assert found.policies
    assert len(found.name) == 500
    assert [len(c.name) for c in found.columns] == [2, 500, 7]
