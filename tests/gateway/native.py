"""What the four kinds of providers answer, as their references show it: a text and a call of a tool."""

from __future__ import annotations

import json
from typing import Any

from provider import chat, chunk, sse

TEXT = "It rains in Köln."
PIECES = ("It rains", " in", " Köln.")
TOOL, ARGUMENTS = "weather", {"city": "Köln"}

_OPENAI_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": TOOL, "arguments": json.dumps(ARGUMENTS)},
}


def _anthropic(content: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }


def _gemini(parts: list[dict[str, Any]], reason: str | None = "STOP") -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
    used = {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10}
    return {
        "candidates": [{**candidate, "finishReason": reason} if reason else candidate],
        "usageMetadata": used,
        "modelVersion": "gemini",
    }


def _ollama(message: dict[str, Any], done: bool = True) -> dict[str, Any]:
    line = {
        "model": "llama",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "", **message},
        "done": done,
    }
    return (
        {**line, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 3} if done else line
    )


TEXT_ANSWERS: dict[str, dict[str, Any]] = {
    "openai": chat(TEXT),
    "anthropic": _anthropic([{"type": "text", "text": TEXT}], "end_turn"),
    "gemini": _gemini([{"text": TEXT}]),
    "ollama": _ollama({"content": TEXT}),
}
TOOL_ANSWERS: dict[str, dict[str, Any]] = {
    "openai": chat("", tool_calls=[_OPENAI_CALL]),
    "anthropic": _anthropic(
        [{"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": ARGUMENTS}], "tool_use"
    ),
    "gemini": _gemini([{"functionCall": {"name": TOOL, "args": ARGUMENTS}}]),
    "ollama": _ollama({"tool_calls": [{"function": {"name": TOOL, "arguments": ARGUMENTS}}]}),
}


def _events(*events: dict[str, Any]) -> bytes:
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


def _lines(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


_START = {"type": "message_start", "message": _anthropic([], "") | {"stop_reason": None}}
_END = {"type": "message_delta", "usage": {"output_tokens": 3}}


def _block(block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
    ]


_USED = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
_LAST = chunk({}) | {"choices": [], "usage": _USED}
_HALVES = ('{"city"', ': "Köln"}')

TEXT_STREAMS: dict[str, bytes] = {
    "openai": sse(
        [chunk({"role": "assistant", "content": ""})]
        + [chunk({"content": p}) for p in PIECES]
        + [chunk({}, "stop"), _LAST]
    ),
    "anthropic": _events(
        _START,
        *_block({"type": "text", "text": ""}, *({"type": "text_delta", "text": p} for p in PIECES)),
        _END | {"delta": {"stop_reason": "end_turn", "stop_sequence": None}},
        {"type": "message_stop"},
    ),
    "gemini": sse(
        [_gemini([{"text": p}], None) for p in PIECES[:2]] + [_gemini([{"text": PIECES[2]}])], False
    ),
    "ollama": _lines(*(_ollama({"content": p}, False) for p in PIECES), _ollama({})),
}
TOOL_STREAMS: dict[str, bytes] = {
    "openai": sse(
        [
            chunk(
                {
                    "tool_calls": [
                        {
                            "index": 0,
                            **_OPENAI_CALL,
                            "function": {"name": TOOL, "arguments": ""},
                        }
                    ]
                }
            ),
            *(
                chunk({"tool_calls": [{"index": 0, "function": {"arguments": half}}]})
                for half in _HALVES
            ),
            chunk({}, "tool_calls"),
            _LAST,
        ]
    ),
    "anthropic": _events(
        _START,
        *_block(
            {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": {}},
            *({"type": "input_json_delta", "partial_json": half} for half in _HALVES),
        ),
        _END | {"delta": {"stop_reason": "tool_use", "stop_sequence": None}},
        {"type": "message_stop"},
    ),
    "gemini": sse([TOOL_ANSWERS["gemini"]], False),
    "ollama": _lines(
        _ollama({"tool_calls": [{"function": {"name": TOOL, "arguments": ARGUMENTS}}]}, False),
        _ollama({}),
    ),
}
