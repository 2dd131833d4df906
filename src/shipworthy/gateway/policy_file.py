"""Read `.shipworthy/ai.yaml`: every error names the line, and a misspelt key is one."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.policy import (
    Breaker,
    FeatureOptions,
    Model,
    Policy,
    PrototypeOptions,
    Provider,
    Section,
    ServerOptions,
    TelemetryOptions,
)
from shipworthy.gateway.resolved import check_policy, resolve_prototype

FILES = (".shipworthy/ai.yaml", ".shipworthy/gateway.yaml")
LARGEST = 1_000_000  # bytes; a policy of a hundred features has a twentieth of that
DEEPEST = 50  # levels; JSON Schemas go to about ten
SECTIONS = ("providers", "models", "prototypes", "breaker", "telemetry", "server")

S = TypeVar("S")
_PLACE = re.compile(r" - at `(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")


class BrokenPolicy(ShipworthyError):
    """A policy file that cannot be read or says what it cannot mean."""


def find_policy(folder: Path) -> Path:
    """The policy file of a prototype. Raises BrokenPolicy where there is none."""
    for name in FILES:
        file = folder / name
        if file.is_symlink() or file.parent.is_symlink():
            raise BrokenPolicy(f"{file} is a link: it is not followed")
        if file.is_file():
            return file
    raise BrokenPolicy(f"there is no {FILES[0]} in {folder}; `shipworthy ai init` writes one")


def read_policy(file: Path) -> Policy:
    """The policy that a file states. Raises BrokenPolicy with file and line."""
    root = _root(file)
    sections = {name: node for _, name, node in _entries(file, root, SECTIONS)}

    def each(section: str, kind: type[S]) -> dict[str, S]:
        node = sections.get(section)
        return {n: _convert(file, v, kind) for _, n, v in _entries(file, node)} if node else {}

    named = _entries(file, sections["prototypes"]) if "prototypes" in sections else []
    prototypes = {name: _prototype(file, node) for _, name, node in named}
    policy = Policy(
        providers=each("providers", Provider),
        models=each("models", Model),
        prototypes={
            name: resolve_prototype(name, options, lambda c: _contract(file, c))
            for name, options in (prototypes or {"default": PrototypeOptions()}).items()
        },
        breaker=_convert(file, sections.get("breaker"), Breaker),
        telemetry=_convert(file, sections.get("telemetry"), TelemetryOptions),
        server=_convert(file, sections.get("server"), ServerOptions),
    )
    for problem in check_policy(policy):
        raise BrokenPolicy(f"{file}: {problem}")
    return policy


def _prototype(file: Path, node: yaml.Node) -> PrototypeOptions:
    """A prototype; its features are converted one by one, so that an error has its line."""
    features: dict[str, FeatureOptions] = {}
    for key, value in _pairs(node):
        if key.value == "features":
            features = {n: _convert(file, v, FeatureOptions) for _, n, v in _entries(file, value)}
    options = _convert(file, node, PrototypeOptions)
    return msgspec.structs.replace(options, features=features)


def _root(file: Path) -> yaml.MappingNode:
    try:
        if file.stat().st_size > LARGEST:
            raise BrokenPolicy(f"{file} is larger than {LARGEST:,} bytes")
        text = file.read_text(encoding="utf-8")
        _check_events(file, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise BrokenPolicy(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BrokenPolicy(f"{file} is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        raise _broken(file, error.problem_mark, error.problem or "not YAML") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BrokenPolicy(f"{file} is not YAML that can be read") from error
    if not isinstance(node, yaml.MappingNode):
        raise BrokenPolicy(f"{file}:1: must hold {', '.join(SECTIONS)}")
    return node


def _check_events(file: Path, text: str) -> None:
    """Refuse what would make a small file large or endless: aliases and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _broken(file, event.start_mark, "aliases (*name) are not read; write it out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _broken(file, event.start_mark, f"nested deeper than {DEEPEST} levels")


def _entries(
    file: Path, node: yaml.Node, known: tuple[str, ...] = ()
) -> list[tuple[yaml.Node, str, yaml.Node]]:
    """Key, name and value of each entry; names must be among the known ones where such are given."""
    if not isinstance(node, yaml.MappingNode):
        raise _broken(file, node.start_mark, "names with a value each are expected here")
    found: dict[str, tuple[yaml.Node, str, yaml.Node]] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _broken(file, key.start_mark, "a key must be a word")
        if key.value in found:
            raise _broken(file, key.start_mark, f"{key.value} stands here a second time")
        if known and key.value not in known:
            raise _broken(file, key.start_mark, _unknown(key.value, known))
        found[key.value] = (key, key.value, value)
    return list(found.values())


def _convert(file: Path, node: yaml.Node | None, kind: type[S]) -> S:
    if node is None:
        return kind()
    try:
        return msgspec.convert(_plain(file, node), type=kind)
    except msgspec.ValidationError as error:
        message = str(error)
        place = _PLACE.search(message)
        at = _located(node, place["path"] if place else "$")
        if unknown := _UNKNOWN.search(message):
            at = next((k for k, _ in _pairs(at) if k.value == unknown["field"]), at)
            message = f"`{unknown['field']}` is not known here{_meant(unknown['field'], kind)}"
        else:
            message = _PLACE.sub("", message)
        raise _broken(file, at.start_mark, message) from error


def _plain(file: Path, node: yaml.Node) -> Any:
    """The node as plain values; the mapping's keys are checked on the way."""
    if isinstance(node, yaml.MappingNode):
        return {name: _plain(file, value) for _, name, value in _entries(file, node)}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(file, item) for item in node.value]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise _broken(file, node.start_mark, "a value that cannot be read") from error


