"""Folders that their owner put aside: a note in them says so, or `.gitignore` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NOTE = regex(r"^(readme|deprecated|note|notice|archived?)(\.\w+)?$", re.IGNORECASE)
_HEAD = 700  # characters of a note that say what its folder is
_SUBJECT = (
    r"(this|the) (\w+ )?(folder|directory|app|application|code|codebase|project|version|package|site"
    r"|service)"
)
_STATE = (
    r"(deprecated|archived|obsolete|superseded|abandoned|unused|retired|legacy"
    r"|no longer (in use|used|maintained|deployed|built|needed|developed)"
    r"|not (used|in use|maintained|deployed|built|part of)"
    r"|an? (\w+ )?(mirror|copy|backup|old version|older version|previous version|archive)"
    r"|kept (here )?(only )?(for|as))"
)
_SAID = regex(
    rf"\b{_SUBJECT}\b[^.\n]{{0,40}}\b(is|was|has been)\b[^.\n]{{0,30}}\b{_STATE}\b"
    r"|\bkept (here )?(only )?(for|as) (a )?(reference|history|historical)|\bfor reference only\b"
    r"|^\W*(this is )?(an? |the )?(mirror|backup|archived? copy|old copy) of\b"
    r"|^\W*(deprecated|archived|obsolete|do not use|legacy)\W*(\b.{0,40})?$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST = 0.5  # of the product's code files: what is more, is the product


def put_aside(prototype: Prototype) -> frozenset[str]:
    """The paths of product files in folders below the top that a note in the folder calls a copy, a mirror
    or no longer used, and of those that git tracks although `.gitignore` names them."""
    product = [f.path for f in prototype.of_role(Role.PRODUCT, Role.MIGRATION)]
    folders = tuple(f"{folder}/" for folder in _noted(prototype))
    noted = {path for path in product if folders and path.startswith(folders)}
    ignored = prototype.git.ignored_and_tracked if prototype.git else frozenset[str]()
    excluded = {path for path in product if path in ignored}
    if len(noted) == len(product):
        noted = set()
    return frozenset(noted | (excluded if len(excluded) < len(product) * _MOST else set()))


def _noted(prototype: Prototype) -> frozenset[str]:
    return frozenset(
        file.folder
        for file in prototype.files.values()
        if file.folder and file.role is Role.DOCUMENTATION
        if _NOTE.match(file.name) and _SAID.search((file.text or "")[:_HEAD])
    )
