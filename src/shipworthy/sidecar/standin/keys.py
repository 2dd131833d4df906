"""The keys of the stand-in: one secret, and the tokens that are signed with it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from shipworthy.sidecar.standin.caller import Caller
from shipworthy.sidecar.standin.refusal import Refusal

_ALGORITHM = "HS256"
_TEN_YEARS = 10 * 365 * 86_400
LIFETIME = 3600  # seconds of a user's token, as hosted projects have it


class Keys:
    """The secret, the public key and the secret key, all made anew for each stand-in.

    Both keys are JSON Web Tokens, as those of hosted projects were before 2025; clients take either.
    """

    def __init__(self) -> None:
        self.secret = secrets.token_hex(32)
        self.anon = self._key("anon")
        self.service = self._key("service_role")

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token."""
        import jwt

        return jwt.encode(dict(claims), self.secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Caller:
        """Who a token speaks for. Raises Refusal as PostgREST does."""
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.secret,
                algorithms=[_ALGORITHM],
                options={"verify_aud": False, "verify_sub": False, "verify_iat": False},
                leeway=30,
            )
        except jwt.ExpiredSignatureError as error:
            raise _refused("PGRST303", "JWT expired") from error
        except jwt.PyJWTError as error:
            raise _refused("PGRST301", f"No suitable key or wrong key type: {error}") from error
        return Caller(str(claims.get("role") or "anon"), claims)

    def _key(self, role: str) -> str:
        now = int(time.time())
        return self.sign(
            {"iss": "supabase", "ref": "standin", "role": role, "iat": now, "exp": now + _TEN_YEARS}
        )


def _refused(code: str, message: str) -> Refusal:
    refusal = Refusal(401, code, message)
    refusal.headers["WWW-Authenticate"] = (
        f'Bearer error="invalid_token", error_description="{code}"'
    )
    return refusal
