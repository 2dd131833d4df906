"""Mails whose recipient and words the caller chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Effect, EffectKind, Origin
from shipworthy.prototype.handlers.reaching import (
    Reach,
    Subject,
    is_live,
    is_open,
    is_trusted,
    is_unclear,
    reached,
    who,
)
from shipworthy.prototype.handlers.sent import free, spoken
from shipworthy.prototype.handlers.ways import way
from shipworthy.regex import regex
from shipworthy.remedy import Remedy, Review

_TO = (
    "to",
    "personalizations",
    "recipients",
    "To",
    "bcc",
    "cc",
    "email_to",
    "to_email",
    "to_emails",
)
_WORDS = (
    "subject",
    "html",
    "text",
    "content",
    "htmlContent",
    "textContent",
    "body",
    "message",
    "Subject",
)
_MORE = (
    "html_content",
    "plain_text_content",
    "HtmlBody",
    "TextBody",
    "template_params",
    "dynamicTemplateData",
)
_ADDRESS = regex(r"(e?mail|to|recipients?|address|address(es)?|bcc|cc)s?$", re.IGNORECASE)
_FREE = regex(
    r"(message|html|body|content|text|subject|title|description|note|notes|comment|body_?html|body_?text)$",
    re.IGNORECASE,
)
"""Inputs that hold sentences, not just a name."""
_NAMES = regex(
    r"name|company|organi[sz]ation|church|team|reason|(^|_)(otp|code|link|url)$|(Code|Otp|Link|Url)$",
    re.IGNORECASE,
)


class OpenEmailRelay(
    Control,
    id="open-email-relay",
    title="Mail to anybody with the caller's words",
    consequence="Strangers send phishing mails from your domain, until your mail is blocked everywhere.",
    severity=Severity.HIGH,
    satisfies=("A54", "owasp:A06", "cwe:441"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        nothing = True
        for subject in reached(prototype.handlers, EffectKind.EMAIL):
            sending = [
                r for r in subject.effects if r[1].operation not in ("get", "patch", "delete")
            ]
            if sending:
                nothing = False
                yield self._judge(prototype, Subject(subject.name, tuple(sending)))
        if nothing:
            yield self.not_applicable("no entry point sends mails")

    def remedy(self, prototype: Prototype, finding: Finding) -> Remedy | None:
        """What a person does: to whom mails may go is known to nobody else."""
        del prototype
        place = finding.evidence[-1].location if finding.evidence else None
        where = f"{place.path}:{place.line}" if place is not None else finding.subject
        said = (
            f"At {where}, take the address from your own data: the signed-in user's, or that of the row"
            " which the mail is about, looked up by its id; let the caller send the id, not the address."
            " Where anybody may write to you, send to your own address and put theirs into reply-to"
        )
        return Remedy(said, Review.BY_HAND)

    def _judge(self, prototype: Prototype, subject: Subject) -> Finding:
        relays = [r for r in subject.effects if is_live(r[1]) and _is_relay(*r)]
        handler, effect = (relays or subject.effects)[0]
        line = prototype.evidence("code", effect.location)
        if not relays:
            return self.satisfied(
                subject.name, "The caller does not choose both reader and words", line
            )
        if is_unclear(handler, effect):
            return self.unknown(
                subject.name, "Something is checked before that could not be followed", line
            )
        words = _sentences(effect) or _names(effect)
        if _is_from_sandbox(prototype, effect):
            return self.gap(
                subject.name,
                f"{handler.name} mails {spoken(words)} to whatever address the caller gives. Its sender"
                " is the trial address of the mail service, whose mails reach only the owner of the account:"
                f" as soon as it is an address of yours, {who(handler, effect)} can send phishing from it",
                *way(prototype, handler, effect),
                severity=Severity.LOW,
            )
        return self.gap(
            subject.name,
            f"{handler.name} mails {spoken(words)} to whatever address the caller gives,"
            f" so {who(handler, effect)} can send phishing from your domain",
            *way(prototype, handler, effect),
            severity=Severity.HIGH
            if is_open(handler, effect) and _sentences(effect)
            else Severity.MEDIUM,
        )


# https://resend.com/docs/knowledge-base/403-error-resend-dev-domain
_SANDBOX = regex(
    r"\bfrom\b[\"']?\s*[:=]\s*[\"'][^\"'\n]*@(resend\.dev|sandbox\w+\.mailgun\.org)>?[\"']\s*[,})\n]"
)
_SENDER = regex(r"\bfrom\b[\"']?\s*[:=,]")
_AROUND = 25  # lines of a call that sends


def _is_from_sandbox(prototype: Prototype, effect: Effect) -> bool:
    """True where the call itself says that the sender is the address which a service lends for trials."""
    file = prototype.files[effect.path]
    call = "\n".join((*file.lines[effect.line - 1 : effect.line - 1 + _AROUND], ""))
    sender = _SENDER.search(call)
    return sender is not None and _SANDBOX.match(call, sender.start()) is not None


def _is_relay(*reach: *Reach) -> bool:
    handler, effect = reach
    if is_trusted(effect) or not any(
        _ADDRESS.search(o.key) or not o.key for o in free(effect, *_TO)
    ):
        return False
    return bool(_sentences(effect) or (is_open(handler, effect) and _names(effect)))


def _words(effect: Effect) -> tuple[Origin, ...]:
    return tuple(o for o in free(effect, *_WORDS, *_MORE) if o not in free(effect, *_TO))


def _sentences(effect: Effect) -> tuple[Origin, ...]:
    return tuple(o for o in _words(effect) if _FREE.search(o.key))


def _names(effect: Effect) -> tuple[Origin, ...]:
    return tuple(o for o in _words(effect) if _NAMES.search(o.key))
