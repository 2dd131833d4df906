"""What providers insist on and a lenient one would not show: results of tools that fit their calls."""

from __future__ import annotations

from typing import Any

import pytest

from shipworthy.gateway.call import Role
from shipworthy.gateway.contract import mended
from shipworthy.gateway.conversation import CannotTranslate
from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.dialects.dialect import Body

CITIES = ("Oslo", "Bern")


def _function(city: str) -> Body:
    return {"name": "weather", "arguments": {"city": city}}


# Two calls that were made together, without ids where a dialect has none, and what they returned.
TOGETHER: dict[str, Body] = {
    "ollama-chat": {
        "messages": [
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"function": _function(c)} for c in CITIES],
            },
            *({"role": "tool", "tool_name": "weather", "content": c} for c in CITIES),
        ]
    },
    "gemini": {
        "contents": [
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"name": "weather", "args": {"city": c}}} for c in CITIES
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"name": "weather", "response": {"result": c}}}
                    for c in CITIES
                ],
            },
        ]
    },
    "openai-responses": {
        "input": [
            {"role": "user", "content": "Weather?"},
            *(
                {"type": "function_call", "call_id": c, "name": "weather", "arguments": "{}"}
                for c in CITIES
            ),
            *({"type": "function_call_output", "call_id": c, "output": c} for c in CITIES),
        ]
    },
    "openai-chat": {
        "messages": [
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": c, "type": "function", "function": {"name": "weather"}} for c in CITIES
                ],
            },
            *({"role": "tool", "tool_call_id": c, "content": c} for c in CITIES),
        ]
    },
}


@pytest.mark.parametrize("inbound", TOGETHER)
def test_every_result_follows_its_call(inbound: str) -> None:
    asked = DIALECTS[inbound].read_request(TOGETHER[inbound])
    user, calling, *results = DIALECTS["openai-chat"].write_request(asked, "m", False)["messages"]
    assert user["role"] == "user"
    ids = [call["id"] for call in calling["tool_calls"]]
    assert all(ids)
    assert len(set(ids)) == 2
    assert [result["tool_call_id"] for result in results] == ids
    assert [CITIES[n] in result["content"] for n, result in enumerate(results)] == [True, True]


@pytest.mark.parametrize("inbound", TOGETHER)
def test_results_of_calls_made_together_are_one_turn(inbound: str) -> None:
    asked = DIALECTS[inbound].read_request(TOGETHER[inbound])
    _, calling, results = DIALECTS["gemini"].write_request(asked, "m", False)["contents"]
    assert len(calling["parts"]) == 2
    assert [p["functionResponse"]["name"] for p in results["parts"]] == ["weather", "weather"]
    _, _, answered = DIALECTS["anthropic"].write_request(asked, "m", False)["messages"]
    assert len(answered["content"]) == 2


@pytest.mark.parametrize("inbound", TOGETHER)
def test_a_result_that_goes_to_ollama_names_its_tool(inbound: str) -> None:
    asked = DIALECTS[inbound].read_request(TOGETHER[inbound])
    said = DIALECTS["ollama-chat"].write_request(asked, "m", False)["messages"]
    assert [m["tool_name"] for m in said if m["role"] == "tool"] == ["weather", "weather"]


@pytest.mark.parametrize("dialect", ["gemini", "ollama-chat"])
def test_calls_of_two_answers_have_different_ids(dialect: str) -> None:
    call = {"functionCall": {"name": "w", "args": {}}}
    answer = {
        "candidates": [{"content": {"parts": [call]}}],
        "message": {"tool_calls": [{"function": {"name": "w", "arguments": {}}}]},
    }
    first, second = (DIALECTS[dialect].read_answer(answer).tool_calls[0].id for _ in range(2))
    assert first
    assert first != second


REFUSED = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}


