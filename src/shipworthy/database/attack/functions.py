"""Calls of every function that the REST interface offers: what comes back, and what they change."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from shipworthy.database.attack.arguments import Guess
from shipworthy.database.attack.effects import NOTHING, Effect, Effects, started
from shipworthy.database.attack.masking import masked_row, masked_statement
from shipworthy.database.attack.offered import Called
from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.rules import of_function
from shipworthy.database.attack.session import Answer, Session
from shipworthy.database.attack.target import Marks, Target
from shipworthy.database.attack.verdict import timed_out, verdict
from shipworthy.database.attempts import Attempt, Result, Seeding, Verb
from shipworthy.database.private import is_personal_column, is_secret_column
from shipworthy.database.schema import Function
from shipworthy.database.seed.values import qualified

_RANKS = {Result.SUCCEEDED: 2, Result.UNCLEAR: 1, Result.REFUSED: 0}


class Calls:
    """Calls functions as one persona after another."""

    def __init__(
        self,
        session: Session,
        guess: Guess,
        targets: Mapping[str, Target],
        seeding: Mapping[str, Seeding],
        marks: Marks,
    ) -> None:
        self._session = session
        self._guess = guess
        self._marks = marks
        self._effects = Effects(targets, seeding)

    def attempt(self, called: Called, persona: Persona) -> Attempt:
        """The most telling call of a handful."""
        function = called.function
        best = Attempt(
            persona.actor,
            Verb.CALL,
            function.qualified,
            Result.UNCLEAR,
            reason="no arguments could be guessed",
        )
        person = persona.person
        for number, given in enumerate(self._guess.tuples(function, called.parameters, person)):
            made = self._call(called, persona, given)
            if number == 0 or _RANKS[made.result] > _RANKS[best.result]:
                best = made
            if timed_out(made.error):
                return made
            if best.result is Result.SUCCEEDED:
                return replace(best, rules=of_function(function, persona.role))
        return best

    def _call(self, called: Called, persona: Persona, given: tuple[str, ...]) -> Attempt:
        name = qualified(f"{called.function.schema}.{called.function.name}")
        call = f"{name}({', '.join(given)})"
        statement = f"call {call}" if called.procedure else f"select * from {call}"
        base = Attempt(
            persona.actor,
            Verb.CALL,
            called.function.qualified,
            Result.REFUSED,
            statement=masked_statement(statement),
        )
        with self._session.turn(persona) as turn:
            before = started(turn) if called.writes else None
            answer = turn.run(statement)
            if not answer.passed:
                result, reason = verdict(answer)
                return replace(base, result=result, error=answer.error, reason=reason)
            effect = self._effects.of(turn, persona, before) if before else NOTHING
        return self._judged(called.function, base, answer, effect, given)

    def _judged(
        self,
        function: Function,
        base: Attempt,
        answer: Answer,
        effect: Effect,
        given: tuple[str, ...],
    ) -> Attempt:
        """SUCCEEDED where data of the victim came back or rows of others changed."""
        texts = [value for row in answer.rows for value in row]
        seen = self._named(function, self._marks.found_in(texts, given))
        owned = frozenset(name for name in seen if self._effects.is_owned(name))
        only_keys = not self._marks.found_in(texts, given, keys=False)
        if owned and not only_keys:
            base = self._with_rows(base, answer, owned, given)
        for words, names in (
            ("changes rows of another user in", effect.changed),
            ("adds rows in the name of another user to", effect.added),
        ):
            if names:
                said = f"{words} {', '.join(sorted(names))}"
                reason = f"{base.reason}; {said}" if base.reason else said
                base = replace(base, result=Result.SUCCEEDED, reason=reason)
        if effect.written:
            base = replace(base, written=effect.written)
        if base.result is Result.SUCCEEDED:
            return base
        if effect.written:
            reason = "it changes rows that name nobody"
            return replace(base, result=Result.UNCLEAR, reason=reason)
        if owned:
            reason = "it returns nothing of another user but keys"
            return replace(base, result=Result.UNCLEAR, reason=reason, tables=tuple(sorted(owned)))
        if seen:
            reason = f"it returns rows of {', '.join(sorted(seen))}, which belong to nobody"
            return replace(base, result=Result.UNCLEAR, reason=reason, tables=tuple(sorted(seen)))
        return replace(base, reason="nothing of another user came back or changed")

    def _named(self, function: Function, found: frozenset[str]) -> frozenset[str]:
        """Of the tables that hold a value, those that the function speaks of, if it names any."""
        body = function.body.lower()
        named = {n for n in found if re.search(rf"\b{re.escape(n.rpartition('.')[2])}\b", body)}
        return frozenset(named) or found

    def _with_rows(
        self, base: Attempt, answer: Answer, owned: frozenset[str], given: tuple[str, ...]
    ) -> Attempt:
        rows = answer.mappings()
        of_victim = [r for r in rows if self._marks.found_in(r.values(), given)] or rows
        telling = sorted(of_victim[0].items(), key=lambda item: _telling(item[0], item[1]))
        names = self._columns(dict(telling), owned, given)
        return replace(
            base,
            result=Result.SUCCEEDED,
            rows=len(of_victim),
            row=masked_row(dict(telling)),
            columns=names,
            tables=tuple(sorted(owned)),
            reason=f"returns data of another user from {', '.join(sorted(owned))}",
        )

    def _columns(
        self, row: Mapping[str, str | None], owned: frozenset[str], given: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The columns that came back; inside of a scalar or JSON, those whose values stand in it."""
        if len(row) > 1:
            return tuple(row)
        text = "\n".join(v for v in row.values() if v)
        inside = [
            column
            for name in sorted(owned)
            for column, value in (self._effects.victim(name) or {}).items()
            if value
            and value in self._marks.tables
            and value in text
            and value not in "\n".join(given)
        ]
        return tuple(sorted(dict.fromkeys(inside), key=lambda c: _telling(c, ""))) or tuple(row)


def _telling(column: str, value: str | None) -> tuple[int, str]:
    """Secrets first, then what describes a person, then what is not empty."""
    if is_secret_column(column):
        return 0, column
    if is_personal_column(column, ""):
        return 1, column
    return (2 if value is not None else 3), column
