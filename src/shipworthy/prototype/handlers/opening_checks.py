"""Begin a route handler with the lines that ask for the caller in the handlers around it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import adding_imports
from shipworthy.prototype.code.style import margin
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, identifiers
from shipworthy.prototype.handlers.entry_functions import parameter_names, script_function
from shipworthy.prototype.handlers.handler import Check, Handler
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FEWEST = 2  # handlers that open with the same lines, before they count as the way of the house
_USUAL, _NEARLY_ALL = 0.6, 0.8  # shares of handlers that make something the way of the house
_ROOTS = ("api", "app", "functions", "src", "pages", "")  # folders in which everything stands
_MOST = 4  # statements
_REFUSES = regex(r"\b40[13]\b|nauthori[sz]ed|orbidden")
_RIGHTS = regex(r"role\b|role_|is_?admin|permission", re.IGNORECASE)
_PREFLIGHT = regex(r"""method\s*===?\s*["']OPTIONS["']""")
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_DECLARED = frozenset({"identifier", "shorthand_property_identifier_pattern"})


class _Opening(Struct, frozen=True):
    """The lines, without their indentation; the imports that they need; the parameters they name."""

    text: str
    imports: tuple[tuple[str, str], ...]  # name and the statement that brings it
    parameters: tuple[str, ...]
    declares: frozenset[str]


def with_opening_check(
    prototype: Prototype, handler: Handler, siblings: list[Handler]
) -> str | None:
    """The text of the handler's file; None where the handlers around it do not open alike."""
    opening = _shared(prototype, handler, siblings)
    return _begun(prototype, handler, opening) if opening is not None else None


def with_usual_opening(
    prototype: Prototype, handler: Handler, siblings: list[Handler]
) -> str | None:
    """The same, with what most of those that ask who is signed in open with, however many do not ask.

    Lines that ask for more than that (a role) are no pattern for others. None where none opens so.
    """
    known = [h for h in siblings if h.principal is Check.SESSION]
    found = [o for h in known if (o := _opening(prototype, h)) and not _RIGHTS.search(o.text)]
    for text, _ in Counter(o.text for o in found).most_common():
        opening = next(o for o in found if o.text == text)
        begun = _begun(prototype, handler, opening)
        if begun is not None:
            return begun
    return None


def answers_preflight_first(prototype: Prototype, handler: Handler) -> bool:
    """True where the question that a browser sends before a call (OPTIONS), without any session, is
    answered before the first work."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language is None or file.text is None:
        return False
    function = script_function(Syntax(file, file.language), handler)
    body = function.field("body") if function is not None else None
    at = first_work(body) if body is not None else None
    if function is None or at is None:
        return False
    before = file.text[function.range().start.index : at.range().start.index]
    return _PREFLIGHT.search(before) is not None


def _begun(prototype: Prototype, handler: Handler, opening: _Opening) -> str | None:
    """The text of the handler's file, in which it begins with these lines."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    function = script_function(syntax, handler)
    body = function.field("body") if function is not None else None
    if function is None or body is None or body.kind() != "statement_block":
        return None
    given = parameter_names(function)
    if len(given) < len([p for p in opening.parameters if p]):
        return None
    used = {n.text() for n in within(function, _DECLARED | _NAMES)}
    if used & opening.declares:
        return None
    lines = opening.text
    for old, new in zip(opening.parameters, given, strict=False):
        lines = re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, lines) if old else lines
    imports = _imports(syntax, opening)
    at = first_work(body)
    if imports is None or at is None:
        return None
    before = margin(at, file.text)
    start = at.range().start.index
    first, *others = lines.split("\n")
    code = "\n".join([first, *(f"{before}{line}" if line else "" for line in others), before])
    return edited(file.text, [*imports, Edit(start, start, code)])


