"""Functions of the prototype's own that tell its operator of failures, by mail or in a chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.finding import Evidence, Location
from shipworthy.prototype.handlers.program import functions_of
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.nodes import Call, Function, Literal, Member, Module, Name, Try
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# `sendPipelineAlert`, `notify_admin_of_error`, `alertOps`, `reportFailure`.
_NAME = regex(
    r"^(send|post|raise|dispatch|trigger|email|mail|slack|notify)_?\w*(alert|error|failure|incident|crash)"
    r"|^(alert|page)_?(ops|operators?|admins?|team|owner|dev(eloper)?s?|on_?call)"
    r"|^(report|notify)_?\w*(ops|operator|on_?call|developer|engineer)",
    re.IGNORECASE,
)
_FAILURE = regex(r"error|fail|incident|crash", re.IGNORECASE)
# Looked for in the small letters of all code: a pattern takes many times as long.
_SAYS = ("alert", "notify", "report", "page", "mail", "slack")
_SENDS = (
    "resend sendgrid nodemailer smtp postmark mailgun slack discord api.telegram pagerduty opsgenie"
    " sendmail send_mail"
).split()
_WAYS = regex(
    r"resend|sendgrid|nodemailer|smtp|postmark|mailgun|hooks\.slack\.com|slack|discord|api\.telegram"
    r"|pagerduty|opsgenie|send_?mail",
    re.IGNORECASE,
)


def own_alert(prototype: Prototype) -> tuple[str, Evidence] | None:
    """The first function that by its name tells of failures, sends a mail or a message to a chat, and is
    called where a failure is caught or by a name that says so; None where there is none."""
    for file in prototype.of_role(Role.PRODUCT):
        if file.path not in prototype.server_modules or file.path in prototype.abandoned:
            continue
        text = (file.text or "").lower()
        if not any(way in text for way in _SENDS) or not any(word in text for word in _SAYS):
            continue
        for name, function in functions_of(prototype.server_modules[file.path]):
            if _NAME.match(name) and _sends(function) and _is_called(prototype, file.path, name):
                return name, prototype.evidence("code", Location(file.path, function.at))
    return None


def _sends(function: Function) -> bool:
    """True where it calls what sends mails, or speaks of a host or setting of a chat."""
    said = (
        *(node.id for node in nodes_in(function.body, Name)),
        *(node.key for node in nodes_in(function.body, Member)),
        *(node.value for node in nodes_in(function.body, Literal) if isinstance(node.value, str)),
    )
    return any(map(_WAYS.search, said))


def _is_called(prototype: Prototype, path: str, name: str) -> bool:
    near = {p for p, targets in prototype.modules.edges.items() if path in targets} | {path}
    return any(
        _calls(prototype.server_modules[place], name)
        for place in sorted(near)
        if place in prototype.server_modules
    )


def _calls(module: Module, name: str) -> bool:
    """True where it is called; one that only says "alert" must be called where a failure is caught."""
    speaks = _FAILURE.search(name) is not None
    caught = [handler for tried in nodes_in(module, Try) for handler in tried.handlers]
    called = (node.function for node in nodes_in(module if speaks else tuple(caught), Call))
    return any(isinstance(function, Name) and function.id == name for function in called)
