"""Requirement texts as data: one TOML file per framework, an optional prefix and `id = "title"`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def requirements() -> dict[str, str]:
    """All requirement ids with their titles: "A10", "owasp:A02", "cwe:798", …"""
    found: dict[str, str] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        prefix = f"{data['prefix']}:" if "prefix" in data else ""
        found |= {f"{prefix}{key}": title for key, title in data["requirements"].items()}
    return found


def title_of(requirement: str) -> str:
    """The title of a requirement. Raises KeyError for an id that no framework has."""
    return requirements()[requirement]
