"""Whether the pages of a prototype let in nobody who has not signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# `<AuthGate>`, `location.replace("/auth.html")`, `<Navigate to="/login" />`.
_GATE = regex(
    r"<(Auth|Login)(Gate|Guard|Wall)\b|<(Protected|Private|Authenticated)Route\b|<Require(d)?Auth\b"
    r"|(location\.(replace|assign)\(|location(\.href)? = |[nN]avigate\(|\bpush\(|redirect\("
    r"|<(Navigate|Redirect) to=\{?)\s*[\"'`]/(auth|log-?in|sign-?in)\b"
)
_WORDS = tuple("<Auth <Login <Protected <Private <Require /auth /log /sign".split())
"""One of these stands in each such text: to look for plain words takes a tenth of the time."""


def sent_to_sign_in(prototype: Prototype, folder: str = "") -> bool:
    """True where some page (of one folder) sends visitors to a sign-in: what a server behind it then
    shows to whoever calls was not meant for him, whatever language that server is written in."""
    inside = f"{folder}/" if folder else ""
    return any(
        any(word in (file.text or "") for word in _WORDS) and _GATE.search(file.text or "")
        for path, file in prototype.files.items()
        if path.startswith(inside)
        and path in prototype.modules.browser
        and file.role is Role.PRODUCT
    )
