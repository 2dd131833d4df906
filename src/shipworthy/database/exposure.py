"""What the attempts amount to for one table: what leaks, to whom, and the evidence for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from shipworthy.database.answer_keys import answer_keys, is_at_stake, keeps_results
from shipworthy.database.attempts import Actor, Attempt, Ownership, Result, Verb
from shipworthy.database.private import (
    is_always_private,
    is_code_of_a_group,
    is_discount_code,
    is_face,
    is_held,
    is_key_column,
    is_meant_for_all,
    is_name_column,
    is_own_address,
    is_payer_number,
    is_personal_column,
    is_private_record,
    is_secret_column,
)
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.schema import Table, Trust
from shipworthy.database.seed.ownership import is_people, is_tenant, may_say_who_belongs
from shipworthy.database.seed.power import Power, power_of
from shipworthy.finding import Evidence
from shipworthy.regex import regex

BUCKET = "bucket "
ANSWERS = "the right answers to questions whose results are kept"
DISCOUNTS = "codes of discounts, which whoever lists them may use"
_BROUGHT = regex(r"refer|invit|affiliat|ambassad", re.IGNORECASE)  # who told somebody of the app
_IS_THERE = regex(
    r"\b(\w*_token|token|(?:validation|verification|receipt|confirmation)_hash) is not null",
    re.IGNORECASE,
)


class Exposure(Struct, frozen=True):
    """The attempts of one verb that succeeded on one target, and what is known of the target."""

    target: str
    attempts: tuple[Attempt, ...]
    table: Table | None
    ownership: Ownership
    past: tuple[str, ...] = ()  # of a view: tables whose rows it shows past their rules
    joined: bool = False  # people become members of its rows
    answers: tuple[str, ...] = ()  # columns with the right answers to questions that are scored
    at_stake: bool = False  # and more hangs on the score

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that could be read or changed, in order."""
        return tuple(dict.fromkeys(c for a in self.attempts for c in a.columns))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Readable columns that hold a secret."""
        return tuple(c for c in self.columns if is_secret_column(c))

    @property
    def keys(self) -> tuple[str, ...]:
        """Readable codes that let in whoever holds them; also where a rule asks only that there is one."""
        rules = " ".join(rule.text for attempt in self.attempts for rule in attempt.rules)
        asked = frozenset(_IS_THERE.findall(rules))
        return tuple(
            c
            for c in self.columns
            if c in asked
            or is_key_column(c, self.target)
            or (self.joined and is_code_of_a_group(c))
        )

    @property
    def discounts(self) -> tuple[str, ...]:
        """Readable codes that are worth money to whoever knows them."""
        return tuple(c for c in self.columns if is_discount_code(c, self.target))

    @property
    def personal(self) -> tuple[str, ...]:
        """Readable columns that describe a person; none of them does in the address of the app itself."""
        if is_own_address(self.target) and not self.is_owned and self.is_shown_on_purpose:
            return ()
        return tuple(c for c in self.columns if is_personal_column(c, self.target))

    @property
    def names_only(self) -> bool:
        """True where names are all that it tells of people."""
        return bool(self.personal) and all(is_name_column(c) for c in self.personal)

    @property
    def reaches_nobody(self) -> bool:
        """True where names and numbers of payers are all that it tells of people."""
        return all(is_name_column(c) or is_payer_number(c) for c in self.personal)

    @property
    def is_owned(self) -> bool:
        """True where the rows belong to a user or a tenant."""
        return bool(self.ownership.user_columns or self.ownership.tenant_columns)

    @property
    def is_founded(self) -> bool:
        """True where the rows are the tenants themselves, each of which somebody founds: a new one hangs on
        none that is there."""
        key = self.table.primary_key if self.table else ()
        keys = self.table.foreign_keys if self.table else ()
        linked = any(column in key for other in keys for column in other.columns)
        own = len(key) == 1 and self.ownership.tenant_columns == key and not linked
        return own and is_tenant(self.target)

    @property
    def is_own_account(self) -> bool:
        """True where a new row is an account of the prototype's own: nothing but its key ties it to
        anybody, so it is nobody else's, and no column gives its maker rights."""
        key = self.table.primary_key if self.table else ()
        columns = self.table.columns if self.table else ()
        keys = self.table.foreign_keys if self.table else ()
        linked = any(column in key for other in keys for column in other.columns)
        owned = (*self.ownership.user_columns, *self.ownership.tenant_columns)
        rights = any(power_of(c.name) in (Power.ROLE, Power.FLAG) for c in columns)
        return len(key) == 1 and owned == key and not linked and not rights

    @property
    def is_shown_on_purpose(self) -> bool:
        """True where the policies that let everybody read say in their names that this is meant."""
        rules = [rule for attempt in self.attempts for rule in attempt.rules]
        return bool(rules) and all(is_meant_for_all(rule.text) for rule in rules)

    @property
    def is_private(self) -> bool:
        """True where the rows are somebody's own affairs, whatever their columns are called."""
        if any(not _DEPARTMENT.search(self._whose(c)) for c in self.ownership.tenant_columns):
            return True
        if self.target.endswith("profiles") and is_face(self.columns):
            return False
        if not self.is_owned and self.table and is_held(self.target, self._names):
            return False
        return is_always_private(self.target) or (self.is_owned and is_private_record(self.target))

    def _whose(self, tenant: str) -> str:
        """What a column of tenants names: its own table where it is the key."""
        return self.target if self.table and (tenant,) == self.table.primary_key else tenant

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.table.columns) if self.table else ()


