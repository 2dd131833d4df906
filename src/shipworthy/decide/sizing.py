"""Choose the architecture by the users that are expected, and name what is too large for them."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.decide.tier import Tier, TierChoice
from shipworthy.intent.answers import Answers
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role

SMALL, LARGE = 10_000, 100_000
"""Users at which the next tier begins (requirement D41)."""
FIRST = 1_000
"""Users below which neither Kubernetes nor separate services pay (requirement D40)."""

_PARTS = {
    Tier.MONOLITH: (
        "one deployable application in modules",
        "a managed database with backups",
        "managed sign-in, storage and mail",
        "one queue or scheduler where work takes long",
    ),
    Tier.SELECTIVE: (
        "the monolith, with a service only where a part scales differently",
        "a read replica and a connection pool",
        "events or a job queue between parts",
        "a content delivery network in front",
    ),
    Tier.DISTRIBUTED: (
        "services by domain, each with its data",
        "autoscaling, and a second region",
        "a warehouse for reports",
        "a mesh or gateway with one policy",
    ),
}
_HEAVY = (
    ("kubernetes manifests", ("kind: Deployment", "kind: StatefulSet")),
    ("a Helm chart", ("apiVersion: v2\nname:",)),
)


def choose_tier(prototype: Prototype, answers: Answers) -> TierChoice:
    """The tier for the stated users; the smallest where nobody stated any."""
    users = answers.users
    if users is None:
        tier, why = Tier.MONOLITH, "nobody said how many users are expected: begin small"
    else:
        tier = (
            Tier.MONOLITH
            if users < SMALL
            else Tier.SELECTIVE
            if users <= LARGE
            else Tier.DISTRIBUTED
        )
        why = f"{users:,} users are expected within a year"
    return TierChoice(tier, why, _PARTS[tier], tuple(_premature(prototype, users)))


def _premature(prototype: Prototype, users: int | None) -> Iterator[str]:
    """What is there that so few users do not need."""
    if users is not None and users >= FIRST:
        return
    for file in prototype.of_role(Role.CONFIG):
        for name, signs in _HEAVY:
            if file.path.endswith((".yaml", ".yml")) and any(s in (file.text or "") for s in signs):
                yield f"{file.path} holds {name}: not needed before {FIRST:,} users"
                break
