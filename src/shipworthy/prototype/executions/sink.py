"""One place where text becomes code, SQL, a command, markup or an object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ast_grep_py import SgNode

from shipworthy.regex import regex


class Sink(StrEnum):
    """What the text becomes."""

    CODE = "code"
    SQL = "sql"
    SHELL = "shell"
    HTML = "html"
    DESERIALISED = "deserialised"


@dataclass(frozen=True)
class Place:
    """One such place. `value` is the expression that is run; None where a library runs, by itself,
    what a model tells it to."""

    sink: Sink
    callee: str
    node: SgNode
    value: SgNode | None


DATABASES = regex(
    r"(^|\.|_)(db|database|pool|client|conn|connection|sequelize|knex|pg|sql|prisma|drizzle|mysql|sqlite"
    r"|postgres|cursor|cur|session|engine|duckdb|dataSource|manager|tx|trx)\w*(\(\))?$|(^|\.|_)(con|cnx)$",
    re.IGNORECASE,
)
RUNNERS = regex(r"^(run|exec|execute)_?(raw_?)?(sql|query|sql_?query|statement)$", re.IGNORECASE)