_DEPARTMENT = regex(r"(^|[._])departments?(_(id|uuid))?$", re.IGNORECASE)
"""Parts of one organisation: what belongs to one is no secret from the others by itself."""


def exposures(
    proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb, files: bool = False
) -> Iterator[Exposure]:
    """What these actors achieved with these verbs, one exposure per target, by name.

    Buckets are attacked with the verbs of tables: `files` asks for them instead of tables.
    """
    found = succeeded(proof, actors, *verbs, files=files)
    for target in sorted(found):
        seeding = proof.seeding.get(target)
        ownership = seeding.ownership if seeding else Ownership()
        table = proof.schema.tables.get(target)
        past = _past(proof, table) if table else ()
        joined = table is not None and _is_joined(proof, table, ownership)
        answers = answer_keys(table) if table is not None else ()
        answers = answers if answers and keeps_results(proof.schema) else ()
        at_stake = bool(answers) and is_at_stake(proof.schema)
        attempts = tuple(found[target])
        yield Exposure(target, attempts, table, ownership, past, joined, answers, at_stake)


def _is_joined(proof: DatabaseProof, table: Table, ownership: Ownership) -> bool:
    """True where rows of people or members name the row that they belong to, which has a code to enter by."""
    if not any(is_code_of_a_group(column.name) for column in table.columns):
        return False
    if is_people(table.name) or set(table.primary_key) & set(ownership.user_columns):
        return False  # the code is of one user, who invites others to the app
    for name, other in proof.schema.tables.items():
        seeding = proof.seeding.get(name)
        users = seeding.ownership.user_columns if seeding else ()
        named = is_people(other.name) or (bool(users) and may_say_who_belongs(other.name))
        links = (key for key in other.foreign_keys if key.target == table.qualified)
        if named and any(not _BROUGHT.search(" ".join(key.columns)) for key in links):
            return True
    return False


def _past(proof: DatabaseProof, view: Table) -> tuple[str, ...]:
    """The guarded tables of users or tenants that a view reads with the rights of its owner."""
    if not view.is_view or view.invoker:
        return ()
    tables = (proof.schema.tables.get(name) for name in view.depends_on)
    guarded = [t.qualified for t in tables if t is not None and t.row_security]
    owners = {name: proof.seeding[name].ownership for name in guarded if name in proof.seeding}
    return tuple(
        n
        for n, o in owners.items()
        if o.tenant_columns or (o.user_columns and is_private_record(n))
    )


def succeeded(
    proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb, files: bool = False
) -> Mapping[str, list[Attempt]]:
    """The attempts of these actors that succeeded, by target."""
    found = tried(proof, actors, *verbs, files=files)
    won = {t: [a for a in made if a.result is Result.SUCCEEDED] for t, made in found.items()}
    return {target: attempts for target, attempts in won.items() if attempts}


