"""Who may write to which table as far as the migrations say: row security and its policies, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from shipworthy.database.history import SqlFile
from shipworthy.errors import FactUnavailable
from shipworthy.prototype.tables.sql import statements

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Reach(StrEnum):
    """Who gets through to any row of a table with one command."""

    ANYBODY = "anybody"  # with the public key alone
    USERS = "users"  # whoever is signed in
    OWNERS = "owners"  # each to rows of their own
    UNCLEAR = "unclear"  # nothing tells, or a rule that was not understood


_COMMANDS = {"insert": "insert", "update": "update", "upsert": "update", "delete": "delete"}


@dataclass(frozen=True, slots=True)
class Policy:
    """One permissive policy: `command` is in lower case, "all" for each; `text` is what it asks."""

    command: str
    roles: frozenset[str]
    text: str

    @property
    def reach(self) -> Reach:
        """Who passes it, told by its expression."""
        if self.roles <= {"service_role", "postgres", "supabase_admin"}:
            return Reach.UNCLEAR
        for_users = "authenticated" in self.roles and not self.roles & {"anon", "public"}
        if self.text in _TRUE:
            return Reach.USERS if for_users else Reach.ANYBODY
        if self.text in _SIGNED_IN:
            return Reach.USERS
        if _OWN.fullmatch(self.text) and not _RIGHTS.search(self.text):
            return Reach.OWNERS
        return Reach.UNCLEAR


@dataclass(slots=True)
class _Rules:
    secured: bool = False
    policies: dict[str, Policy] = field(default_factory=dict)
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Policies:
    """The rules of all tables, by their plain names."""

    rules: Mapping[str, _Rules] = field(default_factory=dict)
    whole: bool = True  # False: a script makes rules whose tables nobody can read

    def reach(self, table: str, operation: str) -> Reach:
        """Who may do this to any row of a table; UNCLEAR where the migrations do not tell."""
        known = self.rules.get(table.lower().removeprefix("public."))
        command = _COMMANDS.get(operation)
        if known is None or command is None or known.restricted:
            return Reach.UNCLEAR
        if not known.secured:
            return Reach.ANYBODY if self.whole and not known.policies else Reach.UNCLEAR
        reached = {p.reach for p in known.policies.values() if p.command in (command, "all")}
        return next((r for r in _WIDEST if r in reached), Reach.UNCLEAR)


_WIDEST = (Reach.ANYBODY, Reach.USERS, Reach.OWNERS)
_NAME = r'(?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))?'
_WORDS = re.compile(
    rf"""\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?P<made>{_NAME})
    |\bdrop\s+table\s+(?:if\s+exists\s+)?(?P<dropped>{_NAME})
    |\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<secured>{_NAME})\s+
        (?P<what>enable|disable)\s+row\s+level\s+security
    |\bdrop\s+policy\s+(?:if\s+exists\s+)?(?P<gone>"[^"]+"|[\w$]+)\s+on\s+(?P<from>{_NAME})
    |\bcreate\s+policy\s+(?P<policy>"[^"]+"|[\w$]+)\s+on\s+(?P<on>{_NAME})
    |\b(?P<built>format\s*\(|execute\s)""",
    re.IGNORECASE | re.VERBOSE,
)
_FOR = re.compile(r"\bfor\s+(all|select|insert|update|delete)\b", re.IGNORECASE)
_TO = re.compile(r'\bto\s+((?:"?\w+"?\s*,\s*)*"?\w+"?)', re.IGNORECASE)
_RULE = re.compile(r"create\s+policy|row\s+level\s+security", re.IGNORECASE)
_TRUE = frozenset({"true", "1=1"})
_SIGNED_IN = frozenset(
    {
        *("auth.role()='authenticated'", "'authenticated'=auth.role()", "auth.uid()isnotnull"),
        *("(auth.uid())isnotnull", "(selectauth.uid())isnotnull"),
        *("(selectauth.role())='authenticated'", "auth.role()='authenticated'::text"),
    }
)
_CALLER = r"\(?(?:select)?auth\.uid\(\)(?:::\w+)?\)?"
_OWN = re.compile(rf"(?:\w+={_CALLER}|{_CALLER}=\w+)")
_RIGHTS = re.compile(r"role|admin|staff|permission")


def read_policies(prototype: Prototype) -> Policies:
    """What the migrations say about writing; nothing where no schema of a platform is in the repository.

    Only Supabase lets browsers at the database: elsewhere row security is another matter.
    """
    try:
        history = prototype.database_history
    except FactUnavailable:
        return Policies()
    if history is None or not history.supabase:
        return Policies()
    applied = (file for file in history.loose if not _DRAFT.search(file.path))
    return policies_of((*history.migrations, *applied))


_DRAFT = re.compile(
    r"(^|/)(docs?|documentation|drafts?|designs?|examples?|templates?|old|backups?|archived?)/",
    re.I,
)
"""Scripts of which nobody says that they were run."""


def policies_of(files: Iterable[SqlFile]) -> Policies:
    """The rules that are left when these scripts have run in this order."""
    rules: dict[str, _Rules] = {}
    whole = True
    for file in files:
        lower = file.text.lower()
        if "policy" in lower or "row level" in lower or "create table" in lower:
            whole = _run(file.text, rules) and whole
    return Policies(rules, whole)


def _run(script: str, rules: dict[str, _Rules]) -> bool:
    """Follow one script; False where it builds rules out of text, for tables that nobody can read."""
    code = statements(script)
    built = False
    for found in _WORDS.finditer(code):
        if found["made"]:
            rules.setdefault(_plain(found["made"]), _Rules())
        elif found["dropped"]:
            rules.pop(_plain(found["dropped"]), None)
        elif found["secured"]:
            known = rules.setdefault(_plain(found["secured"]), _Rules())
            known.secured = found["what"].lower() == "enable"
        elif found["gone"]:
            known = rules.setdefault(_plain(found["from"]), _Rules())
            known.policies.pop(found["gone"].strip('"'), None)
        elif found["policy"]:
            _add(found, code, script, rules)
        else:
            end = script.find(";", found.end())
            built = built or bool(_RULE.search(script[found.end() : end]))
    return not built


def _add(found: re.Match[str], code: str, script: str, rules: dict[str, _Rules]) -> None:
    known = rules.setdefault(_plain(found["on"]), _Rules())
    end = code.find(";", found.end())
    rest = script[found.end() : end if end >= 0 else len(code)]
    if re.search(r"\bas\s+restrictive\b", rest, re.IGNORECASE):
        known.restricted = True
    else:
        known.policies[found["policy"].strip('"')] = _made(rest)


def _made(rest: str) -> Policy:
    """A policy from what follows the name of its table; what a write has to pass is all that counts."""
    rest = re.sub(r"--[^\n]*", " ", rest)
    head = rest.partition("(")[0]
    command = _FOR.search(head)
    roles = _TO.search(head)
    using, check = _clause(rest, r"\busing\s*\("), _clause(rest, r"\bwith\s+check\s*\(")
    what = command[1].lower() if command else "all"
    asked = check if what == "insert" else using
    if what in ("update", "all") and check and check not in (using, "true"):
        asked = check if using in (*_TRUE, *_SIGNED_IN, "") else f"{using}and{check}"
    named = frozenset(r.strip(' "').lower() for r in roles[1].split(",")) if roles else frozenset()
    return Policy(what, named or frozenset({"public"}), asked)


def _clause(rest: str, begins: str) -> str:
    """The expression in parentheses after a word, without spaces and outer parentheses."""
    found = re.search(begins, rest, re.IGNORECASE)
    if not found:
        return ""
    depth, at = 1, found.end()
    while at < len(rest) and depth:
        depth += {"(": 1, ")": -1}.get(rest[at], 0)
        at += 1
    text = re.sub(r"\s+", "", rest[found.end() : at - 1]).lower()
    while text.startswith("(") and _closes_at_the_end(text):
        text = text[1:-1]
    return text


def _closes_at_the_end(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at == len(text) - 1
    return False


def _plain(name: str) -> str:
    parts = [part.strip().strip('"').lower() for part in name.split(".")]
    return parts[-1] if parts[0] == "public" or len(parts) == 1 else ".".join(parts)
