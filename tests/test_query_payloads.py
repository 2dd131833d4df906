"""What queries write, compare and expect back."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries.query import Query, read
from shipworthy.prototype.source import Language, Role, SourceFile


def query(chain: str) -> Query:
    text = (
        f'import {{ supabase }} from "./client";\nconst answer = await supabase.from("t"){chain};\n'
    )
    source = SourceFile("a.ts", Role.PRODUCT, len(text), text, Language.TYPESCRIPT)
    found = read(Syntax(source, Language.TYPESCRIPT))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("chain", "columns"),
    [
        ('.update({ a: 1, "b": 2, c }).eq("id", 1)', ("a", "b", "c")),
        (".insert([{ a: 1 }, { a: 2 }])", ("a",)),
        (".upsert({ a: 1 })", ("a",)),
        (".update(row)", None),
        (".update({ ...row, a: 1 })", None),
        (".insert(rows.map(toRow))", None),
        ('.select("a")', None),
    ],
)
def test_written_columns_are_those_of_a_plain_object(
    chain: str, columns: tuple[str, ...] | None
) -> None:
    assert query(chain).written == columns


def test_an_upsert_names_the_columns_that_tell_rows_apart() -> None:
    assert query('.upsert(row, { onConflict: "user_id, day" })').on_conflict == ("user_id", "day")
    assert query(".upsert(row)").on_conflict == ()
    assert query(".upsert(row, { onConflict: column })").on_conflict == ()
    assert query('.insert(row, { onConflict: "id" })').on_conflict == ()


def test_one_row_is_expected_unless_the_query_takes_the_first_of_many() -> None:
    assert query('.select("a").eq("slug", s).maybeSingle()').single
    assert query('.select("a").eq("slug", s).single()').single
    assert not query('.select("a").order("day").limit(1).maybeSingle()').single
    assert not query('.select("a").eq("slug", s)').single


def test_comparisons_with_values_are_told_from_other_filters() -> None:
    chain = '.select("a").eq("b", 1).in("c", [1]).match({ d: 1 }).ilike("e", "x%").neq("f", 1)'
    assert query(chain).equals == ("b", "c", "d")
