"""Whether a bundled example works as before once harden is through: the same clicks, in Chromium.

python benchmarks/clicks.py marketplace|assistant [CHROMIUM]

Hardens a copy with its build, starts the app as it was and as it is on the branch, and walks through
both, twice through the first. Prints what each look shows otherwise; the code is 1 where something
does. What differs between the two first walks differs by chance, and is said apart. Takes minutes: two
builds. A stand-in on this machine answers for the platform and for the assistant's own API; nothing
else is reached. The third example, the CRM, is walked through by tests/test_harden_journey.py.
"""

from __future__ import annotations

import base64
import difflib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.harden.repository import BRANCH
from shipworthy.pipeline import run_harden
from shipworthy.prototype import read_prototype
from shipworthy.prototype.inventory.placeholders import placeholders
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXAMPLES = Path(__file__).parent.parent / "examples"
USER = {"id": "11111111-1111-4111-8111-111111111111", "email": "ana@attic.example", "aud": "x"}
ROW = {
    "id": "22222222-2222-4222-8222-222222222222",
    "seller_id": USER["id"],
    "buyer_id": USER["id"],
    "sender_id": USER["id"],
    "recipient_id": USER["id"],
    "title": "Oak chair",
    "name": "Chairs",
    "slug": "oak-chair",
    "description": "<p>Sound, with a patina.</p>",
    "body": "Lovely chair",
    "rating": 5,
    "price": 120,
    "total": 120,
    "platform_fee": 12,
    "amount": 100,
    "payout_balance": 100,
    "stock": 2,
    "quantity": 1,
    "unit_price": 120,
    "condition": "good",
    "images": ["/placeholder.svg"],
    "status": "paid",
    "role": "seller",
    "featured": True,
    "view_count": 3,
    "position": 1,
    "full_name": "Ana Example",
    "email": "ana@attic.example",
    "profiles": {"id": USER["id"], "full_name": "Ana Example", "avatar_url": None},
    "order_items": [],
    "created_at": "2024-01-15T12:00:00Z",
}
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund")
PAGES = (
    "/",
    "/listings",
    "/about",
    "/privacy",
    "/dashboard",
    "/dashboard/listings",
    "/dashboard/orders",
    "/dashboard/messages",
    "/dashboard/payouts",
    "/dashboard/settings",
)


@dataclass(frozen=True)
class App:
    """How an example is made ready, started on a port, and walked through."""

    prepare: Callable[[Path, str], Mapping[str, str]]  # gives the settings that it runs with
    command: Callable[[Path, int], list[str]]
    folder: str
    ready: str  # a path that answers once it runs
    walk: Callable[[Page, str], Iterator[str]]


def main() -> int:
    """Harden, walk, and compare."""
    name = sys.argv[1] if len(sys.argv) > 1 else "marketplace"
    app = APPS[name]
    chromium = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, platform() as address:
        root = Path(folder) / name
        skipped = shutil.ignore_patterns("node_modules", ".next", "__pycache__")
        shutil.copytree(EXAMPLES / name, root, ignore=skipped)
        start_of_history(root)
        done = run_harden(root, Settings())
        say(f"{len(done.commits)} commits; thorough: {done.is_thorough}")
        for check in done.checks:
            say(f"{check.name}: {check.after} afterwards")
        before, again = seen(app, root, address, chromium, walks=2)
        run(root, {}, "git", "switch", "-q", BRANCH)
        (after,) = seen(app, root, address, chromium, walks=1)
    by_chance = [look for look in before if before[look] != again.get(look)]
    changed = [look for look in before if after.get(look) not in (before[look], again.get(look))]
    for look in changed:
        lines = difflib.unified_diff(
            before[look].split("\n"), after.get(look, "").split("\n"), look, "after"
        )
        print("\n".join(lines))
    complaints = sum("pageerror: " in text for text in after.values())
    print(f"{len(before)} looks, {len(changed)} of them differ; {complaints} with a complaint")
    if by_chance:
        print(f"as it was, these differ from walk to walk: {', '.join(by_chance)}")
    return 1 if changed else 0


def start_of_history(root: Path) -> None:
    """One commit of all files."""
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("add", "-A", "-f"),
        ("commit", "-q", "-m", "s"),
    ):
        run(root, {}, "git", *who, *arguments)


def seen(
    app: App, root: Path, address: str, chromium: str | None, walks: int
) -> list[dict[str, str]]:
    """Make the app ready as it is checked out and start it; what each look shows, for each walk."""
    say("building")
    settings = app.prepare(root, address)
    with started(app, root, settings) as site:
        say("walking through")
        return [walked(app, site, chromium) for _ in range(walks)]


@contextmanager
def started(app: App, root: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The app on a port of its own, ended with all that it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        app.command(root, port),
        cwd=root / app.folder,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with suppress(OSError):
                urllib.request.urlopen(f"{site}{app.ready}", timeout=30).close()  # noqa: S310
                break
            time.sleep(1)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def walked(app: App, site: str, chromium: str | None) -> dict[str, str]:
    """What each look of a walk shows, and what the page complained of since the look before."""
    from playwright.sync_api import sync_playwright

    looks: dict[str, str] = {}
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(f"pageerror: {error}"))
        for name in app.walk(page, site):
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1000)
            looks[name] = "\n".join([page.inner_text("body"), *sorted(complaints)])
            complaints.clear()
        browser.close()
    return looks


