"""Settings of Django that show its pages of errors to whoever comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Items, Let, Literal, Module, Name
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SETTINGS = regex(r"(^|/)(\w+_)?settings(_\w+)?\.py$|(^|/)settings/\w+\.py$")
_OF_DEVELOPERS = regex(r"(^|[/_])(dev\w*|local\w*|tests?|testing|debug)[/_.]", re.IGNORECASE)
_OF_PRODUCTION = regex(r"(^|[/_])(prod\w*|live|deploy\w*|heroku|staging|release)[/_.]", re.I)


def debug_pages(prototype: Prototype) -> Iterator[Location]:
    """`DEBUG = True` beside `ALLOWED_HOSTS = ["*"]`, which nothing takes back."""
    paths = [f.path for f in prototype.of_role(Role.PRODUCT) if _SETTINGS.search(f.path)]
    if any(map(_OF_PRODUCTION.search, paths)):
        return  # what is deployed has settings of its own
    for path in paths:
        if _OF_DEVELOPERS.search(path) or path not in prototype.server_modules:
            continue
        module = prototype.server_modules[path]
        debug, hosts = _given(module, "DEBUG"), _given(module, "ALLOWED_HOSTS")
        if len(debug) != 1 or len(hosts) != 1 or any(i.local == "*" for i in module.imports):
            continue
        literal = debug[0].value
        shown = isinstance(literal, Literal) and literal.value is True
        if shown and debug[0] in module.body and _lets_all_in(hosts[0]):
            yield Location(path, debug[0].at, debug[0].at)


def _given(module: Module, name: str) -> list[Let]:
    lets = nodes_in(module.body, Let)
    return [let for let in lets if isinstance(let.target, Name) and let.target.id == name]


def _lets_all_in(hosts: Let) -> bool:
    listed = hosts.value.elements if isinstance(hosts.value, Items) else ()
    return any(isinstance(host, Literal) and host.value == "*" for host in listed)
