"""Models that are named where their client is made, apart from the calls that ask them."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string

_AI_SDK = "@ai-sdk/"


class NamedModel(Struct, frozen=True):
    """One model by its name: `export const writer = openai("gpt-4o")`."""

    provider: str
    model: str
    location: Location


def read(syntax: Syntax) -> list[NamedModel]:
    """The models that a file names by a provider of the Vercel AI SDK."""
    if syntax.python or _AI_SDK not in (syntax.source.text or ""):
        return []
    bindings = bindings_of(syntax)
    found = []
    for call in syntax.calls:
        head = callee(call).partition(".")[0]
        module = bindings.modules.get(head, "").removeprefix("npm:")
        given = arguments(call) if module.startswith(_AI_SDK) else []
        model = string(given[0]) if given else None
        if model:
            provider = module.removeprefix(_AI_SDK).partition("@")[0]
            found.append(NamedModel(provider, model, syntax.location(call)))
    return found
