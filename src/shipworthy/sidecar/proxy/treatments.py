"""How kinds of requests differ once they may pass: how long they may take, and what is tried again."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.matches import safe
from shipworthy.sidecar.proxy.sockets import is_socket
from shipworthy.sidecar.proxy.typed import Message, seconds

_SOCKET_IDLE = 3600.0  # seconds a web socket may be silent


def kinds(policy: Policy, wait: float) -> Iterator[tuple[list[Message], Message]]:
    """Sockets, streams of events, what may be repeated, and the rest: what tells them, and what differs.

    `wait`: seconds until the answer is complete; 0: for ever.
    """
    idle = seconds(policy.limits.idle_seconds)
    yield [is_socket()], {"timeout": "0s", "idle_timeout": seconds(_SOCKET_IDLE)}
    stream = {"name": "accept", "string_match": {"contains": "text/event-stream"}}
    yield [stream, safe()], {"timeout": "0s", "idle_timeout": idle}
    patience = {"timeout": seconds(wait), "idle_timeout": idle}
    yield [safe()], {**patience, **_retries(policy, repeat=True)}
    yield [], {**patience, **_retries(policy, repeat=False)}


def _retries(policy: Policy, *, repeat: bool) -> Message:
    """Envoy's `5xx` would send a POST again that the prototype has already begun to do."""
    if not policy.resilience.retries:
        return {}
    never_reached = "connect-failure,refused-stream,reset-before-request"
    return {
        "retry_policy": {
            "retry_on": f"{never_reached},reset,gateway-error" if repeat else never_reached,
            "num_retries": policy.resilience.retries,
            "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.250s"},
        }
    }
