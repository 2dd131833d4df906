"""People who are signed in and want to be more than they are."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.check.attempt import Attempt, Seen, bound, refused, unknown
from shipworthy.sidecar.check.credentials import with_role
from shipworthy.sidecar.check.doors import Door, doors
from shipworthy.sidecar.check.target import Target, fresh_word

FAMILY = "roles"
_REFUSED = (401, 403, 404)


def attempts(target: Target) -> Iterator[Attempt]:
    """Tokens with no role, with nearly the role, with the role in the wrong place."""
    safe = "403, and nothing reaches the application"
    for door in doors(target, "role"):
        role = door.need.partition(":")[2]
        for what, claims in _claims(role).items():
            run = bound(_try, door, claims)
            tries = f"a right token with {what.replace('-', ' ')}"
            yield Attempt(f"role-{what}", tries, safe, run, door.name, door.twin_only)
    for door in doors(target, "nobody"):
        run = bound(_nobody, door)
        tries = "somebody with every right, where nobody may"
        yield Attempt("role-at-nobody", tries, safe, run, door.name, door.twin_only)


_ELSEWHERE = "elsewhere"


def _claims(role: str) -> dict[str, object]:
    """What stands where the policy looks for the role; `_ELSEWHERE`: it stands beside it."""
    return {
        "no-role": None,
        "longer-role": f"{role}x",
        "shorter-role": role[:-1],
        "other-roles": [f"{role}-reader", "user"],
        "role-inside-of-text": f"user,{role}",
        "role-in-user-metadata": _ELSEWHERE,
    }


def _try(target: Target, door: Door, role: object) -> Seen:
    for name, tokens in target.policy.tokens.items():
        claims = {} if role in (None, _ELSEWHERE) else with_role(tokens, role)
        if role == _ELSEWHERE:
            wanted = door.need.partition(":")[2]
            claims = {"user_metadata": {"role": wanted, "roles": [wanted]}, "x-role": wanted}
        token = target.credentials.token(name, tokens, **claims)
        if token is not None:
            return _sent(target, door, (("authorization", f"Bearer {token}"),))
    return unknown("no right token could be made: its secret is not known here")


def _nobody(target: Target, door: Door) -> Seen:
    headers = target.passport("user") or target.passport("key") or ()
    return _sent(target, door, headers)


def _sent(target: Target, door: Door, headers: tuple[tuple[str, str], ...]) -> Seen:
    word = fresh_word()
    path = f"{door.path}?check={word}"
    answer = target.ask(door.method, path, *headers, *door.origin(target))
    sent = f"{door.method} {door.path}; {', '.join(n for n, _ in headers) or 'no credentials'}"
    return refused(target, word, sent, answer, _REFUSED)
