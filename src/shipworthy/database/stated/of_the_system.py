"""Rules that are named after the system or the server and let every user write about himself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.schema import Schema, Trust
from shipworthy.database.stated.openings import COMMANDS, served, stopped, succeeded, ways
from shipworthy.database.stated.passing import Who
from shipworthy.database.stated.promotions import one_is_there
from shipworthy.regex import regex

MEANT = "meant for the system alone"
_OF_SYSTEM = regex(
    r"^(?:only\s+)?(?:the\s+|o\s+|el\s+)?(?:system|service[\s_]role|service|server|backend|edge\s+functions?|cron"
    r"|webhooks?|sistema)\s+(?:only\s+)?(?:can|may|inserts?|creates?|adds?|updates?|manages?|writes?|upserts?"
    r"|grants?|awards?|issues?|pode|puede)\b",
    re.IGNORECASE,
)
# What is worth something, or what somebody is let in by; not what only reminds him of it.
_WORTH = regex(
    r"credit|wallet|balance|reward|voucher|coupon|redemption|commission|earning|payout|bonus|cashback|eligib"
    r"|entitlement|purchase|subscription|certificate|licen[cs]e|challenge|(?:^|_)points?(?:_|$)|transactions?$"
)
_NOTE = regex(r"(?:^|_)(?:logs?|notifications?|alerts?|emails?|reminders?|settings|preferences)$")


def of_the_system(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows of worth that the system should add or change, and that whoever they are about may."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned:
            continue
        if not _WORTH.search(table.name) or _NOTE.search(table.name):
            continue
        for verb in (Verb.INSERT, Verb.UPDATE):
            if stopped(
                schema, table, COMMANDS[verb], r"raise\s+exception|return\s+null|return\s+old"
            ):
                continue
            if verb is Verb.INSERT and one_is_there(schema, table, owned):
                continue
            found = [
                policy
                for policy, way in ways(table, Actor.STRANGER, verb)
                if way.who is Who.OWNERS and not way.part and _OF_SYSTEM.match(policy.name)
            ]
            if found:
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, table.qualified, found, reason=MEANT)
