"""A prototype's facts, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shipworthy.prototype.opening import Engines, read_prototype
    from shipworthy.prototype.prototype import Prototype

__all__ = ["Engines", "Prototype", "read_prototype"]


def __getattr__(name: str) -> Any:
    """Loaded when it is asked for: other processes read files by then."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    room = "prototype" if name == "Prototype" else "opening"
    return getattr(import_module(f"shipworthy.prototype.{room}"), name)
