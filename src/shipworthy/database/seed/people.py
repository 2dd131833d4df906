"""The people of the proof and the keys of their rows; both are the same in every run."""

from __future__ import annotations

from uuid import UUID, uuid5

from msgspec import Struct

_SPACE = UUID("5b0d7a52-6f1e-4c0e-9d2b-7e3a1f0c9d11")
_NUMBERS = 910_000  # above what a prototype's own rows reach


class Person(Struct, frozen=True):
    """Somebody with an account. `mark` is the letter that starts the values of their rows."""

    mark: str
    number: int

    @property
    def id(self) -> str:
        """The id in auth.users."""
        return key("person", self.mark)

    @property
    def email(self) -> str:
        """The address they signed up with."""
        return f"{self.mark}.person@example.test"


OWNER = Person("a", 1)  # the victim, called A
OTHER = Person("b", 2)  # called B, attacks A as the user of another account
KEEPER = Person("k", 3)  # stands in for B where a row would make its owner an administrator
PIONEER = Person("p", 4)  # signs up first: prototypes like to make the first user an administrator
STRANGER = Person("f", 5)  # called F, signs up last and owns nothing
NEWCOMER = Person("n", 7)  # signs up next, to see what role an ordinary sign-up gives
VISITOR = Person("g", 6)  # signs up with chosen metadata, and is forgotten again


def key(*parts: str) -> str:
    """The uuid that stands for these words."""
    return str(uuid5(_SPACE, "/".join(parts)))


def number(person: Person, digits: int = 9) -> int:
    """The integer key of this person's row; a short one where fewer digits fit."""
    if digits < len(str(_NUMBERS)):
        return person.number if digits < 4 else 9_100 + person.number
    return _NUMBERS + person.number
