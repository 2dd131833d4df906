"""The database as its generated TypeScript types describe it: tables, columns, keys and enums."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from msgspec import Struct, field

from shipworthy.regex import regex


class TypedColumn(Struct, frozen=True):
    """A column of a row type. `type` is the TypeScript type without null: "string", "Json", …"""

    name: str
    type: str
    nullable: bool
    optional: bool  # may be left out of an INSERT: nullable, or it has a default
    enum: str = ""  # "schema.name" of the enum that the type names


class TypedReference(Struct, frozen=True):
    """A foreign key from the `Relationships` of a table; the target stands in the same schema."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    single: bool = False  # no two rows refer to the same


class TypedTable(Struct, frozen=True):
    """A table or view of the types."""

    schema: str
    name: str
    line: int
    columns: tuple[TypedColumn, ...]
    references: tuple[TypedReference, ...] = ()
    view: bool = False

    @property
    def qualified(self) -> str:
        """ "schema.name"."""
        return f"{self.schema}.{self.name}"


class GeneratedTypes(Struct, frozen=True):
    """All that a file of generated types says, by "schema.name"."""

    path: str
    tables: Mapping[str, TypedTable] = field(default_factory=dict)
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()


@lru_cache(maxsize=2)  # asked for by whoever fills in what no statement makes
def read_types(path: str, text: str) -> GeneratedTypes:
    """Read a file of database types, generated or kept by hand; what is no such file reads as empty."""
    database = _database(text)
    tables: dict[str, TypedTable] = {}
    enums: dict[str, tuple[str, ...]] = {}
    functions: set[str] = set()
    for schema, member in database.items():
        parts = member.members
        for kind in ("Tables", "Views"):
            for name, found in _of(parts, kind).items():
                if table := _table(schema, name, found, view=kind == "Views"):
                    tables.setdefault(table.qualified, table)
        enums |= {f"{schema}.{n}": _literals(e.text) for n, e in _of(parts, "Enums").items()}
        functions |= {f"{schema}.{name}" for name in _of(parts, "Functions")}
    return GeneratedTypes(path, tables, enums, frozenset(functions))


