"""Read `.shipworthy/ai.yaml`: every error names the line, and a misspelt key is one."""

from __future__ import annotations

import json
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
from shipworthy.lined_yaml import LinedYaml, keys_of, pairs

FILES = (".shipworthy/ai.yaml", ".shipworthy/gateway.yaml")
SECTIONS = ("providers", "models", "prototypes", "breaker", "telemetry", "server")

S = TypeVar("S")


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
    lined = LinedYaml(file, BrokenPolicy, keys_of(Section))
    root = lined.root(SECTIONS)
    sections = {name: node for _, name, node in lined.entries(root, SECTIONS)}

    def each(section: str, kind: type[S]) -> dict[str, S]:
        node = sections.get(section)
        return {n: lined.convert(v, kind) for _, n, v in lined.entries(node)} if node else {}

    named = lined.entries(sections["prototypes"]) if "prototypes" in sections else []
    prototypes = {name: _prototype(lined, node) for _, name, node in named}
    policy = Policy(
        providers=each("providers", Provider),
        models=each("models", Model),
        prototypes={
            name: resolve_prototype(name, options, lambda c: _contract(file, c))
            for name, options in (prototypes or {"default": PrototypeOptions()}).items()
        },
        breaker=lined.convert(sections.get("breaker"), Breaker),
        telemetry=lined.convert(sections.get("telemetry"), TelemetryOptions),
        server=lined.convert(sections.get("server"), ServerOptions),
    )
    for problem in check_policy(policy):
        raise BrokenPolicy(f"{file}: {problem}")
    return policy


def _prototype(lined: LinedYaml, node: yaml.Node) -> PrototypeOptions:
    """A prototype; its features are converted one by one, so that an error has its line."""
    features: dict[str, FeatureOptions] = {}
    for key, value in pairs(node):
        if key.value == "features":
            features = {n: lined.convert(v, FeatureOptions) for _, n, v in lined.entries(value)}
    options = lined.convert(node, PrototypeOptions)
    return msgspec.structs.replace(options, features=features)


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
