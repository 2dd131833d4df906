"""A table that was committed with its rows: whose accounts and addresses it holds."""

from __future__ import annotations

from msgspec import Struct

from shipworthy.prototype.privacy.addresses import is_of_a_person, is_placeholder


class KeptTable(Struct, frozen=True):
    """A table with rows that are nobody else's business; its counts are rows and distinct addresses."""

    name: str
    accounts: int = 0  # rows that keep a password, its hash or a token
    people: int = 0  # e-mail addresses that are no placeholders
    private_people: int = 0  # those at a provider of mailboxes for private persons
    line: int = 1  # of a dump in text


def kept_table(name: str, accounts: int, addresses: set[str], line: int = 1) -> KeptTable | None:
    """The table by its counted rows and its addresses in lower case; None if nobody is in it."""
    people = {a for a in addresses if not is_placeholder(a)}
    if not accounts and not people:
        return None
    return KeptTable(name, accounts, len(people), sum(map(is_of_a_person, people)), line)
