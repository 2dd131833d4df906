"""Attempts to gain power on one's own row: a role, a plan, credit, approval, another's tenant."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attack.better import Better, same
from shipworthy.database.attack.masking import masked, masked_statement
from shipworthy.database.attack.own_row import OwnRow, is_personal, one_each, own_row, single_key
from shipworthy.database.attack.persona import FRESH, Persona
from shipworthy.database.attack.rules import Rules
from shipworthy.database.attack.session import Answer, Session, Turn
from shipworthy.database.attack.target import Target, Touch, as_row
from shipworthy.database.attack.verdict import gate_passed, verdict
from shipworthy.database.attempts import Attempt, Result, Verb
from shipworthy.database.names import quoted_part
from shipworthy.database.schema import Schema
from shipworthy.database.seed.catalogue import Catalogue
from shipworthy.database.seed.keys import Keys
from shipworthy.database.seed.people import STRANGER
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.seed.values import quoted


class Promotion:
    """Tries to gain power with the rows that a sign-up gave, or with rows one adds oneself."""

    def __init__(
        self,
        session: Session,
        schema: Schema,
        catalogue: Catalogue,
        targets: Mapping[str, Target],
        keys: Keys,
        rules: Rules,
    ) -> None:
        self._session = session
        self._targets = targets
        self._keys = keys
        self._rules = rules
        self._better = Better(schema, catalogue)

    def attempts(self, target: Target, readable: Mapping[str, frozenset[str]]) -> Iterator[Attempt]:
        """Every way up that one table may offer. `readable` is what an actor reads anyway."""
        own = OwnRow.find(self._session, target)
        if not is_personal(target):
            return
        if own is not None:
            for column in self._powers(target):
                yield from self._raise(target, own, column, readable)
            for column in target.ownership.tenant_columns:
                yield from self._move(target, own, column, readable)
        yield from self._add(target, own, readable)

    def _powers(self, target: Target) -> list[str]:
        computed = {c.name for c in target.table.columns if c.generated}
        owners = {*target.ownership.user_columns, *target.ownership.tenant_columns}
        names = (c.name for c in target.table.columns)
        return [n for n in names if power_of(n) and n not in computed | owners]

    def _raise(
        self, target: Target, own: OwnRow, column: str, readable: Mapping[str, frozenset[str]]
    ) -> Iterator[Attempt]:
        """Set one column of one's own row to what gives more."""
        values = self._better.than(target, column, own.row.get(column))
        best: Attempt | None = None
        for value in values:
            made = self._set(target, own, column, value, Verb.PROMOTE, readable)
            if best is None or made.result is Result.SUCCEEDED:
                best = made
            if made.result is Result.SUCCEEDED or not made.error.startswith("2"):
                break
        if best:
            yield best

    def _move(
        self, target: Target, own: OwnRow, column: str, readable: Mapping[str, frozenset[str]]
    ) -> Iterator[Attempt]:
        """Set the tenant of one's own row to the victim's."""
        tenant = (target.victim or {}).get(column)
        if tenant and column not in target.table.primary_key and own.row.get(column) != tenant:
            yield self._set(target, own, column, tenant, Verb.JOIN, readable)

    def _set(
        self,
        target: Target,
        own: OwnRow,
        column: str,
        value: str,
        verb: Verb,
        readable: Mapping[str, frozenset[str]],
    ) -> Attempt:
        statement = f"update {target.name} set {quoted_part(column)} = {quoted(value)} where {own.condition}"
        base = Attempt(
            own.persona.actor,
            verb,
            target.table.qualified,
            Result.REFUSED,
            statement=masked_statement(statement),
            columns=(column,),
        )
        with self._session.turn(own.persona) as turn:
            answer = turn.run(statement)
            if not answer.passed:
                return _failed(base, answer)
            after = turn.rows(target.name, own.condition) if answer.count else []
            kept = as_row(after[0]).get(column) if after else None
            if not answer.count or not same(kept, value):
                trigger = "a trigger put the old value back" if answer.count else ""
                return replace(base, reason=trigger)
            opened = self._opened(turn, own.persona, readable)
        shown = value if verb is Verb.PROMOTE else masked(value)
        said = f"{column} was {masked(own.row.get(column))} and is now {shown}"
        if verb is Verb.JOIN and not opened:
            reason = f"{said}, but that opens no row of the tenant"
            return replace(base, result=Result.UNCLEAR, reason=reason)
        return replace(
            base,
            result=Result.SUCCEEDED,
            rows=len(opened),
            row={column: masked(value)},
            tables=opened,
            reason=_consequence(said, opened),
            rules=self._rules.of_table(target, own.persona, Verb.UPDATE, own.condition),
        )

    def _add(
        self, target: Target, own: OwnRow | None, readable: Mapping[str, frozenset[str]]
    ) -> Iterator[Attempt]:
        """Add a row about oneself: with the strongest words, then with the victim's tenant."""
        powers = [c for c in self._powers(target) if power_of(c) is not Power.APPROVAL]
        top = {c: next(iter(self._better.than(target, c, None)), None) for c in powers}
        strong = {c: v for c, v in top.items() if v is not None}
        tenants = {
            c: v
            for c in target.ownership.tenant_columns
            if (v := (target.victim or {}).get(c)) and c not in single_key(target)
        }
        single = own is not None and own.persona is FRESH and one_each(target)
        if strong and not tenants:
            yield from self._insert(target, strong, Verb.PROMOTE, readable, replaced=single)
        if tenants:
            yield from self._insert(target, strong | tenants, Verb.JOIN, readable, replaced=single)

    def _insert(
        self,
        target: Target,
        chosen: Mapping[str, str],
        verb: Verb,
        readable: Mapping[str, frozenset[str]],
        *,
        replaced: bool,
    ) -> Iterator[Attempt]:
        row = self._new_row(target, chosen)
        where = own_row(target)
        columns, values = ", ".join(map(quoted_part, row)), ", ".join(row.values())
        statement = f"insert into {target.name} ({columns}) values ({values})"
        base = Attempt(
            FRESH.actor,
            verb,
            target.table.qualified,
            Result.REFUSED,
            statement=masked_statement(statement),
            columns=tuple(chosen),
        )
        with self._session.turn(FRESH) as turn:
            if replaced:  # one row each: the present one has to go first
                answer = turn.run(f"delete from {target.name} where {where}")
                if not answer.passed or not answer.count:
                    return
                first = masked_statement(f"delete from {target.name} where {where}")
                base = replace(base, statement=f"{first}; {base.statement}")
            answer = turn.run(statement)
            if gate_passed(answer, target.table.name):
                yield self._late(base, answer, target)
                return
            if not answer.passed:
                yield _failed(base, answer)
                return
            kept = [as_row(r) for r in turn.rows(target.name, where)]
            held = [c for c, v in chosen.items() if any(same(r.get(c), v) for r in kept)]
            if not held:
                yield replace(base, reason="a trigger changed the new row")
                return
            opened = self._opened(turn, FRESH, readable)
        words = ", ".join(
            f"{c} = {masked(chosen[c]) if verb is Verb.JOIN else chosen[c]}" for c in held
        )
        yield replace(
            base,
            result=Result.SUCCEEDED,
            rows=len(opened),
            columns=tuple(held),
            row={c: masked(chosen[c]) for c in held},
            tables=opened,
            reason=_consequence(f"a row about oneself with {words}", opened),
            rules=self._rules.of_table(target, FRESH, Verb.INSERT),
        )

    def _late(self, base: Attempt, answer: Answer, target: Target) -> Attempt:
        if answer.state == "23505":  # the one row that one may have is there already
            return replace(base, error=answer.error)
        reason = f"the rules let it pass; only a constraint stopped this one ({answer.error})"
        rules = self._rules.of_table(target, FRESH, Verb.INSERT)
        return replace(
            base, result=Result.SUCCEEDED, error=answer.error, reason=reason, rules=rules
        )

    def _new_row(self, target: Target, chosen: Mapping[str, str]) -> dict[str, str]:
        """A row of the stranger; what it refers to besides themselves is the victim's."""
        touch = target.touch.get(FRESH.role, Touch())
        row = {}
        users = target.ownership.user_columns
        references = {c for f in target.table.foreign_keys for c in f.columns}
        for column, made in self._keys.row(target.table, STRANGER).items():
            if column in references and column not in users and made != "NULL":
                value = (target.victim or {}).get(column)
                made = "null" if value is None else quoted(value)
            row[column] = made
        row |= {c: quoted(v) for c, v in chosen.items()}
        return {c: v for c, v in row.items() if c in touch.fillable or c in chosen or c in users}

    def _opened(
        self, turn: Turn, persona: Persona, readable: Mapping[str, frozenset[str]]
    ) -> tuple[str, ...]:
        """Tables whose row of the victim the persona reads now and did not read before."""
        turn.become(persona)
        before = readable.get(persona.actor.value, frozenset())
        found = []
        for name, target in self._targets.items():
            if name in before or target.victim is None:
                continue
            touch = target.touch.get(persona.role, Touch())
            if not set(target.key()) <= set(touch.readable):
                continue
            answer = turn.attempt(f"select 1 from {target.name} where {target.condition()}")
            if answer.rows:
                found.append(name)
        return tuple(found)


def _consequence(said: str, opened: tuple[str, ...]) -> str:
    if not opened:
        return said
    names = ", ".join(opened[:5]) + (f" and {len(opened) - 5} more" if len(opened) > 5 else "")
    return f"{said}; rows of another user can then be read in {names}"


def _failed(base: Attempt, answer: Answer) -> Attempt:
    if answer.state.startswith("23"):
        return replace(
            base,
            result=Result.UNCLEAR,
            error=answer.error,
            reason="a constraint refused this value",
        )
    result, reason = verdict(answer)
    return replace(base, result=result, error=answer.error, reason=reason)
