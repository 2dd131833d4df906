"""Programs that nobody changed, whose calls to models go through the gateway."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from policies import one_model
from provider import Asked, Provider, chat_script, provider, says

from shipworthy.gateway.adoption import Rerouted, run_rerouted
from shipworthy.gateway.adoption.environment import command
from shipworthy.gateway.adoption.rerouted import CannotRun
from shipworthy.gateway.control import CONTROL, Control
from shipworthy.gateway.policy_file import read_policy
from shipworthy.gateway.store.sqlite import SqliteStore

NODE, DENO = shutil.which("node"), shutil.which("deno")
PYTHON_PROGRAM = """
import asyncio, json, sys, urllib.request
import aiohttp, httpx, requests
from openai import OpenAI
URL = "https://api.openai.com/v1/chat/completions"
BODY = {"model": "m", "messages": [{"role": "user", "content": "I am a@b.com"}]}
HEADERS = {"Authorization": "Bearer sk-of-a-provider-0000000000000000"}
def show(name, answer): print(name, answer["choices"][0]["message"]["content"])
show("requests", requests.post(URL, json=BODY, headers=HEADERS).json())
show("httpx", httpx.post(URL, json=BODY, headers=HEADERS).json())
typed = {**HEADERS, "content-type": "application/json"}
request = urllib.request.Request(URL, json.dumps(BODY).encode(), typed)
show("urllib", json.load(urllib.request.urlopen(request)))
async def later():
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.post(URL, json=BODY) as response:
            show("aiohttp", await response.json())
