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


def test_the_pages_of_a_desktop_app_come_from_no_server(tmp_path: Path) -> None:
    page = '<div id="root"></div><script type="module" src="/main.tsx"></script>'
    files = {
        "package.json": '{"workspaces": ["web", "desktop"]}',
        "nginx/nginx.conf": "server { root /web/dist; location / { try_files $uri /index.html; } }\n",
        "web/package.json": '{"dependencies": {"react": "18.0.0"}}',
        "web/index.html": page,
        "web/main.tsx": "render();\n",
        "desktop/package.json": '{"main": "main.js", "devDependencies": {"electron": "30.0.0"}}',
        "desktop/index.html": page,
        "desktop/main.tsx": "import { app } from 'electron';\napp.whenReady();\n",
    }
    found = {p.part.folder: p.pages for p in read_page_headers(prototype_of(tmp_path, files))}
    assert (found["web"], found["desktop"]) == (Pages.HOST, Pages.NONE)
