"""The right answers to questions whose results are kept: whoever reads them need not know anything."""

from __future__ import annotations

import re

from shipworthy.database.schema import Schema, Table
from shipworthy.regex import regex

_RIGHT = regex(
    r"^(?:correct|right)_(?:answer|option|choice|response|index|value)(?:_(?:id|index|key|text|number))?$"
    r"|^answer_key$|^(?:resposta|alternativa|respuesta|opcion)_corr?ecta$|^is_correct$",
    re.IGNORECASE,
)
_QUESTIONS = regex(r"question|quiz|exam|pergunta|questoes|pregunta|mcq|trivia", re.IGNORECASE)
_CHOICES = regex(r"(?:option|choice|answer|alternativa|opcion)e?s?$", re.IGNORECASE)
_GIVEN = regex(r"user|attempt|session|submission|participant|player|student", re.IGNORECASE)
_RESULTS = regex(
    r"attempt|result|submission|score|leaderboard|ranking|certificat|tentativa|intento",
    re.IGNORECASE,
)
_SCORE = regex(
    r"^(?:\w+_)?(?:score|points|marks|passed|percentage|grade|correct_answers|correct_count)$", re.I
)
_AT_STAKE = regex(
    r"exam|certificat|assessment|contest|tournament|competition|prize|reward|entrance|scholarship",
    re.IGNORECASE,
)


def answer_keys(table: Table) -> tuple[str, ...]:
    """The columns that tell the right answer to a question; none of what somebody has answered."""
    if any(_GIVEN.search(column.name) for column in table.columns):
        return ()
    found = tuple(c.name for c in table.columns if _RIGHT.match(c.name))
    if found == ("is_correct",) and not _CHOICES.search(table.name):
        return ()
    return found if _QUESTIONS.search(f"{table.name} {' '.join(_names(table))}") else ()


def keeps_results(schema: Schema) -> bool:
    """True where it is written down who has answered how well."""
    return any(_RESULTS.search(t.name) and _is_scored(t) for t in schema.tables.values())


def is_at_stake(schema: Schema) -> bool:
    """True where more hangs on a result than to have learnt something."""
    return any(_AT_STAKE.search(table.name) for table in schema.tables.values())


def _is_scored(table: Table) -> bool:
    names = _names(table)
    return any(map(_SCORE.match, names)) and any(map(_GIVEN.search, names))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
