"""The language in which the pages of a part speak to their visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_DECLARED = regex(r"""<html[^>]*\blang=\{?["'`](\w\w)""")
# Words of buttons that no other of these languages, and no name in code, is written like.
_WORDS = {
    "de": "Speichern Abbrechen Löschen Zurück",
    "es": "Guardar Cargando Eliminar Volver Añadir",
    "fr": "Enregistrer Chargement Annuler Supprimer",
    "it": "Salva Caricamento Annulla Elimina Indietro",
    "nl": "Opslaan Annuleren Verwijderen",
    "pl": "Zapisz Ładowanie Anuluj Usuń",
    "pt": "Salvar Carregando Excluir Você",
    "ru": "Сохранить Загрузка Отмена Удалить",
    "tr": "Kaydet Yükleniyor İptal",
}
_KNOWN = {
    name: regex(rf"(?<!\w)({words.replace(' ', '|')})(?!\w)") for name, words in _WORDS.items()
}
_FEWEST = 3  # files, and
_SHARE = 0.05  # of all that draw something: one translated page is no language of the app


def spoken_language(prototype: Prototype, folder: str, page: str) -> str:
    """Two letters, such as "pt"; '' where nothing tells, and for English.

    `page` is the text of the root layout or of index.html. Templates declare English, whatever is
    written below: the words on the pages are asked then.
    """
    declared = _DECLARED.search(page)
    if declared is not None and declared[1].lower() != "en":
        return declared[1].lower()
    start = f"{folder}/" if folder else ""
    drawn = [
        file.text or ""
        for file in prototype.of_role(Role.PRODUCT)
        if file.path.startswith(start)
        and (file.language is Language.TSX or file.name.endswith(".jsx"))
    ]
    counts = {name: sum(map(bool, map(words.search, drawn))) for name, words in _KNOWN.items()}
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] >= max(_FEWEST, _SHARE * len(drawn)) else ""
