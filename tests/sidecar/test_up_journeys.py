"""Journeys through `shipworthy up` in a real browser: sign in, be refused, be let in, sign out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from identity_provider import provider
from running_proxy import free_ports
from running_up import Up, up

from shipworthy.sidecar.policy import Ports
from waiting import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("browser"),
]
PAGE = (
    "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1>"
    '<a href="/account/">account</a> <a href="/admin/">admin</a> <a href="/sign-out">out</a></body></html>'
)
POLICY = """\
ports: {{http: {http}, https: {https}}}
login:
  issuer: {issuer}
  client_id: shop
  client_secret: env:CLIENT_SECRET
routes:
  - {{path: /account, need: user}}
  - {{path: /admin, need: "role:admin"}}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    root = tmp_path_factory.mktemp("journey") / "shop"
    for folder, title in (("", "Shop"), ("account", "Account"), ("admin", "Admin")):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "index.html").write_text(PAGE.format(title))
    http, https = free_ports(2)
    ports = Ports(http=http, https=https)
    (root / ".shipworthy").mkdir()
    with provider() as issuer:
        text = POLICY.format(http=ports.http, https=ports.https, issuer=issuer)
        (root / ".shipworthy" / "policy.yaml").write_text(text)
        secrets = root.parent / "secrets.env"
        secrets.write_text("CLIENT_SECRET=between-us\n")
        with up(root, "--env", str(secrets)) as running:
            running.wait_for("ready")
            yield running


@pytest.fixture
def page(browser: Browser, shop: Up) -> Iterator[Page]:
    context = patient(browser)
    page = context.new_page()
    page.goto(shop.url)
    yield page
    context.close()


def patient(browser: Browser) -> BrowserContext:
    """One that trusts our certificate, and waits as long as a busy machine needs."""
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(SECONDS * 1000)
    return context


def sign_in(page: Page, who: str) -> None:
    page.locator("input[name=sub]").fill(who)
    page.get_by_role("button", name="Authorize").click()


def test_visitors_see_the_shop_and_are_asked_to_sign_in_for_their_account(page: Page) -> None:
    assert page.title() == "Shop"
    page.get_by_role("link", name="account").click()
    assert page.url.startswith("http://localhost:")
    assert "/oauth2/authorize" in page.url
    sign_in(page, "bob")
    page.wait_for_url("**/account/")
    assert page.title() == "Account"


def test_a_role_that_somebody_lacks_is_refused_and_one_that_they_have_lets_in(
    page: Page, browser: Browser, shop: Up
) -> None:
    page.get_by_role("link", name="account").click()
    sign_in(page, "bob")
    page.wait_for_url("**/account/")
    refused = page.goto(shop.url + "/admin/")
    assert refused is not None
    assert refused.status == 403
    other = patient(browser).new_page()
    other.goto(shop.url + "/admin/")
    sign_in(other, "alice")
    other.wait_for_url("**/admin/")
    assert other.title() == "Admin"
    other.context.close()


def test_signing_out_ends_the_session(page: Page, shop: Up) -> None:
    page.get_by_role("link", name="account").click()
    sign_in(page, "bob")
    page.wait_for_url("**/account/")
    page.goto(shop.url + "/sign-out")
    page.goto(shop.url + "/account/")
    assert "/oauth2/authorize" in page.url


def test_the_panel_names_who_is_signed_in(page: Page, shop: Up) -> None:
    page.get_by_role("link", name="account").click()
    sign_in(page, "bob")
    page.wait_for_url("**/account/")
    for _ in range(50):
        found = shop.sidecar("status", str(shop.root), "--json")
        if "bob" in found.stdout:
            break
    assert "bob" in found.stdout
