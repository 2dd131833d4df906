"""Tokens that nobody issued, or not for us, or not for now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    masked,
    refused,
    unknown,
)
from shipworthy.sidecar.check.credentials import (
    public_pem,
    signed_hs256,
    signed_rs256,
    unsigned,
    usual_claims,
    with_role,
)
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.policy import Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

FAMILY = "tokens"
_REFUSED = (301, 302, 303, 400, 401, 403, 404)
_HOUR = 3600


def attempts(target: Target) -> Iterator[Attempt]:
    """Wrong tokens on each route that asks for a user or a role, and a right one."""
    if not target.policy.tokens:
        return
    for door in doors(target, "user", "role"):
        role = door.need.partition(":")[2]
        for name, tokens in target.policy.tokens.items():
            for what, token in forgeries(target, name, tokens, role).items():
                run = bound(_try, door, token)
                tries = f"{what.replace('-', ' ')}, where {name} issues the tokens"
                safe = "401 or 403, and nothing reaches the application"
                yield Attempt(f"token-{what}", tries, safe, run, door.name, door.twin_only)
        run = bound(_honest, door)
        tries = f"a right token for {door.need}"
        yield Attempt("token-right", tries, "it goes through", run, door.name, True)


def forgeries(target: Target, name: str, tokens: Tokens, role: str) -> dict[str, str]:
    """Tokens that must not open anything, each with the claims that a right one would have."""
    claims = usual_claims(tokens) | (with_role(tokens, role) if role else {})
    found = {
        "garbage": "not.a.token",
        "alg-none": unsigned(claims),
        "alg-none-in-capitals": unsigned(claims, "NONE"),
        "empty-secret": signed_hs256(claims, b""),
        "guessed-secret": signed_hs256(claims, b"secret"),
    }
    now = int(time.time())
    changed: dict[str, dict[str, object]] = {
        "expired": {"exp": now - _HOUR, "iat": now - 2 * _HOUR},
        "not-yet-valid": {"nbf": now + _HOUR},
        "foreign-audience": {"aud": "another-app"},
        "foreign-issuer": {"iss": "https://evil.example"},
    }
    for what, other in changed.items():
        if what == "foreign-audience" and not tokens.audiences:
            continue
        token = target.credentials.token(name, tokens, **(claims | other))
        if token is not None:
            found[what] = token
    signer = target.credentials.signers.get(name)
    if signer is not None:
        found["public-key-as-secret"] = signed_hs256(claims, public_pem(signer), kid="check")
        foreign = other_key()
        found["foreign-key"] = signed_rs256(claims, foreign)
        found["unknown-key-id"] = signed_rs256(claims, foreign, kid="../../dev/null")
        found["key-named-by-the-token"] = signed_rs256(claims, foreign, jku="https://evil.example/")
    right = target.credentials.token(name, tokens, **claims)
    if right is not None:
        head, _, rest = right.partition(".")
        body, _, signature = rest.partition(".")
        other_body = unsigned(claims | {"sub": "somebody-else"}).split(".")[1]
        found["changed-claims"] = f"{head}.{other_body}.{signature}"
        found["cut-signature"] = f"{head}.{body}.{signature[:-6]}"
    return found


def _try(target: Target, door: Door, token: str) -> Seen:
    word = fresh_word()
    header = ("authorization", f"Bearer {token}")
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, header, *door.origin(target))
    sent = f"{door.method} {door.path}; authorization: {masked('authorization', token[:9])}"
    return refused(target, word, sent, answer, _REFUSED, "www-authenticate")


def _honest(target: Target, door: Door) -> Seen:
    headers = target.passport(door.need)
    if headers is None:
        return unknown("its secret is not known here: whether a right token opens was not seen")
    word = fresh_word()
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, *headers, *door.origin(target))
    line = exchange(f"{door.method} {door.path}; a right token", answer)
    reached = target.reached(word)
    if answer is None or not reached:
        return broken("a right token is refused", line)
    told = reached[0].header("x-user")
    return held(
        f"it went through{f', and the application is told x-user: {told}' if told else ''}", line
    )


def other_key() -> RSAPrivateKey:
    """A key that nobody knows."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    return generate_private_key(65537, 2048)
