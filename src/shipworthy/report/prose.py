"""What a control's README says, as HTML: why it matters, how it is fixed, when to accept it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from shipworthy.catalogue import entry

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prose:
    """The sections of a control's page as safe HTML; `do_now` is the first paragraph of the fix."""

    why: str
    fix: str
    accept: str
    do_now: str


@cache
def prose_of(control: str) -> Prose:
    """The page of a control. Our own text, and still rendered without raw HTML."""
    readme = entry(control).readme
    fix = _section(readme, "How it is fixed")
    first = next((p for p in _FENCED.sub("", fix).split("\n\n") if p.strip()), "").strip()
    return Prose(
        why=_html(_section(readme, "Why it matters")),
        fix=_html(fix),
        accept=_html(_section(readme, "When to accept it")),
        do_now=_html(_ended(first)),
    )


def _ended(paragraph: str) -> str:
    """A sentence that leads to an example, without the example."""
    return f"{paragraph[:-1]}." if paragraph.endswith(":") else paragraph


def _section(readme: str, title: str) -> str:
    """The text below a heading, up to the next."""
    return readme.partition(f"\n## {title}\n")[2].partition("\n## ")[0].strip()


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    # Links of our pages lead to other pages of the documentation, which a report does not carry.
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image"])
    return str(renderer.render(markdown)).replace("<pre>", '<pre tabindex="0">')
