"""Whether the bundled marketplace works as before once harden is through: the same clicks, in Chromium.

python benchmarks/clicks.py [CHROMIUM]

Hardens a copy with its build, starts the app as it was and as it is on the branch, and walks through
both. Prints what each page shows otherwise; the code is 1 where something does. Takes minutes: two
builds. A stand-in on this machine answers for the platform; nothing else is reached.
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from shipworthy.harden.project import placeholders
from shipworthy.harden.repository import BRANCH
from shipworthy.pipeline import run_harden
from shipworthy.prototype import read_prototype
from shipworthy.settings import Settings

EXAMPLE = Path(__file__).parent.parent / "examples" / "marketplace"
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


def main() -> int:
    """Harden, walk twice, and compare."""
    chromium = sys.argv[1] if len(sys.argv) > 1 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, platform() as address:
        root = Path(folder) / "marketplace"
        shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("node_modules", ".next"))
        start_of_history(root)
        done = run_harden(root, Settings())
        say(f"{len(done.commits)} commits; thorough: {done.is_thorough}")
        for check in done.checks:
            say(f"{check.name}: {check.after} afterwards")
        run(root, {}, "npm", "ci", *QUIETLY)
        before = seen(root, address, chromium)
        run(root, {}, "git", "switch", "-q", BRANCH)
        run(root, {}, "npm", "install", *QUIETLY)  # the branch asks for other packages
        after = seen(root, address, chromium)
    changed = [page for page in before if before[page] != after.get(page)]
    for page in changed:
        lines = difflib.unified_diff(
            before[page].split("\n"), after[page].split("\n"), page, "after"
        )
        print("\n".join(lines))
    print(f"{len(before)} looks, {len(changed)} of them differ")
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


def seen(root: Path, address: str, chromium: str | None) -> dict[str, str]:
    """Build and start the app as it is checked out; what each look shows."""
    prototype = read_prototype(root, Settings())
    settings = placeholders(prototype) | {
        "NEXT_PUBLIC_SUPABASE_URL": address,
        "LINK_SIGNING_SECRET": "placeholder-placeholder",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    say("building")
    run(root, settings, "npm", "run", "build")
    with started(root, settings) as site:
        say("walking through")
        return walked(site, chromium)


@contextmanager
def started(root: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The built app on a port of its own, ended with all that it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["npx", "next", "start", "-H", "127.0.0.1", "-p", str(port)],
        cwd=root,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with suppress(OSError):
                urllib.request.urlopen(f"{site}/about", timeout=30).close()  # noqa: S310
                break
            time.sleep(1)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def walked(site: str, chromium: str | None) -> dict[str, str]:
    """Buy something, sign in, open every page of the seller, write to the shop."""
    from playwright.sync_api import sync_playwright

    looks: dict[str, str] = {}
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def look(name: str) -> None:
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1000)
            looks[name] = page.inner_text("body") + "".join(sorted(complaints))

        page.goto(site)
        look("home")
        page.click("a:has-text('Oak chair')")
        page.wait_for_url("**/listings/oak-chair")
        look("listing")
        page.click("button:has-text('Add to cart')")
        page.goto(f"{site}/cart")
        look("cart")
        page.goto(f"{site}/auth/login")
        page.fill("#email", "ana@attic.example")
        page.fill("#password", "secret-secret")
        page.click("button:has-text('Sign in')")
        page.wait_for_url("**/dashboard")
        for path in PAGES:
            page.goto(f"{site}{path}")
            look(path)
        page.goto(f"{site}/contact")
        page.fill("input[placeholder='Your e-mail'] >> nth=0", "ana@attic.example")
        page.fill("textarea", "When do you deliver?")
        page.click("button:has-text('Send')")
        look("contact, sent")
        browser.close()
    return looks


class _Platform(BaseHTTPRequestHandler):
    """The platform as far as this app needs it: one user, one row in each table."""

    def do_GET(self) -> None:
        one = "vnd.pgrst.object" in self.headers.get("accept", "")
        rows: Any = ROW if one else [ROW]
        self._answer(USER if "/auth/v1/user" in self.path else rows)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._answer(session() if "/auth/v1/token" in self.path else [ROW])

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
