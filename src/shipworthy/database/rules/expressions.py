"""What the expressions of policies ask: who is calling, and which columns name the owner.

They are read as PostgreSQL prints them (`pg_get_expr`), where a subquery stands as
`( SELECT auth.uid() AS uid)` and every name is plain or in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.attempts import Rule
from shipworthy.database.schema import Policy, Table
from shipworthy.regex import regex

_CALLER = r"(?:auth\.(?:uid|jwt|role|email)\(\)|current_setting\([^()]*\))"
_ASKS = regex(_CALLER, re.IGNORECASE)
_WRAPPED = regex(rf"\(\s*SELECT\s+{_CALLER}(?:\s+AS\s+\w+)?\s*\)", re.IGNORECASE)
_TEXT = regex(r"'(?:[^']|'')*'")
_CAST = regex(r"::[a-z_ ]+(?:\(\d+\))?", re.IGNORECASE)
_NAME = r"(?:\"?(\w+)\"?\.)?\"?(\w+)\"?"
_UID_IS = regex(rf"\(?auth\.uid\(\)\)?\s*=\s*\(?{_NAME}\b(?!\s*[.(])", re.IGNORECASE)
_IS_UID = regex(rf"{_NAME}\)?\s*=\s*\(?auth\.uid\(\)", re.IGNORECASE)


def expressions(policy: Policy) -> tuple[str, ...]:
    """The USING and WITH CHECK of a policy, as far as it has them."""
    return tuple(text for text in (policy.using, policy.check) if text)


def asks_caller(text: str) -> bool:
    """True where the text asks who is calling."""
    return _ASKS.search(text) is not None


def asks_per_row(text: str) -> bool:
    """True where it asks for each row: outside of a `(select …)` of its own."""
    return _ASKS.search(_WRAPPED.sub("", _without_texts(text))) is not None


def asked_once(text: str) -> str:
    """The same expression with each question for the caller in a `(select …)`."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    bare = _WRAPPED.sub(keep, text)
    wrapped = _ASKS.sub(lambda match: f"(select {match[0]})", bare)
    return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], wrapped)


def in_parentheses(text: str) -> str:
    """The expression in one pair of parentheses, its own where it has one."""
    depth = 0
    for place, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            whole = place == len(text) - 1 and place > 0
            return text if whole else f"({text})"
    return f"({text})"


def policy_rule(policy: Policy) -> Rule:
    """A policy in words."""
    parts = [f'policy "{policy.name}" for {policy.command} to {", ".join(policy.roles)}']
    if policy.using:
        parts.append(f"using ({policy.using})")
    if policy.check:
        parts.append(f"with check ({policy.check})")
    return Rule(" ".join(" ".join(parts).split()), policy.source)


def owner_columns(table: Table) -> tuple[str, ...]:
    """Columns of the table that its policies compare with the caller's id, in order."""
    found = (
        c for policy in table.policies for text in expressions(policy) for c in _own(table, text)
    )
    return tuple(dict.fromkeys(found))


def compares_owner(table: Table, policy: Policy) -> bool:
    """True where the policy compares a column of its own table with the caller's id."""
    return any(True for text in expressions(policy) for _ in _own(table, text))


def always_true(text: str | None) -> bool:
    """True where an expression lets everything through."""
    return text is not None and text.strip("() ").lower() == "true"


def _own(table: Table, text: str) -> Iterator[str]:
    plain = _CAST.sub("", _WRAPPED.sub(lambda m: (_ASKS.search(m[0]) or m)[0], text))
    for pattern in (_UID_IS, _IS_UID):
        for owner, column in pattern.findall(plain):
            if owner in ("", table.name) and table.column(column) is not None:
                yield column


def _without_texts(text: str) -> str:
    return _TEXT.sub("''", text) if "current_setting" not in text else text
