"""Mails of Python: messages that are put together bit by bit, and what sends them.

https://docs.python.org/3/library/email.message.html
https://docs.djangoproject.com/en/stable/topics/email/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.values import MAIL, UNKNOWN, Value, all_origins
from shipworthy.regex import regex

_TRUTHY = frozenset({"truthy"})
_PARTS = {
    **dict.fromkeys("to to_emails recipients cc bcc to_email".split(), "to"),
    "subject": "subject",
    **dict.fromkeys("body plain_text_content text".split(), "text"),
    "html": "html",
    "html_content": "html",
    "template_body": "template_params",
    "content": "content",
}
"""What the parts of a message are called, and what an effect calls them."""
_SENDER = regex(r"mail|smtp", re.IGNORECASE)
_MARKUP = regex(r"text/html|</?(html|body|p|div|h[1-6]|br|a|b)\b", re.IGNORECASE)


def mailed(walk: Evaluation, site: Site, parts: Mapping[str, Value]) -> Value:
    """Note that a mail is sent: "to", "subject", and its words as "text" or "html"."""
    walk.effect(
        EffectKind.EMAIL,
        "send",
        site.what,
        site.call.at,
        inputs={name: all_origins(value, 6) for name, value in parts.items()},
        values=parts,
    )
    return Value(tags=_TRUTHY)


def parts_of(walk: Evaluation, message: Value) -> dict[str, Value]:
    """To whom a message goes, and its words."""
    if message.what == MAIL:
        names = dict.fromkeys(_PARTS.values())
        return {name: kept for name in names if (kept := _kept(walk, message, name)) is not None}
    written = " ".join(part.text or "" for part in (message, *(message.elements or ())))
    return {"html" if _MARKUP.search(written) else "text": message}


def _kept(walk: Evaluation, message: Value, name: str) -> Value | None:
    at = message.identity, f"mail:{name}"
    return walk.heap.get(at) or walk.program.heap.get(at)


def _put(walk: Evaluation, message: Value, name: str, value: Value) -> None:
    """One part more of a message: a header that is set twice is in it twice."""
    before = _kept(walk, message, name)
    more = value if before is None else Value(elements=(before, value))
    walk.heap[message.identity, f"mail:{name}"] = more


def _taken_in(walk: Evaluation, message: Value, part: Value) -> None:
    """What `message.attach(MIMEText(text, "html"))` puts into it; files that go along are no words."""
    for name, value in parts_of(walk, part).items() if part.what == MAIL else ():
        _put(walk, message, name, value)


def _words(subtype: Value, default: str = "text") -> str:
    """Whether words are sent as HTML: `subtype="html"`, `MessageType.plain`, `"text/html"`."""
    said = f"{subtype.text or ''} {subtype.what}"
    return "html" if "html" in said else "text" if "plain" in said else default


def _made(walk: Evaluation) -> Value:
    return Value(what=MAIL, identity=walk.program.identity(), tags=_TRUTHY)


def _message(*names: str, words: str = "text") -> Answer:
    """A message whose parts are given by their names, or in this order."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        message = _made(walk)
        kind = _words(site.named.get("subtype", UNKNOWN), words)
        for name, value in (*zip(names, site.given, strict=False), *site.named.items()):
            part = kind if name == "body" else _PARTS.get(name, "")
            if value.what == MAIL:
                _taken_in(walk, message, value)
            elif part:
                _put(walk, message, part, value)
        return message

    return answer


