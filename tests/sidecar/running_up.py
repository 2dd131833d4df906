"""`shipworthy up` as a process of its own, as a user runs it, with its events."""

from __future__ import annotations

import json
import os
import queue
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waiting import SECONDS


class Up:
    """A running `shipworthy up --json`."""

    def __init__(self, process: subprocess.Popen[str], home: Path, root: Path) -> None:
        self.process, self.home, self.root = process, home, root
        self.events: list[dict[str, Any]] = []
        self._new: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, kind: str, **details: Any) -> dict[str, Any]:
        """The next event of a kind with these details, also one that was told already."""
        latest = time.monotonic() + SECONDS
        for event in self.events:
            if _fits(event, kind, details):
                return event
        while (left := latest - time.monotonic()) > 0:
            try:
                event = self._new.get(timeout=left)
            except queue.Empty:
                break
            if event is None:
                break
            self.events.append(event)
            if _fits(event, kind, details):
                return event
        raise AssertionError(f"no {kind} {details} among {self.events}; it said: {self.errors()}")

    @property
    def url(self) -> str:
        return str(self.wait_for("ready")["url"])

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for file in (self.home / "data").rglob("*.pem"):
            if b"BEGIN CERTIFICATE" in file.read_bytes():
                context.load_verify_locations(file)
        return context

    def sidecar(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of shipworthy, in the same home."""
        return subprocess.run(
            [sys.executable, "-m", "shipworthy", "sidecar", *arguments],
            env=environment(self.home),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def errors(self) -> str:
        file = self.home / "errors"
        return file.read_text()[-3000:] if file.exists() else ""

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._new.put(json.loads(line))
        self._new.put(None)


@contextmanager
def up(root: Path, *arguments: str, **variables: str) -> Iterator[Up]:
    """Run it in a home of its own; whatever the test does, nothing stays."""
    with tempfile.TemporaryDirectory(prefix="sw-") as short:  # sockets need short paths
        home = Path(short)
        (home / "run").mkdir(mode=0o700)
        with (home / "errors").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "shipworthy", "up", str(root), "--json", *arguments],
                env=environment(home) | variables,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        running = Up(process, home, root)
        try:
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def environment(home: Path) -> dict[str, str]:
    own = {
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(Path(__file__).parent.parent.parent / "src"),
    }
    return dict(os.environ) | own


def _fits(event: dict[str, Any], kind: str, details: dict[str, Any]) -> bool:
    return event["event"] == kind and details.items() <= event.items()
