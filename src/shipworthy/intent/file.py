"""Read shipworthy.toml, with errors that name the place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from shipworthy.errors import ShipworthyError
from shipworthy.intent import FILE, Acceptance, Intent, Word
from shipworthy.intent.answers import Answers
from shipworthy.intent.decide import DecideTable, answers_of, in_words

T = TypeVar("T")
_LARGEST = 256_000  # bytes; a file of hundreds of acceptances has a tenth of that


class BrokenIntent(ShipworthyError):
    """A shipworthy.toml that cannot be read or says what it cannot mean."""


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Base of the tables of the file: a misspelt key is an error, not silence."""


class _Public(_Table, frozen=True):
    public: list[str] = []


class _Approved(_Table, frozen=True):
    regions: list[str] = []
    licences: list[str] = []


class _Gate(_Table, frozen=True):
    fail_on: Literal["critical", "high", "medium", "low", "never", ""] = ""
    baseline: str = ""


class _Accepted(_Table, frozen=True):
    control: str
    subject: str
    reason: str
    by: str
    until: date


class _Answer(_Table, frozen=True):
    row: str
    answer: Literal["yes", "no"]
    by: str
    on: date
    reason: str


class _File(_Table, frozen=True):
    exclude: list[str] = []
    database: _Public = _Public()
    api: _Public = _Public()
    approved: _Approved = _Approved()
    gate: _Gate = _Gate()
    decide: DecideTable = DecideTable()
    accepted: list[_Accepted] = []
    answer: list[_Answer] = []


class _AnswersFile(_Table, frozen=True):
    decide: DecideTable


def read_intent(folder: Path) -> Intent:
    """What the folder's shipworthy.toml declares.

    Raises BrokenIntent where it is missing, a link, too large, no TOML, or has a key or value that
    means nothing.
    """
    file = folder / FILE
    read = _decoded(_text(file), FILE, _File)
    for accepted in read.accepted:
        _said(accepted.reason, f"accepted: {accepted.control} on {accepted.subject}")
    for answer in read.answer:
        _said(answer.reason, f"answer: {answer.row}")
    return Intent(
        exclude=tuple(read.exclude),
        public_tables=frozenset(n if "." in n else f"public.{n}" for n in read.database.public),
        public_endpoints=frozenset(read.api.public),
        regions=tuple(read.approved.regions),
        licences=tuple(read.approved.licences),
        acceptances=tuple(
            Acceptance(a.control, a.subject, a.reason, a.by, a.until) for a in read.accepted
        ),
        answers={a.row: Word(a.answer == "yes", a.by, a.on, a.reason) for a in read.answer},
        fail_on=read.gate.fail_on,
        baseline=read.gate.baseline,
        decide=answers_of(read.decide),
    )


def read_answers(file: Path) -> Answers:
    """The answers in the [decide] table of a file that holds nothing else.

    Raises BrokenIntent as `read_intent` does.
    """
    if not file.exists():
        raise BrokenIntent(f"{file} is not there")
    return answers_of(_decoded(_text(file), str(file), _AnswersFile).decide)


def _text(file: Path) -> bytes:
    name = file.name
    try:
        if file.is_symlink() or not file.is_file():
            raise BrokenIntent(f"{name} is not a regular file: it is not followed")
        if file.stat().st_size > _LARGEST:
            raise BrokenIntent(f"{name} is larger than {_LARGEST:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise BrokenIntent(f"{name} cannot be read: {error.strerror}") from error


def _decoded(text: bytes, name: str, kind: type[T]) -> T:
    try:
        return msgspec.toml.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error)
        raise BrokenIntent(f"{name}: {in_words(why) if '`$.decide' in why else why}") from error


def _said(reason: str, where: str) -> None:
    if not reason.strip():
        raise BrokenIntent(f"{FILE}: {where}: a reason must be given")
