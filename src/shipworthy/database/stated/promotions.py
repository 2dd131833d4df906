"""Ways to power that the stated rules leave open: on one's own row, by a row about oneself, by metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.attempts import Actor, Attempt, Ownership, Rule, Verb
from shipworthy.database.rules.callers_rights import may_read_accounts, reads_accounts
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import one_row_each, says_who
from shipworthy.database.seed.power import Power, power_of, rank
from shipworthy.database.seed.sign_up import USERS, trigger_bodies
from shipworthy.database.stated.openings import served, stopped, succeeded, ways
from shipworthy.database.stated.passing import Who, trusts_metadata
from shipworthy.database.stated.words import called, texts
from shipworthy.regex import regex

RULES_OVER_OTHERS = 70  # ranks of a role, as `rank` gives them
_LEAST = 10
_MONEY = regex(
    r"credit|wallet|profile|perfi|^users?$|usuario|subscri|balance|affiliate|afiliado|reseller|partner|driver"
    r"|courier|merchant|creator",
    re.IGNORECASE,
)
_CREDIT = regex(r"credit|token|quota|coins", re.IGNORECASE)
# What a payment provider tells of a subscription, beside its plan.
_BILLED = regex(
    r"^(?:stripe|paddle|lemon_?squeezy|razorpay|paypal|mercado_?pago|asaas|paystack|flutterwave)_\w+"
    r"|^(?:subscription|plan|trial|premium|membership|plano|assinatura)_(?:ends?|expir|valid|renew|start|until|period)\w*$"
    r"|^current_period_|^cancel_at_period_end$",
    re.IGNORECASE,
)
_SUBSCRIBED = regex(
    r"^(?:is_)?(?:subscribed|subscriber|vip)$|^has_(?:active_)?subscription$|^subscription_active$",
    re.I,
)
_WORDS = ("text", "character varying")
_SUBSCRIPTIONS = regex(r"(?:^|_)(?:subscriptions?|subscribers?|assinaturas?|suscripciones)$")
_NUMBERS = ("integer", "bigint", "numeric", "decimal", "smallint", "real", "double")


def promotions(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows that say who somebody is and that their owner may write, power included."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned or not says_who(table, owned):
            continue
        given = [c for c in table.columns if gives_power(schema, table, c) and c.name not in owned]
        for verb in (Verb.UPDATE, Verb.INSERT):
            yield from _raised(schema, table, owned, given, verb)


def by_metadata(schema: Schema) -> Iterator[Attempt]:
    """Rules that believe what users write about themselves, wherever it gives power."""
    found: dict[str, list[Rule]] = {}
    works = may_read_accounts(schema)
    for table in schema.tables.values():
        for policy in table.policies:
            asked = [t for t in expressions(policy) if works or not reads_accounts(t)]
            for key in _believed(" ".join(asked)):
                made = succeeded(Actor.STRANGER, Verb.PROMOTE, USERS, (policy,))
                found.setdefault(key, []).extend(made.rules)
    policies = (p for table in schema.tables.values() for p in table.policies)
    functions = called(" ".join(text for policy in policies for text in expressions(policy)))
    for function in schema.functions.values():
        if not (works or function.definer) and reads_accounts(function.body):
            continue  # it fails for whoever calls it
        if not function.is_trigger and function.name in functions:
            for key in _believed(function.body):
                text = f"function {function.qualified}, which rules of row security ask"
                found.setdefault(key, []).append(Rule(text, function.source))
    for key, rules in found.items():
        reason = f"rules of row security trust user_metadata.{key}, which every user may change"
        made = succeeded(Actor.STRANGER, Verb.PROMOTE, USERS, (), (f"user_metadata.{key}",), reason)
        yield replace(made, rules=tuple(rules))


_KEY = regex(r"(?:user_metadata|raw_user_meta_data)'?\s*\)?\s*->>?\s*'(\w+)'", re.IGNORECASE)


def _believed(text: str) -> Iterator[str]:
    if trusts_metadata(text):
        yield from dict.fromkeys(k for k in _KEY.findall(text) if power_of(k))


def _raised(
    schema: Schema, table: Table, owned: tuple[str, ...], given: list[Column], verb: Verb
) -> Iterator[Attempt]:
    open_columns: list[str] = []
    rules: dict[Policy, None] = {}
    for column in given:
        found = unguarded(schema, table, owned, column.name, verb)
        if found:
            open_columns.append(column.name)
            rules |= dict.fromkeys(found)
    if open_columns:
        words = "set" if verb is Verb.UPDATE else "chosen in a new row about oneself"
        reason = f"{', '.join(open_columns)} can be {words}"
        yield succeeded(
            Actor.STRANGER, Verb.PROMOTE, table.qualified, rules, tuple(open_columns), reason
        )


def unguarded(
    schema: Schema, table: Table, owned: tuple[str, ...], column: str, verb: Verb
) -> tuple[Policy, ...]:
    """The rules that let a user write this column of rows about himself; none where anything may stop it."""
    command = "UPDATE" if verb is Verb.UPDATE else "INSERT"
    if is_watched(schema, table, column, command):
        return ()
    if verb is Verb.INSERT and _one_is_there(schema, table, owned):
        return ()
    if verb is Verb.UPDATE and all(
        w.who < Who.OWNERS for _, w in ways(table, Actor.STRANGER, Verb.READ)
    ):
        return ()
    found = []
    for policy, way in ways(table, Actor.STRANGER, verb):
        asked = " ".join(expressions(policy))
        if way.who >= Who.OWNERS and not way.part and not re.search(rf"\b{column}\b", asked):
            found.append(policy)
    return tuple(found)


def is_watched(schema: Schema, table: Table, column: str, command: str) -> bool:
    """True where a trigger may see to the column before a row is written."""
    told = rf"\b{column}\b|to_jsonb|raise\s+exception"
    return stopped(schema, table, command, told)


def _one_is_there(schema: Schema, table: Table, owned: tuple[str, ...]) -> bool:
    """True where the sign-up makes the one row that a user may have."""
    made = re.compile(rf"insert\s+into\s+(?:public\s*\.\s*)?\"?{table.name}\"?\b", re.IGNORECASE)
    return any(made.search(body) for body in trigger_bodies(schema)) and one_row_each(table, owned)


def gives_power(schema: Schema, table: Table, column: Column) -> bool:
    """True for columns that decide what somebody may do or need not pay for, as far as the SQL tells."""
    power = power_of(column.name)
    if _SUBSCRIBED.match(column.name):  # to a plan, not to a newsletter
        return column.type == "boolean" and _is_billed(table, column)
    if power is Power.APPROVAL:
        paid = column.name == "status" and _SUBSCRIPTIONS.search(table.name)
        return bool(paid) and _is_billed(table, column)
    if power is None or column.generated:
        return False
    if power is Power.FLAG:
        return column.type == "boolean"
    if power is Power.AMOUNT:
        money = _CREDIT.search(column.name) or not column.name.endswith(("s", "tokens"))
        return bool(money and _MONEY.search(table.name) and column.type.startswith(_NUMBERS))
    words = _words(schema, table, column)
    if power is Power.PLAN:
        if not words and column.type.startswith(_WORDS) and _is_billed(table, column):
            return True
        return any(rank(w) >= 50 for w in words) or _default_rank(column) == _LEAST
    if words:
        return any(rank(w) >= RULES_OVER_OTHERS for w in words)
    return _default_rank(column) == _LEAST or _asks_for(schema, column.name)


def _is_billed(table: Table, column: Column) -> bool:
    """True where other columns of the row tell of what is paid."""
    return any(_BILLED.match(c.name) for c in table.columns if c.name != column.name)


def _words(schema: Schema, table: Table, column: Column) -> list[str]:
    """The words that a column takes: of its type, or of a check."""
    kind = column.type if "." in column.type else f"public.{column.type}"
    checks = [c.definition for c in table.checks if column.name in c.columns]
    return [*schema.enums.get(kind, ()), *(w for text in checks for w in texts(text))]


def _default_rank(column: Column) -> int:
    words = texts(column.default or "")
    return rank(words[0]) if words else 0


def _asks_for(schema: Schema, column: str) -> bool:
    """True where a rule or function compares a column of this name with a word of power."""
    compared = re.compile(rf"\b{column}\b\"?(?:::\w+)?\s*(?:=|in)\s*\(?\s*'(\w+)'", re.IGNORECASE)
    rules = (t for table in schema.tables.values() for p in table.policies for t in expressions(p))
    bodies = (function.body for function in schema.functions.values())
    return any(
        rank(word) >= RULES_OVER_OTHERS
        for text in (*rules, *bodies)
        for word in compared.findall(text)
    )
