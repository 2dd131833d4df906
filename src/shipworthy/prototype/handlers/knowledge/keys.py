"""Stores of keys and values (Vercel KV, Upstash, Redis), where whoever calls names the whole key."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value, all_origins

STORE = "key-value store"
_STORES = (
    "@vercel/kv.kv",
    "@vercel/kv.default",
    "@vercel/kv.createClient()",
    "@upstash/redis.Redis()",
    "@upstash/redis.Redis.fromEnv()",
)


def _named(operation: str) -> Callable[[Evaluation, Site], Value | None]:
    def answered(walk: Evaluation, site: Site) -> Value | None:
        key = site.argument(0)
        whole = key.literal is not None and key.elements is None and not key.what
        if whole and "part" not in key.tags and any(o.is_input for o in key.origins):
            inputs = {"path": all_origins(key), "text": all_origins(site.argument(1))}
            at = site.call.at
            walk.effect(EffectKind.STORAGE, operation, STORE, at, client="service", inputs=inputs)
        return NULL if operation == "remove" else UNKNOWN

    return answered


_OPERATIONS = {
    **dict.fromkeys(("get", "hgetall", "lrange", "smembers"), "download"),
    **dict.fromkeys(("set", "hset", "lpush"), "upload"),
    "del": "remove",
}

CALLS = {
    f"{store}.{name}": _named(operation)
    for store in _STORES
    for name, operation in _OPERATIONS.items()
}