asyncio.run(later())
client = OpenAI(base_url="https://api.openai.com/v1", api_key="sk-of-a-provider-0000000000000000")
show("openai", client.chat.completions.create(**BODY).model_dump())
stream = OpenAI().chat.completions.create(stream=True, **BODY)
print("stream", "".join(c.choices[0].delta.content or "" for c in stream if c.choices))
"""
NODE_PROGRAM = '''
import https, { request } from "node:https";
const URL_ = "https://api.openai.com/v1/chat/completions";
const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "I am a@b.com" }] });
const headers = { authorization: "Bearer sk-of-a-provider", "content-type": "application/json" };
const show = (name, answer) => console.log(name, answer.choices[0].message.content);
show("fetch", await (await fetch(URL_, { method: "POST", body, headers })).json());
show("Request", await (await fetch(new Request(URL_, { method: "POST", body, headers }))).json());
const read = (name, done) => (response) => {
  let text = "";
  response.on("data", (part) => (text += part));
  response.on("end", () => { show(name, JSON.parse(text)); done(); });
};
const sized = { ...headers, "content-length": body.length };
await new Promise((done) => {
  const asked = request(URL_, { method: "POST", headers: sized }, read("https", done));
  asked.setHeader("Authorization", "Bearer sk-of-a-provider");
  asked.end(body);
});
await new Promise((done) => {
  const options = { hostname: "api.openai.com", path: "/v1/chat/completions", method: "POST" };
  const asked = https.request({ ...options, headers: sized, agent: new https.Agent() });
  asked.on("response", read("options", done)).end(body);
});
'''  # fmt: skip


@pytest.fixture(autouse=True)
def _provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")


def _run(folder: Path, fake: Provider, argv: list[str], **options: Any) -> Rerouted:
    file = folder / "ai.yaml"
    file.write_text(one_model(fake.url))
    return run_rerouted(argv, file, read_policy(file), **options)


def _shown(argv: list[str], output: Path) -> list[str]:
    """A command that writes what it prints into a file."""
    script = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[2:], stdout=open(sys.argv[1], 'w')))"
    return [sys.executable, "-c", script, str(output), *argv]


def _all_keys_stayed_home(fake: Provider) -> bool:
    return all(
        asked.headers["authorization"] == "Bearer provider-key-0123456789"
        and b"sk-of-a-provider" not in asked.body
        and b"a@b.com" not in asked.body
        for asked in fake.asked
    )


def test_python_libraries_are_rerouted_without_an_edit(tmp_path: Path) -> None:
    program, output = tmp_path / "program.py", tmp_path / "out.txt"
    program.write_text(PYTHON_PROGRAM)
    with provider(chat_script("hello [EMAIL_1]")) as fake:
        seen = _run(tmp_path, fake, _shown([sys.executable, str(program)], output))
    lines = output.read_text().splitlines()
    assert [
        line.split()[0] for line in lines
    ] == "requests httpx urllib aiohttp openai stream".split()
    assert all("a@b.com" in line for line in lines)
    assert (seen.exit_code, seen.calls, dict(seen.redacted)) == (0, 6, {"EMAIL": 6})
    assert _all_keys_stayed_home(fake)


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_node_is_rerouted_without_an_edit(tmp_path: Path) -> None:
    program, output = tmp_path / "program.mjs", tmp_path / "out.txt"
    program.write_text(NODE_PROGRAM)
    with provider(chat_script("hello [EMAIL_1]")) as fake:
        seen = _run(tmp_path, fake, _shown([NODE or "node", str(program)], output))
    assert output.read_text().splitlines() == [
        f"{name} hello a@b.com" for name in ("fetch", "Request", "https", "options")
    ]
    assert (seen.exit_code, seen.calls) == (0, 4)
    assert _all_keys_stayed_home(fake)


@pytest.mark.skipif(DENO is None, reason="Deno is not installed")
def test_deno_is_rerouted_without_an_edit(tmp_path: Path) -> None:
    program, output = tmp_path / "program.ts", tmp_path / "out.txt"
    program.write_text(
        'const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "I am a@b.com" }] });'
        'const headers = { authorization: "Bearer sk-of-a-provider", "content-type": "application/json" };'
        'const url = "https://api.openai.com/v1/chat/completions";'
        'const answer = await fetch(url, { method: "POST", body, headers });'
        "console.log((await answer.json()).choices[0].message.content);"
    )
    run = command([DENO or "deno", "run", "--allow-net", str(program)])
    with provider(chat_script("hello [EMAIL_1]")) as fake:
        _run(tmp_path, fake, _shown(run, output))
    assert output.read_text() == "hello a@b.com\n"
    assert _all_keys_stayed_home(fake)


def test_other_hosts_are_left_alone(tmp_path: Path) -> None:
    with provider(says({"from": "elsewhere"})) as other, provider(chat_script("hi")) as fake:
        address = f"http://127.0.0.1:{other.port}/v1/chat/completions"
        code = (
            "import requests, urllib.request, httpx;"
            f"h = {{'Authorization': 'Bearer own'}}; u = {address!r};"
            "assert requests.get(u, headers=h).json() == httpx.get(u, headers=h).json();"
            "urllib.request.urlopen(urllib.request.Request(u, headers=h)).read()"
        )
        seen = _run(tmp_path, fake, [sys.executable, "-c", code])
    assert (seen.exit_code, seen.calls) == (0, 0)
    assert [asked.headers["authorization"] for asked in other.asked] == ["Bearer own"] * 3


def test_a_sitecustomize_that_was_there_before_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os; os.environ['WAS_HERE'] = 'yes'")
    preload = Path(sys.modules[run_rerouted.__module__].__file__ or "").parent / "python"
    env = {**os.environ, "PYTHONPATH": f"{preload}{os.pathsep}{tmp_path}"}
    code = "import os; print(os.environ['WAS_HERE'])"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "yes\n"


def test_the_program_sees_no_provider_key_and_its_own_key_ends_with_it(tmp_path: Path) -> None:
    output = tmp_path / "env.json"
    code = f"import json, os; json.dump(dict(os.environ), open({str(output)!r}, 'w')); raise SystemExit(3)"
    with provider(chat_script()) as fake:
        seen = _run(tmp_path, fake, [sys.executable, "-c", code])
    env = json.loads(output.read_text())
    assert seen.exit_code == 3
    assert "provider-key-0123456789" not in env.values()
    assert env["FAKE_KEY"] == env["OPENAI_API_KEY"] == env["SHIPWORTHY_AI_KEY"]
    assert env["OPENAI_BASE_URL"] == env["SHIPWORTHY_AI_GATEWAY"] + "/v1"
    control = Control(SqliteStore(tmp_path / "gateway" / "control.sqlite", CONTROL))
    made = control.keys()
    assert made
    assert all(key.revoked for key in made)
    control.close()


def test_a_program_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        pytest.raises(CannotRun, match="cannot be started"),
    ):
        _run(tmp_path, fake, ["/nowhere/program"])


def test_deno_gets_the_preload_as_an_argument() -> None:
    assert command(["npm", "run", "dev"]) == ["npm", "run", "dev"]
    argv = command(["deno", "run", "-A", "main.ts"])
    assert argv[:2] == ["deno", "run"]
    assert argv[2].startswith("--preload=")
    assert argv[-2:] == ["-A", "main.ts"]


TURNS = """
import sys
from pathlib import Path
from time import sleep
{ask}
here = Path({folder!r})
for turn in range(4):
    while not (here / f"go{{turn}}").exists(): sleep(0.01)
    print(ask(), flush=True)
    (here / f"done{{turn}}").touch()
