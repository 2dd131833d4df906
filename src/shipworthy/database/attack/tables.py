"""Attempts to read, change, remove and add rows of the victim, table by table and view by view."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.database.attack.inserts import insert
from shipworthy.database.attack.masking import masked_row, masked_statement
from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.rules import Rules
from shipworthy.database.attack.session import Answer, Session, Turn
from shipworthy.database.attack.target import Row, Target, Touch, own_condition
from shipworthy.database.attack.verdict import NO_ROW, gate_passed, refused, stopped_late
from shipworthy.database.attempts import Attempt, Result, Verb
from shipworthy.database.names import quoted_part
from shipworthy.database.seed.values import quoted

_HARMLESS = (
    "notes",
    "description",
    "title",
    "name",
    "full_name",
    "bio",
    "comment",
    "content",
    "message",
)
_TEXTS = ("text", "character varying")
_HIDDEN = "the row cannot be found: reading it is refused"


def attempts_on(
    session: Session, target: Target, persona: Persona, rules: Rules
) -> Iterator[Attempt]:
    """What the persona achieves on one table or view."""
    touch = target.touch.get(persona.role, Touch())
    read = _read(session, target, persona, touch)
    yield _explained(read, target, persona, rules)
    for verb in (Verb.UPDATE, Verb.DELETE, Verb.INSERT):
        if target.table.is_view and not (target.victim and target.takes(verb)):
            continue
        if verb is not Verb.INSERT and _is_hidden(read, target, touch):
            # An UPDATE or DELETE finds by its WHERE no more than a SELECT; rules are slow to ask.
            yield replace(read, verb=verb, statement="", reason=_HIDDEN)
            continue
        made = _WRITES[verb](session, target, persona, touch)
        yield _explained(made, target, persona, rules)


def _is_hidden(read: Attempt, target: Target, touch: Touch) -> bool:
    """True where a SELECT by the row's key came back empty."""
    refused = read.result is Result.REFUSED and not read.error
    return refused and target.victim is not None and set(target.key()) <= set(touch.readable)


def _explained(attempt: Attempt, target: Target, persona: Persona, rules: Rules) -> Attempt:
    if attempt.result is not Result.SUCCEEDED:
        return attempt
    return replace(attempt, rules=rules.of_table(target, persona, attempt.verb))


def _read(session: Session, target: Target, persona: Persona, touch: Touch) -> Attempt:
    """Select the victim's row with every column that the role may read."""
    columns = ", ".join(quoted_part(c) for c in touch.readable) or "*"
    by_key = set(target.key()) <= set(touch.readable)
    where = f" where {target.condition()}" if by_key and target.victim else ""
    statement = f"select {columns} from {target.name}{where}"
    base = Attempt(
        persona.actor,
        Verb.READ,
        target.table.qualified,
        Result.REFUSED,
        statement=masked_statement(statement),
    )
    with session.turn(persona) as turn:
        answer = turn.run(f"{statement} limit 20")
        if not answer.passed:
            return refused(base, answer)
        if target.victim is None:
            return _read_of_nobody(base, answer)
        row = _victim_in(answer, target, by_key=by_key)
        if row is None:
            return base
        count = _others(turn, target, persona, touch)
    return replace(
        base,
        result=Result.SUCCEEDED,
        rows=max(count, 1),
        row=masked_row(row),
        columns=tuple(touch.readable),
    )


def _read_of_nobody(base: Attempt, answer: Answer) -> Attempt:
    if base.target and answer.rows:
        reason = "rows came back, but none can be tied to another user"
        return replace(base, result=Result.UNCLEAR, reason=reason, rows=len(answer.rows))
    return replace(base, result=Result.UNCLEAR, reason=NO_ROW)


def _victim_in(answer: Answer, target: Target, *, by_key: bool) -> Row | None:
    """The victim's row among those that came back; where its key is hidden, by all other columns."""
    victim = target.victim or {}
    for row in answer.mappings():
        if by_key or all(victim.get(name) == value for name, value in row.items()):
            return row
    return None


def _others(turn: Turn, target: Target, persona: Persona, touch: Touch) -> int:
    """How many rows are seen that are not the persona's own."""
    own = own_condition(target, touch.readable, persona.person.id) if persona.person else "false"
    answer = turn.run(f"select count(*) from {target.name} where ({own}) is not true")
    return int(answer.rows[0][0] or 0) if answer.rows else 1


def _update(session: Session, target: Target, persona: Persona, touch: Touch) -> Attempt:
    """Change a harmless column of the victim's row."""
    column = _harmless(target, touch)
    value = _new_value(target, column)
    statement = (
        f"update {target.name} set {quoted_part(column)} = {value} where {target.condition()}"
    )
    attempt = _write(session, target, persona, Verb.UPDATE, statement)
    if attempt.result is Result.SUCCEEDED:
        return replace(attempt, columns=tuple(touch.changeable))
    return attempt


def _harmless(target: Target, touch: Touch) -> str:
    """A column that the role may change and that no key, owner or rule depends on."""
    owners = (*target.ownership.user_columns, *target.ownership.tenant_columns)
    keys = {*target.key(), *target.table.primary_key, *owners}
    keys.update(c for f in target.table.foreign_keys for c in f.columns)
    free = [c for c in touch.changeable if c not in keys] or touch.changeable
    named = [c for c in _HARMLESS if c in free]
    texts = [c for c in free if _is_text(target, c)]
    computed = {c.name for c in target.table.columns if c.generated}
    every = [c.name for c in target.table.columns if c.name not in computed]
    return next(iter((*named, *texts, *free, *every)), "id")


def _is_text(target: Target, column: str) -> bool:
    found = target.table.column(column)
    return found is not None and found.type.partition("(")[0] in _TEXTS


def _new_value(target: Target, column: str) -> str:
    if _is_text(target, column):
        return "'x'"
    value = (target.victim or {}).get(column)
    return "null" if value is None else quoted(value)


def _delete(session: Session, target: Target, persona: Persona, touch: Touch) -> Attempt:
    del touch
    statement = f"delete from {target.name} where {target.condition()}"
    return _write(session, target, persona, Verb.DELETE, statement)


def _write(
    session: Session, target: Target, persona: Persona, verb: Verb, statement: str
) -> Attempt:
    base = Attempt(
        persona.actor,
        verb,
        target.table.qualified,
        Result.REFUSED,
        statement=masked_statement(statement),
    )
    if target.victim is None:
        return replace(base, result=Result.UNCLEAR, reason=NO_ROW)
    with session.turn(persona) as turn:
        answer = turn.run(statement)
        if gate_passed(
            answer
        ):  # rules come before the constraints of tables that refer to this one
            return stopped_late(base, answer)
        if not answer.passed:
            return refused(base, answer)
        if not answer.count:
            return base
        if verb is Verb.UPDATE or not _still_there(turn, target):
            return replace(base, result=Result.SUCCEEDED, rows=answer.count)
    return replace(base, reason="the row is still there afterwards")


def _still_there(turn: Turn, target: Target) -> bool:
    return bool(turn.rows(target.name, target.condition()))


_WRITES = {Verb.UPDATE: _update, Verb.DELETE: _delete, Verb.INSERT: insert}
