"""Which rules let an attempt pass: the policies, the switch that is off, the grant, the definer."""

# ruff: noqa: S608 - names and values are quoted by seed/values.py

from __future__ import annotations

from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.session import Session
from shipworthy.database.attack.target import Target
from shipworthy.database.attempts import Rule, Verb
from shipworthy.database.rules.expressions import policy_rule
from shipworthy.database.schema import Function, Policy, Schema, Table
from shipworthy.database.seed.values import qualified

_COMMANDS = {
    Verb.READ: "SELECT",
    Verb.INSERT: "INSERT",
    Verb.UPDATE: "UPDATE",
    Verb.DELETE: "DELETE",
}


class Rules:
    """Answers by asking the database what each policy says of the victim's row."""

    def __init__(self, owner: Session, schema: Schema) -> None:
        self._owner = owner
        self._schema = schema

    def of_table(
        self, target: Target, persona: Persona, verb: Verb, condition: str = ""
    ) -> tuple[Rule, ...]:
        """What let the persona pass, on the victim's row or the one of the condition."""
        table, command = target.table, _COMMANDS[verb]
        if table.is_view:
            return of_view(table)
        if not table.row_security:
            where = table.row_security_source or table.source
            grant = Rule(f"{command} is granted to {persona.role}")
            return (Rule(f"row security is off on {table.qualified}", where), grant)
        policies = candidates(table, persona.role, command)
        passing = self._passing(target, persona, policies, command, condition)
        return tuple(policy_rule(p) for p in passing)

    def _passing(
        self,
        target: Target,
        persona: Persona,
        policies: list[Policy],
        command: str,
        condition: str,
    ) -> list[Policy]:
        """The policies that are true for the victim's row; all where that cannot be told."""
        texts = [expression(p, command) or "true" for p in policies]
        condition = condition or (target.condition() if target.victim else "")
        if len(policies) < 2 or not condition:
            return policies
        with self._owner.turn(None) as turn:
            turn.run(persona.claims)
            values = ", ".join(f"({text})" for text in texts)
            name = qualified(target.table.qualified)
            answer = turn.run(f"select {values} from {name} where {condition}")
        if not answer.rows:
            return policies
        passing = [p for p, value in zip(policies, answer.rows[0], strict=True) if value == "t"]
        return passing or policies


def candidates(table: Table, role: str, command: str) -> list[Policy]:
    """The permissive policies that speak of a role and command."""
    return [
        p
        for p in table.policies
        if p.permissive and p.command in (command, "ALL") and {"public", role} & set(p.roles)
    ]


def expression(policy: Policy, command: str) -> str | None:
    """What the policy asks of a row: of the new one for INSERT, of the present one otherwise."""
    if command == "INSERT":
        return policy.check or policy.using
    return policy.using


def of_view(table: Table) -> tuple[Rule, ...]:
    """Why a view shows more than its tables would."""
    if table.invoker:
        return (Rule(f"view {table.qualified} reads with the rights of who asks", table.source),)
    text = f"view {table.qualified} without security_invoker reads with the rights of its owner"
    return (Rule(text, table.source),)


def of_function(function: Function, role: str) -> tuple[Rule, ...]:
    """Why a function may do more than its caller."""
    if function.definer:
        text = f"{function.qualified} is SECURITY DEFINER and {role} may call it"
    else:
        text = f"{function.qualified} runs with the rights of {role}: the tables let it pass"
    return (Rule(text, function.source),)


def of_triggers(schema: Schema, table: str) -> tuple[Rule, ...]:
    """The functions that a table's triggers run."""
    sources = {f"{f.schema}.{f.name}": f.source for f in schema.functions.values()}
    found = schema.tables.get(table)
    return tuple(
        Rule(f'trigger "{t.name}" on {table} runs {t.function}', sources.get(t.function, t.source))
        for t in (found.triggers if found else ())
    )
