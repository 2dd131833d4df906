"""What a query does for the business: a deed that must not get lost, or bookkeeping on the side."""

from __future__ import annotations

import re

from shipworthy.prototype.queries.query import WRITES, Query

_ACCOUNT = frozenset(
    """signUp updateUser resetPasswordForEmail createUser deleteUser updateUserById
    inviteUserByEmail""".split()
)
# Bookkeeping on the side: when it fails, nobody is misled and nothing of value is lost.
_ASIDE = re.compile(
    r"(^|_)(log|logs|audit|analytics|metrics?|telemetry|views?|visits?|clicks?|impressions?|presence|typing"
    r"|heartbeat|last_?seen|usage|history|change_?log|cache|cached|tracking|errors?|attempts?|rate_?limits?|read_receipts?"
    r"|push_subscriptions?)(_|$)",
    re.IGNORECASE,
)
_ASIDE_FUNCTION = re.compile(
    r"^_?(log|track|audit|report|cleanup|clean_up|dispose|close|disconnect|logout|signout|sign_out|prefetch|warm"
    r"|ping|record(View|Visit|Activity|Event|Metric)|increment|shutdown|teardown|safe|try|maybe)"
    r"|mark\w*(Read|Seen|Viewed)|mark\w*_(read|seen|viewed)|heartbeat|presence|typing|telemetry|analytics|dismiss|detect|notify",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"(create|add|insert|update|set|delete|remove|spend|charge|credit|debit|transfer|approve|accept|reject"
    r"|cancel|assign|process|save|submit|register|invite|grant|revoke|reset|mark|confirm|complete|deduct"
    r"|decrement|refund|archive|move|swap|reorder|finali[sz]e|activate|deactivate)(_|[A-Z])",
)


def is_write(query: Query) -> bool:
    """True for a query that changes rows or accounts, as far as its name says."""
    if query.operation == "auth":
        return query.method in _ACCOUNT
    if query.operation == "rpc":
        return bool(_CHANGES.match(query.table or ""))
    return query.operation in WRITES


def is_aside(query: Query) -> bool:
    """True for logs, counters, caches and signals of presence: nobody misses a row of them."""
    return _ASIDE.search(query.table or "") is not None


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
