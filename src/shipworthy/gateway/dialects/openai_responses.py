"""OpenAI Responses: passed through where a provider knows it, otherwise put as a chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, CannotTranslate, Conversation
from shipworthy.gateway.dialects import openai_responses_translation as translation
from shipworthy.gateway.dialects.dialect import (
    Body,
    Reader,
    Writer,
    a_dict,
    a_text,
    dicts,
    tokens,
    whole_number,
)
from shipworthy.gateway.dialects.openai_chat import ROLES, OpenAI
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.sse import event_bytes

CALLS = ("function_call", "custom_tool_call", "mcp_call")
ENDS = ("response.completed", "response.incomplete", "response.failed")


class OpenAIResponses(OpenAI):
    """POST /responses."""

    name = "openai-responses"

    def passages(self, body: Body) -> list[Passage]:
        found: list[Passage] = []
        if isinstance(body.get("instructions"), str):
            found.append(Passage(body, "instructions", Role.SYSTEM))
        if isinstance(body.get("input"), str):
            found.append(Passage(body, "input", Role.USER))
        for item in dicts(body.get("input")):
            found += _texts(item, ROLES.get(a_text(item.get("role")), Role.USER))
        if "prompt" in body:  # one that OpenAI keeps, and what is put into it
            given = a_dict(a_dict(body["prompt"]).get("variables"))
            found += [Passage(given, n, Role.USER) for n in given if isinstance(given[n], str)]
            found += [
                Passage(part, "text", Role.USER)
                for part in dicts(list(given.values()))
                if isinstance(part.get("text"), str)
            ]
        return found

    def user(self, body: Body) -> str:
        return a_text(body.get("safety_identifier")) or a_text(body.get("user"))

    def output_limit(self, body: Body) -> int | None:
        return whole_number(body.get("max_output_tokens"))

    def limit_output(self, body: Body, tokens: int) -> None:
        body["max_output_tokens"] = tokens

    def without_tools(self, body: Body) -> bool:
        body.pop("tool_choice", None)
        return bool(body.pop("tools", None))

    def continued(self, body: Body, answer: str, words: str) -> Body:
        given = body.get("input")
        items = given if isinstance(given, list) else [{"role": "user", "content": given}]
        said = {"role": "assistant", "content": answer}
        return {**body, "input": [*items, said, {"role": "user", "content": words}]}

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/responses"

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:  # noqa: ARG002
        return body if body.get("model") == model else {**body, "model": model}

    def is_answer(self, document: Body) -> bool:
        return isinstance(document.get("output"), list) and not document.get("error")

    def answer_passages(self, answer: Body) -> list[Passage]:
        found: list[Passage] = []
        for item in dicts(answer.get("output")):
            found += _texts(item, Role.ASSISTANT)
        return found

    def tools_called(self, document: Body) -> list[str]:
        items = dicts(document.get("output"))
        if document.get("type") == "response.output_item.added":
            items = [a_dict(document.get("item"))]
        return [a_text(i.get("name")) for i in items if i.get("type") in CALLS]

    def usage(self, document: Body) -> Usage | None:
        said = a_dict(document.get("response") or document).get("usage")
        if not isinstance(said, dict):
            return None
        return tokens(said.get("input_tokens"), said.get("output_tokens"))

    def event_passages(self, event: Body) -> list[Passage]:
        kind = a_text(event.get("type"))
        at = f"{event.get('output_index')}.{event.get('content_index')}"
        if kind.endswith(".delta") and isinstance(event.get("delta"), str):
            is_json = kind == "response.function_call_arguments.delta"
            return [Passage(event, "delta", Role.ASSISTANT, f"{kind} {at}", is_json)]
        if kind.endswith(".done"):
            return _repeated(event)
        if kind in ENDS:
            return [_whole(p) for p in self.answer_passages(a_dict(event.get("response")))]
        return []

    def closes(self, event: Body) -> bool:
        return a_text(event.get("type")).endswith(".done") or self.ends(event)

    def ends(self, event: Body) -> bool:
        return event.get("type") in ENDS

    def breaks_off(self, event: Body) -> bool:
        return event.get("type") in ("error", "response.failed") or super().breaks_off(event)

    def event(self, event: Body) -> bytes:
        return event_bytes(orjson.dumps(event), a_text(event.get("type")))

    def ending(self) -> bytes:
        return b""

    def problem_event(self, problem: Problem) -> bytes:
        said = {"type": "error", "code": problem.code, "message": problem.message, "param": None}
        return self.event({**said, "sequence_number": 0})

    def read_request(self, body: Body) -> Conversation:
        return translation.read_request(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:  # noqa: ARG002
        raise CannotTranslate("anything but its own requests")

    def read_answer(self, answer: Body) -> Answer:
        return translation.read_answer(answer, self.usage(answer))

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:
        return translation.write_answer(answer, model, id)

    def reader(self) -> Reader:
        raise CannotTranslate("anything but its own requests")

    def writer(self, model: str, id: str) -> Writer:
        return translation.ResponseWriter(model, id)


def _texts(item: Body, role: Role) -> Iterator[Passage]:
    content: Any = item.get("content")
    if isinstance(content, str):
        yield Passage(item, "content", role)
    for part in dicts(content):
        for name in ("text", "refusal"):
            if isinstance(part.get(name), str):
                yield Passage(part, name, role)
    if isinstance(item.get("arguments"), str):
        yield Passage(item, "arguments", Role.ASSISTANT, is_json=True)
    if item.get("type") == "custom_tool_call" and isinstance(item.get("input"), str):
        yield Passage(item, "input", Role.ASSISTANT)
    if isinstance(item.get("output"), str):
        yield Passage(item, "output", Role.TOOL)
    for part in dicts(item.get("output")):
        if isinstance(part.get("text"), str):
            yield Passage(part, "text", Role.TOOL)


def _repeated(event: Body) -> list[Passage]:
    """The texts of an event that ends something and says it once more."""
    found = [
        Passage(event, name, Role.ASSISTANT, is_json=name == "arguments", whole=True)
        for name in ("text", "refusal", "arguments", "input")
        if isinstance(event.get(name), str)
    ]
    part = a_dict(event.get("part"))
    if isinstance(part.get("text"), str):
        found.append(Passage(part, "text", Role.ASSISTANT, whole=True))
    return found + [_whole(p) for p in _texts(a_dict(event.get("item")), Role.ASSISTANT)]


def _whole(passage: Passage) -> Passage:
    passage.whole = True
    return passage
