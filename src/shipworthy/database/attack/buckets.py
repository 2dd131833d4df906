"""Attempts on the files of the victim in every storage bucket."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shipworthy.database.attack.masking import masked_row, masked_statement
from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.rules import Rules, candidates
from shipworthy.database.attack.session import Session
from shipworthy.database.attack.target import Target
from shipworthy.database.attack.verdict import gate_passed, verdict
from shipworthy.database.attempts import Attempt, Ownership, Result, Rule, Verb
from shipworthy.database.rules.expressions import policy_rule
from shipworthy.database.schema import Schema, Source, Table, Trust
from shipworthy.database.seed.people import OWNER, VISITOR, key
from shipworthy.database.seed.storage import buckets, file_key, file_of
from shipworthy.database.seed.values import quoted

_OBJECTS = "storage.objects"


def attempts_on_buckets(
    session: Session, schema: Schema, persona: Persona, rules: Rules
) -> Iterator[Attempt]:
    """What the persona achieves on the victim's file in each bucket."""
    table = schema.tables.get(_OBJECTS) or Table("storage", "objects", "table", _PLATFORM)
    for bucket, public in buckets(schema).items():
        target = _target(table, bucket)
        where = f"bucket_id = {quoted(bucket)} and id = {quoted(file_key(bucket, OWNER))}"
        read, seen = _read(session, target, persona, rules, bucket, where, public=public)
        yield read
        for verb, statement in (
            (Verb.UPDATE, f"update storage.objects set metadata = '{{}}' where {where}"),
            (Verb.DELETE, f"delete from storage.objects where {where}"),
            (Verb.INSERT, _upload(bucket, persona)),
        ):
            if verb is not Verb.INSERT and not seen:
                yield replace(_base(persona, verb, bucket, statement), reason=_HIDDEN)
                continue
            yield _write(session, target, persona, rules, bucket, verb, statement)


_HIDDEN = "the file cannot be found: reading it is refused"
_PLATFORM = Source(Trust.PLATFORM)


def _target(table: Table, bucket: str) -> Target:
    row = {"id": file_key(bucket, OWNER), "bucket_id": bucket, "name": file_of(OWNER)}
    keyed = replace(table, primary_key=("id",), row_security=True)
    return Target(keyed, {OWNER.mark: row}, Ownership(("owner",)), {})


def _upload(bucket: str, persona: Persona) -> str:
    """A new file in the victim's folder; the storage server names the caller as its owner."""
    owner = quoted(persona.person.id) if persona.person else "null"
    name = quoted(f"{OWNER.id}/{VISITOR.mark}-new.png")
    values = f"{quoted(key('upload', bucket))}, {quoted(bucket)}, {name}, {owner}, {owner}"
    return f"insert into storage.objects (id, bucket_id, name, owner, owner_id) values ({values})"


def _read(
    session: Session,
    target: Target,
    persona: Persona,
    rules: Rules,
    bucket: str,
    where: str,
    *,
    public: bool,
) -> tuple[Attempt, bool]:
    """The attempt, and whether the file's row can be found at all."""
    statement = f"select name, owner_id from storage.objects where {where}"
    base = _base(persona, Verb.READ, bucket, statement)
    with session.turn(persona) as turn:
        answer = turn.run(statement)
    found = bool(answer.rows) or not answer.passed
    if answer.rows:
        listed = replace(
            base,
            result=Result.SUCCEEDED,
            rows=len(answer.rows),
            row=masked_row(answer.mappings()[0]),
            columns=answer.columns,
            rules=rules.of_table(target, persona, Verb.READ),
            reason="the files can be listed and read",
        )
        return listed, found
    if public:
        opened = replace(
            base,
            result=Result.SUCCEEDED,
            rules=(Rule(f'bucket "{bucket}" is public'),),
            reason="the bucket is public: who knows a file's address reads it; listing is refused",
        )
        return opened, found
    if not answer.passed:
        result, reason = verdict(answer)
        return replace(base, result=result, error=answer.error, reason=reason), found
    return base, found


def _write(
    session: Session,
    target: Target,
    persona: Persona,
    rules: Rules,
    bucket: str,
    verb: Verb,
    statement: str,
) -> Attempt:
    base = _base(persona, verb, bucket, statement)
    with session.turn(persona) as turn:
        turn.run("select set_config('storage.allow_delete_query', 'true', true)")
        answer = turn.run(statement)
    if (answer.count and answer.passed) or gate_passed(answer, "objects"):
        command = verb.name
        named = rules.of_table(target, persona, verb)
        if verb is Verb.INSERT:  # no row of the victim to ask: every rule that could be it
            found = candidates(target.table, persona.role, command)
            named = tuple(policy_rule(p) for p in found if bucket in f"{p.check}{p.using}") or named
        return replace(base, result=Result.SUCCEEDED, rows=1, rules=named)
    if not answer.passed:
        result, reason = verdict(answer)
        return replace(base, result=result, error=answer.error, reason=reason)
    return base


def _base(persona: Persona, verb: Verb, bucket: str, statement: str) -> Attempt:
    return Attempt(
        persona.actor,
        verb,
        f"bucket {bucket}",
        Result.REFUSED,
        statement=masked_statement(statement),
    )
