"""Who gets past a condition of Firebase's rules, told from its text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from shipworthy.database.stated.passing import NOT_TOLD, Passing, Who
from shipworthy.prototype.firebase.expressions import FALSE, NULL, TRUE, Node
from shipworthy.regex import regex

ANYBODY, USERS, OWNERS = Passing(Who.ANYBODY), Passing(Who.USERS), Passing(Who.OWNERS)
_OF_SOME_ROWS = Passing(Who.ANYBODY, part=True)
_SENT = regex(r"^(?:request\.resource|newData)\b")
_STORED = regex(r"^(?:resource|data)\b")
_UID = ("request.auth.uid", "auth.uid")
_SIGNED_IN = ("request.auth", "auth", *_UID)
_VERIFIED = ("request.auth.token.email_verified", "auth.token.email_verified")
_PROVIDER = ("request.auth.token.firebase.sign_in_provider", "auth.provider")
_CHANGED = regex(r"\b(?:affectedKeys|changedKeys|diff)\b")
_OWNER = regex(r"owner|user|uid|author|creator|created_?by|member", re.IGNORECASE)


def passing(node: Node, method: str, today: date) -> Passing:
    """Who may do this; nobody whom the text tells where that is another matter."""
    if node.kind in ("&&", "||"):
        one, other = (passing(part, method, today) for part in node.parts)
        return one & other if node.kind == "&&" else one | other
    if node == TRUE:
        return ANYBODY
    if node.kind == "!":
        return USERS if _is_nobody(node.parts[0], "==") else NOT_TOLD
    if _is_nobody(node, "!="):
        return USERS
    if node.kind in ("<", "<=", ">", ">=") and (ends := _ends(node)):
        return ANYBODY if today < ends else NOT_TOLD
    if node.kind in ("==", "!=", "in", "is") and node.parts[0].text in _UID + _PROVIDER + _VERIFIED:
        return _of_caller(node, method)
    if node.kind == "==" and node.parts[1].text in _UID + _VERIFIED:
        return _of_caller(Node("==", "", node.parts[::-1]), method)
    if node.kind == "word" and node.text in _VERIFIED:
        return USERS
    return _of_rows(node, method)


def _is_nobody(node: Node, operator: str) -> bool:
    """True for `request.auth == null`, with this operator."""
    if node.kind != operator:
        return False
    names = {part.text for part in node.parts if part != NULL}
    return NULL in node.parts and len(names) == 1 and names <= set(_SIGNED_IN)


def _of_caller(node: Node, method: str) -> Passing:
    """Conditions that compare who calls with something."""
    caller, other = node.parts
    if caller.text in _VERIFIED:
        return USERS if (node.kind, other) in (("==", TRUE), ("!=", FALSE)) else NOT_TOLD
    if caller.text in _PROVIDER:
        return USERS if node.kind == "!=" else NOT_TOLD
    if node.kind == "is":
        return USERS
    if node.kind == "!=" or other.kind not in ("word", "call"):
        return NOT_TOLD
    if other.text in _UID:
        return USERS  # whoever is signed in is himself
    if other.kind == "word" and not other.parts and _SENT.match(other.text):
        # Whoever changes somebody's document writes himself into it as its owner.
        return {"create": OWNERS, "update": USERS}.get(method, NOT_TOLD)
    plain = other.kind == "word" and not other.parts
    return OWNERS if plain or _STORED.match(other.text) else NOT_TOLD


def _of_rows(node: Node, method: str) -> Passing:
    """Conditions on what is written, which the writer chooses, and on what is there."""
    words = list(node.words)
    sent = any(_SENT.match(word) for word in words)
    others = [w for w in words if not _SENT.match(w) and not _HARMLESS.match(w)]
    if sent and method in ("create", "update") and not any(map(_CHANGED.search, words)):
        unchanged = node.kind == "==" and not any(map(_OWNER.search, words))
        if not others or (unchanged and all(map(_STORED.match, others))):
            return ANYBODY
        return NOT_TOLD
    if not sent and words and all(_STORED.match(w) or _HARMLESS.match(w) for w in words):
        return _OF_SOME_ROWS
    return NOT_TOLD


_HARMLESS = regex(
    r"^(?:string|int|float|number|bool|list|map|timestamp|request\.(?:time|query)|duration|now)\b"
)


def _ends(node: Node) -> date | None:
    """The last day of a rule that holds until then: `request.time < timestamp.date(2026, 1, 31)`."""
    now, then = node.parts if node.kind.startswith("<") else node.parts[::-1]
    if now.text not in ("request.time", "now"):
        return None
    numbers = [int(part.text) for part in then.parts if part.text.isdecimal()]
    try:
        if then.text == "timestamp.date" and len(numbers) == 3:
            return date(*numbers)
        if then.kind == "literal" and then.text.isdecimal():
            return datetime.fromtimestamp(int(then.text) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None
