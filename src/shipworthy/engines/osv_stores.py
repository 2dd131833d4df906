"""Where advisories are kept: an SQLite file with all of them, or the selection in the package."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path

from shipworthy.engines.osv_records import Advisory, read_record
from shipworthy.prototype.dependencies.versions import Ecosystem

Key = tuple[Ecosystem, str]

FORMAT = "1"
SCHEMA = """
create table meta (key text primary key, value text not null) without rowid;
create table advisory (
  ecosystem text not null, package text not null, id text not null, content text not null,
  primary key (ecosystem, package, id)
) without rowid;
"""
_QUESTION = """
select package, id, content from advisory
where ecosystem = ? and package in (select value from json_each(?))
"""


class Database(ABC):
    """Advisories by package, from a file or from memory. `as_of`: the day of the newest record."""

    def __init__(
        self,
        source: str,
        *,
        complete: bool,
        as_of: date | None,
        count: int,
        ecosystems: Iterable[str],
    ) -> None:
        self.source = source
        self.complete = complete
        self.as_of = as_of
        self.count = count
        self.ecosystems = frozenset(ecosystems)

    @abstractmethod
    def advisories(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[Advisory]]:
        """The advisories of these packages; a package without any is left out."""

    @abstractmethod
    def packages(self) -> Mapping[str, int]:
        """How many packages have an advisory, by ecosystem."""


class FileDatabase(Database):
    """All advisories in an SQLite file. Another file raises sqlite3.Error, KeyError, ValueError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._connect()) as connection:
            meta = dict(connection.execute("select key, value from meta"))
        if meta.get("format") != FORMAT:
            raise sqlite3.DatabaseError("written by another version of shipworthy")
        super().__init__(
            str(path),
            complete=True,
            as_of=date.fromisoformat(meta["as_of"]) if meta["as_of"] else None,
            count=int(meta["advisories"]),
            ecosystems=meta["ecosystems"].split(","),
        )

    def advisories(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[Advisory]]:
        found: dict[Key, list[Advisory]] = {}
        names: dict[Ecosystem, set[str]] = {}
        for ecosystem, name in keys:
            names.setdefault(ecosystem, set()).add(name)
        with closing(self._connect()) as connection:
            for ecosystem, wanted in names.items():
                for advisory in _ask(connection, ecosystem, sorted(wanted)):
                    found.setdefault((ecosystem, advisory.package), []).append(advisory)
        return found

    def packages(self) -> Mapping[str, int]:
        ask = "select ecosystem, count(distinct package) from advisory group by ecosystem"
        with closing(self._connect()) as connection:
            return dict(connection.execute(ask))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)


class BundledDatabase(Database):
    """The selection in the package, read when it is first asked."""

    def __init__(self) -> None:
        lines = _bundled_lines()
        self._lines = lines[1:]
        header = json.loads(lines[0])
        super().__init__(
            "the selection that comes with shipworthy",
            complete=False,
            as_of=date.fromisoformat(header["as_of"]),
            count=len(self._lines),
            ecosystems=[e.value for e in Ecosystem],
        )

    @cached_property
    def _by_key(self) -> Mapping[Key, Sequence[Advisory]]:
        found: dict[Key, list[Advisory]] = {}
        for line in self._lines:
            for advisory in read_record(json.loads(line)):
                found.setdefault((advisory.ecosystem, advisory.package), []).append(advisory)
        return found

    def advisories(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[Advisory]]:
        return {key: self._by_key[key] for key in keys if key in self._by_key}

    def packages(self) -> Mapping[str, int]:
        return {e.value: sum(key[0] is e for key in self._by_key) for e in Ecosystem}


def packed(advisory: Advisory) -> str:
    """An advisory as the file keeps it, without what its key says."""
    aliases, ranges, versions = advisory.aliases, advisory.ranges, advisory.versions
    parts = (aliases, advisory.summary, advisory.severity, ranges, versions)
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def _ask(
    connection: sqlite3.Connection, ecosystem: Ecosystem, names: Sequence[str]
) -> Iterator[Advisory]:
    rows = connection.execute(_QUESTION, (ecosystem.value, json.dumps(names)))
    for package, identity, content in rows:
        aliases, summary, severity, ranges, versions = json.loads(content)
        yield Advisory(
            identity,
            tuple(aliases),
            summary,
            severity,
            ecosystem,
            package,
            tuple(tuple((kind, bound) for kind, bound in one) for one in ranges),
            tuple(versions),
        )


def _bundled_lines() -> list[str]:
    file = resources.files("shipworthy.engines") / "data" / "advisories.jsonl"
    return file.read_text(encoding="utf-8").splitlines()
