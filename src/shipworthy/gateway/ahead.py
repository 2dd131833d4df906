"""Money that a busy process sets aside ahead, so that not each call needs a transaction of its own.

It lies in the store like any reservation, so no limit is ever too late. It is small beside what is left, is
never taken near a limit or its soft one, and goes back as soon as nobody draws on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from shipworthy.gateway.accounts import Account, Reservation

LASTS = 2.0  # seconds that calls may begin to draw on it
_SHARE = 20  # at most a twentieth of what is left until the soft limit
_MOST = 256  # calls like the one that was asked for
_LEAST = 4  # fewer are not worth their row


@dataclass(slots=True)
class Ahead:
    """What is set aside for calls on the same accounts that may come."""

    whole: Reservation
    expires: float
    left: int
    drawn: bool = True  # on it, since the last look

    def draw(self, amount: int, expires: float, day: str) -> Reservation | None:
        """A part for one call; None where it holds too little or would end before the call."""
        if self.left < amount or self.expires < expires or self.whole.day != day:
            return None
        self.left -= amount
        self.drawn = True
        return Reservation(self.whole.id, day, amount, self.whole.accounts, is_part=True)

    def rest(self) -> Reservation:
        """What nobody has drawn; from here on nobody can."""
        left, self.left = self.left, 0
        return Reservation(self.whole.id, self.whole.day, left, self.whole.accounts, is_part=True)


def set_ahead(
    accounts: Sequence[Account], amount: int, expires: float, held: dict[str, int], day: str
) -> Ahead | None:
    """What may be set aside beyond `amount`, added to `held`; None where too little is left."""
    room = min(min(a.limit, a.soft) - held[a.name] for a in accounts)
    calls = min(room // _SHARE // amount, _MOST) if amount > 0 else 0
    if calls < _LEAST:
        return None
    for account in accounts:
        held[account.name] += calls * amount
    names = tuple(account.name for account in accounts)
    whole = Reservation(token_hex(8), day, calls * amount, names)
    return Ahead(whole, expires + LASTS, whole.amount)
