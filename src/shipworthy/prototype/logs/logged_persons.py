"""Which logged values are personal data: addresses, records of people, messages, request bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue
from shipworthy.prototype.logs.origins import FIXED
from shipworthy.regex import regex

_WORDS = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# The last words of a name, and what they hold.
_FIELDS = {
    "email": "e-mail address",
    "emails": "e-mail addresses",
    "email address": "e-mail address",
    "e mail": "e-mail address",
    "phone": "phone number",
    "phones": "phone numbers",
    "phone number": "phone number",
    "mobile number": "phone number",
    "whatsapp number": "phone number",
    "iban": "bank account",
    "bank account number": "bank account",
    "ssn": "social security number",
    "cpf": "tax number",
    "tax id": "tax number",
    "passport number": "passport number",
    "birth date": "birth date",
    "birthdate": "birth date",
    "birthday": "birth date",
    "date of birth": "birth date",
    "dob": "birth date",
    "salary": "salary",
    "full name": "full name",
    "home address": "address",
    "street": "address",
    "street address": "address",
    "shipping address": "address",
    "billing address": "address",
    "user message": "message",
    "user input": "message",
    "credit card number": "card number",
    "debit card number": "card number",
    "bank card number": "card number",
}
_RECORDS = frozenset(
    """user profile customer lead patient employee candidate applicant resident""".split()
)
_RECORD_WORDS = frozenset(
    """user profile customer lead patient employee candidate applicant resident auth current new
    created updated existing my the data info details record row supabase db""".split()
)
_RECIPIENTS = frozenset({"to", "cc", "bcc", "recipient", "recipients", "toAddress", "to_address"})
_SENDS = regex(r"mail|sms|whatsapp|otp", re.IGNORECASE)
_RECEIVES = regex(r"incoming|inbound|received|webhook", re.IGNORECASE)
_COLUMNS = regex(r"mail|phone|mobile|address|birth|salary|iban|full_name|first_name|message", re.I)
# Words of a body's fields that are about a person, or hide what else is in them.
_ABOUT_A_PERSON = frozenset(
    """user profile customer client lead patient employee candidate applicant resident guest member
    contact person owner author sender recipient student teacher driver visitor first last nick
    full username login password token card ssn cpf passport gender age city zip postcode
    latitude longitude location ip note notes text content comment prompt question query answer
    input feedback bio data record payload form fields values body event object items
    rows entries answers history conversation transcript""".split()
)
_NO_PERSON = regex(
    r"^err|error|exc$|from|sender|support|admin|company|test|demo|noreply|business|system|smtp|default|seed|sandbox|delegated|impersonat|mailbox|service_?account",
    re.I,
)

# The account by which the prototype itself signs in at a database or a mail server.
_OF_A_SERVER = regex(
    r"(^|[._])(db|database|pool|mysql|pg|postgres|mongo|redis|smtp|mail(er)?|imap|ftp|connection)"
    r"_?(config|options|settings|params|url)?\.(auth\.)?user(name)?$",
    re.IGNORECASE,
)
# `${results.newEmails} delivered`: how many, not which.
_TALLIES = regex(r"(^|[._])(results?|stats?|summary|totals?|counts?|counters?|metrics)$", re.I)
# Whose `.user` is the answer of a database, not a person.
_DEEDS = regex(r"(delete|remove|insert|update|upsert|clean\w*|reset)_?results?$", re.IGNORECASE)
# A playing card has a number, too: one of a bank is known by what stands with it.
_PAYS = regex(r"pay|credit|debit|billing|bank|\bpan\b|cvv|cvc", re.IGNORECASE)
# A customer number is called account number, too.
_BANKS = regex(r"iban|bank|payout|payee|routing|swift|sort_?code|withdraw|transfer|pix", re.I)
# `session.customer` of Stripe is an id, unless it is expanded.
_OF_STRIPE = regex(
    r"(^|\.)(\w*(session|intent|subscription|invoice|charge|checkout|payment_?method|refund|dispute|mandate)|event\.data\.object)$",
    re.I,
)
# Whose profile is a person's; that of a policy, a browser or a model is a set of options.
_OWNERS = regex(
    r"user|person|member|customer|client|patient|employee|candidate|account|session|auth|state|data|result"
    r"|response|res|self|this|props|body|owner|author|profile|row",
    re.IGNORECASE,
)
_FAILED = regex(r"fail|error|invalid|missing|not found|unexpected|could not|unable", re.IGNORECASE)


def personal_in(value: LoggedValue, call: LogCall, is_python: bool) -> str | None:
    """What personal data a logged value holds, in words; None where nothing says so."""
    if call.of_guests or value.origin == FIXED or _is_of_a_service(value, call):
        return None
    found = _recipient(value, call) or _personal(value, call, is_python)
    if found == _ADDRESS and _PLACES.search(call.text):
        return None
    if found is None or not is_record(found):
        return found
    # What an answer holds that was no success, the name does not say.
    return None if _FAILED.search(call.text) and _is_answer(value.name) else found


_ADDRESS = "a person's address"
# `New branch: ${streetAddress}`: where a firm or a thing stands, not where somebody lives.
_PLACES = regex(
    r"location|branch|(?<!re)store\b|\bshop|venue|propert(y|ies)|listing|restaurant|hotel|office|warehouse",
    re.I,
)


def _is_of_a_service(value: LoggedValue, call: LogCall) -> bool:
    """True for who is signed in where only an account without a person behind it comes."""
    head, _, last = value.name.rpartition(".")
    is_login = last.lower() == "email" and _ACTORS.search(head) is not None
    return is_login and _SERVICES.search(call.function) is not None


_SERVICES = regex(r"service_?account|\w_service$|(^|_)cron(_|$)|\wCron$")


def is_unseen(what: str) -> bool:
    """True where the code does not show whether it is about a person at all: a whole body."""
    if what == _BODY:
        return True
    field = what.removeprefix(f"{_BODY} with its ") if what.startswith(_BODY) else ""
    words = _WORDS.findall(field)
    return bool(words) and words[-1].lower() in _HIDES


def is_said(what: str) -> bool:
    """True for what somebody wrote, which names nobody by itself."""
    return what == _MESSAGE or what == "a person's message" or what.startswith("the message ")


def is_mild(found: Iterable[str]) -> bool:
    """True for what names somebody and tells nothing else of him, or tells what somebody said without
    naming him."""
    whats = list(found)
    named = all(what == _RECIPIENT or _MILD.search(what) is not None for what in whats)
    return named or all(map(is_said, whats))


_MILD = regex(r"^(a person's|the) (e-mail address(es)?|full name)\b")


# Fields that may hold anything.
_HIDES = frozenset(
    """data record payload form fields values body event object items rows entries text content note
    notes comment comments""".split()
)


def is_actor(value: LoggedValue, call: LogCall) -> bool:
    """True for who did it in a line of an audit: `deleted by ${session.user.email}`."""
    head, _, last = value.name.rpartition(".")
    if "AUDIT" in call.text:
        return True
    if last.lower() != "email" or not _ACTORS.search(head):
        return False
    return any(said.search(call.text) for said in (_DONE_BY, _BY, _ADMIN))


_ACTORS = regex(
    r"(^|\.)(session|auth|admin|actor|operator|moderator|caller|((current|admin|staff|session|auth)_?)?user)$",
    re.I,
)
_DONE_BY = regex(
    r"\b(updated|created|changed|uploaded|actualizad[oa]|deleted|removed|approved|rejected|revoked|reset|disabled|enabled|banned|suspended|blocked"
    r"|unblocked|exclu[ií]d[oa]|removid[oa]|aprovad[oa]|revogad[oa]|eliminad[oa]|gelöscht|supprimée?)\s"
    r"+(by|por|par|von)\b",
    re.IGNORECASE,
)


# `Admin {current_user.email} deleted …` and `(by {user.email})`; of a template of JavaScript a gap is left.
_ADMIN = regex(r"\badmin(istrator)?\b\W{0,3}[{$]", re.IGNORECASE)
_BY = regex(
    r"\b(by|por|par|von)\b\W{0,3}(user\W{1,2})?\$?\{|\b(by|por|par|von)[:\s]*([\"'`]\s*,|%s)"
    r"|\((by|por|par|von)\s+\)",
    re.IGNORECASE,
)


_RECIPIENT = "the recipient's address"


def _recipient(value: LoggedValue, call: LogCall) -> str | None:
    """Whom a mail or text message goes to."""
    about = f"{call.function} {call.text}"
    sends = _SENDS.search(about) and not _RECEIVES.search(f"{about} {call.location.path}")
    return _RECIPIENT if sends and value.name in _RECIPIENTS else None


def _personal(value: LoggedValue, call: LogCall, is_python: bool) -> str | None:
    """What personal data a value is; None where the name does not say."""
    if value.origin.startswith("request body") and (is_python or not value.embedded):
        return _of_body(value.origin)
    is_whole = value.origin == "copy" or not value.embedded
    if value.origin not in ("", "copy", "text") and not _holds_personal(value.origin):
        return None
    head, _, last = value.name.rpartition(".")
    if value.embedded and last.endswith("s") and _TALLIES.search(head):
        return None
    if _OF_A_SERVER.search(value.name):
        return None
    words = [word.lower() for word in _WORDS.findall(last.replace("[]", ""))]
    if not words or (last.isupper() and len(last) > 5) or _NO_PERSON.search(value.name):
        return None
    for size in (3, 2, 1):
        kind = _FIELDS.get(" ".join(words[-size:])) if len(words) >= size else None
        if kind == "message" and (
            call.callee.endswith(("error", "warn")) or _FAILED.search(call.text)
        ):
            return None  # what a person is told of a failure
        if kind and (size > 1 or words[-1] not in ("street",)):
            return f"the {kind} {value.name}" if value.name != last else f"a person's {kind}"
    if words[-2:] == ["account", "number"] and _BANKS.search(
        f"{value.name} {call.function} {call.text} {call.location.path}"
    ):
        return "a bank account"
    if words[-2:] == ["card", "number"] and _PAYS.search(
        f"{value.name} {call.function} {call.text}"
    ):
        return "a card number"
    if words[-1] in ("body", "content", "text") and _is_message(head):
        return _MESSAGE
    if not is_whole and not is_python:
        return None  # shows [object Object]
    if words[-1] not in _RECORDS and not (words[0] in _RECORDS and words[-1] in ("data", "info")):
        return None
    if value.origin == "text" or _is_no_record(head, last):
        return None
    if value.name == "candidate" and not value.origin:
        return None  # one of several answers, more often than a person
    if all(word in _RECORD_WORDS for word in words) and is_whole:
        return _of_record(value)
    return None


_LISTED = 60  # characters of columns that a message still names


def is_record(what: str) -> bool:
    """True for a record as it came from the database, in the words of `personal_in`."""
    return what.startswith(("the whole record", "the record", "all that "))


def _of_record(value: LoggedValue) -> str:
    """The whole record, or the columns that were asked for."""
    kind, _, columns = value.origin.partition(" ")
    if not kind:
        return f"all that {value.name} holds"
    if kind != "columns" or "*" in columns:
        return f"the whole record {value.name}"
    named = f" ({columns})" if len(columns) <= _LISTED else ""
    return f"the record {value.name}{named}"


_BODY = "the whole request body"
_MESSAGE = "the text of a message"


def _of_body(origin: str) -> str | None:
    """The body in words; None for one of which the file reads fields, none of them about a person."""
    fields = origin.split()[2:]
    if not fields:
        return _BODY
    named = next(filter(_is_about_a_person, fields), None)
    return f"{_BODY} with its {named}" if named else None


def _is_no_record(head: str, last: str) -> bool:
    """True for what only sounds like a person: an id of Stripe, a profile of settings, the answer
    of a statement that deletes."""
    if last == "customer" and _OF_STRIPE.search(head):
        return True
    if last == "profile" and head and not _OWNERS.search(head):
        return True
    return _DEEDS.search(head) is not None


def _is_answer(name: str) -> bool:
    """`userData`, `profile_info`: what a call gave, whatever it is."""
    words = [word.lower() for word in _WORDS.findall(name.rpartition(".")[2])]
    return words[-1:] in (["data"], ["info"], ["details"])


def _holds_personal(origin: str) -> bool:
    """True for a row of a query whose columns name personal data, or are all of the table."""
    kind, _, columns = origin.partition(" ")
    return kind == "columns" and ("*" in columns or _COLUMNS.search(columns) is not None)


def _is_about_a_person(field: str) -> bool:
    """True for `guestName`, `phone` and `notes`; False for `candidate_id` and a plain `name`."""
    words = [word.lower() for word in _WORDS.findall(field)]
    if words[-1:] == ["address"] and words[-2:-1] in (["ip"], ["mac"], ["wallet"], ["contract"]):
        return False
    while len(words) > 1 and words[-1] == "name":
        words.pop()
    known = bool(words) and words[-1] in _ABOUT_A_PERSON
    return known or _COLUMNS.search(field) is not None


def _is_message(head: str) -> bool:
    last = head.rpartition(".")[2].lower()
    return last in ("message", "msg", "last_message", "lastmessage", "usermessage")
