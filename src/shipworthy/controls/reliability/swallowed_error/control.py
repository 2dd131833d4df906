"""Errors of writes and remote calls that vanish, so that everybody believes that all went well."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.code.naming import spoken
from shipworthy.prototype.failures.catches import Catch, Handling
from shipworthy.prototype.failures.edits import Weight, with_errors_told
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.modules.unused import is_unused
from shipworthy.prototype.queries.deeds import (
    deed,
    is_aside,
    is_aside_function,
    is_aside_place,
    is_reference,
    is_timing,
    is_trifle,
    is_weighty,
    is_write,
    names_weight,
)
from shipworthy.prototype.queries.query import ErrorUse, Query
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review, Write

# What a person does on purpose, and waits for.
_DEED = regex(
    r"(handle|on[A-Z]|save|create|update|delete|remove|add|submit|send|toggle|invite|upload|approve|reject"
    r"|assign|confirm|cancel|archive|publish|import|accept|decline|reorder|move|change|rename|duplicate)"
)
_QUESTION = regex(
    r"_?(is|has|can|should|exists?|check|health|ping|verify|validate|detect|test|try)(_|[A-Z]|$)"
)
_REMOTE = frozenset({"fetch", "axios.get", "axios", "requests.get", "httpx.get", "client.get"})
_COMMON = frozenset(
    "module default serve handler main load fetch read open send post call execute query".split()
)
_SENT = {
    "request": "the request",
    "mail": "the message",
    "payment": "the payment",
    "account": "the account change",
}
_SENT_AS = {"function": "the server function {}", "request": "the write to {}"}
_TELLS = regex(
    r"^(toast|alert|setError|set\w*Error|notify|enqueueSnackbar|showError|showToast|show\w*Error\w*)(\.|$)"
    r"|(toast|message|notification|Alert)\.(error|alert|warn\w*)$"
)
_BROAD = (None, "Exception", "BaseException")


@dataclass(frozen=True, slots=True)
class _Loss:
    """One error that is lost: what it belongs to, in words, and where that is read."""

    target: str
    message: str
    location: Location
    severity: Severity
    sure: bool = True


class SwallowedError(
    Control,
    id="swallowed-error",
    title="Error that nobody learns of",
    consequence="Data, mails or payments get lost while everybody believes that all went well.",
    severity=Severity.MEDIUM,
    satisfies=("A37", "H08", "owasp:A10", "cwe:390", "cwe:252"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        where = sides(prototype)
        queries = [q for q in prototype.queries if q.location.path not in prototype.by_hand]
        writes = [q for q in queries if is_write(q) or _is_remote(q, where)]
        if not writes and not prototype.catches:
            yield self.not_applicable("the code neither writes data nor catches an error")
            return
        lost: dict[str, list[_Loss]] = {}
        right: dict[str, Location] = {}
        for query in writes:
            if query.error in (ErrorUse.CHECKED, ErrorUse.THROWS):
                right.setdefault(f"{query.location.path}#{query.function}", query.location)
        for subject, loss in _dropped(queries, writes):
            noted = _is_noted(prototype, loss.location)
            lost.setdefault(subject, []).append(
                replace(loss, severity=Severity.LOW) if noted else loss
            )
        for caught, loss in self._caught(prototype):
            lost.setdefault(_subject(caught.location, caught.function, loss), []).append(loss)
        for subject, losses in lost.items():
            path, _, function = subject.partition(" → ")[0].partition("#")
            if is_unused(prototype, path, function):
                shown = [prototype.evidence("code", loss.location) for loss in losses[:1]]
                yield self.satisfied(subject, "Nothing calls this function", *shown)
                continue
            lines = list(dict.fromkeys(loss.location for loss in losses))
            shown = [prototype.evidence("code", line) for line in lines[:5]]
            sure_ones = [loss for loss in losses if loss.sure]
            worst = max((loss.severity for loss in sure_ones or losses), key=lambda s: s.value)
            first_sure = next((loss for loss in sure_ones if loss.severity is worst), None)
            message = (first_sure or losses[0]).message
            sure = Confidence.HIGH if first_sure else Confidence.LOW
            yield self.gap(subject, message, *shown, severity=worst, confidence=sure)
        if not lost and not right:
            yield self.not_applicable("no error was found that anybody would miss")
        for subject, location in right.items():
            if not any(other.startswith(subject) for other in lost):
                shown = [prototype.evidence("code", location)]
                yield self.satisfied(subject, "The errors of its writes are looked at", *shown)

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """Throw where the function does so already, show it where the page can, else log it."""
        path, where = finding.subject.partition("#")[0], sides(prototype)
        queries = [q for q in prototype.queries if q.location.path == path]
        writes = [q for q in queries if is_write(q) or _is_remote(q, where)]
        told = _dropped(queries, writes)
        all_caught = [(c, loss) for c, loss in self._caught(prototype) if c.location.path == path]
        caught = [
            c for c, loss in all_caught if _subject(c.location, c.function, loss) == finding.subject
        ]
        if any(c.success is not None for c in caught):
            return None  # what says that it worked has to go as well
        file, browser = prototype.files.get(path), where.get(path) is not Side.SERVER
        text = file and with_errors_told(
            file,
            {loss.location for subject, loss in told if subject == finding.subject},
            {c.location for c in caught},
            browser,
            _weight(finding.severity),
        )
        if not text or file is None or text == file.text:
            return None
        function = finding.subject.partition(" → ")[0].partition("#")[2]
        said = f"Tell when {spoken(path, function)} fails, in {path}"
        return Remedy(said, Review.CAREFUL, (Write(path, text),))

    def _caught(self, prototype: Prototype) -> Iterator[tuple[Catch, _Loss]]:
        by_path: dict[str, list[Query]] = {}
        for query in prototype.queries:
            by_path.setdefault(query.location.path, []).append(query)
        where, remote, models = sides(prototype), _remote(prototype), _models(prototype)
        for caught in prototype.catches:
            path = caught.location.path
            if path in prototype.by_hand:
                continue
            if caught.sends == ("request",) and _takes_leave(prototype, caught):
                continue
            queries = _guarded(caught, by_path.get(path, ()))
            if caught.sends and "request" not in caught.sends and _tells_itself(prototype, caught):
                continue
            loss = _of_catch(caught, queries, where.get(path, Side.UNKNOWN), remote, models)
            if loss is not None and _is_one_of_several(caught, prototype.files[path].text or ""):
                loss = replace(loss, severity=Severity.LOW)
            if loss is not None:
                yield caught, loss


def _weight(severity: Severity) -> Weight:
    if severity.blocks_launch:
        return Weight.GRAVE
    return Weight.LIGHT if severity is Severity.LOW else Weight.USUAL


def _dropped(queries: list[Query], writes: list[Query]) -> Iterator[tuple[str, _Loss]]:
    """The writes whose error is lost, by subject: those that are waited for together are one."""
    first: dict[Location, str] = {}
    surfacing, told = _surfacing(queries), _told_by_webhooks(queries)
    asked_by = frozenset(column for query in queries for column in query.filters)
    for query in writes:
        checked = query.error in (ErrorUse.CHECKED, ErrorUse.THROWS)
        if not checked and _is_lost(query):
            loss = _of_query(query, query.location in surfacing, asked_by)
            if _makes_room(query, queries):
                grave = loss.severity.blocks_launch
                loss = replace(loss, severity=Severity.MEDIUM if grave else Severity.LOW)
            elif loss.severity.blocks_launch and _comes_again(query, told):
                loss = replace(loss, severity=Severity.MEDIUM)
            subject = _subject(query.location, query.function, loss)
            if query.together is not None:
                subject = first.setdefault(query.together, subject)
            yield subject, loss


def _tells_itself(prototype: Prototype, caught: Catch) -> bool:
    """True where what is tried is a function of an imported file that deals with its own failure:
    it neither throws nor gives an answer then, so the handler around its call never runs."""
    names = set(caught.attempts)
    imported = prototype.modules.edges.get(caught.location.path, frozenset())
    return any(
        inner.function in names
        and inner.handling is Handling.HANDLED
        and inner.main
        and inner.location.path in imported
        and not _passes_on(prototype, inner.location)
        for inner in prototype.catches
    )


def _passes_on(prototype: Prototype, place: Location) -> bool:
    lines = _lines(prototype, place)
    return any(word in line for line in lines for word in ("throw", "return", "reject", "raise"))


def _takes_leave(prototype: Prototype, caught: Catch) -> bool:
    """True where a page signs out or counts a visit: it goes on whatever the server says to that."""
    return any(map(_LEAVES.search, _lines(prototype, caught.guarded)))


_LEAVES = regex(
    r"""["'`/][\w/-]*(log-?out|sign-?out|heartbeat|telemetry|analytics|track|beacon|page-?view)s?["'`?/]""",
    re.IGNORECASE,
)


