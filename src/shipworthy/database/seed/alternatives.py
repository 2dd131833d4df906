"""Other values for a column, worth a try where a constraint refused the first."""

from __future__ import annotations

from shipworthy.database.seed.catalogue import Catalogue, Constraint, Field
from shipworthy.database.seed.literals import numbers_in, texts, words_for
from shipworthy.database.seed.people import Person
from shipworthy.database.seed.values import quoted


def alternatives(
    catalogue: Catalogue, found: Field, constraint: Constraint, person: Person
) -> list[str]:
    """Other values for a column, the likeliest first."""
    type_ = catalogue.plain(found.type)
    if type_ is None:
        return []
    options = [
        quoted(word) for word in words_for(constraint.definition, _spelled(found, constraint))
    ]
    if type_.kind == "e":
        options += [quoted(label) for label in type_.labels]
    elif type_.category == "N":
        options += [*numbers_in(constraint.definition), "1", "10", "0", "100", "1000", "-1", "0.5"]
    elif type_.category == "S":
        options += [quoted(text) for text in texts(person.mark)]
    elif type_.category == "D":
        options += [
            "'2031-06-30'",
            "'2031-12-31 12:00'",
            "'2020-01-01'",
            "now()",
            "'23:00'",
            "'08:00'",
        ]
    elif type_.category == "B":
        options += ["true", "false"]
    elif type_.category == "A":
        words = words_for(constraint.definition, found.name)
        options += [*(f"ARRAY[{quoted(word)}]::{found.spelled}" for word in words), "'{}'"]
    elif type_.name in ("json", "jsonb"):
        options += ["'[]'", "'{}'", "'\"a\"'", "'1'"]
    if not found.required:
        options.append("NULL")
    return options


def _spelled(found: Field, constraint: Constraint) -> str:
    """How the constraint calls the column: domains call every value VALUE."""
    return "VALUE" if constraint.columns == ("VALUE",) else found.name
