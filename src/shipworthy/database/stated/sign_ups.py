"""Rights and tenants that a trigger of the sign-up takes from what the new user sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Rule, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Schema, Source, Table
from shipworthy.database.seed.ownership import is_tenant_column
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.seed.sign_up import USERS, hidden_triggers, trigger_bodies
from shipworthy.database.stated.given_to_newcomers import EVERYBODY, given_to_everybody
from shipworthy.database.stated.inserts import inserts
from shipworthy.database.stated.openings import succeeded
from shipworthy.database.stated.powers import RULES_OVER_OTHERS, gives_power
from shipworthy.database.stated.variables import in_cases, set_values
from shipworthy.database.stated.words import masked, one_line, texts, without_comments
from shipworthy.regex import regex

_RIGHTS = (Power.ROLE, Power.FLAG)


def sign_ups(schema: Schema) -> Iterator[Attempt]:
    """Columns that give rights, or say whose staff one is, that a trigger fills with what a new user sent."""
    table = schema.tables.get(USERS)
    rules = tuple(
        Rule(f'trigger "{t.name}" runs {t.function}', _made(schema, t.function) or t.source)
        for t in (table.triggers if table else ())
    ) or tuple(
        Rule(f"{f.schema}.{f.name} reads what a new user sends", f.source)
        for f in hidden_triggers(schema)
    )
    taken = (pair for body in trigger_bodies(schema) for pair in _taken_over(schema, body))
    for key, column in dict.fromkeys(taken):
        reason = f"the trigger of a sign-up writes the {key} that the new user sends to {column}"
        made = succeeded(Actor.ANYBODY, Verb.SIGN_UP, USERS, (), (column,), reason)
        yield replace(made, rules=rules)
    picked = (pair for body in trigger_bodies(schema) for pair in _by_address(body))
    for pattern, word in dict.fromkeys(picked):
        reason = f'whoever signs up with an address like "{pattern}" is given the role "{word}"'
        made = succeeded(Actor.ANYBODY, Verb.SIGN_UP, USERS, (), (BY_ADDRESS,), reason)
        yield replace(made, rules=rules)
    given = (pair for body in trigger_bodies(schema) for pair in given_to_everybody(schema, body))
    for column, word in dict.fromkeys(given):
        reason = f"the trigger of a sign-up adds {EVERYBODY} to {column}"
        if word:
            reason = f'the trigger of a sign-up writes "{word}" to {column} for {EVERYBODY}'
        made = succeeded(Actor.ANYBODY, Verb.SIGN_UP, USERS, (), (column,), reason)
        yield replace(made, rules=rules)


BY_ADDRESS = "email"
_BY_ADDRESS = regex(
    r"\b(?:when|if|or)\s*\(*\s*(?:lower\s*\(\s*)?new\s*\.\s*email\s*\)?\s+i?like\s+'([^']*)'"
    r"(?:(?!\band\b|\bthen\b)[^;'])*\bthen\b([^;']{0,200})'(\w+)'",
    re.IGNORECASE,
)


def _by_address(body: str) -> Iterator[tuple[str, str]]:
    """Words of power that go by a part of the address which whoever signs up may choose."""
    for pattern, _, word in _BY_ADDRESS.findall(without_comments(body)):
        if rank(word) >= RULES_OVER_OTHERS and ("@" not in pattern or pattern.endswith("%")):
            yield pattern, word


def _taken_over(schema: Schema, body: str) -> Iterator[tuple[str, str]]:
    """What a trigger takes from metadata and the column that it writes it to, as it is."""
    code = without_comments(body)
    for insert in inserts(code):
        table = schema.tables.get(insert.table)
        if table is None:
            continue
        for named, value in insert.given:
            column = table.column(named)
            if column is None and not table.is_made:  # made by what is no SQL
                column = Column(named, "", True)
            key = _key(schema, table, column, code, value, insert.start) if column else ""
            if key and column:
                yield key, f"{insert.table}.{column.name}"


def _key(schema: Schema, table: Table, column: Column, code: str, value: str, at: int) -> str:
    """The key of the metadata that a column of rights or of the tenant is filled with; "" for others."""
    if power_of(column.name) in _RIGHTS:
        later = _SETTLES.search(code, at) or re.search(
            rf"\bset\b[^;]*\b{re.escape(column.name)}\s*=(?!\s*excluded\b)",
            code[at:],
            re.IGNORECASE,
        )
        key = _sent(code if later else code[:at], value)
        told = key and not _PROOF.search(key)
        power = gives_power(schema, table, column) or _lists_power(value)
        return key if told and power else ""
    if not is_tenant_column(column.name) or _VOUCHED.search(code):
        return ""
    key = _sent(_EXISTS.sub("", _SENT_AT_ALL.sub("", code)), value)
    told = not table.is_made or _rules_go_by(schema, table, column.name)
    return key if key and told else ""


def _rules_go_by(schema: Schema, table: Table, column: str) -> bool:
    """True where a rule, or a function that may be asked by one, looks the tenant of the caller up here."""
    selects, source = re.escape(column), re.escape(table.name)
    asked = re.compile(
        rf"\bselect\s+(?:\w+\.)?{selects}\b(?:\s+into\s+\w+)?\s+from\s+(?:public\s*\.\s*)?{source}\b"
        rf"(?=[^;]*\bauth\s*\.\s*uid\b|[^;]*_id\b)",
        re.IGNORECASE,
    )
    rules = (t for held in schema.tables.values() for p in held.policies for t in expressions(p))
    bodies = (f.body for f in schema.functions.values() if not f.is_trigger)
    return any(asked.search(text) for text in (*rules, *bodies))


def _sent(code: str, value: str) -> str:
    """The key of the metadata that a value is, or that it is in a case of which nothing tames it."""
    key = next((key for one in _cases(value) if (key := _as_it_is(code, one))), "")
    return "" if key and _refuses(code, key) else key


def _refuses(code: str, key: str) -> bool:
    """True where whoever asks for rights by their name is not let in."""
    for asked in _REFUSES.findall(code):
        words = asked.partition(f"'{key}'")
        if words[1] and re.search(r"=|<>|\bin\b", words[2], re.IGNORECASE):
            but_those = re.search(r"<>|!=|\bnot\s+in\b", words[2], re.IGNORECASE)
            if bool(but_those) is not _lists_power(words[2]):
                return True
    return False


def _cases(value: str) -> Iterator[str]:
    """The value, or those of a CASE that asks only whether they were sent, and who was the first; what a
    word of power is given for, where it is asked for by its name."""
    words = list(_CASE.finditer(masked(value)))
    if not words or words[0][0].lower() != "case" or words[0].start():
        yield value
        return
    condition = one_line(value[words[0].end() : words[1].start()]) if words[1:] else ""
    simple = condition
    subjects: list[str] = []
    for word, after in pairwise(words):
        said, text = word[0].lower(), one_line(value[word.end() : after.start()])
        asks = _NULL.fullmatch(text) if said == "when" else None
        if said == "when":
            condition = f"{simple} = {text}" if simple else text
            if asks:
                subjects.append(asks[1])
            elif not _FIRST.fullmatch(text) and not _NAMED.fullmatch(condition):
                return
        elif said == "then" and (named := _NAMED.fullmatch(condition)):
            if named[1] in text or max(map(rank, texts(text)), default=0) >= RULES_OVER_OTHERS:
                yield from [named[1]] if _lists_power(named[2]) else []
            elif _lists_power(named[2]):
                return  # whoever asks for rights gets none
        elif said == "then" and _NULL.fullmatch(condition):
            yield from [text] if subjects[-1] in text else []
        elif said == "else":
            yield from [text] if all(subject in text for subject in subjects) else []


def _lists_power(listed: str) -> bool:
    return any(rank(word) >= RULES_OVER_OTHERS for word in texts(listed))


def _as_it_is(code: str, value: str) -> str:
    """The key of the metadata that a value is, by way of a variable that nothing compares or tames."""
    found = _TAKEN.search(value)
    if found:
        return found[1]
    variable = re.match(r"(?:coalesce\s*\(\s*)?(\w+)\b", value, re.IGNORECASE)
    if variable is None:
        return ""
    name = re.escape(variable[1])
    default = rf"\bif\s+{name}\s+is\s+null\s+then\s+{name}\s*:=\s*[^;]*;\s*end\s+if\s*;"
    code = re.sub(default, "", code, flags=re.IGNORECASE)
    listed = (
        rf"\bif\s+(?:{name}\s+is\s+null\s+or\s+)?{name}(?:::\w+)?\s+not\s+in\s*\(([^()]*)\)\s*then\s+"
        rf"(?:{name}\s*:=|raise\b)[^;]*;\s*end\s+if\s*;"
    )
    code = re.sub(
        listed, lambda it: "" if _lists_power(it[1]) else it[0], code, flags=re.IGNORECASE
    )
    code = in_cases(code, name, _is_known)
    compared = rf"\b{name}\s*(?:=|<>|!=|(?:not\s+)?in\b)|\bif\b(?:(?!\bthen\b)[^;])*\b{name}\b"
    if re.search(compared, code, re.IGNORECASE):
        return ""
    key, tamed = "", False
    for given, always in set_values(code, name):
        taken = next((it[1] for one in _cases(given) if (it := _TAKEN.search(one))), "")
        words = texts(given)
        if taken:
            key, tamed = key or taken, tamed and not always
        elif not words or rank(words[0]) < RULES_OVER_OTHERS:
            tamed = True
    return "" if tamed else key


def _is_known(condition: str) -> bool:
    """True where it asks only whether something was sent, or for a word of it."""
    asked = one_line(condition)
    return bool(_SENT.search(asked) and (_NULL.fullmatch(asked) or _NAMED.fullmatch(asked)))


_SENT = regex(r"raw_user_meta_data", re.IGNORECASE)
_REFUSES = regex(
    r"\bif\b((?:(?!\bthen\b)[^;])*raw_user_meta_data(?:(?!\bthen\b)[^;])*)\bthen\s+raise\s+exception\b",
    re.IGNORECASE,
)
_SETTLES = regex(r"\braise\s+exception\b|\braise\s*;", re.IGNORECASE)
_CASE = regex(r"\b(?:case|when|then|else|end)\b", re.IGNORECASE)
_NULL = regex(r"\(*(.+?)\)* is (?:not )?null\)*")
# A role that is asked for by its name, or is one of a list.
_NAMED = regex(
    r"\(*((?:lower\(|coalesce\()?\(*(?:new\.)?(?:raw_user_meta_data ?->> ?'\w+'|\w+\b))"
    r"[^=']*?(?:, ?'\w*'[^=']*?)? ?(?:=|in) ?((?:\(| )*'\w+'(?:::[\w.]+)?(?:, ?'\w+'(?:::[\w.]+)?)*)\)*"
)
_FIRST = regex(r"\w*first\w*")
# A word that not everybody knows.
_PROOF = regex(r"code|secret|token|pass|(?:^|_)(?:pin|key)$", re.IGNORECASE)
# An invitation, or what the server alone writes, speaks for the new user.
_VOUCHED = regex(r"invit|convite|token|code\b|raw_app_meta_data", re.IGNORECASE)
# That a tenant was sent, and that it exists, says nothing of who belongs to it.
_SENT_AT_ALL = regex(r"\bif\s+\w+\s+is\s+(?:not\s+)?null\s+then", re.IGNORECASE)
_EXISTS = regex(
    r"\bif\s+not\s+exists\s*\(\s*select\b[^;()]*\bwhere\s+(?:\w+\.)?id\s*=\s*\w+\s*\)\s*then",
    re.IGNORECASE,
)
# The value itself, at most with another where there is none: no CASE and no comparison.
_TAKEN = regex(
    r"^\s*\(*\s*(?:(?:coalesce|nullif|lower|trim)\s*\(\s*)*\(*\s*(?:new\s*\.\s*)?raw_user_meta_data\s*->>?\s*'(\w+)'"
    r"(?!\s*\)*\s*(?:=|<>|!=|in\b))",
    re.IGNORECASE,
)


def _made(schema: Schema, function: str) -> Source | None:
    return next(
        (f.source for f in schema.functions.values() if f"{f.schema}.{f.name}" == function), None
    )
