"""Whether a server knows logins that browsers send along by themselves: cookies and HTTP's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec import Struct

from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Words of code that sets or reads such a login, libraries that do it on their own included. A
# bearer token is none: another site does not know it.
_SENT_ALONG = regex(
    r"(?i:(?<!, [\"'])cookie|httpbasic|httpdigest|basic[_-]?auth)"
    r"|SessionMiddleware|express-session|(from|require\()\s*[\"']passport"
    r"|next-auth|better-auth|lucia|supabase/ssr|iron-session|flask_(login|security|session)"
    r"|from flask import[^\n]*\bsession\b|fastapi_users|nicegui"
)
# In lower case; one of them stands in every text that the pattern can match.
_SENT_ALONG_WORDS = tuple(
    """cookie httpbasic httpdigest basicauth basic_auth basic-auth sessionmiddleware express-session passport
    next-auth better-auth lucia supabase/ssr iron-session flask fastapi_users nicegui""".split()
)

# Each cookie that code sets by itself, and those that browsers keep from the calls of other sites.
# What a library hands on, `cookies.set(name, value, options)`, is set by the library.
_NO_LIBRARY = r"(\(\))?\)?\.set\((?!\s*\{?\s*name\b)"
# Each begins with the word, what may not stand before it comes after: a search starts fast at a literal.
_SETS = {
    word: regex(pattern)
    for word, pattern in (
        ("cookie(", r"\.set_(signed_)?cookie\("),
        (".cookie(", r"\.cookie\(\s*[\"'`\w]"),
        (".set(", r"ookies?([sS]tore|[jJ]ar)?" + _NO_LIBRARY),
        ("jar", r"jar(?<!\wjar)" + _NO_LIBRARY),
        ("setCookie(", r"setCookie\((?<!\wsetCookie\()"),
        ("session(", r"session\((?<![\w.]session\()\s*\{"),
        ("expressSession(", r"expressSession\((?<![\w.]expressSession\()\s*\{"),
        ("cookieSession(", r"cookieSession\((?<![\w.]cookieSession\()\s*\{"),
    )
}
_SAME_SITE_WORDS = ("samesite", "same_site")
_STAYS = regex(
    r"same_?site[\"']?\s*[:=]\s*(?!.*[\"']none)[^\n]{0,60}[\"'](lax|strict)[\"']", re.IGNORECASE
)
_GOES = regex(r"same_?site[\"']?\s*[:=][^\n]{0,60}[\"']none[\"']", re.IGNORECASE)
# Libraries whose cookies are SameSite=Lax unless they are told otherwise.
_LAX = regex(
    r"[\"'](next-auth|@auth/|better-auth|lucia|@supabase/(ssr|auth-helpers)|iron-session|@clerk/)"
    r"|\bSessionMiddleware\b|\bfastapi_users\b"
)
_OTHERWISE = regex(
    r"(?i:httpbasic|httpdigest|www-authenticate|(express|hono)[-/]basic-auth|basic_?auth(middleware|\.required))"
    r"|Set-Cookie|flask_(login|security|session)"
    r"|from flask import[^\n]*\bsession\b|nicegui"
)
_OTHERWISE_WORDS = tuple(
    """httpbasic httpdigest www-authenticate basic-auth basicauth basic_auth set-cookie flask
    nicegui""".split()
)
# A page that keeps the login itself, in what browsers store for each site apart.
_KEPT = regex(
    r"(local|session)Storage\.setItem\([^)]*(token|jwt|auth|sess|user)|[\"'](@supabase/supabase-js|firebase/auth)"
    r"|Bearer \$\{",
    re.IGNORECASE,
)
# A page that sends cookies to a server elsewhere, which sets them.
_SENT_ELSEWHERE = regex(r"credentials:\s*[\"']include|withCredentials:\s*true")


def knows_logins_sent_along(prototype: Prototype, path: str) -> bool:
    """True where code in the language of this file, and outside of pages, mentions such a login."""
    return _logins(prototype, path).sent_along


def cookies_stay_on_their_site(prototype: Prototype, path: str) -> bool:
    """True where each cookie that this server sets is SameSite lax or strict: pages of other sites
    send none along, those on other ports and subdomains of the same host do."""
    return _logins(prototype, path).staying


class _Logins(Struct, frozen=True):
    """What the code of a server says of logins: whether browsers send them along, and whether each stays on
    its site."""

    sent_along: bool
    staying: bool


_KNOWN: WeakKeyDictionary[Prototype, dict[bool, _Logins]] = WeakKeyDictionary()


def _logins(prototype: Prototype, path: str) -> _Logins:
    """What code in the language of this file says. Kept: it is asked for each place that allows an origin."""
    known = _KNOWN.setdefault(prototype, {})
    python = prototype.files[path].language is Language.PYTHON
    if python not in known:
        texts = list(_texts(prototype, python=python))
        told = [text for text in texts if _sends_along(text)]
        lax = any(map(_LAX.search, texts)) or any(map(_sets, told))
        known[python] = _Logins(bool(told), lax and _all_stay(told))
    return known[python]


def logins_stay_out_of_frames(prototype: Prototype) -> bool:
    """True where a page in a frame of another site shows nobody signed in: cookies that are SameSite lax
    or strict do not come along, and what a page stores is kept apart there."""
    files = prototype.of_role(Role.PRODUCT, Role.CONFIG)
    texts = [f.text or "" for f in files if f.language is not None and not is_archived(f.path)]
    told = [text for text in texts if _sends_along(text)]
    here = any(_sets(text) or _of_site(_STAYS, text) for text in told)
    if not here and any(map(_SENT_ELSEWHERE.search, texts)):
        return False
    known = here or any(_LAX.search(text) or _KEPT.search(text) for text in texts)
    return known and _all_stay(told)


def _all_stay(told: list[str]) -> bool:
    if any(_goes_otherwise(text) or _of_site(_GOES, text) for text in told):
        return False
    return sum(map(_sets, told)) <= sum(_of_site(_STAYS, text) for text in told)


# Plain words first, for these are long texts.
def _sends_along(text: str) -> bool:
    return _says(text.lower(), _SENT_ALONG_WORDS) and _SENT_ALONG.search(text) is not None


def _goes_otherwise(text: str) -> bool:
    return _says(text.lower(), _OTHERWISE_WORDS) and _OTHERWISE.search(text) is not None


def _sets(text: str) -> int:
    """How many cookies a text sets by itself."""
    return sum(len(pattern.findall(text)) for word, pattern in _SETS.items() if word in text)


def _of_site(pattern: re.Pattern[str], text: str) -> int:
    """How often a text says so with `SameSite`."""
    return len(pattern.findall(text)) if _says(text.lower(), _SAME_SITE_WORDS) else 0


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _texts(prototype: Prototype, *, python: bool) -> Iterator[str]:
    return (
        file.text or ""
        for file in prototype.of_role(Role.PRODUCT, Role.CONFIG)
        if (file.language is Language.PYTHON) == python
        and file.path not in prototype.modules.browser
        and not is_archived(file.path)
    )
