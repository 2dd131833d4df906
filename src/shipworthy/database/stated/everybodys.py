"""Rules that ask for the role that every new account has: whoever signs up passes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.database.attempts import Attempt, Ownership, Rule
from shipworthy.database.rules.expressions import policy_rule
from shipworthy.database.schema import Function, Policy, Schema, Table, Trust
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.newcomers import role_of_new_accounts
from shipworthy.database.stated.passing import MOST_NESTED, plain
from shipworthy.database.stated.words import NESTED, bare, texts, without_comments
from shipworthy.regex import regex

_SIGNED_IN = "auth.uid() is not null"
TAKES_EVERYBODY = "which is the role of every new account"
_UID = r"auth\.uid\(\)"
_WORDS = r" ?(?:=|in|= any) ?((?:\(|array ?\[| )*'\w+'(?:, ?'\w+')*[ \])]*)"
_YES = regex(
    r"(?:begin )?(?:select|return)(?: coalesce)? ?\(*auth\.uid\(\) is not null(?:, ?false)?\)*"
    r"(?: as \w+)? ?;?(?: end ?;?)?"
)
_DECIDES = regex(r"\bif\b|\bcase\b")


class _Question(Struct, frozen=True):
    """How a rule asks for a role. `held`: the words that meet it, none where any does; `inner`: what
    stands in the first group has to match this, too."""

    asked: re.Pattern[str]
    held: str = ""
    inner: re.Pattern[str] | None = None

    def answered(self, text: str) -> str:
        """The text with the question that every account meets as one for a login."""
        return self.asked.sub(self._answer, text)

    def _answer(self, found: re.Match[str]) -> str:
        if not self.held:
            return _SIGNED_IN
        words = found[1]
        if self.inner:
            inner = self.inner.fullmatch(bare(words))
            words = next(filter(None, inner.groups()), "") if inner else ""
        return _SIGNED_IN if self.held in texts(words) else found[0]


def given_to_all(schema: Schema, owners: Mapping[str, Ownership]) -> Schema:
    """The schema with each condition that every account meets by its role as one that asks for a login."""
    questions = [
        q for _, table in sorted(schema.tables.items()) for q in _of(schema, table, owners)
    ]
    if not questions:
        return schema
    tables = {
        name: replace(table, policies=tuple(_answered(p, questions) for p in table.policies))
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def as_written(
    attempts: Iterable[Attempt], *steps: tuple[Schema, Schema, str]
) -> Iterator[Attempt]:
    """The attempts with the rules in the words of the prototype, and why each step, from one schema to
    another, has changed them."""
    written: dict[Rule, Rule] = {}
    for before, after, why in steps:
        for name, table in after.tables.items() if before is not after else ():
            for old, new in zip(before.tables[name].policies, table.policies, strict=True):
                if old is not new:
                    rule = policy_rule(old)
                    rule = written.get(rule, rule)
                    written[policy_rule(new)] = replace(rule, text=f"{rule.text}, {why}")
    for attempt in attempts:
        rules = tuple(written.get(rule, rule) for rule in attempt.rules)
        yield replace(attempt, rules=rules) if rules != attempt.rules else attempt


def _of(schema: Schema, table: Table, owners: Mapping[str, Ownership]) -> Iterator[_Question]:
    named = owners.get(table.qualified, Ownership()).user_columns
    owned = tuple(filter(_WHO.match, named))
    if not owned or table.source.trust is Trust.STUB:
        return
    for column in (c for c in table.columns if power_of(c.name) is Power.ROLE):
        held = role_of_new_accounts(schema, table, column, owned).lower()
        if held:
            yield from _asking(schema, table, column.name.lower(), owned, held)


def _asking(
    schema: Schema, table: Table, column: str, owned: tuple[str, ...], held: str
) -> Iterator[_Question]:
    mine = rf"(?:\w+\.)?(?:{'|'.join(map(re.escape, owned))}) ?= ?{_UID}"
    role = rf"(?:\w+\.)?{re.escape(column)}"
    source = rf"from {re.escape(table.name)}(?: (?:as )?\w+)? where "
    looked_up = rf"select {role}(?: into \w+)? {source}\(?{mine}\)?"
    both = re.compile(rf"{mine} and {role}{_WORDS}|{role}{_WORDS} and {mine}")
    found = [
        _Question(re.compile(rf"exists ?\( ?select [\w.*]+ {source}({NESTED})\)"), held, both),
        _Question(re.compile(rf"\( ?{looked_up}(?: limit 1)? ?\){_WORDS}"), held),
    ]
    bodies = [(f.name, said_for_caller(f)) for f in schema.functions.values() if not f.is_trigger]
    names = [n for n, body in bodies if re.search(rf"{looked_up}(?: limit 1)? ?(?:;|\)|$)", body)]
    if names:
        found.append(_Question(re.compile(rf"{_call(names)}{_WORDS}"), held))
    asked = (
        rf"{source}\(?(?:{mine} and {role} ?= ?_?\w+|{role} ?= ?_?\w+ and {mine})\)? ?(?:;|\)|$)"
    )
    names = [n for n, body in bodies if re.search(asked, body)]
    if names:
        found.append(_Question(re.compile(_call(names, r", ?('\w+')")), held))
    yield from found
    names = [n for n, body in bodies if _YES.fullmatch(_all_answered(body, found))]
    if names:
        yield _Question(re.compile(_call(names)))


def _call(names: Iterable[str], more: str = "") -> str:
    """A call of one of these functions for the caller."""
    once = f"{_UID}{more}" if more else f"(?:{_UID})?"
    return rf"\b(?:{'|'.join(map(re.escape, names))})\({once}\)"


@lru_cache(maxsize=4_000)  # asked of each table with a role
def said_for_caller(function: Function) -> str:
    """What a function says, its first argument being the caller; "" where it decides by more."""
    text = in_one_way(without_comments(function.body))
    first = next(iter(function.argument_names), "")
    if first and not first.endswith("role"):
        text = re.sub(
            rf"(?:\b{re.escape(function.name)}\.)?\b{re.escape(first.lower())}\b",
            "auth.uid()",
            text,
        )
    return "" if _DECIDES.search(text) else text


def _answered(policy: Policy, questions: Iterable[_Question]) -> Policy:
    using, check = (_as_asked(text, questions) for text in (policy.using, policy.check))
    changed = (using, check) != (policy.using, policy.check)
    return replace(policy, using=using, check=check) if changed else policy


def _as_asked(text: str | None, questions: Iterable[_Question]) -> str | None:
    if text is None or text.count("(") > MOST_NESTED:
        return text
    normal = in_one_way(text)
    answered = _all_answered(normal, questions)
    return text if answered == normal else answered


def _all_answered(text: str, questions: Iterable[_Question]) -> str:
    for question in questions:
        text = question.answered(text)
    return text


def in_one_way(text: str) -> str:
    """The text in one line, without casts, the schema of most names and a SELECT around a call."""
    text = _ONCE.sub(r"\1", _PUBLIC.sub("", plain(text)))
    return _ALONE.sub(r"\1", _TURNED.sub(r"\1 = auth.uid()", text))


_WHO = regex(r"(?:id|(?:auth_)?user_?id|uid|(?:profile|account|usuario|owner)_id)$", re.IGNORECASE)
_TURNED = regex(r"auth\.uid\(\) ?= ?((?:\w+\.)?\w+)\b(?![.(])")
_ALONE = regex(r"\(((?:\w+\.)?\w+ ?= ?(?:auth\.uid\(\)|'\w+'))\)")
_PUBLIC = regex(r"\bpublic\s?\.\s?")
_ONCE = regex(r"\( ?select (\w+\((?:[^()]|\(\))*\))(?: as \w+)? ?\)")
