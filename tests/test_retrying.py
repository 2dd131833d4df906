"""The module that sends reads again: it runs, stops in time, and leaves other failures alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from shipworthy.prototype.outbound.retrying import script_retry

NODE = shutil.which("node")
_MAIN = """
import { again } from "./again.mjs";
const said = {};
async function ask(name, answers) {
  let sent = 0;
  const send = async () => {
    const next = answers[sent++];
    if (next instanceof Error) throw next;
    return { status: next, body: null };
  };
  const got = await again(send).then((answer) => answer.status, (error) => error.name);
  said[name] = [got, sent];
}
const late = Object.assign(new Error("late"), { name: "TimeoutError" });
await Promise.all([
  ask("well", [200]),
  ask("busy", [503, 200]),
  ask("dropped", [new TypeError("fetch failed"), 429, 200]),
  ask("down", [503, 503, 503, 200]),
  ask("unknown", [404]),
  ask("late", [late, 200]),
]);
console.log(JSON.stringify(said));
"""


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_a_read_is_sent_again_only_while_that_helps(tmp_path: Path) -> None:
    (tmp_path / "again.mjs").write_text(script_retry(typed=False))
    (tmp_path / "main.mjs").write_text(_MAIN)
    ran = subprocess.run(
        [NODE or "", "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == {
        "well": [200, 1],
        "busy": [200, 2],
        "dropped": [200, 3],
        "down": [503, 3],
        "unknown": [404, 1],
        "late": ["TimeoutError", 1],
    }
