"""Web sockets that are refused before any route is looked at: those of foreign pages, and what is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.typed import Message


def refused(policy: Policy, hosts: Sequence[str]) -> Iterator[Message]:
    """The routes that refuse them. `hosts`: our own host names."""
    # RFC 6455 section 4.1. What a socket carries has no limit, but flows only once the program agreed.
    yield _refusal("no-socket", 400, [is_socket(), {**_is_get(), "invert_match": True}])
    if policy.csrf is not None:
        # A socket begins with a GET, which the check against forged requests lets pass.
        asked = [is_socket(), {"name": "origin", "present_match": True}]
        asked += [_other_than(origin) for origin in _trusted(policy, hosts)]
        yield _refusal("foreign-socket", 403, asked)


def is_socket() -> Message:
    """What a request for a web socket has, over HTTP/1.1 and, as Envoy tells it, over HTTP/2."""
    return {"name": "upgrade", "string_match": {"contains": "websocket", "ignore_case": True}}


def _trusted(policy: Policy, hosts: Sequence[str]) -> list[str]:
    ours = [f"https://{host}" for host in hosts]
    ours += [f"https://{host}:{policy.ports.https}" for host in hosts]
    others = [*(policy.csrf or []), *policy.cors.origins]
    return [*ours, *(f"https://{urlsplit(origin).netloc or origin}" for origin in others)]


def _is_get() -> Message:
    return {"name": ":method", "string_match": {"exact": "GET"}}


def _other_than(origin: str) -> Message:
    return {
        "name": "origin",
        "invert_match": True,
        "string_match": {"exact": origin, "ignore_case": True},
    }


def _refusal(name: str, status: int, headers: list[Message]) -> Message:
    return {
        "name": name,
        "match": {"prefix": "/", "headers": headers},
        "direct_response": {"status": status, "body": {"inline_string": "no web socket here"}},
        "typed_per_filter_config": identity.answered(),
    }
