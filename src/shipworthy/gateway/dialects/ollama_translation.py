"""Ollama's lines to the common form and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
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
    new_call_id,
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

Form = Callable[[str, list[Body]], Body]  # where text and tool calls stand in a line
SIGNATURES = {
    "iVBOR": "image/png",
    "/9j/": "image/jpeg",
    "R0lGO": "image/gif",
    "UklGR": "image/webp",
}


def chat_form(text: str, calls: list[Body]) -> Body:
    """As /api/chat says it."""
    message: Body = {"role": "assistant", "content": text}
    return {"message": {**message, "tool_calls": calls} if calls else message}


def generate_form(text: str, calls: list[Body]) -> Body:  # noqa: ARG001
    """As /api/generate says it, which knows no tools."""
    return {"response": text}


def read_chat(body: Body) -> Conversation:
    """A chat request in the common form."""
    system: list[str] = []
    messages: list[Message] = []
    for message in dicts(body.get("messages")):
        text = a_text(message.get("content"))
        match message.get("role"):
            case "system":
                system.append(text)
            case "tool":
                id, name = a_text(message.get("tool_call_id")), a_text(message.get("tool_name"))
                messages.append(Message(Role.USER, (ToolResult(id, name, text),)))
            case role:
                parts: tuple[Part, ...] = (Words(text), *_images(message), *_calls(message))
                messages.append(
                    Message(Role.ASSISTANT if role == "assistant" else Role.USER, parts)
                )
    tools = tuple(_tool(a_dict(t.get("function"))) for t in dicts(body.get("tools")))
    return _asked(body, "\n\n".join(system), matched(messages), tools)


def read_generate(body: Body) -> Conversation:
    """A generate request in the common form. Raises CannotTranslate for raw prompts and gaps to fill."""
    for name in ("suffix", "raw", "template", "context"):
        if body.get(name):
            raise CannotTranslate(f"{name} of /api/generate")
    words: tuple[Part, ...] = (Words(a_text(body.get("prompt"))), *_images(body))
    return _asked(body, a_text(body.get("system")), (Message(Role.USER, words),), ())


def write_chat(asked: Conversation, model: str, stream: bool) -> Body:
    """A chat request."""
    messages: list[Body] = [{"role": "system", "content": asked.system}] if asked.system else []
    for message in asked.messages:
        messages += _written(message)
    body: Body = {"model": model, "messages": messages, "stream": stream}
    if asked.tools and asked.tool_choice != "none":
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": t.name, "description": t.description, "parameters": t.schema},
            }
            for t in asked.tools
        ]
    if asked.schema is not None or asked.json_mode:
        body["format"] = asked.schema or "json"
    options = {
        "num_predict": asked.max_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "stop": list(asked.stop) or None,
    }
    if any(value is not None for value in options.values()):
        body["options"] = {n: v for n, v in options.items() if v is not None}
    return body


def read_answer(answer: Body, usage: Usage | None) -> Answer:
    """The message."""
    message = a_dict(answer.get("message"))
    calls = tuple(replace(c, id=c.id or new_call_id()) for c in _calls(message))
    finish = _finish(answer, bool(calls))
    return Answer(a_text(message.get("content")), calls, finish, usage or Usage())


def written(answer: Answer, model: str, form: Form) -> Body:
    """A whole answer in one line."""
    line = _line(model, form(answer.text, [_call(c) for c in answer.tool_calls]))
    return line | _end(answer.finish, answer.usage)


class LineReader(Reader):
    """Reads lines of a stream; a tool call comes whole."""

    def __init__(self, usage: Callable[[Body], Usage | None]) -> None:
        self._usage = usage
        self._called = 0

    def read(self, event: Body) -> Iterator[Piece]:
        message = a_dict(event.get("message"))
        if text := a_text(message.get("content")) or a_text(event.get("response")):
            yield TextPiece(text)
        for call in _calls(message):
            yield ToolBegins(self._called, call.id or new_call_id(), call.name)
            yield ToolPiece(self._called, call.arguments)
            self._called += 1
        if event.get("done") is True:
            yield Ended(_finish(event, self._called > 0), self._usage(event))


class LineWriter(Writer):
    """Writes lines of a stream; tool calls wait until their arguments are whole."""

    def __init__(self, model: str, form: Form) -> None:
        self._model, self._form = model, form
        self._calls: dict[int, ToolCall] = {}

    def write(self, piece: Piece) -> Iterator[Body]:
        match piece:
            case TextPiece(text):
                yield _line(self._model, self._form(text, []))
            case ToolBegins(index, id, name):
                self._calls[index] = ToolCall(id, name, "")
            case ToolPiece(index, arguments):
                if index in self._calls:
                    call = self._calls[index]
                    self._calls[index] = ToolCall(call.id, call.name, call.arguments + arguments)
            case Ended(finish, usage):
                if self._calls:
                    calls = [_call(c) for c in self._calls.values()]
                    yield _line(self._model, self._form("", calls))
                yield _line(self._model, self._form("", [])) | _end(finish, usage or Usage())


def _line(model: str, said: Body) -> Body:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"model": model, "created_at": at, **said, "done": False}


def _end(finish: Finish, usage: Usage) -> Body:
    reason = "length" if finish is Finish.LENGTH else "stop"
    return {
        "done": True,
        "done_reason": reason,
        "total_duration": 0,
        "prompt_eval_count": usage.input,
        "eval_count": usage.output,
    }


def _finish(line: Body, calls: bool) -> Finish:
    if line.get("done_reason") == "length":
        return Finish.LENGTH
    return Finish.TOOLS if calls else Finish.STOP


def _asked(
    body: Body, system: str, messages: tuple[Message, ...], tools: tuple[Tool, ...]
) -> Conversation:
    options, form = a_dict(body.get("options")), body.get("format")
    return Conversation(
        system=system,
        messages=messages,
        tools=tools,
        max_tokens=whole_number(options.get("num_predict")),
        temperature=a_number(options.get("temperature")),
        top_p=a_number(options.get("top_p")),
        stop=texts(options.get("stop")),
        json_mode=form == "json",
        schema=form if isinstance(form, dict) else None,
    )


def _images(message: Body) -> Iterator[Image]:
    for data in texts(message.get("images")):
        kind = next((k for s, k in SIGNATURES.items() if data.startswith(s)), None)
        if kind is None:
            raise CannotTranslate("an image of an unknown kind")
        yield Image(kind, data)


def _calls(message: Body) -> Iterator[ToolCall]:
    for call in dicts(message.get("tool_calls")):
        function = a_dict(call.get("function"))
        name = a_text(function.get("name"))
        arguments = as_text(a_dict(function.get("arguments")))
        yield ToolCall(a_text(call.get("id")), name, arguments)


def _call(call: ToolCall) -> Body:
    return {"function": {"name": call.name, "arguments": as_object(call.arguments)}}


def _tool(function: Body) -> Tool:
    schema = a_dict(function.get("parameters")) or {"type": "object", "properties": {}}
    return Tool(a_text(function.get("name")), a_text(function.get("description")), schema)


def _written(message: Message) -> Iterator[Body]:
    said: Any = {"role": message.role.value, "content": ""}
    for part in message.parts:
        match part:
            case ToolResult(id, name, text):
                yield {"role": "tool", "tool_name": name or id, "content": text}
            case Words(text):
                said["content"] += text
            case Image(_, data, ""):
                said.setdefault("images", []).append(data)
            case Image():
                raise CannotTranslate("an image that is an address")
            case _:
                _add_call(said, part)
    if said["content"] or len(said) > 2:
        yield said


def _add_call(said: Body, part: Part) -> None:
    if isinstance(part, ToolCall):
        said.setdefault("tool_calls", []).append(_call(part))
