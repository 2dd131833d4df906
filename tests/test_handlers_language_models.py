"""Entry points of Python that ask a model, by whatever library, and what they fetch and keep on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import EffectKind, Handler

SERVER = (
    "from fastapi import FastAPI, UploadFile, WebSocket\nfrom pydantic import BaseModel\n"
    "app = FastAPI()\nclass Asked(BaseModel):\n    text: str\n    url: str\n"
)
CHAT = "from langchain_openai import ChatOpenAI\nllm = ChatOpenAI()\n"
ASKING = {
    "litellm": ("from litellm import completion\n", "completion(model='g', messages=[asked.text])"),
    "chain": (
        CHAT
        + "from langchain_core.prompts import ChatPromptTemplate\n"
        + "from langchain_core.output_parsers import StrOutputParser\n"
        + "chain = ChatPromptTemplate.from_template('{q}') | llm | StrOutputParser()\n",
        "chain.invoke({'q': asked.text})",
    ),
    "agent": (
        CHAT
        + "from langgraph.prebuilt import create_react_agent\nagent = create_react_agent(llm, [])\n",
        "agent.invoke({'messages': [asked.text]})",
    ),
    "pydantic-ai": (
        "from pydantic_ai import Agent\nagent = Agent('openai:gpt-4o')\n",
        "agent.run_sync(asked.text)",
    ),
    "bedrock": (
        "import boto3\nmodels = boto3.client('bedrock-runtime')\n",
        "models.invoke_model(modelId='m', body=asked.text)",
    ),
    "graph": (
        CHAT
        + "from langgraph.graph import StateGraph\n"
        + "def answer(state):\n    return {'answer': llm.invoke(state['text'])}\n"
        + "steps = StateGraph(dict)\nsteps.add_node('answer', answer)\ngraph = steps.compile()\n",
        "graph.invoke({'text': asked.text})",
    ),
}


def handler(folder: Path, before: str, call: str, given: str = "asked: Asked") -> Handler:
    """The one entry point of a server that does this."""
    code = f"{SERVER}{before}@app.post('/ask')\nasync def ask({given}):\n    return {call}\n"
    (folder / "server.py").write_text(code)
    (found,) = read_prototype(folder).handlers
    return found


def inputs(found: Handler, kind: EffectKind, part: str) -> set[str]:
    return {str(o) for e in found.effects_of(kind) for o in e.inputs.get(part, ()) if o.is_input}


@pytest.mark.parametrize("library", ASKING)
def test_a_model_is_asked(tmp_path: Path, library: str) -> None:
    asked = inputs(handler(tmp_path, *ASKING[library]), EffectKind.MODEL, "text")
    assert asked == {"body.parsed.text"}


def test_a_graph_of_another_file_is_followed(tmp_path: Path) -> None:
    before, call = ASKING["graph"]
    (tmp_path / "steps.py").write_text(before)
    asked = inputs(handler(tmp_path, "from steps import graph\n", call), EffectKind.MODEL, "text")
    assert asked == {"body.parsed.text"}


def test_a_graph_is_taken_from_the_table_that_it_was_put_into(tmp_path: Path) -> None:
    before = ASKING["graph"][0] + (
        "made = {}\ndef graph_of(name):\n    if name not in made:\n"
        "        made[name] = steps.compile()\n    return made[name]\n"
    )
    found = handler(tmp_path, before, "graph_of(asked.url).invoke({'text': asked.text})")
    assert inputs(found, EffectKind.MODEL, "text") == {"body.parsed.text"}


def test_a_chain_without_a_model_asks_none(tmp_path: Path) -> None:
    before = (
        "from langchain_core.prompts import ChatPromptTemplate\n"
        "from langchain_core.runnables import RunnablePassthrough\n"
        "chain = RunnablePassthrough() | ChatPromptTemplate.from_template('{q}')\n"
    )
    found = handler(tmp_path, before, "chain.invoke({'q': asked.text})")
    assert not list(found.effects_of(EffectKind.MODEL))


def test_what_a_socket_receives_is_sent_by_whoever_calls(tmp_path: Path) -> None:
    code = (
        f"{SERVER}{CHAT}@app.websocket('/ws')\nasync def talk(ws: WebSocket):\n"
        "    await ws.accept()\n    while True:\n        text = await ws.receive_text()\n"
        "        await ws.send_text(llm.invoke(text))\n"
    )
    (tmp_path / "server.py").write_text(code)
    (found,) = read_prototype(tmp_path).handlers
    assert inputs(found, EffectKind.MODEL, "text") == {"body"}


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        (
            "from langchain_community.document_loaders import WebBaseLoader",
            "WebBaseLoader(asked.url)",
        ),
        (
            "from langchain_community.document_loaders import UnstructuredURLLoader",
            "UnstructuredURLLoader(urls=[asked.url])",
        ),
        (
            "from llama_index.readers.web import SimpleWebPageReader",
            "SimpleWebPageReader().load_data([asked.url])",
        ),
        ("import trafilatura", "trafilatura.fetch_url(asked.url)"),
        ("from newspaper import Article", "Article(asked.url)"),
        ("import feedparser", "feedparser.parse(asked.url)"),
        ("from selenium import webdriver", "webdriver.Chrome().get(asked.url)"),
    ],
)
def test_loaders_fetch_what_they_are_given(tmp_path: Path, imported: str, call: str) -> None:
    found = handler(tmp_path, f"{imported}\n", call)
    assert inputs(found, EffectKind.FETCH, "url") == {"body.parsed.url"}


@pytest.mark.parametrize(
    "call",
    [
        "(FOLDER / file.filename).write_bytes(b'')",
        "(FOLDER / file.filename).open('wb')",
        "open(FOLDER / 'new' / file.filename, 'wb')",
    ],
)
def test_a_path_below_a_folder_is_made_of_the_name(tmp_path: Path, call: str) -> None:
    before = "from pathlib import Path\nFOLDER = Path('files')\n"
    found = handler(tmp_path, before, call, "file: UploadFile")
    (effect,) = found.effects_of(EffectKind.FILE)
    assert effect.operation == "write"
    assert {str(o) for o in effect.sent["path"]} == {"upload.file.filename"}


def test_the_name_of_a_path_leads_out_of_no_folder(tmp_path: Path) -> None:
    before = "from pathlib import Path\nFOLDER = Path('files')\n"
    call = "(FOLDER / Path(file.filename).name).write_bytes(b'')"
    found = handler(tmp_path, before, call, "file: UploadFile")
    (effect,) = found.effects_of(EffectKind.FILE)
    assert not effect.sent["path"]


def test_an_uploaded_file_of_flask_is_written_where_it_says(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(
        "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"
        "@app.post('/up')\ndef up():\n    file = request.files['file']\n"
        "    file.save(os.path.join('files', file.filename))\n    return ''\n"
    )
    (found,) = read_prototype(tmp_path).handlers
    (effect,) = found.effects_of(EffectKind.FILE)
    assert effect.operation == "write"
    assert {o.kind for o in effect.sent["path"]} == {"upload"}


def test_prompts_and_flows_of_genkit_are_followed_where_they_are_called(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "studio", "dependencies": {"next": "15.0.0", "genkit": "1.8.0"}}',
        "src/ai/genkit.ts": 'import { genkit } from "genkit";\nexport const ai = genkit({ plugins: [] });\n',
        "src/ai/tell.ts": """import { ai } from "@/ai/genkit";
const prompt = ai.definePrompt({ name: "tell", prompt: "Tell about {{word}}" });
export const tell = ai.defineFlow({ name: "tell" }, async (input: { word: string }) => {
  const { output } = await prompt(input);
  return output!;
});
""",
        "src/app/actions.ts": """"use server";
import { ai } from "@/ai/genkit";
import { tell } from "@/ai/tell";
export async function tellOf(word: string) {
  return tell({ word });
}
export async function ask(question: string) {
  const { text } = await ai.generate({ prompt: question });
  return text;
}
""",
    }
    asked = {
        handler.route.handler: [e.operation for e in handler.effects_of(EffectKind.MODEL)]
        for handler in prototype_of(tmp_path, files).handlers
    }
    assert asked == {"tellOf": ["ask"], "ask": ["ask"]}
