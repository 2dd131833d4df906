"""Rows written with whatever the caller sends, roles and owners included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from shipworthy.control import Control
from shipworthy.finding import Confidence, Evidence, Finding, Outcome, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.better_auth import SentRight, sent_rights
from shipworthy.prototype.handlers.columns import (
    is_held,
    is_owner,
    is_plan,
    is_right,
    is_state,
    snake,
    words,
)
from shipworthy.prototype.handlers.handler import (
    AUTHENTICATES,
    Check,
    Effect,
    EffectKind,
    Handler,
    Origin,
    Origins,
)
from shipworthy.prototype.handlers.knowledge.auth_js import MERGES
from shipworthy.prototype.handlers.lent_rights import bare
from shipworthy.prototype.handlers.ownership import Ownership, plain, read_ownership
from shipworthy.prototype.handlers.purpose import Purpose, purpose
from shipworthy.prototype.handlers.sent import (
    ADMINISTRATORS_TOO,
    AN_ADMINISTRATOR,
    LEFT_FREE,
    NO_ADMINISTRATOR,
    UNREAD_LIST,
)
from shipworthy.prototype.handlers.settled import Column, blocked_by_role, settled_by_role
from shipworthy.prototype.handlers.standing import in_database, is_bypassing, is_of_caller
from shipworthy.prototype.handlers.ways import way
from shipworthy.prototype.handlers.within_tenant import is_asked_of_tenant_alone
from shipworthy.prototype.handlers.writes import (
    by_trusted,
    for_administrators,
    inputs,
    last_word,
    writes,
)
from shipworthy.prototype.tables.row_security import NOT_SHOWN, shows_row_security
from shipworthy.regex import regex

_PEOPLE = regex(r"user|profile|account|member|customer|wallet|tenant|compan|organi", re.I)
_PERSONS = regex(r"user|profile|account|member|role|staff|team|employee|admin|invit|access", re.I)
_ENOUGH = 4  # columns named in a message


class MassAssignment(
    Control,
    id="mass-assignment",
    title="The caller fills columns that are not his",
    consequence="Whoever calls writes his own role, owner, price or approval into the database.",
    severity=Severity.HIGH,
    satisfies=("A54", "H20", "owasp:A01", "cwe:915"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        ownership = read_ownership(prototype)
        columns = _columns(prototype)
        settled = settled_by_role(prototype.handlers)
        blocked = blocked_by_role(prototype.handlers, ownership.accounts)
        rules = shows_row_security(prototype)
        found: dict[str, Finding] = {}
        for handler in prototype.handlers:
            for effect in writes(handler):
                finding = self._judged(prototype, handler, effect, columns, ownership)
                if finding is not None and finding.outcome is Outcome.SATISFIED:
                    finding = (
                        self._of_state(prototype, handler, effect, settled)
                        or self._of_himself(prototype, handler, effect, blocked)
                        or finding
                    )
                if finding is not None and not rules and _is_left_to_rules(finding, effect):
                    shown = way(prototype, handler, effect)
                    finding = self.unknown(finding.subject, NOT_SHOWN, *shown)
                if finding is None:
                    continue
                known = found.get(finding.subject)
                if known is None or _outweighs(finding, known):
                    found[finding.subject] = finding
            for effect in handler.effects_of(EffectKind.TOKEN):
                claims = _claims(effect)
                if claims and handler.subject not in found:
                    found[handler.subject] = self._of_session(prototype, handler, effect, claims)
        for right in sent_rights(prototype):
            gap = self._of_sign_up(prototype, right)
            found.setdefault(gap.subject, gap)
        if not found:
            yield self.not_applicable("no entry point writes what its caller sends")
        yield from found.values()

    def _judged(
        self,
        prototype: Prototype,
        handler: Handler,
        effect: Effect,
        tables: dict[str, tuple[str, ...]],
        ownership: Ownership,
    ) -> Finding | None:
        sent = inputs(effect.inputs.get("value:*", ()))
        whole = [o for o in sent if o.kind != "upload"]  # a file is the caller's own data
        named = [(c, o) for c, o in effect.of("value:") if c != "*" and inputs(o)]
        if effect.operation == "delete" or not (whole or named):
            return None
        subject = f"{handler.subject} → {effect.target}"
        shown = way(prototype, handler, effect)
        if by_trusted(effect):
            return self.satisfied(subject, "Only an administrator or a known system writes", *shown)
        if not is_bypassing(effect):
            return self.satisfied(subject, "Row security decides about the write", *shown)
        rights = [
            c
            for c, o in named
            if _gives_rights(c, effect)
            or ownership.lends_rights(effect.target, c)
            or _is_worth_money(c, effect)
            if any(_is_free(effect, i) for i in inputs(o)) and not _tells_of_a_job(c, inputs(o))
        ]
        if rights:
            return self._of_rights(subject, handler, effect, rights, shown, ownership)
        unread = [c for c, o in named if _gives_rights(c, effect) and _is_of_unread(effect, o)]
        if unread and not effect.has(Check.ROLE, Check.UNCLEAR):
            said = f"{' and '.join(unread)} of {effect.target} may be any of a list that could not be read"
            return self.unknown(subject, f"{said}: who may be in it, a person has to say", *shown)
        if not whole:
            return self.satisfied(subject, "Only named, harmless columns are written", *shown)
        picked = effect.literals.get("value:*") == "picked" or _are_listed(effect, whole)
        if picked or all(o.name == "parsed" for o in whole):
            reason = "What is sent passes a schema or list of fields that could not be read"
            return self.unknown(subject, reason, *shown)
        return self._of_whole(subject, handler, effect, tables, ownership, shown)

    def _of_rights(
        self,
        subject: str,
        handler: Handler,
        effect: Effect,
        rights: list[str],
        shown: tuple[Evidence, ...],
        ownership: Ownership,
    ) -> Finding:
        said = f"{handler.name} stores {' and '.join(rights)} of {effect.target} as the caller sends it"
        asked = any(e.has(Check.ROLE) or _refuses(e) for e in handler.effects)
        if _is_of_himself(effect) and not effect.has(Check.ROLE, Check.REFUSES):
            asked = False  # what other methods of the same class ask of their callers
        if not asked and self._is_of_a_colleague(handler, effect, rights, ownership):
            message = (
                f"{said}, for whomever of his organisation the caller names: no role is asked for, so"
                " whoever is signed in makes an administrator of anybody there"
            )
            return self.gap(subject, message, *shown, severity=Severity.CRITICAL)
        unclear = asked or effect.has(Check.UNCLEAR)
        unclear = unclear or (effect.has(Check.OWNER) and not _is_of_himself(effect))
        unclear = unclear or _asks_more_of_administrators(handler, effect)
        if unclear or for_administrators(handler, effect):
            reason = f"{said}; whether only somebody entitled comes so far could not be seen"
            return self.unknown(subject, reason, *shown)
        if any(g.how == NO_ADMINISTRATOR for g in effect.guards):
            reason = f"{said}; an administrator is refused by his name, and no list says who is not"
            return self.unknown(subject, reason, *shown)
        if purpose(handler) is Purpose.WEBHOOK:
            reason = f"{said}; who may post to a webhook is asked by `webhook-unverified`"
            return self.unknown(subject, reason, *shown)
        message = f"{said}, without a check of rights: whoever calls gives himself more of them"
        of_people = bool(_PERSONS.search(effect.target)) or any(
            ownership.lends_rights(effect.target, c) for c in rights
        )
        # What somebody hands out of his own workspace or account is his to hand out.
        sure = Confidence.LOW if _hands_out(effect) else Confidence.HIGH
        severity = Severity.CRITICAL if of_people else Severity.HIGH  # approval of a thing
        return self.gap(subject, message, *shown, severity=severity, confidence=sure)

    def _is_of_a_colleague(
        self, handler: Handler, effect: Effect, rights: list[str], ownership: Ownership
    ) -> bool:
        """True where the caller settles the role of an account of his organisation; others ask for one."""
        return (
            effect.operation == "update"
            and any(words(c)[-1:] in (["role"], ["roles"]) for c in rights)
            and plain(effect.target) in ownership.accounts
            and effect.has(Check.SESSION)
            and not effect.has(Check.UNCLEAR, Check.REFUSES)
            and bool(ownership.governed)
            and not for_administrators(handler, effect)
            and is_asked_of_tenant_alone(handler, effect)
        )

    def _of_state(
        self, prototype: Prototype, handler: Handler, effect: Effect, settled: Mapping[Column, str]
    ) -> Finding | None:
        """A state that others settle, and whoever signs in stores as he likes with what he asks for."""
        if effect.operation != "insert" or by_trusted(effect) or not is_bypassing(effect):
            return None
        if effect.has(Check.UNCLEAR) or for_administrators(handler, effect):
            return None
        if not effect.has(*AUTHENTICATES):
            return None  # whoever comes may do it: told by `unauthenticated-endpoint`
        for column, origins in (*effect.of("value:"), *_left_to_caller(effect, settled)):
            by = settled.get((plain(effect.target), snake(column)))
            if (
                by
                and by != handler.name
                and any(_is_any(effect, column, o) for o in inputs(origins))
            ):
                message = (
                    f"{handler.name} stores {column} of {effect.target} as the caller sends it, while {by}"
                    " asks for a role before it changes that: whoever calls settles his own"
                )
                shown = way(prototype, handler, effect)
                subject = f"{handler.subject} → {effect.target}"
                return self.gap(subject, message, *shown, confidence=Confidence.MEDIUM)
        return None

    def _of_himself(
        self, prototype: Prototype, handler: Handler, effect: Effect, blocked: Mapping[Column, str]
    ) -> Finding | None:
        """What administrators block accounts by, and whoever is signed in writes into his own."""
        if effect.operation == "insert" or by_trusted(effect) or not is_bypassing(effect):
            return None
        asked = [o for _, origins in effect.of("filter:") for o in origins]
        if not any(map(is_of_caller, asked)) or any(o.is_input for o in asked):
            return None
        if effect.has(Check.UNCLEAR) or for_administrators(handler, effect):
            return None
        for column, origins in effect.of("value:"):
            by = blocked.get((plain(effect.target), snake(column)))
            if by and by != handler.name and any(_is_free(effect, o) for o in inputs(origins)):
                message = (
                    f"{handler.name} stores {column} of {effect.target} as the caller sends it, while {by}"
                    " asks for a role before it changes that: whoever is blocked lets himself in again"
                )
                shown = way(prototype, handler, effect)
                subject = f"{handler.subject} → {effect.target}"
                return self.gap(subject, message, *shown, confidence=Confidence.MEDIUM)
        return None

    def _of_sign_up(self, prototype: Prototype, right: SentRight) -> Finding:
        message = (
            f"Better Auth stores {right.column} of an account as a browser sends it with the sign-up or a"
            " change of the own account, since its field does not say `input: false`: whoever comes gives"
            " himself more rights"
        )
        excerpt = f"user.additionalFields.{right.column}"
        asked = any(e.has(Check.ROLE) for h in prototype.handlers for e in h.effects)
        return self.gap(
            f"{right.place.path}#betterAuth → {right.column}",
            message,
            Evidence("code", excerpt, right.place),
            severity=Severity.CRITICAL,
            confidence=Confidence.HIGH if asked else Confidence.MEDIUM,
        )

    def _of_session(
        self, prototype: Prototype, handler: Handler, effect: Effect, claims: list[str]
    ) -> Finding:
        what = "all" if "*" in claims else " and ".join(claims)
        message = (
            f"{handler.name} takes {what} that a page passes to `update()` over into the token of the"
            " session, without asking the database: whoever is signed in makes himself somebody else or"
            " an administrator"
        )
        shown = way(prototype, handler, effect)
        return self.gap(handler.subject, message, *shown, severity=Severity.CRITICAL)

    def _of_whole(
        self,
        subject: str,
        handler: Handler,
        effect: Effect,
        tables: dict[str, tuple[str, ...]],
        ownership: Ownership,
        shown: tuple[Evidence, ...],
    ) -> Finding:
        fixed = {c for c, o in effect.of("value:") if c != "*" and not inputs(o)}
        fixed |= {k[6:] for k in effect.literals if k.startswith("value:")}
        known = tables.get(plain(effect.target))
        settled = {bare(column) for column in fixed}
        own = [c for c in known or () if bare(c) not in settled]
        people = bool(_PEOPLE.search(effect.target))
        account = plain(effect.target) in ownership.accounts
        grave = [
            c
            for c in own
            if _gives_rights(c, effect)
            or ownership.lends_rights(effect.target, c)
            or (people and (is_plan(c) or is_held(c)))
            or (account and snake(c) in ownership.tenants)  # he moves in with another company
        ]
        others = [c for c in own if is_owner(c) or is_state(c) or ownership.holds(c)]
        if known and not grave and not others:
            return self.satisfied(subject, "The table has no column that harms", *shown)
        if known and not grave and not any(map(_points, others)) and _names_owner(effect):
            said = "Whose it is, is said by the code: what is left harms nobody else"
            return self.satisfied(subject, said, *shown)
        which = ", ".join((grave or others)[:_ENOUGH]) or "every column, those of the owner too"
        message = (
            f"{handler.name} writes all that the caller sends into {effect.target}, without a list of"
            f" allowed fields: he decides {which}"
        )
        severity = Severity.HIGH if grave else Severity.MEDIUM
        if own and not grave and not any(is_owner(c) for c in others):
            severity = Severity.LOW  # a state, which many an app lets everybody set
            if not ownership.has_logins:
                reason = f"{message}; nobody signs in here, so it may be meant so"
                return self.unknown(subject, reason, *shown)
        unclear = effect.has(Check.UNCLEAR) or for_administrators(handler, effect)
        lent = bool(grave) and all(ownership.lends_rights(effect.target, c) for c in grave)
        unclear = unclear or (lent and any(map(_refuses, handler.effects)))
        unclear = unclear or (severity is Severity.LOW and effect.operation == "insert")
        unclear = unclear or (
            not known and not ownership.of(effect.target)
        )  # settings, a catalogue
        confidence = Confidence.LOW if unclear else Confidence.HIGH
        return self.gap(subject, message, *shown, severity=severity, confidence=confidence)


def _outweighs(finding: Finding, known: Finding) -> bool:
    """True for what is told in the place of what is known: one way that is right settles no other one."""
    if known.outcome is Outcome.UNKNOWN:
        return finding.outcome is not Outcome.SATISFIED
    return known.outcome is not Outcome.GAP


def _is_of_himself(effect: Effect) -> bool:
    """True where the caller changes his own account: that it is his entitles to no more rights in it."""
    if not _PERSONS.search(effect.target) or effect.operation != "update":
        return False
    his = any(o.kind == "principal" for o in effect.inputs.get("filter:id", ()))
    asked = {guard.how for guard in effect.guards if guard.check is Check.OWNER}
    return his and asked == {f"a row of {effect.target} of the caller"}


def _claims(effect: Effect) -> list[str]:
    """What of a session that a browser sends goes into its token, and says who somebody is or may do."""
    if effect.operation != MERGES:
        return []
    names = [name for name, _ in effect.of("value:")]
    return [
        n
        for n in names
        if n in ("*", "id", "sub", "email") or is_right(n) or is_owner(n) or is_plan(n)
    ]


def _are_listed(effect: Effect, whole: list[Origin]) -> bool:
    """True where all that is sent was refused unless its names are in a list of the code."""
    listed = {o for g in effect.guards if g.check is Check.ALLOWED for o in g.about}
    return all(str(o) in listed for o in whole)


def _left_to_caller(effect: Effect, settled: Iterable[Column]) -> Iterator[tuple[str, Origins]]:
    """The states that `{ ...sent, owner: me }` takes over with whatever was sent, as no schema was asked."""
    sent = inputs(effect.inputs.get("value:*", ()))
    if not sent or any(o.name or o.kind not in ("body", "argument", "form") for o in sent):
        return
    fixed = {bare(column) for column, _ in effect.of("value:")}
    fixed |= {bare(k[6:]) for k in effect.literals if k.startswith("value:")}
    for table, column in settled:
        if table == plain(effect.target) and bare(column) not in fixed:
            yield column, frozenset(sent)


def _is_left_to_rules(finding: Finding, effect: Effect) -> bool:
    return finding.outcome is Outcome.SATISFIED and in_database(effect) and not by_trusted(effect)


def _points(column: str) -> bool:
    """True for the id of an owner: `company` alone may be no more than a name."""
    return is_owner(column) and re.search(r"(id|uuid|by|email)$", column, re.IGNORECASE) is not None


def _names_owner(effect: Effect) -> bool:
    """True where the code itself writes the caller into the row, over whatever was sent."""
    return any(
        column != "*" and origins and all(o.kind == "principal" for o in origins)
        for column, origins in effect.of("value:")
    )


def _columns(prototype: Prototype) -> dict[str, tuple[str, ...]]:
    """The columns of each table; of one that is defined in several places those that all have."""
    found: dict[str, tuple[str, ...]] = {}
    for table in prototype.tables:
        name, columns = plain(table.name), tuple(table.columns)
        if name in found and columns:
            shared = {bare(column) for column in columns}
            columns = tuple(c for c in found[name] if bare(c) in shared) or columns
        found[name] = columns or found.get(name, ())
    return found


_GIVER = regex(
    r"^(invited|created|added|granted|assigned|sent)_?by|^(inviter|owner|workspace|org|organi[sz]ation|tenant|team|company)(_?id)?$",
    re.IGNORECASE,
)


def _hands_out(effect: Effect) -> bool:
    """True for a new row of which the caller is the giver: an invitation, a key of his workspace."""
    return effect.operation == "insert" and any(
        _GIVER.search(column) and any(o.kind == "principal" for o in origins)
        for column, origins in effect.of("value:")
    )


def _refuses(effect: Effect) -> bool:
    """True for an answer to somebody who is known and has no right: something was asked before."""
    return effect.kind is EffectKind.RESPONSE and effect.literals.get("status") == "403"


def _gives_rights(column: str, effect: Effect) -> bool:
    """True for a role of a person, not of an agent or a message; for an approval of anything."""
    said = words(column)
    if not _SAYS_WHICH.isdisjoint(said):
        return False
    if "role" in column.lower() or said == ["user", "type"]:
        return bool(_PERSONS.search(effect.target))
    if re.search("account_?type", column, re.IGNORECASE):  # assets and debts have one too
        return bool(re.search("user|profile|member", effect.target, re.IGNORECASE))
    return is_right(column)


_OF_A_JOB = regex(
    r"(^|\.)(job_?title|title|description|skills|department|responsibilities|duties|salary)$",
    re.IGNORECASE,
)


def _tells_of_a_job(column: str, sent: Iterable[Origin]) -> bool:
    """True for `roles: [{ title, description, skills }]`: what somebody works as, not what he may do."""
    keys = [origin.key for origin in sent]
    of_a_job = [key for key in keys if _OF_A_JOB.search(key)]
    return words(column)[-1:] == ["roles"] and bool(of_a_job) and not any(map(is_right, keys))


def _asks_more_of_administrators(handler: Handler, effect: Effect) -> bool:
    """True where a role has to be in a list and, before the row is written, an administrator's is answered
    on its own, as where a code is asked for that the others do not need."""
    if not any(g.how == ADMINISTRATORS_TOO for g in effect.guards):
        return False
    before = handler.effects[: handler.effects.index(effect)]
    return any(g.how == AN_ADMINISTRATOR for e in before for g in e.guards)


_HOLDERS = regex(r"^(app_?)?(users?|profiles?|user_?profiles?|wallets?)$", re.IGNORECASE)


def _is_worth_money(column: str, effect: Effect) -> bool:
    """True for the credits or the plan of a new account that are stored as they were sent."""
    if effect.operation != "insert" or not _HOLDERS.match(effect.target):
        return False
    return is_plan(column) or words(column)[-1:] in (
        ["credits"],
        ["balance"],
        ["coins"],
        ["points"],
    )


# `only_approved`, `date_approved`: a choice among things, and when something was.
_SAYS_WHICH = frozenset("only date last first show filter include notify auto".split())


def _is_free(effect: Effect, origin: object) -> bool:
    """True for an input that may be anything: compared with no list, by a schema or by hand."""
    names = {str(origin), str(origin).removesuffix(_OF_CHOICE)}
    if getattr(origin, "name", "") == "parsed" and not any(
        g.how == LEFT_FREE and names & g.about for g in effect.guards
    ):
        return False
    return not any(
        g.check is Check.ALLOWED and g.how != ADMINISTRATORS_TOO and names & g.about
        for g in effect.guards
    )


def _is_of_unread(effect: Effect, origins: Origins) -> bool:
    """True for what a schema lets pass that is in a list of which no value is known."""
    names = {str(origin) for origin in inputs(origins)}
    return any(g.how == UNREAD_LIST and names & g.about for g in effect.guards)


def _is_any(effect: Effect, column: str, origin: Origin) -> bool:
    """True for an input that is compared with no list by hand; a schema lists the settled states as well."""
    named = {str(origin), str(origin).removesuffix(_OF_CHOICE)}
    whole = f"value:{column}" not in effect.inputs  # a part of it, by the name of the column
    return (whole or is_state(last_word(origin))) and not any(
        g.check is Check.ALLOWED and named & g.about for g in effect.guards
    )


_OF_CHOICE = ".value"
"""Ends what is read of a choice of an enumeration: `request.role.value`."""
