"""What others decide or are paid for, and stated rules let users set: approvals, plans of a tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipworthy.database.attempts import Actor, Attempt, Ownership, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Column, Policy, Schema, Table, Trust
from shipworthy.database.seed.ownership import is_tenant
from shipworthy.database.seed.power import Power, power_of
from shipworthy.database.stated.openings import served, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, Who, passing, plain
from shipworthy.database.stated.powers import gives_power
from shipworthy.database.stated.promotions import is_watched, unguarded
from shipworthy.database.stated.roles_asked import is_of_one_tenant
from shipworthy.database.stated.words import at_word, bare, one_line, speaks_of, texts
from shipworthy.regex import regex

FOR_ALL_OF_US = "for one's own organisation"
_WAITS = regex(
    r"^(?:pend|submit|request|await|wait|in_?review|under_?review|unverified|not_verified|unapproved)",
    re.IGNORECASE,
)
# Somebody else decides: who and when, or why not.
_DECIDED = regex(
    r"^(?:approved|reviewed|verified|decided|processed)_(?:by|at|date)$|approver|^reviewer|^rejection_reason$"
    r"|^reject(?:ed|ion)_\w+$",
    re.IGNORECASE,
)
_OF_APPROVAL = regex(r"approv|verif|review|registration|moderation|kyc", re.IGNORECASE)
# People who are let in by somebody else before they work for others.
_APPLICANTS = regex(
    r"(?:^|_)(?:drivers?|vendors?|providers?|sellers?|instructors?|doctors?|tutors?|merchants?|professionals?"
    r"|mentors?|therapists?|couriers?|nurses?|caregivers?|motoristas?|vendedores|profissionais|profesionales)"
    r"(?:_profiles?)?$",
    re.IGNORECASE,
)
# Who reports something gains nothing from calling it settled.
_OF_REPORTS = regex(
    r"(?:^|_)(?:moderation_queue|feedbacks?|complaints?|suggestions?|bug_reports?|support_tickets?"
    r"|(?:questions?|content|messages?|users?|posts?|comments?|abuse|review|listing)_(?:reports?|flags?))$",
    re.IGNORECASE,
)
_REPORTER = regex(r"^report(?:er|ed_by)|^complainant|^flagged_by", re.IGNORECASE)
_SUBSCRIPTIONS = regex(r"(?:^|_)(?:subscriptions?|assinaturas?|suscripciones)$")
_CREDIT = regex(r"credit|token|quota|coins", re.IGNORECASE)
_MINE = regex(
    r"(?:^|[^.\w])(?:public\.)?(?:\w+\.)?id ?(?:=|in) ?\(?(?: ?(?:select|any)\b[^;]{0,300}auth\.uid\(\)"
    r"|[\w.]+\(auth\.uid\(\)\)|(?:public\.|private\.)?(?:current|get|my|user|auth)_\w+\(\))"
    r"|\bexists ?\(.{0,400}auth\.uid\(\)"
)
_OPERATORS = regex(r"super|platform|system|operator|is_admin\b|service_role", re.IGNORECASE)


def approvals(schema: Schema, owners: Mapping[str, Ownership]) -> Iterator[Attempt]:
    """Rows that wait for a decision of somebody else and that their owner may add as decided."""
    for table in served(schema):
        owned = owners.get(table.qualified, Ownership()).user_columns
        if table.source.trust is Trust.STUB or not owned or _is_report(table, owned):
            continue
        waiting = [c.name for c in table.columns if _waits(table, c) or _hides(table, c)]
        waiting = [name for name in waiting if name not in owned]
        for column in waiting:
            found = unguarded(schema, table, owned, column, Verb.INSERT)
            found = found or unguarded(schema, table, owned, column, Verb.UPDATE)
            if found:
                reason = f"{column} can be chosen by who waits for it"
                target, columns = table.qualified, (column,)
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, found, columns, reason)


def plans_of_tenants(schema: Schema) -> Iterator[Attempt]:
    """Plans and credit that members may set for their own organisation."""
    for table in served(schema):
        rules = [(p, way.who) for p, way in ways(table, Actor.STRANGER, Verb.UPDATE)]
        if is_tenant(table.qualified):
            paid = [c for c in table.columns if _is_paid(schema, table, c)]
            rules = [(p, who) for p, who in rules if _is_mine(p, who)]
        elif _SUBSCRIPTIONS.search(table.name):
            paid = [c for c in table.columns if gives_power(schema, table, c)]
            rules = [(p, who) for p, who in rules if _is_of_my_tenant(p)]
        else:
            continue
        for policy, _ in rules:
            asked = " ".join(expressions(policy))
            free = [c.name for c in paid if not speaks_of(asked, c.name)]
            free = [c for c in free if not is_watched(schema, table, c, "UPDATE")]
            if free:
                reason, columns = f"{', '.join(free)} can be set {FOR_ALL_OF_US}", tuple(free)
                target = table.qualified
                yield succeeded(Actor.STRANGER, Verb.PROMOTE, target, (policy,), columns, reason)
                break


def _is_of_my_tenant(policy: Policy) -> bool:
    """True for a rule that holds a user to the rows of his own organisation, whatever his role in it."""
    text = plain(policy.using or "")
    if _OPERATORS.search(text) or text.count("(") > MOST_NESTED:
        return False
    arms = (at_word(bare(arm), "and") for arm in at_word(bare(text), "or"))
    return any(any(map(names_my_tenant, arm)) for arm in arms)


def names_my_tenant(condition: str) -> bool:
    """True where the tenant of the row is compared with that of the caller."""
    found = _COMPARED.match(bare(condition))
    if found is None or not is_of_one_tenant(found[1]):
        return False
    return "auth.uid()" in condition or _MY_OWN.search(condition) is not None


_COMPARED = regex(r"(?:\w+\.)*(\w+) ?(?:=|in\b)")
_MY_OWN = regex(r"\b(?:get|my|current|auth|user)_\w+ ?\(")


def _is_report(table: Table, owned: tuple[str, ...]) -> bool:
    told = [bool(_REPORTER.match(column)) for column in owned]
    return (
        bool(_OF_REPORTS.search(table.name))
        or all(told)
        or (any(told) and table.name.endswith(("reports", "flags")))
    )


def _waits(table: Table, column: Column) -> bool:
    words = texts(column.default or "")
    if power_of(column.name) is not Power.APPROVAL or not words or not _WAITS.search(words[0]):
        return False
    if column.name == "status" and _APPLICANTS.search(table.name) and others_decide(table):
        return True
    if _OF_APPROVAL.search(column.name) or any(_DECIDED.search(c.name) for c in table.columns):
        return True
    return others_decide(table) and _is_shown_when_approved(table, column)


def _is_shown_when_approved(table: Table, column: Column) -> bool:
    """True where visitors or other users see a row once the column says that it was approved."""
    name = re.escape(column.name)
    asked = re.compile(
        rf"(?:\w+\.)?\"?{name}\"? ?= ?'(?:approved|verified|aprovad[oa]|aprobad[oa])'"
    )
    rules = (p for p in table.policies if p.permissive and p.command == "SELECT" and p.using)
    arms = (arm for p in rules for arm in at_word(bare(plain(p.using or "")), "or"))
    return any(asked.fullmatch(bare(c)) for arm in arms for c in at_word(bare(arm), "and"))


def _hides(table: Table, column: Column) -> bool:
    """True for a flag without which nobody else sees the row, and that others may set."""
    if not _FLAG.match(column.name) or (column.default or "").strip().lower() != "false":
        return False
    shown = (p.using or "" for p in table.policies if p.permissive and p.command == "SELECT")
    asked = re.compile(rf"\b{re.escape(column.name)}\b")
    return others_decide(table) and any(asked.search(text) for text in shown)


_FLAG = regex(r"^(?:is_?)?(?:approved|verified|moderated)$", re.IGNORECASE)


def others_decide(table: Table) -> bool:
    """True where a rule lets somebody else than the owner change rows."""
    changing = (p for p in table.policies if p.permissive and p.command in ("UPDATE", "ALL"))
    return any(_is_of_others(p) for p in changing if "service_role" not in p.roles)


def _is_of_others(policy: Policy) -> bool:
    """True for a rule that asks for a role, alone or beside the owner."""
    if passing(policy.using).who is Who.SOME:
        return True
    return any(_IN_CHARGE.fullmatch(arm) for arm in arms(policy.using))


def arms(expression: str | None) -> list[str]:
    """The conditions of which one is enough; none of an expression that is nested too deep."""
    text = plain(expression or "")
    return [] if text.count("(") > MOST_NESTED else [bare(arm) for arm in at_word(bare(text), "or")]


_IN_CHARGE = regex(
    r"(?:\w+\.)?(?:is_\w*(?:admin|staff|manager|moderator)\w*|has_role)\([^()]*(?:\(\)[^()]*)?\)"
    r"|(?:\w+\.)?(?:get_)?(?:my|user|current_user|current|auth)_role\([^()]*(?:\(\)[^()]*)?\) ?= ?'\w+'"
)


def _is_paid(schema: Schema, table: Table, column: Column) -> bool:
    power = power_of(column.name)
    if power is Power.AMOUNT:
        return bool(_CREDIT.search(column.name)) and "int" in column.type
    return power is Power.PLAN and gives_power(schema, table, column)


def _is_mine(policy: Policy, who: Who) -> bool:
    """True for a rule that holds a user to the row of his own organisation, and operators to nothing."""
    if who >= Who.OWNERS:
        return True
    text = one_line(policy.using or "")
    return bool(_MINE.search(text)) and not _OPERATORS.search(text)
