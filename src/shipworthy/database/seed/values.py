"""A value for a column of any type, as SQL text; the same person always gets the same one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from shipworthy.database.names import quoted_part
from shipworthy.database.seed.catalogue import Catalogue, Field, Type
from shipworthy.database.seed.people import Person, key, number
from shipworthy.database.seed.power import Power, highest, lowest, power_of
from shipworthy.regex import regex

_ENDED = regex(
    r"(^|_)(deleted|removed|archived|revoked|cancel+ed|used|redeemed|expired|consumed|suspended|banned|"
    r"blocked|disabled|published|accepted|ended|closed|completed|locked|rejected|approved|deactivated)"
    r"_?(at|on|date|em)$"
)
_OFF = regex(
    r"public|publish|anonym|shared|share|visible|featured|deleted|archived|admin|super|staff|banned|"
    r"blocked|premium|verified|approved|demo|template|global|default|system"
)


def quoted(text: str) -> str:
    """The text as a SQL literal."""
    doubled = text.replace("\x00", "").replace("'", "''")
    return f"E'{doubled.replace(chr(92), chr(92) * 2)}'" if "\\" in doubled else f"'{doubled}'"


def qualified(table: str) -> str:
    """ "schema.table", quoted for SQL."""
    schema, _, name = table.partition(".")
    return f"{quoted_part(schema)}.{quoted_part(name)}"


def is_ended(column: str) -> bool:
    """True for times that stand empty while a row is in use: deleted_at, revoked_at, …"""
    return bool(_ENDED.search(column.lower()))


def value(
    catalogue: Catalogue, field: Field, table: str, person: Person, words: tuple[str, ...] = ()
) -> str:
    """A value of the column's type. `words` are those that it may hold, where known."""
    if words:
        return quoted(_word(field.name, words, person))
    return _of_type(catalogue, field.type, field.modifier, field.name, table, person)


def _word(column: str, words: tuple[str, ...], person: Person) -> str:
    """What gives least, so that nobody is powerful by accident; the keeper gets what gives most."""
    if power_of(column) in (Power.ROLE, Power.PLAN, Power.APPROVAL):
        return highest(words) if person.mark == "k" else lowest(words)
    return words[0]


def _of_type(
    catalogue: Catalogue, oid: int, modifier: int, column: str, table: str, person: Person
) -> str:
    type_ = catalogue.types.get(oid)
    if type_ is None:
        return "NULL"
    if type_.kind == "d":
        limit = modifier if modifier >= 0 else type_.modifier
        return _of_type(catalogue, type_.base, limit, column, table, person)
    if type_.kind == "e":
        return quoted(_word(column, type_.labels, person)) if type_.labels else "NULL"
    if type_.kind == "c":
        parts = (
            _of_type(catalogue, f.type, f.modifier, f.name, table, person)
            for f in catalogue.composites.get(type_.relation, ())
        )
        return f"ROW({', '.join(parts)})::{type_.spelled}"
    if type_.kind == "r":
        return quoted(_RANGES.get(type_.name, "empty"))
    if type_.kind == "m":
        return "'{}'"
    if type_.category == "A" and type_.element:
        inner = _of_type(catalogue, type_.element, modifier, column, table, person)
        return f"ARRAY[{inner}]::{type_.spelled}"
    return _plain(type_, modifier, column, table, person)


_RANGES = {
    "int4range": "[1,10)",
    "int8range": "[1,10)",
    "numrange": "[1,10)",
    "daterange": "[2031-01-01,2031-01-31)",
    "tsrange": "[2031-01-01 10:00,2031-01-01 11:00)",
    "tstzrange": "[2031-01-01 10:00+00,2031-01-01 11:00+00)",
}


def _plain(type_: Type, modifier: int, column: str, table: str, person: Person) -> str:
    name = type_.name
    if name in _NUMBERS:
        return _numeric(name, modifier, column, person)
    if name in ("text", "varchar", "bpchar", "citext", "name", "char"):
        limit = 1 if name == "char" else modifier - 4 if modifier > 4 else 0
        return quoted(_text(column, person, limit))
    if name in ("vector", "halfvec"):
        return quoted("[" + ",".join(["0.1"] * max(modifier, 1)) + "]")
    if name in ("bit", "varbit"):
        return f"B'{'1' * max(modifier, 1)}'"
    maker = _MAKERS.get(name)
    return maker(column, table, person) if maker else "NULL"


