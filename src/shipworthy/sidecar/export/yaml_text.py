"""YAML as people read it: keys in their order, nothing by reference, long texts line by line."""

from __future__ import annotations

from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: `&id001` says nothing to a reader."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def as_yaml(content: dict[str, Any]) -> str:
    """One YAML document."""
    return yaml.dump(content, Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True)
