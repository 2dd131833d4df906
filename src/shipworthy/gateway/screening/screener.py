"""The gateway's screener: what follows from how much a request reads like an injection."""

from __future__ import annotations

from collections.abc import Sequence

from shipworthy.gateway.call import Passage, Role
from shipworthy.gateway.hooks import Action, Verdict
from shipworthy.gateway.policy import Feature
from shipworthy.gateway.screening.classifier import score

UNTRUSTED = frozenset({Role.USER, Role.TOOL})
"""Who may bring an injection in. What the developer or the model itself says is not screened."""


class InjectionScreener:
    """Scores what users and tools say; a signal that routes, by default never one that blocks."""

    def screen(self, passages: Sequence[Passage], feature: Feature) -> Verdict:
        """The verdict on the worst passage."""
        options = feature.screening
        worst, role = 0.0, ""
        for passage in passages:
            if passage.role in UNTRUSTED:
                found = score(passage.text)
                if found > worst:
                    worst, role = found, passage.role.value
        for threshold, action in (
            (options.refuse, Action.REFUSE),
            (options.strip_tools, Action.STRIP_TOOLS),
            (options.review, Action.REVIEW),
        ):
            if worst >= threshold:
                return Verdict(action, worst, f"A text of the {role} reads like an injection.")
        return Verdict(Action.ALLOW, worst)