def _lines(prototype: Prototype, place: Location) -> Iterator[str]:
    file = prototype.files[place.path]
    return (file.line(n) for n in range(place.line, max(place.end_line, place.line) + 1))


def _remote(prototype: Prototype) -> frozenset[str]:
    """The prototype's own functions that ask a database, a service or a model."""
    names = {query.function for query in prototype.queries}
    names |= {call.function for call in prototype.outbound_calls}
    names |= {call.function for call in prototype.model_calls}
    return frozenset(name for name in names if len(name) > 3 and name not in _COMMON)


def _models(prototype: Prototype) -> frozenset[str]:
    """The prototype's own functions that ask a model."""
    calls = prototype.model_calls
    return frozenset(name for call in calls for name in (call.function, *call.reached_through))


def _is_remote(query: Query, where: Mapping[str, Side]) -> bool:
    """A call of a server function, or a server's own write through the address of the database."""
    if query.operation == "request":
        return where.get(query.location.path) is Side.SERVER
    return query.operation == "function"


def _is_lost(query: Query) -> bool:
    """True for a write whose error is dropped, unless it only tidies up or keeps books."""
    in_screen = query.component is not None and query.success is not None
    misled = query.error is ErrorUse.LOGGED and in_screen
    if query.operation == "function" and (not in_screen or "notif" in (query.table or "")):
        return False  # nobody is told that it worked, or of another matter
    if query.operation == "function" and _RECOVERS.search(query.table or ""):
        return False  # the same answer for everybody tells no stranger who has an account
    if query.may_fail or not (misled or query.error is ErrorUse.IGNORED):
        return False
    return not (is_aside(query) or is_aside_function(query.function))


