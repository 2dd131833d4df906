"""Filters that run a script of this package; a route hands each script what it needs to know."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, typed

_KIND = f"{HTTP}.lua.v3.Lua"


def script(name: str, file: str, *, package: str = __package__ or "", **known: Any) -> Message:
    """A filter that runs the script in `file` of a package, with these values in front of it."""
    source = files(package).joinpath(file).read_text(encoding="utf-8")
    source = "".join(f"local {its} = {_lua(value)}\n" for its, value in known.items()) + source
    return http_filter(
        name,
        _KIND,
        default_source_code={"inline_string": source},
        clear_route_cache=False,
        stat_prefix=file.removesuffix(".lua"),
    )


def _lua(value: Any) -> str:
    """A value as the script would write it: texts, lists, and tables with names of Lua."""
    if isinstance(value, str):  # each byte by its number: no text can end the text
        return '"' + "".join(f"\\{byte:03d}" for byte in value.encode()) + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_lua(its)}" for key, its in value.items()) + "}"
    return "{" + ", ".join(_lua(item) for item in value) + "}"


def in_route(name: str, **known: Any) -> Message:
    """The part of a route that the script reads as `filterContext()`."""
    return {name: typed(f"{_KIND}PerRoute", filter_context=known)}


def off(name: str) -> Message:
    """The part of a route that keeps the script out of it."""
    return {name: typed(f"{_KIND}PerRoute", disabled=True)}
