"""OpenTelemetry spans of calls, as OTLP JSON: into a file, or to a collector.

The form is that of OTLP/HTTP with JSON, which a collector's file receiver reads too
(opentelemetry.io/docs/specs/otlp). Attributes follow the conventions for generative AI
(opentelemetry.io/docs/specs/semconv/gen-ai). No text and no user is ever in a span.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from shipworthy import __version__
from shipworthy.gateway.call import Outcome, Record
from shipworthy.gateway.private_folder import private_folder

FILE = "spans.jsonl"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
Sink = Callable[[bytes], None]

_OPERATIONS = {"openai-embeddings": "embeddings", "ollama-generate": "text_completion"}
_PROVIDERS = {"gemini": "gcp.gemini"}
_CLIENT, _OK, _ERROR = 3, 1, 2  # SpanKind and StatusCode of OTLP
_LARGEST_FILE = 256_000_000  # bytes; the file then becomes `.1`, and an older `.1` goes
_WAITING = 1_000  # batches for a collector that does not answer; later ones are dropped


class SpanWriter:
    """Observer that turns calls into spans and hands them on in batches, from a thread of its own."""

    wants_texts = False

    def __init__(self, sink: Sink) -> None:
        self.dropped = 0
        self._sink = sink
        self._spans: list[dict[str, Any]] = []
        self._batches: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._work, name="spans", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def finished(self, record: Record) -> None:
        """Queue a call."""
        self._spans.append(span(record))

    def flush(self) -> None:
        """Hand what is queued to the thread."""
        if not self._spans:
            return
        batch, self._spans = self._spans, []
        try:
            self._batches.put_nowait(json.dumps(document(batch), separators=(",", ":")).encode())
        except queue.Full:
            self.dropped += len(batch)

    def close(self) -> None:
        """Hand on what is queued and end, within five seconds."""
        self.flush()
        with suppress(queue.Full):
            self._batches.put(None, timeout=1)
        self._thread.join(5)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                self._sink(batch)
            except OSError:
                self.dropped += 1


def span(record: Record) -> dict[str, Any]:
    """One call as a span of OTLP JSON."""
    operation = _OPERATIONS.get(record.dialect, "chat")
    failed = record.outcome in (Outcome.FAILED, Outcome.REFUSED)
    return {
        "traceId": os.urandom(16).hex(),
        "spanId": os.urandom(8).hex(),
        "name": f"{operation} {record.model or record.asked}",
        "kind": _CLIENT,
        "startTimeUnixNano": str(int(record.at * 1e9)),
        "endTimeUnixNano": str(int((record.at + record.seconds) * 1e9)),
        "attributes": list(_attributes(record, operation)),
        "status": {"code": _ERROR, "message": record.error} if failed else {"code": _OK},
    }


def _attributes(record: Record, operation: str) -> Iterator[dict[str, Any]]:
    values: dict[str, str | int | float | bool | None] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": _PROVIDERS.get(record.provider, record.provider) or None,
        "gen_ai.request.model": record.asked,
        "gen_ai.response.model": record.model or None,
        "gen_ai.request.stream": record.stream,
        "gen_ai.usage.input_tokens": record.usage.input,
        "gen_ai.usage.output_tokens": record.usage.output,
        "gen_ai.server.time_to_first_token": record.first_token,
        "error.type": record.error or None,
        "http.response.status_code": record.status or None,
        "shipworthy.call.id": record.id,
        "shipworthy.prototype": record.prototype,
        "shipworthy.feature": record.feature,
        "shipworthy.key": record.key,
        "shipworthy.outcome": record.outcome.value,
        "shipworthy.attempts": record.attempts,
        "shipworthy.cost.dollars": record.cost / 1e9,
        "shipworthy.redacted": sum(record.redacted.values()),
        "shipworthy.screening.action": record.screening or None,
        "shipworthy.screening.score": record.score,
    }
    for name, value in values.items():
        if value is not None:
            yield {"key": name, "value": _value(value)}


def _value(value: str | int | float | bool) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case _:
            return {"stringValue": value}


def document(spans: list[dict[str, Any]]) -> dict[str, Any]:
    """Spans as one request of OTLP."""
    service = os.environ.get("OTEL_SERVICE_NAME", "shipworthy-ai-gateway")
    named = {"key": "service.name", "value": {"stringValue": service}}
    scope = {"name": "shipworthy.gateway", "version": __version__}
    return {
        "resourceSpans": [
            {"resource": {"attributes": [named]}, "scopeSpans": [{"scope": scope, "spans": spans}]}
        ]
    }


def to_file(file: Path) -> Sink:
    """One line of JSON per batch; at 256 MB the file is put aside once."""
    private_folder(file.parent)

    def write(batch: bytes) -> None:
        if file.exists() and file.stat().st_size > _LARGEST_FILE:
            file.replace(file.with_suffix(".jsonl.1"))
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as opened:
            opened.write(batch + b"\n")

    return write


def to_collector(url: str) -> Sink:
    """POST each batch to a collector's OTLP/HTTP address; headers as OTEL_EXPORTER_OTLP_HEADERS says."""
    address = url if url.endswith("/v1/traces") else url.rstrip("/") + "/v1/traces"
    pairs = (
        p.partition("=") for p in os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", "").split(",") if p
    )
    headers = {name.strip(): value.strip() for name, _, value in pairs}

    def post(batch: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting
            address, batch, {"content-type": "application/json", **headers}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass

    return post
