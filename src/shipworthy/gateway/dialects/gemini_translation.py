"""Gemini's contents to the common form and back."""

from __future__ import annotations

import re
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

FILTERED = ("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY")
REASONS = {
    Finish.STOP: "STOP",
    Finish.TOOLS: "STOP",
    Finish.LENGTH: "MAX_TOKENS",
    Finish.FILTER: "SAFETY",
}
MODES = {"ANY": "required", "NONE": "none"}


def named(body: Body, name: str) -> Any:
    """A field under its name or in snake case: the API reads both."""
    return body.get(name, body.get(re.sub("([A-Z])", r"_\1", name).lower()))


def read_request(body: Body) -> Conversation:
    """The request in the common form. Raises CannotTranslate for files and tools of Google's own."""
    config = a_dict(named(body, "generationConfig"))
    calling = a_dict(named(a_dict(named(body, "toolConfig")), "functionCallingConfig"))
    schema = named(config, "responseJsonSchema") or named(config, "responseSchema")
    system = a_dict(named(body, "systemInstruction"))
    only = texts(named(calling, "allowedFunctionNames"))
    return Conversation(
        system="".join(a_text(p.get("text")) for p in dicts(system.get("parts"))),
        messages=matched(
            Message(
                Role.ASSISTANT if c.get("role") == "model" else Role.USER,
                tuple(_part(p) for p in dicts(c.get("parts")) if not p.get("thought")),
            )
            for c in dicts(body.get("contents"))
        ),
        tools=tuple(tool for t in dicts(body.get("tools")) for tool in _tools(t)),
        tool_choice=only[0] if len(only) == 1 else MODES.get(a_text(calling.get("mode")), "auto"),
        max_tokens=whole_number(named(config, "maxOutputTokens")),
        temperature=a_number(config.get("temperature")),
        top_p=a_number(named(config, "topP")),
        stop=texts(named(config, "stopSequences")),
        json_mode=named(config, "responseMimeType") == "application/json",
        schema=_lowered(schema) if isinstance(schema, dict) else None,
    )


def write_request(asked: Conversation) -> Body:
    """A generateContent request."""
    body: Body = {
        "contents": [
            {
                "role": "model" if m.role is Role.ASSISTANT else "user",
                "parts": parts,
            }
            for m in asked.messages
            if (parts := [_written(p) for p in m.parts if p != Words("")])
        ]
    }
    if asked.system:
        body["systemInstruction"] = {"parts": [{"text": asked.system}]}
    if asked.tools:
        declared = [
            {"name": t.name, "description": t.description, "parametersJsonSchema": t.schema}
            for t in asked.tools
        ]
        body["tools"] = [{"functionDeclarations": declared}]
        modes = {"auto": {"mode": "AUTO"}, "none": {"mode": "NONE"}, "required": {"mode": "ANY"}}
        only = {"mode": "ANY", "allowedFunctionNames": [asked.tool_choice]}
        body["toolConfig"] = {"functionCallingConfig": modes.get(asked.tool_choice, only)}
    config = {
        "maxOutputTokens": asked.max_tokens,
        "temperature": asked.temperature,
        "topP": asked.top_p,
        "stopSequences": list(asked.stop) or None,
        "responseMimeType": "application/json" if asked.json_mode or asked.schema else None,
        "responseJsonSchema": asked.schema,
    }
    if any(value is not None for value in config.values()):
        body["generationConfig"] = {n: v for n, v in config.items() if v is not None}
    return body


def read_answer(answer: Body, usage: Usage | None) -> Answer:
    """The first candidate."""
    candidate = next(iter(dicts(answer.get("candidates"))), {"finishReason": "SAFETY"})
    parts = dicts(a_dict(candidate.get("content")).get("parts"))
    text = "".join(a_text(p.get("text")) for p in parts if not p.get("thought"))
    calls = tuple(_call(p) for p in parts if "functionCall" in p)
    return Answer(text, calls, _finish(candidate, bool(calls)), usage or Usage())


def write_answer(answer: Answer, model: str, id: str) -> Body:
    """A GenerateContentResponse."""
    parts: list[Body] = [{"text": answer.text}] if answer.text else []
    parts += [_written(call) for call in answer.tool_calls]
    return _response(model, id, parts, REASONS[answer.finish], answer.usage)


