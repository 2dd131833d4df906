"""Which relationship is meant by `author:users!posts_author_id_fkey(…)`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NoReturn

from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.catalogue import Catalogue, Relation, Relationship


def find_relationship(
    catalogue: Catalogue, source: Relation, target: str, hint: str
) -> Relationship:
    """The one relationship that fits, by the rules of PostgREST (its `findRel`). Raises Refusal."""
    ways = catalogue.relationships.get((source.schema, source.name), ())
    fitting = [way for way in ways if _fits(way, target, hint)]
    if not fitting:
        _refuse_none(ways, source, target, hint)
    if len(fitting) > 1:
        _refuse_many(fitting, source, target)
    return fitting[0]


def _fits(way: Relationship, target: str, hint: str) -> bool:
    named = target == way.target.name
    if way.source == way.target:
        return _fits_itself(way, target, hint)
    if hint:
        through = way.junction is not None and way.junction.table.name == hint
        return named and (way.constraint == hint or hint in (*_here(way), *_there(way)) or through)
    direct = not way.target.is_view and (way.constraint == target or target in _here(way))
    return named or (direct and way.junction is None)


def _fits_itself(way: Relationship, target: str, hint: str) -> bool:
    """Of the two ways of a table to itself, its own name means the many and the column means the one."""
    many = target == way.target.name and way.cardinality == "one-to-many"
    if hint:
        return many and hint in (*_there(way), way.constraint)
    return many or (way.cardinality == "many-to-one" and target in _here(way))


def _here(way: Relationship) -> tuple[str, ...]:
    return (way.pairs[0][0],) if len(way.pairs) == 1 else ()


def _there(way: Relationship) -> tuple[str, ...]:
    return (way.pairs[0][1],) if len(way.pairs) == 1 else ()


def _refuse_none(
    ways: Sequence[Relationship], source: Relation, target: str, hint: str
) -> NoReturn:
    using = f"' using the hint '{hint}" if hint else ""
    names = [way.target.name for way in ways if way.target.name != target]
    near = difflib.get_close_matches(target, names, 1, 0.33)
    raise Refusal(
        400,
        "PGRST200",
        f"Could not find a relationship between '{source.name}' and '{target}' in the schema cache",
        f"Searched for a foreign key relationship between '{source.name}' and '{target}{using}'"
        f" in the schema '{source.schema}', but no matches were found.",
        f"Perhaps you meant '{near[0]}' instead of '{target}'." if near else None,
    )


def _refuse_many(ways: Sequence[Relationship], source: Relation, target: str) -> NoReturn:
    hints = ", ".join(f"'{way.target.name}!{_hint(way)}'" for way in ways)
    raise Refusal(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for"
        f" '{source.name}' and '{target}'",
        [
            {
                "cardinality": way.cardinality,
                "embedding": f"{way.source.name} with {way.target.name}",
                "relationship": _described(way),
            }
            for way in ways
        ],
        f"Try changing '{target}' to one of the following: {hints}."
        " Find the desired relationship in the 'details' key.",
    )


def _hint(way: Relationship) -> str:
    return way.junction.table.name if way.junction else way.constraint


def _described(way: Relationship) -> str:
    if way.junction is None:
        here, there = (", ".join(pair[side] for pair in way.pairs) for side in (0, 1))
        return f"{way.constraint} using {way.source.name}({here}) and {way.target.name}({there})"
    first, second = way.junction.constraints
    here = ", ".join(b for _, b in way.junction.source)
    there = ", ".join(a for a, _ in way.junction.target)
    return f"{way.junction.table.name} using {first}({here}) and {second}({there})"
