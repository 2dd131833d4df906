"""Who sends the pages of a prototype, and which settings are about them."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.inventory.security_headers import Pages, read_page_headers

NEXT = '{"dependencies": {"next": "15.5.3"}, "scripts": {"build": "next build"}}'


def test_a_comment_about_an_export_exports_nothing(tmp_path: Path) -> None:
    config = "// for phones: output: 'export'\nexport default {};\n"
    files = {"package.json": NEXT, "next.config.mjs": config, "app/page.tsx": "export default 1;\n"}
    [found] = read_page_headers(prototype_of(tmp_path, files))
    assert (found.pages, found.by) == (Pages.SERVER, "Next.js")
