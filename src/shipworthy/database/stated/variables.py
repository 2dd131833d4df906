"""What a variable of a function is set to: branches that only set it, read as one CASE."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from shipworthy.regex import regex

_CONDITION = r"((?:(?!\bthen\b)[^;])+)"
_AND_NOT_EMPTY = regex(r"\s+and\s+[^;]{1,80}?(?:<>|!=)\s*''\s*", re.IGNORECASE)
_IFS = regex(r"\bend\s+if\b|\bif\b", re.IGNORECASE)
_HANDLES = regex(r"\bexception\s+when\b", re.IGNORECASE)


def in_cases(code: str, name: str, known: Callable[[str], bool]) -> str:
    """The code with `v := CASE …` for each IF that only sets the variable, by conditions that are known."""
    set_to = rf"{name}\s*+:=\s*+([^;]*+);"  # one way to read each arm: there may be many
    code = re.sub(
        rf"\bselect\s+((?:(?!\bfrom\b)[^;])+?)\s+into\s+{name}\s*;",
        lambda it: f"{name} := {it[1]};",
        code,
        flags=re.IGNORECASE,
    )
    # Whoever sends a word that the type knows never fails.
    fails = rf"\bexception\s+when\s+\w+(?:\s+or\s+\w+)*\s+then\s+{set_to}\s*end\s*;"
    code = re.sub(fails, "end;", code, flags=re.IGNORECASE)
    one = rf"if\b{_CONDITION}\bthen\s++{set_to}"
    arm = re.compile(rf"(?:\belse?)?{one}", re.IGNORECASE)
    last = re.compile(rf"\belse\s+{set_to}", re.IGNORECASE)

    def as_case(found: re.Match[str]) -> str:
        arms = [
            (_AND_NOT_EMPTY.sub("", asked.strip()), given) for asked, given in arm.findall(found[0])
        ]
        if not all(known(asked) for asked, _ in arms):
            return found[0]
        other = last.search(found[0])
        told = " ".join(f"when {asked} then {given}" for asked, given in arms)
        return f"{name} := case {told} else {other[1] if other else name} end;"

    whole = rf"\b{one}(?:\s*else?{one})*(?:\s*else\s+{set_to})?\s*end\s+if\s*;"
    return re.sub(whole, as_case, code, flags=re.IGNORECASE)


def set_values(code: str, name: str) -> Iterator[tuple[str, bool]]:
    """Each value that the variable is given, and whether it always is, whatever was asked before."""
    for found in re.finditer(rf"\b{name}(?:\s+[\w.]+)?\s*:=\s*([^;]*)", code, re.IGNORECASE):
        before = code[: found.start()]
        words = [word.lower() for word in _IFS.findall(before)]
        inside = words.count("if") > len(words) - words.count("if") or _HANDLES.search(before)
        yield found[1], not inside
