"""OpenAI chat completions: the dialect that most providers and most prototypes speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, Conversation
from shipworthy.gateway.dialects import openai_chat_translation as translation
from shipworthy.gateway.dialects.dialect import (
    Body,
    Dialect,
    Reader,
    Writer,
    a_dict,
    a_text,
    dicts,
    tokens,
    whole_number,
)
from shipworthy.gateway.problem import Kind, Problem

ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
LIMITS = ("max_completion_tokens", "max_tokens")
ERROR_TYPES = {
    Kind.UNAUTHORISED: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.BUDGET: "insufficient_quota",
    Kind.BUSY: "rate_limit_error",
}


class OpenAI(Dialect):
    """What all endpoints of this family share."""

    def headers(self, key: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {key}"} if key else {}

    def ending(self) -> bytes:
        return b"data: [DONE]\n\n"

    def problem(self, problem: Problem) -> Body:
        """As in the reference: an error with message, type, param and code."""
        ours = problem.kind.status >= 500
        kind = ERROR_TYPES.get(problem.kind, "server_error" if ours else "invalid_request_error")
        said = {"message": problem.message, "type": kind, "param": None, "code": problem.code}
        return {"error": said}


class OpenAIChat(OpenAI):
    """POST /chat/completions."""

    name = "openai-chat"

    def passages(self, body: Body) -> list[Passage]:
        found: list[Passage] = []
        for message in dicts(body.get("messages")):
            role = ROLES.get(a_text(message.get("role")), Role.USER)
            found += content_passages(message, role)
            if "tool_calls" in message or "function_call" in message:
                found += call_passages(message)
        if "prediction" in body:
            found += content_passages(a_dict(body["prediction"]), Role.ASSISTANT)
        return found

    def output_limit(self, body: Body) -> int | None:
        # Where both stand, some servers heed the one and some the other.
        return max((n for name in LIMITS if (n := whole_number(body.get(name)))), default=None)

    def limit_output(self, body: Body, tokens: int) -> None:
        for name in [name for name in LIMITS if name in body] or LIMITS[:1]:
            body[name] = tokens

    def without_tools(self, body: Body) -> bool:
        for name in ("tool_choice", "parallel_tool_calls", "function_call"):
            body.pop(name, None)
        return bool(body.pop("tools", None)) | bool(body.pop("functions", None))

    def choices(self, body: Body) -> int:
        return whole_number(body.get("n")) or 1

    def continued(self, body: Body, answer: str, words: str) -> Body:
        return continued_messages(body, answer, words)

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/chat/completions"

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:
        changed: Body = {}
        if body.get("model") != model:
            changed["model"] = model
        options = a_dict(body.get("stream_options"))
        if stream and stream_usage and options.get("include_usage") is not True:
            changed["stream_options"] = {**options, "include_usage": True}
        return {**body, **changed} if changed else body

    def is_answer(self, document: Body) -> bool:
        choices = dicts(document.get("choices"))
        return bool(choices) and all(isinstance(c.get("message"), dict) for c in choices)

    def answer_passages(self, answer: Body) -> list[Passage]:
        found: list[Passage] = []
        for choice in dicts(answer.get("choices")):
            message = a_dict(choice.get("message"))
            found += content_passages(message, Role.ASSISTANT)
            found += [
                Passage(message, name, Role.ASSISTANT)
                for name in ("refusal", "reasoning_content", "reasoning")
                if name in message and isinstance(message[name], str)
            ]
            if "tool_calls" in message or "function_call" in message:
                found += call_passages(message)
        return found

    def tools_called(self, document: Body) -> list[str]:
        return [
            name
            for choice in dicts(document.get("choices"))
            for called, _ in calls_of(a_dict(choice.get("message") or choice.get("delta")))
            if (name := a_text(called.get("name")))
        ]

    def usage(self, document: Body) -> Usage | None:
        said = document.get("usage")
        if not isinstance(said, dict):
            return None
        return tokens(said.get("prompt_tokens"), said.get("completion_tokens"))

    def event_passages(self, event: Body) -> list[Passage]:
        found: list[Passage] = []
        for choice in dicts(event.get("choices")):
            delta = choice.get("delta")
            if not isinstance(delta, dict):
                continue
            at = choice.get("index")
            found += [
                Passage(delta, name, Role.ASSISTANT, f"{at}.{name}")
                for name in ("content", "refusal", "reasoning_content", "reasoning")
                if isinstance(delta.get(name), str)
            ]
            if "tool_calls" in delta or "function_call" in delta:
                found += call_passages(delta, f"{at}.")
        return found

    def closes(self, event: Body) -> bool:
        return any(choice.get("finish_reason") for choice in dicts(event.get("choices")))

    def closes_text(self, event: Body, channel: str) -> bool:
        choices = [c for c in dicts(event.get("choices")) if c.get("finish_reason")]
        return any(channel.startswith(f"{choice.get('index')}.") for choice in choices)

    def ends(self, event: Body) -> bool:
        return self.closes(event)

    def is_surplus(self, event: Body) -> bool:
        return event.get("choices") == [] and "usage" in event

    def read_request(self, body: Body) -> Conversation:
        return translation.read_request(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:
        return translation.write_request(conversation, model, stream)

    def read_answer(self, answer: Body) -> Answer:
        return translation.read_answer(answer, self.usage(answer))

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:
        return translation.write_answer(answer, model, id)

    def reader(self) -> Reader:
        return translation.ChatReader(self.usage)

    def writer(self, model: str, id: str) -> Writer:
        return translation.ChatWriter(model, id)


def continued_messages(body: Body, answer: str, words: str) -> Body:
    """A copy with two further messages."""
    said = {"role": "assistant", "content": answer}
    asked = dicts(body.get("messages"))
    return {**body, "messages": [*asked, said, {"role": "user", "content": words}]}


def content_passages(message: Body, role: Role) -> list[Passage]:
    """The texts of `content`, which is a text or a list of parts."""
    content: Any = message.get("content")
    if isinstance(content, str):
        return [Passage(message, "content", role)]
    return [
        Passage(part, "text", role) for part in dicts(content) if isinstance(part.get("text"), str)
    ]


def calls_of(message: Body) -> Iterator[tuple[Body, Any]]:
    """What is called, by whatever form of tools, and what tells it apart in a stream."""
    for call in dicts(message.get("tool_calls")):
        yield a_dict(call.get("function") or call.get("custom")), call.get("index")
    if "function_call" in message:  # the form before there were tools
        yield a_dict(message["function_call"]), "function_call"


def call_passages(message: Body, channel: str = "") -> list[Passage]:
    """What tools are called with: JSON for functions, any text for others."""
    return [
        Passage(called, name, Role.ASSISTANT, f"{channel}{at}", is_json=name == "arguments")
        for called, at in calls_of(message)
        for name in ("arguments", "input")
        if isinstance(called.get(name), str)
    ]
