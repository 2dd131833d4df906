"""What is missing before an effect of an entry point, and how bad that is."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from shipworthy.finding import Confidence, Severity
from shipworthy.prototype.handlers.handler import Check, Effect
from shipworthy.prototype.handlers.standing import Caller
from shipworthy.prototype.handlers.weight import Harm

PAST_ROLE = (Check.SECRET, Check.SIGNATURE, Check.API_KEY, Check.UNCLEAR, Check.REFUSES)
"""What was asked for beyond a login and a role, or may have been."""

SETTLING = (Check.ROLE, *PAST_ROLE)
"""What was asked for beyond a login, or may have been."""


class Breach(StrEnum):
    """What is missing before an effect."""

    OPEN = "open"  # nobody asks who calls
    FOREIGN = "foreign"  # rows of others, named by the caller
    ADMIN = "admin"  # what only some may do, open to every user
    BESIDE = "beside"  # open to every user, where routes beside it ask for a role
    HOLLOW = "hollow"  # a check is there and does not hold
    EVERYTHING = "everything"  # rows of all, read or changed with rights past row security


class Judged(Struct, frozen=True):
    """One effect that its caller has no right to."""

    breach: Breach
    effect: Effect
    harm: Harm
    caller: Caller
    severity: Severity
    confidence: Confidence
    why: str = ""  # of a check that does not hold
    gated: bool = False  # behind a guard that looks at roles and was not understood
    roles: str = ""  # that pass, and count in the caller's own tenant alone
    hung: bool = False  # a row in the caller's own name, on something of others
    holder: str = ""  # a role that many have: a row of one of them, reached by another
    given: str = ""  # a role that was asked for, and that whoever signs up has