def _shared(prototype: Prototype, handler: Handler, siblings: list[Handler]) -> _Opening | None:
    """The opening of the nearest folder in which guarded handlers have one, where most share it.

    None where many beside it are open, or all guarded ones are of another corner of the app: what
    administrators pass, a shop's guests must not have to.
    """
    folder = handler.location.path
    while folder:
        folder = folder.rpartition("/")[0]
        near = [h for h in siblings if h.location.path.startswith(f"{folder}/")]
        known = [h for h in near if h.principal is Check.SESSION]
        found = [(h, o) for h in known if (o := _opening(prototype, h)) is not None]
        if len(found) < _FEWEST:
            continue
        whole = folder.rpartition("/")[2] in _ROOTS
        corners = {h.location.path[len(folder) + 1 :].partition("/")[0] for h, _ in found}
        if len(known) < len(near) * (_NEARLY_ALL if whole else _USUAL) or len(corners) < _FEWEST:
            return None
        counted = Counter(o.text for _, o in found)
        text, count = counted.most_common(1)[0]
        alone = len(counted) == 1 or (count > _FEWEST and count >= _USUAL * len(found))
        return next(o for _, o in found if o.text == text) if alone else None
    return None


def _opening(prototype: Prototype, handler: Handler) -> _Opening | None:
    """The first lines of a handler up to its refusal of strangers."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    function = script_function(syntax, handler)
    body = function.field("body") if function is not None else None
    first = first_work(body) if body is not None else None
    if function is None or first is None:
        return None
    taken: list[SgNode] = []
    at: SgNode | None = first
    while at is not None and len(taken) < _MOST:
        taken.append(at)
        if at.kind() == "if_statement":
            break
        at = at.next()
    last = taken[-1]
    if last.kind() != "if_statement" or not _REFUSES.search(last.text()):
        return None
    return _read(syntax, function, taken, file)


def _read(
    syntax: Syntax, function: SgNode, taken: list[SgNode], file: SourceFile
) -> _Opening | None:
    text = file.text or ""
    start, end = taken[0].range().start.index, taken[-1].range().end.index
    before = margin(taken[0], text)
    lines = [line.removeprefix(before).rstrip() for line in text[start:end].split("\n")]
    bindings, parameters = bindings_of(syntax), parameter_names(function)
    declares: set[str] = set()
    for statement in taken:
        for declarator in within(statement, frozenset({"variable_declarator"}), FUNCTIONS):
            name = declarator.field("name")
            if name is not None:
                declares |= {n.text() for n in (name, *within(name, _DECLARED))}
    used = {n.text() for s in taken for n in within(s, _NAMES)}
    imports = []
    made_here = {*bindings.modules, *(b.name for b in bindings.all)} - set(parameters)
    for word in sorted(used - declares):
        brought = _import_of(syntax, word)
        if brought is not None:
            imports.append((word, brought))
        elif word in made_here:
            return None  # it would have to be made in the other file as well
    named = tuple(p if p in used else "" for p in parameters)
    return _Opening("\n".join(lines), tuple(imports), named, frozenset(declares))


def first_work(body: SgNode) -> SgNode | None:
    """The first statement of a handler that works: behind the answer to OPTIONS, inside its try."""
    for statement in body.named_children():
        if statement.kind() == "comment":
            continue
        if statement.kind() == "if_statement" and _PREFLIGHT.search(statement.text()):
            continue
        if statement.kind() == "try_statement":
            inner = statement.field("body")
            return first_work(inner) if inner is not None else None
        return statement
    return None


def _import_of(syntax: Syntax, name: str) -> str | None:
    """The import of one name alone, from a package or by an alias that means the same everywhere."""
    for statement in syntax.nodes("import_statement"):
        source = statement.field("source")
        clause = next((c for c in statement.children() if c.kind() == "import_clause"), None)
        if source is None or clause is None or source.text()[1:2] == ".":
            continue
        names = {n.text() for n in within(clause, frozenset({"identifier"}))}
        if name in names:
            default = clause.children()[0]
            alone = name if default.text() == name else f"{{ {name} }}"
            return f"import {alone} from {source.text()}"
    return None


def _imports(syntax: Syntax, opening: _Opening) -> list[Edit] | None:
    """The imports that the file lacks, below its own; None where a name means something else."""
    known = bindings_of(syntax)
    missing = [(n, s) for n, s in opening.imports if n not in known.modules]
    if any(n in identifiers(syntax.root) for n, _ in missing):
        return None
    return adding_imports(syntax, [statement for _, statement in missing])
