"""Rules that trust what users say of themselves in the metadata of their token."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipworthy.database.attack.metadata import shown
from shipworthy.database.attack.persona import FRESH, Persona
from shipworthy.database.attack.session import Session
from shipworthy.database.attack.target import Target, Touch
from shipworthy.database.attempts import Actor, Attempt, Result, Verb
from shipworthy.database.schema import Schema
from shipworthy.database.seed.people import STRANGER
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.seed.sign_up import USERS
from shipworthy.regex import regex

_CLAIM = regex(r"user_metadata'[^']{0,40}->>?\s*'(\w+)'")


def by_own_metadata(
    session: Session,
    schema: Schema,
    targets: Mapping[str, Target],
    readable: Mapping[str, frozenset[str]],
) -> Iterator[Attempt]:
    """Rules that trust the user's own metadata: anyone may set theirs to what opens the most."""
    keys = dict.fromkeys(k for text in _rule_texts(schema) for k in _CLAIM.findall(text))
    for key in keys:
        power = power_of(key)
        if power is None:
            continue
        value: object = True if power is Power.FLAG else "admin"
        persona = Persona(Actor.STRANGER, STRANGER, {key: value})
        before = readable.get(FRESH.actor.value, frozenset())
        opened = [n for n, t in targets.items() if n not in before and _reads(session, t, persona)]
        yield Attempt(
            Actor.STRANGER,
            Verb.PROMOTE,
            USERS,
            Result.SUCCEEDED if opened else Result.REFUSED,
            statement=f"updateUser with data {{{key}: {shown(value)}}}",
            rows=len(opened),
            columns=(f"user_metadata.{key}",),
            tables=tuple(opened),
            reason=f"rules trust user_metadata; it opens {', '.join(opened[:5])}" if opened else "",
        )


def _rule_texts(schema: Schema) -> Iterator[str]:
    for table in schema.tables.values():
        for policy in table.policies:
            yield from (t for t in (policy.using, policy.check) if t)
    for function in schema.functions.values():
        if "jwt" in function.body:
            yield function.body


def _reads(session: Session, target: Target, persona: Persona) -> bool:
    touch = target.touch.get(persona.role, Touch())
    if target.victim is None or not set(target.key()) <= set(touch.readable):
        return False
    with session.turn(persona) as turn:
        return bool(turn.run(f"select 1 from {target.name} where {target.condition()}").rows)
