"""Which columns keep apart the rows of groups of people, as a table of who belongs to which group tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Effect
from shipworthy.prototype.handlers.standing import is_of_caller
from shipworthy.regex import regex

_FEWEST = 3  # tables beside the memberships: one or two may say no more than what a group is about


def group_columns(
    columns: Mapping[str, Collection[str]], added: Iterable[tuple[str, Effect]]
) -> frozenset[str]:
    """The columns that say to which group a row belongs, as SQL writes them: `household_id`, where a table
    says who is in which household. None of groups that whoever likes may see or join. `added` are the
    effects that add rows; tables by their names without lines below and without the plural."""
    kept = {table: frozenset(map(snake, found)) for table, found in columns.items()}
    memberships = {table: group for table in kept if (group := _group_of(table, kept)) is not None}
    if not memberships:
        return frozenset()
    joined = {
        table
        for table, effect in added
        if table in memberships and _joins(effect, memberships[table][1])
    }
    of_groups = {
        column
        for table, (group, column) in memberships.items()
        if table not in joined and not any(map(_SEEN.search, kept[group]))
    }
    rows = dict.fromkeys(of_groups, 0)
    for table, found in kept.items():
        if table not in memberships and not _ABOUT_MEMBERS.search(table):
            for column in of_groups & found:
                rows[column] += 1
    return frozenset(column for column, count in rows.items() if count >= _FEWEST)


def _group_of(table: str, kept: Mapping[str, frozenset[str]]) -> tuple[str, str] | None:
    """The table of groups and the column that names one of them, of a table that says who is in which; of
    several groups the one that most tables name."""
    named = _MEMBERS.match(table) or _OF_MEMBERS.match(table)
    if named is None or not any(map(_PERSON.match, kept[table])):
        return None
    found = dict[str, str]()
    for column in sorted(kept[table]):
        pointed = _POINTS.match(column)
        if pointed is None or _PERSON.match(column) or _OF_ALL.match(pointed[1]):
            continue
        group = pointed[1].replace("_", "")
        if named[1] in (group, "") and (name := _known(group, kept)):
            found[column] = name
    if not found:
        return None
    column = max(found, key=lambda one: sum(one in columns for columns in kept.values()))
    return found[column], column


def _known(group: str, columns: Collection[str]) -> str:
    plural = f"{group[:-3]}y" if group.endswith("ies") else group.removesuffix("s")
    return next((name for name in (group, plural) if name in columns), "")


def _joins(effect: Effect, column: str) -> bool:
    """True where callers write themselves into whichever group they name."""
    himself = any(
        _PERSON.match(snake(name)) and any(map(is_of_caller, found))
        for name, found in effect.of("value:")
    )
    return himself and any(
        snake(name) == column and any(o.is_input for o in found)
        for name, found in effect.of("value:")
    )


_PERSON = regex(
    r"(auth_?|clerk_?|app_?)?(user|profile|member|account|person|employee|staff)_?(uu|u)?id$|user$|member$"
)
_MEMBERS = regex(
    r"^(.*?)(member|membership|user|admin|staff|manager|employee|teammate|collaborator|userrole|memberrole|access)$"
)
_OF_MEMBERS = regex(r"^(?:user|profile|member)s?(?:to|in|on)?(.+)$")
_POINTS = regex(r"^(.+?)_?(?:uu|u|gu)?id$")
_OF_ALL = regex(
    r"event|course|class|lesson|game|match|tournament|league|channel|room|chat|conversation|thread|forum|communit"
    r"|challenge|quest|quiz|poll|playlist|server|party|lobby|book|post|product|plan|role|permission|badge|achievement"
    r"|skill|tag|topic|categor|interest|invit|created|updated|added|parent|stripe|external|notification|device|sub(ject|scri)"
)
"""What people follow, attend or play, and what an account has: no group that keeps its rows to itself."""
_SEEN = regex(r"^(is_?)?(public|private|open|listed)$|visibility|privacy|join_?(type|mode|policy)")
"""Where a group says itself who may see it, many may."""
_ABOUT_MEMBERS = regex(r"invit|joinrequest|member|role|permission|setting|preference|subscription")
