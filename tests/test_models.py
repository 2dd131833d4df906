"""Which model calls are found, and what stands around them."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.models.calls import Fallback, ModelCall, Timeout, read
from shipworthy.prototype.models.snapshots import snapshot_of
from shipworthy.prototype.source import Language, Role, SourceFile

PYTHON = Language.PYTHON


def calls(text: str, language: Language = Language.TYPESCRIPT) -> list[ModelCall]:
    name = "a.py" if language is PYTHON else "a.ts"
    return read(Syntax(SourceFile(name, Role.PRODUCT, len(text), text, language), language))


def only(text: str, language: Language = Language.TYPESCRIPT) -> ModelCall:
    [found] = calls(text, language)
    return found


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai"),
        ("https://ai.gateway.lovable.dev/v1/chat/completions", "lovable"),
        ("https://acme.openai.azure.com/openai/deployments/x/chat/completions", "azure"),
        ("http://localhost:11434/api/generate", "ollama"),
        ("https://generativelanguage.googleapis.com/v1beta/models/g:generateContent", "google"),
        ("${base}/v1/chat/completions", "compatible"),
    ],
)
def test_http_calls_of_model_hosts_are_model_calls(url: str, provider: str) -> None:
    found = only(f"const r = await fetch(`{url}`, {{ method: 'POST' }}); // openai")
    assert (found.provider, found.library, found.timeout) == (provider, "fetch", Timeout.NONE)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1/models",
        "https://api.elevenlabs.io/v1/voices",
        "/api/openai",
        "/api/chat/completions",
    ],
)
def test_other_calls_of_these_hosts_ask_no_model(url: str) -> None:
    assert calls(f"await fetch('{url}');") == []


def test_helpers_before_fetch_are_followed() -> None:
    text = """async function tfetch(url, init, ms) {
  const c = new AbortController(); setTimeout(() => c.abort(), ms);
  return fetch(url, { ...init, signal: c.signal });
}
const r = await tfetch("https://openrouter.ai/api/v1/chat/completions", {}, 9000);"""
    assert only(text).timeout is Timeout.SET


def test_a_client_without_limit_waits_ten_minutes_which_is_none() -> None:
    text = 'import OpenAI from "openai";\nconst ai = new OpenAI({});\n'
    call = "const r = await ai.chat.completions.create({ model: 'gpt-4o' });"
    found = only(text.format("{}") + call)
    assert (found.timeout, found.model, found.results) == (Timeout.NONE, "gpt-4o", ("r",))


def test_limit_of_the_client_or_the_call_counts() -> None:
    client = 'import OpenAI from "openai";\nconst ai = new OpenAI({ timeout: 9000 });\n'
    assert only(client + "await ai.responses.create({});").timeout is Timeout.SET
    plain = 'import OpenAI from "openai";\nconst ai = new OpenAI();\n'
    assert only(plain + "await ai.responses.create({}, { timeout: 9 });").timeout is Timeout.SET
    assert only(plain + "await ai.responses.create({}, options);").timeout is Timeout.UNKNOWN


def test_client_of_another_file_is_unknown() -> None:
    text = 'import { openai } from "@/lib/ai";\nawait openai.chat.completions.create({});'
    assert only(text).timeout is Timeout.UNKNOWN


def test_client_is_followed_through_the_function_that_makes_it() -> None:
    text = """from openai import OpenAI
def client():
    return OpenAI(timeout=9)
def ask():
    return client().chat.completions.create(model="m")
"""
    assert only(text, PYTHON).timeout is Timeout.SET


def test_python_module_client_and_provider_of_a_base_url() -> None:
    assert only("import openai\nopenai.embeddings.create(input=t)", PYTHON).timeout is Timeout.NONE
    text = """from openai import OpenAI
c = OpenAI(base_url="https://api.groq.com/openai/v1")
c.chat.completions.create()"""
    assert (only(text, PYTHON).provider, only(text, PYTHON).timeout) == ("groq", Timeout.DEFAULT)


def test_google_limit_is_in_the_request_options() -> None:
    text = """import google.generativeai as genai
model = genai.GenerativeModel("gemini-1.5-flash")
r = model.generate_content(p{})
"""
    assert only(text.format(""), PYTHON).timeout is Timeout.NONE
    limited = text.format(', request_options={"timeout": 20}')
    assert only(limited, PYTHON).timeout is Timeout.SET


def test_sms_and_own_functions_are_no_model_calls() -> None:
    sms = 'import twilio from "twilio";\nconst c = twilio();\nc.messages.create({}); // anthropic'
    assert calls(sms) == []
    assert calls("function streamText(t) { return t; }\nstreamText('openai');") == []


def test_ai_sdk_is_known_by_its_import() -> None:
    text = """import { generateText } from "ai";
