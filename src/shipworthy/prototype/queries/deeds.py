"""What a query does for the business: a deed that must not get lost, or bookkeeping on the side."""

from __future__ import annotations

import re
from collections.abc import Collection

from shipworthy.prototype.queries.query import WRITES, Query
from shipworthy.regex import regex

_ACCOUNT = frozenset(
    """signUp updateUser resetPasswordForEmail createUser deleteUser updateUserById
    inviteUserByEmail""".split()
)
# Bookkeeping on the side: when it fails, nobody is misled and nothing of value is lost.
_ASIDE = regex(
    r"(^|_)(log|logs|audit|analytics|metrics?|telemetry|views?|visits?|clicks?|impressions?|presence|typing"
    r"|heartbeats?|last_?seen|last_?log_?in|usage|history|change_?log|cache|cached|mirrors?|tracking|errors?|attempts?|rate_?limits?|read_receipts?"
    r"|push_subscriptions?|(push|device)_tokens?|active_(editors|viewers|users|sessions_view))(_|$)",
    re.IGNORECASE,
)
_ASIDE_FUNCTION = regex(
    r"^_?(send|post|report|save)\w*(Event|Conversion|Assignment|Metrics?|Beacon|History)s?$"
    r"|^_?(send|register|save)_?(device|push|fcm)?_?token$|"
    r"^_?(handle|on)?(log_?out|sign_?out)(?![a-z])"
    r"|^_?(log|track|audit|report|cleanup|clean_up|dispose|close|disconnect|logout|signout|sign_out|prefetch|warm"
    r"|ping|record(View|Visit|Activity|Event|Metric)|increment|shutdown|teardown|safe|try|maybe)"
    r"|^_?(prune|purge|evict|sweep|gc)(_|[A-Z]|$)"
    r"|mark\w*(Read|Seen|Viewed)|mark\w*_(read|seen|viewed)|heartbeat|presence|typing|telemetry|analytics|dismiss|detect|notify",
    re.IGNORECASE,
)
# What a session of the database goes by: no row changes.
_SETTING = regex(r"_(context|config|claims?|tenant|session)$", re.IGNORECASE)
# When somebody was here or looked at something: a row that misses it is right but for that.
_MARKS = regex(
    r"^(is_?)?(read|seen|viewed|opened|discovered|leid[oa]|lid[oa])(_?at)?$"
    r"|^last_?(seen|login|log_?in|sign_?in|active|activity|used|accessed|viewed|visited)(_?at|_?on)?$"
    r"|^(view|viewer|click|visit|visitor|download|play|unread)s?(_?(count|messages))?$|^shares?_?count$"
    r"|^last_(sync|synced|error|run|check|checked|test|tested|fetch|poll|import|export|refresh)(_\w+)?$"
    r"|^(sync|connection)_status$",
    re.IGNORECASE,
)
_WITH_MARKS = ("status", "updated_at", "updatedAt")
_CHANGES = regex(
    r"(create|add|insert|update|set|delete|remove|spend|charge|credit|debit|transfer|approve|accept|reject"
    r"|cancel|assign|process|save|submit|register|invite|grant|revoke|reset|mark|confirm|complete|deduct"
    r"|decrement|refund|archive|move|swap|reorder|finali[sz]e|activate|deactivate)(_|[A-Z])",
)


def is_write(query: Query) -> bool:
    """True for a query that changes rows or accounts, as far as its name says."""
    if query.operation == "auth":
        return query.method in _ACCOUNT
    if query.operation == "rpc":
        name = query.table or ""
        return bool(_CHANGES.match(name)) and not _SETTING.search(name)
    return query.operation in WRITES


def is_aside(query: Query) -> bool:
    """True for logs, counters, caches and signals of presence: nobody misses a row of them."""
    return _ASIDE.search(query.table or "") is not None or _only_marks(query)


def _only_marks(query: Query) -> bool:
    """True for an update that only notes that something was read, seen or used."""
    columns = [c for c in query.written or () if c not in _WITH_MARKS]
    return query.operation == "update" and bool(columns) and all(map(_MARKS.match, columns))


def is_trifle(query: Query) -> bool:
    """True for what people soon notice and do again: likes, follows, the order of a list, how a
    page looks, that a tour of the features was seen, a mail for a new password that does not come."""
    if query.operation == "auth" and query.method == "resetPasswordForEmail":
        return True
    if _TRIFLES.search(query.table or ""):
        return True
    if _FIRST_ASKED.search(query.location.path) and _TASTES.search(query.table or ""):
        return True
    columns = [c for c in query.written or () if c not in _WITH_MARKS]
    return query.operation == "update" and bool(columns) and all(map(_LOOKS.match, columns))


def is_reference(query: Query, asked_by: Collection[str]) -> bool:
    """True for an update that only keeps the name under which a payment provider knows somebody, where
    no query finds rows by it (`asked_by` are all columns that rows are found by): another is made."""
    columns = [c for c in query.written or () if c not in _WITH_MARKS]
    return (
        query.operation == "update"
        and bool(columns)
        and all(map(_REFERENCE.search, columns))
        and not set(columns) & set(asked_by)
    )


_REFERENCE = regex(
    r"(stripe|gateway|paypal|paddle|razorpay|asaas|mercado_?pago|mollie|provider|billing)\w*(customer|payment|session|intent|checkout|preference|order)_?id$"
    r"|^(last|latest)_\w*(status|label)$",
    re.IGNORECASE,
)


