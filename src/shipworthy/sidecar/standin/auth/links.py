"""One-time tokens of links that would be mailed, and codes of the PKCE flow (RFC 7636); kept in memory."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from shipworthy.sidecar.standin.auth.errors import AuthError

_LIFETIME = 3600.0
_MOST = 1000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Link:
    """What a token stands for. `challenge` is that of PKCE, "" without; `code` can be typed."""

    token: str
    code: str
    kind: str
    email: str
    user: str
    challenge: str
    method: str
    until: float


class Links:
    """Hands out tokens and takes each of them once."""

    def __init__(self) -> None:
        self._open: dict[str, Link] = {}
        self._guesses: dict[str, int] = {}

    def make(self, kind: str, email: str, user: str, challenge: str = "", method: str = "") -> Link:
        """A token for a user. Only the newest of a kind holds."""
        for token in [t for t, link in self._open.items() if _same(link, kind, user)]:
            del self._open[token]
        while len(self._open) >= _MOST:
            self._open.pop(next(iter(self._open)))
        token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06}"
        link = Link(
            token,
            code,
            kind,
            email.lower(),
            user,
            challenge,
            method or "plain",
            time.time() + _LIFETIME,
        )
        self._open[token] = link
        return link

    def take(self, token: str) -> Link:
        """The link of a token. Raises AuthError."""
        return _holding(self._open.pop(token, None))

    def take_code(self, email: str, code: str) -> Link:
        """The link of a code that was typed. Five wrong guesses end it. Raises AuthError."""
        mine = [link for link in self._open.values() if email and link.email == email.lower()]
        for link in mine:
            if secrets.compare_digest(link.code, code):
                return self.take(link.token)
        for link in mine:
            self._guesses[link.token] = self._guesses.get(link.token, 0) + 1
            if self._guesses[link.token] >= 5:
                self._open.pop(link.token, None)
        return _holding(None)


def _same(link: Link, kind: str, user: str) -> bool:
    return link.kind == kind and link.user == user


def _holding(link: Link | None) -> Link:
    if link is None or link.until < time.time():
        raise AuthError(403, "otp_expired", "Email link is invalid or has expired")
    return link


def check_verifier(link: Link, verifier: str) -> None:
    """Raises AuthError unless the verifier of PKCE fits the challenge."""
    given = verifier
    if link.method.lower() == "s256":
        digest = hashlib.sha256(verifier.encode()).digest()
        given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not secrets.compare_digest(given.encode(), link.challenge.encode()):
        message = "code challenge does not match previously saved code verifier"
        raise AuthError(400, "bad_code_verifier", message)


def safe_target(wanted: str, public_url: str) -> str:
    """Where a link may lead: the prototype itself or another port of this machine; else its start."""
    parts = urlsplit(wanted)
    if parts.scheme in ("http", "https") and parts.hostname in (
        urlsplit(public_url).hostname,
        *_LOOPBACK,
    ):
        return wanted
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        return public_url + wanted
    return public_url + "/"