import { anthropic } from "@ai-sdk/anthropic";
const { text } = await generateText({ model: anthropic("claude-3-5-haiku"), prompt });"""
    found = only(text)
    assert (found.provider, found.library, found.model) == (
        "anthropic",
        "ai-sdk",
        "claude-3-5-haiku",
    )
    assert found.results == ("text",)


def test_chains_ask_the_model_inside_and_retrievers_ask_none() -> None:
    text = """from langchain_openai import ChatOpenAI
llm = ChatOpenAI(model="gpt-4o", timeout=20)
chain = prompt | llm | parser
docs = retriever.invoke(q)
answer = chain.invoke({"q": q})
"""
    found = only(text, PYTHON)
    assert (found.provider, found.timeout, found.results) == ("openai", Timeout.SET, ("answer",))


CALL = 'await fetch("https://api.openai.com/v1/responses")'


@pytest.mark.parametrize(
    ("text", "fallback"),
    [
        (f"async function f() {{ {CALL}; }}", Fallback.NONE),
        (f"async function f() {{ try {{ {CALL}; }} catch (e) {{ throw e; }} }}", Fallback.RETHROWN),
        (
            f"async function f() {{ try {{ {CALL}; }} catch (e) {{ console.error(e); }} }}",
            Fallback.SWALLOWED,
        ),
        (
            f"async function f() {{ try {{ {CALL}; }} catch (e) {{ return fixed; }} }}",
            Fallback.PRESENT,
        ),
        (f"async function f() {{ {CALL}.catch(() => null); }}", Fallback.PRESENT),
        (
            f"async function f() {{ {CALL}; }}\n"
            "async function g() { try { await f(); } catch (e) { toast(e); } }",
            Fallback.PRESENT,
        ),
        (
            f"async function f() {{ try {{ {CALL}; }} finally {{ done(); }} }}",
            Fallback.NONE,
        ),
        (
            f"async function f() {{ try {{ a(); }} catch (e) {{ {CALL}; }} }}",
            Fallback.NONE,
        ),
    ],
)
def test_what_a_failure_leads_to(text: str, fallback: Fallback) -> None:
    assert only(text).fallback is fallback


def test_an_http_exception_is_a_controlled_message() -> None:
    text = """import openai
def f():
    try:
        return openai.responses.create(input="x")
    except openai.OpenAIError as error:
        raise HTTPException(503, "later") from error
"""
    assert only(text, PYTHON).fallback is Fallback.PRESENT


def test_what_leaves_the_file_is_known() -> None:
    text = """import openai
def ask(q):
    reply = openai.responses.create(input=q)
    return {"sql": reply.output_text.strip(), "question": q}
"""
    found = only(text, PYTHON)
    assert found.answers == ("sql",)
    assert found.returned_by == ("ask",)


def test_prompt_and_stream_are_told() -> None:
    text = (
        'import openai\nopenai.responses.create(input="Summarise the notes below: ", stream=True)'
    )
    found = only(text, PYTHON)
    assert (found.prompt, found.streamed) == ("inline", True)


def said(text: str) -> set[tuple[str, str, str, bool]]:
    return {(s.role, s.name, s.origin, s.whole) for s in only(text).said}


EDGE = """Deno.serve(async (req) => {{
  const {{ question, systemPrompt, lang }} = await req.json();
  const rules = {rules};
  const messages = [{{ role: "system", content: rules }}, {{ role: "user", content: question }}];
  await fetch("https://api.openai.com/v1/chat/completions", {{ body: JSON.stringify({{ messages }}) }});
}});"""


def test_words_are_followed_from_the_request_into_their_role() -> None:
    found = said(EDGE.format(rules="systemPrompt || 'You are kind.'"))
    assert ("system", "systemPrompt", "request", True) in found
    assert ("user", "question", "request", True) in found


def test_what_a_choice_hangs_on_is_not_said() -> None:
    found = said(EDGE.format(rules="lang ? `Speak ${lang}` : 'Speak English'"))
    assert ("system", "lang", "request", False) in found
    assert ("system", "lang", "request", True) not in found


def test_values_that_come_with_no_request_have_no_origin() -> None:
    found = said(EDGE.format(rules="`Open at ${Deno.env.get('OPEN')} in ${city}`"))
    assert not {f for f in found if f[0] == "system" and f[2]}


def test_model_of_gemini_stands_in_the_address() -> None:
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
    assert only(f"await fetch(`{url}?key=${{k}}`);").model == "gemini-2.5-flash"


def test_a_name_that_moves_has_a_dated_one() -> None:
    fixed = snapshot_of("openai", "gpt-4o")
    assert fixed is not None
    assert fixed.name.startswith("gpt-4o-20")
    assert snapshot_of("openai", fixed.name) is None
    assert snapshot_of("lovable", "gpt-4o") is None
