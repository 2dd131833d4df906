"""Messages that others than their sender may rewrite, as the stated rules have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.attempts import Actor, Attempt, Verb
from shipworthy.database.rules.expressions import expressions
from shipworthy.database.schema import Policy, Schema, Trust
from shipworthy.database.stated.openings import let_pass, served, succeeded, ways
from shipworthy.database.stated.passing import MOST_NESTED, owner_column
from shipworthy.database.stated.promotions import is_watched
from shipworthy.database.stated.words import at_word, bare, one_line
from shipworthy.regex import regex

REWRITES = "whoever receives it may rewrite"
_MESSAGES = regex(r"(?:^|_)(?:messages?|mensagens|mensajes)$", re.IGNORECASE)
_SENDER = regex(
    r"^(?:sender|from_user|author|remetente|remitente|emisor)(?:_user)?(?:_id)?$", re.IGNORECASE
)
_WORDS = regex(
    r"^(?:content|body|text|message|message_text|message_content|conteudo|contenido|mensagem|mensaje)$",
    re.IGNORECASE,
)
_RECEIVER = regex(
    r"^(?:receiver|recipient|to_user|to|destinat[aá]rio|receptor)(?:_user)?(?:_id)?$", re.IGNORECASE
)
_TAKES_PART = regex(
    r"\b(?:from|join) (?:public\.)?\"?\w*(?:conversation|chat|thread|participant|room)"
    r"|^\(*(?:public\.)?(?:is|user_is|check)_\w*(?:conversation|chat|thread|participant|room)\w* ?\([^()]*"
    r"(?:\(\)[^()]*)?\)\)*$",
    re.IGNORECASE,
)
_OFFICE = regex(r"role|admin|staff|moderat|owner", re.IGNORECASE)


def rewritten(schema: Schema) -> Iterator[Attempt]:
    """Messages whose rule for changes lets their receiver change the words, not only mark them as read."""
    for table in served(schema):
        if table.source.trust is Trust.STUB or not _MESSAGES.search(table.name):
            continue
        uuids = (c.name for c in table.columns if c.type == "uuid")
        sender = next((n for n in uuids if _SENDER.match(n)), "")
        words = next((c.name for c in table.columns if _WORDS.match(c.name)), "")
        if not sender or not words or let_pass(table, Actor.STRANGER, Verb.UPDATE):
            continue
        meant = [p for p, _ in ways(table, Actor.STRANGER, Verb.UPDATE)]
        found = [p for p in meant if _lets_others(p, sender, words)]
        if found and not is_watched(schema, table, words, "UPDATE"):
            reason = f"{REWRITES} {words}"
            yield succeeded(Actor.MEMBER, Verb.UPDATE, table.qualified, found, (words,), reason)


def _lets_others(policy: Policy, sender: str, words: str) -> bool:
    """True where somebody passes by receiving the message, or by taking part in the talk."""
    text = policy.using or ""
    if text.count("(") > MOST_NESTED or any(
        re.search(rf"\b{words}\b", t) for t in expressions(policy)
    ):
        return False
    if policy.check and re.search(rf"\b{sender}\b", policy.check):
        return False
    return any(_is_other(one_line(each), sender) for each in at_word(bare(text), "or"))


def _is_other(alternative: str, sender: str) -> bool:
    if re.search(rf"\b{sender}\b ?=|[^<>!]= ?(?:\w+\.)?{sender}\b", alternative):
        return False
    if _RECEIVER.match(owner_column(alternative)):
        return True
    takes_part = "auth.uid()" in alternative and _TAKES_PART.search(alternative)
    return bool(takes_part) and not _OFFICE.search(alternative)
