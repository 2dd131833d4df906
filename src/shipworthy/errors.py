"""Errors a user can act on; everything else is a bug and traces back."""

from __future__ import annotations


class ShipworthyError(Exception):
    """Base of every error whose message is meant for the user."""


class ToldInLines(ShipworthyError):
    """An error of several lines: what a program said last. Elsewhere a line break comes from a name."""


class CannotLook(ShipworthyError):
    """The input cannot be assessed at all: it is missing, empty or not a prototype."""


class FactUnavailable(ShipworthyError):
    """A fact cannot be read here; the controls that need it answer UNKNOWN with this reason."""


class MissingExtra(FactUnavailable):
    """An optional part is not installed; the message carries the line that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed: pip install 'shipworthy[{extra}]'")


class CommandFailed(ShipworthyError):
    """An external program could not be started, failed, or ran out of time."""
