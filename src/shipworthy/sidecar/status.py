"""How a running sidecar is right now: what the panel, `sidecar status` and the events show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shipworthy.sidecar.stats import Counts, Upstream
from shipworthy.sidecar.traffic import Request


class State(StrEnum):
    """What callers meet."""

    STARTING = "starting"
    SERVING = "serving"
    PAUSED = "paused"  # the maintenance page, on request
    DOWN = "down"  # the maintenance page, for the prototype does not answer
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Status:
    """One look at everything. Durations in seconds, latencies in milliseconds."""

    url: str
    prototype: str
    runs: str  # what runs, in a few words: `Vite, from its build`
    policy: str  # the file, or '' where it was derived and is in memory alone
    state: State
    seconds: float  # since it was ready
    restarts: int
    total: Counts
    lately: Counts  # of the last minute
    people: tuple[str, ...]
    last: tuple[Request, ...]
    unprotected: tuple[str, ...]
    said: tuple[str, ...]  # the last notes, oldest first
    pid: int

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """The programs behind the proxy."""
        return self.total.upstreams

    @property
    def document(self) -> dict[str, Any]:
        """The status as a JSON document."""
        return {
            "url": self.url,
            "prototype": self.prototype,
            "runs": self.runs,
            "policy": self.policy or None,
            "state": self.state.value,
            "seconds": round(self.seconds, 1),
            "restarts": self.restarts,
            "total": counts_document(self.total),
            "last_minute": counts_document(self.lately),
            "people": list(self.people),
            "unprotected": list(self.unprotected),
            "upstreams": [
                {"name": u.name, "healthy": u.healthy, "instances": u.instances}
                for u in self.upstreams
            ],
            "pid": self.pid,
        }


def counts_document(counts: Counts) -> dict[str, Any]:
    """Counts as a JSON document: requests, errors, refusals by reason, quantiles in milliseconds."""
    return {
        "requests": counts.requests,
        "errors": counts.errors,
        "retries": counts.retries,
        "answers": dict(counts.answers),
        "refused": dict(counts.refused),
        "milliseconds": {
            name: None if (value := counts.quantile(share)) is None else round(value, 2)
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        },
    }


def status_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """A status document in words, as another process got it from the running one."""
    yield f"{document['url']}: {document['state']} for {document['seconds']:.0f} s"
    yield f"runs: {document['runs']}, process {document['pid']}, {document['restarts']} restarts"
    yield f"policy: {document['policy'] or 'derived, in memory'}"
    for name, key in (("last minute", "last_minute"), ("in all", "total")):
        counts = document[key]
        took = ", ".join(
            f"{q} {ms} ms" for q, ms in counts["milliseconds"].items() if ms is not None
        )
        yield f"{name}: {counts['requests']} requests, {counts['errors']} errors" + (
            f", {took}" if took else ""
        )
    refused = ", ".join(f"{n} {reason}" for reason, n in document["total"]["refused"].items())
    yield f"refused: {refused or 'nothing yet'}"
    yield f"signed in: {', '.join(document['people']) or 'nobody'}"
    yield from (f"not protected yet: {route}" for route in document["unprotected"])
