"""The technical due-diligence pack: one HTML file, and the same as a PDF."""

from __future__ import annotations

import re
from functools import partial
from html import escape
from importlib.resources import files

from shipworthy.assess.gate import Gate
from shipworthy.decide import Decision
from shipworthy.errors import MissingExtra, ShipworthyError
from shipworthy.report.html.page import digest_of, environment, own_markup
from shipworthy.report.records.draft import Draft
from shipworthy.report.records.pack import because, pack_of

_BACKTICKS = re.compile(r"`([^`]+)`")
_PACKAGE = "shipworthy.report.records"
_SYSTEM = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class NoPdf(ShipworthyError):
    """The PDF cannot be made here; the message says what to install."""


def due_diligence(decision: Decision, gate: Gate) -> Draft:
    """Twenty sections in one file that loads nothing from elsewhere."""
    style, drawing = _asset("due_diligence.css"), _asset("drawing.css")
    templates = environment(_PACKAGE)
    titles = {control.id: control.title for control in decision.assessment.controls}
    templates.filters |= {
        "because": partial(because, titles=titles),
        "coded": _coded,
        "hours": _hours,
        "sentence": _sentence,
        "styled": _styled,
    }
    text = templates.get_template("due_diligence.html").render(
        pack=pack_of(decision, gate),
        style=own_markup(style),
        drawing_style=drawing,
        digests=(digest_of(style), digest_of(drawing)),
    )
    return Draft("due-diligence.html", "Technical due diligence, twenty sections", text)


def pdf_of(page: Draft) -> bytes:
    """The page as PDF. Nothing is loaded, from the disk or from elsewhere.

    Raises NoPdf, with the line that installs what is missing.
    """
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("WeasyPrint, which writes PDF,", "pdf") from error
    except OSError as error:
        raise NoPdf(
            f"WeasyPrint lacks libraries of the system ({error}): apt-get install {_SYSTEM}"
        ) from error

    def refuse(address: str) -> dict[str, object]:
        raise ValueError(f"{address} is not loaded")

    try:
        made: bytes = HTML(string=page.text, url_fetcher=refuse).write_pdf(pdf_variant="pdf/ua-1")
    except OSError as error:
        raise NoPdf(
            f"WeasyPrint lacks libraries of the system ({error}): apt-get install {_SYSTEM}"
        ) from error
    return made


def _styled(drawing: str, style: str) -> object:
    """The drawing with its style inside: a PDF does not take that of the page."""
    opened, bracket, rest = drawing.partition(">")
    return own_markup(f"{opened}{bracket}<style>{style}</style>{rest}")


def _sentence(text: str) -> str:
    """The text as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _coded(text: str) -> object:
    """The text with what stands between backticks as code."""
    return own_markup(_BACKTICKS.sub(r"<code>\1</code>", escape(text)))


def _hours(hours: float) -> str:
    """Whole hours; what takes less than one says so."""
    return f"{hours:,.0f}" if hours >= 1 else "under 1"


def _asset(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text(encoding="utf-8").strip()
