"""The signed checkpoints of a register: whose keys they are, and whether they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipworthy.register.checkpoint import (
    CHECKPOINT,
    KEY,
    Checkpoint,
    checkpoint_of,
    register_name,
)
from shipworthy.register.entry import Entry
from shipworthy.register.key import fingerprint


@dataclass(frozen=True, slots=True)
class Signatures:
    """What the signatures in the register say. `trusted` keys by fingerprint: the first, and those
    that stood in the register when a trusted one signed it."""

    first: str
    trusted: dict[str, str]
    latest: Checkpoint | None
    problems: tuple[str, ...]


def signatures_of(entries: Sequence[Entry]) -> Signatures:
    """Check every checkpoint that stands in the register."""
    name = register_name(tuple(entries))
    first, known, trusted = "", dict[str, str](), dict[str, str]()
    latest: Checkpoint | None = None
    problems = list[str]()
    for entry in entries:
        if entry.kind == KEY:
            public = str(entry.body.get("public", ""))
            mark = fingerprint(public)
            known[mark] = public
            if not first:
                first = mark
                trusted[mark] = public
        elif entry.kind == CHECKPOINT:
            found = checkpoint_of(entry, name)
            wrong = _wrong(found, entry, known)
            if wrong or found is None:
                problems.append(f"entry {entry.number}: {wrong}")
            elif found.key in trusted:
                trusted |= known
                latest = found
    return Signatures(first, trusted, latest, tuple(problems))


def _wrong(found: Checkpoint | None, entry: Entry, known: dict[str, str]) -> str:
    """What is wrong with a checkpoint that stands in the register; empty: nothing."""
    if found is None:
        return "it calls itself a checkpoint and has not the form of one"
    if found.count != entry.number - 1 or found.head != entry.previous:
        return f"the checkpoint is about {found.count} entries, and stands after {entry.number - 1}"
    if found.key not in known:
        return f"the checkpoint is signed with {found.key}, a key that the register does not know"
    if not found.signed_with(known[found.key]):
        return "the signature of the checkpoint is forged: it is not that of its key"
    return ""