_RECOVERS = regex(r"(forgot|reset|recover)[-_]?password|password[-_]?reset", re.IGNORECASE)


def _is_noted(prototype: Prototype, place: Location) -> bool:
    """True below a comment such as "// Log the change": a line of a log, whatever its table."""
    above = prototype.files[place.path].line(place.line - 1) if place.line > 1 else ""
    return _NOTES.match(above) is not None


_NOTES = regex(r"\s*(//|#|/\*+)\s*(\d+[.)]\s*)?(log|track|audit)\b(?!\s*(in|out)\b)", re.IGNORECASE)
_NEAR = 15  # lines between the deletion of a row's dependents and its own


def _surfacing(queries: list[Query]) -> frozenset[Location]:
    """Deletions of what hangs on a row, right before the row's own, whose error is looked at: the
    database refuses that one where the first failed, unless nothing binds them."""
    told: dict[tuple[str, str], list[int]] = {}
    deletions = [q for q in queries if q.operation == "delete"]
    for query in deletions:
        if query.error in (ErrorUse.CHECKED, ErrorUse.THROWS):
            told.setdefault((query.location.path, query.function), []).append(query.location.line)
    return frozenset(
        q.location
        for q in deletions
        for line in told.get((q.location.path, q.function), ())
        if 0 < line - q.location.line <= _NEAR
    )


def _makes_room(query: Query, queries: list[Query]) -> bool:
    """True for the deletion of rows or accounts that the same function makes anew further down (what is
    left over meets the new ones there), and of rows whose account it made or deletes next."""
    if query.operation != "delete" and query.method != "deleteUser":
        return False
    rows = query.operation == "delete"
    near = (
        q for q in queries if (q.location.path, q.function) == (query.location.path, query.function)
    )
    return any(
        (rows and other.method in _MAKES)
        or (
            other.location.line > query.location.line
            and (
                other.method in _MAKES
                or (rows and other.method == "deleteUser")
                or (other.operation in ("insert", "upsert") and other.table == query.table)
            )
        )
        for other in near
    )


def _told_by_webhooks(queries: list[Query]) -> frozenset[str]:
    """The tables into which webhooks write what a service tells."""
    return frozenset(
        q.table
        for q in queries
        if q.table and q.operation in ("update", "upsert") and _HOOK.search(q.location.path)
    )


def _comes_again(query: Query, told: frozenset[str]) -> bool:
    """True for what the next run of a sync brings, and for what a page notes of a payment of which a webhook
    tells as well."""
    if _HOOK.search(query.location.path) or query.operation not in ("update", "upsert"):
        return False
    if _SYNCS.search(f"{query.location.path} {query.function}"):
        return True
    return query.table in told and _RETURNS.search(query.function) is not None


