"""The gate as a document and as text: what is left, what ends soon, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipworthy.assess.checklist import Answer, Checklist, Row
from shipworthy.assess.gate import Gate
from shipworthy.documents import Document, schema_of
from shipworthy.prototype.tree import printable
from shipworthy.register.standing import standing_of

SCHEMA_ID = "urn:shipworthy:schema:gate:1"
_REASON = 110  # characters of a reason on a terminal


class GateRowDocument(Document):
    """One row of a checklist. `since` and `until`: when a person said so, and how long it counts."""

    id: str
    title: str
    answer: str
    passes: bool
    reason: str
    who: str | None
    since: str | None
    until: str | None


class GateChecklistDocument(Document):
    """A checklist with all its rows."""

    id: str
    title: str
    no: int
    ready: bool  # not more than three rows are no
    rows: list[GateRowDocument]


class GateDocument(Document):
    """The gate on a day. `register` says how far its log can be trusted; null without one."""

    schema: str  # SCHEMA_ID
    passed: bool
    light: str
    day: str
    digest: str  # of the assessed files
    commit: str | None
    owner: str | None
    entries: int
    head: str | None
    open: list[str]
    blockers: list[str]
    ending_soon: list[str]
    checklists: list[GateChecklistDocument]


def gate_document(gate: Gate) -> GateDocument:
    """Everything, for a pipeline or the register."""
    git = gate.assessment.prototype.git
    register = gate.register
    return GateDocument(
        schema=SCHEMA_ID,
        passed=gate.passed,
        light=gate.light.value,
        day=str(gate.day),
        digest=gate.assessment.digest,
        commit=git.commit if git else None,
        owner=owner_of(gate) or None,
        entries=len(register.entries) if register else 0,
        head=register.head if register else None,
        open=[row.id for _, row in gate.open_rows],
        blockers=[f"{f.control} on {f.subject}" for f in gate.blockers],
        ending_soon=[row.id for _, row in gate.ending_soon],
        checklists=[_checklist(c, gate) for c in gate.checklists],
    )


def gate_schema() -> dict[str, Any]:
    """The JSON Schema that every gate document meets."""
    return schema_of(GateDocument, SCHEMA_ID, "shipworthy gate")


def owner_of(gate: Gate) -> str:
    """Who owns the prototype and decides; empty where no register names anybody."""
    return standing_of(gate.register.entries).owner if gate.register else ""


def gate_text(gate: Gate, path: str) -> str:
    """What is left, for a terminal."""
    lines = [*_head(gate), ""]
    for checklist in gate.checklists:
        lines += _lines(checklist, gate)
    if gate.blockers:
        lines += [f"Blockers: {len(gate.blockers)} critical or high gaps are open"]
        lines += [f"  {f.control} on {f.subject}" for f in gate.blockers[:10]]
        more = len(gate.blockers) - 10
        lines += [f"  and {more} more: shipworthy assess {path}"] if more > 0 else []
        lines.append("")
    for _, row in gate.ending_soon:
        lines.append(f"Ends on {row.until}: {row.id}")
    lines += _next(gate, path)
    return "".join(f"{printable(line)}\n" for line in lines)


def _head(gate: Gate) -> Iterator[str]:
    verdict = "PASSED" if gate.passed else "NOT PASSED"
    owner = owner_of(gate)
    solo = standing_of(gate.register.entries).solo if gate.register else False
    yield f"Gate: {verdict} on {gate.day} ({gate.light.value})"
    if not owner:
        yield "Nobody is named as the owner: shipworthy register init"
    else:
        yield f"Owner: {owner}{' (solo mode: the one who asks may approve)' if solo else ''}"
    if gate.register:
        yield f"Register: {len(gate.register.entries)} entries, head {gate.register.head}"


def _lines(checklist: Checklist, gate: Gate) -> Iterator[str]:
    open_rows = [row for c, row in gate.open_rows if c is checklist]
    done = len(checklist.rows) - len(open_rows)
    mean = "" if checklist.ready else "; more than three are no: not ready"
    yield f"{checklist.title}: {done} of {len(checklist.rows)} documented{mean}"
    for row in open_rows:
        reason = row.reason if len(row.reason) <= _REASON else row.reason[: _REASON - 1] + "…"
        yield f"  {row.answer.value:<8} {row.id}"
        yield f"           {reason}"
    yield ""


def _next(gate: Gate, path: str) -> Iterator[str]:
    if gate.passed:
        yield f"Next: shipworthy gate {path} --record, so that the register keeps it"
        return
    rows = [row for _, row in gate.open_rows]
    if gate.blockers or any(r.findings for r in rows):
        yield f"Close gaps:     shipworthy harden {path}"
        yield f"Accept a gap:   shipworthy register waive CONTROL SUBJECT --until 30d --reason … --in {path}"
    unknown = next((r for r in rows if r.answer is Answer.UNKNOWN), None)
    if unknown is not None:
        yield f"Answer a row:   shipworthy register attest {unknown.id} --reason … --in {path}"
        yield f"Accept a row:   shipworthy register waive {unknown.id} --until 30d --reason … --in {path}"


def _checklist(checklist: Checklist, gate: Gate) -> GateChecklistDocument:
    still_open = {row.id for _, row in gate.open_rows}
    return GateChecklistDocument(
        id=checklist.id,
        title=checklist.title,
        no=checklist.count(Answer.NO),
        ready=checklist.ready,
        rows=[_row(row, row.id not in still_open) for row in checklist.rows],
    )


def _row(row: Row, passes: bool) -> GateRowDocument:
    return GateRowDocument(
        id=row.id,
        title=row.title,
        answer=row.answer.value,
        passes=passes,
        reason=row.reason,
        who=row.who or None,
        since=str(row.since) if row.since else None,
        until=str(row.until) if row.until else None,
    )
