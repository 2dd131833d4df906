"""Trackers that follow visitors: analytics, advertising and session recording, and where they start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax, arguments, callee, string
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Tracker(Struct, frozen=True):
    """One place where a tracker is started.

    `kind` is "ads", "analytics" or "replay"; `identity` the id of the account as written, '' where a
    setting holds it; `in_page` where it stands in an HTML page, so that no code decides about it;
    `asks` where the file around it speaks of consent, or its options keep it from storing anything;
    `switch` is the setting that the function around it looks at first, e.g. ADS_ENABLED; or ''.
    `drawn` where it stands in a `<script>` of JSX, which React before 19 puts into a page but never runs.
    """

    name: str
    company: str  # in the table of processors
    kind: str
    identity: str
    in_page: bool
    asks: bool
    location: Location
    switch: str = ""
    drawn: bool = False


class _Sign(Struct, frozen=True):
    name: str
    company: str
    kind: str
    snippet: re.Pattern[str]  # in the text of a script or an address; group 1 is the id


def _sign(name: str, company: str, kind: str, snippet: str) -> _Sign:
    return _Sign(name, company, kind, re.compile(snippet))


_ID = r"['\"`]([\w-]+)['\"`]"
_GOOGLE = "Google Analytics"
_SIGNS = (
    _sign(
        "Google Ads",
        "Google Ads",
        "ads",
        r"gtag/js\?id=(AW-\w+)|gtag\(\s*['\"]config['\"],\s*['\"](AW-\w+)",
    ),
    _sign(
        "Google Analytics",
        _GOOGLE,
        "analytics",
        r"gtag/js\?id=(?!AW-)([\w-]*)|google-analytics\.com/(?:analytics|ga)\.js"
        r"|gtag\(\s*['\"]config['\"],\s*['\"](G-[\w-]+|UA-[\w-]+)",
    ),
    _sign(
        "Google Tag Manager",
        _GOOGLE,
        "analytics",
        r"googletagmanager\.com/gtm\.js(?:\?id=(GTM-\w+))?",
    ),
    _sign(
        "The Meta pixel",
        "Meta pixel",
        "ads",
        rf"fbq\(\s*['\"]init['\"],\s*{_ID}|connect\.facebook\.net/\w+/fbevents",
    ),
    _sign(
        "The TikTok pixel",
        "TikTok pixel",
        "ads",
        rf"ttq\.load\(\s*{_ID}|analytics\.tiktok\.com/i18n/pixel",
    ),
    _sign(
        "LinkedIn Insight",
        "LinkedIn Insight",
        "ads",
        r"snap\.licdn\.com/li\.lms-analytics|_linkedin_partner_id\s*=\s*['\"](\w+)",
    ),
    _sign(
        "Google AdSense",
        "Google Ads",
        "ads",
        r"googlesyndication\.com/pagead/js/adsbygoogle\.js(?:\?client=([\w-]+))?",
    ),
    _sign("Microsoft Clarity", "Microsoft Clarity", "replay", r"clarity\.ms/tag/"),
    _sign(
        "Hotjar",
        "Hotjar (Contentsquare)",
        "replay",
        r"static\.hotjar\.com/c/hotjar|hjid\s*:\s*(\w+)",
    ),
    _sign("Segment", "Segment (Twilio)", "analytics", r"cdn\.segment\.com/analytics"),
    _sign("Mixpanel", "Mixpanel", "analytics", r"cdn\.mxpnl\.com/libs"),
)
# Plain words first: most files have none of them.
_WORDS = tuple(
    """gtag googletagmanager google-analytics fbq fbevents ttq.load licdn linkedin_partner adsbygoogle
    clarity.ms microsoft/clarity hotjar segment.com @segment mxpnl posthog mixpanel amplitude react-ga
    facebook-pixel logrocket fullstory @next/third-parties getAnalytics""".split()
)

# The calls of packages that start to track: the package, the end of the callee.
_CALLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("posthog-js", "init", "PostHog", "PostHog", "analytics"),
    ("mixpanel-browser", "init", "Mixpanel", "Mixpanel", "analytics"),
    ("@amplitude/analytics-browser", "init", "Amplitude", "Amplitude", "analytics"),
    ("amplitude-js", "init", "Amplitude", "Amplitude", "analytics"),
    ("react-ga4", "initialize", "Google Analytics", "Google Analytics", "analytics"),
    ("react-ga", "initialize", "Google Analytics", "Google Analytics", "analytics"),
    ("firebase/analytics", "getAnalytics", "Google Analytics", "Firebase (Google)", "analytics"),
    ("react-facebook-pixel", "init", "The Meta pixel", "Meta pixel", "ads"),
    ("@microsoft/clarity", "init", "Microsoft Clarity", "Microsoft Clarity", "replay"),
    ("react-hotjar", "initialize", "Hotjar", "Hotjar (Contentsquare)", "replay"),
    ("@hotjar/browser", "init", "Hotjar", "Hotjar (Contentsquare)", "replay"),
    ("logrocket", "init", "LogRocket", "LogRocket", "replay"),
    ("@fullstory/browser", "init", "FullStory", "FullStory", "replay"),
    ("@segment/analytics-next", "load", "Segment", "Segment (Twilio)", "analytics"),
)
_ELEMENTS = {
    "GoogleAnalytics": ("Google Analytics", "Google Analytics", "analytics", "gaId"),
    "GoogleTagManager": ("Google Tag Manager", "Google Analytics", "analytics", "gtmId"),
}
_SWITCH = regex(r"\b\w*(?:ENABLED?|[eE]nabled?)(?:_\w+)?\b(?!\s*\()")
# Options with which the package stores nothing and asks first.
_HELD = regex(
    r"opt_out_capturing_by_default|optOut\s*:\s*true|opt_out_tracking_by_default"
    r"|persistence\s*:\s*['\"]memory['\"]|disable_persistence|cookieless_mode|defaultConsent|identityStorage\s*:\s*['\"]none"
)
CONSENT = regex(
    r"[cC]ookie_?(Consent|Banner|Notice|Preferences?|Settings)"
    r"|cookie[-_](consent|preferences?|settings|banner|accepted)|cookies?Accepted|acceptCookies"
    r"|gtag\(\s*['\"]consent['\"]|(analytics|tracking|user|has|get|set|use)_?Consent\b"
    r"|\bconsent(Given|ed|Status|State)?\b\s*[=.)?&|]|consent\.(analytics|marketing|given)"
    r"|cookieyes|cookiebot|onetrust|usercentrics|iubenda|osano\.com|klaro|termly\.io|didomi|axeptio"
    r"|complianz|tarteaucitron|quantcast|consentmanager|doNotTrack|fundingchoices"
)
"""What code says that asks visitors before it tracks them."""


def read(syntax: Syntax) -> list[Tracker]:
    """Every place of a file that starts a tracker."""
    if syntax.python or not syntax.says_any(_WORDS):
        return []
    asks = CONSENT.search(syntax.source.text or "") is not None
    found = [*_calls(syntax, asks), *_snippets(syntax, asks)]
    if syntax.language is not Language.TYPESCRIPT:
        found += _elements(syntax, asks)
    first: dict[str, Tracker] = {}
    for tracker in sorted(found, key=lambda t: t.drawn):
        first.setdefault(tracker.name, tracker)
    return list(first.values())


def read_trackers(prototype: Prototype) -> tuple[Tracker, ...]:
    """The trackers of pages and of live product code."""
    started = prototype.started_trackers
    if any(t.drawn for t in started) and _leaves_scripts_idle(prototype):
        started = tuple(t for t in started if not t.drawn)
    return (*_in_pages(prototype), *started)


def _leaves_scripts_idle(prototype: Prototype) -> bool:
    """True where React before 19 draws all pages in the browser: nothing sends them as HTML."""
    packages = prototype.dependencies.packages
    asked = [d for d in packages if d.name == "react-dom" and d.direct]
    majors = [re.search(r"\d+", d.version or d.specifier) for d in asked]
    older = bool(majors) and all(m is not None and int(m[0]) < _RUNS_SCRIPTS for m in majors)
    if not older or any(_SENDS_HTML.search(d.name) for d in packages if d.direct):
        return False
    texts = (f.text or "" for f in prototype.of_role(Role.PRODUCT) if f.language is not None)
    return not any(_SENT.search(text) for text in texts)


_RUNS_SCRIPTS = 19  # the major version of React from which `<script async src>` is loaded
_SENDS_HTML = regex(
    r"^(next|astro|gatsby|vike|waku|expo|@remix-run/.*|@react-router/(dev|node|serve)|@tanstack/(react-)?start"
    r"|@docusaurus/.*|@redwoodjs/.*)$|prerender|react-snap|ssg|ssr$"
)
_SENT = regex(r"\brenderTo(String|StaticMarkup|PipeableStream|NodeStream|ReadableStream)\b")


def _in_pages(prototype: Prototype) -> Iterator[Tracker]:
    seen: set[tuple[str, str]] = set()
    asking: dict[str, bool] = {}
    for item in prototype.pages:
        path = item.location.path
        for sign, identity in _signs(f"{item.url}\n{item.code}"):
            if (path, sign.name) not in seen:
                seen.add((path, sign.name))
                where = item.location
                if path not in asking:
                    asking[path] = CONSENT.search(prototype.files[path].text or "") is not None
                asks = item.held or asking[path]
                yield Tracker(sign.name, sign.company, sign.kind, identity, True, asks, where)


def _signs(text: str) -> Iterator[tuple[_Sign, str]]:
    for sign in _SIGNS:
        found = sign.snippet.search(text)
        if found:
            yield sign, next((group for group in found.groups() if group), "")


def _calls(syntax: Syntax, asks: bool) -> Iterator[Tracker]:
    imported = {i for n in syntax.nodes("import_statement") if (i := _source(n))}
    for package, called, name, company, kind in _CALLS:
        if package not in imported:
            continue
        for call in syntax.calls_named((called,)):
            receiver = callee(call).rpartition(".")[0].lower()
            own = called == "getAnalytics" or not receiver or _is_receiver(receiver, package)
            if own:
                given = arguments(call)
                identity = (string(given[0]) or "") if given else ""
                held = asks or bool(_HELD.search(call.text()))
                where = syntax.location(call)
                yield Tracker(name, company, kind, identity, False, held, where, _switch(call))


def _is_receiver(receiver: str, package: str) -> bool:
    words = {w for w in re.split(r"[^a-z0-9]+", package.lower()) if len(w) > 3}
    return (
        receiver in ("reactga", "ga", "ga4", "ph", "fs")
        or any(w in receiver for w in words)
        or ("pixel" in receiver or "analytics" in receiver or "fullstory" in receiver)
    )


def _source(node: SgNode) -> str:
    source = node.field("source")
    return (string(source) or "") if source is not None else ""


def _snippets(syntax: Syntax, asks: bool) -> Iterator[Tracker]:
    """Addresses of trackers that become the source of a script, and code in `__html`."""
    text = syntax.source.text or ""
    known = [sign for sign, _ in _signs(text)]  # the text alone first: few files have any
    for node in syntax.nodes("string", "template_string") if known else ():
        for sign, identity in _signs(node.text()):
            if _runs(node):
                where = syntax.location(node)
                yield Tracker(
                    sign.name,
                    sign.company,
                    sign.kind,
                    identity,
                    False,
                    asks,
                    where,
                    _switch(node),
                    _is_drawn(node),
                )
    for call in syntax.calls_named(("fbq",)):
        given = arguments(call)
        if len(given) > 1 and string(given[0]) == "init":
            where = syntax.location(call)
            identity = string(given[1]) or ""
            yield Tracker("The Meta pixel", "Meta pixel", "ads", identity, False, asks, where)


def _runs(node: SgNode) -> bool:
    """True for a text that is the source or the code of a script."""
    for above in node.ancestors():
        kind = above.kind()
        if kind == "jsx_attribute":
            return above.text().startswith(("src", "dangerouslySetInnerHTML"))
        if kind in ("assignment_expression", "pair"):
            target = above.field("left") or above.field("key")
            name = target.text().strip("\"'") if target is not None else ""
            if name.rpartition(".")[2] in ("src", "innerHTML", "__html", "textContent", "text"):
                return True
            if kind == "assignment_expression":
                return False
        if kind == "jsx_opening_element" or kind == "jsx_self_closing_element":
            return False
        if kind in ("jsx_element", "arrow_function", "function_declaration"):
            script = above.child(0) if kind == "jsx_element" else None
            return script is not None and re.match(r"<[sS]cript\b", script.text()) is not None
        if kind in ("call_expression", "new_expression"):
            return callee(above).rpartition(".")[2] in ("loadScript", "injectScript", "useScript")
    return False


def _is_drawn(node: SgNode) -> bool:
    """True inside a `<script>` of JSX, but for one of `<Helmet>`, which makes the elements itself."""
    elements = [
        a.text()
        for a in node.ancestors()
        if a.kind() in ("jsx_element", "jsx_self_closing_element")
    ]
    return bool(elements) and elements[0].startswith("<script") and not _HELMET.search(elements[-1])


_HELMET = regex(r"<(Helmet|Head)\b")


def _switch(node: SgNode) -> str:
    """The setting without which the function around a node does nothing: `if (!ADS_ENABLED) return`."""
    for above in node.ancestors():
        if above.kind() in ("if_statement", "binary_expression"):
            tests = [above]
        elif above.kind() == "statement_block":
            tests = [c for c in above.children() if c.kind() == "if_statement"]
        else:
            continue
        for test in tests:
            if test.range().start.index > node.range().start.index:
                break
            condition = test.field("condition") or test.field("left")
            found = _SWITCH.search(condition.text()) if condition is not None else None
            if found:
                return found[0]
    return ""


def _elements(syntax: Syntax, asks: bool) -> Iterator[Tracker]:
    if "@next/third-parties" not in (syntax.source.text or ""):
        return
    for node in syntax.nodes("jsx_self_closing_element", "jsx_opening_element"):
        name = node.field("name")
        known = _ELEMENTS.get(name.text()) if name is not None else None
        if known is not None:
            identity = next((v for k, v in _attributes(node) if k == known[3]), "")
            yield Tracker(*known[:3], identity, False, asks, syntax.location(node))


def _attributes(node: SgNode) -> Iterator[tuple[str, str]]:
    for child in node.children():
        parts = [c for c in child.children() if c.is_named()]
        if child.kind() == "jsx_attribute" and len(parts) == 2:
            yield parts[0].text(), string(parts[1]) or ""
