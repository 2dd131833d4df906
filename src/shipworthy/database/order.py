"""The likely order of SQL scripts that no tool applied: by number or date, then by what they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shipworthy.database.history import SqlFile
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.statements import statements
from shipworthy.regex import regex

_NOT_HISTORY = regex(
    r"(^|[/_.-])(down|rollback|revert|undo|drop|reset|clean_?up|wipe|test|tests|check|verify|debug"
    r"|diagnos\w*|inspect|query|queries|examples?|backup|dump)([_.-]|$)",
    re.IGNORECASE,
)
# Scripts for psql with variables or branches are tools, not history.
_FOR_PSQL = regex(r"""(?<!:):['"]\w+['"]|^[ \t]*\\(?:if|gset|gexec|i|ir|prompt)\b""", re.MULTILINE)
_FIRST = regex(r"(^|[/_-])(schema|init|setup|initial|base|structure|create|tables)", re.IGNORECASE)
_LAST = regex(r"(^|[/_-])(seed|sample|demo|mock|data|fix|update|patch)", re.IGNORECASE)
_MAKES = regex(
    r"create\s+(?:or\s+replace\s+)?(?:table|view|type|materialized\s+view)\s+(?:if\s+not\s+exists\s+)?"
    rf"({QUALIFIED})",
    re.IGNORECASE,
)
_NEEDS = regex(
    rf"(?:\breferences|\balter\s+table(?:\s+if\s+exists)?(?:\s+only)?|\binsert\s+into|\bon)\s+({QUALIFIED})",
    re.IGNORECASE,
)


def in_likely_order(scripts: Sequence[SqlFile]) -> tuple[SqlFile, ...]:
    """The scripts that look like parts of a history, in the order in which they were likely run."""
    kept = [s for s in scripts if not _is_tool(s)]
    kept.sort(key=_key)
    code = {s.path: [one.code[:200_000] for one in statements(s.text)] for s in kept}
    makes = {s.path: _names(_MAKES, code[s.path]) for s in kept}
    makers: dict[str, str] = {}
    for script in kept:
        for name in makes[script.path]:
            makers.setdefault(name, script.path)
    needs = {
        s.path: {makers[n] for n in _names(_NEEDS, code[s.path]) - makes[s.path] if n in makers}
        - {s.path}
        for s in kept
    }
    return tuple(_sorted(kept, needs))


def _is_tool(script: SqlFile) -> bool:
    name = script.path.rpartition("/")[2]
    return bool(_NOT_HISTORY.search(name) or _FOR_PSQL.search(script.text))


def _sorted(scripts: Sequence[SqlFile], needs: dict[str, set[str]]) -> Iterable[SqlFile]:
    """Each after what it needs; where the needs go in circles, the first by name goes first."""
    left = list(scripts)
    done: set[str] = set()
    while left:
        chosen = next((s for s in left if needs[s.path] <= done), left[0])
        left.remove(chosen)
        done.add(chosen.path)
        yield chosen


def _key(script: SqlFile) -> tuple[object, ...]:
    name = script.path.rpartition("/")[2]
    rank = 0 if _FIRST.search(name) else 2 if _LAST.search(name) else 1
    numbers = re.match(r"\d+", name)
    return (0 if numbers else 1, int(numbers[0][:15]) if numbers else 0, rank, script.path)


def _names(pattern: re.Pattern[str], code: Iterable[str]) -> set[str]:
    return {qualified(found[1]) for text in code for found in pattern.finditer(text)}