"""
BY_SDK = """
from openai import OpenAI
client = OpenAI(max_retries=0)
asked = [{"role": "user", "content": "hi"}]
def ask(): return client.chat.completions.create(model="m", messages=asked).choices[0].message.content
"""
BY_ASSISTANT = """
from app.services.llm import answer_question
def ask(): return answer_question("When does anna@example.org start?", "", [], "Anna", "English")
"""
STAND_IN = "Please write to us instead."


async def _gone(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def _ask_four_times(folder: Path, fake: Provider, ask: str) -> tuple[list[str], Rerouted]:
    """Between its questions the switch is flipped off and on, and at last the provider goes."""
    program, output, file = folder / "program.py", folder / "out.txt", folder / "ai.yaml"
    program.write_text(TURNS.format(ask=ask, folder=str(folder)))
    policy = one_model(fake.url, f"answers: [{{answer: {STAND_IN!r}}}]")
    file.write_text(policy.replace("  m: {", "  gpt-4o: {provider: fake}\n  m: {"))
    read = read_policy(file)

    async def play() -> Rerouted:
        argv = _shown([sys.executable, str(program)], output)
        task = asyncio.create_task(asyncio.to_thread(run_rerouted, argv, file, read))
        control = Control(SqliteStore(folder / "gateway" / "control.sqlite", CONTROL))
        for turn in range(4):
            if turn == 1:
                control.switch_off("app", "test", "trying the switch")
            elif turn == 2:
                control.switch_on("app")
            elif turn == 3:
                fake.script = _gone
            (folder / f"go{turn}").touch()
            while not (folder / f"done{turn}").exists() and not task.done():
                await asyncio.sleep(0.01)
        control.close()
        return await task

    seen = asyncio.run(play())
    return output.read_text().splitlines(), seen


def test_the_switch_works_while_a_program_runs_and_the_provider_may_go(tmp_path: Path) -> None:
    with provider(chat_script("hello")) as fake:
        answers, seen = _ask_four_times(tmp_path, fake, BY_SDK)
    assert answers == ["hello", STAND_IN, "hello", STAND_IN]
    assert dict(seen.outcomes) == {"answered": 2, "deterministic": 2}


def test_the_bundled_assistant_is_switched_off_and_on_while_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = tmp_path / "dotenv"
    dotenv.mkdir()
    # Its one dependency beside the SDK that is not installed here; there is no .env to load.
    (dotenv / "dotenv.py").write_text("def load_dotenv(): pass\n")
    backend = Path(__file__).parents[2] / "examples/assistant/backend"
    monkeypatch.setenv("PYTHONPATH", f"{backend}{os.pathsep}{dotenv}")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-provider-0000000000000000")
    with provider(chat_script("ask [EMAIL_1]")) as fake:
        answers, seen = _ask_four_times(tmp_path, fake, BY_ASSISTANT)
    assert answers == ["ask anna@example.org", STAND_IN, "ask anna@example.org", STAND_IN]
    assert dict(seen.outcomes) == {"answered": 2, "deterministic": 2}
    assert all(b"anna@example.org" not in asked.body for asked in fake.asked)
    assert fake.asked[0].headers["authorization"] == "Bearer provider-key-0123456789"
