"""The HTML report as a browser shows it: it loads nothing, is usable without a mouse and without sight, and
leaves no trace of what a prototype tries. Takes the pictures of docs/images; `./dev bless` renews them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest

from fixtures_of import prototype_of, unpack
from made_assessments import assessed, hostile, written
from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.report.html import html_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("browser"),
]

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
EXAMPLES = sorted(p.name for p in (ROOT / "examples").iterdir() if p.is_dir())
LARGEST_IMAGE = 300_000  # bytes
TABS = 1_500  # more than there are stops on a page
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "t"),
        ("EMAIL", "t@localhost"),
        ("DATE", "2026-01-15T12:00:00+0000"),
    )
}


@dataclass
class Seen:
    """What a page did while it was open."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@cache
def report_of(example: str) -> Path:
    """The report of a bundled prototype with its database proven, as a file."""
    folder = Path(mkdtemp(prefix="report-"))
    clean = folder / "source" / example
    skipped = shutil.ignore_patterns("node_modules", "dist", ".next", "__pycache__")
    shutil.copytree(ROOT / "examples" / example, clean, ignore=skipped)
    root = unpack(clean, folder / example)
    commit = ("git", "commit", "-q", "--no-verify", "-m", "Prototype")
    subprocess.run(commit, cwd=root, env=os.environ | NOBODY, check=True)
    return saved(folder, html_report(assess(prototype_of(root), select())))


def saved(folder: Path, text: str) -> Path:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file


def opened(browser: Browser, file: Path, **options: Any) -> tuple[Page, Seen]:
    context = browser.new_context(
        offline=True, viewport={"width": 1280, "height": 1500}, reduced_motion="reduce", **options
    )
    page, seen = context.new_page(), Seen()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
    page.goto(file.as_uri())
    return page, seen


@pytest.mark.parametrize("example", EXAMPLES)
def test_it_opens_offline_and_asks_nobody_for_anything(browser: Browser, example: str) -> None:
    page, seen = opened(browser, report_of(example))
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    print(f"{example}: open after {took:.0f} ms, {report_of(example).stat().st_size:,} bytes")
    assert seen.requests == [report_of(example).as_uri()]
    assert seen.complaints == []
    assert page.title() == f"{example}: production-readiness report"


# The dark page has the same elements, so one report stands for all.
@pytest.mark.parametrize(
    ("example", "scheme"), [*((example, "light") for example in EXAMPLES), ("crm", "dark")]
)
def test_it_is_accessible(browser: Browser, example: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, _ = opened(browser, report_of(example), color_scheme=scheme)
    page.click("#open-all")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_pictures_for_the_docs_are_there(browser: Browser, example: str) -> None:
    for scheme, take in (("light", beginning), ("dark", diagrams)):
        image = IMAGES / f"report-{example}-{scheme}.png"
        if os.environ.get("SHIPWORTHY_BLESS"):
            IMAGES.mkdir(exist_ok=True)
            take(opened(browser, report_of(example), color_scheme=scheme)[0], image)
        assert image.is_file(), "./dev bless"
        assert image.stat().st_size < LARGEST_IMAGE


def beginning(page: Page, image: Path) -> None:
    page.screenshot(path=image)


def diagrams(page: Page, image: Path) -> None:
    page.locator("#diagrams .drawing").first.screenshot(path=image)


def test_the_reader_chooses_the_colours(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"), color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click("#theme")
    assert page.get_attribute("#theme", "aria-pressed") == "true"
    assert page.evaluate(paper) != light
    page.click("#theme")
    assert page.evaluate(paper) == light


def test_the_tab_key_reaches_the_filter_and_every_finding(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"))
    findings = page.locator("details.gap > summary").count()
    reached = {"filter": 0, "finding": 0}
    for _ in range(TABS):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "(a => a.id === 'words' ? 'filter' : a.parentElement?.matches('details.gap') ? 'finding'"
            " : a === document.body ? 'end' : '')(document.activeElement)"
        )
        if where == "end":
            break
        if where:
            reached[where] += 1
    assert reached == {"filter": 1, "finding": findings}


def test_a_finding_opens_with_the_enter_key(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"))
    page.locator("details.gap > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.gap").first.get_attribute("open") is not None


def test_a_link_to_a_finding_opens_it(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"))
    link = page.locator("#blockers .what a").first
    target = link.get_attribute("href") or ""
    link.click()
    assert page.locator(f"{target}[open]").count() == 1


def test_the_filter_shows_what_fits_and_says_how_many(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"))
    every = page.locator("#access tbody tr").count()
    page.fill("#words", "payment")
    left = page.locator("#access tbody tr:visible").count()
    assert 0 < left < every
    assert page.inner_text("#shown") == f"{left} of {every} shown"


def test_on_paper_everything_is_open_and_nothing_is_for_clicking(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"), color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("details.gap .prose").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(17, 17, 17)"


def test_it_fits_on_a_phone(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"))
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_script_all_of_it_can_be_read(browser: Browser) -> None:
    page, _ = opened(browser, report_of("crm"), java_script_enabled=False)
    assert not page.locator(".tools").is_visible()
    page.locator("details.gap > summary").first.click()
    assert page.locator("details.gap .prose").first.is_visible()


def test_nothing_of_a_hostile_prototype_runs(browser: Browser, tmp_path: Path) -> None:
    page, seen = opened(browser, saved(tmp_path, html_report(hostile(tmp_path))))
    page.click("#open-all")
    assert seen.complaints == []
    assert len(seen.requests) == 1


def test_a_prototype_of_which_little_is_known_is_shown_well(
    browser: Browser, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    quiet = written(tmp_path / "quiet", {"src/a.ts": "export const a = 1;\n"})
    page, seen = opened(browser, saved(tmp_path, html_report(assessed(quiet))))
    assert seen.complaints == []
    assert Axe().run(page).violations_count == 0
