"""A web socket as a browser opens it: beside a page that came over HTTP/2."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from running_proxy import surrounded
from streaming_program import streaming_program

from shipworthy.sidecar.policy import Policy
from waiting import SECONDS

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("browser"),
]
SAID = """async () => await new Promise((told, failed) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/socket")
  socket.onopen = () => socket.send("hello")
  socket.onmessage = message => { socket.close(); told(message.data) }
  socket.onerror = () => failed(new Error("the web socket was refused"))
})"""
HTTP = "() => performance.getEntriesByType('navigation')[0].nextHopProtocol"


def test_a_page_that_came_over_http2_opens_web_sockets(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with (
        streaming_program() as port,
        surrounded(tmp_path, port, Policy()) as front,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{front.url}/large")
        assert page.evaluate(HTTP) == "h2"
        assert [page.evaluate(SAID) for _ in range(3)] == ["HELLO"] * 3
        browser.close()
