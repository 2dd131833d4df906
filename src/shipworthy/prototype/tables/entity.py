"""A table as code declares it."""

from __future__ import annotations

from ast_grep_py import SgNode
from msgspec import Struct


class Entity(Struct, frozen=True):
    """One declared table; `dialect` is the name that the code gives it, or ''."""

    name: str
    source: str
    dialect: str
    columns: tuple[str, ...]
    node: SgNode
    unselected: tuple[str, ...] = ()  # columns that a query leaves out where it does not name them