_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid")
_SMALL = regex(
    r"rating|score|percent|pct|rate|month|day|week|hour|minute|quantity|qty|count|level|order|position|"
    r"priority|step|stars|progress|age|lat|lng|lon|year|version|attempt|number_of|num_|duration|stock"
)
_FIXED = {"year": 2031, "month": 1, "hour": 10, "lat": 52, "latitude": 52, "lng": 13, "lon": 13}


def _numeric(name: str, modifier: int, column: str, person: Person) -> str:
    lower = column.lower()
    if lower in _FIXED:
        return str(_FIXED[lower])
    if _SMALL.search(lower) and not lower.endswith("_id"):
        return "1"
    digits = 4 if name == "int2" else 9
    if name == "numeric" and modifier > 4:
        digits = ((modifier - 4) >> 16 & 0xFFFF) - ((modifier - 4) & 0x7FF)
    return str(number(person, digits))


def _text(column: str, person: Person, limit: int) -> str:
    lower = column.lower()
    if "email" in lower or lower == "e_mail":
        text = person.email
    elif re.search(r"url|link|website|avatar|image|photo", lower):
        text = f"https://{person.mark}.example.test/{lower}"
    elif re.search(r"phone|mobile|telefone|whatsapp", lower):
        text = f"+4930{number(person)}"
    elif re.search(r"currency|moeda", lower):
        text = "EUR"
    elif lower.endswith("_id") or lower == "id":
        text = key("row", lower, person.mark)
    else:
        text = f"{person.mark}-{column}-{zlib.crc32((person.mark + column).encode()):08x}"
    return text[:limit] if limit else text


_MAKERS: dict[str, Callable[[str, str, Person], str]] = {
    "uuid": lambda c, t, p: quoted(key(t, c, p.mark)),
    "bool": lambda c, _t, _p: "false" if _OFF.search(c.lower()) else "true",
    "date": lambda _c, _t, _p: "'2031-01-31'",
    "timestamp": lambda _c, _t, _p: "'2031-01-31 10:00'",
    "timestamptz": lambda _c, _t, _p: "'2031-01-31 10:00+00'",
    "time": lambda c, _t, _p: "'18:00'" if "end" in c.lower() else "'10:00'",
    "timetz": lambda _c, _t, _p: "'10:00+00'",
    "interval": lambda _c, _t, _p: "'1 day'",
    "json": lambda _c, _t, p: quoted(f'{{"of": "{p.mark}-json-{p.number}"}}'),
    "jsonb": lambda _c, _t, p: quoted(f'{{"of": "{p.mark}-json-{p.number}"}}'),
    "bytea": lambda c, _t, p: f"'\\x{key(c, p.mark).replace('-', '')}'::bytea",
    "inet": lambda _c, _t, p: f"'192.0.2.{p.number}'",
    "cidr": lambda _c, _t, p: f"'192.0.2.{p.number}/32'",
    "macaddr": lambda _c, _t, p: f"'02:00:00:00:00:0{p.number}'",
    "point": lambda _c, _t, p: f"'({p.number},1)'",
    "tsvector": lambda _c, _t, p: quoted(f"{p.mark}person"),
    "tsquery": lambda _c, _t, p: quoted(f"{p.mark}person"),
    "hstore": lambda _c, _t, p: quoted(f'"of"=>"{p.mark}"'),
    "ltree": lambda _c, _t, p: quoted(f"{p.mark}.person"),
    "xml": lambda _c, _t, p: quoted(f"<p>{p.mark}</p>"),
    "box": lambda _c, _t, p: f"'(({p.number},1),(0,0))'",
    "polygon": lambda _c, _t, _p: "'((0,0),(1,0),(1,1))'",
    "circle": lambda _c, _t, _p: "'<(0,0),1>'",
    "path": lambda _c, _t, _p: "'((0,0),(1,0))'",
    "line": lambda _c, _t, _p: "'{1,1,1}'",
    "lseg": lambda _c, _t, _p: "'[(0,0),(1,1)]'",
    "regclass": lambda _c, _t, _p: "'pg_class'",
    "geometry": lambda _c, _t, _p: "'POINT(13 52)'",
    "geography": lambda _c, _t, _p: "'POINT(13 52)'",
    "pg_lsn": lambda _c, _t, _p: "'0/1'",
}
