"""Public buckets of whose files, or of whose rows, the rules say that everybody sees his own alone."""

from __future__ import annotations

import re

from shipworthy.database.schema import Policy, Schema
from shipworthy.database.stated.told_of import of_owner
from shipworthy.regex import regex

_FOLDER = regex(r"\bfoldername\(|split_part\(|\bowner(?:_id)?\b", re.IGNORECASE)
# What pages show of people and things, under rules that were written for all four commands alike.
_SHOWN = regex(
    r"avatar|logo|cover|banner|thumb|picture|photo|image|gallery|icon|background|hero|product|blog|post|cms|media"
    r"|template|brochure|catalog|news|course|lesson|theme|brand|public|asset|profile|video|listing|stor(?:y|ies)|music"
    r"|audio|song|track|event|upload|menu|portfolio|share|generated|content|card|item|site",
    re.IGNORECASE,
)


def keeps_files_apart(schema: Schema, bucket: str) -> bool:
    """True where a rule lets people see files of their own folder, and the bucket shows all to everybody."""
    objects = schema.tables.get("storage.objects")
    own = any(_is_own(p, bucket) for p in (objects.policies if objects else ()))
    return own and (not _SHOWN.search(bucket) or _has_rows_apart(schema, bucket))


def _has_rows_apart(schema: Schema, bucket: str) -> bool:
    """True where the table that the bucket is called after shows everybody rows of his own alone."""
    table = schema.tables.get(f"public.{bucket.lower().replace('-', '_')}")
    return table is not None and bool(of_owner(table))


def _is_own(policy: Policy, bucket: str) -> bool:
    text = re.sub(r"\s+", "", policy.using or "").lower()
    if policy.command != "SELECT" or f"'{bucket.lower()}'" not in text:
        return False
    return "auth.uid()" in text and _FOLDER.search(text) is not None
