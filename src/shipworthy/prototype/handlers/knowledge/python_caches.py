"""Redis and the cache of Django: what the server itself keeps there under a key."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Origin
from shipworthy.prototype.handlers.values import NO_GUARDS, NULL, Value, all_origins, replace

_STORES = (
    *(f"redis.{kind}()" for kind in ("Redis", "StrictRedis", "from_url")),
    *(f"redis.{kind}.from_url()" for kind in ("Redis", "StrictRedis")),
    *(f"redis.asyncio.{kind}()" for kind in ("Redis", "from_url", "Redis.from_url")),
    "django.core.cache.cache",
)
_READS = ("get", "getdel", "getex")


def _kept(walk: Evaluation, site: Site) -> Value | None:
    """`redis.get(f"pending:{token}")`: not what the caller says, but what he knows the key of."""
    by = frozenset(o for o in all_origins(site.argument(0)) if o.is_input)
    found = Value(
        origins=frozenset({Origin("row", "", "", by)}),
        what="cached",
        tags=frozenset({"truthy"}),
    )
    return replace(found, cases=((found, NO_GUARDS), (NULL, NO_GUARDS)))


CALLS = {f"{store}.{name}": _kept for store in _STORES for name in _READS}
