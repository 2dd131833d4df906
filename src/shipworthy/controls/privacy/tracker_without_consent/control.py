"""Trackers that follow visitors before anybody has asked them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.trackers import CONSENT, Tracker
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

_PLACEHOLDER = regex(r"X{3}|x{4}|YOUR|your|PLACEHOLDER|0{6}|123456789|\bTODO|MEASUREMENT|EXAMPLE")
_COOKIELESS = frozenset({"Plausible", "Vercel Analytics"})
_DOES = {
    "ads": "tells an advertising network about each visitor",
    "analytics": "follows each visitor with an id that it stores in the browser",
    "replay": "records what each visitor does on the page",
}


_MANAGER = "Google Tag Manager"
_CONTAINER = "loads the trackers of its container"
_FOREIGN = (
    *("Google Ads", "Google Analytics", "Google Tag Manager", "Google AdSense", "The Meta pixel"),
    *("The TikTok pixel", "LinkedIn Insight", "Microsoft Clarity", "Hotjar"),
)
"""Trackers whose code is never bundled: it comes from their own host."""
_OWN_SCRIPTS = regex(
    r"\bscript-src(-elem)?\s+('(self|none|unsafe-inline|unsafe-eval|wasm-unsafe-eval|sha\d+-[^']+)'\s*)+"
    r"(?=[;\"`]|$)"
)
_LEGAL = regex(r"privacy|terms|polic|legal|imprint|impressum|datenschutz|gdpr", re.IGNORECASE)


class TrackerWithoutConsent(
    Control,
    id="tracker-without-consent",
    title="Tracker starts without asking",
    consequence="Visitors from Europe are tracked before they agreed, which a complaint is enough to punish.",
    severity=Severity.MEDIUM,
    satisfies=("G09", "gdpr:7"),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        by_name: dict[str, list[Tracker]] = {}
        for tracker in prototype.trackers:
            if not _PLACEHOLDER.search(tracker.identity):
                by_name.setdefault(tracker.name, []).append(tracker)
        for name, trackers in by_name.items():
            yield self._judge(prototype, name, trackers)
        if not by_name:
            yield self._nothing(prototype)

    def _judge(self, prototype: Prototype, name: str, trackers: list[Tracker]) -> Finding:
        bold = [t for t in trackers if not t.asks]
        shown = [prototype.evidence("code", t.location) for t in (bold or trackers)[:5]]
        if not bold:
            return self.satisfied(name, "It starts only where the code speaks of consent", *shown)
        asked = _asks_somewhere(prototype)
        if asked is not None and not any(t.in_page for t in bold):
            reason = "Consent is asked for elsewhere: whether the tracker waits was not followed"
            return self.unknown(name, reason, *shown, prototype.evidence("code", asked))
        when = (
            "as soon as the page loads" if any(t.in_page for t in bold) else "when the app starts"
        )
        asking = "before the consent banner can ask" if asked else "and nothing asks for consent"
        does = _CONTAINER if name == _MANAGER else _DOES[bold[0].kind]
        message = f"{name} {does} {when}, {asking}"
        severity = Severity.HIGH if _tells_of_health(prototype, bold) else self.severity
        sure = Confidence.MEDIUM if asked or not bold[0].identity else Confidence.HIGH
        if all(t.switch for t in bold):
            message += f"; it waits for {bold[0].switch} alone"
            sure = Confidence.LOW  # perhaps it was never turned on
        shut = _shut_out(prototype) if name in _FOREIGN else None
        if shut is not None:
            shown = [*shown, prototype.evidence("code", shut)]
            message += (
                f"; whether it loads past the Content-Security-Policy of {shut.path} is to be tried"
            )
            sure = Confidence.LOW
        if name == _MANAGER:
            sure = Confidence.LOW  # the container may hold the banner, too
        return self.gap(name, message, *shown, severity=severity, confidence=sure)

    def _nothing(self, prototype: Prototype) -> Finding:
        counters = [p for p in prototype.processors if p.company.name in _COOKIELESS]
        if counters:
            names = " and ".join(p.company.name for p in counters)
            return self.satisfied("prototype", f"{names} counts visits and stores nothing")
        return self.not_applicable("no tracker is started in the pages or the code")


def _shut_out(prototype: Prototype) -> Location | None:
    """Where a Content-Security-Policy lets scripts of no other host load, and no other one lets any."""
    found = None
    for file in prototype.files.values():
        if file.role is Role.DOCUMENTATION or "script-src" not in (file.text or ""):
            continue
        if file.path in prototype.abandoned or file.role is Role.TEST:
            continue
        text = file.text or ""
        strict = _OWN_SCRIPTS.search(text)
        if strict is None or text.count("script-src ") > len(_OWN_SCRIPTS.findall(text)):
            return None
        found = found or Location(file.path, file.line_at(strict.start()))
    return found


def _asks_somewhere(prototype: Prototype) -> Location | None:
    for file in prototype.of_role(Role.PRODUCT, Role.UI_KIT):
        text = (
            "" if _LEGAL.search(file.name) else file.text or ""
        )  # a text about consent asks nobody
        if "onsent" in text or "ookie" in text or "onetrust" in text:
            found = CONSENT.search(text)
            if found and (file.language is not None or file.name.endswith(".html")):
                return Location(file.path, file.line_at(found.start()))
    return None


def _tells_of_health(prototype: Prototype, trackers: list[Tracker]) -> bool:
    """True where an advertising network learns who uses a service that is about health or belief."""
    ads = any(t.kind == "ads" for t in trackers)
    return ads and any(d.special for d in prototype.personal_data)
