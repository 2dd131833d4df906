"""Anthropic Messages: spoken by callers, and by the adapter to Anthropic itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, Conversation
from shipworthy.gateway.dialects import anthropic_translation as translation
from shipworthy.gateway.dialects.dialect import (
    Body,
    Dialect,
    Reader,
    Writer,
    a_dict,
    a_text,
    dicts,
    leaves,
    tokens,
    whole_number,
)
from shipworthy.gateway.dialects.openai_chat import continued_messages
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.sse import event_bytes

CALLS = ("tool_use", "mcp_tool_use")
VERSION = "2023-06-01"  # of the API; the only one so far
ERROR_TYPES = {
    Kind.UNAUTHORISED: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.NOT_FOUND: "not_found_error",
    Kind.TOO_LARGE: "request_too_large",
    Kind.BUDGET: "rate_limit_error",
    Kind.BUSY: "rate_limit_error",
    Kind.TIMEOUT: "timeout_error",
    Kind.OFF: "overloaded_error",
}


class Anthropic(Dialect):
    """POST /v1/messages."""

    name = "anthropic"
    passed_headers = ("anthropic-beta",)

    def passages(self, body: Body) -> list[Passage]:
        found = list(_texts(body, "system", Role.SYSTEM))
        for message in dicts(body.get("messages")):
            role = Role.ASSISTANT if message.get("role") == "assistant" else Role.USER
            found += _texts(message, "content", role)
        return found

    def user(self, body: Body) -> str:
        return a_text(a_dict(body.get("metadata")).get("user_id"))

    def output_limit(self, body: Body) -> int | None:
        return whole_number(body.get("max_tokens"))

    def limit_output(self, body: Body, tokens: int) -> None:
        body["max_tokens"] = tokens

    def without_tools(self, body: Body) -> bool:
        body.pop("tool_choice", None)
        return bool(body.pop("tools", None))

    def continued(self, body: Body, answer: str, words: str) -> Body:
        return continued_messages(body, answer, words)

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/messages"

    def headers(self, key: str) -> Mapping[str, str]:
        return {"x-api-key": key, "anthropic-version": VERSION}

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:  # noqa: ARG002
        return body if body.get("model") == model else {**body, "model": model}

    def is_answer(self, document: Body) -> bool:
        return document.get("type") == "message" and isinstance(document.get("content"), list)

    def answer_passages(self, answer: Body) -> list[Passage]:
        return list(_texts(answer, "content", Role.ASSISTANT))

    def tools_called(self, document: Body) -> list[str]:
        blocks = [*dicts(document.get("content")), a_dict(document.get("content_block"))]
        return [a_text(b.get("name")) for b in blocks if b.get("type") in CALLS]

    def usage(self, document: Body) -> Usage | None:
        said = document.get("usage") or a_dict(document.get("message")).get("usage")
        if not isinstance(said, dict):
            return None
        # What was read from a cache, or written to one, stands beside the other input.
        cached = [said.get(f"cache_{verb}_input_tokens") or 0 for verb in ("creation", "read")]
        found = tokens(said.get("input_tokens", 0), said.get("output_tokens", 0))
        extra = tokens(*cached)
        return (
            Usage(found.input + extra.input + extra.output, found.output)
            if found and extra
            else None
        )

    def event_passages(self, event: Body) -> list[Passage]:
        delta, at = a_dict(event.get("delta")), event.get("index")
        if isinstance(delta.get("text"), str):
            return [Passage(delta, "text", Role.ASSISTANT, f"{at}")]
        if isinstance(delta.get("partial_json"), str):
            return [Passage(delta, "partial_json", Role.ASSISTANT, f"{at}", is_json=True)]
        return []

    def closes(self, event: Body) -> bool:
        return event.get("type") in ("content_block_stop", "message_delta", "message_stop")

    def ends(self, event: Body) -> bool:
        return event.get("type") == "message_stop"

    def event(self, event: Body) -> bytes:
        return event_bytes(orjson.dumps(event), a_text(event.get("type")))

    def problem(self, problem: Problem) -> Body:
        ours = problem.kind.status >= 500
        kind = ERROR_TYPES.get(problem.kind, "api_error" if ours else "invalid_request_error")
        said = {"type": kind, "message": problem.message, "code": problem.code}
        return {"type": "error", "error": said}

    def problem_event(self, problem: Problem) -> bytes:
        return event_bytes(orjson.dumps(self.problem(problem)), "error")

    def read_request(self, body: Body) -> Conversation:
        return translation.read_request(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:
        return translation.write_request(conversation, model, stream)

    def read_answer(self, answer: Body) -> Answer:
        return translation.read_answer(answer, self.usage(answer))

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:
        return translation.write_answer(answer, model, id)

    def reader(self) -> Reader:
        return translation.MessagesReader()

    def writer(self, model: str, id: str) -> Writer:
        return translation.MessagesWriter(model, id)


def _texts(holder: Body, key: str, role: Role) -> Iterator[Passage]:
    """Texts of a content: a text, or blocks. What was thought is signed and stays as it is."""
    content: Any = holder.get(key)
    if isinstance(content, str):
        yield Passage(holder, key, role)
    for block in dicts(content):
        match block.get("type"):
            case "text" if isinstance(block.get("text"), str):
                yield Passage(block, "text", role)
            case "tool_use" if isinstance(block.get("input"), dict):
                yield from leaves(block, "input", role)
            case "tool_result" | "mcp_tool_result" | "search_result":
                yield from _texts(block, "content", Role.TOOL)
            case "document":
                source = a_dict(block.get("source"))
                if source.get("type") == "text" and isinstance(source.get("data"), str):
                    yield Passage(source, "data", role)
                yield from _texts(source, "content", role)
