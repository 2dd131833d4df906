"""OpenAI chat completions to the common form and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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
    dicts,
    texts,
    whole_number,
)

FINISHES = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOLS,
    "function_call": Finish.TOOLS,
    "content_filter": Finish.FILTER,
}
REASONS = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOLS: "tool_calls",
    Finish.FILTER: "content_filter",
}


def read_request(body: Body) -> Conversation:
    """The request in the common form. Raises CannotTranslate for audio, files and several choices."""
    if body.get("n") not in (None, 1):
        raise CannotTranslate("several choices (n)")
    if body.get("functions"):
        raise CannotTranslate("functions, the older form of tools")
    system: list[str] = []
    messages: list[Message] = []
    for message in dicts(body.get("messages")):
        role = message.get("role")
        if role in ("system", "developer"):
            system.append(_plain(message.get("content")))
        elif role in ("tool", "function"):
            id = a_text(message.get("tool_call_id")) or a_text(message.get("name"))
            result = ToolResult(id, a_text(message.get("name")), words_only(message.get("content")))
            messages.append(Message(Role.USER, (result,)))
        else:
            parts = (*_parts(message.get("content")), *_calls(message))
            messages.append(Message(Role.ASSISTANT if role == "assistant" else Role.USER, parts))
    form = a_dict(body.get("response_format"))
    return Conversation(
        system="\n\n".join(s for s in system if s),
        messages=matched(messages),
        tools=tuple(_tool(t) for t in dicts(body.get("tools"))),
        tool_choice=_choice(body.get("tool_choice")),
        max_tokens=whole_number(body.get("max_completion_tokens"))
        or whole_number(body.get("max_tokens")),
        temperature=a_number(body.get("temperature")),
        top_p=a_number(body.get("top_p")),
        stop=texts(body.get("stop")),
        json_mode=form.get("type") in ("json_object", "json_schema"),
        schema=a_dict(a_dict(form.get("json_schema")).get("schema")) or None,
    )


def write_request(asked: Conversation, model: str, stream: bool) -> Body:
    """A chat completions request."""
    messages: list[Body] = [{"role": "system", "content": asked.system}] if asked.system else []
    for message in asked.messages:
        messages += _messages(message)
    body: Body = {"model": model, "messages": messages}
    if asked.tools:
        body["tools"] = [_function(t) for t in asked.tools]
        if asked.tool_choice not in ("auto", "none", "required"):
            body["tool_choice"] = {"type": "function", "function": {"name": asked.tool_choice}}
        elif asked.tool_choice != "auto":
            body["tool_choice"] = asked.tool_choice
    for name, value in (
        ("max_tokens", asked.max_tokens),
        ("temperature", asked.temperature),
        ("top_p", asked.top_p),
        ("stop", list(asked.stop) or None),
    ):
        if value is not None:
            body[name] = value
    if asked.schema is not None:
        named = {"name": "answer", "schema": asked.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    elif asked.json_mode:
        body["response_format"] = {"type": "json_object"}
    if stream:
        body["stream"] = True
    return body


def read_answer(answer: Body, usage: Usage | None) -> Answer:
    """The first choice."""
    choice = next(iter(dicts(answer.get("choices"))), {})
    message = a_dict(choice.get("message"))
    finish = FINISHES.get(a_text(choice.get("finish_reason")), Finish.STOP)
    text = _plain(message.get("content"))
    if not text and (refusal := a_text(message.get("refusal"))):
        text, finish = refusal, Finish.FILTER
    return Answer(text, tuple(_calls(message)), finish, usage or Usage())


def write_answer(answer: Answer, model: str, id: str) -> Body:
    """A chat.completion."""
    message: Body = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.tool_calls:
        message["tool_calls"] = [_call(c) for c in answer.tool_calls]
    else:
        message["content"] = answer.text
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": REASONS[answer.finish],
        "logprobs": None,
    }
    return _head("chat.completion", model, id) | {
        "choices": [choice],
        "usage": _usage(answer.usage),
    }


class ChatReader(Reader):
    """Reads chat.completion.chunk events; usage may come after the finish, so the end waits for it."""

    def __init__(self, usage: Callable[[Body], Usage | None]) -> None:
        self._usage = usage
        self._begun: set[int] = set()
        self._refused = False

    def read(self, event: Body) -> Iterator[Piece]:
        for choice in dicts(event.get("choices"))[:1]:
            delta = a_dict(choice.get("delta"))
            if text := a_text(delta.get("content")):
                yield TextPiece(text)
            if refusal := a_text(delta.get("refusal")):
                self._refused = True
                yield TextPiece(refusal)
            for call in dicts(delta.get("tool_calls")):
                yield from self._call(call)
            if reason := choice.get("finish_reason"):
                finish = FINISHES.get(a_text(reason), Finish.STOP)
                yield Ended(Finish.FILTER if self._refused else finish, self._usage(event))

    def _call(self, call: Body) -> Iterator[Piece]:
        index = call.get("index")
        at = index if isinstance(index, int) else len(self._begun)
        function = a_dict(call.get("function"))
        if at not in self._begun:
            self._begun.add(at)
            yield ToolBegins(at, a_text(call.get("id")), a_text(function.get("name")))
        if arguments := a_text(function.get("arguments")):
            yield ToolPiece(at, arguments)


class ChatWriter(Writer):
    """Writes chat.completion.chunk events."""

    def __init__(self, model: str, id: str) -> None:
        self._head = _head("chat.completion.chunk", model, id)

    def begin(self) -> Iterator[Body]:
        yield self._chunk({"role": "assistant", "content": ""})

    def write(self, piece: Piece) -> Iterator[Body]:
        match piece:
            case TextPiece(text):
                yield self._chunk({"content": text})
            case ToolBegins(index, id, name):
                call = {"index": index, "id": id, "type": "function"}
                yield self._chunk(
                    {"tool_calls": [{**call, "function": {"name": name, "arguments": ""}}]}
                )
            case ToolPiece(index, arguments):
                yield self._chunk(
                    {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}
                )
            case Ended(finish, usage):
                yield self._chunk({}, REASONS[finish])
                if usage is not None:
                    yield {**self._head, "choices": [], "usage": _usage(usage)}

    def _chunk(self, delta: Body, reason: str | None = None) -> Body:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return {**self._head, "choices": [choice]}


def _head(kind: str, model: str, id: str) -> Body:
    return {"id": f"chatcmpl-{id}", "object": kind, "created": int(time.time()), "model": model}


def _usage(usage: Usage) -> Body:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
    }


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(a_text(part.get("text")) for part in dicts(content))


def words_only(content: Any) -> str:
    """What a tool returned. Raises CannotTranslate for anything but text, which would be lost."""
    for part in dicts(content):
        if not isinstance(part.get("text"), str):
            raise CannotTranslate("a tool's result that is no text")
    return _plain(content)


def _parts(content: Any) -> Iterator[Part]:
    if isinstance(content, str):
        yield Words(content)
    for part in dicts(content):
        match part.get("type"):
            case "text":
                yield Words(a_text(part.get("text")))
            case "image_url":
                yield image(a_text(a_dict(part.get("image_url")).get("url")))
            case other:
                raise CannotTranslate(f"content of the type {str(other)[:40]}")


def image(url: str) -> Image:
    """An image from a data URL or from an address."""
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not comma:
        return Image(url=url)
    media_type, _, encoding = head.removeprefix("data:").partition(";")
    if encoding != "base64":
        raise CannotTranslate("an image that is not in base64")
    return Image(media_type, data)


def image_url(picture: Image) -> str:
    """The address of an image, or its data URL."""
    return picture.url or f"data:{picture.media_type};base64,{picture.data}"


def _calls(message: Body) -> Iterator[ToolCall]:
    for call in dicts(message.get("tool_calls")):
        function = a_dict(call.get("function"))
        arguments = a_text(function.get("arguments")) or "{}"
        yield ToolCall(a_text(call.get("id")), a_text(function.get("name")), arguments)


def _call(call: ToolCall) -> Body:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _tool(tool: Body) -> Tool:
    if tool.get("type") not in (None, "function"):
        raise CannotTranslate("tools that are no functions")
    function = a_dict(tool.get("function"))
    schema = a_dict(function.get("parameters")) or {"type": "object", "properties": {}}
    return Tool(a_text(function.get("name")), a_text(function.get("description")), schema)


def _function(tool: Tool) -> Body:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return {"type": "function", "function": function}


def _choice(asked: Any) -> str:
    if isinstance(asked, dict):
        if asked.get("type") == "allowed_tools":
            raise CannotTranslate("allowed_tools")
        return a_text(a_dict(asked.get("function")).get("name")) or "auto"
    return asked if asked in ("none", "required") else "auto"


def _messages(message: Message) -> Iterator[Body]:
    """One turn is several messages here: results of tools each have their own."""
    parts: list[Body] = []
    calls: list[Body] = []
    for part in message.parts:
        match part:
            case ToolResult(id, _, text):
                yield {"role": "tool", "tool_call_id": id, "content": text}
            case ToolCall():
                calls.append(_call(part))
            case Words(text):
                parts.append({"type": "text", "text": text})
            case Image():
                parts.append({"type": "image_url", "image_url": {"url": image_url(part)}})
    if not parts and not calls:
        return
    plain = all(part["type"] == "text" for part in parts)
    content: Any = "".join(part["text"] for part in parts) if plain else parts
    said: Body = {"role": message.role.value, "content": content or None if calls else content}
    if calls:
        said["tool_calls"] = calls
    yield said
