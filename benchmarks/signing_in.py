"""Whether people sign in to a bundled example behind `shipworthy up`: a real provider, in Chromium.

python benchmarks/signing_in.py [marketplace|crm|assistant] [CHROMIUM]

Starts an OpenID provider (oidc-provider-mock) and `shipworthy up` with a policy under which the whole
example needs a user, and walks: out to the provider, back, signed in; a script and a stranger are refused;
signed out, asked again. Prints each step; the code is 1 where one fails. Takes a minute or two: the example
is installed and built. Nothing but this machine and the package registries is reached.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.policy import Ports
from shipworthy.sidecar.ports import free_ports

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXAMPLES = Path(__file__).parent.parent / "examples"

POLICY = """\
ports: {{http: {http}, https: {https}}}
login: {{issuer: "http://localhost:{provider}", client_id: demo, client_secret: "env:LOGIN_SECRET"}}
default: user
"""


def main() -> None:
    """Walk, and say what was seen."""
    example = sys.argv[1] if len(sys.argv) > 1 else "marketplace"
    chromium = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sws-")))
        port = stack.enter_context(provider())
        began = time.monotonic()
        url = stack.enter_context(up(EXAMPLES / example, folder, port))
        print(f"up behind {url} after {time.monotonic() - began:.0f} s")
        browser = stack.enter_context(running(chromium))
        failed = [name for name, holds in steps(browser, url, example) if not said(name, holds)]
    sys.exit(1 if failed else 0)


def said(name: str, holds: bool) -> bool:
    """Print a step."""
    print(f"{'yes' if holds else 'NO '}  {name}", flush=True)
    return holds


def steps(browser: Browser, url: str, example: str) -> Iterator[tuple[str, bool]]:
    """Each step of the walk and whether it went as it should."""
    page = browser.new_context(ignore_https_errors=True).new_page()
    page.goto(url)
    yield "a stranger is sent to the provider", "/oauth2/authorize" in page.url
    page.locator("input[name=sub]").fill("alice")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{url}/**", timeout=60_000)
    yield f"and comes back signed in: {page.title()!r}", page.url.startswith(url)
    yield "the page shows something", bool(page.locator("body").inner_text().strip())
    status = "() => fetch('/', {headers: {accept: 'application/json'}}).then(a => a.status)"
    yield "scripts of the page are served", page.evaluate(status) < 400
    other = browser.new_context(ignore_https_errors=True)
    refused = other.request.get(url, headers={"accept": "application/json"})
    yield f"a program without a session is told {refused.status}", refused.status == 401
    yield "the panel names who is signed in", seen(example, "alice")
    page.goto(f"{url}/sign-out")
    again: Page = page
    again.goto(url)
    yield "signed out, the provider is asked again", "/oauth2/authorize" in again.url


def seen(example: str, who: str) -> bool:
    """Whether the status tells of somebody within some seconds."""
    argv = [sys.executable, "-m", "shipworthy", "sidecar", "status", str(EXAMPLES / example)]
    for _ in range(20):
        if who in subprocess.run(argv, capture_output=True, text=True, check=False).stdout:
            return True
        time.sleep(0.5)
    return False


@contextmanager
def provider() -> Iterator[int]:
    """An OpenID provider that signs everybody in, as whom they please; its port."""
    port = free_ports(Ports(http=9400, https=9500)).http
    command = Path(sys.executable).with_name("oidc-provider-mock")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    argv = [str(command), "--port", str(port)]
    with subprocess.Popen(
        argv, env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}, **quiet
    ) as it:
        try:
            address = f"http://localhost:{port}/.well-known/openid-configuration"
            within(30.0, lambda: urllib.request.urlopen(address, timeout=5).status == 200)
            yield port
        finally:
            it.terminate()


@contextmanager
def up(example: Path, folder: Path, port: int) -> Iterator[str]:
    """The example behind its proxy; its address."""
    ports = free_ports(Ports(http=20_080, https=20_443))
    policy, secrets = folder / "login.yaml", folder / "login.env"
    policy.write_text(POLICY.format(http=ports.http, https=ports.https, provider=port))
    secrets.write_text("LOGIN_SECRET=between-us\n")
    told = ["--policy", str(policy), "--env", str(secrets), "--json"]
    argv = [sys.executable, "-m", "shipworthy", "up", str(example), *told]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout or ():
                event = json.loads(line)
                print(f"  {event['event']}: {str(event['text'])[:110]}", flush=True)
                if event["event"] == "ready":
                    yield str(event["url"])
                    return
            raise RuntimeError("it did not come up")
        finally:
            process.terminate()


@contextmanager
def running(chromium: str | None) -> Iterator[Browser]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


def within(seconds: float, holds: Callable[[], bool]) -> None:
    """Wait for it. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the provider did not start")


if __name__ == "__main__":
    main()
