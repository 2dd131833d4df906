"""The language of the pages: what is declared, else what the words on them are."""

from __future__ import annotations

from pathlib import Path

from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.languages import spoken_language


def _app(root: Path, words: list[str]) -> Path:
    for number, word in enumerate(words):
        (root / f"Page{number}.tsx").write_text(
            f"export const Page{number} = () => <p>{word}</p>;\n", encoding="utf-8"
        )
    return root


def test_words_on_the_pages_outweigh_the_english_of_a_template(tmp_path: Path) -> None:
    prototype = read_prototype(_app(tmp_path, ["Salvar", "Carregando…", "Você", "Home"]))
    assert spoken_language(prototype, "", '<html lang="en">') == "pt"
    assert spoken_language(prototype, "", "") == "pt"


def test_another_declared_language_is_believed(tmp_path: Path) -> None:
    prototype = read_prototype(_app(tmp_path, ["Salvar", "Carregando…", "Você"]))
    assert spoken_language(prototype, "", '<html lang="pt-BR">') == "pt"
    assert spoken_language(prototype, "", '<html lang="sv">') == "sv"


def test_one_translated_page_is_no_language_of_the_app(tmp_path: Path) -> None:
    prototype = read_prototype(_app(tmp_path, ["Speichern", "Save", "Loading…", "Back"]))
    assert spoken_language(prototype, "", '<html lang="en">') == ""
