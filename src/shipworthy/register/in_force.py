"""What the register adds to shipworthy.toml: the same acceptances and answers, decided by people."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from shipworthy.intent import Acceptance, Intent, Word
from shipworthy.register.attestation import Validity
from shipworthy.register.entry import Entry
from shipworthy.register.register import FILE, Register
from shipworthy.register.standing import Standing, standing_of
from shipworthy.register.waiver import Waiver


def with_register(intent: Intent, register: Register, today: date) -> tuple[Intent, date]:
    """What is declared, with what the register says, and the day by which both are judged.

    As given where there is no register. Raises BrokenRegister: nothing is accepted on the word of a
    chain that is broken.
    """
    if not register.exists:
        return intent, today
    entries = register.entries()
    standing = standing_of(entries)
    today = day_of(entries, today)
    approved = (_acceptance(w) for w in standing.waivers if w.approved)
    answers = dict(intent.answers)
    for row, word in _words(standing, register, today).items():
        answers[row] = _weightier(word, answers.get(row))
    joined = replace(intent, acceptances=(*intent.acceptances, *approved), answers=answers)
    return joined, today


def day_of(entries: tuple[Entry, ...], today: date) -> date:
    """The day by which waivers end: never before that of the last entry, so that a clock which is put
    back makes nothing valid again."""
    return max(today, entries[-1].time.date()) if entries else today


def _acceptance(waiver: Waiver) -> Acceptance:
    by = waiver.decision.by if waiver.decision else ""
    asked = "who asked for it, in solo mode" if waiver.decision and waiver.decision.solo else ""
    who = f"{by} ({asked or f'asked by {waiver.asked_by}'}; register, entry {waiver.number})"
    instead = f"; instead: {waiver.compensating}" if waiver.compensating else ""
    return Acceptance(
        waiver.control, waiver.subject, f"{waiver.reason}{instead}", who, waiver.until, FILE
    )


def _words(standing: Standing, register: Register, today: date) -> dict[str, Word]:
    """The answer to each row: the latest entry that still holds, else the latest."""
    found: dict[str, Word] = {}
    for said in standing.attestations:
        validity = said.validity(today, register.folder)
        if validity is Validity.REVOKED:
            continue
        ended = "" if validity is Validity.HOLDS else validity.value
        names = ", ".join(a.path for a in said.evidence)
        reason = f"{said.reason} ({names})" if names else said.reason
        if ended and said.row in found and not found[said.row].ended:
            continue
        found[said.row] = Word(said.yes, said.by, said.on, reason, said.until, ended)
    return found


def _weightier(new: Word, old: Word | None) -> Word:
    """What counts of two answers to one row: the one that still holds, the later one, else the no."""
    if old is None:
        return new
    return max(new, old, key=lambda w: (not w.ended, w.on, not w.yes))
