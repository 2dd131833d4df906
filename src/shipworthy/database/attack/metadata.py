"""Sign-ups with chosen metadata: whether they give more than a plain one, and what the first one gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from shipworthy.database.attack.masking import masked
from shipworthy.database.attack.rules import of_triggers
from shipworthy.database.attack.session import Session, Turn
from shipworthy.database.attack.target import Row, Target, as_row
from shipworthy.database.attempts import Actor, Attempt, Result, Rule, Verb
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Schema
from shipworthy.database.seed.catalogue import Catalogue
from shipworthy.database.seed.keys import allowed
from shipworthy.database.seed.people import PIONEER, STRANGER, VISITOR, Person
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.seed.sign_up import (
    USERS,
    expected_metadata,
    metadata_keys,
    statements,
    trigger_bodies,
)
from shipworthy.database.seed.values import quoted
from shipworthy.regex import regex

_WORTH = 50  # rank from which a word is worth having
_WORDS = 5  # tried for one key
_TENANT = regex(r"(org|organi[sz]ation|company|tenant|workspace|team|empresa|clinic|agency)\w*")
Rows = Mapping[str, tuple[Row, ...]]


class SignUps:
    """Signs up again and again, each time forgotten, and compares the rows that come of it."""

    def __init__(
        self,
        session: Session,
        schema: Schema,
        catalogue: Catalogue,
        targets: Mapping[str, Target],
    ) -> None:
        self._session = session  # of the auth server
        self._schema = schema
        self._catalogue = catalogue
        self._targets = {
            n: t for n, t in targets.items() if t.ownership.user_columns and not t.table.is_view
        }
        self._rules: tuple[Rule, ...] = of_triggers(schema, USERS)

    def first_user(self) -> Iterator[Attempt]:
        """What the very first user got and the next one did not."""
        with self._session.turn(None) as turn:
            first, second = (self._rows(turn, p) for p in (PIONEER, STRANGER))
        gained = self._gained(first, second)
        if gained and second:
            yield Attempt(
                Actor.PIONEER,
                Verb.SIGN_UP,
                USERS,
                Result.SUCCEEDED,
                statement="the first sign-up",
                row=gained,
                columns=tuple(gained),
                rules=self._rules,
                reason=f"whoever signs up first gets {_listed(gained)}",
            )

    def with_metadata(self) -> Iterator[Attempt]:
        """Sign up with each key that the triggers read and that may give power."""
        keys = [k for k in metadata_keys(self._schema) if power_of(k) or _TENANT.match(k)]
        if not keys:
            return
        plain = self._after({})
        if isinstance(plain, str):
            return
        for key in keys:
            yield self._with(key, plain)

    def _with(self, key: str, plain: Rows) -> Attempt:
        error = ""
        for value in self._values(key):
            rows = self._after({key: value})
            if isinstance(rows, str):
                error = rows
                continue
            gained = self._gained(rows, plain)
            if gained:
                return Attempt(
                    Actor.STRANGER,
                    Verb.SIGN_UP,
                    USERS,
                    Result.SUCCEEDED,
                    statement=f"signUp with data {{{key}: {shown(value)}}}",
                    row=gained,
                    columns=tuple(gained),
                    rules=self._rules,
                    reason=f"the new user gets {_listed(gained)}",
                )
        return Attempt(
            Actor.STRANGER,
            Verb.SIGN_UP,
            USERS,
            Result.REFUSED,
            statement=f"signUp with data {{{key}: …}}",
            error=error,
            reason="it gives nothing that a plain sign-up does not",
        )

    def _values(self, key: str) -> Sequence[object]:
        if _TENANT.match(key) and power_of(key) is None:
            return [v for v in dict.fromkeys(self._tenants()) if v][:_WORDS]
        power = power_of(key)
        if power is Power.FLAG:
            return [True]
        if power is Power.AMOUNT:
            return [99999]
        words: list[str] = []
        for name, target in self._targets.items():
            for column in target.table.columns:
                if power_of(column.name) is power:
                    words += allowed(self._catalogue, name, column.name)
        for body in trigger_bodies(self._schema):
            words += re.findall(r"'(\w{3,30})'", body)
        words += ["admin", "enterprise"] if power is not Power.APPROVAL else ["approved"]
        best = sorted({w for w in words if rank(w) >= _WORTH}, key=lambda w: (-rank(w), w))
        return best[:_WORDS]

    def _tenants(self) -> Iterator[str | None]:
        for target in self._targets.values():
            for column in target.ownership.tenant_columns:
                yield (target.victim or {}).get(column)

    def _after(self, metadata: Mapping[str, object]) -> Rows | str:
        """The rows about a new user after this sign-up, or its error."""
        expected = expected_metadata(self._schema, VISITOR)
        error = ""
        for filled in ({}, expected):
            with self._session.turn(None) as turn:
                for statement in statements(VISITOR, {**filled, **metadata}):
                    answer = turn.run(statement)
                    if not answer.passed:
                        error = answer.error
                        break
                else:
                    return self._rows(turn, VISITOR)
        return error

    def _rows(self, turn: Turn, person: Person) -> Rows:
        found = {}
        for name, target in self._targets.items():
            columns = target.ownership.user_columns
            where = " or ".join(f"{quoted_part(c)}::text = {quoted(person.id)}" for c in columns)
            rows = turn.rows(target.name, where)
            if rows:
                found[name] = tuple(as_row(r) for r in rows)
        return found

    def _gained(self, rows: Rows, plain: Rows) -> dict[str, str]:
        """Columns that give more than after a plain sign-up, with their values."""
        gained = {}
        for name, found in rows.items():
            target = self._targets[name]
            tenants = target.ownership.tenant_columns
            for column in (c.name for c in target.table.columns):
                now = [r.get(column) for r in found]
                before = [r.get(column) for r in plain.get(name, ())]
                if column in tenants:
                    theirs = (target.victim or {}).get(column)
                    if theirs and theirs in now and theirs not in before:
                        gained[f"{name}.{column}"] = masked(theirs)
                elif power_of(column) and _rank(now) > max(_rank(before), _WORTH - 1):
                    gained[f"{name}.{column}"] = str(max(now, key=lambda v: _rank([v])))
        return gained


def _rank(values: list[str | None]) -> int:
    return max((rank(v) for v in values if v is not None), default=0)


def shown(value: object) -> str:
    text = str(value)
    return masked(text) if len(text) > 30 else text.lower() if value is True else text


def _listed(gained: Mapping[str, str]) -> str:
    return ", ".join(f"{column} = {value}" for column, value in gained.items())
