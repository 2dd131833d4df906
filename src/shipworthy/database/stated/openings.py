"""What the stated rules of tables and buckets let others do, as attempts that would succeed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.answer_keys import answer_keys
from shipworthy.database.attempts import Actor, Attempt, Result, Rule, Verb
from shipworthy.database.exposure import BUCKET
from shipworthy.database.private import is_discount_code, is_key_column, is_secret_column
from shipworthy.database.rules.expressions import expressions, policy_rule
from shipworthy.database.schema import Bucket, Policy, Schema, Source, Table, Trust
from shipworthy.database.stated.nobody import for_who_is_signed_in
from shipworthy.database.stated.passing import NOT_TOLD, Passing, Who, passing
from shipworthy.database.stated.words import at_word, bare, texts
from shipworthy.regex import regex

OBJECTS = "storage.objects"
COMMANDS = {
    Verb.READ: "SELECT",
    Verb.INSERT: "INSERT",
    Verb.UPDATE: "UPDATE",
    Verb.DELETE: "DELETE",
}
ROLES = {Actor.ANYBODY: "anon", Actor.STRANGER: "authenticated"}
_NEEDED = {Actor.ANYBODY: Who.ANYBODY, Actor.STRANGER: Who.USERS}


_REFUSES = r"raise\s+exception|return\s+null|return\s+old|\bauth\s*\."
_STAMPS = regex(r"updated_at|moddatetime|timestamp", re.IGNORECASE)
_OF_NOBODY = regex(r"\bis\s+null\b", re.IGNORECASE)  # a row that names no owner


def open_tables(schema: Schema) -> Iterator[Attempt]:
    """What anybody and any user may do to rows of others."""
    for table in served(schema):
        for actor in ROLES:
            for verb in COMMANDS:
                rules = let_pass(table, actor, verb)
                if rules and not stopped(schema, table, COMMANDS[verb]):
                    columns = tuple(c.name for c in table.columns) if verb is Verb.READ else ()
                    yield succeeded(actor, verb, table.qualified, rules, columns)
            secrets = _secrets(table)
            rules = _of_a_kind(table, actor) if secrets else ()
            if rules and not let_pass(table, actor, Verb.READ):
                yield succeeded(actor, Verb.READ, table.qualified, rules, secrets)


def served(schema: Schema) -> Iterator[Table]:
    """The tables behind the REST interface whose rules are told: policies of a table without row
    security have no effect, which is another gap."""
    for _, table in sorted(schema.tables.items()):
        secured = table.row_security or (table.policies and not table.is_made)
        if (
            table.kind == "table"
            and table.schema in schema.exposed
            and secured
            and not table.tainted
        ):
            yield table


def let_pass(table: Table, actor: Actor, verb: Verb) -> tuple[Policy, ...]:
    """The policies that let an actor do this to any row, or to all rows of a kind where it changes them."""
    found = tuple(p for p, way in ways(table, actor, verb) if way.who >= _NEEDED[actor])
    if not found or verb in (Verb.READ, Verb.INSERT):
        return tuple(p for p in found if verb is not Verb.READ or not passing(p.using).part)
    # A row has to be seen to be found and changed.
    seen = any(way.who >= _NEEDED[actor] for _, way in ways(table, actor, Verb.READ))
    return found if seen else ()


def _of_a_kind(table: Table, actor: Actor) -> tuple[Policy, ...]:
    """The policies that let an actor read the rows of a kind, whosever they are."""
    found = ((p, way) for p, way in ways(table, actor, Verb.READ) if way.who >= _NEEDED[actor])
    return tuple(policy for policy, way in found if way.part)


def _secrets(table: Table) -> tuple[str, ...]:
    """What nobody else may read whatever kind of row it stands in: still to be used, or shown on purpose."""
    named, names = table.qualified, (c.name for c in table.columns)
    return tuple(
        n
        for n in names
        if is_secret_column(n) or is_key_column(n, named) or is_discount_code(n, named)
    ) + answer_keys(table)


def stopped(schema: Schema, table: Table, command: str, told: str = _REFUSES) -> bool:
    """True where a trigger before the statement says something of this, or is not to be seen."""
    bodies = {f"{f.schema}.{f.name}": f.body for f in schema.functions.values()}
    for trigger in table.triggers:
        if trigger.timing != "BEFORE" or command not in trigger.events:
            continue
        body = bodies.get(trigger.function)
        if body is None and not _STAMPS.search(trigger.function):
            return True
        if body and re.search(told, body, re.IGNORECASE):
            return True
    return False


def ways(table: Table, actor: Actor, verb: Verb) -> list[tuple[Policy, Passing]]:
    """The policies that speak of an actor and verb, with who passes each; none where a restrictive one
    may refuse, where one asks the table itself and so goes in a circle, or where nothing is granted."""
    role, command = ROLES[actor], COMMANDS[verb]
    if not any(command in table.grants.get(name, ()) for name in (role, "public")):
        return []
    for_role = [p for p in table.policies if {"public", role} & set(p.roles)]
    meant = [p for p in for_role if p.command in (command, "ALL")]
    if any(not p.permissive and not _stops_nobody(p, actor, verb) for p in meant):
        return []
    meant = [p for p in meant if p.permissive]
    if any(asks_itself(table, p) for p in meant) and _looks_up(for_role):
        return []
    return [(policy, _passing(policy, actor, verb)) for policy in meant]


def _stops_nobody(policy: Policy, actor: Actor, verb: Verb) -> bool:
    """True for a restrictive policy that the actor always passes: it asks for a login, say."""
    way = _passing(policy, actor, verb)
    return way.who >= _NEEDED[actor] and not (way.part or way.said)


def _looks_up(policies: Iterable[Policy]) -> bool:
    """True where reading a row asks any table: whoever reads it within a rule of it goes in a circle."""
    reading = (p for p in policies if p.command in ("SELECT", "ALL"))
    return any(re.search(r"\bselect\b", p.using or "", re.IGNORECASE) for p in reading)


def asks_itself(table: Table, policy: Policy) -> bool:
    """True where a policy selects from its own table."""
    own = rf"\b(?:from|join)\s+(?:{re.escape(table.schema)}\s*\.\s*)?\"?{re.escape(table.name)}\b"
    return any(re.search(own, text, re.IGNORECASE) for text in expressions(policy))


def succeeded(
    actor: Actor,
    verb: Verb,
    target: str,
    policies: Iterable[Policy] = (),
    columns: tuple[str, ...] = (),
    reason: str = "",
) -> Attempt:
    """An attempt that the rules would let pass, with those rules."""
    rules = tuple(policy_rule(policy) for policy in policies)
    return Attempt(
        actor, verb, target, Result.SUCCEEDED, columns=columns, rules=rules, reason=reason
    )


def open_buckets(schema: Schema) -> Iterator[Attempt]:
    """What anybody and any user may do to files of others, in buckets that are made or named here."""
    objects = schema.tables.get(OBJECTS)
    for name, bucket in buckets(schema).items():
        if bucket.public:
            rule = Rule(f'bucket "{name}" is public', bucket.source)
            yield replace(succeeded(Actor.ANYBODY, Verb.READ, f"{BUCKET}{name}"), rules=(rule,))
        if objects is None or objects.tainted:
            continue
        of_bucket = replace(objects, policies=tuple(_of_bucket(objects.policies, name)))
        for actor in ROLES:
            for verb in COMMANDS:
                rules = let_pass(of_bucket, actor, verb)
                told = verb is not Verb.READ or bucket.source.trust is not Trust.STUB
                if rules and told and not (verb is Verb.READ and bucket.public):
                    yield succeeded(actor, verb, f"{BUCKET}{name}", rules)


def buckets(schema: Schema) -> Mapping[str, Bucket]:
    """The buckets that statements make, and those that rules alone name: made by hand, or by code."""
    found = dict(schema.buckets)
    objects = schema.tables.get(OBJECTS)
    for policy in objects.policies if objects else ():
        for name in _named(policy):
            found.setdefault(name, Bucket(name, False, policy.source or Source(Trust.STUB)))
            if name not in schema.buckets:
                found[name] = replace(found[name], source=Source(Trust.STUB))
    return found


def _named(policy: Policy) -> Iterator[str]:
    for text in (policy.using, policy.check):
        for condition in at_word(bare(text or ""), "and"):
            if "bucket_id" in condition:
                yield from texts(condition)


def _of_bucket(policies: Iterable[Policy], bucket: str) -> Iterator[Policy]:
    """The policies for one bucket, without the condition that names it."""
    for policy in policies:
        named = set(_named(policy))
        if not named or bucket in named:
            yield replace(
                policy, using=_without_bucket(policy.using), check=_without_bucket(policy.check)
            )


def _without_bucket(text: str | None) -> str | None:
    if text is None:
        return None
    kept = [c for c in at_word(bare(text), "and") if "bucket_id" not in c.partition("(")[0]]
    return " and ".join(kept) or "true"


def _passing(policy: Policy, actor: Actor, verb: Verb) -> Passing:
    if actor is not Actor.ANYBODY:
        using, check = for_who_is_signed_in(policy.using), for_who_is_signed_in(policy.check)
        if (using, check) != (policy.using, policy.check):
            policy = replace(policy, using=using, check=check)
    if verb is Verb.INSERT:
        asked = policy.check or policy.using
        return NOT_TOLD if asked and _OF_NOBODY.search(asked) else passing(asked)
    if verb is not Verb.UPDATE or policy.check is None:
        return passing(policy.using)
    return passing(policy.using) & passing(policy.check) if policy.using else NOT_TOLD
