"""Draft of a cookie list: what the trackers in the code set, and what the prototype sets itself."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.assess import Assessment
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.third_parties import KnownCookie, cookie_named, cookies_of
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import COUNSEL, NOT_KNOWN, Draft, page, table

PLATFORMS = {
    "Google Ads": "Google Ads",
    "Google AdSense": "Google AdSense",
    "Google Analytics": "Google Analytics",
    "Google Tag Manager": "Google Tag Manager",
    "The Meta pixel": "Facebook",
    "The TikTok pixel": "TikTok",
    "LinkedIn Insight": "LinkedIn",
    "Hotjar": "Hotjar",
    "Mixpanel": "Mixpanel",
    "Amplitude": "Amplitude",
}
"""By tracker, the platform that the list has it under."""
_HEAD = ("cookie", "set by", "category", "kept", "seen")


def cookie_list(assessment: Assessment) -> Draft:
    """Every cookie that the code leads to, with its category and how long the list says it is kept."""
    prototype = assessment.prototype
    rows = [*_own(prototype), *_of_trackers(prototype)]
    unlisted = sorted({t.name for t in prototype.trackers if not _listed(t.name)})
    body = [
        "From the Open Cookie Database and from what the code sets. What a browser really gets depends on",
        "settings at each company: look with the consent banner refused and with it accepted.",
        "",
        *(table(_HEAD, rows) if rows else ["No cookie was seen to be set.", ""]),
    ]
    if unlisted:
        names = ", ".join(escaped(name) for name in unlisted)
        body += [
            f"Trackers that the list does not know: {names}. Ask them which cookies they set.",
            "",
        ]
    title = f"Cookies: {escaped(prototype.root.name)}"
    return Draft("compliance/cookies.md", "Cookies", page(title, [COUNSEL, ""], body))


def _own(prototype: Prototype) -> Iterator[tuple[str, ...]]:
    """Those that sign somebody in, each once."""
    seen: set[str] = set()
    for cookie in prototype.cookies:
        if cookie.name and cookie.name not in seen:
            seen.add(cookie.name)
            known = cookie_named(cookie.name)
            kept = escaped(known.kept) if known else NOT_KNOWN
            place = code(str(cookie.location))
            yield code(cookie.name), "the prototype itself", "signs somebody in", kept, place


def _of_trackers(prototype: Prototype) -> Iterator[tuple[str, ...]]:
    for name, place in {t.name: str(t.location) for t in reversed(prototype.trackers)}.items():
        for known in _listed(name):
            shown = f"{known.name}…" if known.prefix else known.name
            yield (
                code(shown),
                escaped(name),
                escaped(known.category),
                escaped(known.kept),
                code(place),
            )


def _listed(tracker: str) -> tuple[KnownCookie, ...]:
    return cookies_of(PLATFORMS.get(tracker, ""))
