"""Files of others that can be read or replaced in storage, proven on the rebuilt policies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.database.attempts import Actor, Attempt, Verb
from shipworthy.database.exposure import BUCKET, evidence, exposures, tried, unclear
from shipworthy.database.private import is_private_bucket
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.schema import Schema
from shipworthy.database.stated.kept_apart import keeps_files_apart
from shipworthy.finding import Finding, Proof, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.queries.uploads import buckets_of_papers
from shipworthy.prototype.tables.idle import weighed_by_use
from shipworthy.regex import regex

_ACTORS = (Actor.ANYBODY, Actor.STRANGER, Actor.MEMBER)
_VERBS = (Verb.READ, Verb.INSERT, Verb.UPDATE, Verb.DELETE)
_BY_PATH = regex(r"\bfoldername\(|\bfilename\(|split_part\(|\bname\)?(::\w+)? *(~~|~|like\b)")


class OpenStorageBucket(
    Control,
    id="open-storage-bucket",
    title="Files of others open in storage",
    consequence="Uploaded files of customers can be read, replaced or deleted by others.",
    severity=Severity.HIGH,
    satisfies=("A08", "owasp:A01", "cwe:552", "cwe:732"),
    needs_database=True,
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        proof = prototype.database_rules
        if proof is None or not proof.supabase:
            yield self.not_applicable("no database stands open to browsers here")
            return
        if not proof.schema.buckets and proof.replayed:
            yield self.not_applicable("no storage bucket is made by the migrations")
            return
        open_to: set[str] = set()
        of_papers = buckets_of_papers(prototype) if proof.schema.buckets else frozenset()
        for exposure in exposures(proof, _ACTORS, *_VERBS, files=True):
            name = exposure.target.removeprefix(BUCKET)
            bucket = proof.schema.buckets.get(name)
            public = bool(bucket and bucket.public)
            folders = _has_folders(proof.schema, name)
            apart = public and keeps_files_apart(proof.schema, name)
            by_use = not is_private_bucket(name) and (name in of_papers or apart)
            shown = public and not is_private_bucket(name) and not by_use
            harmful = [a for a in exposure.attempts if _harms(a, shown=shown, folders=folders)]
            if harmful:
                open_to.add(exposure.target)
                gap = self._gap(exposure.target, harmful, proof, by_use=by_use)
                yield weighed_by_use(gap, prototype, proof.schema)
        if not proof.replayed:
            yield self.not_tried()
            return
        why = dict(unclear(proof, _ACTORS, *_VERBS, files=True))
        attacked = tried(proof, _ACTORS, *_VERBS, files=True)
        for target in sorted({f"{BUCKET}{name}" for name in proof.schema.buckets} - open_to):
            if target in why or target not in attacked:
                yield self.unknown(target, why.get(target, "no attempt could be made on its files"))
            else:
                yield self.satisfied(target, "Others cannot touch its files", proof=Proof.PROVEN)

    def _gap(
        self, target: str, attempts: list[Attempt], proof: DatabaseProof, *, by_use: bool
    ) -> Finding:
        by_anybody = {a.verb for a in attempts if a.actor is Actor.ANYBODY}
        by_users = {a.verb for a in attempts} - by_anybody
        were = "were" if proof.replayed else "can be"
        if by_anybody:
            said = f"Without signing in, files of others in the {target} {were} {_told(by_anybody)}"
            said += f"; as any user, they {were} {_told(by_users)} as well" if by_users else ""
        else:
            said = f"As any user, files of others in the {target} {were} {_told(by_users)}"
        severity = Severity.MEDIUM
        if by_users - {Verb.INSERT} and not (by_users == {Verb.READ} and _SHARED.match(target)):
            severity = Severity.HIGH
        if by_anybody - {Verb.INSERT}:
            # What lies there is told by the pages or the rules beside it: less sure than a bucket's own name.
            severity = Severity.HIGH if by_use and by_anybody == {Verb.READ} else Severity.CRITICAL
        return self.gap(target, said, *evidence(attempts), severity=severity, proof=proof.kind)


_SHARED = regex(
    r"bucket ((course|lesson|class|learning|study|training|teaching|app|site|web)s?[-_])?"
    r"(resources?|materials?|courses?|lessons?|modules?|librar(y|ies)|templates?|assets|logos?|avatars?|banners?|covers?|thumbnails?|products?|brochures?"
    r"|(product|course|cover|event|menu|profile)[-_]?(images?|pictures?|photos?))$",
    re.IGNORECASE,
)
"""Buckets with what is put there for all users to see."""


def _told(verbs: set[Verb]) -> str:
    return " and ".join(_DONE[verb] for verb in _VERBS if verb in verbs)


def _has_folders(schema: Schema, bucket: str) -> bool:
    """True where rules go by the path of a file, as in `(storage.foldername(name))[1] = auth.uid()`."""
    objects = schema.tables.get("storage.objects")
    texts = [f"{p.using} {p.check}" for p in (objects.policies if objects else ())]
    of_it = (text for text in texts if bucket in text or "bucket_id" not in text)
    return any(_BY_PATH.search(text) for text in of_it)


def _harms(attempt: Attempt, *, shown: bool, folders: bool) -> bool:
    """Reading a public bucket is what it is for, unless its name or what is put into it says otherwise.

    A user who adds files of his own reaches nobody's folder where no rule goes by folders.
    """
    if attempt.verb is Verb.INSERT and attempt.actor is not Actor.ANYBODY and not folders:
        return False
    return not (shown and attempt.verb is Verb.READ)


_DONE = {
    Verb.READ: "read",
    Verb.INSERT: "put in their folder",
    Verb.UPDATE: "replaced",
    Verb.DELETE: "deleted",
}