_HOOK = regex(r"webhook|(^|/)(api|functions|server)/(.*/)?hooks?/", re.IGNORECASE)
_SYNCS = regex(r"(^|[-_/ ])sync([-_/. A-Z]|$)|[-_a-z]([Ss]ync)([-_/. ]|$)")
_RETURNS = regex(
    r"^_?(handle)?_?(confirm|complete|finali[sz]e|verify|check|mark|after|on)\w*(pay|checkout|order|session|success|complete|return)",
    re.IGNORECASE,
)
_MAKES = ("createUser", "inviteUserByEmail", "signUp")


def _of_query(query: Query, surfaces: bool, asked_by: Collection[str]) -> _Loss:
    where = spoken(query.location.path, query.function)
    words = _SENT_AS.get(query.operation)
    what = words.format(query.table or "the database") if words else deed(query)
    seen = "only logged" if query.error is ErrorUse.LOGGED else "not looked at"
    message = f"{where} goes on as if {what} had worked: its error is {seen}"
    target, sure = query.table or query.method, not surfaces and not is_timing(query)
    return _Loss(target, message, query.location, _severity(query, asked_by), sure)


def _severity(query: Query, asked_by: Collection[str] = ()) -> Severity:
    """HIGH for money, orders and rights that are lost as a whole, or that a payment told of; LOW for
    notices and what people soon do again."""
    table = query.table or ""
    if is_trifle(query) or _NOTICE.search(table) or _PASSING.search(table):
        return Severity.LOW
    if _MADE_UP.search(query.location.path):
        return Severity.LOW  # rows which are made again
    if _LOADS.match(query.function) and query.operation in ("insert", "upsert"):
        return Severity.LOW  # a first row, which the next look at the page makes again
    if _RECORDS.search(table) and not _MUST_BE_KEPT.search(table):
        return Severity.LOW
    columns = query.written or ()
    if len(columns) == 1 and _HASH.search(columns[0]) and _at_sign_in(query):
        return (
            Severity.LOW
        )  # hashed anew: the old one still holds, and the next sign-in tries again
    hooked = _HOOK_OF_MONEY.search(query.location.path) and query.operation in ("update", "upsert")
    if hooked and any(map(_ENTITLES.search, columns)):
        return Severity.HIGH  # what was paid for, told once
    if not is_weighty(query) or is_reference(query, asked_by):
        return Severity.MEDIUM
    money = names_weight(table) and _MONEY_OR_PLACES.search(table) is not None
    taken = query.operation in ("insert", "delete", "update") and _RIGHTS.search(table)
    place = f"{query.location.path} {query.function}"
    paid = query.operation == "update" and money and _PAID.search(place) is not None
    entered = query.operation in ("insert", "upsert") and money
    # What users say of themselves, as a name or a picture, is put in once more; a password is believed in.
    account = query.operation == "auth" and query.written != ("data",)
    return Severity.HIGH if entered or taken or paid or account else Severity.MEDIUM


# A laboratory has samples, a league has fixtures, and a demo that somebody asks for is a talk.
_MADE_UP = regex(
    r"(^|[/_-])(?<!book.)(?<!request.)(?<!schedule.)demo([/_.-]|$)(?!request|booking|lead|call)"
    r"|(^|[/_-])(seed(s|er|ing)?|(sample|demo|fixture)s?[_-]?(data|rows))([/_.-]|$)",
    re.IGNORECASE,
)
_LOADS = regex(r"GET$|(fetch|load)([A-Z_]|$)")
_HOOK_OF_MONEY = regex(
    r"(stripe|paddle|paypal|lemon|razorpay|mercado|payment|billing|subscription)[\w-]*[-_/]?(web)?hook"
    r"|(web)?hooks?[-_/][\w-]*(stripe|paddle|paypal|lemon|razorpay|mercado|payment|billing|subscription)",
    re.IGNORECASE,
)
_ENTITLES = regex(
    r"(^|_)(subscription|plan|membership)_?(status|tier|plan|type|level)$|^(plan|tier)(_id)?$"
    r"|^is_?(premium|pro|paid|subscribed)$",
    re.IGNORECASE,
)
_HASH = regex(r"(password|pass|pwd)_?hash$|^hash(ed_?password)?$", re.IGNORECASE)


def _at_sign_in(query: Query) -> bool:
    place = f"{query.location.path}#{query.function}"
    return re.search(r"(log|sign)_?-?in|authenticate|verify", place, re.IGNORECASE) is not None


