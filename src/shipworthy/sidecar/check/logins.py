"""Sessions that no provider began: forged cookies, and people sent to the end of a login that never was."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    refused,
)
from shipworthy.sidecar.check.credentials import unsigned
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.policy import Login
from shipworthy.sidecar.proxy.identity.login import COOKIES

FAMILY = "logins"
_REFUSED = (301, 302, 303, 307, 308, 400, 401, 403, 404)
_YEAR = 31_536_000
_SHORT = ("access", "identity", "refresh", "expires", "signature", "nonce")
_OURS = tuple(f"{COOKIES}{short}" for short in _SHORT)
_ENVOYS = ("BearerToken", "IdToken", "RefreshToken", "OauthExpires", "OauthHMAC", "OauthNonce")
_FAR = "https://evil.example/"


def attempts(target: Target) -> Iterator[Attempt]:
    """Cookies on each route that asks for a user or a role, and the two addresses of the login itself."""
    login = target.policy.login
    if login is None:
        return
    safe = "the way to the login, 401 or 403, and nothing reaches the application"
    for door in doors(target, "user", "role"):
        run = bound(_cookies, door, login)
        tries = "cookies of a session, made up and signed with an empty secret"
        yield Attempt("forged-session", tries, safe, run, door.name, door.twin_only)
    safe = "a refusal, no cookies, and nothing reaches the application"
    tries = "the end of a login with a code that nobody issued, to sign a victim in"
    yield Attempt("forged-callback", tries, safe, bound(_callback, login))
    tries = f"the way to the login from a Host of {_FAR}"
    safe = "no redirect that leads back there"
    for door in doors(target, "user", "role")[:1]:
        run = bound(_return, door)
        yield Attempt("foreign-return", tries, safe, run, door.name, door.twin_only)


def _cookies(target: Target, door: Door, login: Login) -> Seen:
    token = unsigned(
        {"iss": login.issuer, "sub": "check-user", "aud": login.client_id, **_roles(door)}
    )
    ends = str(int(time.time()) + _YEAR)
    text = f"{target.authority_name}{ends}{token}{token}"
    digest = hmac.new(b"", text.encode(), hashlib.sha256)
    signature = base64.b64encode(digest.hexdigest().encode()).decode()
    values = (token, token, token, ends, signature, "a.b")
    cookies = dict(zip((*_OURS, *_ENVOYS), values * 2, strict=True))
    value = "; ".join(f"{n}={v}" for n, v in cookies.items())
    word = fresh_word()
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, ("cookie", value), *door.origin(target))
    sent = f"{door.method} {door.path}; cookie: {', '.join(cookies)}"
    return refused(target, word, sent, answer, _REFUSED, "location")


def _roles(door: Door) -> dict[str, object]:
    role = door.need.partition(":")[2]
    return {"role": role, "roles": [role]} if role else {}


def _callback(target: Target, login: Login) -> Seen:
    word = fresh_word()
    path = f"{login.callback}?code={word}&state={base64.urlsafe_b64encode(_FAR.encode()).decode()}"
    answer = target.ask("GET", path)
    sent = f"GET {login.callback}?code=…&state=…"
    seen = refused(target, word, sent, answer, (400, 401, 403, 404))
    cookies = answer.all("set-cookie") if answer is not None else []
    if any(c.startswith((*_OURS[:2], *_ENVOYS[:2])) and "=;" not in c for c in cookies):
        return broken("it hands out a session", exchange(sent, answer, "set-cookie"))
    return seen


def _return(target: Target, door: Door) -> Seen:
    word = fresh_word()
    headers = (("x-forwarded-host", "evil.example"), ("referer", _FAR))
    answer = target.ask(door.method, f"{door.path}?check={word}", *headers, *door.origin(target))
    line = exchange(
        f"{door.method} {door.path}; x-forwarded-host: evil.example", answer, "location"
    )
    location = (answer.header("location") or "") if answer is not None else ""
    if target.reached(word):
        return broken("it reached the application", line)
    if "evil.example" in location:
        return broken("people come back to a foreign site", Exchange(sent=line.sent, got=line.got))
    return held("it leads to the provider and back here" if location else "refused", line)
