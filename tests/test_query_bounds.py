"""What bounds the rows of a read, as the code states it."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.queries import query as queries
from shipworthy.prototype.queries.query import Bound, Reach
from shipworthy.prototype.source import Language, Role, SourceFile


def _reach(text: str, language: Language = Language.TYPESCRIPT) -> Reach:
    source = SourceFile("lib/x", Role.PRODUCT, len(text), text, language)
    return queries.read(Syntax(source, language))[0].reach


@pytest.mark.parametrize(
    ("code", "bound"),
    [
        ('await supabase.from("t").select("*")', Bound.NONE),
        ('await supabase.from("t").select("*").or("a.eq.1")', Bound.FILTER),
        ('await supabase.from("t").select("*").limit(5)', Bound.LIMIT),
        ('let q = supabase.from("t").select(); if (a) q = q.eq("a", a); await q', Bound.AT_TIMES),
        ('let q = supabase.from("t").select(); if (a) q = q.limit(5); await q', Bound.LIMIT),
        ('return pages(supabase.from("t").select())', Bound.UNKNOWN),
        ("return await db.select().from(t)", Bound.NONE),
        ("return await db.select().from(t).where(eq(t.a, a))", Bound.FILTER),
        ("return await prisma.post.findMany()", Bound.NONE),
        ("return await prisma.post.findMany({ take: 5 })", Bound.LIMIT),
        ("return await prisma.post.findMany({ where: { a } })", Bound.FILTER),
        ("return await prisma.post.findMany(options)", Bound.UNKNOWN),
        ('await pool.query("SELECT * FROM t ORDER BY a")', Bound.NONE),
        ("await pool.query(`SELECT * FROM t ${where}`)", Bound.UNKNOWN),
        ("await pool.query(text)", None),
    ],
)
def test_the_code_says_what_bounds_a_read(code: str, bound: Bound | None) -> None:
    text = f"export async function f(a, where, options) {{ {code} }}"
    if bound is None:
        source = SourceFile("lib/x", Role.PRODUCT, len(text), text, Language.TYPESCRIPT)
        assert queries.read(Syntax(source, Language.TYPESCRIPT)) == []
    else:
        assert _reach(text).bound is bound


def test_the_key_of_an_administrator_sees_all_rows() -> None:
    text = 'const s = createAdminClient(); async function f() { await s.from("t").select() }'
    assert not _reach(text).narrowed
    assert _reach(text.replace("Admin", "")).narrowed


def test_text_that_grows_under_a_name_is_not_judged() -> None:
    text = (
        'def f(c):\n    query = "SELECT a FROM t"\n    query += " LIMIT 5"\n    c.execute(query)\n'
    )
    assert _reach(text, Language.PYTHON).bound is Bound.UNKNOWN
