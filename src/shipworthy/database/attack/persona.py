"""Who attacks: the role and the claims with which the platform's REST interface would run a request."""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct, field

from shipworthy.database.attempts import Actor
from shipworthy.database.seed.people import OTHER, STRANGER, Person
from shipworthy.database.seed.values import quoted


class Persona(Struct, frozen=True):
    """An actor with their account, None for the one who has none."""

    actor: Actor
    person: Person | None
    metadata: Mapping[str, object] = field(default_factory=dict)  # chosen by the user

    @property
    def role(self) -> str:
        """The database role of a request."""
        return "authenticated" if self.person else "anon"

    @property
    def preamble(self) -> str:
        """The statement that starts a request: claims, search path and role, for one transaction."""
        return f"{self.claims}, set_config('role', {quoted(self.role)}, true)"

    @property
    def claims(self) -> str:
        """The same without the role: for the owner, who asks what the rules say of this caller."""
        claims: dict[str, object] = {"role": self.role, "iss": "supabase"}
        if self.person:
            claims |= {
                "sub": self.person.id,
                "email": self.person.email,
                "aud": "authenticated",
                "aal": "aal1",
                "is_anonymous": False,
                "app_metadata": {"provider": "email", "providers": ["email"]},
                "user_metadata": dict(self.metadata),
            }
        settings = {
            "request.jwt.claims": json.dumps(claims),
            "request.jwt.claim.role": self.role,
            "request.jwt.claim.sub": self.person.id if self.person else "",
            "request.jwt.claim.email": self.person.email if self.person else "",
            "request.method": "POST",
            "search_path": "public, extensions",
        }
        calls = ", ".join(
            f"set_config({quoted(k)}, {quoted(v)}, true)" for k, v in settings.items()
        )
        return f"select {calls}"


ANYBODY = Persona(Actor.ANYBODY, None)
FRESH = Persona(Actor.STRANGER, STRANGER)
MEMBER = Persona(Actor.MEMBER, OTHER)
