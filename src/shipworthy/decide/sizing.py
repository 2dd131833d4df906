"""Choose the architecture by the users that are expected, and name what is too large for them."""

from __future__ import annotations

from shipworthy.decide.premature import LARGE, SMALL, premature
from shipworthy.decide.tier import Tier, TierChoice
from shipworthy.intent.answers import Answers
from shipworthy.prototype import Prototype

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
    return TierChoice(tier, why, _PARTS[tier], tuple(premature(prototype, users)))
