"""Whether the proxy would take a policy: Envoy validates what is made from it; nothing is started."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from shipworthy.sidecar.policy import Policy

_PORT = 9  # discard: no program of ours, and nothing is sent to it
_REFERENCE = "env:"


def rehearse(policy: Policy, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The variables that the policy names and the environment lacks. Raises what Envoy has against it."""
    from shipworthy.sidecar import proxy

    given = os.environ if environment is None else environment
    names = sorted(set(secrets_of(policy)))
    missing = tuple(name for name in names if not given.get(name))
    secrets = {name: given.get(name) or "rehearsal" * 8 for name in names}
    with tempfile.TemporaryDirectory(prefix="shipworthy-") as folder:
        proxy.validate(proxy.build(policy, proxy.Upstreams(_PORT), Path(folder), secrets))
    return missing


def secrets_of(policy: Policy) -> Iterator[str]:
    """The environment variables that hold the policy's secrets."""
    values = [policy.login.client_secret] if policy.login else []
    values += [tokens.secret for tokens in policy.tokens.values()]
    values += policy.keys.values()
    yield from (value.removeprefix(_REFERENCE) for value in values if value.startswith(_REFERENCE))
