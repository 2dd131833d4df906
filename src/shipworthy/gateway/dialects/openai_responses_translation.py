"""OpenAI Responses to the common form, and answers of others as Responses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from shipworthy.gateway.call import Role, Usage
from shipworthy.gateway.conversation import (
    Answer,
    CannotTranslate,
    Conversation,
    Ended,
    Finish,
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
    Writer,
    a_dict,
    a_number,
    a_text,
    dicts,
    whole_number,
)
from shipworthy.gateway.dialects.openai_chat_translation import image, words_only

OWN_STATE = ("previous_response_id", "conversation", "prompt", "background")


def read_request(body: Body) -> Conversation:
    """The request in the common form. Raises CannotTranslate where it leans on what OpenAI keeps."""
    for name in OWN_STATE:
        if body.get(name):
            raise CannotTranslate(f"{name}, which one provider keeps")
    system = [a_text(body.get("instructions"))]
    messages: list[Message] = []
    if isinstance(body.get("input"), str):
        messages.append(Message(Role.USER, (Words(body["input"]),)))
    for item in dicts(body.get("input")):
        if item.get("role") in ("system", "developer"):
            system.append(
                "".join(p.text for p in _parts(item.get("content")) if isinstance(p, Words))
            )
        else:
            messages += _messages(item)
    form = a_dict(a_dict(body.get("text")).get("format"))
    choice = body.get("tool_choice")
    named = a_text(choice.get("name") if isinstance(choice, dict) else choice)
    return Conversation(
        system="\n\n".join(s for s in system if s),
        messages=matched(messages),
        tools=tuple(_tool(t) for t in dicts(body.get("tools"))),
        tool_choice=named or "auto",
        max_tokens=whole_number(body.get("max_output_tokens")),
        temperature=a_number(body.get("temperature")),
        top_p=a_number(body.get("top_p")),
        json_mode=form.get("type") in ("json_object", "json_schema"),
        schema=a_dict(form.get("schema")) or None,
    )


def read_answer(answer: Body, usage: Usage | None) -> Answer:
    """The texts and tool calls of a response."""
    items = dicts(answer.get("output"))
    texts = (p.text for i in items for p in _texts_of(i))
    calls = tuple(
        ToolCall(a_text(i.get("call_id")), a_text(i.get("name")), a_text(i.get("arguments")))
        for i in items
        if i.get("type") == "function_call"
    )
    cut = answer.get("status") == "incomplete"
    finish = Finish.LENGTH if cut else Finish.TOOLS if calls else Finish.STOP
    return Answer("".join(texts), calls, finish, usage or Usage())


def _texts_of(item: Body) -> Iterator[Words]:
    if item.get("type") == "message":
        yield from (p for p in _parts(item.get("content")) if isinstance(p, Words))


def write_answer(answer: Answer, model: str, id: str) -> Body:
    """A response."""
    output = [_text_item(id, answer.text)] if answer.text or not answer.tool_calls else []
    output += [_call_item(id, at, call) for at, call in enumerate(answer.tool_calls)]
    return _response(model, id, output, answer.finish, answer.usage)


class ResponseWriter(Writer):
    """Writes the events of a response; each text and each tool call is an item of its output."""

    def __init__(self, model: str, id: str) -> None:
        self._model, self._id = model, id
        self._number = 0
        self._text: list[str] | None = None
        self._calls: dict[int, ToolCall] = {}
        self._places: dict[int, int] = {}
        self._items: list[Body] = []

    def begin(self) -> Iterator[Body]:
        response = _response(self._model, self._id, [], None, None)
        yield self._numbered("response.created", response=response)
        yield self._numbered("response.in_progress", response=response)

    def write(self, piece: Piece) -> Iterator[Body]:
        match piece:
            case TextPiece(text):
                if self._text is None:
                    yield from self._begin_text()
                    self._text = []
                self._text.append(text)
                yield self._said("response.output_text.delta", delta=text, logprobs=[])
            case ToolBegins(index, id, name):
                yield from self._end_text()
                self._calls[index] = ToolCall(id, name, "")
                self._places[index] = len(self._items)
                item = _call_item(self._id, index, self._calls[index], "in_progress")
                self._items.append(item)
                yield self._item("response.output_item.added", self._places[index], item)
            case ToolPiece(index, arguments):
                if index in self._calls:
                    yield self._more(index, arguments)
            case Ended(finish, usage):
                yield from self._end_text()
                for index in self._calls:
                    yield from self._end_call(index)
                response = _response(self._model, self._id, self._items, finish, usage or Usage())
                kind = "incomplete" if response["status"] == "incomplete" else "completed"
                yield self._numbered(f"response.{kind}", response=response)

    def _begin_text(self) -> Iterator[Body]:
        self._items.append(_text_item(self._id, "", "in_progress") | {"content": []})
        yield self._item("response.output_item.added", len(self._items) - 1, self._items[-1])
        yield self._said("response.content_part.added", part=_part(""))

    def _end_text(self) -> Iterator[Body]:
        if self._text is None:
            return
        text, self._text = "".join(self._text), None
        self._items[-1] = _text_item(self._id, text)
        yield self._said("response.output_text.done", text=text, logprobs=[])
        yield self._said("response.content_part.done", part=_part(text))
        yield self._item("response.output_item.done", len(self._items) - 1, self._items[-1])

    def _more(self, index: int, arguments: str) -> Body:
        call = self._calls[index]
        self._calls[index] = ToolCall(call.id, call.name, call.arguments + arguments)
        place = self._places[index]
        item = {"item_id": self._items[place]["id"], "output_index": place}
        return self._numbered("response.function_call_arguments.delta", **item, delta=arguments)

    def _end_call(self, index: int) -> Iterator[Body]:
        place, call = self._places[index], self._calls[index]
        self._items[place] = _call_item(self._id, index, call)
        item = {"item_id": self._items[place]["id"], "output_index": place, "name": call.name}
        yield self._numbered(
            "response.function_call_arguments.done", **item, arguments=call.arguments
        )
        yield self._item("response.output_item.done", place, self._items[place])

    def _said(self, kind: str, **more: Any) -> Body:
        at = len(self._items) - 1
        return self._numbered(
            kind, item_id=self._items[at]["id"], output_index=at, content_index=0, **more
        )

    def _item(self, kind: str, place: int, item: Body) -> Body:
        return self._numbered(kind, output_index=place, item=item)

    def _numbered(self, kind: str, **more: Any) -> Body:
        self._number += 1
        return {"type": kind, "sequence_number": self._number - 1, **more}


def _response(
    model: str, id: str, output: list[Body], finish: Finish | None, usage: Usage | None
) -> Body:
    incomplete = {Finish.LENGTH: "max_output_tokens", Finish.FILTER: "content_filter"}
    reason = incomplete.get(finish) if finish is not None else None
    status = "in_progress" if finish is None else "incomplete" if reason else "completed"
    return {
        "id": f"resp_{id}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None
        if usage is None
        else {
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.input + usage.output,
        },
    }


def _part(text: str) -> Body:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _text_item(id: str, text: str, status: str = "completed") -> Body:
    return {
        "id": f"msg_{id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [_part(text)],
    }


def _call_item(id: str, at: int, call: ToolCall, status: str = "completed") -> Body:
    return {
        "id": f"fc_{id}_{at}",
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": status,
    }


def _messages(item: Body) -> Iterator[Message]:
    match item.get("type", "message"):
        case "message":
            role = Role.ASSISTANT if item.get("role") == "assistant" else Role.USER
            yield Message(role, tuple(_parts(item.get("content"))))
        case "function_call":
            call = ToolCall(
                a_text(item.get("call_id")), a_text(item.get("name")), a_text(item.get("arguments"))
            )
            yield Message(Role.ASSISTANT, (call,))
        case "function_call_output":
            text = words_only(item.get("output"))
            yield Message(Role.USER, (ToolResult(a_text(item.get("call_id")), "", text),))
        case "reasoning":
            pass  # means something to the model that thought it, and to no other
        case other:
            raise CannotTranslate(f"an item of the type {str(other)[:40]}")


def _parts(content: Any) -> Iterator[Part]:
    if isinstance(content, str):
        yield Words(content)
    for part in dicts(content):
        match part.get("type"):
            case "input_text" | "output_text" | "text":
                yield Words(a_text(part.get("text")))
            case "input_image" if isinstance(part.get("image_url"), str):
                yield image(part["image_url"])
            case other:
                raise CannotTranslate(f"content of the type {str(other)[:40]}")


def _tool(tool: Body) -> Tool:
    if tool.get("type") != "function":
        raise CannotTranslate("tools that run with one provider")
    schema = a_dict(tool.get("parameters")) or {"type": "object", "properties": {}}
    return Tool(a_text(tool.get("name")), a_text(tool.get("description")), schema)
