"""What lies outside the register's file and speaks of it: this computer's memory, git tags, people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shipworthy.register.anchor import anchors
from shipworthy.register.checkpoint import KEY, register_name
from shipworthy.register.entry import Entry
from shipworthy.register.key import fingerprint
from shipworthy.register.memory import recall, recall_anywhere
from shipworthy.register.register import Register
from shipworthy.register.signatures import Signatures

RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a report or another person says: so many entries, the last with a hash that begins so."""

    count: int
    head: str
    source: str = "what you were told"
    register: str = ""  # empty: not said


def remembered(register: Register, entries: Sequence[Entry]) -> Iterator[Expected | str]:
    """What this computer saw of the register, and of the one that stood in this folder before."""
    name = register_name(tuple(entries))
    here = recall(register.home, register.path)
    elsewhere = [s for s in recall_anywhere(register.home, name) if s.path != register.path]
    for seen in [*([here] if here else []), *elsewhere]:
        source = "what this computer saw" + ("" if seen is here else " of it in another folder")
        yield Expected(seen.count, seen.head, source, seen.register)
        first = next((e for e in entries if e.kind == KEY), None)
        mark = fingerprint(str(first.body.get("public", ""))) if first else ""
        if seen.key and seen.register == name and mark != seen.key:
            yield f"its first signing key is {mark or 'gone'}; this computer knows {seen.key}"


def tagged(register: Register, signatures: Signatures) -> Iterator[Expected | str]:
    """The checkpoints in git tags; those with a wrong signature are problems themselves."""
    for found in anchors(register.folder):
        checkpoint = found.checkpoint
        if checkpoint is None:
            yield f"git tag {found.tag} was changed: it holds no checkpoint"
            continue
        public = signatures.trusted.get(checkpoint.key)
        if public is None:
            yield (
                f"git tag {found.tag} is signed with {checkpoint.key}, which nobody in the register "
                "vouches for: one of both was replaced"
            )
        elif not checkpoint.signed_with(public):
            yield f"git tag {found.tag}: its signature is forged"
        else:
            source = f"git tag {found.tag}"
            yield Expected(checkpoint.count, checkpoint.head, source, checkpoint.register)


def is_tag(witness: Expected | str) -> bool:
    """True for what a git tag says."""
    return isinstance(witness, Expected) and witness.source.startswith("git tag ")


def contradictions(
    entries: Sequence[Entry], expected: Sequence[Expected], signatures: Signatures
) -> Iterator[str]:
    """Where the entries are not what was expected.

    What was written down as lost is left out, once a key that counts has signed that: else whoever cut
    off the end could say himself that it was lost.
    """
    signed = signatures.latest.count if signatures.latest else 0
    unsigned_counts = not signatures.trusted  # nothing was ever signed that could be missed
    lost, claimed = set[tuple[int, str]](), set[tuple[int, str]]()
    for entry in entries:
        if entry.kind == RECOVERED:
            told = set(_lost(entry))
            claimed |= told
            lost |= told if unsigned_counts or entry.number <= signed else set()
    for one in expected:
        wrong = contradiction(entries, one)
        if not wrong or (one.count, one.head) in lost:
            continue
        if (one.count, one.head) in claimed:
            wrong += (
                ". An entry says that this was lost, and no key that counts has signed that yet:"
                " shipworthy register checkpoint"
            )
        yield wrong


def _lost(entry: Entry) -> Iterator[tuple[int, str]]:
    """What an entry says was lost; what has another form than `recover` writes says nothing."""
    parts = entry.body.get("lost")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            count, head = part.get("count"), part.get("head")
            if isinstance(count, int) and isinstance(head, str):
                yield count, head


def contradiction(entries: Sequence[Entry], one: Expected) -> str:
    """How the entries are not what one witness says; empty where they are."""
    if one.register and one.register != register_name(tuple(entries)):
        return f"this is another register than {one.source} was about: it was replaced as a whole"
    if one.count < 1:
        return f"{one.source} speaks of {one.count} entries: there is always one"
    if one.count > len(entries):
        return (
            f"{one.source}: {one.count} entries; here are {len(entries)}. The end was cut off, or "
            "this is an older copy"
        )
    if not entries[one.count - 1].hash.startswith(one.head.lower()):
        return (
            f"{one.source}: entry {one.count} had another hash. What stands here up to there was "
            "written anew"
        )
    return ""
