"""Reads that are waited for one after the other, where none needs what another brought."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, function_name
from shipworthy.prototype.waits.reads import waiting_statements
from shipworthy.regex import regex


class Wait(Struct, frozen=True):
    """One wait for a read. `called` is the function of the prototype that reads; '' for a query or
    a request that stands in the statement itself."""

    location: Location
    called: str


class Series(Struct, frozen=True):
    """The waits of one block of statements. Each of `runs` holds neighbours of which none uses a
    name that another of them, or what was made of it, has set, and between which nothing is checked
    that could end the function."""

    function: str
    location: Location
    runs: tuple[tuple[Wait, ...], ...]


def read(syntax: Syntax) -> list[Series]:
    """Every block of a file with at least three waits."""
    blocks: dict[int, tuple[SgNode, dict[int, str]]] = {}
    for statement, block, called in waiting_statements(syntax):
        _, steps = blocks.setdefault(block.range().start.index, (block, {}))
        steps[statement.range().start.index] = called
    return [
        _series(block, steps, syntax) for block, steps in blocks.values() if len(steps) >= _FEWEST
    ]


_FEWEST = 3
_NAMES = {
    True: "identifier",
    False: "identifier, shorthand_property_identifier, shorthand_property_identifier_pattern",
}  # by whether it is Python
_ASSIGNMENTS = {True: "assignment", False: "assignment_expression, variable_declarator"}
_ENDS = regex(r"\b(await|return|throw|raise|break|continue|yield|redirect|notFound|exit)\b")
# The body of an answer that is there already.
_UNPACKED = regex(r"\bawait\s+\w+\.(json|text|blob)\(\)")
_PLAIN = frozenset(
    """lexical_declaration variable_declaration expression_statement if_statement
    interface_declaration type_alias_declaration empty_statement function_declaration""".split()
)


def _series(block: SgNode, steps: dict[int, str], syntax: Syntax) -> Series:
    runs = tuple(tuple(run) for run in _runs(block, steps, syntax))
    first = next(c for c in block.named_children() if c.range().start.index in steps)
    return Series(function_name(first), syntax.location(first), runs)


def _runs(block: SgNode, steps: dict[int, str], syntax: Syntax) -> Iterator[list[Wait]]:
    run: list[Wait] = []
    set_here: set[str] = set()
    for statement in block.named_children():
        if statement.kind() == "comment":
            continue
        called = steps.get(statement.range().start.index)
        if called is not None:
            if set_here and _names(statement, syntax.python) & set_here:
                yield run
                run, set_here = [], set()
            run.append(Wait(syntax.location(statement), called))
            set_here |= _set_by(statement, syntax.python)
        elif _goes_on(statement):
            if set_here and _names(statement, syntax.python) & set_here:
                set_here |= _set_by(statement, syntax.python)
        else:
            yield run
            run, set_here = [], set()
    yield run


def _goes_on(statement: SgNode) -> bool:
    """True for a statement that neither waits nor can end the function or the loop."""
    if statement.kind() not in _PLAIN:
        return False
    if statement.kind() == "function_declaration":
        return True
    text = statement.text()
    return _ENDS.search(_UNPACKED.sub("", text) if "await" in text else text) is None


def _names(node: SgNode, python: bool) -> set[str]:
    return {name.text() for name in node.find_all(kind=_NAMES[python])}


def _set_by(statement: SgNode, python: bool) -> set[str]:
    """The names that a statement sets, those inside its branches included."""
    found: set[str] = set()
    for node in statement.find_all(kind=_ASSIGNMENTS[python]):
        target = node.field("name") or node.field("left")
        if target is not None:
            found |= {target.text()} if target.kind() == "identifier" else _names(target, python)
    return found
