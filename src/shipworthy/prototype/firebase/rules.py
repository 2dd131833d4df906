"""What the rules of Firebase allow: documents of Firestore, files in storage, the realtime database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from shipworthy.finding import Location
from shipworthy.prototype.firebase.expressions import (
    FALSE,
    TRUE,
    Function,
    Node,
    Reader,
    Token,
    Unreadable,
    inlined,
    tokens,
)
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.reading import FileFacts


class Service(StrEnum):
    """What a set of rules stands before."""

    FIRESTORE = "Firestore"
    STORAGE = "Firebase storage"
    REALTIME = "Realtime Database"


class Allowed(Struct, frozen=True):
    """What one rule allows at a path, under a condition with its own functions written out."""

    service: Service
    path: str  # as in users/{userId}; "" for all there is
    methods: frozenset[str]  # of get, list, create, update, delete
    condition: Node
    location: Location


class FirebaseRules(Struct, frozen=True):
    """All rules of a prototype; `unread`: files with rules that could not be read, and why."""

    allowed: tuple[Allowed, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


READ, WRITE = frozenset({"get", "list"}), frozenset({"create", "update", "delete"})
_METHODS = {"read": READ, "write": WRITE}
_SERVICES = {"cloud.firestore": Service.FIRESTORE, "firebase.storage": Service.STORAGE}
_BEGINS = regex(r"\bservice\s+(?:cloud\.firestore|firebase\.storage)\b")
_ROOT = regex(r"^(?:databases/[^/]+/documents|b/[^/]+/o)/?")


def read_firebase_rules(files: Iterable[SourceFile]) -> FirebaseRules:
    """The rules that are deployed: those that firebase.json names, or all where it names none."""
    known = [f for f in files if f.text is not None and f.role not in _NOT_RUN]
    found = {f.path: f for f in known if _holds_rules(f)}
    named = set(_named(known)) & set(found)
    allowed: list[Allowed] = []
    unread: dict[str, str] = {}
    for path in sorted(named or found):
        try:
            allowed += _rules(found[path])
        except (Unreadable, RecursionError) as error:
            unread[path] = str(error)
    return FirebaseRules(tuple(allowed), unread)


def is_asked_from_browsers(files: Iterable[FileFacts]) -> bool:
    """True where a file loads the part of the browser's library that asks for data."""
    return any(
        _OF_BROWSERS.fullmatch(item.specifier) and not item.type_only
        for file in files
        for item in file.imports
    )


_OF_BROWSERS = regex(
    r"(?:firebase|@firebase)/(?:firestore(?:/lite)?|database)|@react-native-firebase/(?:firestore|database)"
)
_NOT_RUN = (Role.TEST, Role.DOCUMENTATION, Role.VENDORED)


def _holds_rules(file: SourceFile) -> bool:
    if file.path.endswith(".rules"):
        return bool(_BEGINS.search(file.text or ""))
    return file.path.endswith("database.rules.json")


def _named(files: Iterable[SourceFile]) -> Iterator[str]:
    """The paths of rules that firebase.json names."""
    for file in files:
        if PurePosixPath(file.path).name != "firebase.json":
            continue
        try:
            said = json.loads(file.text or "")
        except ValueError:
            continue
        folder = PurePosixPath(file.path).parent
        for service in ("firestore", "storage", "database"):
            parts = said.get(service) if isinstance(said, dict) else None
            for part in parts if isinstance(parts, list) else [parts]:
                if isinstance(part, dict) and isinstance(part.get("rules"), str):
                    yield str(folder / part["rules"])


def _rules(file: SourceFile) -> list[Allowed]:
    if file.path.endswith(".json"):
        return list(_realtime(file))
    return _Blocks(file).read()


