"""Roles of whoever founds an organisation: they count in his own, and everybody founds one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.prototype.handlers.columns import snake
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind, Handler
from shipworthy.prototype.handlers.standing import Caller, caller, is_of_caller
from shipworthy.regex import regex

_ASKED = (
    *(Check.ROLE, Check.OWNER, Check.SECRET, Check.SIGNATURE, Check.API_KEY),
    *(Check.UNCLEAR, Check.REFUSES),
)


def may_found(handler: Handler, effect: Effect) -> bool:
    """True for a row that whoever is signed in adds, of whom no more is asked."""
    if effect.kind is not EffectKind.QUERY or effect.operation not in ("insert", "upsert"):
        return False
    return caller(handler, effect) is Caller.KNOWN and not effect.has(*_ASKED)


def roles_of_founders(founding: Iterable[Handler]) -> frozenset[str]:
    """The roles that the entry points by which organisations are founded give to whoever calls them."""
    return frozenset(role for handler in founding for role in _given(handler))


def _given(handler: Handler) -> Iterator[str]:
    for effect in handler.effects_of(EffectKind.QUERY):
        if effect.has(*_ASKED) or effect.after_failure or not _is_of_himself(effect):
            continue
        for name, _ in effect.of("value:"):
            written = effect.literals.get(f"value:{name}")
            if written and _ROLE.match(snake(name)):
                yield written.lower()


def _is_of_himself(effect: Effect) -> bool:
    """True for what is written about the caller: into his own row, or into one that names him."""
    part = {"update": "filter:", "insert": "value:", "upsert": "value:"}.get(effect.operation)
    return part is not None and any(
        _PERSON.search(snake(name))
        and any(is_of_caller(o) and not any(by.is_input for by in o.by) for o in origins)
        for name, origins in effect.of(part)
    )


_ROLE = regex(r"^(user_?|account_?|member_?)?roles?$")
_PERSON = regex(
    r"^(uu)?id$|(user|profile|member|account|clerk|auth|person|owner)_?(uu)?id$|^e?mail$|^user$"
)
