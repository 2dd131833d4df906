"""`shipworthy ai run` and `ai forget` as a person types them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from policies import one_model
from provider import chat_script, provider
from typer.testing import CliRunner

from shipworthy.cli.main import app

ASK = (
    "from openai import OpenAI;"
    "m = [{'role': 'user', 'content': 'I am a@b.com'}];"
    "c = OpenAI().chat.completions.create(model='m', messages=m, user='anna');"
    "print(c.choices[0].message.content); raise SystemExit(5)"
)


@pytest.fixture(autouse=True)
def _no_provider_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAKE_KEY", raising=False)


def _prototype(folder: Path, url: str) -> None:
    (folder / ".shipworthy").mkdir()
    more = "telemetry: {texts_days: 7}\n"
    (folder / ".shipworthy" / "ai.yaml").write_text(one_model(url, more=more))
    (folder / ".env").write_text("FAKE_KEY=provider-key-0123456789\nVITE_OPENAI_API_KEY=sk-x\n")


def test_a_program_runs_through_the_gateway_and_its_user_is_forgotten(tmp_path: Path) -> None:
    with provider(chat_script("hello [EMAIL_1]")) as fake:
        _prototype(tmp_path, fake.url)
        command = [sys.executable, "-m", "shipworthy", "ai", "run", "--in", str(tmp_path)]
        command += ["--env-file", str(tmp_path / ".env"), "--", sys.executable, "-c", ASK]
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 5, done.stderr
    assert done.stdout == "hello a@b.com\n"
    assert fake.asked[0].headers["authorization"] == "Bearer provider-key-0123456789"
    assert "1 calls: 1 answered" in done.stderr
    assert "1 EMAIL" in done.stderr
    assert "VITE_OPENAI_API_KEY is sent to every browser" in done.stderr
    forgotten = CliRunner().invoke(app, ["ai", "forget", "--user", "anna", "--in", str(tmp_path)])
    assert "texts of 1 calls" in forgotten.output
    journal = next(tmp_path.rglob("journal.sqlite"))
    kept = sqlite3.connect(journal)
    assert kept.execute("SELECT user FROM calls").fetchall() == [("",)]
    assert kept.execute("SELECT count(*) FROM texts").fetchone() == (0,)


def test_a_run_without_calls_says_what_is_not_rerouted(tmp_path: Path) -> None:
    _prototype(tmp_path, "http://127.0.0.1:9/v1")
    arguments = ["ai", "run", "--in", str(tmp_path), "--", sys.executable, "-c", "pass"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert "No call reached the gateway" in done.output


def test_forgetting_before_anything_is_known_is_no_error(tmp_path: Path) -> None:
    _prototype(tmp_path, "http://127.0.0.1:9/v1")
    done = CliRunner().invoke(app, ["ai", "forget", "--user", "anna", "--in", str(tmp_path)])
    assert done.exit_code == 0
    assert "nothing is known" in done.output
