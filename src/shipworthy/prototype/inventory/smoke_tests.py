"""A Playwright test that opens every page of a web app, written from its routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.code.json_edits import with_members
from shipworthy.prototype.inventory.manifests import NodeManifest
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

PLAYWRIGHT = "1.65.1"
"""The release that is pinned: https://github.com/microsoft/playwright/releases."""
_PORT = 4173
_MOST_PAGES = 60
_RUNNERS = frozenset({"@playwright/test", "vitest", "jest", "cypress", "react-scripts"})
_PARAMETER = regex(r"[:*\[\]{}$]")
# Pages that begin or end a session by being opened, or that only another service calls.
_ACTS = regex(r"log-?out|sign-?out|callback|unsubscribe|/api/|confirm|verify", re.IGNORECASE)
# How each framework serves what it has built: the documentation of their command lines.
_SERVED = {
    "next": f"next start --hostname 127.0.0.1 --port {_PORT}",
    "vite": f"vite preview --host 127.0.0.1 --port {_PORT} --strictPort",
}
_RUN = {"npm": "npm run", "pnpm": "pnpm run", "yarn": "yarn run", "bun": "bun run"}
_ONCE = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}

_SPEC = """import { expect, test } from "@playwright/test";

// One line for each page whose address is known; add those with an id, such as /orders/17.
const pages = [
PAGES];

test.beforeEach(async ({ page }) => {
  // Every other service is down in a test: nothing here reaches real data or real customers.
  await page.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) =>
      route.fulfill({
        status: 503,
        headers: { "access-control-allow-origin": "*" },
        contentType: "application/json",
        body: "{}",
      }),
  );
});

for (const path of pages) {
  test(`${path} opens without an error`, async ({ page }) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => {
      // React recovers by itself where server and browser draw a page differently.
      if (!/#4(18|22|23|25)\\b|hydrat/i.test(error.message)) errors.push(error.message);
    });

    const response = await page.goto(path);

    expect(response?.status() ?? 0).toBeLessThan(500);
    await expect(page.locator("body")).not.toBeEmpty();
    expect(errors).toEqual([]);
  });
}
"""
_CONFIG = """import { defineConfig, devices } from "@playwright/test";

// Never the settings of the live app: what a test clicks must not reach real customers.
const settings = {
SETTINGS};

export default defineConfig({
  testDir: "e2e",
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0,
  use: { baseURL: "http://127.0.0.1:PORT", trace: "on-first-retry" },
  projects: [{ name: "chromium", use: { ...devices["Desktop Chrome"] } }],
  webServer: {
    command: "COMMAND",
    url: "http://127.0.0.1:PORT",
    env: settings,
    timeout: 240_000,
  },
});
"""


class SmokeTests(Struct, frozen=True):
    """The new and changed files by path, and how many pages they open."""

    texts: Mapping[str, str]
    pages: int


def smoke_tests(prototype: Prototype, manifest: NodeManifest, manager: str) -> SmokeTests | None:
    """A test of each page of the part, the configuration that builds and serves it, and the script.

    None where the part is no app that Next or Vite builds, where no page is known, where Playwright is
    set up already, or where another runner would take the new file for one of its own.
    """
    prefix = f"{manifest.folder}/" if manifest.folder else ""
    framework = _framework(manifest)
    files = prototype.files
    if framework is None or manager not in _RUN or not _RUNNERS.isdisjoint(manifest.dependencies):
        return None
    config = f"{prefix}playwright.config.ts"
    spec = f"{prefix}e2e/smoke.spec.ts"
    if config in files or f"{prefix}playwright.config.js" in files or spec in files:
        return None
    pages = static_pages(prototype, prefix)
    if not pages and framework == "vite" and f"{prefix}index.html" in files:
        pages = ["/"]
    package = files.get(manifest.path)
    text = _with_script(package.text or "") if package is not None else None
    if not pages or text is None:
        return None
    texts = {spec: _spec(pages), config: _config(prototype, prefix, framework, manager)}
    return SmokeTests({**texts, manifest.path: text}, len(pages))


def _framework(manifest: NodeManifest) -> str | None:
    """Next or Vite, where the build script runs it; what a platform's adapter builds is served by that."""
    adapted = any(name.startswith(_ADAPTERS) for name in manifest.dependencies)
    build = manifest.scripts.get("build", "")
    found = (n for n in _SERVED if n in manifest.dependencies and f"{n} build" in build)
    return None if adapted else next(found, None)


_ADAPTERS = (
    "@remix-run/",
    "@tanstack/react-start",
    "@tanstack/start",
    "@sveltejs/kit",
    "astro",
    "nuxt",
)


def static_pages(prototype: Prototype, prefix: str) -> list[str]:
    """The addresses of the pages below a folder that need no id and do nothing by being opened."""
    found = {
        route.path.rstrip("/") or "/"
        for route in prototype.routes
        if route.kind is RouteKind.PAGE and route.location.path.startswith(prefix)
    }
    kept = {
        p for p in found if p.startswith("/") and not _PARAMETER.search(p) and not _ACTS.search(p)
    }
    return sorted(kept)[:_MOST_PAGES]


def _spec(pages: list[str]) -> str:
    return _SPEC.replace("PAGES", "".join(f"  {json.dumps(page)},\n" for page in pages))


def _config(prototype: Prototype, prefix: str, framework: str, manager: str) -> str:
    run = _RUN[manager]
    command = f"{run} build && {_ONCE[manager]} {_SERVED[framework]}"
    lines = "".join(f"  {n}: {json.dumps(v)},\n" for n, v in _settings(prototype, prefix).items())
    text = _CONFIG.replace("PORT", str(_PORT)).replace("COMMAND", command)
    return text.replace("SETTINGS", lines) if lines else _without_settings(text)


def _without_settings(text: str) -> str:
    start = text.index("// Never")
    return text[:start] + text[text.index("export default") :].replace("    env: settings,\n", "")


def _settings(prototype: Prototype, prefix: str) -> dict[str, str]:
    """A harmless value for each variable that the code reads and that has no default."""
    names = {
        read.name
        for read in prototype.environment
        if read.location.path.startswith(prefix) and read.fallback is None and not read.tested
        if not _OF_THE_MACHINE.match(read.name) and "/functions/" not in f"/{read.location.path}"
    }
    return {name: _harmless(name) for name in sorted(names)}


_OF_THE_MACHINE = regex(
    r"NODE_ENV|CI|PORT|HOME|PATH|MODE|DEV|PROD|SSR|BASE_URL|ANALYZE|VERCEL\w*|NETLIFY\w*|REPL\w*|NEXT_RUNTIME"
    r"|DENO\w*|EDGE_\w*|npm_\w+$"
)


def _harmless(name: str) -> str:
    if "SUPABASE" in name and "URL" in name:
        return "http://127.0.0.1:54321"
    if "DATABASE" in name or "POSTGRES" in name:
        return "postgresql://nobody@127.0.0.1:5432/nothing"
    return (
        "http://127.0.0.1:9" if re.search(r"URL|URI|ORIGIN|ENDPOINT|HOST", name) else "placeholder"
    )


def _with_script(text: str) -> str | None:
    scripted = with_members(text, ("scripts",), {"test:e2e": '"playwright test"'})
    if scripted is None:
        return None
    with_tool = with_members(
        scripted, ("devDependencies",), {"@playwright/test": json.dumps(PLAYWRIGHT)}
    )
    if with_tool is not None:
        return with_tool
    return with_members(
        scripted, (), {"devDependencies": f'{{ "@playwright/test": "{PLAYWRIGHT}" }}'}
    )
