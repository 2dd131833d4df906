"""Right code that the grammars stumble over is read whole, and stands where it stood; wrong code is not."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.parsing import parsed
from shipworthy.prototype.source import Language

TS, TSX, JS = Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT


@pytest.mark.parametrize("language", [TS, TSX])
@pytest.mark.parametrize(
    "text",
    [
        "interface Paper { abstract: string; title: string }",
        "interface Paper { title: string; abstract?: string | null; pages: number }",
        "type Paper = { abstract: string, title: string };\ntype Draft = { abstract?: string };",
        "function f(paper: { abstract: string }) { return paper.abstract; }",
        "interface Paper { abstract(): string }",
        'const e = "\U0001f600\u00e9";\ninterface Paper { abstract: string }',
        "type Row = {\n  image_url: string | null\n  in_stock: number | null\n  in_3d?: boolean\n}",
    ],
)
def test_members_that_are_named_like_words_of_the_language_are_read(
    text: str, language: Language
) -> None:
    root = parsed(text, language)
    assert root.find(kind="ERROR") is None
    assert len(root.text()) == len(text)


@pytest.mark.parametrize("language", [TSX, JS])
def test_a_bare_ampersand_is_read_beside_types_that_have_one(language: Language) -> None:
    types = "type Row = Base & { owner?: string };\n" if language is TSX else ""
    text = f"{types}const a = <p>Terms & Conditions (this & that)</p>;\nconst b = c && d & e;"
    root = parsed(text, language)
    assert root.find(kind="ERROR") is None
    assert "c && d & e" in root.text()
    assert ("Base & {" in root.text()) is bool(types)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("export function a() {\n  * { margin: 0; }\n}", TS),
        ("<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> b", TS),
        ("interface Paper { abstract: string; ) }", TS),
        ("const a = <p>Terms & Conditions;", TSX),
    ],
)
def test_code_that_no_runtime_takes_stays_broken(text: str, language: Language) -> None:
    assert parsed(text, language).find(kind="ERROR") is not None
