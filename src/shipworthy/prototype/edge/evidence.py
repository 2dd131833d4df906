"""The dated evidence of attacks on the proxy, `.shipworthy/evidence/sidecar.json`, while it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from shipworthy.documents import BrokenDocument, Document, from_json
from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.prototype.edge.routes import GuardedRoute
from shipworthy.prototype.source import SourceFile

FILE = ".shipworthy/evidence/sidecar.json"
POLICY = ".shipworthy/policy.yaml"
VALID_DAYS = 30  # as long as a drill counts in the checklists: a month
_LARGEST = 4_000_000  # bytes of an evidence file that are read


class SidecarEvidence(Document):
    """What `shipworthy sidecar check` saw, and of which policy and which source."""

    schema: Literal["shipworthy.sidecar-evidence/1"]
    made: datetime
    source: str  # SHA-256 over paths and contents of the files that were read
    commit: str  # of the prototype; "": not under version control
    policy: str  # SHA-256 of the policy file; "": it was derived, there is no file
    proxy: str  # its version
    running: bool  # the proxy that people use was attacked; else only its twin
    routes: tuple[GuardedRoute, ...]  # in their order; the last one is the default
    attacks: tuple[Attack, ...]


class Edge(Struct, frozen=True):
    """The evidence, with the reason why it no longer counts; "" while it does."""

    evidence: SidecarEvidence
    stale: str

    def held(self, *families: str) -> bool:
        """Every family was tried with success, and nothing of it broke or stayed unseen."""
        return all(_held(self.evidence.attacks, family) for family in families)

    def holds_at(self, family: str, subject: str) -> bool:
        """The same for the attacks of a family on one rule of the policy, by the rule's name."""
        return _held([a for a in self.evidence.attacks if a.subject == subject], family)

    def nothing_broke_at(self, subject: str) -> bool:
        """No attack on the rule went through, of whatever family."""
        about = (a for a in self.evidence.attacks if a.subject == subject)
        return all(a.verdict is not Verdict.BROKEN for a in about)

    @property
    def day(self) -> date:
        """When the attacks were made."""
        return self.evidence.made.date()


def read_edge(root: Path, files: Iterable[SourceFile], today: date) -> Edge | BrokenDocument | None:
    """The evidence in a prototype's folder; None without one, BrokenDocument where it cannot be read."""
    text = _text(root, FILE)
    if text is None:
        return None
    try:
        evidence = from_json(text, SidecarEvidence)
    except (BrokenDocument, msgspec.ValidationError) as error:
        return BrokenDocument(f"{FILE} cannot be read: {error}")
    return Edge(evidence, _stale(evidence, root, files, today))


def digest_of(files: Iterable[SourceFile]) -> str:
    """SHA-256 over paths and contents of all files that were read, in hexadecimal."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.path.encode() + b"\0" + (file.text or "").encode() + b"\0")
    return whole.hexdigest()


def policy_digest(root: Path) -> str:
    """SHA-256 of the policy file; "" without one."""
    text = _text(root, POLICY)
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def _stale(evidence: SidecarEvidence, root: Path, files: Iterable[SourceFile], today: date) -> str:
    end = evidence.made.date() + timedelta(days=VALID_DAYS)
    if today > end:
        return f"it held until {end}"
    if evidence.made.date() > today + timedelta(days=1):
        return "its date lies ahead"
    if not evidence.running:
        return "only a twin of the proxy was attacked, not the one that people use"
    if evidence.policy != policy_digest(root):
        return f"{POLICY} was changed since"
    if evidence.source != digest_of(files):
        return "the source was changed since"
    return ""


def _held(attacks: Iterable[Attack], family: str) -> bool:
    verdicts = [a.verdict for a in attacks if a.family == family]
    return Verdict.HELD in verdicts and not {Verdict.BROKEN, Verdict.UNKNOWN} & set(verdicts)


def _text(root: Path, name: str) -> str | None:
    """A file inside of the folder; links and giants are left alone."""
    path = root / name
    parts = [path, *list(path.parents)[: len(Path(name).parts) - 1]]
    if any(p.is_symlink() for p in parts) or not path.is_file():
        return None
    if path.stat().st_size > _LARGEST:
        return None
    return path.read_text(encoding="utf-8", errors="replace")
