"""The page: templates filled with escaped content, and a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from shipworthy.assess import Assessment
from shipworthy.prototype.tree import printable
from shipworthy.report.html.content import content_of
from shipworthy.report.lines import area_word, counted

if TYPE_CHECKING:
    from jinja2 import Environment


def html_report(assessment: Assessment) -> str:
    """One file that loads nothing from elsewhere. Every text of the prototype is escaped, and the
    page's policy allows our own style and script by their digests alone."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        environment()
        .get_template("report.html")
        .render(
            report=content_of(assessment),
            style=own_markup(style),
            script=own_markup(script),
            style_digest=digest_of(style),
            script_digest=digest_of(script),
        )
    )


@cache
def environment(package: str = "shipworthy.report.html") -> Environment:
    """The templates of a package, with everything escaped that is put into them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    environment.filters |= {"safe_html": own_markup, "number": _number, "anchor": _anchor}
    environment.filters["area_word"] = area_word
    environment.globals |= {"counted": counted}
    return environment


def _printable(value: Any) -> Any:
    """Control and bidirectional characters escaped: they could reorder what a reader sees."""
    return value if hasattr(value, "__html__") else printable(str(value))


def own_markup(text: str) -> Any:
    """Our own markup, as it stands: style, script, drawings and rendered control pages."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - each of them escapes what it is given


def _number(value: int) -> str:
    return f"{value:,}"


def _anchor(text: str) -> str:
    """A fragment that is safe in an id and in a link."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text)


def _asset(name: str) -> str:
    return files("shipworthy.report.html").joinpath(name).read_text(encoding="utf-8").strip()


def digest_of(text: str) -> str:
    """As a content security policy names an inline block."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