def test_a_refusal_keeps_its_words() -> None:
    chat, anthropic = DIALECTS["openai-chat"], DIALECTS["anthropic"]
    answer = chat.read_answer({"choices": [{"message": REFUSED, "finish_reason": "stop"}]})
    written = anthropic.write_answer(answer, "m", "1")
    assert written["content"] == [{"type": "text", "text": REFUSED["refusal"]}]
    assert written["stop_reason"] == "refusal"
    reader = chat.reader()
    events = [{"refusal": "I cannot "}, {"refusal": "help"}]
    pieces = [p for d in events for p in reader.read({"choices": [{"index": 0, "delta": d}]})]
    assert [piece.text for piece in pieces] == ["I cannot ", "help"]  # type: ignore[union-attr]


PICTURE = {"type": "base64", "media_type": "image/png", "data": "iVBOR"}
UNSAID: dict[str, tuple[str, Body]] = {
    "the older form of tools": ("openai-chat", {"functions": [{"name": "f"}]}),
    "a tool that is no function": (
        "openai-chat",
        {"tools": [{"type": "custom", "custom": {"name": "f"}}]},
    ),
    "a choice among tools": (
        "openai-chat",
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}},
    ),
    "a picture that a tool returned": (
        "anthropic",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "1",
                            "content": [{"type": "image", "source": PICTURE}],
                        }
                    ],
                }
            ]
        },
    ),
    "a picture that a function returned": (
        "openai-responses",
        {
            "input": [
                {
                    "type": "function_call_output",
                    "call_id": "1",
                    "output": [{"type": "input_image", "image_url": "data:image/png;base64,iV"}],
                }
            ]
        },
    ),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_would_be_lost_is_not_translated(name: str) -> None:
    dialect, body = UNSAID[name]
    with pytest.raises(CannotTranslate):
        DIALECTS[dialect].read_request(body)


def _texts(dialect: str, body: Body) -> list[tuple[str, Role]]:
    return [(p.text, p.role) for p in DIALECTS[dialect].passages(body)]


def test_texts_are_found_wherever_a_dialect_puts_them() -> None:
    legacy = {"role": "assistant", "function_call": {"name": "f", "arguments": '{"a": 1}'}}
    chat = {"messages": [legacy], "prediction": {"type": "content", "content": "as before"}}
    assert [t for t, _ in _texts("openai-chat", chat)] == ['{"a": 1}', "as before"]
    document = {"type": "document", "source": {"type": "text", "data": "a letter"}}
    found = {"type": "search_result", "content": [{"type": "text", "text": "a page"}]}
    asked = {"messages": [{"role": "user", "content": [document, found]}]}
    assert _texts("anthropic", asked) == [("a letter", Role.USER), ("a page", Role.TOOL)]
    output = {"type": "function_call_output", "output": [{"type": "input_text", "text": "a row"}]}
    kept = {"input": [output], "prompt": {"id": "pmpt_1", "variables": {"name": "Ann"}}}
    assert _texts("openai-responses", kept) == [("a row", Role.TOOL), ("Ann", Role.USER)]


CALLED: list[tuple[str, Any]] = [
    ("openai-chat", {"choices": [{"message": {"function_call": {"name": "f"}}}]}),
    ("openai-chat", {"choices": [{"delta": {"function_call": {"name": "f"}}}]}),
    (
        "openai-chat",
        {"choices": [{"message": {"tool_calls": [{"type": "custom", "custom": {"name": "f"}}]}}]},
    ),
    ("openai-responses", {"output": [{"type": "custom_tool_call", "name": "f", "input": "x"}]}),
    ("openai-responses", {"output": [{"type": "mcp_call", "name": "f"}]}),
    ("anthropic", {"content": [{"type": "mcp_tool_use", "name": "f"}]}),
]


@pytest.mark.parametrize(("dialect", "said"), CALLED)
def test_a_list_of_tools_knows_every_form_of_a_call(dialect: str, said: Body) -> None:
    assert DIALECTS[dialect].tools_called(said) == ["f"]


def test_json_among_words_is_taken_out_as_a_whole() -> None:
    assert mended('Here you are:\n```json\n[{"a": 1}]\n```') == '[{"a": 1}]'
    assert mended('As [asked]: {"a": [1]}!') == '{"a": [1]}'
