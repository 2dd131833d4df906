"""What HTML pages load from elsewhere: scripts, style sheets, and snippets written in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode, SgRoot
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.manifests import NodeManifest, node_manifests
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PASTED = ("attached_assets/", "docs/")
_LONGEST = 200_000  # characters: a page that is longer was built, not written


class Loaded(Struct, frozen=True):
    """One script or style sheet of a page: its address, or the code that stands in the page.

    `held` is True where its type keeps the browser from running it before a consent manager does.
    """

    url: str
    code: str
    held: bool
    location: Location
    rel: str = (
        ""  # of a link element, as written: "stylesheet", "icon", "canonical"; "" for a script
    )


def loaded_by_pages(prototype: Prototype) -> tuple[Loaded, ...]:
    """All that the HTML pages of the product load.

    The index.html of Vite that a move to Next.js left behind is no page any more.
    """
    built = [m.folder for m in node_manifests(prototype.files) if _builds_next(m)]
    return tuple(
        item
        for file in prototype.of_role(Role.PRODUCT)
        if _is_page(file) and not (file.name == "index.html" and file.folder in built)
        for item in _of_page(file)
    )


def _builds_next(manifest: NodeManifest) -> bool:
    return re.match(r"next build\b", manifest.scripts.get("build", "")) is not None


def _is_page(file: SourceFile) -> bool:
    if not file.name.endswith((".html", ".htm")) or not file.text or len(file.text) > _LONGEST:
        return False
    return not is_archived(file.path) and not file.path.startswith(_PASTED)


def _of_page(file: SourceFile) -> Iterator[Loaded]:
    text = file.text or ""
    if "<script" not in text and "<link" not in text:
        return
    root = SgRoot(text, "html").root()
    for node in root.find_all(any=[{"kind": "script_element"}, {"kind": "element"}]):
        tag = next((c for c in node.children() if c.kind().endswith("tag")), None)
        name = next((c.text() for c in tag.children() if c.kind() == "tag_name"), "") if tag else ""
        if tag is None or name not in ("script", "link"):
            continue
        given = dict(_attributes(tag))
        code = "".join(c.text() for c in node.children() if c.kind() == "raw_text")
        url = given.get("src") or given.get("data-src") or given.get("href", "")
        kind = given.get("type", "")
        held = name == "script" and (kind == "text/plain" or "data-src" in given)
        line = node.range().start.line + 1
        if url or code.strip():
            rel = given.get("rel", "link").lower() if name == "link" else ""
            yield Loaded(url, code, held, Location(file.path, line), rel)


def _attributes(tag: SgNode) -> Iterator[tuple[str, str]]:
    for child in tag.children():
        if child.kind() == "attribute":
            name, _, value = child.text().partition("=")
            yield name.strip().lower(), value.strip().strip("\"'")
