"""What was tried against the replayed database, by whom, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from shipworthy.database.schema import Source


class Actor(StrEnum):
    """Who tries. Everybody owns nothing of what is attacked."""

    ANYBODY = "anybody"  # the public key alone, nobody signed in
    STRANGER = "a fresh user"  # signed up a moment ago through the prototype's own sign-up
    PIONEER = "the first user"  # the very first sign-up, compared with the second
    MEMBER = "a user of another account"  # owns rows and a tenant of their own


class Verb(StrEnum):
    """What is tried."""

    READ = "read"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    CALL = "call"  # a function
    PROMOTE = "promote"  # change a role, plan, flag or tenant on one's own row
    SIGN_UP = "sign up"  # with chosen metadata
    JOIN = "join"  # another tenant


class Result(StrEnum):
    """What came of it."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # neither: the reason says why


class Rule(Struct, frozen=True):
    """What let an attempt pass, or the lack of what would have stopped it, in words."""

    text: str  # e.g. 'policy "Anyone can read" for SELECT to public using (true)'
    source: Source | None = None


class Attempt(Struct, frozen=True):
    """One attempt. `target` is "schema.table", "schema.function(types)" or "bucket name"."""

    actor: Actor
    verb: Verb
    target: str
    result: Result
    statement: str = ""  # as it was run, values masked
    error: str = ""  # "42501: permission denied for table leads"
    rows: int = 0  # of others that were seen or changed
    row: Mapping[str, str] = field(default_factory=dict)  # one of them, values masked
    columns: tuple[str, ...] = ()  # readable ones, or those that were changed
    written: Mapping[str, int] = field(default_factory=dict)  # rows changed per table, by a call
    rules: tuple[Rule, ...] = ()
    tables: tuple[str, ...] = ()  # whose rows a call or a view gave away, or a promotion opened
    reason: str = ""  # of UNCLEAR, and what a success means where that is not plain


class Ownership(Struct, frozen=True):
    """Who owns the rows of a table: the columns that name a user or a tenant, as its rules and
    foreign keys tell."""

    user_columns: tuple[str, ...] = ()
    tenant_columns: tuple[str, ...] = ()


class Seeding(Struct, frozen=True):
    """What the seed did for one table."""

    table: str
    rows: int
    ownership: Ownership = Ownership()
    dropped: tuple[str, ...] = ()  # constraints that had to give way
    error: str = ""  # why no row could be made
    row_of: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)  # by owner's mark