_DATABASE = regex(r"\b(?:interface\s+Database\b|type\s+Database\s*=)[^{;]{0,200}(?=\{)")
_TOKEN = regex(
    r"""
      (?P<skip>\s+|//[^\n]*|/\*[^*]*+(?:\*(?!/)[^*]*+)*(?:\*/)?)
    | (?P<text>"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'|`[^`]*`)
    | (?P<word>[\w$]+)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENUM = regex(r"""\[["'](?P<schema>[^"']+)["']\]\[["']Enums["']\]\[["'](?P<name>[^"']+)["']\]""")
_LITERAL = regex(r"\"([^\"\\]*+(?:\\.[^\"\\]*+)*)\"|'([^'\\]*+(?:\\.[^'\\]*+)*)'")
_OPEN, _CLOSE = "{[(<", "}])>"
_STARTS = 4  # declarations named Database that are tried
_DEPTH = 60  # levels of nesting beyond which a file is no types file


class _Type(Struct):
    """A type as written; `members` are those of an object type."""

    text: str
    line: int
    members: dict[str, _Type] = field(default_factory=dict)
    optional: bool = False
    items: list[_Type] = field(default_factory=list)  # of a tuple


def _database(text: str) -> dict[str, _Type]:
    for start in islice(_DATABASE.finditer(text), _STARTS):
        found = _Tokens(text, start.end()).type().members
        if any("Tables" in member.members for member in found.values()):
            return found
    return {}


class _Tokens:
    """A reader of TypeScript type expressions."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._line = text.count("\n", 0, at) + 1
        self._stream = self._read(at)
        self._ahead: tuple[str, str, int] = ("end", "", self._line)
        self._depth = 0
        self._step()

    def type(self) -> _Type:
        """One type expression, up to a comma, semicolon or closing bracket of the level above."""
        line = self._ahead[2]
        words: list[str] = []
        members: dict[str, _Type] = {}
        items: list[_Type] = []
        while True:
            kind, word, at = self._ahead
            if kind == "end" or word in (",", ";") or word in _CLOSE:
                break
            if words and self._begins_member(words[-1], at, line):
                break
            self._step()
            if word == "{":
                members |= self._members()
                word = "{}"
            elif word == "[":
                inner = self._items("]")
                items += inner
                word = f"[{','.join(item.text for item in inner)}]"
            elif word in ("<", "("):
                close = _CLOSE[_OPEN.index(word)]
                word = f"{word}{','.join(item.text for item in self._items(close))}{close}"
            words.append(word)
            line = at
        return _Type("".join(words), line, members, items=items)

    def _begins_member(self, previous: str, line: int, last: int) -> bool:
        """True where a new line starts a new member without a semicolon before it."""
        word = self._ahead[1]
        return line > last and previous not in ("|", "&", "=>") and word not in ("|", "&", "[", "=")

    def _members(self) -> dict[str, _Type]:
        """The members up to the closing brace. Keys like `[_ in never]` are left out."""
        found: dict[str, _Type] = {}
        self._deeper(1)
        while self._ahead[0] != "end" and self._ahead[1] != "}":
            kind, word, line = self._ahead
            self._step()
            if word == "[":
                self._items("]")
                word = ""
            elif kind == "text":
                word = word[1:-1]
            optional = self._take("?")
            if not self._take(":"):
                continue
            member = self.type()
            member.line, member.optional = line, optional
            if word:
                found.setdefault(word, member)
        self._deeper(-1)
        self._take("}")
        return found

    def _items(self, close: str) -> list[_Type]:
        found: list[_Type] = []
        self._deeper(1)
        while self._ahead[0] != "end" and self._ahead[1] != close:
            item = self.type()
            if item.text:
                found.append(item)
            elif not self._take(",") and not self._take(";") and self._ahead[1] != close:
                self._step()
        self._deeper(-1)
        self._take(close)
        return found

    def _deeper(self, levels: int) -> None:
        self._depth += levels
        if self._depth > _DEPTH:
            self._stream = iter(())
            self._ahead = ("end", "", self._line)

    def _take(self, word: str) -> bool:
        if self._ahead[1] != word or self._ahead[0] != "mark":
            return False
        self._step()
        return True

    def _step(self) -> None:
        self._ahead = next(self._stream, ("end", "", self._line))

    def _read(self, at: int) -> Iterator[tuple[str, str, int]]:
        for match in _TOKEN.finditer(self._text, at):
            if match.lastgroup != "skip":
                yield match.lastgroup or "", match[0], self._line
            self._line += match[0].count("\n")


def _of(parts: Mapping[str, _Type], kind: str) -> Mapping[str, _Type]:
    return parts[kind].members if kind in parts else {}


def _table(schema: str, name: str, found: _Type, *, view: bool) -> TypedTable | None:
    row = _of(found.members, "Row")
    if not row:
        return None
    insert = _of(found.members, "Insert")
    columns = tuple(_column(key, column, insert.get(key)) for key, column in row.items())
    listed = found.members.get("Relationships")
    references = (_reference(item) for item in (listed.items if listed else ()))
    return TypedTable(schema, name, found.line, columns, tuple(filter(None, references)), view)


def _column(name: str, found: _Type, insert: _Type | None) -> TypedColumn:
    parts = [part for part in found.text.split("|") if part]
    nullable = "null" in parts
    enum = _ENUM.search(found.text)
    return TypedColumn(
        name,
        "|".join(part for part in parts if part not in ("null", "undefined")),
        nullable,
        optional=nullable or (insert is not None and insert.optional),
        enum=f"{enum['schema']}.{enum['name']}" if enum else "",
    )


def _reference(item: _Type) -> TypedReference | None:
    columns = _names(item, "columns")
    targets = _names(item, "referencedRelation")
    names = _names(item, "foreignKeyName")
    if not columns or not targets:
        return None
    target_columns = _names(item, "referencedColumns") or ("id",)
    single = "isOneToOne" in item.members and item.members["isOneToOne"].text == "true"
    return TypedReference(names[0] if names else "", columns, targets[0], target_columns, single)


def _names(item: _Type, key: str) -> tuple[str, ...]:
    return _literals(item.members[key].text) if key in item.members else ()


def _literals(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\\(.)", r"\1", a or b) for a, b in _LITERAL.findall(text))