# What was paid, sold or booked; a ticket, a contract or an invitation that is missing is asked for.
_MONEY_OR_PLACES = regex(
    r"^accounts?$|pay|invoice|order|transaction|transfer|refund|subscription|purchase|sale|bill|wallet|balance|credit|ledger"
    r"|earning|commission|booking|reservation|appointment|enrol|withdraw|deposit|stock|inventor|licen",
    re.IGNORECASE,
)
# Who may do what: one that stays is as bad as one that is missing.
_RIGHTS = regex(
    r"(^|_)(roles?|permissions?|memberships?|access|api_keys?)$|^members$"
    r"|(^|_)(team|org|organi[sz]ation|company|workspace|tenant|project|group)_(members|users)$",
    re.IGNORECASE,
)
# Where money that moved is entered in the books.
_PAID = regex(r"webhook|stripe|paypal|mercadopago|checkout|payment|refund|wallet", re.IGNORECASE)


# What is over in minutes, or is made again at the next try.
_PASSING = regex(
    r"(^|_)(otps?|otp_\w+|(verification|reset|login)_(codes?|tokens?)|drafts?|queues?|locks?|nonces?|states?"
    r"|suggestions?|embeddings?|chunks?|thumbnails?|previews?)$",
    re.IGNORECASE,
)
# What is only counted or looked at later: one that is missing changes nothing for anybody.
_RECORDS = regex(
    r"(^|_)(logs?|runs?|stats?|statistics|metrics?|analytics|usages?|views?|visits?|clicks?|impressions?"
    r"|telemetry|traces?|activit(y|ies)|predictions?|sync_(states?|status)|(post|offer|content|page)_shares"
    r"|(email|page|user|app|ui|tracking)_events?)$",
    re.IGNORECASE,
)
_MUST_BE_KEPT = regex(
    r"audit|consent|payment|order|invoice|billing|credit|medic|health", re.IGNORECASE
)
# A notice that is missing harms less than lost data.
_NOTICE = regex(r"notif|announcement|(^|_)(alerts?|reminders?)$", re.IGNORECASE)


def _guarded(caught: Catch, queries: Iterable[Query]) -> list[Query]:
    """The queries in the code that a handler guards."""
    place = caught.guarded
    last = max(place.end_line, place.line)
    return [q for q in queries if place.line <= q.location.line <= last]


def _of_catch(
    caught: Catch,
    queries: list[Query],
    side: Side,
    remote: frozenset[str],
    models: frozenset[str],
) -> _Loss | None:
    """What is lost in a handler; None where nobody is misled."""
    if caught.handling is Handling.HANDLED or caught.commented or caught.exception not in _BROAD:
        return None
    if is_aside_function(caught.function) or caught.function in ("onSuccess", "onSettled"):
        return None
    if caught.detached or caught.second or is_aside_place(caught.location.path):
        return None  # best effort: nobody waits for it, it tidies up, or counts what visitors do
    if _tidies_up(caught):
        return None
    writes = [q for q in queries if is_write(q) and not is_aside(q) and _may_throw(q, caught)]
    answered = any(map(_TELLS.search, caught.attempts))  # a refusal is told, at least
    sends = [kind for kind in caught.sends if _counts(kind, caught, models) and not answered]
    if (writes or sends) and _misleads(caught, side):
        return _of_write(caught, writes, sends)
    reads = [q for q in queries if q.operation == "select" and q.library != "sqlite"]
    if side is not Side.BROWSER and _looks_empty(caught) and (reads or _calls_out(caught, remote)):
        return _of_read(caught, reads)
    return None


def _tidies_up(caught: Catch) -> bool:
    """True where a branch of Python only deletes or closes something, whatever comes of it."""
    return (
        caught.location.path.endswith(".py")
        and not caught.main
        and caught.handling is Handling.EMPTY
        and bool(caught.attempts)
        and all(_TIDIES.search(name) for name in caught.attempts)
    )


_TIDIES = regex(r"(^|[._])(delete|remove|unlink|close|cleanup|rmtree|terminate|kill|cancel)(_|$)")


def _may_throw(query: Query, caught: Catch) -> bool:
    """False where the result itself was looked at and told, and for a row that may be gone already:
    `.delete(…).catch(() => {})`."""
    if caught.method and query.operation == "delete":
        return False
    looked_at = query.library == "supabase" and query.error is ErrorUse.CHECKED
    return caught.throws or not looked_at or not any(map(_TELLS.search, caught.attempts))


