"""What database controls read from names, expressions and histories."""

from __future__ import annotations

import pytest

from shipworthy.database.history import History, SqlFile
from shipworthy.database.rules.expressions import (
    always_true,
    asked_once,
    asks_per_row,
    in_parentheses,
    owner_columns,
)
from shipworthy.database.rules.granting import grants, needed
from shipworthy.database.rules.judged import browser_privileges
from shipworthy.database.rules.names import quoted, short_name, spoken, sql_target
from shipworthy.database.rules.next_migration import next_migration
from shipworthy.database.schema import Column, Policy, Source, Table, Trust

MADE = Source(Trust.MIGRATION)
ID = Column("id", "bigint", False, "nextval('notes_id_seq'::regclass)")


def table(*policies: Policy, secured: bool = True) -> Table:
    columns = (ID, Column("user_id", "uuid", True), Column("team", "uuid", True))
    return Table("public", "notes", "table", MADE, columns, secured, policies=policies)


def policy(using: str | None, command: str = "ALL", role: str = "public") -> Policy:
    return Policy("p", command, (role,), True, using, None)


@pytest.mark.parametrize(
    ("last", "follows"),
    [
        ("20250301101500_notes.sql", "20250301101501_shipworthy_no_primary_key_notes.sql"),
        ("20251231235959-x.sql", "20260101000000_shipworthy_no_primary_key_notes.sql"),
        ("20250301999999_x.sql", "20250302000000_shipworthy_no_primary_key_notes.sql"),
        ("009_x.sql", "010_shipworthy_no_primary_key_notes.sql"),
        ("20240625_auth.sql", "20240626_shipworthy_no_primary_key_notes.sql"),
    ],
)
def test_the_next_migration_follows_the_last_number(last: str, follows: str) -> None:
    files = (SqlFile("supabase/migrations/001_first.sql", ""),)
    history = History((*files, SqlFile(f"supabase/migrations/{last}", "")))
    path = next_migration(history, "no-primary-key", "public.notes")
    assert path == f"supabase/migrations/{follows}"


def test_remedies_of_one_moment_have_different_paths() -> None:
    history = History((SqlFile("apps/web/supabase/migrations/1_a.sql", ""),))
    subjects = ("public.a", "public.b", "other.a", "public.f(uuid, text)")
    paths = {next_migration(history, "c", subject) for subject in subjects}
    assert len(paths) == len(subjects)
    assert all(path and path.startswith("apps/web/supabase/migrations/2_") for path in paths)


@pytest.mark.parametrize("path", ["drizzle/0001_a.sql", "sql/setup.sql", "supabase/schema.sql"])
def test_no_migration_is_written_where_the_platform_applies_none(path: str) -> None:
    assert next_migration(History((SqlFile(path, ""),)), "c", "public.a") is None
    assert next_migration(None, "c", "public.a") is None


@pytest.mark.parametrize(
    "text",
    [
        "(auth.uid() = user_id)",
        "(user_id = auth.uid())",
        "(( SELECT auth.uid() AS uid) = user_id)",
        "((auth.uid())::text = (user_id)::text)",
        '(notes."user_id" = ( SELECT auth.uid() AS uid))',
    ],
)
def test_a_comparison_with_the_caller_names_the_owner(text: str) -> None:
    assert owner_columns(table(policy(text))) == ("user_id",)


@pytest.mark.parametrize(
    "text",
    [
        "(EXISTS ( SELECT 1 FROM members m WHERE (m.user_id = auth.uid())))",
        "has_role(auth.uid(), 'admin'::app_role)",
        "(auth.uid() IS NOT NULL)",
    ],
)
def test_questions_about_other_tables_name_no_owner(text: str) -> None:
    assert owner_columns(table(policy(text))) == ()


def test_a_question_in_a_subquery_of_its_own_is_asked_once() -> None:
    assert asks_per_row("(auth.uid() = user_id)")
    assert asks_per_row("((current_setting('request.jwt.claims'::text, true))::json IS NULL)")
    assert not asks_per_row("(( SELECT auth.uid() AS uid) = user_id)")
    assert not asks_per_row("(note = 'ask auth.uid() later'::text)")


def test_asking_once_changes_only_bare_questions() -> None:
    mixed = "((auth.uid() = user_id) OR (( SELECT auth.uid() AS uid) = team))"
    once = asked_once(mixed)
    assert once == "(((select auth.uid()) = user_id) OR (( SELECT auth.uid() AS uid) = team))"
    assert not asks_per_row(once)
    assert asked_once(once) == once


def test_an_expression_gets_one_pair_of_parentheses() -> None:
    assert in_parentheses("(a = b)") == "(a = b)"
    assert in_parentheses("(a) = (b)") == "((a) = (b))"
    assert in_parentheses("f(a)") == "(f(a))"


def test_only_true_is_always_true() -> None:
    assert always_true("true")
    assert always_true("(TRUE)")
    assert not always_true("is_true(id)")
    assert not always_true(None)


def test_grants_go_to_those_whom_policies_let_through() -> None:
    open_to_read = policy("true", "SELECT")
    own = policy("(auth.uid() = user_id)", "INSERT", "authenticated")
    statements = grants(table(open_to_read, own), needed(["select", "insert"]), needed(["delete"]))
    assert statements == [
        "grant select on public.notes to anon;",
        "grant select, insert on public.notes to authenticated;",
        "grant usage on sequence public.notes_id_seq to authenticated;",
        "grant select, delete on public.notes to service_role;",
    ]


def test_rules_that_ask_through_a_function_let_nobody_in_unasked() -> None:
    assert grants(table(policy("is_member(team)", "SELECT")), needed(["select"]), frozenset()) == [
        "grant select on public.notes to authenticated;"
    ]


def test_grants_on_columns_reach_browsers_too() -> None:
    granted = Table(
        "public",
        "notes",
        "table",
        MADE,
        grants={"postgres": frozenset({"SELECT", "DELETE"}), "anon": frozenset({"TRIGGER"})},
        column_grants={("authenticated", "UPDATE"): frozenset({"title"})},
    )
    assert browser_privileges(granted) == {"UPDATE"}


def test_names_are_quoted_where_sql_needs_it() -> None:
    assert quoted("notes") == "notes"
    assert quoted("order") == '"order"'
    assert quoted('a"B') == '"a""B"'
    assert sql_target("public.Account") == 'public."Account"'
    assert len(short_name("t" * 60, "column", "idx")) <= 63


def test_lists_are_spoken_like_lists() -> None:
    assert spoken(["a"]) == "a"
    assert spoken(["a", "b", "c"]) == "a, b and c"
    assert spoken(["a", "b", "c", "d", "e"]) == "a, b, c, d and 1 more"
