"""Functions asked by rules that let whoever has no login pass: no id is taken for the server's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from shipworthy.database.schema import Function, Policy, Schema
from shipworthy.database.stated.passing import MOST_NESTED, plain
from shipworthy.database.stated.words import (
    at_commas,
    at_word,
    bare,
    in_parentheses,
    without_comments,
)
from shipworthy.regex import regex

NOBODY = "auth.role() = 'anon'"
TAKES_NOBODY = "which lets whoever is not signed in pass"
_UID = r"auth\s*\.\s*uid\s*\(\s*\)"
_VISITOR = regex(
    rf"auth\.role\(\) = 'anon'|(?:\(\s*(?:select\s+)?{_UID}\s*\)|{_UID})\s+is\s+null\b",
    re.IGNORECASE,
)
_MAY_PASS = regex(
    r"\bis\s+null\b|\bcoalesce\b|\breturn\s+true\b|^\s*select\s+true\b", re.IGNORECASE
)
_CALL = regex(r"\b(?:\w+\s*\.\s*)?(\w+)\s*\(")
_ANSWER = regex(r"(?:begin )?(?:select|return) ([^;]+?) ?;?(?: end ?;?)?")
_BEGINS = regex(r"^(?:declare [^;]*;(?: [^;]*;)*? ?)?begin ")
_STEP = regex(r"if ((?:(?!\bthen\b)[^;])*) then return (true|false) ?; end if ?; ?")
_SETS = regex(r"(?:select (?:(?!\binto\b)[^;])*\binto\b[^;]*|\w+ := [^;]*); ?")
_CALLER = regex(r"\b(\w+)(?: uuid)? ?(?::=|default) ?auth\.uid\(\) ?;")
_NO_ROW = regex(r"coalesce ?\( ?\( ?select\b.*\bauth\.uid\(\).*\) ?, ?true ?\)")
_EQUAL = regex(r"('\w+') ?= ?\1")


def open_to_nobody(schema: Schema) -> Schema:
    """The schema with a question for visitors in place of each call that says yes to them."""
    asked = {f.name: f for f in schema.functions.values() if _may_answer(f)}
    if not asked:
        return schema
    tables = {
        name: replace(table, policies=tuple(_told(p, asked) for p in table.policies))
        for name, table in schema.tables.items()
    }
    return replace(schema, tables=tables)


def for_who_is_signed_in(text: str | None) -> str | None:
    """An expression as it is for whoever has a login."""
    return _VISITOR.sub("false", text) if text else text


def lets_nobody_pass(function: Function, given: Sequence[str]) -> bool:
    """True where its text says yes to a caller without an id, given these arguments."""
    text = plain(without_comments(function.body))
    if text.count("(") > MOST_NESTED:
        return False
    for name in _CALLER.findall(text):
        text = re.sub(rf"\b{name}\b", "auth.uid()", _CALLER.sub("", text))
    for name, value in _arguments(function, given):
        text = re.sub(rf"(?<![.\w]){re.escape(name)}\b", value.replace("\\", r"\\"), text)
    answer = _ANSWER.fullmatch(text)
    if answer:
        return _is_met(answer[1])
    begins = _BEGINS.match(text)
    return bool(begins) and _steps(text[begins.end() :] if begins else "")


def _may_answer(function: Function) -> bool:
    answers = function.returns.startswith("bool") and not function.is_trigger
    return answers and _MAY_PASS.search(function.body) is not None


def _told(policy: Policy, asked: dict[str, Function]) -> Policy:
    using, check = (_answered(text, asked) for text in (policy.using, policy.check))
    changed = (using, check) != (policy.using, policy.check)
    return replace(policy, using=using, check=check) if changed else policy


def _answered(text: str | None, asked: dict[str, Function]) -> str | None:
    if text is None or text.count("(") > MOST_NESTED:
        return text
    for found in reversed(list(_CALL.finditer(text))):
        function = asked.get(found[1])
        if function is None:
            continue
        inner = in_parentheses(text, found.end())
        ends = text.index(inner, found.end()) + len(inner)
        given = [plain(part) for part in at_commas(inner) if part]
        if lets_nobody_pass(function, given):
            text = f"{text[: found.start()]}({NOBODY}){text[ends:].partition(')')[2]}"
    return _ONCE.sub(rf"({NOBODY})", text)


_ONCE = regex(r"\( ?select \(auth\.role\(\) = 'anon'\)(?: as \w+)? ?\)", re.IGNORECASE)


def _arguments(function: Function, given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(function.argument_names):
        if number < len(given):
            yield name.lower() or f"${number + 1}", given[number]
        elif name and "auth.uid()" in plain(function.by_default):
            yield name.lower(), "auth.uid()"


def _steps(text: str) -> bool:
    """True where the first question that a caller without an id meets gives him a yes."""
    while text:
        sets = _SETS.match(text)
        step = None if sets else _STEP.match(text)
        if sets:
            text = text[sets.end() :]
        elif step and _is_met(step[1]):
            return step[2] == "true"
        elif step and step[2] == "true":
            text = text[step.end() :]
        else:
            answer = re.match(r"return ([^;]+?) ?;", text)
            return bool(answer) and _is_met(answer[1] if answer else "")
    return False


def _is_met(condition: str) -> bool:
    """True where one of the alternatives holds for whoever has no id."""
    if len(at_word(condition, "from")) > 1:
        return False  # of a row that is not there for him
    return any(
        all(_holds(part) for part in at_word(bare(arm), "and"))
        for arm in at_word(bare(condition), "or")
    )


def _holds(condition: str) -> bool:
    text = bare(condition)
    if len(at_word(text, "or")) > 1:
        return _is_met(text)
    return bool(
        text in ("auth.uid() is null", "true") or _EQUAL.fullmatch(text) or _NO_ROW.fullmatch(text)
    )
