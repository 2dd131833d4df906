"""Which reads of a block are waited for in turn although they are independent."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.prototype.waits import series

_A = 'const { data: a } = await supabase.from("a").select("id").limit(1);'
_B = 'const { data: b } = await supabase.from("b").select("id").limit(1);'
_C = 'const { data: c } = await supabase.from("c").select("id").limit(1);'


def _longest(*statements: str) -> int:
    text = "async function f(d) {\n" + "\n".join(statements) + "\n}\n"
    source = SourceFile("lib/x.ts", Role.PRODUCT, len(text), text, Language.TYPESCRIPT)
    found = series.read(Syntax(source, Language.TYPESCRIPT))
    return max((len(run) for one in found for run in one.runs), default=0)


@pytest.mark.parametrize(
    ("statements", "length"),
    [
        ((_A, _B, _C), 3),
        ((_A, "setA(a);", _B, "if (b) setB(b);", _C), 3),
        ((_A, "if (!a) return;", _B, _C), 2),
        ((_A, "if (!a) throw new Error();", _B, _C), 2),
        ((_A, _B, _C.replace('"c"', "a[0].table")), 2),
        ((_A, "const rows = a ?? [];", _B, _C.replace("1", "rows.length")), 2),
        ((_A, _B, "await save(d);", _C), 2),
        ((_A, _B), 0),
    ],
)
def test_reads_are_neighbours_until_one_needs_another(
    statements: tuple[str, ...], length: int
) -> None:
    assert _longest(*statements) == length


def test_requests_that_write_are_no_reads() -> None:
    post = 'await fetch("https://x.example/a", { method: "POST" });'
    get = 'await fetch("https://x.example/a");'
    assert _longest(post, post, post) == 0
    assert _longest(get, get, get) == 3
