"""What a request asks for: its query string, told apart by the relation that each part is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shipworthy.sidecar.standin.rest.conditions import Condition, read_filter, read_logic
from shipworthy.sidecar.standin.rest.scanner import Scanner
from shipworthy.sidecar.standin.rest.selection import Field, Selection, read_field, read_selection

_NOT_FILTERS = ("select", "columns", "on_conflict")


@dataclass(frozen=True, slots=True)
class Order:
    """One term of an order; `relation` is the embedded one whose column it is, "" for our own."""

    field: Field
    relation: str
    direction: str  # "", ASC or DESC
    nulls: str  # "", NULLS FIRST or NULLS LAST


@dataclass(slots=True)
class Wanted:
    """Which rows of a relation, in which order."""

    where: list[Condition] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


@dataclass(slots=True)
class Asked:
    """A query string. `wanted` is by the path to the embedded relation, () for the main one."""

    selection: Selection | None
    columns: tuple[str, ...] | None
    on_conflict: tuple[str, ...]
    wanted: dict[tuple[str, ...], Wanted] = field(default_factory=dict)

    @property
    def main(self) -> Wanted:
        """What is wanted of the main relation."""
        return self.wanted.setdefault((), Wanted())


def read_asked(pairs: Sequence[tuple[str, str]], arguments: frozenset[str] = frozenset()) -> Asked:
    """Read the pairs of a query string; `arguments` are those of a function. Raises Refusal."""
    given = {k: v for k, v in pairs if k in _NOT_FILTERS}
    asked = Asked(
        read_selection(given["select"]) if given.get("select") else None,
        _names(given["columns"], "columns parameter") if given.get("columns") else None,
        _names(given["on_conflict"], "on_conflict parameter") if given.get("on_conflict") else (),
    )
    for key, value in pairs:
        if key not in _NOT_FILTERS and key not in arguments and key != "apikey":
            _add(asked, key, value)
    return asked


def _add(asked: Asked, key: str, value: str) -> None:
    last = key.rpartition(".")[2]
    if last in ("and", "or"):
        *path, operator = key.split(".")
        negated = "not" in path
        wanted = asked.wanted.setdefault(tuple(p for p in path if p != "not"), Wanted())
        wanted.where.append(read_logic(operator, negated, value))
        return
    path_to, about = _way(key)
    wanted = asked.wanted.setdefault(path_to, Wanted())
    if last == "order":
        wanted.order = _order(value)
    elif last in ("limit", "offset"):
        number = int(value) if value.isdecimal() and len(value) < 18 else None
        if last == "limit":
            wanted.limit = number
        else:
            wanted.offset = number or 0
    else:
        wanted.where.append(read_filter(about, value))


def _way(key: str) -> tuple[tuple[str, ...], Field]:
    """`a.b.column->key`: the embedded relations and the field."""
    scanner = Scanner(key, "tree path")
    found = [read_field(scanner)]
    while scanner.take("."):
        found.append(read_field(scanner))
    return tuple(one.name for one in found[:-1]), found[-1]


def _names(text: str, what: str) -> tuple[str, ...]:
    scanner = Scanner(text, what)
    found = [_name(scanner)]
    while scanner.take(","):
        found.append(_name(scanner))
    if not scanner.ended:
        scanner.refuse('","')
    return tuple(dict.fromkeys(found))


def _name(scanner: Scanner) -> str:
    scanner.blanks()
    found = scanner.name()
    scanner.blanks()
    return found


def _order(text: str) -> list[Order]:
    scanner = Scanner(text, "order")
    found = [_term(scanner)]
    while scanner.take(","):
        found.append(_term(scanner))
    if not scanner.ended:
        scanner.refuse('delimiter (.), "," or end of input')
    return found


def _term(scanner: Scanner) -> Order:
    about, relation = read_field(scanner), ""
    if scanner.take("("):
        relation, about = about.name, read_field(scanner)
        scanner.expect(")")
    direction = "ASC" if scanner.take(".asc") else "DESC" if scanner.take(".desc") else ""
    nulls = ""
    if scanner.take(".nullsfirst"):
        nulls = "NULLS FIRST"
    elif scanner.take(".nullslast"):
        nulls = "NULLS LAST"
    scanner.blanks()
    return Order(about, relation, direction, nulls)
