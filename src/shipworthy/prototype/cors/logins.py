"""Whether a server knows logins that browsers send along by themselves: cookies and HTTP's own."""

from __future__ import annotations

import re
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


def knows_logins_sent_along(prototype: Prototype, path: str) -> bool:
    """True where code in the language of this file, and outside of pages, mentions such a login."""
    python = prototype.files[path].language is Language.PYTHON
    return any(
        (file.language is Language.PYTHON) == python and _SENT_ALONG.search(file.text or "")
        for file in prototype.of_role(Role.PRODUCT, Role.CONFIG)
        if file.path not in prototype.modules.browser and not is_archived(file.path)
    )
