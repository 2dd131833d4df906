"""Figures in a document: shares in words, and sections that a benchmark rewrites."""

from __future__ import annotations

import re
from pathlib import Path


def share(part: int, whole: int) -> str:
    """ "3/4 (75 %)", or a dash where there is nothing to take a part of."""
    return f"{part}/{whole} ({100 * part / whole:.0f} %)" if whole else "–"


def replace_section(page: Path, name: str, text: str) -> None:
    """Rewrite what stands between `<!-- name -->` and `<!-- end of name -->`.

    Raises ValueError where the page has no such section.
    """
    old = page.read_text(encoding="utf-8")
    pattern = rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)"
    new, count = re.subn(pattern, lambda m: f"{m[1]}{text}\n{m[2]}", old, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{page} has {count} sections called {name!r}")
    page.write_text(new, encoding="utf-8")
