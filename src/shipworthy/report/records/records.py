"""All records of a prototype, and how they are written without losing what people added to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipworthy.assess.gate import Gate
from shipworthy.decide import Decision
from shipworthy.errors import ShipworthyError
from shipworthy.report.gate import owner_of
from shipworthy.report.markdown import escaped
from shipworthy.report.records.cookies import cookie_list
from shipworthy.report.records.decisions import decision_records
from shipworthy.report.records.draft import COUNSEL, Draft, page, table
from shipworthy.report.records.due_diligence import due_diligence
from shipworthy.report.records.policy import policy_check
from shipworthy.report.records.processing import processing_activities, processors
from shipworthy.report.records.retention import retention
from shipworthy.report.records.screening import screening

_MADE = ".made.json"  # what was written, by hash: what no longer has it was edited by people


class CannotWriteRecords(ShipworthyError):
    """The folder for the records cannot be used."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what was left as people had edited it: its new form lies beside it."""

    files: tuple[Path, ...]
    beside: tuple[Path, ...]


def records_of(decision: Decision, gate: Gate) -> tuple[Draft, ...]:
    """Every record. The same decision and gate give the same texts."""
    assessment, owner = decision.assessment, owner_of(gate)
    drafts = (
        *decision_records(decision, owner),
        due_diligence(decision, gate),
        processing_activities(assessment, owner),
        processors(assessment),
        *retention(assessment),
        policy_check(assessment),
        cookie_list(assessment),
        screening(assessment, decision.answers),
    )
    return (_index(decision, drafts), *drafts)


def write_records(folder: Path, drafts: Sequence[Draft], pdf: bytes | None) -> Written:
    """Write them below the folder. A file that people edited stays; its new form is `NAME.new`.

    Raises CannotWriteRecords.
    """
    files: list[Path] = []
    beside: list[Path] = []
    try:
        made = _made(folder)
        contents = {draft.path: draft.text.encode("utf-8", "backslashreplace") for draft in drafts}
        if pdf is not None:
            contents["due-diligence.pdf"] = pdf
        for name, content in contents.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.is_symlink():
                raise CannotWriteRecords(f"{file} is a link: it is not written through")
            if _edited(file, content, made.get(name)):
                file = file.with_name(f"{file.name}.new")
                beside.append(file)
            else:
                made[name] = _hash(content)
            file.write_bytes(content)
            files.append(file)
        (folder / _MADE).write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        raise CannotWriteRecords(f"{error.filename or folder}: {error.strerror}") from error
    return Written(tuple(files), tuple(beside))


def _edited(file: Path, content: bytes, made: str | None) -> bool:
    """True for a file that is neither what was made here before nor what is to be written."""
    if not file.exists():
        return False
    found = _hash(file.read_bytes())
    return found not in (made, _hash(content))


def _made(folder: Path) -> dict[str, str]:
    try:
        read = json.loads((folder / _MADE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(k): str(v) for k, v in read.items()} if isinstance(read, dict) else {}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _index(decision: Decision, drafts: Sequence[Draft]) -> Draft:
    name = escaped(decision.assessment.prototype.root.name)
    rows = [(f"[{d.path}]({d.path})", d.what) for d in drafts]
    text = page(
        f"Records of {name}",
        [
            "Made by `shipworthy records` from what was read and what people wrote down. Drafts are",
            "there to be edited: a file that you edited is not overwritten, its new form is put beside it",
            "as `.new`.",
            "",
            COUNSEL,
            "",
        ],
        table(("file", "what it is"), rows),
    )
    return Draft("README.md", "What the records are", text)
