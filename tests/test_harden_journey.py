"""A bundled app before and after harden: it builds, and the same clicks in a browser show the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hardened import commit, git
from shipworthy.harden.repository import BRANCH
from shipworthy.pipeline import run_harden
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
EXAMPLES = Path(__file__).parent.parent / "examples"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed"),
    pytest.mark.xdist_group("browser"),
]
USER = {"id": "11111111-1111-4111-8111-111111111111", "email": "ana@crm.example", "aud": "x"}
SESSION = {
    "access_token": "e30.e30.e30",
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "r",
    "user": USER,
}
ROW = {
    "id": "22222222-2222-4222-8222-222222222222",
    "name": "Example Ltd",
    "full_name": "Ana Example",
    "first_name": "Ana",
    "last_name": "Example",
    "email": "ana@crm.example",
    "title": "A title",
    "subject": "A subject",
    "status": "new",
    "stage": "lead",
    "role": "admin",
    "value": 100,
    "amount": 100,
    "subtotal": 100,
    "total": 100,
    "owner_id": USER["id"],
    "user_id": USER["id"],
    "company_id": None,
    "organization_id": "33333333-3333-4333-8333-333333333333",
    "organizations": {
        "id": "33333333-3333-4333-8333-333333333333",
        "name": "Example Ltd",
        "slug": "example",
        "plan": "free",
    },
    "created_at": "2026-01-15T12:00:00Z",
    "updated_at": "2026-01-15T12:00:00Z",
}
PAGES = (
    *("Dashboard", "Leads", "Contacts", "Companies", "Deals", "Activities"),
    *("E-mail templates", "Invoices"),
)


def test_the_crm_works_as_before(tmp_path: Path) -> None:
    root = tmp_path / "crm"
    skipped = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(EXAMPLES / "crm", root, ignore=skipped)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A", "-f")
    commit(root, "start")
    done = run_harden(root, Settings())
    assert sum(len(one.closed) for one in done.commits) >= 60
    build = next(check for check in done.checks if check.name.startswith("build"))
    assert build.after == "passes", done.checks
    assert not [check for check in done.checks if check.worse]
    assert done.is_thorough, (done.failed, done.closable)
    npm(root, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    before = walked(built(root, tmp_path / "before"))
    settings = (root / ".env").read_bytes()
    git(root, "switch", "-q", BRANCH)
    (root / ".env").write_bytes(settings)  # it left version control: whoever builds sets it
    after = walked(built(root, tmp_path / "after"))
    assert set(before) == {"Login", *PAGES}
    assert after == before


def npm(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["npm", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def built(root: Path, into: Path) -> Path:
    npm(root, "run", "build")
    shutil.move(root / "dist", into)
    return into


def walked(site: Path) -> dict[str, str]:
    """Sign in, open each page by its link; the text that each shows, and what it complained of."""
    from playwright.sync_api import sync_playwright

    seen: dict[str, str] = {}
    complaints: list[str] = []
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.route("**/*.supabase.co/**", answered)
        page.goto(f"{address}/login")
        page.wait_for_selector("#signin-email", timeout=60_000)
        seen["Login"] = page.inner_text("body")
        page.fill("#signin-email", "ana@crm.example")
        page.fill("#signin-password", "secret-secret")
        page.click("button[type=submit]")
        page.wait_for_url("**/dashboard", timeout=60_000)
        for name in PAGES:
            page.click(f"a:has-text('{name}')")
            settled(page)
            seen[name] = page.inner_text("body") + "".join(sorted(complaints))
        browser.close()
    return seen


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def answered(route: Route) -> None:
    """The platform as far as this app needs it: one user, one row in each table."""
    request = route.request
    headers = {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "*",
        "access-control-allow-headers": "authorization, apikey, content-type, prefer, x-client-info,"
        " accept-profile, content-profile, x-supabase-api-version",
        "access-control-expose-headers": "content-range",
    }
    body: Any = {}
    if "/auth/v1/token" in request.url:
        body = SESSION
    elif "/auth/v1/user" in request.url:
        body = USER
    elif "/rest/v1/" in request.url and request.method == "GET":
        one = "vnd.pgrst.object" in request.headers.get("accept", "")
        body = ROW if one else [ROW]
        headers["content-range"] = "0-0/1"
    route.fulfill(
        status=200, headers=headers, content_type="application/json", body=json.dumps(body)
    )


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The built site on a port of its own; unknown addresses show the app, as hosts do."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_App, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _App(SimpleHTTPRequestHandler):
    def send_head(self) -> Any:
        if not os.path.isfile(self.translate_path(self.path)):
            self.path = "/index.html"
        return super().send_head()

    def log_message(self, format: str, *args: Any) -> None:
        del format, args
