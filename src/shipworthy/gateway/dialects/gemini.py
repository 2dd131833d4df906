"""Gemini generateContent and streamGenerateContent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, Conversation
from shipworthy.gateway.dialects import gemini_translation as translation
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
from shipworthy.gateway.problem import Kind, Problem

STATUSES = {
    Kind.UNAUTHORISED: "UNAUTHENTICATED",
    Kind.FORBIDDEN: "PERMISSION_DENIED",
    Kind.NOT_FOUND: "NOT_FOUND",
    Kind.BUDGET: "RESOURCE_EXHAUSTED",
    Kind.BUSY: "RESOURCE_EXHAUSTED",
    Kind.TIMEOUT: "DEADLINE_EXCEEDED",
    Kind.BROKEN: "INTERNAL",
}


class Gemini(Dialect):
    """POST /v1beta/models/MODEL:generateContent, where the address names model and streaming."""

    name = "gemini"

    def passages(self, body: Body) -> list[Passage]:
        system = a_dict(translation.named(body, "systemInstruction"))
        found = list(_texts(system, Role.SYSTEM))
        for content in dicts(body.get("contents")):
            role = Role.ASSISTANT if content.get("role") == "model" else Role.USER
            found += _texts(content, role)
        return found

    def output_limit(self, body: Body) -> int | None:
        config = a_dict(translation.named(body, "generationConfig"))
        return whole_number(translation.named(config, "maxOutputTokens"))

    def limit_output(self, body: Body, tokens: int) -> None:
        config = a_dict(translation.named(body, "generationConfig"))
        body.pop("generation_config", None)
        config.pop("max_output_tokens", None)
        body["generationConfig"] = {**config, "maxOutputTokens": tokens}

    def without_tools(self, body: Body) -> bool:
        for name in ("toolConfig", "tool_config"):
            body.pop(name, None)
        return bool(body.pop("tools", None))

    def choices(self, body: Body) -> int:
        config = a_dict(translation.named(body, "generationConfig"))
        return whole_number(translation.named(config, "candidateCount")) or 1

    def continued(self, body: Body, answer: str, words: str) -> Body:
        said = {"role": "model", "parts": [{"text": answer}]}
        asked = {"role": "user", "parts": [{"text": words}]}
        return {**body, "contents": [*dicts(body.get("contents")), said, asked]}

    def unstreamed(self, body: Body) -> Body:
        return body

    def path(self, model: str, stream: bool) -> str:
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"/models/{quote(model, safe='')}:{verb}"

    def headers(self, key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": key} if key else {}

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:  # noqa: ARG002
        return body

    def is_answer(self, document: Body) -> bool:
        return "promptFeedback" in document or bool(dicts(document.get("candidates")))

    def answer_passages(self, answer: Body) -> list[Passage]:
        found: list[Passage] = []
        for candidate in dicts(answer.get("candidates")):
            at = candidate.get("index", 0)
            found += _texts(a_dict(candidate.get("content")), Role.ASSISTANT, f"{at}")
        return found

    def tools_called(self, document: Body) -> list[str]:
        return [
            a_text(a_dict(part["functionCall"]).get("name"))
            for candidate in dicts(document.get("candidates"))
            for part in dicts(a_dict(candidate.get("content")).get("parts"))
            if "functionCall" in part
        ]

    def usage(self, document: Body) -> Usage | None:
        said = document.get("usageMetadata")
        if not isinstance(said, dict):
            return None
        thought = tokens(0, said.get("thoughtsTokenCount") or 0)  # thoughts are billed as output
        found = tokens(said.get("promptTokenCount"), said.get("candidatesTokenCount") or 0)
        return Usage(found.input, found.output + thought.output) if found and thought else None

    def event_passages(self, event: Body) -> list[Passage]:
        return self.answer_passages(event)

    def closes(self, event: Body) -> bool:
        return any(c.get("finishReason") for c in dicts(event.get("candidates"))) or (
            "promptFeedback" in event and not event.get("candidates")
        )

    def closes_text(self, event: Body, channel: str) -> bool:
        candidates = [c for c in dicts(event.get("candidates")) if c.get("finishReason")]
        return not candidates or channel in [str(c.get("index", 0)) for c in candidates]

    def ends(self, event: Body) -> bool:
        return self.closes(event)

    def problem(self, problem: Problem) -> Body:
        status = problem.kind.status
        other = "UNAVAILABLE" if status >= 500 else "INVALID_ARGUMENT"
        said = {
            "code": status,
            "message": problem.message,
            "status": STATUSES.get(problem.kind, other),
            "details": [{"reason": problem.code}],
        }
        return {"error": said}

    def read_request(self, body: Body) -> Conversation:
        return translation.read_request(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:  # noqa: ARG002
        return translation.write_request(conversation)

    def read_answer(self, answer: Body) -> Answer:
        return translation.read_answer(answer, self.usage(answer))

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:
        return translation.write_answer(answer, model, id)

    def reader(self) -> Reader:
        return translation.ContentReader(self.usage)

    def writer(self, model: str, id: str) -> Writer:
        return translation.ContentWriter(model, id)


def _texts(content: Any, role: Role, channel: str = "") -> Iterator[Passage]:
    """Texts of the parts of a content. A signed part of what was thought stays as it is."""
    for part in dicts(a_dict(content).get("parts")):
        if isinstance(part.get("text"), str) and not part.get("thought"):
            yield Passage(part, "text", role, channel)
        for name in ("functionCall", "function_call"):
            if isinstance(a_dict(part.get(name)).get("args"), dict):
                yield from leaves(part[name], "args", role)
        for name in ("functionResponse", "function_response"):
            if "response" in a_dict(part.get(name)):
                yield from leaves(part[name], "response", Role.TOOL)
