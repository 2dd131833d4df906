"""The loggers that `harden` adds to servers: they run, name the request, and keep secrets out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ast_grep_py import SgRoot

from shipworthy.prototype.logs.logger_texts import python_logger, script_logger

NODE = shutil.which("node")
_EXPRESS = """
import { logger, withRequestId } from "./log.mjs";
const headers = {};
const res = { setHeader: (name, value) => { headers[name] = value; } };
const loop = { name: "loop" };
loop.self = loop;
withRequestId({ get: () => "order-0815-abc" }, res, () => {
  setTimeout(() => {
    logger.error("not sent to ann@example.org", new Error("Bearer abc.def refused"),
      { password: "hunter2", loop });
  }, 1);
});
withRequestId({ get: () => "x\\n{}" }, res, () => logger.warn("other"));
console.log(JSON.stringify(headers));
"""
_ASGI = """
import asyncio, logging
from types import SimpleNamespace
from json_log import configure, with_request_id

class Message:
    method, url, status_code = "GET", SimpleNamespace(path="/orders"), 200
    def __init__(self, headers): self.headers = headers

async def answer(request):
    await asyncio.sleep(0)
    try:
        raise ValueError("token=abc123 of ann@example.org")
    except ValueError:
        logging.getLogger("shop").exception("not saved, Bearer abc.def")
    return Message({})

configure()
answered = asyncio.run(with_request_id(Message({"x-request-id": "order-0815-abc"}), answer))
assert answered.headers["x-request-id"] == "order-0815-abc"
logging.getLogger("shop").warning("outside")
"""


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_a_line_of_express_names_its_request_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "log.mjs").write_text(script_logger(typed=False))
    (tmp_path / "main.mjs").write_text(_EXPRESS)
    ran = subprocess.run(
        [NODE or "", "main.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    other, headers, line = map(json.loads, ran.stdout.splitlines())
    assert line["requestId"] == "order-0815-abc"
    assert line["level"] == "error"
    assert line["details"][1]["password"] == "[secret]"
    assert not [word for word in ("ann@", "abc.def", "hunter2") if word in ran.stdout]
    assert other["requestId"] == headers["x-request-id"] != "x\n{}"


def test_a_line_of_python_names_its_request_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "json_log.py").write_text(python_logger("fastapi"))
    (tmp_path / "main.py").write_text(_ASGI)
    ran = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    inside, outside = map(json.loads, ran.stderr.splitlines())
    assert inside["request_id"] == "order-0815-abc"
    assert "ValueError" in inside["error"]
    assert outside["request_id"] == ""
    assert not [word for word in ("ann@", "abc.def", "abc123") if word in ran.stderr]


def test_a_server_without_lines_gets_one_for_each_request(tmp_path: Path) -> None:
    (tmp_path / "json_log.py").write_text(python_logger("fastapi", tells_requests=True))
    (tmp_path / "main.py").write_text(_ASGI)
    ran = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    _, told, _ = map(json.loads, ran.stderr.splitlines())
    assert (told["message"], told["request_id"]) == ("GET /orders: 200", "order-0815-abc")
    compile(python_logger("flask", tells_requests=True), "json_log.py", "exec")


@pytest.mark.parametrize("typed", [True, False])
def test_the_logger_of_scripts_parses(typed: bool) -> None:
    text = script_logger(typed)
    root = SgRoot(text, "typescript" if typed else "javascript").root()
    assert root.find(kind="ERROR") is None
    assert ("NextFunction" in text) is typed
    assert "‹" not in text
