"""Better Auth: what of an account whoever signs up, or changes his own, fills himself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.columns import is_right
from shipworthy.prototype.handlers.knowledge.shapes import names_admin
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Expression, Items, Let, Literal, Name, Record
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SERVED = regex(
    r"\bto(NextJs|Node|SolidStart|SvelteKit)Handler\b|svelteKitHandler|auth\w*\.handler\b"
)
_OTHERS = ("plugins", "hooks", "databaseHooks")
"""Options that bring fields of their own, which no browser fills, or put other values in their place."""
_FREE_TYPES = ("string", "boolean", "number")


class SentRight(Struct, frozen=True):
    """A column of rights that the routes of the library take from whoever calls them."""

    column: str
    place: Location


def sent_rights(prototype: Prototype) -> Iterator[SentRight]:
    """`additionalFields: { role: { type: "string" } }`: filled by `signUp` and `updateUser` of a browser,
    unless `input: false` says otherwise."""
    modules = prototype.server_modules
    texts = {path: prototype.files[path].text or "" for path in modules}
    if not any(_SERVED.search(text) for text in texts.values()):
        return
    for path in sorted(texts):
        if "betterAuth(" in texts[path] and "additionalFields" in texts[path]:
            body = modules[path].body, tuple(value for _, value in modules[path].exports)
            lets = {
                let.target.id: let.value
                for let in nodes_in(body, Let)
                if isinstance(let.target, Name)
            }
            for call in nodes_in(body, Call):
                if isinstance(call.function, Name) and call.function.id == "betterAuth":
                    for column, at in _of_call(call, lets):
                        yield SentRight(column, Location(path, at))


def _of_call(call: Call, lets: Mapping[str, Expression]) -> Iterator[tuple[str, int]]:
    options = _record(call.arguments[0] if call.arguments else None, lets)
    fields = _record(_record(options.get("user"), lets).get("additionalFields"), lets)
    if "..." in options or "..." in fields:
        return  # what comes later may say otherwise
    others = [options.get(key) for key in _OTHERS]
    beside, unread = str(others), any(isinstance(other, Name) for other in others)
    for column, said in fields.items():
        settings = _record(said, lets)
        if unread or not is_right(column) or f"'{column}'" in beside:
            continue
        if column == "role" and "Name(id='admin'" in beside:
            continue
        if _is_taken(settings) and _is_free(settings.get("type")):
            yield column, said.at if isinstance(said, Record) else call.at


def _is_taken(settings: Mapping[str, Expression]) -> bool:
    """True for a field without `input: false` and without a check of its own."""
    given = settings.get("input", _YES)
    taken = isinstance(given, Literal) and given.value is True
    return taken and not settings.keys() & {"validator", "..."}


_YES = Literal(True, 0)


def _is_free(kind: Expression | None) -> bool:
    """True for a text or a flag, and for one of a list that names administrators."""
    if isinstance(kind, Items):
        return names_admin(
            str(each.value) for each in kind.elements if isinstance(each, Literal) and each.value
        )
    return isinstance(kind, Literal) and kind.value in _FREE_TYPES


def _record(value: Expression | None, lets: Mapping[str, Expression]) -> dict[str, Expression]:
    if isinstance(value, Name):
        value = lets.get(value.id)
    return dict(value.pairs) if isinstance(value, Record) else {}
