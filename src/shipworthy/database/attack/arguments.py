"""Arguments that an attacker would try: the ids of a victim, and plausible values for the rest."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipworthy.database.attack.target import Row, Target
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Function
from shipworthy.database.seed.catalogue import Catalogue, Type
from shipworthy.database.seed.people import OWNER, Person, key, number
from shipworthy.database.seed.power import highest, power_of
from shipworthy.database.seed.values import quoted
from shipworthy.regex import regex

_PERSON = regex(
    r"^(_|p_|v_|in_|arg_|the_)?(target_?|for_|check_|current_|new_|customer_|client_)?"
    r"(user|owner|profile|member|author|uid|userid|account|auth_user|usuario|admin|actor|student|employee)"
    r"(_?id|_?uuid|_uid|_param|_input)?\d?$"
)
_ID = regex(r"^(?:_|p_|v_|in_|arg_|the_)?(?:\w+_)??(\w+?)_?(?:id|uuid)(?:_param|_input)?$")
_UUID = regex(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNKNOWN = regex(r"token|secret|password|senha|code|otp|pin|hash|signature|api_?key|nonce")
_SQL = regex(
    r"^_?(?:p_|v_|in_|arg_)?(?:sql|query|stmt|statement|command)(?:_?(?:text|query|string|statement))?$"
)
_RUNS = regex(r"\bexecute\b(?!\s+(?:function|procedure)\b)", re.IGNORECASE)
_FROM = regex(r"(?:from|update|into)\s+(?:only\s+)?\"?(?:(\w+)\"?\.\"?)?(\w+)\"?", re.IGNORECASE)


class Parameter(Struct, frozen=True):
    """One argument: its name, "" where it has none, and its type."""

    name: str
    type: int
    spelled: str


class Guess:
    """Guesses the arguments of functions from names, types and the tables that their bodies name."""

    def __init__(self, catalogue: Catalogue, targets: dict[str, Target]) -> None:
        self._catalogue = catalogue
        self._targets = targets
        self._by_name = {t.table.name: t for t in targets.values()}

    def tuples(
        self, function: Function, parameters: tuple[Parameter, ...], caller: Person | None
    ) -> Iterator[tuple[str, ...]]:
        """A handful of argument lists, the likeliest first; none where a type cannot be guessed."""
        victim = tuple(self._argument(function, p, OWNER) for p in parameters)
        if "" in victim:
            return
        for sql in self._sql(function, parameters):
            yield tuple(
                f"{quoted(sql)}::{p.spelled}" if _SQL.match(p.name.lower()) else given
                for p, given in zip(parameters, victim, strict=True)
            )
        yield victim
        if function.defaults and parameters:
            yield victim[: len(parameters) - function.defaults]
        mixed = tuple(
            self._argument(function, p, caller) if caller and _is_person(p) else given
            for p, given in zip(parameters, victim, strict=True)
        )
        if mixed != victim:  # one's own id beside the ids of the victim's things
            yield mixed
        nulls = tuple(
            f"null::{p.spelled}" if self._is_plain(p) and not _is_person(p) else given
            for p, given in zip(parameters, victim, strict=True)
        )
        if nulls != victim and len(parameters) > 1:
            yield nulls

    def _sql(self, function: Function, parameters: tuple[Parameter, ...]) -> Iterator[str]:
        """For a function that runs SQL it is given: a read and a change of the victim's row."""
        if not _RUNS.search(function.body) or not any(
            _SQL.match(p.name.lower()) for p in parameters
        ):
            return
        owned = (t for t in self._targets.values() if t.victim and not t.table.is_view)
        target = next(
            (t for t in owned if t.ownership.user_columns or t.ownership.tenant_columns), None
        )
        if target is None or not target.key():
            return
        column = quoted_part(target.key()[0])
        yield f"select * from {target.name} where {target.condition()}"
        yield f"update {target.name} set {column} = {column} where {target.condition()}"

    def _is_plain(self, parameter: Parameter) -> bool:
        """True for filters such as text, dates and limits, which NULL often switches off."""
        type_ = self._catalogue.plain(parameter.type)
        return type_ is not None and type_.category in "SDNB" and type_.name != "uuid"

    def _argument(self, function: Function, parameter: Parameter, person: Person) -> str:
        type_ = self._catalogue.plain(parameter.type)
        if type_ is None or type_.category == "P":
            return ""
        made = self._value(function, parameter.name.lower(), type_, person)
        return f"{made}::{parameter.spelled}" if made else ""

    def _value(self, function: Function, name: str, type_: Type, person: Person) -> str:
        if type_.category == "A" and type_.element:
            element = self._catalogue.plain(type_.element)
            inner = self._value(function, name.rstrip("s"), element, person) if element else ""
            return f"array[{inner}]" if inner else "'{}'"
        if type_.kind == "e":
            return quoted(highest(type_.labels)) if type_.labels else "null"
        if type_.name == "uuid":
            return quoted(self._uuid(function, name, person))
        if type_.category == "N":
            return self._number(function, name, person)
        if type_.category == "S":
            return quoted(self._text(function, name, person))
        if type_.category == "C":
            return "null"
        return _PLAIN.get(type_.name, "null")

    def _uuid(self, function: Function, name: str, person: Person) -> str:
        if _UNKNOWN.search(name):
            return key("unknown", name)
        found = self._id(function, name, person) or ""
        return found if _UUID.fullmatch(found) else person.id

    def _id(self, function: Function, name: str, person: Person) -> str | None:
        """The id of the thing that the argument names, else of the first table in the body."""
        if _PERSON.match(name):
            return person.id
        named = _ID.match(name)
        row: Row | None = None
        column = "id"
        if named and named.group(1):
            word = named.group(1).removeprefix("p_")
            row = self._row_of(word)
            tenant = next(
                (
                    c
                    for t in self._by_name.values()
                    for c in t.ownership.tenant_columns
                    if c.startswith(word)
                ),
                "",
            )
            if row is None and tenant:
                row, column = self._row_with(tenant), tenant
        if row is None:
            row = self._row_of_body(function)
        return (row or {}).get(column)

    def _row_of(self, word: str) -> Row | None:
        plural = word[:-1] + "ies" if word.endswith("y") else word + "s"
        for name in (plural, word, word + "es"):
            if name in self._by_name:
                return self._by_name[name].victim
        ends = [t for n, t in self._by_name.items() if n.endswith(("_" + plural, "_" + word))]
        return ends[0].victim if ends else None

    def _row_with(self, column: str) -> Row | None:
        rows = (t.victim for t in self._by_name.values() if t.victim and t.victim.get(column))
        return next(rows, None)

    def _row_of_body(self, function: Function) -> Row | None:
        for _, name in _FROM.findall(function.body):
            target = self._by_name.get(name.lower())
            if target is not None and target.victim and "id" in target.victim:
                return target.victim
        return None

    def _number(self, function: Function, name: str, person: Person) -> str:
        if name.endswith("id"):
            found = self._id(function, name, person) or ""
            return found if found.lstrip("-").isdigit() else str(number(person))
        return "10" if re.search(r"limit|count|size|max|page", name) else "1"

    def _text(self, function: Function, name: str, person: Person) -> str:
        if "email" in name:
            return person.email
        if _UNKNOWN.search(name):
            return "guessed"
        if _PERSON.match(name):
            return person.id
        bare = re.sub(r"^(_|p_|v_|new_|in_)+", "", name)
        if power_of(bare):
            return highest((*_words_near(function.body, bare), "admin"))
        if name.endswith("id"):
            return self._id(function, name, person) or person.id
        words = _words_near(function.body, name)
        return words[0] if words else "x"


def _is_person(parameter: Parameter) -> bool:
    return bool(_PERSON.match(parameter.name.lower()))


def _words_near(body: str, name: str) -> tuple[str, ...]:
    """Literals that a body compares with a name: `p_kind = 'email'`, `p_kind in ('a', 'b')`."""
    pattern = rf"{re.escape(name)}\w*\s*(?:=|<>|!=|(?:not\s+)?in\s*\()\s*((?:'\w[^']*'\s*,?\s*)+)"
    found = re.findall(pattern, body, re.IGNORECASE)
    return tuple(dict.fromkeys(w for text in found for w in re.findall(r"'([^']*)'", text)))


_PLAIN = {
    "bool": "true",
    "date": "current_date",
    "timestamp": "localtimestamp",
    "timestamptz": "now()",
    "time": "'10:00'",
    "timetz": "'10:00'",
    "interval": "'1 day'",
    "json": "'{}'",
    "jsonb": "'{}'",
    "bytea": "'x'",
    "inet": "'192.0.2.9'",
    "daterange": "'[2031-01-01,2031-02-01)'",
    "tstzrange": "'[2031-01-01,2031-02-01)'",
}
