"""SQL scripts are split as PostgreSQL reads them, whatever they hold."""

from __future__ import annotations

import time

import pytest

from shipworthy.database.names import parts
from shipworthy.database.statements import Kind, split


def texts(script: str) -> list[str]:
    return [statement.text for statement in split(script)]


def test_lines_are_those_of_the_first_word() -> None:
    script = (
        "-- head\n\nselect 1;\n/* a /* nested */ b; */\n  create table t (\n id int);\nselect 2"
    )
    assert [(s.line, s.text.split()[0]) for s in split(script)] == [
        (3, "select"),
        (5, "create"),
        (7, "select"),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "select 'a;b'; select 2",
        "select 'it''s; fine'; select 2",
        r"select E'a\';b'; select 2",
        r"select e'a''\';b'; select 2",
        'select 1 as "a;""b"; select 2',
        "select $$a;b$$; select 2",
        "select $body$ $$;$$ $other$;$other$ $body$; select 2",
        "select a$b$c from t; select 2",
        "select $1$2; select 2",
        "select 1 -- ;\n; select 2",
        "select 1 /* ; /* ; */ ; */; select 2",
        "create function f() returns int language sql begin atomic select case when true then 1 end; "
        "select 2; end; select 2",
        "create or replace procedure p() begin atomic end; select 2",
        "create rule r as on insert to t do also (select 1; select 2); select 2",
        "select 'ü;€'; select 2",
    ],
)
def test_a_semicolon_inside_something_ends_nothing(script: str) -> None:
    assert len(texts(script)) == 2
    assert texts(script)[1] == "select 2"


def test_begin_alone_is_no_body() -> None:
    assert texts("begin; create function atomic() returns int as $$;$$; commit") == [
        "begin",
        "create function atomic() returns int as $$;$$",
        "commit",
    ]


def test_windows_files_keep_their_lines() -> None:
    found = list(split("\ufeffselect 1;\r\n\r\nselect 2;\r\nselect\x00 3;"))
    assert [(s.line, s.text) for s in found] == [(1, "select 1"), (3, "select 2"), (4, "select 3")]


def test_rows_of_copy_are_no_statements() -> None:
    script = "COPY public.t (id, name) FROM stdin;\n1\tO'Neil; \"x\n2\t$$\n\\.\n\nselect 1;"
    copy, after = split(script)
    assert copy.kind is Kind.COPY
    assert (after.text, after.line) == ("select 1", 6)


def test_meta_commands_are_recognised() -> None:
    found = list(split("\\connect app\nselect 1;\nselect 2 \\gexec\n\\restrict abc'\nselect 3;"))
    assert [s.kind for s in found] == [
        Kind.META,
        Kind.PLAIN,
        Kind.PLAIN,
        Kind.META,
        Kind.META,
        Kind.PLAIN,
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("begin", Kind.TRANSACTION),
        ("-- x\nCOMMIT", Kind.TRANSACTION),
        ("/* x */ ROLLBACK TO x", Kind.TRANSACTION),
        ("insert into t values (1)", Kind.DATA),
        ("vacuum analyze t", Kind.OUTSIDE),
        ("create database x", Kind.OUTSIDE),
        ('create extension "uuid-ossp"', Kind.EXTENSION),
        ("create table beginnings ()", Kind.PLAIN),
        ("do $$ begin commit; end $$", Kind.PLAIN),
    ],
)
def test_kinds(text: str, kind: Kind) -> None:
    assert next(split(text)).kind is kind


def test_an_index_is_made_without_concurrently() -> None:
    statement = next(split("create unique index concurrently if not exists i on t (concurrently)"))
    assert statement.runnable == "create unique index   if not exists i on t (concurrently)"
    assert next(split("select 'concurrently'")).runnable == "select 'concurrently'"


@pytest.mark.parametrize(
    "text",
    [
        "'" * 1_000_001,
        '"' * 1_000_001,
        "$a$" * 300_001,
        "/*" * 500_000,
        "e'\\" * 300_000,
        "create function f() begin atomic " + "case " * 200_000,
        "create rule x as (" + "(" * 900_000,
        "--\n" * 300_000,
    ],
    ids=["quotes", "names", "dollars", "comments", "escapes", "cases", "parentheses", "lines"],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    begun = time.process_time()
    assert len(texts(text)) <= 2
    assert time.process_time() - begun < 15


@pytest.mark.parametrize(
    "first", ["a", "Z", "_", "é", "\N{NO-BREAK SPACE}", "\U0001f600", "\U0010ffff"]
)
def test_names_begin_as_in_postgresql(first: str) -> None:
    assert parts(f"{first}1$ß.x") == (f"{first}1$ß".lower(), "x")


@pytest.mark.parametrize("other", "0$ -.,;:()[]{}<>=+*/'`~!?@#%^&|\\\x00\x7f")
def test_no_other_ascii_is_part_of_a_name(other: str) -> None:
    assert parts(f"{other}") == ()
    assert parts(f"a{other}b") == ((f"a{other}b",) if other in "0$" else ("a", "b"))
