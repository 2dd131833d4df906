"""What is known about calls that ended: metrics, spans, and a journal from which a user can be forgotten."""

from __future__ import annotations

from shipworthy.gateway.telemetry.journal import Journal
from shipworthy.gateway.telemetry.metrics import MetricsPage
from shipworthy.gateway.telemetry.spans import SpanWriter

__all__ = ["Journal", "MetricsPage", "SpanWriter"]
