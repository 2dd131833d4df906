"""A signed statement of how long the register was and how it ended: what cutting off cannot undo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shipworthy.register.entry import Entry, canonical, written
from shipworthy.register.key import SigningKey, fingerprint, signed_by
from shipworthy.register.register import Register

CHECKPOINT = "checkpoint"
KEY = "key"
_TYPE = "shipworthy register checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The register had `count` entries, the last one with the hash `head`: signed by `key`."""

    register: str
    count: int
    head: str
    time: str
    key: str  # fingerprint
    signature: str

    @property
    def statement(self) -> str:
        """What is signed, as canonical JSON."""
        return _statement(self.register, self.count, self.head, self.time, self.key)

    @property
    def document(self) -> str:
        """The statement with its signature, in one line: what a git tag holds."""
        return canonical({**json.loads(self.statement), "signature": self.signature})

    def signed_with(self, public: str) -> bool:
        """True where the signature is that of the public key."""
        return signed_by(public, self.signature, self.statement)


def write_checkpoint(register: Register, by: str, key: SigningKey) -> Checkpoint:
    """Sign the register as it stands, and append that; the key is introduced where it is new.

    Raises what `append` raises.
    """
    entries = register.entries()
    if not any(e.kind == KEY and e.body.get("public") == key.public for e in entries):
        register.append(KEY, by, {"public": key.public, "fingerprint": key.fingerprint})
    name = register_name(entries)

    def signed(last: Entry) -> Mapping[str, Any]:
        time = written(max(register.now(), last.time))
        text = _statement(name, last.number, last.hash, time, key.fingerprint)
        return {
            "count": last.number,
            "head": last.hash,
            "time": time,
            "key": key.fingerprint,
            "signature": key.sign(text),
        }

    entry = register.append_after(CHECKPOINT, by, signed)
    known = [fingerprint(str(e.body.get("public", ""))) for e in entries if e.kind == KEY]
    register.remember(entry, name, known[0] if known else key.fingerprint)
    found = checkpoint_of(entry, name)
    assert found is not None  # noqa: S101 - written two lines above
    return found


def checkpoint_of(entry: Entry, register: str) -> Checkpoint | None:
    """The checkpoint that an entry of that kind holds; None where it has not the form of one."""
    return _read({**entry.body, "register": register})


def checkpoint_from(document: str) -> Checkpoint | None:
    """The checkpoint in a text, None where it is none."""
    try:
        read = json.loads(document)
    except (ValueError, RecursionError):
        return None
    return _read(read) if isinstance(read, dict) and read.get("type") == _TYPE else None


def register_name(entries: tuple[Entry, ...]) -> str:
    """The register's own name, which its first entry gives it."""
    return str(entries[0].body.get("register", "")) if entries else ""


def _read(body: Mapping[str, Any]) -> Checkpoint | None:
    texts = [body.get(k) for k in ("register", "head", "time", "key", "signature")]
    count = body.get("count")
    if type(count) is not int or not all(isinstance(t, str) for t in texts):
        return None
    try:
        datetime.fromisoformat(str(body["time"]))
    except ValueError:
        return None
    register, head, time, key, signature = (str(t) for t in texts)
    return Checkpoint(register, count, head, time, key, signature)


def _statement(register: str, count: int, head: str, time: str, key: str) -> str:
    return canonical(
        {
            "type": _TYPE,
            "register": register,
            "count": count,
            "head": head,
            "time": time,
            "key": key,
        }
    )
