"""The bundled web apps are working apps, not heaps of files: they install, build, and come up surrounded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
NOT_OURS = shutil.ignore_patterns("node_modules", "dist", ".next")


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed")
@pytest.mark.parametrize(("name", "title"), [("crm", "Leadloom"), ("marketplace", "Atticly")])
def test_the_bundled_web_app_comes_up(name: str, title: str, tmp_path: Path) -> None:
    root = tmp_path / name
    shutil.copytree(EXAMPLES / name, root, ignore=NOT_OURS)
    with TemporaryDirectory(prefix="sw-") as short:  # sockets need short paths
        (Path(short) / "run").mkdir(mode=0o700)
        own = {"XDG_RUNTIME_DIR": f"{short}/run", "XDG_DATA_HOME": f"{short}/data"}
        done = subprocess.run(
            [sys.executable, "-m", "shipworthy", "up", str(root), "--once", "--json"],
            env=os.environ | own,
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (ready,) = (event for event in events if event["event"] == "ready")
    assert title in ready["text"]
    assert "development" not in ready["runs"]
    assert any("a stand-in takes the place of Supabase" in event["text"] for event in events)
