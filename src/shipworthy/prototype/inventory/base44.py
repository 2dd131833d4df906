"""What an application asks of Base44, which hosts its data, sign-in and models: by its own words in code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.manifests import read_json, text
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Base44(Struct, frozen=True):
    """`used` are the entities that code asks for rows of, each with the first place; `defined` those
    whose definition lies in the repository; `sign_in` and `model` the first place that asks for these."""

    used: Mapping[str, Location]
    defined: frozenset[str]
    sign_in: Location | None
    model: Location | None


_ENTITY = regex(r"\.entities\.([A-Z]\w*)\.(?:list|filter|get|create|update|delete|bulkCreate)\(")
_SIGN_IN = regex(r"\bbase44\.auth\.\w+\(")
_MODEL = regex(r"\.integrations\.Core\.(?:InvokeLLM|GenerateImage)\b")
_DEFINITION = regex(r"(^|/)entities/[^/]+\.jsonc?$")


def read_base44(prototype: Prototype) -> Base44 | None:
    """None where nothing imports its library."""
    if "base44" not in prototype.stack.data:
        return None
    used: dict[str, Location] = {}
    sign_in: Location | None = None
    model: Location | None = None
    for file in prototype.of_role(Role.PRODUCT):
        if not file.language or file.path in prototype.abandoned:
            continue
        for number, line in enumerate(file.lines, 1):
            if "base44" not in line and ".entities." not in line and ".integrations." not in line:
                continue
            if line.lstrip().startswith(("//", "*", "/*")):
                continue
            place = Location(file.path, number)
            for found in _ENTITY.finditer(line):
                used.setdefault(found[1], place)
            if sign_in is None and _SIGN_IN.search(line):
                sign_in = place
            if model is None and _MODEL.search(line):
                model = place
    defined = (
        text(read_json(file.text or ""), "name")
        for file in prototype.files.values()
        if _DEFINITION.search(file.path)
    )
    return Base44(used, frozenset(name for name in defined if name), sign_in, model)
