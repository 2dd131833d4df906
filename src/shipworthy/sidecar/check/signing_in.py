"""Whole sign-ins at a provider that hands out what it must not, and keys that it has withdrawn.

Sources: OpenID Connect Core 1.0 section 3.1.3.7 (what of an ID token is to be checked); RFC 6749 sections
4.1.2 and 10.12 (codes and states that others bring); RFC 7517 (keys that change).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    refused,
    unknown,
)
from shipworthy.sidecar.check.credentials import signed_rs256, usual_claims, with_role
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.issuer import LOGIN, Issuer, as_tokens
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.tokens import forgeries, other_key
from shipworthy.sidecar.check.wire import Answer

FAMILY = "signing-in"
_PAGE = (("accept", "text/html"), ("sec-fetch-mode", "navigate"))
THREADS_MET = 8  # connections after which each of a proxy's few threads was very likely met
_REFUSED = (301, 302, 303, 307, 308, 400, 401, 403, 404, 502, 503)
PATIENCE = 12.0  # seconds until a proxy that asks each second knows of another key
Cookies = dict[str, str]


def attempts(target: Target) -> Iterator[Attempt]:
    """On the first route with pages of a user or a role; and on each source whose keys are fetched."""
    yield from _withdrawn(target)
    login = target.policy.login
    door = next((d for d in doors(target, "user", "role") if d.method == "GET"), None)
    if login is None or door is None:
        return
    role = door.need.partition(":")[2]
    safe = "the sign-in opens nothing, and nothing reaches the application"
    for what, token in forgeries(target, LOGIN, as_tokens(login), role).items():
        tries = f"a sign-in that ends with an ID token: {what.replace('-', ' ')}"
        yield Attempt(
            f"id-token-{what}", tries, safe, bound(_ends_with, door, token), door.name, True
        )
    tries = "a sign-in as it should be"
    yield Attempt("sign-in", tries, "it opens the page", bound(_honest, door), door.name, True)
    for what, run in (
        ("state-of-another-browser", bound(_crossed, door, False)),
        ("state-of-another-sign-in", bound(_crossed, door, True)),
        ("code-once-more", bound(_twice, door)),
        ("provider-down", bound(_down, door)),
    ):
        tries = f"the end of a sign-in: {what.replace('-', ' ')}"
        yield Attempt(what, tries, "no session is handed out", run, door.name, True)


def _withdrawn(target: Target) -> Iterator[Attempt]:
    """What a key signed that its issuer has withdrawn, because somebody else had it."""
    for door in doors(target, "user", "role"):
        for name, tokens in target.policy.tokens.items():
            if tokens.jwks:
                run = bound(_rotated, door, name)
                tries = f"a token of {name} whose key was withdrawn since"
                safe = "401 or 403 once the keys were fetched anew, and the new key opens"
                yield Attempt("withdrawn-key", tries, safe, run, door.name, True, alone=True)
        return


def _honest(target: Target, door: Door) -> Seen:
    word = fresh_word()
    answer = _signed_in(target, door, _right(target, door), word)
    line = exchange(f"GET {door.path}, after a sign-in", answer)
    reached = target.reached(word)
    if not reached:
        return broken("who signs in does not come through", line)
    told = reached[-1].header("x-user")
    return held(f"it went through, and the application is told x-user: {told}", line)


def _ends_with(target: Target, door: Door, token: str) -> Seen:
    word = fresh_word()
    answer = _signed_in(target, door, token, word)
    return refused(target, word, f"GET {door.path}, after that", answer, _REFUSED, "location")


def _signed_in(target: Target, door: Door, token: str, word: str) -> Answer | None:
    """Leave for the provider, come back with a code for this token, ask for the page."""
    state, cookies = _left(target, door, word)
    _came_back(target, _code(target, token), state, cookies)
    return _page(target, door, word, cookies)


def _crossed(target: Target, door: Door, also: bool) -> Seen:
    """The state of one sign-in comes back to a browser that began none, or another one."""
    word = fresh_word()
    state, _ = _left(target, door, word)
    cookies = _left(target, door, word)[1] if also else {}
    answer = _came_back(target, _code(target, _right(target, door)), state, cookies)
    return _no_session(target, door, word, answer, cookies)


def _twice(target: Target, door: Door) -> Seen:
    word = fresh_word()
    state, cookies = _left(target, door, word)
    code = _code(target, _right(target, door))
    before = dict(cookies)
    _came_back(target, code, state, cookies)
    answer = _came_back(target, code, state, before)
    return _no_session(target, door, word, answer, before)


def _down(target: Target, door: Door) -> Seen:
    word = fresh_word()
    state, cookies = _left(target, door, word)
    answer = _came_back(target, "a-code-that-nobody-answers-for", state, cookies)
    return _no_session(target, door, word, answer, cookies)


def _no_session(
    target: Target, door: Door, word: str, answer: Answer | None, cookies: Cookies
) -> Seen:
    line = exchange("the end of the sign-in", answer)
    after = _page(target, door, word, cookies)
    seen = refused(target, word, f"GET {door.path}, after that", after, _REFUSED, "location")
    return Seen(seen.verdict, seen.reason, (line, *seen.seen))


def _rotated(target: Target, door: Door, name: str) -> Seen:
    issuer, tokens = _issuer(target), target.policy.tokens[name]
    role = door.need.partition(":")[2]
    claims = usual_claims(tokens) | (with_role(tokens, role) if role else {})
    new, old = other_key(), issuer.published[name]
    # Subjects of their own: other attacks may have used up what one user may ask.
    withdrawn, fresh = (
        ("authorization", f"Bearer {signed_rs256(claims | {'sub': f'check-{fresh_word()}'}, key)}")
        for key in (old, new)
    )
    _until_taken(target, door, withdrawn)  # the proxy may have asked for the keys just now
    opened = sum(_opens(target, door, withdrawn) for _ in range(THREADS_MET))  # each is asked
    if not opened:
        return unknown("its token opened nothing before the key was withdrawn")
    issuer.published[name] = new
    try:
        end = time.monotonic() + PATIENCE
        while True:
            new_opens = _opens(target, door, fresh)
            line, still = _still_opens(target, door, withdrawn)
            if new_opens and not still:
                return held("only the new key opens", line)
            if time.monotonic() > end:
                break
            time.sleep(0.25)
    finally:
        issuer.published[name] = old
        _until_taken(target, door, withdrawn)
    if still:
        return broken("it still opens", line)
    return unknown("the new key opens nothing either", line)


def _still_opens(target: Target, door: Door, header: tuple[str, str]) -> tuple[Exchange, bool]:
    """Whether it opens on any of a few connections, and the exchange that tells.

    A thread of the proxy may remember what the others do not.
    """
    for _ in range(THREADS_MET):
        word = fresh_word()
        answer = target.ask(door.method, f"{door.path}?check={word}", header, *door.origin(target))
        line = exchange("the withdrawn key", answer)
        if target.reached(word):
            return line, True
    return line, False


def _until_taken(target: Target, door: Door, header: tuple[str, str]) -> None:
    """Wait until the keys are known as they are."""
    end = time.monotonic() + PATIENCE
    while not _opens(target, door, header) and time.monotonic() < end:
        time.sleep(0.25)


def _opens(target: Target, door: Door, header: tuple[str, str]) -> bool:
    word = fresh_word()
    target.ask(door.method, f"{door.path}?check={word}", header, *door.origin(target))
    return bool(target.reached(word))


def _left(target: Target, door: Door, word: str) -> tuple[str, Cookies]:
    """The state that goes to the provider, and the cookies of the browser."""
    answer = target.ask("GET", f"{door.path}?check={word}", *_PAGE)
    location = urlsplit((answer.header("location") or "") if answer else "")
    state = parse_qs(location.query).get("state", [""])[0]
    return state, _with(answer, {})


def _came_back(target: Target, code: str, state: str, cookies: Cookies) -> Answer | None:
    """What the end of the sign-in answers; its cookies are added to the browser's."""
    login = target.policy.login
    path = f"{login.callback if login else '/'}?{urlencode({'code': code, 'state': state})}"
    answer = target.ask("GET", path, *_PAGE, *_header(cookies))
    cookies.update(_with(answer, cookies))
    return answer


def _page(target: Target, door: Door, word: str, cookies: Cookies) -> Answer | None:
    return target.ask("GET", f"{door.path}?check={word}", *_PAGE, *_header(cookies))


def _with(answer: Answer | None, cookies: Cookies) -> Cookies:
    """The cookies and those that an answer sets."""
    found = dict(cookies)
    for text in answer.all("set-cookie") if answer else ():
        found |= {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    return found


def _header(cookies: Cookies) -> tuple[tuple[str, str], ...]:
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return (("cookie", text),) if text else ()


def _code(target: Target, token: str) -> str:
    """A code for which the provider hands out this token."""
    code = fresh_word()
    _issuer(target).codes[code] = token
    return code


def _right(target: Target, door: Door) -> str:
    login = target.policy.login
    role = door.need.partition(":")[2]
    tokens = as_tokens(login) if login else None
    claims = with_role(tokens, role) if tokens and role else {}
    return (tokens and target.credentials.token(LOGIN, tokens, **claims)) or ""


def _issuer(target: Target) -> Issuer:
    """The provider of the twin. Raises OSError where there is none."""
    if target.issuer is None:
        raise OSError("there is no provider of our own here")
    return target.issuer
