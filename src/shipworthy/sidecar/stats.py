"""What the proxy counted, from its admin socket: requests, quantiles, errors, refusals by reason, upstreams.

Read as JSON, which says the same as the Prometheus text and has a parser.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

_WANTED = (
    r"^http\.|^http1\.|^http2\.|http_local_rate_limit|\.membership_|upstream_rq_(pending_overflow|retry$)"
    r"|downstream_global_cx_overflow"
)
PATH = f"/stats?usedonly&format=json&histogram_buckets=cumulative&filter={quote(_WANTED, safe='')}"
_OWN = "http.admin."

# How the proxy's counters end, and what a person calls the refusal that they count.
_REFUSALS = (
    (".http_local_rate_limit.enforced", "rate limit"),
    (".csrf.missing_source_origin", "foreign origin"),
    (".csrf.request_invalid", "foreign origin"),
    (".jwt_authn.denied", "no valid token"),
    (".rbac.roles.denied", "role or closed path"),
    (".api_key_auth.unauthorized", "API key"),
    (".api_key_auth.unauthenticated", "API key"),
    (".oauth_failure", "login"),
    (".downstream_rq_header_timeout", "slow headers"),
    (".downstream_rq_timeout", "slow body"),
    (".downstream_cx_protocol_error", "broken HTTP"),
    (".downstream_global_cx_overflow", "too many connections"),
    (".upstream_rq_pending_overflow", "overloaded"),
)


@dataclass(frozen=True, slots=True)
class Upstream:
    """One program behind the proxy: how many of its instances are there, and how many are well."""

    name: str
    healthy: int
    instances: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted since the proxy started. `buckets`: milliseconds → requests that took no longer."""

    requests: int = 0
    active: int = 0
    retries: int = 0
    answers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # "2xx": 12
    buckets: Mapping[float, int] = field(default_factory=lambda: MappingProxyType({}))
    refused: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    upstreams: tuple[Upstream, ...] = ()

    @property
    def errors(self) -> int:
        """Answers of the class 5xx."""
        return self.answers.get("5xx", 0)

    def since(self, earlier: Counts) -> Counts:
        """What was counted after `earlier`; after a restart of the proxy, everything."""
        if earlier.requests > self.requests:
            return self
        return Counts(
            self.requests - earlier.requests,
            self.active,
            max(0, self.retries - earlier.retries),
            _minus(self.answers, earlier.answers),
            {ms: n - earlier.buckets.get(ms, 0) for ms, n in self.buckets.items()},
            _minus(self.refused, earlier.refused),
            self.upstreams,
        )

    def with_refusals(self, more: Mapping[str, int]) -> Counts:
        """With refusals that the proxy does not count, from its access log."""
        return replace(self, refused=dict((Counter(self.refused) + Counter(more)).most_common()))

    def quantile(self, share: float) -> float | None:
        """Milliseconds that `share` (0 to 1) of the requests took at most; None where there were none.

        Interpolated within the bucket, as Prometheus' histogram_quantile does.
        """
        bounds = sorted(self.buckets.items())
        total = bounds[-1][1] if bounds else 0
        if total <= 0:
            return None
        rank = share * total
        for (low, under), (high, upto) in pairwise([(0.0, 0), *bounds]):
            if upto >= rank and upto > under:
                return low + (high - low) * (rank - under) / (upto - under)
        return bounds[-1][0]


def read_counts(answer: bytes) -> Counts:
    """The counts in the admin socket's answer to `PATH`. Raises ValueError for anything else."""
    stats = json.loads(answer)["stats"]
    values = {s["name"]: int(s["value"]) for s in stats if isinstance(s.get("value"), int)}
    edge = {name: value for name, value in values.items() if name.startswith("http.")}
    edge = {name: value for name, value in edge.items() if not name.startswith(_OWN)}
    return Counts(
        sum(_ending(edge, ".downstream_rq_total")),
        sum(_ending(edge, ".downstream_rq_active")),
        sum(_ending(values, ".upstream_rq_retry")),
        {f"{d}xx": n for d in "12345" if (n := sum(_ending(edge, f".downstream_rq_{d}xx")))},
        _buckets(stats),
        _refusals(values),
        tuple(_upstreams(values)),
    )


def _refusals(values: Mapping[str, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, value in values.items():
        if not value or name.startswith((_OWN, "listener.admin")):
            continue
        for ending, reason in _REFUSALS:
            # A listener counts the same once more below its own name.
            if name.endswith(ending) and (
                not name.startswith("listener.") or "global_cx" in ending
            ):
                found[reason] += value
    return dict(found.most_common())


def _buckets(stats: Iterable[Mapping[str, Any]]) -> dict[float, int]:
    sums: Counter[float] = Counter()
    for entry in stats:
        for histogram in _listed(entry.get("histograms")):
            name = histogram["name"]
            if name.startswith("http.") and name.endswith(".downstream_rq_time"):
                if name.startswith(_OWN):
                    continue
                for bucket in histogram["buckets"]:
                    sums[float(bucket["upper_bound"])] += int(bucket["cumulative"])
    return dict(sums)


def _listed(histograms: Any) -> list[Any]:
    return histograms if isinstance(histograms, list) else []


def _upstreams(values: Mapping[str, int]) -> Iterable[Upstream]:
    ending = ".membership_total"
    for name, total in sorted(values.items()):
        if name.startswith("cluster.") and name.endswith(ending):
            cluster = name.removeprefix("cluster.").removesuffix(ending)
            yield Upstream(cluster, values.get(f"cluster.{cluster}.membership_healthy", 0), total)


def _ending(values: Mapping[str, int], ending: str) -> Iterable[int]:
    return (value for name, value in values.items() if name.endswith(ending))


def _minus(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    left = {name: value - before.get(name, 0) for name, value in now.items()}
    return {name: value for name, value in left.items() if value > 0}
