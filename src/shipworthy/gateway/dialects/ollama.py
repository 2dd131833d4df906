"""Ollama chat and generate: lines of JSON, streaming unless told not to."""

from __future__ import annotations

from collections.abc import Mapping

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, CannotTranslate, Conversation
from shipworthy.gateway.dialects import ollama_translation as translation
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
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.sse import LineFrames

ROLES = {"system": Role.SYSTEM, "assistant": Role.ASSISTANT, "tool": Role.TOOL}


class Ollama(Dialect):
    """What both endpoints share."""

    stream_type = "application/x-ndjson"

    def streams(self, body: Body) -> bool:
        return body.get("stream") is not False

    def user(self, body: Body) -> str:  # noqa: ARG002
        return ""

    def output_limit(self, body: Body) -> int | None:
        return whole_number(a_dict(body.get("options")).get("num_predict"))

    def limit_output(self, body: Body, tokens: int) -> None:
        body["options"] = {**a_dict(body.get("options")), "num_predict": tokens}

    def without_tools(self, body: Body) -> bool:
        return bool(body.pop("tools", None))

    def headers(self, key: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {key}"} if key else {}

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:  # noqa: ARG002
        return body if body.get("model") == model else {**body, "model": model}

    def usage(self, document: Body) -> Usage | None:
        if not document.get("done"):
            return None
        # What is in its cache is not counted again: then there is no prompt_eval_count.
        return tokens(document.get("prompt_eval_count", 0), document.get("eval_count"))

    def frames(self) -> LineFrames:
        return LineFrames()

    def closes(self, event: Body) -> bool:
        return event.get("done") is True

    def ends(self, event: Body) -> bool:
        return event.get("done") is True

    def framed(self, data: bytes, name: str) -> bytes:  # noqa: ARG002
        return data + b"\n"

    def problem(self, problem: Problem) -> Body:
        return {"error": problem.message, "code": problem.code}

    def problem_event(self, problem: Problem) -> bytes:
        return self.event(self.problem(problem))


class OllamaChat(Ollama):
    """POST /api/chat."""

    name = "ollama-chat"

    def passages(self, body: Body) -> list[Passage]:
        found: list[Passage] = []
        for message in dicts(body.get("messages")):
            found += _said(message, ROLES.get(a_text(message.get("role")), Role.USER))
        return found

    def continued(self, body: Body, answer: str, words: str) -> Body:
        return continued_messages(body, answer, words)

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/api/chat"

    def is_answer(self, document: Body) -> bool:
        return isinstance(document.get("message"), dict)

    def answer_passages(self, answer: Body) -> list[Passage]:
        return _said(a_dict(answer.get("message")), Role.ASSISTANT)

    def tools_called(self, document: Body) -> list[str]:
        calls = dicts(a_dict(document.get("message")).get("tool_calls"))
        return [a_text(a_dict(call.get("function")).get("name")) for call in calls]

    def event_passages(self, event: Body) -> list[Passage]:
        message = a_dict(event.get("message"))
        return [_streamed(p) for p in _said(message, Role.ASSISTANT)]

    def read_request(self, body: Body) -> Conversation:
        return translation.read_chat(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:
        return translation.write_chat(conversation, model, stream)

    def read_answer(self, answer: Body) -> Answer:
        return translation.read_answer(answer, self.usage(answer))

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:  # noqa: ARG002
        return translation.written(answer, model, translation.chat_form)

    def reader(self) -> Reader:
        return translation.LineReader(self.usage)

    def writer(self, model: str, id: str) -> Writer:  # noqa: ARG002
        return translation.LineWriter(model, translation.chat_form)


class OllamaGenerate(Ollama):
    """POST /api/generate: one prompt, one text."""

    name = "ollama-generate"

    def passages(self, body: Body) -> list[Passage]:
        roles = (("system", Role.SYSTEM), ("prompt", Role.USER), ("suffix", Role.USER))
        return [
            Passage(body, name, role) for name, role in roles if isinstance(body.get(name), str)
        ]

    def continued(self, body: Body, answer: str, words: str) -> Body:
        return {**body, "prompt": f"{body.get('prompt')}\n\n{answer}\n\n{words}"}

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/api/generate"

    def is_answer(self, document: Body) -> bool:
        return isinstance(document.get("response"), str)

    def answer_passages(self, answer: Body) -> list[Passage]:
        return [
            Passage(answer, name, Role.ASSISTANT)
            for name in ("response", "thinking")
            if isinstance(answer.get(name), str)
        ]

    def tools_called(self, document: Body) -> list[str]:  # noqa: ARG002
        return []

    def event_passages(self, event: Body) -> list[Passage]:
        return [_streamed(p) for p in self.answer_passages(event)]

    def read_request(self, body: Body) -> Conversation:
        return translation.read_generate(body)

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:  # noqa: ARG002
        raise CannotTranslate("anything but its own requests")

    def read_answer(self, answer: Body) -> Answer:
        return Answer(a_text(answer.get("response")), usage=self.usage(answer) or Usage())

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:  # noqa: ARG002
        return translation.written(answer, model, translation.generate_form)

    def reader(self) -> Reader:
        return translation.LineReader(self.usage)

    def writer(self, model: str, id: str) -> Writer:  # noqa: ARG002
        return translation.LineWriter(model, translation.generate_form)


def _said(message: Body, role: Role) -> list[Passage]:
    found = [
        Passage(message, name, role)
        for name in ("content", "thinking")
        if isinstance(message.get(name), str)
    ]
    for call in dicts(message.get("tool_calls")):
        function = a_dict(call.get("function"))
        if isinstance(function.get("arguments"), dict):
            found += leaves(function, "arguments", role)
    return found


def _streamed(passage: Passage) -> Passage:
    """Texts grow under their name; arguments of tool calls come whole."""
    passage.channel = str(passage.key)
    passage.whole = passage.key not in ("content", "thinking", "response")
    return passage
