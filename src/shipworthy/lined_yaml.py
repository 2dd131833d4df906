"""YAML that a person writes: every error names the file and line, and a misspelt key is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import Struct

from shipworthy.errors import ShipworthyError
from shipworthy.regex import regex

LARGEST = 1_000_000  # bytes; a policy of a hundred features has a twentieth of that
DEEPEST = 50  # levels; JSON Schemas go to about ten

S = TypeVar("S")
Hook = Callable[[type, Any], Any]
_PLACE = regex(r" - at `(?P<path>[^`]*)`$")
_UNKNOWN = regex(r"unknown field `(?P<field>[^`]*)`")


class LinedYaml(Struct, frozen=True):
    """One file, the error that it raises, and all keys that could be meant by a misspelt one.

    `texts` says how the value at a place is read that a person writes as a text, by its way of keys; `*` is
    any item of a list. It raises ValueError with what is wrong.
    """

    file: Path
    error: type[ShipworthyError]
    keys: tuple[str, ...] = ()
    hook: Hook | None = None
    texts: Mapping[tuple[str, ...], Callable[[Any], Any]] | None = None

    def root(self, holds: Iterable[str]) -> yaml.MappingNode:
        """The whole file. `holds`: what it is expected to hold, for the message."""
        try:
            if self.file.stat().st_size > LARGEST:
                raise self.error(f"{self.file} is larger than {LARGEST:,} bytes")
            text = self.file.read_text(encoding="utf-8")
            self._check_events(text)
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except OSError as error:
            raise self.error(f"{self.file} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise self.error(f"{self.file} is not UTF-8") from error
        except yaml.MarkedYAMLError as error:
            raise self.broken(error.problem_mark, error.problem or "not YAML") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise self.error(f"{self.file} is not YAML that can be read") from error
        if not isinstance(node, yaml.MappingNode):
            raise self.error(f"{self.file}:1: must hold {', '.join(holds)}")
        return node

    def entries(
        self, node: yaml.Node, known: tuple[str, ...] = ()
    ) -> list[tuple[yaml.Node, str, yaml.Node]]:
        """Key, name and value of each entry; names must be among the known ones where such are given."""
        if not isinstance(node, yaml.MappingNode):
            raise self.broken(node.start_mark, "names with a value each are expected here")
        found: dict[str, tuple[yaml.Node, str, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.broken(key.start_mark, "a key must be a word")
            if key.value in found:
                raise self.broken(key.start_mark, f"{key.value} stands here a second time")
            if known and key.value not in known:
                raise self.broken(key.start_mark, _unknown(key.value, known))
            found[key.value] = (key, key.value, value)
        return list(found.values())

    def convert(self, node: yaml.Node | None, kind: type[S]) -> S:
        """The node as a value of a type; its defaults where there is no node."""
        if node is None:
            return kind()
        try:
            plain = self._plain(node, ())
            return msgspec.convert(plain, type=kind, dec_hook=self.hook, from_attributes=True)
        except msgspec.ValidationError as error:
            message = str(error)
            place = _PLACE.search(message)
            at = located(node, place["path"] if place else "$")
            if unknown := _UNKNOWN.search(message):
                at = next((k for k, _ in pairs(at) if k.value == unknown["field"]), at)
                message = f"`{unknown['field']}` is not known here"
                message += self._meant(unknown["field"], kind)
            else:
                message = _PLACE.sub("", message)
            raise self.broken(at.start_mark, message) from error

    def broken(self, mark: Any, message: str) -> ShipworthyError:
        """The error for a place of the file."""
        line = f":{mark.line + 1}" if mark else ""
        return self.error(f"{self.file}{line}: {message}")

    def _check_events(self, text: str) -> None:
        """Refuse what would make a small file large or endless: aliases and deep nesting."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise self.broken(event.start_mark, "aliases (*name) are not read; write it out")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise self.broken(event.start_mark, f"nested deeper than {DEEPEST} levels")

    def _plain(self, node: yaml.Node, way: tuple[str, ...]) -> Any:
        """The node as plain values; the mapping's keys are checked on the way."""
        if isinstance(node, yaml.MappingNode):
            return {n: self._plain(value, (*way, n)) for _, n, value in self.entries(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*way, "*")) for item in node.value]
        try:
            plain = yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise self.broken(node.start_mark, "a value that cannot be read") from error
        read = (self.texts or {}).get(way)
        if read is None or plain is None:
            return plain
        try:
            return read(plain)
        except ValueError as error:
            raise self.broken(node.start_mark, str(error)) from error

    def _meant(self, name: str, kind: type) -> str:
        """The most similar key, of the section itself rather than of any other."""
        own = get_close_matches(name, getattr(kind, "__struct_fields__", ()), 1)
        meant = own or get_close_matches(name, self.keys, 1)
        return f"; is {meant[0]} meant?" if meant else ""


def keys_of(section: type) -> tuple[str, ...]:
    """The keys of all sections that are made from this one."""
    kinds: list[type] = section.__subclasses__()
    return tuple(field for kind in kinds for field in getattr(kind, "__struct_fields__", ()))


def pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    """Key and value of each entry of a mapping; nothing of any other node."""
    return node.value if isinstance(node, yaml.MappingNode) else []


def located(node: yaml.Node, path: str) -> yaml.Node:
    """The node that a path of msgspec (`$.timeouts.total`, `$.features[...].models[0]`) leads to."""
    for name, index in re.findall(r"\.(\w+)|\[([^\]]*)\]", path):
        inner = _step(node, name, index)
        if inner is None:
            break
        node = inner
    return node


def _step(node: yaml.Node, name: str, index: str) -> yaml.Node | None:
    if name:
        return next((v for k, v in pairs(node) if k.value == name), None)
    if index.isdigit() and isinstance(node, yaml.SequenceNode):
        return node.value[int(index)] if int(index) < len(node.value) else None
    return None


def _unknown(name: str, known: tuple[str, ...]) -> str:
    meant = get_close_matches(name, known, 1)
    return f"`{name}` is not known here" + (f"; is {meant[0]} meant?" if meant else "")
