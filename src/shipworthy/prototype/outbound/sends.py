"""Calls that change something elsewhere: requests that write, mail, payments, accounts."""

from __future__ import annotations

import re
from functools import lru_cache

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import arguments, callee, properties, string
from shipworthy.prototype.queries.chains import called_name
from shipworthy.regex import regex

_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_VERBS = frozenset({"post", "put", "patch", "delete"})
_CLIENTS = regex(r"axios|api|http|requests|httpx|client|session\b|ky$|got$", re.IGNORECASE)
_MAIL = regex(
    r"^(send|deliver)_?\w*(e?mails?|sms|invites?|invitations?|messages?|notifications?)$"
    r"|^send_?(mail|message)$|^sendmail$",
    re.IGNORECASE,
)
# What a browser extension or a page says to its own parts: `chrome.tabs.sendMessage(…)`.
_TO_ITSELF = regex(
    r"(^|\.)((chrome|browser)\.(runtime|tabs)|port|worker)\.(send|post)\w*$|\.?postMessage$"
)
_AUTH = frozenset(
    """signInWithPassword signInWithOtp signUp updateUser resetPasswordForEmail verifyOtp
    createUser deleteUser updateUserById inviteUserByEmail""".split()
)
_PAYS = frozenset({"create", "confirm", "capture", "refund", "update", "cancel", "pay"})


# Part of every name below: most calls have none.
_MAY_SEND = regex(
    r"fetch|request|invoke|post|put|patch|delete|send|deliver|messages|stripe|\.auth\.",
    re.IGNORECASE,
)


@lru_cache(maxsize=10_000)  # files call the same
def _may_send(called: str) -> bool:
    return _MAY_SEND.search(called) is not None


def sends(call: SgNode) -> str | None:
    """What a call changes elsewhere: "request", "mail", "payment", "account"; else None."""
    called = callee(call)
    if not _may_send(called):
        return None
    name = called_name(call)
    if name in ("fetch", "apiRequest", "fetchWithAuth", "authFetch", "apiFetch", "request"):
        return "request" if _writes(call) else None
    if name == "invoke" and ".functions." in called:
        return "request"
    if name in _VERBS and _CLIENTS.search(called.rpartition(".")[0]):
        return "request"
    if _TO_ITSELF.search(called):
        return None
    if _MAIL.match(name) or called.endswith(
        ("emails.send", "messages.create", "mg.messages().send")
    ):
        return "mail" if "completions" not in called and "anthropic" not in called else None
    if "stripe" in called.lower() and name in _PAYS:
        return "payment"
    if name in _AUTH and ".auth." in called:
        return "account"
    return None


def _writes(call: SgNode) -> bool:
    """True for `fetch(url, { method: "POST" })` and `apiRequest("POST", url)`."""
    for argument in arguments(call):
        if (string(argument) or "").upper() in _METHODS:
            return True
        if argument.kind() == "object":
            method = properties(argument).get("method")
            if method is not None and (string(method) or "").upper() in _METHODS:
                return True
    return False
