"""Breaches in words that a founder understands: who can do what to whose data, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shipworthy.prototype.handlers.breaches import Breach, Judged, lends_its_key
from shipworthy.prototype.handlers.breaches.item import named_at_service
from shipworthy.prototype.handlers.breaches.paid import CANCELS, REFUNDS
from shipworthy.prototype.handlers.breaches.power import makes_administrator
from shipworthy.prototype.handlers.comparing import UNSIGNED, WHOSE_OF_SOME
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Guard, Handler
from shipworthy.prototype.handlers.knowledge.keys import STORE
from shipworthy.prototype.handlers.purpose import by_knowledge
from shipworthy.prototype.handlers.standing import Caller, is_one_for_all, steering
from shipworthy.prototype.handlers.weight import (
    Harm,
    hands_out_files,
    is_metered,
    is_on_own_machine,
    names_own_address,
    reaches_operator,
    starts_listed_program,
    starts_own_program,
    writes_at_host,
    writes_at_service,
)
from shipworthy.prototype.routes.convex import CONVEX
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.routes.socketio import SOCKETIO
from shipworthy.regex import regex

_READS = {EffectKind.STORAGE: "download files of"}
_ACCOUNTS = {
    "create": "create accounts",
    "delete": "delete accounts",
    "update": "change accounts and their passwords",
    "invite": "invite people",
    "list": "list all accounts",
    "get": "look up accounts",
    "generate": "make login links for anybody",
}


def deed(effect: Effect, kind: Harm) -> str:
    """What is done, as in "can …": "change orders"."""
    what = thing(effect)
    match kind:
        case Harm.READ:
            if effect.operation == "rpc":
                return f"read what {effect.target} gives"
            verb = "read" if effect.target == STORE else _READS.get(effect.kind, "read")
            verb = "download" if hands_out_files(effect) else verb
            return f"{verb} {what}"
        case Harm.ADD:
            if effect.kind is EffectKind.STORAGE and effect.target != STORE:
                return f"upload files to {what}"
            return f"add {what}"
        case Harm.CHANGE:
            return f"run {effect.target}" if effect.operation == "rpc" else f"change {what}"
        case Harm.DELETE if effect.kind is EffectKind.STORAGE and effect.target != STORE:
            return f"delete files of {what}" if effect.target else "delete stored files"
        case Harm.DELETE:
            return f"delete {what}"
        case Harm.ACCOUNT:
            word = re.split(r"_|(?=[A-Z])", effect.operation)[0].lower()
            return _ACCOUNTS.get(word, "manage accounts")
        case Harm.SPEND:
            return "start payment operations with your provider's key"
        case Harm.SEND if opens_rooms(effect):
            return "open video rooms that you pay for"
        case Harm.SEND:
            kinds = "e-mails" if effect.kind is EffectKind.EMAIL else "messages"
            if names_own_address(effect) and reaches_operator(effect):
                return f"send {kinds} to the address in your code"
            if reaches_operator(effect):
                return f"send {kinds} to the address in your server's settings"
            return f"send {kinds} in your name"
        case Harm.ASK if is_on_own_machine(effect):
            return "keep the AI model on your machine busy"
        case Harm.ASK:
            return "use the AI model that you pay for"
        case Harm.FORWARD if lends_its_key(effect):
            return "put words of his own into a request that carries the key past row security,"
        case Harm.FORWARD if writes_at_service(effect):
            service = writes_at_service(effect)
            return f"{effect.literals['deed']} what stands in {service} with your server's token"
        case Harm.FORWARD if writes_at_host(effect):
            return f"change what he names at {effect.target} with your server's token"
        case Harm.FORWARD if is_metered(effect):
            return f"use {effect.target} with your key, which bills you for each request,"
        case Harm.FORWARD:
            where = effect.target or "another service"
            return f"make your server act on {where} with its own rights"
        case Harm.RUN if effect.operation == "rpc":
            return "run SQL on your database"
        case Harm.RUN if starts_listed_program(effect):
            return "start each of the commands that your code lists on your server"
        case Harm.RUN if starts_own_program(effect):
            return "start a program on your server, with arguments of his own,"
        case Harm.RUN:
            return "run commands on your server"


def _moved(effect: Effect) -> str:
    """What is done with the money of others at the provider."""
    if REFUNDS.search(effect.operation):
        return "pay back the payments"
    return (
        "end the subscriptions" if CANCELS.search(effect.operation) else "charge the stored cards"
    )


def opens_rooms(effect: Effect) -> bool:
    """True for rooms for video calls, at a service that also sends messages."""
    return effect.target == "video.twilio.com"


def thing(effect: Effect) -> str:
    """What an effect is about: a table in plain words, a bucket."""
    name = effect.target.rpartition(".")[2]
    if effect.target == STORE:
        return f"any key of the {STORE}"
    if hands_out_files(effect):
        return f"the {name} of your users"
    if effect.kind is EffectKind.STORAGE:
        return f"the bucket {name}" if name else "your file storage"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()
    return words or "rows"


def who(caller: Caller, handler: Handler) -> str:
    """Whoever may call."""
    if handler.route.framework == CONVEX and handler.route.kind is RouteKind.PROCEDURE:
        return "Anybody who has the address of your deployment"
    if handler.route.framework == SOCKETIO:
        return "Anybody who connects"
    if caller is Caller.ANON_KEY:
        return "Anybody with the public key of your website"
    return "Anybody on the internet"


def claims(effect: Effect) -> tuple[Guard, ...]:
    """The refusals before an effect that whoever calls gets past with a word of his own."""
    found = (g for g in effect.guards if g.check is Check.CLAIMED)
    return tuple(sorted(found, key=lambda g: (g.path, g.line)))


def asked(effect: Effect) -> str:
    """What is asked of whoever calls before an effect of which nothing proves who that is."""
    names = sorted({_spoken(name) for g in claims(effect) for name in g.about})
    known = by_knowledge(effect)
    if known and not names:
        return f"whoever knows {' and '.join(known[:2])} is let in"
    if not names:
        return "nothing asks who is calling"
    return f"it takes {' and '.join(names[:2])} at its word, which anybody can make up"


def _spoken(name: str) -> str:
    """`cookie.uid.value` as a person would say it: the cookie uid."""
    if name.startswith("claims.cookie"):
        return "what a cookie says"
    return _COOKIE.sub(r"the cookie \1", _HEADER.sub(r"the header \1", name))


_HEADER = regex(r"^header\.([\w-]+)$")
_COOKIE = regex(rf"^cookie\.(?:{UNSIGNED}\.)?(.+?)(?:\.value)?$")


def _how_compared(handler: Handler, inputs: frozenset[str]) -> str:
    guards = (g for effect in handler.effects for g in effect.guards if g.about & inputs)
    if any(g.how.startswith(WHOSE_OF_SOME) for g in guards):
        return (
            "compared with who is signed in for one role alone, never with the tenant of the others"
        )
    return "never compared with who is signed in"


def _any_user(judged: Judged) -> str:
    """Every account, or those with a plan or another right that is asked for before."""
    if judged.given:
        return f"Whoever signs up, and so has the role {judged.given},"
    if judged.gated or judged.effect.has(Check.REFUSES):
        return "Any signed-in user whom the checks before let pass"
    return "Any signed-in user"


def _named(inputs: Iterable[str]) -> list[str]:
    """The inputs as a request names them, whether a schema has seen them or not."""
    return sorted({name.replace(".parsed", "", 1) for name in inputs})


def sentence(handler: Handler, judged: Judged) -> str:
    """Entry, missing guard and effect in one sentence."""
    what = deed(judged.effect, judged.harm)
    place = f"through {handler.name}"
    anybody = who(judged.caller, handler)
    match judged.breach:
        case Breach.OPEN if makes_administrator(handler, judged.effect):
            return f"{anybody} makes himself an administrator {place}: {asked(judged.effect)}"
        case Breach.OPEN if judged.why:
            return f"{anybody} can {what} with {judged.why} {place}: {asked(judged.effect)}"
        case Breach.OPEN:
            return f"{anybody} can {what} {place}: {asked(judged.effect)}"
        case Breach.ADMIN:
            return f"{_any_user(judged)} can {what} {place}: no role or right is checked"
        case Breach.BESIDE:
            told = f", while {judged.why} {thing(judged.effect)}" if judged.why else ""
            return f"{_any_user(judged)} can {what} {place}: no role is asked for{told}"
        case Breach.FOREIGN if judged.roles:
            named = ", ".join(_named(judged.why.split())[:2]) or "the id"
            return (
                f"Whoever is {judged.roles} in one organisation can {what} of the others {place}: {named} is"
                " taken from the request and never compared with his own organisation"
            )
        case Breach.FOREIGN if judged.holder and not judged.why:
            return (
                f"Whoever has the role {judged.holder} can {what} of others in that role {place}: whose it"
                " is, is compared with who is signed in only when it is done"
            )
        case Breach.FOREIGN if judged.holder:
            named = ", ".join(_named(steering(judged.effect, handler))[:2]) or "the id"
            sister, _, column = judged.why.rpartition(" ")
            return (
                f"Whoever has the role {judged.holder} can {what} of others in that role {place}: {named} is"
                f" taken from the request, and {column} is not compared with who is signed in, as"
                f" {sister} does"
            )
        case Breach.FOREIGN if judged.hung:
            named = ", ".join(_named(judged.why.split())[:2])
            return (
                f"{_any_user(judged)} can {what} to what belongs to other people {place}: {named} is taken"
                " from the request, and nothing asks whether it is his"
            )
        case Breach.FOREIGN if judged.why:
            named = ", ".join(_named(named_at_service(judged.effect)))
            told = ", ".join(_named(judged.why.split()))
            return (
                f"{_any_user(judged)} can {judged.harm} what belongs to others at {judged.effect.target}"
                f" {place}: {named} is asked for with your server's key, and nothing ties it to"
                f" {told}, which is all that is compared with who is signed in"
            )
        case Breach.FOREIGN:
            if judged.harm is Harm.SPEND:
                what = _moved(judged.effect)
            inputs = steering(judged.effect, handler)
            named = ", ".join(_named(inputs)[:2]) or "the id"
            return (
                f"{_any_user(judged)} can {what} of other people {place}: {named} is taken from the request"
                f" and {_how_compared(handler, inputs)}"
            )
        case Breach.EVERYTHING if judged.roles:
            return (
                f"Whoever is {judged.roles} in one organisation can {what} of all of them {place}:"
                " nothing ties the rows to his own"
            )
        case Breach.EVERYTHING if is_one_for_all(judged.effect):
            return (
                f"{_any_user(judged)} can {what} of everybody {place}: nothing ties the rows to whoever is"
                f" signed in{'' if judged.given else ', and no role is asked for'}"
            )
        case Breach.EVERYTHING:
            return (
                f"{_any_user(judged)} can {what} of everybody {place}: it asks with rights that pass row"
                f" security{'' if judged.given else ', and for no role'}"
            )
        case Breach.HOLLOW:
            open_to_all = judged.caller in (Caller.ANYBODY, Caller.ANON_KEY)
            caller = anybody if open_to_all else _any_user(judged)
            return f"{caller} can {what} {place}: the check before it does not hold, {judged.why}"
