"""A login as a browser sees it: out to the provider, back to the page, signed in, signed out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from identity_provider import provider
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Login, Need, Policy, Resilience, Route, Who
from shipworthy.sidecar.proxy.identity import discover
from waiting import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("browser"),
]
PAGE = b"""<!doctype html><title>Own page</title><h1>Own page</h1>
<script>document.title = document.cookie ? "cookies seen" : "no cookies seen"</script>"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    def html(_: Seen) -> tuple[int, dict[str, str], bytes]:
        return 200, {"content-type": "text/html"}, PAGE

    place = tmp_path_factory.mktemp("browser")
    with provider() as issuer, program(html) as (app, asked):
        policy = Policy(
            login=Login(issuer, "app", "env:CLIENT_SECRET"),
            resilience=Resilience(health=""),
            routes=[Route(path="/me", need=Need(Who.USER))],
        )
        values = {"CLIENT_SECRET": "a secret"}
        with surrounded(place, app, policy, secrets=values, provider=discover(issuer)) as front:
            yield front, asked


@pytest.fixture
def page(running: tuple[Front, list[Seen]]) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    running[1].clear()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(SECONDS * 1000)
        yield context.new_page()
        browser.close()


def test_a_person_signs_in_and_out_in_a_browser(
    running: tuple[Front, list[Seen]], page: Page
) -> None:
    front, asked = running
    page.goto(f"{front.url}/me?tab=2")
    assert page.locator("h1").inner_text() == "Authorize Client"
    page.get_by_role("button", name="alice").click()
    page.wait_for_url(f"{front.url}/me?tab=2")
    assert page.locator("h1").inner_text() == "Own page"
    assert page.title() == "no cookies seen"
    assert [s.of("x-user") for s in asked if s.path == "/me?tab=2"] == [["alice"]]

    status = "() => fetch('/me').then(answer => answer.status)"
    assert page.evaluate(status) == 200
    page.goto(f"{front.url}/sign-out")
    page.goto(front.url)
    assert page.evaluate(status) == 401
    page.goto(f"{front.url}/me")
    assert page.locator("h1").inner_text() == "Authorize Client"