class ContentReader(Reader):
    """Reads responses of a stream; a tool call comes whole."""

    def __init__(self, usage: Callable[[Body], Usage | None]) -> None:
        self._usage = usage
        self._calls = 0

    def read(self, event: Body) -> Iterator[Piece]:
        if "promptFeedback" in event and not event.get("candidates"):
            yield Ended(Finish.FILTER, self._usage(event))
        for candidate in dicts(event.get("candidates"))[:1]:
            for part in dicts(a_dict(candidate.get("content")).get("parts")):
                if "functionCall" in part:
                    call = _call(part)
                    yield ToolBegins(self._calls, call.id, call.name)
                    yield ToolPiece(self._calls, call.arguments)
                    self._calls += 1
                elif (text := a_text(part.get("text"))) and not part.get("thought"):
                    yield TextPiece(text)
            if candidate.get("finishReason"):
                yield Ended(_finish(candidate, self._calls > 0), self._usage(event))


class ContentWriter(Writer):
    """Writes responses of a stream; a tool call waits until its arguments are whole."""

    def __init__(self, model: str, id: str) -> None:
        self._model, self._id = model, id
        self._calls: dict[int, ToolCall] = {}

    def write(self, piece: Piece) -> Iterator[Body]:
        match piece:
            case TextPiece(text):
                yield _response(self._model, self._id, [{"text": text}])
            case ToolBegins(index, id, name):
                self._calls[index] = ToolCall(id, name, "")
            case ToolPiece(index, arguments):
                if index in self._calls:
                    call = self._calls[index]
                    self._calls[index] = ToolCall(call.id, call.name, call.arguments + arguments)
            case Ended(finish, usage):
                parts = [_written(call) for call in self._calls.values()]
                yield _response(self._model, self._id, parts, REASONS[finish], usage or Usage())


def _response(
    model: str, id: str, parts: list[Body], reason: str = "", usage: Usage | None = None
) -> Body:
    candidate: Body = {"content": {"role": "model", "parts": parts}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    response: Body = {"candidates": [candidate], "modelVersion": model, "responseId": id}
    if usage is not None:
        response["usageMetadata"] = {
            "promptTokenCount": usage.input,
            "candidatesTokenCount": usage.output,
            "totalTokenCount": usage.input + usage.output,
        }
    return response


def _finish(candidate: Body, calls: bool) -> Finish:
    reason = a_text(candidate.get("finishReason"))
    if reason in FILTERED:
        return Finish.FILTER
    if reason == "MAX_TOKENS":
        return Finish.LENGTH
    return Finish.TOOLS if calls else Finish.STOP


def _part(part: Body) -> Part:
    if isinstance(part.get("text"), str):
        return Words(part["text"])
    if data := a_dict(named(part, "inlineData")):
        kind = a_text(named(data, "mimeType"))
        if not kind.startswith("image/"):
            raise CannotTranslate(f"content of the type {kind[:40]}")
        return Image(kind, a_text(data.get("data")))
    if call := a_dict(named(part, "functionCall")):
        name = a_text(call.get("name"))
        return ToolCall(a_text(call.get("id")), name, as_text(a_dict(call.get("args"))))
    if result := a_dict(named(part, "functionResponse")):
        name = a_text(result.get("name"))
        text = as_text(a_dict(result.get("response")))
        return ToolResult(a_text(result.get("id")), name, text)
    raise CannotTranslate(f"content of the type {next(iter(part), '')[:40]}")


def _written(part: Part) -> Body:
    match part:
        case Words(text):
            return {"text": text}
        case Image(media_type, data, ""):
            return {"inlineData": {"mimeType": media_type, "data": data}}
        case Image():
            raise CannotTranslate("an image that is an address")
        case ToolCall(id, name, arguments):
            return {"functionCall": {"id": id, "name": name, "args": as_object(arguments)}}
        case ToolResult(id, name, text):
            said = {"id": id, "name": name or id, "response": {"result": text}}
            return {"functionResponse": said}


def _call(part: Body) -> ToolCall:
    call = a_dict(part.get("functionCall"))
    id = a_text(call.get("id")) or new_call_id()
    return ToolCall(id, a_text(call.get("name")), as_text(a_dict(call.get("args"))))


def _tools(tool: Body) -> Iterator[Tool]:
    declared = dicts(named(tool, "functionDeclarations"))
    if not declared and tool:
        raise CannotTranslate("tools that run with one provider")
    for function in declared:
        schema = a_dict(named(function, "parametersJsonSchema") or function.get("parameters"))
        yield Tool(
            a_text(function.get("name")),
            a_text(function.get("description")),
            _lowered(schema) or {"type": "object", "properties": {}},
        )


def _lowered(schema: Any) -> Any:
    """A schema with the names of types as JSON Schema has them: Gemini writes STRING."""
    if isinstance(schema, list):
        return [_lowered(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else _lowered(value)
        for name, value in schema.items()
    }