def _located(node: yaml.Node, path: str) -> yaml.Node:
    """The node that a path of msgspec (`$.timeouts.total`, `$.features[...].models[0]`) leads to."""
    for name, index in re.findall(r"\.(\w+)|\[([^\]]*)\]", path):
        inner = _step(node, name, index)
        if inner is None:
            break
        node = inner
    return node


def _step(node: yaml.Node, name: str, index: str) -> yaml.Node | None:
    if name:
        return next((v for k, v in _pairs(node) if k.value == name), None)
    if index.isdigit() and isinstance(node, yaml.SequenceNode):
        return node.value[int(index)] if int(index) < len(node.value) else None
    return None


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _contract(file: Path, contract: dict[str, Any] | str | None) -> dict[str, Any] | None:
    """A JSON Schema that stands in the policy or in a file beside it."""
    if not isinstance(contract, str):
        return contract
    named = (file.parent / contract).resolve()
    if not named.is_relative_to(file.parent.parent.resolve()):
        raise BrokenPolicy(f"{file}: the contract {contract} lies outside the prototype")
    try:
        read = json.loads(named.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BrokenPolicy(f"{file}: the contract {contract} cannot be read as JSON") from error
    if not isinstance(read, dict):
        raise BrokenPolicy(f"{file}: the contract {contract} is not a JSON Schema")
    return read


def _unknown(name: str, known: tuple[str, ...]) -> str:
    meant = get_close_matches(name, known, 1)
    return f"`{name}` is not known here" + (f"; is {meant[0]} meant?" if meant else "")


def _meant(name: str, kind: type) -> str:
    """The most similar key, of the section itself rather than of any other."""
    known = list(getattr(kind, "__struct_fields__", ()))
    known += [field for section in Section.__subclasses__() for field in section.__struct_fields__]
    meant = get_close_matches(name, known, 1)
    return f"; is {meant[0]} meant?" if meant else ""


def _broken(file: Path, mark: Any, message: str) -> BrokenPolicy:
    line = f":{mark.line + 1}" if mark else ""
    return BrokenPolicy(f"{file}{line}: {message}")
