"""Read `.shipworthy/policy.yaml`: every error names the line, and a misspelt key is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shipworthy.errors import ShipworthyError
from shipworthy.lined_yaml import LinedYaml, keys_of, located
from shipworthy.sidecar.policy import Bytes, Policy, Seconds, Section
from shipworthy.sidecar.policy_check import problems
from shipworthy.sidecar.policy_texts import as_bytes, as_need, as_rate, as_seconds

FILE = ".shipworthy/policy.yaml"
_TEXTS = {
    ("default",): as_need,
    ("routes", "*", "need"): as_need,
    ("routes", "*", "per_ip"): as_rate,
    ("routes", "*", "per_user"): as_rate,
    ("limits", "per_ip"): as_rate,
    ("limits", "per_user"): as_rate,
}


class BrokenPolicy(ShipworthyError):
    """A policy file that cannot be read or says what it cannot mean."""


def read_policy(file: Path) -> Policy:
    """The policy that a file states. Raises BrokenPolicy with file and line."""
    if file.is_symlink():
        raise BrokenPolicy(f"{file} is a link: it is not followed")
    lined = LinedYaml(file, BrokenPolicy, keys_of(Section), _hook, _TEXTS)
    root = lined.root(Policy.__struct_fields__)
    policy = lined.convert(root, Policy)
    for place, problem in problems(policy):
        raise lined.broken(located(root, place).start_mark, problem)
    return policy


def _hook(kind: type, value: Any) -> Any:
    if kind is Bytes:
        return as_bytes(value)
    if kind is Seconds:
        return as_seconds(value)
    raise NotImplementedError(kind)
