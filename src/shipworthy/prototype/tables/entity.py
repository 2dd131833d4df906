"""A table as code declares it."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode


@dataclass(frozen=True, slots=True)
class Entity:
    """One declared table; `dialect` is the name that the code gives it, or ''."""

    name: str
    source: str
    dialect: str
    columns: tuple[str, ...]
    node: SgNode
    unselected: tuple[str, ...] = ()  # columns that a query leaves out where it does not name them
