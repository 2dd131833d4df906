"""Attempts to add rows that belong to the victim, or to the victim's tenant."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.database.attack.masking import masked_statement
from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.session import Answer, Session, Turn
from shipworthy.database.attack.target import Target, Touch
from shipworthy.database.attack.verdict import NO_ROW, gate_passed, refused, stopped_late
from shipworthy.database.attempts import Attempt, Result, Verb
from shipworthy.database.names import quoted_part
from shipworthy.database.seed.people import VISITOR, key, number
from shipworthy.database.seed.values import quoted


def insert(session: Session, target: Target, persona: Persona, touch: Touch) -> Attempt:
    """Add a row that belongs to the victim, or one of one's own to the victim's tenant."""
    first = _insert_as(session, target, persona, touch, own=False)
    own = persona.person is not None and bool(target.ownership.user_columns)
    if first.result is Result.REFUSED and own and target.ownership.tenant_columns:
        second = _insert_as(session, target, persona, touch, own=True)
        if second.result is Result.SUCCEEDED:
            where = ", ".join(target.ownership.tenant_columns)
            said = f"a row of one's own, in the tenant of another ({where})"
            reason = f"{said}; {second.reason}" if second.reason else said
            return replace(second, reason=reason)
    return first


def _insert_as(
    session: Session, target: Target, persona: Persona, touch: Touch, *, own: bool
) -> Attempt:
    row = new_row(target, touch)
    if own and persona.person:
        row |= {c: persona.person.id for c in target.ownership.user_columns if c in row}
    statement = insert_statement(target, row)
    base = Attempt(
        persona.actor,
        Verb.INSERT,
        target.table.qualified,
        Result.REFUSED,
        statement=masked_statement(statement),
    )
    if target.victim is None:
        return replace(base, result=Result.UNCLEAR, reason=NO_ROW)
    with session.turn(persona) as turn:
        answer = turn.run(statement)
        if gate_passed(answer, _named(target)):
            return stopped_late(base, answer)
        if not answer.passed:
            return refused(base, answer)
        changed = _taken_over(turn, target, row, answer)
    if changed:
        return replace(base, reason=f"a trigger changed {changed} of the new row")
    columns = tuple(row)
    return replace(base, result=Result.SUCCEEDED, rows=max(answer.count, 1), columns=columns)


def new_row(target: Target, touch: Touch) -> dict[str, str]:
    """The victim's row with a key of its own, in the columns that the role may fill."""
    row = {c: v for c, v in (target.victim or {}).items() if v is not None and c in touch.fillable}
    owners = (*target.ownership.user_columns, *target.ownership.tenant_columns)
    references = {c for f in target.table.foreign_keys for c in f.columns}
    for column in target.table.primary_key:
        if column in owners or column in references or column not in row:
            continue
        kind = getattr(target.table.column(column), "type", "")
        if kind == "uuid":
            row[column] = key("new", target.table.qualified, column)
        elif kind in ("integer", "bigint"):
            row[column] = str(number(VISITOR))
        else:
            row[column] = f"{row[column]}2"
    return row


def insert_statement(target: Target, row: dict[str, str]) -> str:
    """The INSERT of a row."""
    if not row:
        return f"insert into {target.name} default values"
    columns = ", ".join(quoted_part(c) for c in row)
    values = ", ".join(quoted(v) for v in row.values())
    return f"insert into {target.name} ({columns}) values ({values})"


def _taken_over(turn: Turn, target: Target, row: dict[str, str], answer: Answer) -> str:
    """The owner column that a trigger took away from the victim; "" where the row is as it was sent."""
    keys = [c for c in target.table.primary_key if c in row]
    if target.table.is_view or not keys or not answer.count:
        return "" if answer.count else "or dropped all"
    where = " and ".join(f"{quoted_part(c)} = {quoted(row[c])}" for c in keys)
    owners = (*target.ownership.user_columns, *target.ownership.tenant_columns)
    for kept in turn.rows(target.name, where)[:1]:
        changed = [c for c in owners if c in row and str(kept.get(c)) != row[c]]
        # One owner that stays is enough to speak of the victim's row.
        if changed and len(changed) == len([c for c in owners if c in row]):
            return changed[0]
    return ""


def _named(target: Target) -> str:
    return "" if target.table.is_view else target.table.name
