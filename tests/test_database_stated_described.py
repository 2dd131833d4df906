"""Tables that no statement makes, judged by the columns that types, rules and code tell of."""

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.schema import Trust
from shipworthy.database.stated.stating import stated

TYPES = """export type Database = {{ public: {{
  Tables: {{
    profiles: {{ Row: {{ id: string; full_name: string | null; {} }}
      Insert: {{ id: string; full_name?: string | null; {} }} Update: {{ id?: string }}
      Relationships: [] }}
    bookings: {{ Row: {{ id: string; guest_id: string; room_id: string; total_price: number; status: {} }}
      Insert: {{ id?: string; guest_id: string; room_id: string; total_price: number; status?: {} }}
      Update: {{ id?: string }}
      Relationships: [{{ foreignKeyName: "room"; columns: ["room_id"]; isOneToOne: false
        referencedRelation: "rooms"; referencedColumns: ["id"] }}] }}
  }}
  Views: {{}} Functions: {{}}
  Enums: {{ staff_role: "guest" | "admin" }} }} }}"""
OWN = """
create policy own_read on public.profiles for select to authenticated using (auth.uid() = id);
create policy own_change on public.profiles for update to authenticated using (auth.uid() = id);
"""
ASKED = """
create policy all_of_them on public.profiles for select using (
  exists (select 1 from public.profiles p where p.id = auth.uid() and p.access_level = 'admin'));
"""
GUARD = """
create function public.keep_role() returns trigger language plpgsql as $$
begin new.role := old.role; return new; end $$;
create trigger keep before update on public.profiles for each row execute function public.keep_role();
"""


def described(
    *scripts: str, columns: str = "role: string", state: str = "string", **more: frozenset[str]
) -> DatabaseProof:
    text = TYPES.format(columns, columns.replace(":", "?:"), state, state)
    files = (SqlFile(f"supabase/migrations/{n:04}.sql", s) for n, s in enumerate(scripts, 1))
    return stated(History(tuple(files), generated=SqlFile("src/types.ts", text), **more))


def taken(proof: DatabaseProof, table: str = "public.profiles") -> set[str]:
    promoted = (a for a in proof.attempts if a.verb is Verb.PROMOTE and a.target == table)
    return {column for attempt in promoted for column in attempt.columns}


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ('role: Database["public"]["Enums"]["staff_role"]', {"role"}),
        ('role: "guest" | "admin"', {"role"}),
        ("is_admin: boolean", {"is_admin"}),
        ("credits: number", {"credits"}),
        ("role: string", set()),  # nothing tells what words it takes
        ("role_wished: string", set()),
    ],
)
def test_a_table_of_the_dashboard_is_judged_by_its_types(columns: str, found: set[str]) -> None:
    assert taken(described(OWN, columns=columns)) == found


def test_what_stands_in_a_statement_counts_for_more_than_the_types() -> None:
    added = "alter table public.profiles add column if not exists role text default 'member';"
    assert taken(described(added, OWN)) == {"role"}
    assert taken(described(added.replace("member", "reader"), OWN, GUARD)) == set()


def test_a_rule_that_asks_for_the_column_lets_nobody_choose_it() -> None:
    held = OWN.replace("for update to authenticated using (auth.uid() = id)", "for update"
        " using (auth.uid() = id) with check (auth.uid() = id and role = 'guest')")  # fmt: skip
    assert not taken(described(held, columns='role: "guest" | "admin"'))


def test_the_evidence_says_where_the_columns_stand() -> None:
    proof = described(OWN, columns="is_admin: boolean")
    rules = [rule for attempt in proof.attempts for rule in attempt.rules if rule.source]
    told = [rule.source for rule in rules if "generated types" in rule.text and rule.source]
    assert [source.trust for source in told] == [Trust.GENERATED]
    assert [source.location.path for source in told if source.location] == ["src/types.ts"]
    assert not proof.schema.tables["public.profiles"].judged


ROOMS = """
create table public.rooms (id uuid primary key, price numeric);
create policy guests_add on public.bookings for insert with check (auth.uid() = guest_id);
create policy guests_see on public.bookings for select using (auth.uid() = guest_id);
create policy hosts on public.bookings for update using (
  exists (select 1 from public.hosts h where h.user_id = auth.uid()));
"""


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ('"pending" | "confirmed"', {"status"}),
        ("string", set()),
        ('"booked" | "confirmed"', set()),
    ],
)
def test_a_state_with_a_word_for_what_waits_begins_with_it(state: str, found: set[str]) -> None:
    assert taken(described(ROOMS, state=state), "public.bookings") == found


def test_a_table_without_types_has_the_columns_that_are_named() -> None:
    files = (SqlFile("supabase/migrations/0001.sql", OWN + ASKED),)
    assert taken(stated(History(files))) == {"access_level"}
    coded = frozenset({"profiles.is_admin"})
    assert taken(stated(History(files, columns=coded))) == {"access_level", "is_admin"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("exists (select 1 from public.profiles where id = auth.uid() and is_admin = true)", {"is_admin"}),
        ("exists (select 1 from public.profiles where id = auth.uid() and p_role = 'admin')", set()),
        ("exists (select 1 from public.profiles where id = auth.uid() and new_role = 'admin')", set()),
        ("exists (select 1 from public.profiles p where p.id = me and p.user_role = 'admin')", {"user_role"}),
    ],
)  # fmt: skip
def test_what_a_function_calls_by_a_name_is_no_column(body: str, found: set[str]) -> None:
    made = """create function public.allowed(p_role text, user_role text) returns boolean
    language plpgsql as $$ declare me uuid; new_role text := 'x'; begin return {}; end $$;"""
    files = (SqlFile("supabase/migrations/0001.sql", OWN + made.format(body)),)
    assert taken(stated(History(files))) == found


def test_what_becomes_of_rows_that_are_copied_is_no_column_of_theirs() -> None:
    copies = """create function public.copied() returns void language sql as $$
    insert into public.staff select id from public.profiles where id is not null
    on conflict (id) do update set is_admin = true $$;"""
    files = (SqlFile("supabase/migrations/0001.sql", OWN + copies),)
    assert not taken(stated(History(files)))


def test_what_types_do_not_know_is_judged_only_where_the_code_asks_for_it() -> None:
    rules = (OWN + ASKED).replace("profiles", "people")
    assert not taken(described(rules), "public.people")
    asked = described(rules, asked=frozenset({"people"}))
    assert taken(asked, "public.people") == {"access_level"}


def test_a_newcomer_whose_row_the_sign_up_makes_adds_no_other() -> None:
    adds = "create policy own_add on public.profiles for insert with check (auth.uid() = id);"
    makes = """
    create function public.handle_new_user() returns trigger language plpgsql security definer as $$
    begin insert into public.profiles (id, full_name) values (new.id, ''); return new; end $$;
    create trigger made after insert on auth.users for each row execute function public.handle_new_user();
    """
    assert taken(described(adds, columns="is_admin: boolean")) == {"is_admin"}
    assert not taken(described(adds, makes, columns="is_admin: boolean"))