def tried(
    proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb, files: bool = False
) -> Mapping[str, list[Attempt]]:
    """All attempts of these actors, by target."""
    who = frozenset(actors)
    found: dict[str, list[Attempt]] = {}
    for attempt in proof.attempts:
        of_kind = attempt.target.startswith(BUCKET) is files
        if of_kind and attempt.actor in who and attempt.verb in verbs:
            found.setdefault(attempt.target, []).append(attempt)
    return found


def evidence(attempts: Iterable[Attempt]) -> tuple[Evidence, ...]:
    """The rules that let attempts pass, then the statements that were run with what came of them."""
    attempts = list(attempts)
    ran = [Evidence("attack", _shown(attempt)) for attempt in attempts[:3] if attempt.statement]
    rules = dict.fromkeys(rule for attempt in attempts for rule in attempt.rules)
    passed = [
        Evidence("migrations", rule.text, rule.source.location if rule.source else None)
        for rule in list(rules)[:4]
    ]
    return (*passed, *ran)


def _shown(attempt: Attempt) -> str:
    """ "anybody: select * from leads → 1 row, email=anna…"."""
    row = ", ".join(f"{name}={value}" for name, value in list(attempt.row.items())[:4])
    written = ", ".join(f"{count} in {table}" for table, count in sorted(attempt.written.items()))
    rows = f"{attempt.rows} row" + ("" if attempt.rows == 1 else "s") if attempt.rows else ""
    came = ", ".join(part for part in (rows, row, written, attempt.reason or attempt.error) if part)
    return f"{attempt.actor.value}: {attempt.statement} → {came or 'done'}"


def why_private(exposure: Exposure) -> str | None:
    """What of a readable table is nobody else's business, in words; None where nothing is."""
    if exposure.secrets:
        return f"secrets ({_listed(exposure.secrets)})"
    if exposure.keys:
        return f"codes that let in whoever holds them ({_listed(exposure.keys)})"
    if exposure.personal:
        return f"personal data ({_listed(exposure.personal)})"
    if exposure.past:
        return f"rows of {_listed(exposure.past)}, past the rules of the table"
    if exposure.is_private and not (exposure.is_shown_on_purpose and not _is_affair(exposure)):
        owners = exposure.ownership.tenant_columns or exposure.ownership.user_columns
        named = f" ({_listed(owners)})" if owners else ""
        return f"they are nobody else's business{named}"
    if exposure.discounts:
        return f"{DISCOUNTS} ({_listed(exposure.discounts)})"
    shown = [column for column in exposure.answers if column in exposure.columns]
    return f"{ANSWERS} ({_listed(shown)})" if shown else None


def refused(proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb) -> Iterator[str]:
    """The targets on which every attempt of these actors was refused, by name."""
    for target, attempts in sorted(tried(proof, actors, *verbs).items()):
        if all(attempt.result is Result.REFUSED for attempt in attempts):
            yield target


def not_judged(
    proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb
) -> Iterator[tuple[str, str]]:
    """Targets on which no verdict is possible, and why."""
    passed = succeeded(proof, actors, *verbs)
    for name, table in sorted(proof.schema.tables.items()):
        if table.tainted:
            yield name, table.tainted
        elif table.unread:
            if name not in passed:
                yield name, table.unread
        elif not table.judged and table.source.trust in _UNMADE:
            yield name, "no migration makes this table: its rules are not known"
    yield from unclear(proof, actors, *verbs)


def unclear(
    proof: DatabaseProof, actors: Iterable[Actor], *verbs: Verb, files: bool = False
) -> Iterator[tuple[str, str]]:
    """Targets on which no attempt succeeded and at least one came to no verdict, and why."""
    for target, attempts in sorted(tried(proof, actors, *verbs, files=files).items()):
        open_ended = [a for a in attempts if a.result is Result.UNCLEAR]
        if open_ended and not any(a.result is Result.SUCCEEDED for a in attempts):
            yield target, open_ended[0].reason or open_ended[0].error


_UNMADE = (Trust.GENERATED, Trust.NAMED, Trust.STUB)


def _is_affair(exposure: Exposure) -> bool:
    """True where no name of a policy can make the rows public: they are somebody's affairs."""
    return is_always_private(exposure.target) or is_private_record(exposure.target)


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
