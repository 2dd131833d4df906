"""The /metrics page: calls, times, tokens, money, fallbacks and refusals by feature and model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from shipworthy.gateway.call import Outcome, Record
from shipworthy.gateway.telemetry.exposition import (
    CONTENT_TYPE,
    Counter,
    Histogram,
    Labels,
    labelled,
)

# Bounds in seconds of gen_ai.client.operation.duration and gen_ai.server.time_to_first_token.
# Source: opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics
_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_FIRST = (
    0.001,
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.08,
    0.1,
    0.25,
    0.5,
    0.75,
    1.0,
    2.5,
    5.0,
    7.5,
    10.0,
)
_SCORES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)

_USE: Labels = ("prototype", "feature", "model")
_LATEST = 1_000  # calls per feature and model from which quantiles are taken
_MOST_SERIES = 2_000
_WITHOUT_MODEL = "none"


class MetricsPage:
    """Observer of calls and page of the admin socket in one.

    A model's name is one of the policy's: what callers write into a request becomes no label, or a
    caller could fill the memory.
    """

    wants_texts = False
    content_type = CONTENT_TYPE

    def __init__(self, withheld: Mapping[tuple[str, str, str], int] | None = None) -> None:
        """`withheld`: what output checks took out, by prototype, feature and what it was."""
        self._withheld = withheld if withheld is not None else {}
        self._calls = Counter(
            "shipworthy_ai_calls_total", "Calls by how they ended.", (*_USE, "outcome", "error")
        )
        self._seconds = Histogram(
            "gen_ai_client_operation_duration_seconds", "Time of a call.", _USE, _SECONDS
        )
        self._first = Histogram(
            "gen_ai_server_time_to_first_token_seconds", "Time to the first token.", _USE, _FIRST
        )
        self._tokens = Counter(
            "gen_ai_client_token_usage_total", "Tokens.", (*_USE, "gen_ai_token_type")
        )
        self._cost = Counter("shipworthy_ai_cost_dollars_total", "US dollars.", _USE)
        self._attempts = Counter("shipworthy_ai_attempts_total", "Requests to providers.", _USE)
        self._redacted = Counter(
            "shipworthy_ai_redacted_total", "Values replaced.", ("prototype", "feature", "kind")
        )
        self._screened = Counter(
            "shipworthy_ai_screened_total", "Verdicts.", ("prototype", "feature", "action")
        )
        self._scores = Histogram(
            "shipworthy_ai_injection_score", "Scores.", ("prototype", "feature"), _SCORES
        )
        self._taken_out = Counter(
            "shipworthy_ai_withheld_total",
            "Taken out of answers.",
            ("prototype", "feature", "what"),
        )
        self._latest: dict[Labels, deque[float]] = {}
        self._queue: list[Record] = []

    def finished(self, record: Record) -> None:
        """Queue a call: it is counted between calls, and before the page is shown."""
        self._queue.append(record)

    def flush(self) -> None:
        """Count what is queued."""
        queue, self._queue = self._queue, []
        for record in queue:
            self._count(record)

    def _count(self, record: Record) -> None:
        use = (record.prototype, record.feature, record.model or _WITHOUT_MODEL)
        if use not in self._latest:
            if len(self._latest) >= _MOST_SERIES:
                use = (record.prototype, "other", "other")
            self._latest.setdefault(use, deque(maxlen=_LATEST))
        self._calls.add((*use, record.outcome.value, record.error))
        self._seconds.observe(use, record.seconds)
        if record.outcome is not Outcome.REFUSED:
            self._latest[use].append(record.seconds)
        if record.first_token is not None:
            self._first.observe(use, record.first_token)
        self._tokens.add((*use, "input"), record.usage.input)
        self._tokens.add((*use, "output"), record.usage.output)
        self._cost.add(use, record.cost / 1e9)
        self._attempts.add(use, record.attempts)
        for kind, count in record.redacted.items():
            self._redacted.add((*use[:2], kind), count)
        if record.screening:
            self._screened.add((*use[:2], record.screening))
        if record.score is not None:
            self._scores.observe(use[:2], record.score)

    def render(self) -> bytes:
        """The page as it stands now."""
        self.flush()
        self._taken_out.set_all({key: count for key, count in self._withheld.items()})  # noqa: C416
        parts = (
            *(self._calls, self._seconds, self._first, self._tokens, self._cost, self._attempts),
            *(self._redacted, self._screened, self._scores, self._taken_out),
        )
        lines = [line for part in parts for line in part.lines()]
        return "\n".join((*lines, *self._quantiles(), "")).encode()

    def _quantiles(self) -> Iterator[str]:
        name = "shipworthy_ai_latest_seconds"
        yield f"# HELP {name} p50, p95 and p99 of the latest {_LATEST} calls, refusals left out."
        yield f"# TYPE {name} gauge"
        for use, latest in self._latest.items():
            ordered = sorted(latest)
            for quantile in (0.5, 0.95, 0.99) if ordered else ():
                value = ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
                yield f"{name}{labelled((*_USE, 'quantile'), (*use, str(quantile)))} {value:.6g}"