def _text(position: int, kind: int, *names: str) -> Answer:
    """`MIMEText(text, "html")`, `Content("text/html", text)`."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        message = _made(walk)
        _put(walk, message, _words(site.argument(kind, *_KINDS)), site.argument(position, *names))
        return message

    return answer


_KINDS = ("_subtype", "subtype", "mime_type", "mimetype")


def _worded(walk: Evaluation, site: Site) -> Value | None:
    """`message.set_content(text)`, `message.add_alternative(text, subtype="html")`."""
    kind = site.named.get("subtype") or site.argument(1, "mimetype")
    _put(walk, site.receiver, _words(kind), site.argument(0, "content"))
    return Value(literal=None)


def _attached(walk: Evaluation, site: Site) -> Value | None:
    _taken_in(walk, site.receiver, site.argument(0))
    return Value(literal=None)


def _added(walk: Evaluation, site: Site) -> Value | None:
    """`message.add_header("To", address)`, `message.add_recipient(address)`, `message.add_to(address)`."""
    if site.name == "add_header":
        _headed(walk, site.receiver, site.argument(0).text or "", site.argument(1), 0)
    else:
        _put(walk, site.receiver, "to", site.argument(0))
    return Value(literal=None)


def _headed(walk: Evaluation, message: Value, key: str, value: Value, at: int) -> None:
    """`message["To"] = address`, `message.html = text`."""
    del at
    if key == "content_subtype":
        body = walk.heap.pop((message.identity, "mail:text"), None)
        if body is not None:
            _put(walk, message, _words(value), body)
    elif part := _PARTS.get(key.lower(), ""):
        _put(walk, message, part, value)


def _header(walk: Evaluation, message: Value, key: str) -> Value | None:
    """`message["To"]`."""
    part = _PARTS.get(key.lower(), "")
    return _kept(walk, message, part) if part else None


def _itself(walk: Evaluation, site: Site) -> Value | None:
    """`message.as_string()` is sent as the message would be."""
    del walk
    return site.receiver


def _sends_itself(walk: Evaluation, site: Site) -> Value | None:
    """`EmailMessage(…).send()` of Django."""
    return mailed(walk, site, parts_of(walk, site.receiver))


def _sendmail(walk: Evaluation, site: Site) -> Value | None:
    """`server.sendmail(from, to, text)` of smtplib."""
    parts = parts_of(walk, site.argument(2, "msg"))
    return mailed(walk, site, {**parts, "to": site.argument(1, "to_addrs")})


def _send_mail(walk: Evaluation, site: Site) -> Value | None:
    """`send_mail(subject, text, from, to)` of Django."""
    parts = {
        "subject": site.argument(0, "subject"),
        "text": site.argument(1, "message"),
        "to": site.argument(3, "recipient_list"),
        "html": site.argument(8, "html_message"),
    }
    return mailed(walk, site, {k: v for k, v in parts.items() if v is not UNKNOWN})


def _send_message(walk: Evaluation, site: Site) -> Value | None:
    """`server.send_message(message)` of smtplib, `mail.send(message)`, `client.send(message)` of SendGrid."""
    message = site.argument(0, "message", "msg", "request_body")
    to = site.named.get("to_addrs") or site.named.get("recipients")
    parts = parts_of(walk, message)
    if message.what != MAIL:
        parts["to"] = message
    return mailed(walk, site, {**parts, "to": to} if to is not None else parts)


def _named(*answers: tuple[str, Answer]) -> dict[str, Answer]:
    """The same for senders that are known by what they are called, or by what they are given."""

    def told(answer: Answer) -> Answer:
        def known(walk: Evaluation, site: Site) -> Value | None:
            given: Iterable[Value] = (*site.given, *site.named.values())
            if any(v.what == MAIL for v in given):
                return answer(walk, site)
            python = walk.module.python and site.name != "send"
            return answer(walk, site) if python and _SENDER.search(site.what) else None

        return known

    return {name: told(answer) for name, answer in answers}


CALLS: dict[str, Answer] = {
    "email.message.EmailMessage": _message(),
    "email.mime.multipart.MIMEMultipart": _message(),
    "email.mime.text.MIMEText": _text(0, 1, "_text"),
    **{
        f"django.core.mail.{kind}": _message("subject", "body", "from_email", "to", "bcc")
        for kind in ("EmailMessage", "EmailMultiAlternatives")
    },
    "flask_mail.Message": _message("subject", "recipients", "body", "html"),
    "fastapi_mail.MessageSchema": _message(words="html"),
    "sendgrid.helpers.mail.Mail": _message(
        "from_email", "to_emails", "subject", "plain_text_content", "html_content"
    ),
    "sendgrid.helpers.mail.To": lambda walk, site: site.argument(0, "email"),
    "sendgrid.helpers.mail.Email": lambda walk, site: site.argument(0, "email"),
    "sendgrid.helpers.mail.Content": _text(1, 0, "content"),
    f"{MAIL}.set_content": _worded,
    f"{MAIL}.add_alternative": _worded,
    f"{MAIL}.attach_alternative": _worded,
    f"{MAIL}.attach": _attached,
    f"{MAIL}.add_content": _attached,
    **{f"{MAIL}.{name}": _added for name in ("add_header", "add_recipient", "add_to")},
    **{f"{MAIL}.{name}": _itself for name in ("as_string", "as_bytes", "get")},
    f"{MAIL}.send": _sends_itself,
    "django.core.mail.send_mail": _send_mail,
    "smtplib.SMTP().sendmail": _sendmail,
    "smtplib.SMTP_SSL().sendmail": _sendmail,
    "aiosmtplib.send": _send_message,
}
NAMES: dict[str, Answer] = _named(
    ("sendmail", _sendmail),
    ("send_message", _send_message),
    ("send", _send_message),
    ("post", _send_message),
)
PROPERTIES = {MAIL: _header}
ASSIGNED = {MAIL: _headed}
