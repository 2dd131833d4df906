"""Files and variables that stand in for tables (`data/orders.json`), shown to or changed by whoever comes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.breaches import Breach, Judged
from shipworthy.prototype.handlers.breaches.about import GUESTS
from shipworthy.prototype.handlers.columns import PEOPLE, snake
from shipworthy.prototype.handlers.evaluation.kept import IN_MEMORY, ROWS_OF_FILE
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Handler, Origin
from shipworthy.prototype.handlers.open_pages import shows_persons
from shipworthy.prototype.handlers.ownership import read_ownership
from shipworthy.prototype.handlers.purpose import meant_for_anyone
from shipworthy.prototype.handlers.standing import Caller, caller
from shipworthy.prototype.handlers.weight import Harm, revealed
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def open_files(prototype: Prototype, told: Collection[str]) -> Iterator[tuple[Handler, Judged]]:
    """What whoever comes reads or changes in them, by each entry point that is not told of yet."""
    public = prototype.settings.intent.public_endpoints
    filled = _filled(prototype)
    for handler in prototype.handlers:
        kept = [*_kept(handler, filled)]
        if not kept or handler.subject in told or {handler.name, handler.subject} & public:
            continue
        worst = Severity.HIGH if read_ownership(prototype).has_logins else Severity.MEDIUM
        for effect in kept:
            asked = _as_query(prototype, handler, effect)
            if asked is None or caller(handler, effect) is not Caller.ANYBODY:
                continue
            if meant_for_anyone(handler, asked):
                continue
            kind = _KINDS[asked.operation]
            if kind is Harm.READ and not _shows_persons(handler, asked):
                continue
            doubtful = kind is Harm.READ and _is_one_guest(handler, asked)
            doubtful = doubtful or _is_talk(handler, asked) or _asks_for_something(handler)
            confidence = Confidence.LOW if doubtful else Confidence.HIGH
            yield handler, Judged(Breach.OPEN, asked, kind, Caller.ANYBODY, worst, confidence)
            break


def _filled(prototype: Prototype) -> frozenset[str]:
    """The tables of Python that the server itself fills: others are samples, or data that it works with."""
    return frozenset(
        effect.literals[ROWS_OF_FILE]
        for handler in prototype.handlers
        for effect in handler.effects
        if effect.operation in ("write", "assign") and ROWS_OF_FILE in effect.literals
    )


def _kept(handler: Handler, filled: Collection[str]) -> Iterator[Effect]:
    """What is done to such files and variables; what is answered of a variable is a reading of it."""
    python = _is_python(handler)
    for effect in handler.effects:
        table = effect.literals.get(ROWS_OF_FILE)
        if table and (table in filled or not python):
            yield effect
    for effect in handler.effects_of(EffectKind.RESPONSE, EffectKind.HTML):
        rows = {o for origins in effect.inputs.values() for o in origins if o.kind == "row"}
        for table in sorted({o.name for o in rows if o.by == IN_MEMORY} & {*filled}):
            yield effect._replace(operation="read", literals={ROWS_OF_FILE: table})


_KINDS = {"select": Harm.READ, "update": Harm.CHANGE, "delete": Harm.DELETE}


def _as_query(prototype: Prototype, handler: Handler, effect: Effect) -> Effect | None:
    """What is done to a file or variable, as a query of its rows; None where rows are only added."""
    method = handler.route.method
    if effect.operation == "read":
        operation = "select" if method == "GET" else ""
    elif effect.operation not in ("write", "assign") or any(
        map(_COUNTS.search, _called(prototype, handler, effect))
    ):
        operation = ""
    elif _is_python(handler) and method not in _BY_METHOD:
        word = f"{handler.route.path} {handler.subject.rpartition('#')[2]}"
        operation = "delete" if _TAKING.search(word) else "update" if _CHANGING.search(word) else ""
    elif handler.route.kind is RouteKind.SERVER_ACTION:
        takes = _TAKES.match(handler.route.handler)
        operation = "delete" if takes else "update" if _CHANGES.match(handler.route.handler) else ""
    else:
        operation = _BY_METHOD.get(method, "")
    if not operation:
        return None
    table = effect.literals[ROWS_OF_FILE]
    one = frozenset({Origin("path", "", "id")}) if _ONE.search(handler.route.path) else frozenset()
    inputs = {"filter:id": one} if one and not _is_python(handler) else {}
    return effect._replace(
        kind=EffectKind.QUERY, operation=operation, target=table, client="owner", inputs=inputs
    )


def _called(prototype: Prototype, handler: Handler, effect: Effect) -> Iterator[str]:
    """The address, and the lines with the calls that lead to an effect."""
    yield handler.name
    for step in effect.steps:
        file = prototype.files.get(step.path)
        if file is not None and 0 < step.line <= len(file.lines):
            yield file.lines[step.line - 1]


_COUNTS = regex(
    r"(^|[^A-Za-z])(like|view|vote|visit|click|count|track|seen|increment)|(?<=[a-z])(Like|View|Vote|Visit|Click|Count|Track|Seen)"
    r"|upload|read$"
)
_BY_METHOD = {"DELETE": "delete", "PUT": "update", "PATCH": "update"}
_TAKING = regex(r"(^|[/_ ])(delete|remove)([/_ ]|$)", re.IGNORECASE)
_CHANGING = regex(r"(^|[/_ ])(update|edit|change|approve|reject|cancel)([/_ ]|$)", re.IGNORECASE)
_TAKES = regex(r"(delete|remove)[A-Z_]")
_CHANGES = regex(r"(update|edit|change|approve|reject|cancel|set(Status|Role|Price))")
_ONE = regex(r"\[\w+\]|:\w+|\{\w+|<\w+")


def _is_python(handler: Handler) -> bool:
    return handler.location.path.endswith(".py")


def _shows_persons(handler: Handler, asked: Effect) -> bool:
    """True for rows of persons: of a file with several tables, its key tells which."""
    if shows_persons(handler, asked):
        return True
    keys = (o.key.partition(".")[0] for o in revealed(handler, asked))
    return _SEVERAL.match(asked.target) is not None and any(PEOPLE.search(snake(k)) for k in keys)


_SEVERAL = regex(r"(db|data|database|store|storage)$", re.IGNORECASE)


def _is_one_guest(handler: Handler, asked: Effect) -> bool:
    """True for one order or booking by the id in its address, which who has ordered was sent."""
    found = _ONE.search(handler.route.path) is not None
    return found and GUESTS.search(snake(asked.target)) is not None


def _asks_for_something(handler: Handler) -> bool:
    """True for Python that refuses somebody for what could not be followed: a token in a dictionary."""
    return _is_python(handler) and any(
        effect.literals.get("status") in ("401", "403")
        for effect in handler.effects_of(EffectKind.RESPONSE)
    )


def _is_talk(handler: Handler, asked: Effect) -> bool:
    """True for one conversation by the key in its address, which only who began it has."""
    return _ONE.search(handler.route.path) is not None and bool(_TALK.search(asked.target))


_TALK = regex(r"(conversation|message|chat|thread|session)s?$", re.IGNORECASE)
