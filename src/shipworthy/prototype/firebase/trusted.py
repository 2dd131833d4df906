"""What the server believes of its caller because it stands in his own document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shipworthy.prototype.handlers.handler import OF_ROLES, Check, EffectKind, Handler


def trusted_by_server(handlers: Iterable[Handler]) -> frozenset[tuple[str, str]]:
    """Collections with the fields of the caller's document that some entry point goes by."""
    return frozenset(pair for handler in handlers for pair in _of(handler))


def _of(handler: Handler) -> Iterator[tuple[str, str]]:
    own = {
        effect.target
        for effect in handler.effects_of(EffectKind.QUERY)
        if effect.operation == "select" and _is_own(effect.inputs.get("filter:id", ()))
    }
    if len(own) != 1:
        return
    for effect in handler.effects:
        for guard in effect.guards:
            claims, _, field = guard.how.partition(OF_ROLES)[0].rpartition(".")
            if guard.check is Check.ROLE and claims != "token":
                yield next(iter(own)), field


def _is_own(asked: Iterable[object]) -> bool:
    return {str(origin) for origin in asked} == {"principal.uid"}
