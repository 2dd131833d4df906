"""Whether a server knows logins that browsers send along by themselves: cookies and HTTP's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Language, Role

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Words of code that sets or reads such a login, libraries that do it on their own included. A
# bearer token is none: another site does not know it.
_SENT_ALONG = re.compile(
    r"(?i:(?<!, [\"'])cookie|httpbasic|httpdigest|basic[_-]?auth)"
    r"|SessionMiddleware|express-session|(from|require\()\s*[\"']passport"
    r"|next-auth|better-auth|lucia|supabase/ssr|iron-session|flask_(login|security|session)"
    r"|from flask import[^\n]*\bsession\b|fastapi_users|authlib|nicegui"
)
# In lower case; one of them stands in every text that the pattern can match.
_SENT_ALONG_WORDS = tuple(
    """cookie httpbasic httpdigest basicauth basic_auth basic-auth sessionmiddleware express-session passport
    next-auth better-auth lucia supabase/ssr iron-session flask fastapi_users authlib nicegui""".split()
)

# Each cookie that code sets by itself, and those that browsers keep from the calls of other sites.
_SETS = re.compile(
    r"\.set_(signed_)?cookie\(|\.cookie\(\s*[\"'`\w]|ookies?(\(\))?\)?\.set\(|\bsetCookie\("
)
_STAYS = re.compile(r"same_?site[\"']?\s*[:=]\s*[\"'](lax|strict)[\"']", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"(?i:httpbasic|httpdigest|basic[_-]?auth)|Set-Cookie|SessionMiddleware|express-session|cookie-session"
    r"|passport|next-auth|better-auth|lucia|supabase/ssr|iron-session|flask_(login|security|session)"
    r"|from flask import[^\n]*\bsession\b|fastapi_users|nicegui"
)


def knows_logins_sent_along(prototype: Prototype, path: str) -> bool:
    """True where code in the language of this file, and outside of pages, mentions such a login."""
    return any(map(_sends_along, _texts(prototype, path)))


def cookies_stay_on_their_site(prototype: Prototype, path: str) -> bool:
    """True where each cookie that this server sets is SameSite lax or strict: pages of other sites
    send none along, those on other ports and subdomains of the same host do."""
    told = [text for text in _texts(prototype, path) if _sends_along(text)]
    if any(map(_OTHERWISE.search, told)):
        return False
    set_ones = sum(len(_SETS.findall(text)) for text in told)
    return 0 < set_ones <= sum(len(_STAYS.findall(text)) for text in told)


def _sends_along(text: str) -> bool:
    lowered = text.lower()  # plain words first, for these are long texts
    return (
        any(word in lowered for word in _SENT_ALONG_WORDS) and _SENT_ALONG.search(text) is not None
    )


def _texts(prototype: Prototype, path: str) -> Iterator[str]:
    python = prototype.files[path].language is Language.PYTHON
    return (
        file.text or ""
        for file in prototype.of_role(Role.PRODUCT, Role.CONFIG)
        if (file.language is Language.PYTHON) == python
        and file.path not in prototype.modules.browser
        and not is_archived(file.path)
    )
