"""What a refused statement lacks, read from the server's message and the statement."""

from __future__ import annotations

import re

from msgspec import Struct

from shipworthy.database.names import NAME, QUALIFIED, parts, qualified
from shipworthy.database.replay.definitions import Thing
from shipworthy.database.replay.session import Refusal
from shipworthy.database.statements import Statement
from shipworthy.regex import regex


class Missing(Struct, frozen=True):
    """An object that a statement needs. `name` as in Definitions; `arguments` of a function."""

    thing: Thing
    name: str
    arguments: str = ""
    trigger: bool = False  # a function that a trigger fires


def missing(refusal: Refusal, statement: Statement) -> Missing | None:
    """What to supply before trying again; None where the refusal has another cause."""
    message = refusal.message
    for codes, pattern, read in _FORMS:
        if refusal.code in codes and (found := pattern.search(message)):
            return read(found, statement)
    if refusal.code == "23503" and (found := _NO_USER.search(refusal.detail)):
        return Missing(Thing.USER, found[1])
    return None


def subject(statement: Statement) -> str:
    """ "schema.name" of the table that a statement is about; of a function, the first that it reads.

    "" where none can be told.
    """
    found = _SUBJECT.match(statement.code[:_LONGEST])
    if found is None and _CREATE_FUNCTION.match(statement.code):
        found = _READ.search(statement.text[:_LONGEST])
    return qualified(found[1]) if found else ""


def _relation(found: re.Match[str], _: Statement) -> Missing | None:
    return Missing(Thing.RELATION, _said(found[1]))


def _column_of_relation(found: re.Match[str], _: Statement) -> Missing | None:
    return Missing(Thing.COLUMN, f"{_said(found[2])}.{found[1]}")


def _column(found: re.Match[str], statement: Statement) -> Missing | None:
    """A column without its table: that of the alias before it, or the one the statement is about."""
    alias, _, name = found[1].rpartition(".")
    name = name.strip('"')
    table = _aliased(alias.strip('"'), statement.text) if alias else subject(statement)
    return Missing(Thing.COLUMN, f"{table}.{name}") if table else None


def _function(found: re.Match[str], statement: Statement) -> Missing | None:
    trigger = bool(_FIRES.search(statement.code))
    return Missing(Thing.FUNCTION, _said(found[1]), found[2], trigger)


def _plain_function(found: re.Match[str], statement: Statement) -> Missing | None:
    return Missing(Thing.FUNCTION, _said(found[1]), "", bool(_FIRES.search(statement.code)))


def _type(found: re.Match[str], _: Statement) -> Missing | None:
    name = found[1].removesuffix("[]")
    extension = _EXTENSION_OF.get(name.rpartition(".")[2])
    return Missing(Thing.EXTENSION, extension) if extension else Missing(Thing.TYPE, _said(name))


def _operator_class(found: re.Match[str], _: Statement) -> Missing | None:
    extension = _EXTENSION_OF.get(found[1].rpartition(".")[2])
    return Missing(Thing.EXTENSION, extension) if extension else None


def _role(found: re.Match[str], _: Statement) -> Missing | None:
    return Missing(Thing.ROLE, found[1])


def _schema(found: re.Match[str], _: Statement) -> Missing | None:
    return Missing(Thing.SCHEMA, found[1])


_FORMS = tuple(
    (codes, regex(pattern), read)
    for codes, pattern, read in (
        (("42P01",), r'^relation "(.+?)" does not exist', _relation),
        (("42703",), r'^column "(.+?)" of relation "(.+?)" does not exist', _column_of_relation),
        (("42703",), r'^column "(.+?)" (?:named in key |referenced in .{1,60})?does not', _column),
        (("42703",), r"^column ([^\s\"]+) does not exist", _column),
        (("42883",), r"^(?:function|procedure) (\S+?)\((.*)\) does not exist", _function),
        (("42883",), r'^could not find a function named "(.+?)"', _plain_function),
        (("42883",), r"^function (\S+) does not exist", _plain_function),
        (("42704",), r'^type "?(.+?)"? does not exist', _type),
        (("42704",), r'^(?:operator class|access method) "(.+?)" does not', _operator_class),
        (("42704",), r'^role "(.+?)" does not exist', _role),
        (("3F000",), r'^schema "(.+?)" does not exist', _schema),
    )
)
_NO_USER = regex(r'^Key \([\w", ]+\)=\(([0-9a-f-]{36})\) is not present in table "users"')
_FIRES = regex(r"execute\s+(?:function|procedure)\b", re.IGNORECASE)
_EXTENSION_OF = {
    "vector": "vector",
    "halfvec": "vector",
    "vector_cosine_ops": "vector",
    "vector_l2_ops": "vector",
    "vector_ip_ops": "vector",
    "ivfflat": "vector",
    "hnsw": "vector",
    "citext": "citext",
    "ltree": "ltree",
    "hstore": "hstore",
    "geography": "postgis",
    "geometry": "postgis",
    "gin_trgm_ops": "pg_trgm",
    "gist_trgm_ops": "pg_trgm",
}
_SUBJECT = regex(
    rf"(?:(?:create|alter|drop)\s+policy\b.*?\bon\s+|create\s+(?:unique\s+)?index\b.*?\bon\s+(?:only\s+)?"
    rf"|alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?|update\s+(?:only\s+)?|insert\s+into\s+"
    rf"|delete\s+from\s+|create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b.*?\bon\s+"
    rf"|.*?\bfrom\s+)({QUALIFIED})",
    re.IGNORECASE | re.DOTALL,
)
_CREATE_FUNCTION = regex(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_READ = regex(rf"\b(?:from|update|into)\s+({QUALIFIED})", re.IGNORECASE)
_LONGEST = 4000  # characters of a statement in which its table is looked for
_ALIASED = rf"(?:from|join|update|into|,)\s+({QUALIFIED})\s+(?:as\s+)?(%s)\b"


def _said(name: str) -> str:
    """ "schema.name" of a name in a message, which is written without quotes or with them."""
    return qualified(name) if '"' in name else _plain(name)


def _plain(name: str) -> str:
    schema, dot, rest = name.partition(".")
    return name if dot else f"public.{schema or rest}"


def _aliased(alias: str, text: str) -> str:
    """The table that an alias stands for; the alias itself where it is a table's name."""
    pattern = re.compile(_ALIASED % re.escape(alias), re.IGNORECASE)
    if found := pattern.search(text[:_LONGEST]):
        read = parts(found[1])
        if read[-1] not in ("on", "where", "set", "select"):
            return qualified(found[1])
    return qualified(alias) if re.fullmatch(NAME, alias) else ""
