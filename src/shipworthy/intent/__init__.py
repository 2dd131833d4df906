"""What the owners of a prototype declare about it in shipworthy.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct, field

from shipworthy.intent.answers import NO_ANSWERS, Answers

FILE = "shipworthy.toml"


class Acceptance(Struct, frozen=True):
    """Somebody lives with a gap for a while: who, why, and through which day."""

    control: str
    subject: str  # as the finding names it; "*" in it stands for anything
    reason: str
    by: str
    until: date
    source: str = FILE  # the file that says so

    def covers(self, control: str, subject: str) -> bool:
        """True for the findings that this acceptance is about, in date or not."""
        return control == self.control and fnmatchcase(subject, _literal(self.subject))

    def holds(self, today: date) -> bool:
        """True through its last day."""
        return today <= self.until


class Word(Struct, frozen=True):
    """A person's answer to a row of a checklist that no machine can answer."""

    yes: bool
    by: str
    on: date
    reason: str  # what the answer rests on
    until: date | None = None  # its last day; None: not said
    ended: str = ""  # why it no longer counts; empty: it does


class Intent(Struct, frozen=True):
    """Everything declared. Empty where there is no shipworthy.toml."""

    exclude: tuple[str, ...] = ()  # folders and patterns that are not read
    public_tables: frozenset[str] = frozenset()  # "schema.name": anybody may read their rows
    public_endpoints: frozenset[str] = frozenset()  # that anybody may call
    regions: tuple[str, ...] = ()  # where personal data may go; empty: not said
    licences: tuple[str, ...] = ()  # SPDX ids that dependencies may have; empty: not said
    acceptances: tuple[Acceptance, ...] = ()
    answers: Mapping[str, Word] = field(default_factory=dict)  # by row: "hardening_checklist.load"
    fail_on: str = ""  # the severity from which on a gap fails a gate; empty: not said
    baseline: str = ""  # the file of the gaps that are known, relative to shipworthy.toml
    decide: Answers = NO_ANSWERS  # what only a person can say before it is decided

    def excludes(self, path: str) -> bool:
        """True for a file in an excluded folder or of an excluded pattern; `*` crosses folders."""
        return any(
            path.startswith(f"{pattern.rstrip('/')}/") or fnmatchcase(path, pattern)
            for pattern in self.exclude
        )


def _literal(pattern: str) -> str:
    """The pattern with `*` alone left special: subjects hold brackets and question marks of their own."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
