"""The prototype is killed while people use it: they get the maintenance page, then the prototype again."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running_up import Up, up

from waiting import SECONDS, until

SERVER = """
const { createServer } = require("http");
const { existsSync } = require("fs");
let slow = 0;
const server = createServer((asked, answer) => {
  if (asked.url === "/slow") slow += 1;
  const said = asked.url === "/begun" ? `${slow} slow` : `pid ${process.pid}`;
  setTimeout(() => answer.end(said), asked.url === "/slow" ? 2500 : 0);
});
const start = () => existsSync("HELD")
  ? setTimeout(start, 20) : server.listen(process.env.PORT, "127.0.0.1");
start();
"""

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Up]:
    root = tmp_path / "server"
    root.mkdir()
    (root / "server.js").write_text(SERVER.replace("HELD", str(held(tmp_path))))
    (root / "package.json").write_text('{"name": "server", "scripts": {"start": "node server.js"}}')
    with up(root) as running:
        running.wait_for("ready")
        yield running


def held(folder: Path) -> Path:
    """While this file is there, no server starts to listen."""
    return folder / "held"


def test_a_killed_prototype_comes_back_and_callers_meet_the_maintenance_page_meanwhile(
    server: Up, tmp_path: Path
) -> None:
    answers: Counter[str] = Counter()
    downs: list[float] = []
    strange: list[httpx.Response] = []
    stop = threading.Event()

    def load() -> None:
        with httpx.Client(verify=server.trusting(), timeout=SECONDS, trust_env=False) as client:
            while not stop.is_set():
                try:
                    answer = client.get(server.url, headers={"accept": "text/html"})
                except httpx.HTTPError as error:
                    answers[type(error).__name__] += 1
                    continue
                answers[str(answer.status_code)] += 1
                if answer.status_code != 200:
                    downs.append(time.monotonic())
                    calm = "does not answer at the moment" in answer.text
                    if not calm or "retry-after" not in answer.headers:
                        strange.append(answer)
                time.sleep(0.005)

    with httpx.Client(verify=server.trusting(), timeout=SECONDS, trust_env=False) as client:
        before = int(client.get(server.url).text.removeprefix("pid "))
    loading = [threading.Thread(target=load) for _ in range(4)]
    for thread in loading:
        thread.start()
    try:
        until(lambda: answers["200"] >= 20)
        held(tmp_path).touch()
        os.kill(before, signal.SIGKILL)
        until(lambda: answers["503"])
        held(tmp_path).unlink()
        after = came_back(server, before)
    finally:
        stop.set()
        for thread in loading:
            thread.join()
    took = max(downs) - min(downs) if downs else 0.0
    print(f"answers {dict(answers)}; not served for {took:.2f} s")
    assert after != before
    assert set(answers) == {"200", "503"}
    assert not strange
    assert server.wait_for("state")["text"]


def came_back(server: Up, before: int) -> int:
    """The process that answers after the one that was killed."""
    with httpx.Client(verify=server.trusting(), timeout=SECONDS, trust_env=False) as client:

        def another() -> int:
            answer = client.get(server.url)
            there = answer.status_code == 200 and answer.text != f"pid {before}"
            return int(answer.text.removeprefix("pid ")) if there else 0

        return until(another)


def test_the_end_waits_for_requests_that_are_under_way(server: Up) -> None:
    got: list[httpx.Response] = []

    def ask() -> None:
        with httpx.Client(verify=server.trusting(), timeout=SECONDS, trust_env=False) as client:
            got.append(client.get(f"{server.url}/slow"))

    asking = threading.Thread(target=ask)
    with httpx.Client(verify=server.trusting(), timeout=SECONDS, trust_env=False) as client:
        asking.start()
        until(lambda: client.get(f"{server.url}/begun").text == "1 slow")
    assert server.stop() == 0
    asking.join()
    assert got[0].text.startswith("pid ")