class _Blocks:
    """Follows the nested blocks of a rules file."""

    def __init__(self, file: SourceFile) -> None:
        self._path = file.path
        self._reader = Reader(tokens(file.text or ""))
        self._found: list[tuple[Allowed, dict[str, Function]]] = []

    def read(self) -> list[Allowed]:
        """All that is allowed, with functions written out."""
        while self._reader.next:
            if self._reader.take() == "service":
                name = self._reader.take() + self._reader.take() + self._reader.take()
                self._reader.expect("{")
                self._block(_SERVICES.get(name, Service.FIRESTORE), "", {})
        return [
            Allowed(a.service, a.path, a.methods, inlined(a.condition, known), a.location)
            for a, known in self._found
        ]

    def _block(self, service: Service, path: str, around: dict[str, Function]) -> None:
        known = dict(around)
        pending: list[Allowed] = []
        first = len(self._found)
        while self._reader.next != "}":
            line, word = self._reader.line, self._reader.take()
            if word == "match":
                self._block(service, f"{path}/{self._match()}".strip("/"), known)
            elif word == "function":
                name, function = self._function()
                known[name] = function
            elif word == "allow":
                pending.append(self._allow(service, path, line))
            elif word != ";":
                raise Unreadable(f'line {line}: "{word}" is not understood')
        self._reader.expect("}")
        # Functions may stand below the rules that ask them.
        for _, later in self._found[first:]:
            later.update({name: f for name, f in known.items() if name not in later})
        self._found += [(one, known) for one in pending]

    def _match(self) -> str:
        """The path of a match: /users/{userId}/files/{name=**}."""
        segments: list[str] = []
        while self._reader.next == "/":
            self._reader.take()
            segment = ""
            while self._reader.next not in ("/", "") and (not segment or self._reader.next != "{"):
                sign = self._reader.take()
                segment += sign
                if sign == "{":
                    while not segment.endswith("}"):
                        segment += self._reader.take()
                    break
            segments.append(segment)
        self._reader.expect("{")
        return "/".join(segments)

    def _function(self) -> tuple[str, Function]:
        name = self._reader.take()
        self._reader.expect("(")
        parameters = []
        while self._reader.next != ")":
            if (token := self._reader.take()) != ",":
                parameters.append(token)
        self._reader.expect(")")
        self._reader.expect("{")
        variables = []
        while self._reader.next == "let":
            self._reader.take()
            variable = self._reader.take()
            self._reader.expect("=")
            variables.append((variable, self._reader.expression()))
            self._end()
        self._reader.expect("return")
        body = self._reader.expression()
        self._end()
        self._reader.expect("}")
        return name, Function(tuple(parameters), tuple(variables), body)

    def _allow(self, service: Service, path: str, line: int) -> Allowed:
        methods: set[str] = set()
        while self._reader.next not in (":", ";", "}"):
            if (word := self._reader.take()) != ",":
                methods |= _METHODS.get(word, {word})
        condition = TRUE
        if self._reader.next == ":":
            self._reader.take()
            self._reader.expect("if")
            condition = self._reader.expression()
        self._end()
        plain = _plain(path)
        return Allowed(service, plain, frozenset(methods), condition, Location(self._path, line))

    def _end(self) -> None:
        if self._reader.next == ";":
            self._reader.take()


def _plain(path: str) -> str:
    """A path below the root of the service: "" for all there is."""
    below = _ROOT.sub("", path)
    return "" if re.fullmatch(r"\{\w+=\*\*\}", below) else below


_COMMENT = regex(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_MOST_NESTED = 40


def _realtime(file: SourceFile) -> Iterator[Allowed]:
    """The rules of the realtime database, which are JSON with comments: what is allowed holds below too."""
    text = _COMMENT.sub(lambda m: m[1] or "", file.text or "")
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"no JSON: {error}") from error
    rules = said.get("rules") if isinstance(said, dict) else None
    if isinstance(rules, dict):
        yield from _below(file, rules, "", 0)


def _below(
    file: SourceFile, rules: Mapping[str, object], path: str, depth: int
) -> Iterator[Allowed]:
    if depth > _MOST_NESTED:
        raise Unreadable("the rules are nested too deep")
    for name, said in rules.items():
        if name in (".read", ".write"):
            methods = READ if name == ".read" else WRITE
            condition = _condition(said)
            location = Location(file.path, _line(file.text or "", path, name))
            yield Allowed(Service.REALTIME, path, methods, condition, location)
        elif isinstance(said, dict):
            yield from _below(file, said, f"{path}/{name}".strip("/"), depth + 1)


def _condition(said: object) -> Node:
    if isinstance(said, bool):
        return TRUE if said else FALSE
    return Reader(_trimmed(str(said))).expression()


def _trimmed(text: str) -> list[Token]:
    return tokens(text) or [Token("false", 1)]


def _line(text: str, path: str, name: str) -> int:
    """The line of a rule: the first of its name after the names on its path."""
    at = 0
    for part in (*filter(None, path.split("/")), name):
        found = text.find(f'"{part}"', at)
        at = found if found >= 0 else at
    return text.count("\n", 0, at) + 1
