"""The `select` of a query: columns with casts and JSON paths, and related rows inside each row."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.scanner import Scanner

_DEEPEST = 12  # relations within relations
_AGGREGATES = ("sum()", "avg()", "count()", "max()", "min()")


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a JSON value: `->key`, `->>key` or `->0`."""

    arrow: str
    key: str
    is_index: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column and the way into it."""

    name: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column that is wanted; "*" for all. `cast` is a type or ""."""

    field: Field
    alias: str = ""
    cast: str = ""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Related rows that are wanted within each row. `spread`: their columns beside the others."""

    name: str
    alias: str
    hint: str
    inner: bool
    spread: bool
    selection: Selection

    @property
    def shown(self) -> str:
        """The key under which they stand."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of a relation."""

    columns: tuple[Chosen, ...]
    embedded: tuple[Embedded, ...]


def read_selection(text: str) -> Selection:
    """Read `id,name,author:users!inner(name)`. Raises Refusal."""
    scanner = Scanner(text, "select parameter")
    found = _selection(scanner, 0)
    if not scanner.ended:
        scanner.refuse("',' or end of input")
    return found


def read_field(scanner: Scanner) -> Field:
    """Read a column with its JSON path."""
    scanner.blanks()
    name = scanner.name()
    steps = []
    while scanner.sees("->"):
        steps.append(_step(scanner))
    scanner.blanks()
    return Field(name, tuple(steps))


def _selection(scanner: Scanner, depth: int) -> Selection:
    if depth > _DEEPEST:
        raise Refusal(400, "PGRST100", "the stand-in embeds no more than 12 levels deep")
    columns: list[Chosen] = []
    embedded: list[Embedded] = []
    scanner.blanks()
    if scanner.ended or scanner.sees(")"):
        return Selection((), ())
    while True:
        scanner.blanks()
        item = _item(scanner, depth)
        if isinstance(item, Chosen):
            columns.append(item)
        else:
            embedded.append(item)
        scanner.blanks()
        if not scanner.take(","):
            return Selection(tuple(columns), tuple(embedded))


def _item(scanner: Scanner, depth: int) -> Chosen | Embedded:
    spread = scanner.take("...")
    if not spread and scanner.take("*"):
        return Chosen(Field("*"))
    alias = "" if spread else _alias(scanner)
    start = scanner.at
    name = scanner.name()
    if scanner.sees("(", "!") and name != "count":
        return _relation(scanner, name, alias, spread, depth)
    scanner.at = start
    if scanner.take("count()"):
        _refuse_aggregate()
    if spread:
        scanner.refuse('"("')
    return _column(scanner, alias)


def _alias(scanner: Scanner) -> str:
    """`alias:`, but not the first half of `column::type`."""
    start = scanner.at
    name = scanner.name()
    if scanner.sees(":") and not scanner.sees("::"):
        scanner.at += 1
        return name
    scanner.at = start
    return ""


def _relation(scanner: Scanner, name: str, alias: str, spread: bool, depth: int) -> Embedded:
    hint, inner = "", False
    while scanner.take("!"):
        word = scanner.name()
        if word == "inner":
            inner = True
        elif word != "left":
            hint = word
    scanner.expect("(")
    selection = _selection(scanner, depth + 1)
    scanner.blanks()
    scanner.expect(")")
    return Embedded(name, alias, hint, inner, spread, selection)


def _column(scanner: Scanner, alias: str) -> Chosen:
    field = read_field(scanner)
    cast = scanner.identifier() if scanner.take("::") else ""
    if "$" in cast:  # the one character of an identifier that SQL reads as something else
        scanner.refuse("a type")
    if scanner.sees("."):
        scanner.at += 1
        if scanner.sees(*_AGGREGATES):
            _refuse_aggregate()
        scanner.refuse("aggregate function")
    if field.path and not alias:
        alias = next((s.key for s in reversed(field.path) if not s.is_index), field.name)
    return Chosen(field, alias, cast)


def _refuse_aggregate() -> None:
    # Hosted projects leave `db-aggregates-enabled` off.
    raise Refusal(400, "PGRST123", "Use of aggregate functions is not allowed")


def _step(scanner: Scanner) -> Step:
    arrow = "->>" if scanner.take("->>") else "->"
    if arrow == "->":
        scanner.take("->")
    if scanner.sees('"'):
        return Step(arrow, scanner.quoted(), False)
    if digits := _index(scanner):
        return Step(arrow, digits, True)
    found = [scanner.until("(-:.,>)").strip()]
    while scanner.sees("-") and not scanner.sees("->"):
        scanner.at += 1
        found.append(scanner.until("(-:.,>)").strip())
    if not found[0]:
        scanner.refuse("any non reserved character different from: .,>()")
    return Step(arrow, "-".join(found), False)


def _index(scanner: Scanner) -> str:
    """A number that is a whole operand, "" where none comes next."""
    start = scanner.at
    sign = "-" if scanner.take("-") else ""
    digits = ""
    while not scanner.ended and scanner.text[scanner.at] in "0123456789":
        digits += scanner.text[scanner.at]
        scanner.at += 1
    if digits and len(digits) < 10 and (scanner.ended or scanner.sees("->", "::", ".", ",", ")")):
        return sign + digits
    scanner.at = start
    return ""
