"""A policy as the YAML that a person would write: what differs from the defaults, each with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import msgspec

from shipworthy.sidecar.policy import Bytes, Need, Policy, Rate, Route, Seconds, Section, Who

WIDEST = 120  # characters of a line after which a remark moves above it
_PLAIN = re.compile(r"[A-Za-z/_][\w./@+-]*")
_WORDS = frozenset("y n yes no on off true false null none ~".split())
_UNITS = ((3600.0, "1h"), (60.0, "1m"), (1.0, "1s"))
_LONG_TEXT = 90
_MANY = 20  # items that are no longer written one a line


@dataclass(frozen=True, slots=True)
class Note:
    """Remarks on one key of the policy: whole lines above it, and a few words beside it."""

    above: tuple[str, ...] = ()
    beside: str = ""


Notes = Mapping[str, Note]
"""By the way to a key: `limits.body`, `routes`, `routes./api/chat`. A key that is not there itself
shows its remarks in its place."""


def write(policy: Policy, notes: Notes, head: tuple[str, ...] = ()) -> str:
    """The text of a policy file."""
    lines = [*(f"# {line}".rstrip() for line in head), *_section(policy, notes, "", "")]
    return "\n".join(lines) + "\n"


def _section(section: Section, notes: Notes, way: str, indent: str) -> Iterator[str]:
    for field in msgspec.structs.fields(section):
        key = f"{way}{field.name}"
        value = getattr(section, field.name)
        note = notes.get(key, Note())
        same = value == _default(field)
        if same and not note.above:
            continue
        if not indent and (note.above or isinstance(value, (Section, list, dict))):
            yield ""
        yield from _above(note, indent)
        if not same:
            yield from _entry(field.name, value, notes, key, indent)


def _above(note: Note, indent: str) -> Iterator[str]:
    for line in note.above:
        deeper = " " * (len(line) - len(line.lstrip()))
        yield from wrap(
            line,
            WIDEST,
            initial_indent=f"{indent}# {deeper}",
            subsequent_indent=f"{indent}# {deeper}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _entry(name: str, value: Any, notes: Notes, key: str, indent: str) -> Iterator[str]:
    beside = notes.get(key, Note()).beside
    if isinstance(value, Section):
        yield f"{indent}{name}:" + (f"  # {beside}" if beside else "")
        yield from _section(value, notes, f"{key}.", indent + "  ")
    elif isinstance(value, list) and value and isinstance(value[0], Route):
        yield f"{indent}{name}:"
        for route in value:
            yield from _route(route, notes, f"{key}.", indent + "  ")
    elif isinstance(value, str) and len(value) > _LONG_TEXT:
        yield f"{indent}{name}: >-" + (f"  # {beside}" if beside else "")
        yield from (f"{indent}  {part}" for part in _parts(value))
    elif isinstance(value, list) and len(value) > _MANY:
        yield f"{indent}{name}: ["
        listed = ", ".join(written(item) for item in value)
        yield from wrap(
            listed, WIDEST - 8, initial_indent=f"{indent}    ", subsequent_indent=f"{indent}    "
        )
        yield f"{indent}  ]"
    elif isinstance(value, list) and len(value) > 3:
        yield f"{indent}{name}:" + (f"  # {beside}" if beside else "")
        for item in value:
            said = notes.get(f"{key}.{item}", Note()).beside
            yield f"{indent}  - {written(item)}" + (f"  # {said}" if said else "")
    else:
        yield from _said(f"{indent}{name}: {written(value)}", beside, indent)


def _parts(value: str) -> list[str]:
    """A content security policy, one directive a line."""
    directives = [part.strip() for part in value.split(";")]
    return [f"{part};" for part in directives[:-1]] + [directives[-1]]


def _route(route: Route, notes: Notes, way: str, indent: str) -> Iterator[str]:
    given = [
        f"{field.name}: {written(getattr(route, field.name))}"
        for field in msgspec.structs.fields(route)
        if getattr(route, field.name) != _default(field)
    ]
    note = notes.get(f"{way}{way_of(route)}", Note())
    yield from _above(note, indent)
    yield from _said(f"{indent}- {{{', '.join(given)}}}", note.beside, indent)


def way_of(route: Route) -> str:
    """How notes name a route: its path, with the methods where it is for some alone."""
    return " ".join((*route.methods, route.path))


def _said(line: str, beside: str, indent: str) -> Iterator[str]:
    if beside and len(line) + len(beside) + 4 > WIDEST:
        yield from _above(Note((beside,)), indent)
        beside = ""
    yield f"{line}  # {beside}" if beside else line


def written(value: Any) -> str:
    """One value as policy files write it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Need():
            return f"{value.who}:{value.name}" if value.name else str(Who(value.who))
        case Rate():
            return _rate(value)
        case Bytes():
            return (
                f"{value // 1_000_000} MB" if value and value % 1_000_000 == 0 else str(int(value))
            )
        case Seconds():
            return f"{value:g}s" if value else "0"
        case list():
            return f"[{', '.join(written(item) for item in value)}]"
        case dict():
            return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
        case Section():
            return _flow(value)
        case None:
            return "null"
        case str():
            return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
    return str(value)


def _flow(section: Section) -> str:
    given = (
        (field.name, getattr(section, field.name), _default(field))
        for field in msgspec.structs.fields(section)
    )
    return "{" + ", ".join(f"{n}: {written(v)}" for n, v, d in given if v != d) + "}"


def _rate(rate: Rate) -> str:
    unit = next((word for seconds, word in _UNITS if rate.seconds == seconds), f"{rate.seconds:g}s")
    return f"{rate.requests}/{unit}"


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
