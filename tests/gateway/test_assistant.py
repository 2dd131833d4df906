"""The bundled assistant, unchanged, behind a gateway: in use while it is switched, robbed and killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from provider import chat
from typer.testing import CliRunner

from shipworthy.cli.main import app
from shipworthy.gateway.prices import NANO
from waiting import until

ASSISTANT = Path(__file__).parents[2] / "examples" / "assistant"
# The prototype's own function, asked line by line as its page would.
USE = (
    "import sys; from app.services.llm import answer_question\n"
    "for line in sys.stdin:\n"
    "    print(answer_question(line.strip(), 'handbook', [], 'Ann', 'en'), flush=True)\n"
)
POLICY = """
providers:
  openai: {{url: "http://127.0.0.1:{port}/v1", key: PROVIDER_KEY}}
models:
  gpt-4o: {{provider: openai, price: {{input: 1, output: 1}}, output_tokens: 100}}
prototypes:
  assistant:
    retries: {{attempts: 1}}
    budget: {{day: 1}}
    message: "Please ask a colleague."
    features:
      default: {{models: [gpt-4o]}}
breaker: {{failures: 100}}
"""
MODEL, NOBODY = "Ask [EMAIL_1].", "Please ask a colleague."
ANSWER = "Ask hr@example.com."


class _Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["content-length"])).decode())
        said = json.dumps(chat(MODEL)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(said)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def kept_port() -> Iterator[int]:
    """A port that nobody gets who does not ask for it by its number."""
    with socket.socket() as keeping:
        keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeping.bind(("127.0.0.1", 0))
        yield keeping.getsockname()[1]


@contextmanager
def models(port: int) -> Iterator[None]:
    """A provider that is there as long as this is entered."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class Assistant:
    """The prototype, run by `shipworthy ai run`."""

    def __init__(self, folder: Path) -> None:
        path = [*sys.path, str(folder / "backend")]
        command = [sys.executable, "-m", "shipworthy", "ai", "run", "--in", str(folder)]
        self._process = subprocess.Popen(
            [*command, "--", sys.executable, "-c", USE],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "OPENAI_API_KEY": "sk-theirs"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ask(self) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("Who knows? I am hr@example.com\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        """As the kernel does when memory is short: gateway and prototype at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def ai(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["ai", *arguments, "--in", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_assistant_is_used_while_all_around_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVIDER_KEY", "provider-key-0123456789")
    shutil.copytree(ASSISTANT / "backend", tmp_path / "backend")
    # Its one dependency beside the SDK that is not installed here; there is no .env to load.
    (tmp_path / "backend" / "dotenv.py").write_text("def load_dotenv(): pass\n")
    with kept_port() as port:
        with models(port):
            (tmp_path / ".shipworthy").mkdir()
            (tmp_path / ".shipworthy" / "ai.yaml").write_text(POLICY.format(port=port))
            assistant = Assistant(tmp_path)
            assert assistant.ask() == ANSWER
            assert "hr@example.com" not in _Provider.asked[-1]
            for _ in range(3):
                ai(tmp_path, "off", "--feature", "default", "--by", "Ann")
                asked = len(_Provider.asked)
                assert assistant.ask() == NOBODY
                assert len(_Provider.asked) == asked
                ai(tmp_path, "on", "--feature", "default", "--by", "Ann")
                assert assistant.ask() == ANSWER
        assert assistant.ask() == NOBODY, "the provider is gone"
        with models(port):
            assert assistant.ask() == ANSWER, "and is back"
            until(lambda: not _dollars(tmp_path)["set_aside"])
            before = _spent(tmp_path)
            assistant.kill()
            assistant = Assistant(tmp_path)
            try:
                assert assistant.ask() == ANSWER
            finally:
                assistant.kill()
            assert _spent(tmp_path) >= before > 0, "what was spent is known after a kill"


def _dollars(folder: Path) -> dict[str, float]:
    return dict(json.loads(ai(folder, "status", "--json"))["dollars"]["prototype:assistant"])


def _spent(folder: Path) -> int:
    return round(_dollars(folder)["spent"] * NANO)
