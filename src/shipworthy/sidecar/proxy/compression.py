"""Answers that the caller's browser wants smaller: br, gzip, zstd.

Envoy's own list of content types: texts, scripts, JSON, SVG. Streams of events (`text/event-stream`) are
not among them, so they are never held back.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, typed

_SMALLEST = 512  # bytes; below, compression costs more than it saves
_LIBRARY = "envoy.extensions.compression"
_KINDS = {"br": "brotli", "gzip": "gzip", "zstd": "zstd"}


def compression_filters(names: Sequence[str]) -> list[Message]:
    """One filter for each, the preferred first."""
    return [_filter(name, _KINDS[name], preferred=name == names[0]) for name in names]


def _filter(name: str, kind: str, *, preferred: bool) -> Message:
    library = typed(f"{_LIBRARY}.{kind}.compressor.v3.{kind.capitalize()}")
    return http_filter(
        f"shipworthy.{name}",
        f"{HTTP}.compressor.v3.Compressor",
        compressor_library={"name": kind, "typed_config": library},
        response_direction_config={"common_config": {"min_content_length": _SMALLEST}},
        choose_first=preferred,
    )
