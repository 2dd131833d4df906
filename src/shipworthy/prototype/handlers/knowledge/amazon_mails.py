"""Mails that go out through Amazon SES, of both of its interfaces.

https://docs.aws.amazon.com/boto3/latest/reference/services/ses/client/send_email.html
https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/client/sesv2/command/SendEmailCommand
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge.python_mails import mailed, parts_of
from shipworthy.prototype.handlers.values import MAIL, UNKNOWN, Value

_COMMAND = "ses command"
_READERS = ("ToAddresses", "CcAddresses", "BccAddresses")
_COMMANDS = "SendEmailCommand SendRawEmailCommand SendTemplatedEmailCommand".split()
_METHODS = "send_email send_raw_email send_templated_email sendEmail sendRawEmail".split()


def _asked(walk: Evaluation, site: Site, options: Mapping[str, Value]) -> Value:
    found = _parts(walk, options)
    return mailed(walk, site, {k: v for k, v in found.items() if v is not UNKNOWN})


def _parts(walk: Evaluation, options: Mapping[str, Value]) -> dict[str, Value]:
    """What the interfaces call `Message` and `Content.Simple`, and a whole message that is sent raw."""
    content = Value(fields=options)
    raw = _at(content, "RawMessage", "Data")
    raw = raw if raw is not UNKNOWN else _at(content, "Content", "Raw", "Data")
    found = parts_of(walk, raw) if raw.what == MAIL else {"text": raw}
    for way in (("Message",), ("Content", "Simple")):
        words = {
            "subject": _at(content, *way, "Subject", "Data"),
            "html": _at(content, *way, "Body", "Html", "Data"),
            "text": _at(content, *way, "Body", "Text", "Data"),
        }
        found |= {name: value for name, value in words.items() if value is not UNKNOWN}
    template = _at(content, "Content", "Template", "TemplateData")
    found["template_params"] = options.get("TemplateData", template)
    to = _readers(options)
    return {**found, "to": to} if to is not UNKNOWN else found


def _readers(options: Mapping[str, Value]) -> Value:
    whole = options.get("Destinations")
    if whole is not None:
        return whole
    destination = options.get("Destination", UNKNOWN)
    if destination.fields is None:
        return destination
    return Value(elements=tuple(destination.fields.get(name, UNKNOWN) for name in _READERS))


def _at(value: Value, *keys: str) -> Value:
    """A part of a record of records; what could not be followed stands for each of its parts."""
    for key in keys:
        if value.fields is None:
            return value
        value = value.fields.get(key, UNKNOWN)
    return value


def _method(walk: Evaluation, site: Site) -> Value | None:
    """`ses.send_email(Source=…, Destination=…, Message=…)`, `ses.sendEmail({ … })`."""
    options = {**(site.argument(0).fields or {}), **site.named}
    if not {"Destination", "Destinations", "RawMessage"} & options.keys():
        return None
    return _asked(walk, site, options)


def _command(name: str) -> Callable[[Evaluation, Site], Value | None]:
    """`new SendEmailCommand({ … })`: nothing is sent before it is."""

    def made(walk: Evaluation, site: Site) -> Value | None:
        return Value(what=_COMMAND, literal=name, elements=(site.argument(0),))

    return made


def _sent(walk: Evaluation, site: Site) -> Value | None:
    """`client.send(command)`."""
    command = site.argument(0)
    if command.what != _COMMAND:
        return None
    return _asked(walk, site, (command.elements or (UNKNOWN,))[0].fields or {})


CALLS: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    f"@aws-sdk/client-{service}.{name}": _command(name)
    for service in ("ses", "sesv2")
    for name in _COMMANDS
}
NAMES: dict[str, Callable[[Evaluation, Site], Value | None]] = {
    **dict.fromkeys(_METHODS, _method),
    "send": _sent,
}