def is_weighty(query: Query) -> bool:
    """True for money, for what was ordered or booked, and for who may do what."""
    table = query.table or ""
    if _TALK.search(table) or _COURSE.search(table):
        return False
    if query.operation == "auth" or names_weight(table):
        return True
    columns = query.written or ()
    return any(map(_WEIGHTY_COLUMNS.search, columns)) or (
        bool(_PEOPLE.search(table)) and any(map(_RIGHTS_COLUMNS.search, columns))
    )


def names_weight(table: str) -> bool:
    """True for a table of money, orders, bookings or rights, by its name."""
    return _WEIGHTY.search(table) is not None and _COURSE.search(table) is None


# Who belongs to a conversation, which people see at once.
_TALK = regex(r"(chat|channel|conversation|thread|dm)\w*_(members|participants)$", re.IGNORECASE)
# What happened when, beside the row that says how things stand, and how something is set up.
_COURSE = regex(
    r"_(events?|history|histories|logs?|audits?|settings?|configs?|preferences|templates?|types?|categor(y|ies)|mappings?|limits?)$",
    re.IGNORECASE,
)
_PEOPLE = regex(r"(^|_)(users?|profiles?|accounts?|staff|employees|admins)$", re.IGNORECASE)
_RIGHTS_COLUMNS = regex(r"(^|_)(roles?|permissions?)(_id|_ids)?$", re.IGNORECASE)


_WEIGHTY = regex(
    r"(^|_)(payments?|payouts?|invoices?|orders?|order_items|transactions?|transfers?|refunds?|subscriptions?"
    r"|purchases?|sales|bills?|billing|wallets?|balances?|credits?|ledgers?|earnings?|commissions?|advances?"
    r"|bookings?|reservations?|appointments?|tickets?|enrol?lments?|registrations?|certificates?|prescriptions?"
    r"|roles?|permissions?|memberships?|members|access|consents?|invitations?|licen[cs]es?|api_keys?"
    r"|stock|inventory|vouchers?|coupons?|withdrawals?|deposits?|contracts?|claims?)($|_)"
    r"|^((user|customer|bank|client|company)_)?accounts?$"
    r"|(Payment|Payout|Invoice|Order|Transaction|Refund|Subscription|Wallet|Booking|Reservation|Role|Permission"
    r"|Member)s?$",
    re.IGNORECASE,
)
_WEIGHTY_COLUMNS = regex(
    r"(^|_)(amount|balance|credits?|paid|payment|is_admin|stripe_\w+|stock|points_balance|auth_id"
    r"|subscription_(status|state|ends?|end_\w+|expires?\w*))(_|$)",
    re.IGNORECASE,
)


def is_timing(query: Query) -> bool:
    """True for an update that only notes when something was last looked after; that it was completed,
    paid or deleted is a matter of its own."""
    columns = query.written or ()
    return query.operation == "update" and bool(columns) and all(map(_TIME.search, columns))


_TIME = regex(
    r"^(updated|last_?\w*|started|synced|checked|refreshed|fetched|processed|seen|viewed|attempted|presence)"
    r"_?(at|on|date|deadline)$",
    re.IGNORECASE,
)
# What somebody says of his tastes when he comes first, and puts in again where it is missing.
_FIRST_ASKED = regex(
    r"(onboarding|welcome|get-?started|wizard|questionnaire|quiz)\w*\.[jt]sx$", re.IGNORECASE
)
_TASTES = regex(r"preferences?|interests?|context|settings|goals|onboarding", re.IGNORECASE)
_TRIFLES = regex(
    r"(^|_)(likes?|follows?|followers|reactions?|bookmarks?|favou?rites?|(ui|display|view|user)_preferences|themes?|tags?|emojis?"
    r"|wallpapers?|tag_definitions|(mini_)?game_scores?|(forum|topic|thread|post)_subscriptions?"
    r"|(feature|product|app|completed|onboarding|welcome)_tours?)$",
    re.IGNORECASE,
)
_LOOKS = regex(
    r"^((sort|display|item|list)_?(order|index)|order(_?index)?|position|rank|(is_?)?(pinned|starred|favou?rite)"
    r"|(has_)?(seen|completed|dismissed)_(\w+_)?(tours?|tips?|hints?|intro)"
    r"|likes?(_?count)?|follow(er|ing)s?_?count|theme|background(_\w+)?|wallpaper|colou?r|layout)$",
    re.IGNORECASE,
)


def is_aside_place(path: str) -> bool:
    """True for files of telemetry and analytics, by their path."""
    return _ASIDE_PLACE.search(path) is not None


_ASIDE_PLACE = regex(
    r"telemetry|a-?b-?test|(^|/)(lib|utils?|services?|hooks?)/(analytics|tracking)|(^|/)analytics\.[jt]sx?$",
    re.IGNORECASE,
)


def is_aside_function(name: str) -> bool:
    """True for a function that keeps books, tidies up or is allowed to fail, as its name says."""
    return _ASIDE_FUNCTION.search(name) is not None


def deed(query: Query) -> str:
    """The query in words: "the update on leads"."""
    if query.operation == "auth":
        return f"the account change ({query.method})"
    if query.operation == "rpc":
        return f"the database function {query.table}"
    return f"the {query.operation} on {query.table}" if query.table else f"the {query.operation}"
