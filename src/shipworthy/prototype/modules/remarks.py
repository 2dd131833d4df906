"""Remarks in scripts, told by how their lines begin."""

from __future__ import annotations

_BEGINS = ("//", "*", "/*", "{/*")


def is_remark(text: str, at: int) -> bool:
    """True for a place behind the start of a remark, such as a call that was taken out of use."""
    before = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
    return before.startswith(_BEGINS) and (before.startswith("//") or "*/" not in before)
