"""Sites that are built into plain files, which any host sends: no server of the app runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.homes import home_of
from shipworthy.prototype.inventory.stack import Part
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_EXPORTS = regex(r"""^(?![ \t]*(?://|\*)).*\boutput\s*:\s*["']export["']""", re.MULTILINE)


def is_export(prototype: Prototype, part: Part) -> bool:
    """True for `output: "export"` of Next.js."""
    return any(
        _EXPORTS.search(f.text or "") is not None
        for f in prototype.files.values()
        if f.name.startswith("next.config.") and home_of(prototype, f.path) == part
    )
