"""Which roles a condition of a rule asks of the caller, where they are kept, and whether of one tenant."""

# ruff: noqa: S608 - nothing of this is run

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from shipworthy.database.schema import Function, Schema
from shipworthy.database.seed.ownership import is_tenant_column
from shipworthy.database.stated.passing import MOST_NESTED, is_of_the_row, plain
from shipworthy.database.stated.words import at_word, bare, texts, without_comments
from shipworthy.regex import regex

_COLUMN = r"(?:\w+\.)*(?:\w+_)?(?:roles?|papel|cargo|rol|user_type|account_type|tipo_usuario|perfil_acesso)"
_LIST = r" ?(?:=|in|= any) ?(?P<list>(?:\(|array ?\[| )*'\w+'(?:, ?'\w+')*[ \])]*)"
_ASKED = regex(rf"{_COLUMN}{_LIST}")
_BY_ARGUMENT = regex(rf"{_COLUMN} ?= ?(?:\w+\.)?_?\w+")
_FROM = r"from (?:public\.)?(?P<table>\w+)(?: (?:as )?(?!where\b)\w+)? where (?P<where>.+)"
_EXISTS = regex(rf"exists ?\( ?select [\w.*]+ {_FROM}\)")
_AMONG = regex(rf"auth\.uid\(\) ?(?:in|= any) ?\( ?select (?:\w+\.)?\w*id {_FROM}\)")
_LOOKED_UP = regex(
    rf"\( ?select {_COLUMN} from (?:public\.)?(?P<table>\w+)(?: (?:as )?(?!where\b)\w+)? where (?P<where>.+?)"
    rf"(?: limit 1)? ?\){_LIST}"
)
_CALL = regex(
    r"\(?(?: ?select )?(?:public\.)?(?P<name>\w+) ?\( ?(?:auth\.uid\(\))?(?: ?,? ?'(?P<word>\w+)')? ?\)\)?"
    rf"(?:{_LIST})?"
)
_SELECTS = regex(rf"\bselect .*?{_FROM}")
_ENDS = regex(r";| limit 1\b|\) ?(?:;|into|as|end|$)| (?:and|or) exists\b")
_MINE = regex(
    r"(?:\w+\.)*\w*id ?= ?(?:auth\.uid\(\)|(?:\w+\.)?_?(?:p_)?_?(?:user_?id|uid|user_uuid|check_user_id))"
    r"|auth\.uid\(\) ?= ?(?:\w+\.)*\w*id"
)
_PREFIX = regex(r"^(?:get|my|current|auth|user|users?|fetch|own)_")
_MORE_TENANTS = regex(
    r"^(?:\w+_)?(?:hotels?|condominios?|institutions?|institutes?|colleges?|universit\w+|firms?|franchises?)_?(?:id|uuid)$"
)
_WITHIN_ONE = regex(r"(?:^|_)(?:department|team|group|famil|household)")
_OF_ALL = regex(r"super|platform|system|global|root|service|master", re.IGNORECASE)
_DECIDES = regex(r"\bif\b|\bcase\b|\bloop\b")


class Asked(Struct, frozen=True):
    """Roles that let somebody pass, each as where it is kept and its word; `of_tenant`: of one tenant."""

    roles: frozenset[tuple[str, str]]
    of_tenant: bool = False


def asked(schema: Schema, condition: str) -> Asked | None:
    """The roles that a condition asks for and nothing else; None where it asks for other things."""
    text = plain(condition)
    found = _EXISTS.fullmatch(text)
    if found:
        return _kept(found["table"], found["where"])
    found = _AMONG.fullmatch(text)
    if found:
        return _kept(found["table"], f"id = auth.uid() and {bare(found['where'])}")
    found = _LOOKED_UP.fullmatch(text)
    if found:
        return _kept(found["table"], f"{found['where']} and role in {found['list']}")
    found = _CALL.fullmatch(text)
    return _answered(schema, found) if found else None


def names_tenant(text: str) -> bool:
    """True where a text names the tenant of the row or of the caller."""
    return any(map(is_of_one_tenant, re.findall(r"\w+", text)))


@lru_cache(maxsize=4_000)
def is_of_one_tenant(name: str) -> bool:
    """True for the key of an organisation, and for functions that answer with the caller's."""
    while _PREFIX.search(name):
        name = _PREFIX.sub("", name, count=1)
    if _WITHIN_ONE.search(name):
        return False
    return is_tenant_column(name) or _MORE_TENANTS.match(name) is not None


def _kept(table: str, where: str) -> Asked | None:
    """The roles of a lookup in one table by the caller's id."""
    words: set[str] = set()
    of_tenant = False
    if where.count("(") > MOST_NESTED or "auth.uid()" not in where:
        return None
    for condition in at_word(bare(where), "and"):
        text = bare(condition)
        role = _ASKED.fullmatch(text)
        if role:
            words |= set(texts(role["list"]))
        elif names_tenant(text):
            of_tenant = True
        elif not (_MINE.fullmatch(text) or is_of_the_row(text)):
            return None
    roles = frozenset((table, word) for word in words if not _OF_ALL.search(word))
    return Asked(roles, of_tenant) if roles else None


def _answered(schema: Schema, call: re.Match[str]) -> Asked | None:
    """The roles that a function asks of the caller, or answers with."""
    if _OF_ALL.search(call["name"]):
        return None
    listed = texts(call["list"] or "")
    found = [r for f in _named(schema, call["name"]) for r in _of_function(f, call["word"], listed)]
    return Asked(frozenset(found)) if found else None


def _named(schema: Schema, name: str) -> Iterable[Function]:
    return (f for f in schema.functions.values() if f.name == name and not f.is_trigger)


def _of_function(
    function: Function, word: str | None, listed: list[str]
) -> Iterator[tuple[str, str]]:
    text = plain(without_comments(function.body))
    found = _SELECTS.search(text)
    if found is None or names_tenant(text) or _DECIDES.search(text):
        return
    where = _ENDS.split(found["where"])[0]
    words: list[str] = list(listed)
    for condition in at_word(bare(where.strip(" )(")), "and"):
        said = bare(condition)
        role = _ASKED.fullmatch(said)
        if role:
            words += texts(role["list"])
        elif word and _BY_ARGUMENT.fullmatch(said):
            words.append(word)
        elif not (_MINE.fullmatch(said) or is_of_the_row(said)):
            return
    yield from ((found["table"], each) for each in words if not _OF_ALL.search(each))