def _counts(kind: str, caught: Catch, models: frozenset[str]) -> bool:
    """False for a request that an effect of a component sends to learn something, and for a "message"
    that goes to a model."""
    if kind == "request":
        if caught.effect or _BY_ITSELF.match(caught.function):
            return False  # nobody asked for it: it is sent again next time
        return not caught.method
    names = {name.rpartition(".")[2] for name in caught.attempts}
    return kind != "mail" or not any(n in models for n in names if "essage" in n)


_BY_ITSELF = regex(r"(tick|poll|run|sync|refresh|init|load|fetch|ping|warm)([A-Z_]|$)")


def _misleads(caught: Catch, side: Side) -> bool:
    """True when a failed write is not even logged, or when somebody is told that it worked."""
    if caught.handling is Handling.EMPTY:
        return True
    if caught.told:
        return True
    if caught.handling is not Handling.LOGGED_ONLY or not caught.main or caught.method:
        return False
    if caught.success is not None:
        return side is Side.BROWSER
    return side is Side.BROWSER and bool(_DEED.match(caught.function))


def _looks_empty(caught: Catch) -> bool:
    """True when a failed read looks like an empty answer, and no log tells the difference."""
    if (
        caught.handling is not Handling.DEFAULTED
        or caught.logged
        or not caught.main
        or caught.method
    ):
        return False
    return caught.default == "[]" and not _QUESTION.match(caught.function)


def _calls_out(caught: Catch, remote: frozenset[str]) -> bool:
    names = {name.rpartition(".")[2] for name in caught.attempts}
    return bool(names & remote) or bool(_REMOTE.intersection(caught.attempts))


def _of_write(caught: Catch, writes: list[Query], sends: list[str]) -> _Loss:
    where = spoken(caught.location.path, caught.function)
    if writes:
        target, what = writes[0].table or "", deed(writes[0])
    else:
        target, what = "", _SENT[sends[0]]
    told = "reports success" if caught.success else "tells nobody"
    message = f"{where} {told} when {what} fails"
    if writes:
        worst = max(map(_severity, writes), key=lambda s: s.value)
    elif {"payment", "account"} & set(sends):
        worst = Severity.HIGH
    elif "request" not in sends and _greets(caught):
        worst = Severity.LOW  # nobody waits for it
    elif sends != ["request"]:
        worst = Severity.MEDIUM  # whoever waits for a message asks for it
    else:
        little = _TRIFLE.search(caught.function) or _LOOKS.match(caught.function)
        worst = Severity.LOW if little else Severity.MEDIUM
    return _Loss(target, message, caught.location, worst)


def _greets(caught: Catch) -> bool:
    """True for a mail that only says welcome or thanks, as the names of what is called say."""
    return any(map(_GREETING.search, (caught.function, *caught.attempts)))


_GREETING = regex(r"welcome|thank_?you|boas_?vindas|bienvenid|willkommen", re.IGNORECASE)
_TRIFLE = regex(
    r"(^|[a-z])(Like|Vote|Bookmark|Favou?rite|Follow|React|Star|Pin|Theme|Dismiss|Notification)s?([A-Z]|$)"
)


# What only brings something to the screen: whoever misses it asks once more, and nothing is lost.
_LOOKS = regex(
    r"(handle|on|do|start|run|auto)?_?([A-Z]\w*)?(search|fetch|load|reload|refresh|look_?up|preview|suggest|estimate)([A-Z_]|$)",
    re.IGNORECASE,
)


def _of_read(caught: Catch, reads: list[Query]) -> _Loss:
    where = spoken(caught.location.path, caught.function)
    source = (reads[0].table if reads else None) or "the other service"
    message = f"{where} answers as if there were nothing when {source} cannot be reached"
    return _Loss(source if reads else "", message, caught.location, Severity.MEDIUM, caught.leaves)


_FAMILY = regex(r"^([a-z]\w*?(?:With|From|Via|Using|On)|[a-z]+_(?:with|from|via|using|on)_)\w+$")


def _is_one_of_several(caught: Catch, text: str) -> bool:
    """True for `searchWithBrave` beside `searchWithSerper`: another one is asked where it brings nothing."""
    family = _FAMILY.match(caught.function)
    if family is None or caught.handling is not Handling.DEFAULTED:
        return False
    named = set(
        re.findall(
            rf"\bfunction {family[1]}\w+|\bconst {family[1]}\w+(?= =)|\bdef {family[1]}\w+", text
        )
    )
    return len(named) > 1


def _subject(location: Location, function: str, loss: _Loss) -> str:
    base = f"{location.path}#{function}"
    return f"{base} → {loss.target}" if loss.target else base
