"""Whether the repository shows the rules by which a database lets each caller see his rows alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

NOT_SHOWN = "Row security decides, and nothing in the repository shows its rules"
"""Why nobody can tell: the rules were made in the platform's console."""


def shows_row_security(prototype: Prototype) -> bool:
    """True where a file of SQL states a policy, or code of Drizzle or Alembic does. Reads all texts: ask
    once, not for each finding."""
    return any(map(_states_a_policy, prototype.files.values()))


def _states_a_policy(file: SourceFile) -> bool:
    text = file.text or ""
    if file.path.endswith(".ts"):
        return "pgPolicy(" in text
    if not file.path.endswith((".sql", ".py")):
        return False
    return _POLICY.search(text) is not None


_POLICY = regex(r"create\s+policy|row\s+level\s+security", re.IGNORECASE)
