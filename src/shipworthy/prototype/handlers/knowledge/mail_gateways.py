"""Mails that code posts to a service: which addresses take them, and to whom they go."""

from __future__ import annotations

from collections.abc import Mapping

from shipworthy.prototype.handlers.handler import Origins
from shipworthy.prototype.handlers.values import Value, all_origins
from shipworthy.regex import regex

MAIL_HOSTS = regex(
    r"api\.resend\.com|sendgrid\.com|mailgun\.net|brevo|postmarkapp|mailjet|mandrill|api\.emailjs\.com|mailersend"
    r"|zeptomail|api\.sendpulse|mailtrap\.io/api/send|api\.loops\.so|smtp2go|sparkpost|elasticemail|mailchannels|useplunk\.com"
    r"|maileroo|gateway\.lovable\.dev/(resend|gmail|outlook)|graph\.microsoft\.com/.*sendMail|gmail\.googleapis\.com/.*/send"
)
_OWN_ADDRESS = regex(r"^/|^\{\}/(api|functions)/|/functions/v1/|localhost|127\.0\.")
_WORDS = frozenset({"html", "text", "body", "message", "content", "htmlContent", "htmlBody"})
_GRAPH_READERS = ("toRecipients", "ccRecipients", "bccRecipients")
_ADDRESS = regex(
    r"(^|_|\b)(to|e?mails?|recipients?|address(es)?)$|[a-z](Email|Address|Recipient)s?$"
)


def is_mail(url: str, host: Origins, parts: Mapping[str, Origins]) -> bool:
    """True for a mail, told by what is posted, at a service whose name is not known: a platform's gateway
    or an address of the settings. A function of the prototype's own is an entry point of its own."""
    named = "to" in parts and "subject" in parts and not _WORDS.isdisjoint(parts)
    return named and not any(o.is_input for o in host) and not _OWN_ADDRESS.search(url)


def parts_of_mail(parts: Mapping[str, Value]) -> dict[str, Value]:
    """`to`, `subject` and the words of a mail as its service takes them: those in the `message` of Microsoft
    Graph, and those of the whole mail that Gmail takes, where a name alone tells an address from a word."""
    message, raw = parts.get("message"), parts.get("raw")
    found = dict(parts)
    if message is not None and message.fields is not None:
        found |= message.fields
        readers = (message.fields[name] for name in _GRAPH_READERS if name in message.fields)
        found["to"] = Value(elements=tuple(readers))
    elif raw is not None:
        written = all_origins(raw, 6)
        to = frozenset(o for o in written if _ADDRESS.search(o.key))
        found |= {"to": Value(origins=to), "text": Value(origins=written - to)}
    return found
