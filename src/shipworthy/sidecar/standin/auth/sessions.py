"""Sessions: the access token of a user, and the refresh token that gets the next one once."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from shipworthy.sidecar.standin.auth.errors import AuthError
from shipworthy.sidecar.standin.auth.users import User, find_user
from shipworthy.sidecar.standin.connections import Transaction
from shipworthy.sidecar.standin.keys import LIFETIME, Keys

_REUSE_SECONDS = 10  # in which the same refresh token may come twice, as two tabs do


class Sessions:
    """Opens, renews and ends sessions."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    async def open(self, transaction: Transaction, user: User, method: str) -> dict[str, Any]:
        """A new session of a user; raises AuthError for one who is banned."""
        await _refuse_banned(transaction, user)
        session = str(uuid.uuid4())
        await transaction.run(
            "INSERT INTO auth.sessions (id, user_id, aal, created_at, updated_at)"
            " VALUES ($1, $2, 'aal1', now(), now())",
            (session, user["id"]),
        )
        await transaction.run(
            "INSERT INTO auth.mfa_amr_claims (session_id, created_at, updated_at,"
            " authentication_method, id) VALUES ($1, now(), now(), $2, gen_random_uuid())",
            (session, method),
        )
        await transaction.run(
            "UPDATE auth.users SET last_sign_in_at = now() WHERE id = $1::uuid", (user["id"],)
        )
        fresh = await find_user(transaction, "id", user["id"]) or user
        return await self._document(transaction, fresh, session, method, None)

    async def renew(self, transaction: Transaction, token: str) -> dict[str, Any]:
        """The next tokens for a refresh token. Raises AuthError."""
        row = await transaction.one(
            "SELECT t.user_id, t.session_id::text, t.revoked AND t.updated_at <"
            " now() - make_interval(secs => $2::int), m.authentication_method"
            " FROM auth.refresh_tokens t JOIN auth.sessions s ON s.id = t.session_id"
            " LEFT JOIN auth.mfa_amr_claims m ON m.session_id = s.id"
            " WHERE t.token = $1 FOR UPDATE OF t",
            (token, _REUSE_SECONDS),
        )
        if row is None:
            message = "Invalid Refresh Token: Refresh Token Not Found"
            raise AuthError(400, "refresh_token_not_found", message)
        if row[2]:
            raise AuthError(
                400, "refresh_token_already_used", "Invalid Refresh Token: Already Used"
            )
        user = await find_user(transaction, "id", row[0])
        if user is None:
            raise AuthError(400, "user_not_found", "User not found")
        await _refuse_banned(transaction, user)
        await transaction.run(
            "UPDATE auth.refresh_tokens SET revoked = true, updated_at = now() WHERE token = $1",
            (token,),
        )
        return await self._document(transaction, user, row[1], row[3] or "password", token)

    async def end(self, transaction: Transaction, user: str, session: str, scope: str) -> None:
        """Sign out: everywhere, here, or everywhere else."""
        which = {"local": "id = $2::uuid", "others": "id <> $2::uuid"}.get(
            scope, "$2::text IS NOT NULL"
        )
        await transaction.run(
            f"DELETE FROM auth.sessions WHERE user_id = $1::uuid AND {which}",  # noqa: S608
            (user, session),
        )

    async def _document(
        self, transaction: Transaction, user: User, session: str, method: str, parent: str | None
    ) -> dict[str, Any]:
        refresh = secrets.token_urlsafe(16)
        await transaction.run(
            "INSERT INTO auth.refresh_tokens (instance_id, token, user_id, revoked, created_at,"
            " updated_at, parent, session_id) VALUES"
            " ('00000000-0000-0000-0000-000000000000', $1, $2, false, now(), now(), $3, $4::uuid)",
            (refresh, user["id"], parent, session),
        )
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "sub": user["id"],
            "aud": "authenticated",
            "exp": now + LIFETIME,
            "iat": now,
            "email": user["email"],
            "phone": user["phone"],
            "app_metadata": user["app_metadata"],
            "user_metadata": user["user_metadata"],
            "role": user["role"],
            "aal": "aal1",
            "amr": [{"method": method, "timestamp": now}],
            "session_id": session,
            "is_anonymous": user["is_anonymous"],
        }
        return {
            "access_token": self._keys.sign(claims),
            "token_type": "bearer",
            "expires_in": LIFETIME,
            "expires_at": now + LIFETIME,
            "refresh_token": refresh,
            "user": user,
        }


async def _refuse_banned(transaction: Transaction, user: User) -> None:
    row = await transaction.one(
        "SELECT banned_until > now() FROM auth.users WHERE id = $1::uuid", (user["id"],)
    )
    if row and row[0]:
        raise AuthError(400, "user_banned", "User is banned")