def prepare_marketplace(root: Path, address: str) -> Mapping[str, str]:
    """Install and build; the branch asks for other packages than the app did."""
    settings = placeholders(read_prototype(root, Settings())) | {
        "NEXT_PUBLIC_SUPABASE_URL": address,
        "LINK_SIGNING_SECRET": "placeholder-placeholder",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    run(root, {}, "npm", "install", *QUIETLY)
    run(root, settings, "npm", "run", "build")
    return settings


def marketplace(page: Page, site: str) -> Iterator[str]:
    """Buy something, sign in, open every page of the seller, write to the shop."""
    page.goto(site)
    yield "home"
    page.click("a:has-text('Oak chair')")
    page.wait_for_url("**/listings/oak-chair")
    yield "listing"
    page.click("button:has-text('Add to cart')")
    page.goto(f"{site}/cart")
    yield "cart"
    page.goto(f"{site}/auth/login")
    page.fill("#email", "ana@attic.example")
    page.fill("#password", "secret-secret")
    page.click("button:has-text('Sign in')")
    page.wait_for_url("**/dashboard")
    for path in PAGES:
        page.goto(f"{site}{path}")
        yield path
    page.goto(f"{site}/contact")
    page.fill("input[placeholder='Your e-mail'] >> nth=0", "ana@attic.example")
    page.fill("textarea", "When do you deliver?")
    page.click("button:has-text('Send')")
    yield "contact, sent"


def prepare_assistant(root: Path, address: str) -> Mapping[str, str]:
    """The packages of the frontend in an environment beside the copy."""
    environment = root.parent / "environment"
    run(root, {}, sys.executable, "-m", "venv", str(environment))
    requirements = str(root / "frontend" / "requirements.txt")
    python = str(environment / "bin" / "python")
    run(
        root, {}, python, "-m", "pip", "install", "-q", "--only-binary", ":all:", "-r", requirements
    )
    return {"API_URL": address, "DATABASE_URL": "", "HOME": str(root.parent)}


def assistant(page: Page, site: str) -> Iterator[str]:
    """Log in, ask, and open the pages that need no database but the API."""
    page.goto(site)
    page.get_by_label("E-mail").fill("ana@corp.example")
    page.get_by_label("Password").first.fill("secret-secret")
    yield "start"
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Logged in as").wait_for()
    yield "logged in"
    opened(page, "Chat")
    page.get_by_placeholder("Ask about a policy").fill("How many days of leave do I have?")
    page.get_by_placeholder("Ask about a policy").press("Enter")
    page.get_by_text("Thirty days").wait_for()
    yield "answer"
    opened(page, "Documents")
    page.get_by_text("Travel policy").wait_for()
    yield "documents"
    opened(page, "My Leave")
    page.get_by_text("12 days").wait_for()
    yield "leave"
    opened(page, "Help")
    page.get_by_text("Policypal is up").wait_for()
    yield "help"


def opened(page: Page, name: str) -> None:
    """Follow the link of a page in the list at the side, which keeps the session."""
    page.locator("[data-testid=stSidebarNav] a", has_text=name).click()


APPS = {
    "marketplace": App(
        prepare_marketplace,
        lambda _, port: ["npx", "next", "start", "-H", "127.0.0.1", "-p", str(port)],
        "",
        "/about",
        marketplace,
    ),
    "assistant": App(
        prepare_assistant,
        lambda root, port: [
            *(str(root.parent / "environment" / "bin" / "streamlit"), "run", "app.py"),
            *("--server.headless", "true", "--server.address", "127.0.0.1"),
            *("--server.port", str(port), "--browser.gatherUsageStats", "false"),
        ],
        "frontend",
        "/_stcore/health",
        assistant,
    ),
}
# What the assistant's own API answers, by the start of the path.
ANSWERS = {
    "/api/auth/login": {"access_token": "e30.e30.e30", "token_type": "bearer"},
    "/api/chat": {"answer": "Thirty days.", "sources": ["Leave policy"], "session_id": "1"},
    "/api/documents": [{"title": "Travel policy", "source": "travel.pdf"}],
    "/api/employees": {"vacation": 12, "sick": 3},
    "/api/leave": {"vacation": 12, "sick": 3},
    "/api/health": {"status": "ok"},
}


class _Platform(BaseHTTPRequestHandler):
    """The platform as far as this app needs it: one user, one row in each table."""

    def do_GET(self) -> None:
        one = "vnd.pgrst.object" in self.headers.get("accept", "")
        own = [answer for path, answer in ANSWERS.items() if self.path.startswith(path)]
        rows: Any = own[0] if own else ROW if one else [ROW]
        self._answer(USER if "/auth/v1/user" in self.path else rows)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        own = [answer for path, answer in ANSWERS.items() if self.path.startswith(path)]
        rows: Any = own[0] if own else [ROW]
        self._answer(session() if "/auth/v1/token" in self.path else rows)

    do_PATCH = do_POST  # noqa: N815
    do_DELETE = do_POST  # noqa: N815

    def do_OPTIONS(self) -> None:
        self._answer({})

    def _answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        for name, value in (
            ("content-type", "application/json"),
            ("content-length", str(len(content))),
            ("content-range", "0-0/1"),
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "*"),
            (
                "access-control-allow-headers",
                self.headers.get("access-control-request-headers", "*"),
            ),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


def session() -> dict[str, Any]:
    """A session whose token says until when it holds, as the client library reads it."""
    claims = {"sub": USER["id"], "exp": int(time.time()) + 3600, "role": "authenticated"}
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return {
        "access_token": ".".join((*coded, "c2lnbmF0dXJl")),
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "r",
        "user": USER,
    }


@contextmanager
def platform() -> Iterator[str]:
    """The stand-in on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(root: Path, settings: Mapping[str, str], *argv: str) -> None:
    """Run a program in the copy. Raises SystemExit with the end of what it printed where it fails."""
    done = subprocess.run(
        argv, cwd=root, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)}: {(done.stdout + done.stderr)[-2000:]}")


def say(text: str) -> None:
    """Progress, beside the result."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
