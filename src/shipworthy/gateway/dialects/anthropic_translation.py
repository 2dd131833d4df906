"""Anthropic Messages to the common form and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipworthy.gateway.call import Role, Usage
from shipworthy.gateway.conversation import (
    Answer,
    CannotTranslate,
    Conversation,
    Ended,
    Finish,
    Image,
    Message,
    Part,
    Piece,
    TextPiece,
    Tool,
    ToolBegins,
    ToolCall,
    ToolPiece,
    ToolResult,
    Words,
    matched,
)
from shipworthy.gateway.dialects.dialect import (
    Body,
    Reader,
    Writer,
    a_dict,
    a_number,
    a_text,
    as_object,
    as_text,
    dicts,
    texts,
    whole_number,
)

MAX_TOKENS = 4_096  # must be said to Anthropic; every model of theirs can answer with so many
FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOLS,
    "refusal": Finish.FILTER,
}
REASONS = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOLS: "tool_use",
    Finish.FILTER: "refusal",
}
CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def read_request(body: Body) -> Conversation:
    """The request in the common form. Raises CannotTranslate for documents and the like."""
    choice = a_dict(body.get("tool_choice"))
    form = a_dict(a_dict(body.get("output_config")).get("format") or body.get("output_format"))
    return Conversation(
        system=_plain(body.get("system")),
        messages=matched(
            Message(
                Role.ASSISTANT if m.get("role") == "assistant" else Role.USER,
                tuple(_parts(m.get("content"))),
            )
            for m in dicts(body.get("messages"))
        ),
        tools=tuple(_tool(t) for t in dicts(body.get("tools"))),
        tool_choice=CHOICES.get(a_text(choice.get("type")), a_text(choice.get("name")) or "auto"),
        max_tokens=whole_number(body.get("max_tokens")),
        temperature=a_number(body.get("temperature")),
        top_p=a_number(body.get("top_p")),
        stop=texts(body.get("stop_sequences")),
        json_mode="schema" in form,
        schema=a_dict(form.get("schema")) or None,
    )


def write_request(asked: Conversation, model: str, stream: bool) -> Body:
    """A Messages request. A schema becomes an instruction; the contract of the feature checks it."""
    system = asked.system
    if asked.schema is not None:
        system += (
            f"\n\nAnswer only with JSON that follows this JSON Schema:\n{as_text(asked.schema)}"
        )
    elif asked.json_mode:
        system += "\n\nAnswer only with JSON."
    messages = [
        {"role": m.role.value, "content": blocks}
        for m in asked.messages
        if (blocks := [_block(p) for p in m.parts if p != Words("")])
    ]
    body: Body = {
        "model": model,
        "max_tokens": asked.max_tokens or MAX_TOKENS,
        "messages": messages,
    }
    if system.strip():
        body["system"] = system.strip()
    if asked.tools:
        body["tools"] = [
            {"name": t.name, "description": t.description, "input_schema": t.schema}
            for t in asked.tools
        ]
        body["tool_choice"] = {
            "auto": {"type": "auto"},
            "none": {"type": "none"},
            "required": {"type": "any"},
        }.get(asked.tool_choice, {"type": "tool", "name": asked.tool_choice})
    if asked.temperature is not None:
        body["temperature"] = min(asked.temperature, 1.0)  # elsewhere it goes to 2
    if asked.top_p is not None:
        body["top_p"] = asked.top_p
    if asked.stop:
        body["stop_sequences"] = list(asked.stop)
    if stream:
        body["stream"] = True
    return body


def read_answer(answer: Body, usage: Usage | None) -> Answer:
    """The message."""
    blocks = dicts(answer.get("content"))
    calls = tuple(
        ToolCall(a_text(b.get("id")), a_text(b.get("name")), as_text(a_dict(b.get("input"))))
        for b in blocks
        if b.get("type") == "tool_use"
    )
    finish = FINISHES.get(a_text(answer.get("stop_reason")), Finish.STOP)
    return Answer(_plain(blocks), calls, finish, usage or Usage())


def write_answer(answer: Answer, model: str, id: str) -> Body:
    """A message."""
    content: list[Body] = [{"type": "text", "text": answer.text}] if answer.text else []
    content += [_block(call) for call in answer.tool_calls]
    return _message(model, id, answer.usage) | {
        "content": content,
        "stop_reason": REASONS[answer.finish],
    }


class MessagesReader(Reader):
    """Reads the events of a message."""

    def __init__(self) -> None:
        self._finish = Finish.STOP

    def read(self, event: Body) -> Iterator[Piece]:
        at = event.get("index")
        index = at if isinstance(at, int) else 0
        match event.get("type"):
            case "content_block_start":
                block = a_dict(event.get("content_block"))
                if block.get("type") == "tool_use":
                    yield ToolBegins(index, a_text(block.get("id")), a_text(block.get("name")))
            case "content_block_delta":
                delta = a_dict(event.get("delta"))
                if text := a_text(delta.get("text")):
                    yield TextPiece(text)
                if arguments := a_text(delta.get("partial_json")):
                    yield ToolPiece(index, arguments)
            case "message_delta":
                reason = a_text(a_dict(event.get("delta")).get("stop_reason"))
                self._finish = FINISHES.get(reason, self._finish)
            case "message_stop":
                yield Ended(self._finish, None)


class MessagesWriter(Writer):
    """Writes the events of a message: each text and each tool call is a block with an index of its own."""

    def __init__(self, model: str, id: str) -> None:
        self._message = _message(model, id, Usage())
        self._blocks = 0
        self._text: int | None = None  # the block that text goes to
        self._tools: dict[int, int] = {}  # blocks of tool calls, by their index in the common form

    def begin(self) -> Iterator[Body]:
        yield {"type": "message_start", "message": self._message}

    def write(self, piece: Piece) -> Iterator[Body]:
        match piece:
            case TextPiece(text):
                if self._text is None:
                    self._text = self._blocks
                    yield self._start({"type": "text", "text": ""})
                yield _delta(self._text, {"type": "text_delta", "text": text})
            case ToolBegins(index, id, name):
                yield from self._stop_text()
                self._tools[index] = self._blocks
                yield self._start({"type": "tool_use", "id": id, "name": name, "input": {}})
            case ToolPiece(index, arguments):
                if index in self._tools:
                    delta = {"type": "input_json_delta", "partial_json": arguments}
                    yield _delta(self._tools[index], delta)
            case Ended(finish, usage):
                yield from self._stop_text()
                for block in self._tools.values():
                    yield {"type": "content_block_stop", "index": block}
                yield {
                    "type": "message_delta",
                    "delta": {"stop_reason": REASONS[finish], "stop_sequence": None},
                    "usage": _usage(usage or Usage()),
                }
                yield {"type": "message_stop"}

    def _start(self, block: Body) -> Body:
        self._blocks += 1
        return {"type": "content_block_start", "index": self._blocks - 1, "content_block": block}

    def _stop_text(self) -> Iterator[Body]:
        if self._text is not None:
            yield {"type": "content_block_stop", "index": self._text}
            self._text = None


def _delta(index: int, delta: Body) -> Body:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _message(model: str, id: str, usage: Usage) -> Body:
    return {
        "id": f"msg_{id}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(usage),
    }


def _usage(usage: Usage) -> Body:
    return {"input_tokens": usage.input, "output_tokens": usage.output}


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(a_text(b.get("text")) for b in dicts(content) if b.get("type") == "text")


def _parts(content: Any) -> Iterator[Part]:
    if isinstance(content, str):
        yield Words(content)
    for block in dicts(content):
        match block.get("type"):
            case "text":
                yield Words(a_text(block.get("text")))
            case "image":
                yield _image(a_dict(block.get("source")))
            case "tool_use":
                arguments = as_text(a_dict(block.get("input")))
                yield ToolCall(a_text(block.get("id")), a_text(block.get("name")), arguments)
            case "tool_result":
                yield ToolResult(
                    a_text(block.get("tool_use_id")), "", _result(block.get("content"))
                )
            case "thinking" | "redacted_thinking":
                pass  # means something to the model that thought it, and to no other
            case other:
                raise CannotTranslate(f"content of the type {str(other)[:40]}")


def _result(content: Any) -> str:
    if any(block.get("type") != "text" for block in dicts(content)):
        raise CannotTranslate("a tool's result that is no text")
    return _plain(content)


def _image(source: Body) -> Image:
    if source.get("type") == "base64":
        return Image(a_text(source.get("media_type")), a_text(source.get("data")))
    if source.get("type") == "url":
        return Image(url=a_text(source.get("url")))
    raise CannotTranslate("an image that lies with one provider")


def _block(part: Part) -> Body:
    match part:
        case Words(text):
            return {"type": "text", "text": text}
        case Image(media_type, data, ""):
            source = {"type": "base64", "media_type": media_type, "data": data}
            return {"type": "image", "source": source}
        case Image(_, _, url):
            return {"type": "image", "source": {"type": "url", "url": url}}
        case ToolCall(id, name, arguments):
            return {"type": "tool_use", "id": id, "name": name, "input": as_object(arguments)}
        case ToolResult(id, _, text):
            return {"type": "tool_result", "tool_use_id": id, "content": text}


def _tool(tool: Body) -> Tool:
    if tool.get("type") not in (None, "custom"):
        raise CannotTranslate("tools that run with one provider")
    schema = a_dict(tool.get("input_schema")) or {"type": "object", "properties": {}}
    return Tool(a_text(tool.get("name")), a_text(tool.get("description")), schema)
