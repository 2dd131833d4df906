"""What single entry points need that others do not: larger bodies, longer answers, other callers."""

from __future__ import annotations

import re

import msgspec

from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.handlers.purpose import Purpose
from shipworthy.prototype.handlers.senders import sender_of
from shipworthy.sidecar.derive.entry_points import EntryPoint
from shipworthy.sidecar.policy import Bytes, Need, Rate, Seconds, Who

FILES = Bytes(25_000_000)  # a photograph of a phone has 3 to 12 MB, a scanned contract about 20
THINKING = Seconds(180)  # a long answer of a large model, with one retry
GUESSES = Rate(20, 60.0)  # a person who forgot a password tries five times
QUESTIONS = Rate(30, 60.0)  # one every two seconds, each of which costs
LETTERS = Rate(10, 60.0)
_GUESSED = (Purpose.LOGIN, Purpose.SIGN_UP)
_PROOFS = frozenset(
    """auth login signin sign otp password token 2fa mfa register signup pin passcode code magic
    recovery""".split()
)
_OFFICES = frozenset({"admin", "administrator", "superadmin", "backoffice"})


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What one entry point needs; None where the limits for all do. `why` is told beside it."""

    need: Need | None = None
    csrf: bool | None = None
    per_ip: Rate | None = None
    body: Bytes | None = None
    seconds: Seconds | None = None
    why: tuple[str, ...] = ()

    @property
    def is_strict(self) -> bool:
        """True where it would be wrong to give it to anything else."""
        return self.need is not None or self.csrf is not None


def wish_of(entry: EntryPoint) -> Wish | None:
    """What an entry point needs; None where nothing is special about it."""
    reasons: list[str] = []
    need = _closed(entry, reasons)
    if need is not None:
        return Wish(need=need, why=tuple(reasons))
    csrf = _without_browser(entry, reasons)
    seconds, per_ip, body = _patience(entry, reasons), _rate(entry, reasons), None
    if entry.takes_files:
        body = FILES
        reasons.append("takes files")
    if (csrf, seconds, per_ip, body) == (None,) * 4:
        return None
    return Wish(csrf=csrf, per_ip=per_ip, body=body, seconds=seconds, why=tuple(reasons))


def _closed(entry: EntryPoint, reasons: list[str]) -> Need | None:
    """Nobody gets in where the code asks nobody and no stranger has anything to look for."""
    if entry.for_developers:
        reasons.append("for developers, and asks nobody who calls")
        return Need(Who.NOBODY)
    if entry.open and _OFFICES & entry.words and not entry.called_by_machines:
        reasons.append("asks nobody who calls; role:admin with a login")
        return Need(Who.NOBODY)
    return None


def _without_browser(entry: EntryPoint, reasons: list[str]) -> bool | None:
    """False where other programs post, which name no origin."""
    if not entry.changes:
        return None
    if entry.called_by_machines:
        reasons.append(_caller(entry))
        return False
    words = entry.words
    if entry.purpose is Purpose.CALLBACK and words & {"callback", "saml", "acs"}:
        reasons.append("other sites post back to it")
        return False
    if "auth" in words and any(part.startswith("[...") for part in words):
        reasons.append("the login library checks its own tokens")
        return False
    return None


def _caller(entry: EntryPoint) -> str:
    sender = sender_of(entry.address) or sender_of(entry.file)
    who = f"{sender.name}, " if sender is not None else ""
    match entry.handler.principal:
        case Check.SIGNATURE:
            return f"{who}signature checked"
        case Check.SECRET:
            return f"{who}secret checked"
        case Check.API_KEY:
            return f"{who}key checked"
    return f"{who}DECIDE: nothing was seen that checks it"


def _patience(entry: EntryPoint, reasons: list[str]) -> Seconds | None:
    if entry.streams:
        reasons.append("streams")
        return Seconds(0)
    if entry.asks_model:
        reasons.append("asks a model")
        return THINKING
    return None


def _rate(entry: EntryPoint, reasons: list[str]) -> Rate | None:
    if not entry.changes or entry.called_by_machines:
        return None
    if _is_guessed(entry):
        reasons.append("passwords and codes can be guessed")
        return GUESSES
    if entry.asks_model:
        if "asks a model" not in reasons:
            reasons.append("asks a model")
        return QUESTIONS
    if entry.purpose is Purpose.CONTACT and entry.handler.principal is None:
        reasons.append("strangers write to you")
        return LETTERS
    return None


def _is_guessed(entry: EntryPoint) -> bool:
    """True where people prove who they are; whoever is signed in already proves something else."""
    known = entry.handler.principal is Check.SESSION and "auth" not in entry.words
    words = {part for word in entry.words for part in re.split(r"[-_]", word)}
    return entry.purpose in _GUESSED and not known and bool(_PROOFS & words)
