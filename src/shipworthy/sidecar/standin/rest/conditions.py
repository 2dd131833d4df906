"""The filters of a query: `age=gte.18`, `or=(name.ilike.*ann*,not.and(a.eq.1,b.is.null))`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shipworthy.sidecar.standin.rest.scanner import Scanner
from shipworthy.sidecar.standin.rest.selection import Field, read_field

SIMPLE = {
    "neq": "<>", "cs": "@>", "cd": "<@", "ov": "&&", "sl": "<<", "sr": ">>", "nxr": "&<", "nxl": "&>",
    "adj": "-|-",
}  # fmt: skip
QUANTIFIED = {
    "eq": "=", "gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "like": "LIKE", "ilike": "ILIKE",
    "match": "~", "imatch": "~*",
}  # fmt: skip
SEARCHES = {
    "fts": "to_tsquery", "plfts": "plainto_tsquery", "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}  # fmt: skip
_STATES = {
    "null": "NULL", "not_null": "NOT NULL", "true": "TRUE", "false": "FALSE", "unknown": "UNKNOWN",
}  # fmt: skip
_EXPECTED = "operator (eq, gt, ...)"
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison. `values` has one text but for `in`; `extra` is any, all or a language."""

    field: Field
    negated: bool
    operator: str
    values: tuple[str, ...]
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions of which all or one must hold."""

    negated: bool
    operator: str  # AND or OR
    parts: tuple[Condition, ...]


Condition = Filter | Logic


def read_filter(field: Field, text: str) -> Filter:
    """Read `eq.5` for a field. Raises Refusal."""
    scanner = Scanner(text, "filter")
    found = _comparison(scanner, field, Scanner.rest)
    if not scanner.ended:
        scanner.refuse("end of input")
    return found


def read_logic(operator: str, negated: bool, text: str) -> Logic:
    """Read `(a.eq.1,b.eq.2)` of `and` or `or`. Raises Refusal."""
    scanner = Scanner(text, "logic tree")
    found = Logic(negated, operator.upper(), _parts(scanner, 0))
    if not scanner.ended:
        scanner.refuse("end of input")
    return found


def _parts(scanner: Scanner, depth: int) -> tuple[Condition, ...]:
    if depth > _DEEPEST:
        scanner.refuse("fewer levels")
    scanner.blanks()
    scanner.expect("(")
    found = [_condition(scanner, depth)]
    while True:
        scanner.blanks()
        if scanner.take(","):
            found.append(_condition(scanner, depth))
            continue
        scanner.expect(")")
        scanner.blanks()
        return tuple(found)


def _condition(scanner: Scanner, depth: int) -> Condition:
    scanner.blanks()
    start = scanner.at
    negated = scanner.take("not.")
    for word in ("and", "or"):
        if scanner.sees(word + "(", word + " ("):
            scanner.at += len(word)
            return Logic(negated, word.upper(), _parts(scanner, depth + 1))
    scanner.at = start
    field = read_field(scanner)
    scanner.expect(".")
    return _comparison(scanner, field, _value_within)


def _value_within(scanner: Scanner) -> str:
    """A value within parentheses: quoted, an array in braces, or up to the next comma."""
    start = scanner.at
    if scanner.sees('"') and '"' in scanner.text[scanner.at + 1 :]:
        found = scanner.quoted()
        if scanner.ended or scanner.sees(",", ")"):
            return found
        scanner.at = start
    if scanner.take("{"):
        inside = scanner.until("{}")
        if scanner.take("}"):
            return "{" + inside + "}"
        scanner.at = start
    return scanner.until(",)")


def _comparison(scanner: Scanner, field: Field, value: Callable[[Scanner], str]) -> Filter:
    negated = scanner.take("not.")
    start = scanner.at
    word = scanner.until(".(")
    extra = ""
    if scanner.take("("):
        extra = scanner.identifier()
        scanner.expect(")")
    if not scanner.take("."):
        scanner.at = start
        scanner.refuse(_EXPECTED if negated else f'"not" or {_EXPECTED}')
    if word == "in" and not extra:
        return Filter(field, negated, "in", _list(scanner))
    if word == "is" and not extra:
        return Filter(field, negated, "is", (_state(scanner),))
    known = word in SEARCHES or (word in (*SIMPLE, "isdistinct") and not extra)
    if not known and not (word in QUANTIFIED and extra in ("", "any", "all")):
        scanner.at = start
        scanner.refuse(_EXPECTED if negated else f'"not" or {_EXPECTED}')
    return Filter(field, negated, word, (value(scanner),), extra)


def _state(scanner: Scanner) -> str:
    coming = scanner.text[scanner.at : scanner.at + 8].lower()
    word = next((known for known in _STATES if coming.startswith(known)), None)
    if word is None:
        scanner.refuse("isVal: (null, not_null, true, false, unknown)")
    scanner.at += len(word)
    return _STATES[word]


def _list(scanner: Scanner) -> tuple[str, ...]:
    scanner.blanks()
    scanner.expect("(")
    found = [_element(scanner)]
    while scanner.take(","):
        found.append(_element(scanner))
    scanner.expect(")")
    scanner.blanks()
    return tuple(found)


def _element(scanner: Scanner) -> str:
    start = scanner.at
    if scanner.sees('"') and '"' in scanner.text[scanner.at + 1 :]:
        found = scanner.quoted()
        if scanner.ended or scanner.sees(",", ")"):
            return found
        scanner.at = start
    return scanner.until(",)")
