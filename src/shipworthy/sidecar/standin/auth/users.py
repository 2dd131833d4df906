"""People in auth.users, written the way the authentication server does, so that triggers fire."""

# ruff: noqa: S608 - columns are of a list in this module, values are parameters

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipworthy.sidecar.standin.auth.errors import AuthError
from shipworthy.sidecar.standin.auth.passwords import hashed, is_ours, matches
from shipworthy.sidecar.standin.connections import Transaction

_NOBODY = "00000000-0000-0000-0000-000000000000"
_SHOWN = """
    SELECT json_strip_nulls(json_build_object(
      'id', u.id, 'aud', u.aud, 'role', u.role, 'email', coalesce(u.email, ''),
      'email_confirmed_at', u.email_confirmed_at, 'phone', coalesce(u.phone, ''),
      'confirmed_at', u.confirmed_at, 'last_sign_in_at', u.last_sign_in_at,
      'invited_at', u.invited_at, 'recovery_sent_at', u.recovery_sent_at,
      'app_metadata', coalesce(u.raw_app_meta_data, '{}'),
      'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
      'identities', (
        SELECT coalesce(json_agg(json_build_object(
          'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id,
          'identity_data', i.identity_data, 'provider', i.provider,
          'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at,
          'updated_at', i.updated_at, 'email', i.email)), '[]')
        FROM auth.identities i WHERE i.user_id = u.id),
      'created_at', u.created_at, 'updated_at', u.updated_at, 'banned_until', u.banned_until,
      'is_anonymous', u.is_anonymous
    )) FROM auth.users u
"""
_INSERT = """
    INSERT INTO auth.users (instance_id, id, aud, role, email, phone, encrypted_password,
      confirmation_token, recovery_token, email_change, email_change_token_new,
      raw_app_meta_data, raw_user_meta_data, is_anonymous, created_at, updated_at)
    VALUES ($1, $2, 'authenticated', $3, nullif($4, ''), nullif($5, ''), $6, '', '', '', '',
      $7::jsonb, $8::jsonb, $9, now(), now())
"""
_IDENTITY = """
    INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at,
      created_at, updated_at)
    VALUES ($1, $2, $3::jsonb, $4, now(), now(), now())
    ON CONFLICT (provider_id, provider) DO NOTHING
"""

User = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who signs up. `id` is chosen here unless an administrator gives one."""

    email: str = ""
    phone: str = ""
    password: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    app: Mapping[str, Any] = field(default_factory=dict)
    provider: str = "email"
    role: str = "authenticated"
    confirmed: bool = True
    id: str = ""


async def add_user(transaction: Transaction, newcomer: Newcomer) -> User:
    """Insert a user with an identity, then confirm the address: triggers hang on both."""
    import psycopg

    key = newcomer.id or str(uuid.uuid4())
    anonymous = not newcomer.email and not newcomer.phone
    provider = "phone" if newcomer.phone and not newcomer.email else newcomer.provider
    app = {} if anonymous else {"provider": provider, "providers": [provider]}
    about = {"sub": key, "email": newcomer.email, "email_verified": True, "phone_verified": False}
    data = dict(newcomer.data) if anonymous else {**newcomer.data, **about}
    kept = await hashed(newcomer.password) if newcomer.password else ""
    values = (
        _NOBODY, key, newcomer.role, newcomer.email, newcomer.phone, kept,
        json.dumps({**app, **newcomer.app}), json.dumps(data), anonymous,
    )  # fmt: skip
    try:
        await transaction.run(_INSERT, values)
        if not anonymous:
            await transaction.run(_IDENTITY, (key, key, json.dumps(data), provider))
        if newcomer.confirmed:
            await transaction.run(
                "UPDATE auth.users SET email_confirmed_at = CASE WHEN email IS NOT NULL THEN now() END,"
                " phone_confirmed_at = CASE WHEN phone IS NOT NULL THEN now() END,"
                " last_sign_in_at = now(), updated_at = now() WHERE id = $1",
                (key,),
            )
    except psycopg.errors.UniqueViolation as error:
        if error.diag.schema_name == "auth":
            raise AuthError(422, "user_already_exists", "User already registered") from error
        raise
    found = await find_user(transaction, "id", key)
    assert found is not None  # noqa: S101 - it was inserted in this transaction
    return found


async def find_user(transaction: Transaction, column: str, value: str) -> User | None:
    """The user whose id, email or phone it is."""
    by = {"id": "u.id::text = $1", "email": "lower(u.email) = lower($1)", "phone": "u.phone = $1"}
    row = await transaction.one(f"{_SHOWN} WHERE {by[column]} AND u.deleted_at IS NULL", (value,))
    return row[0] if row else None


async def list_users(transaction: Transaction, page: int, size: int) -> tuple[list[User], int]:
    """A page of all users, the youngest first, and how many there are."""
    rows = await transaction.run(
        f"{_SHOWN} ORDER BY u.created_at DESC, u.id LIMIT $1::int OFFSET $2::int",
        (size, (page - 1) * size),
    )
    total = await transaction.one("SELECT count(*) FROM auth.users")
    return [row[0] for row in rows], total[0] if total else 0


async def knows_password(transaction: Transaction, user: User, password: str) -> bool:
    """True where it is the user's password, also one that the prototype's SQL entered."""
    row = await transaction.one(
        "SELECT encrypted_password FROM auth.users WHERE id = $1::uuid", (user["id"],)
    )
    kept = (row[0] if row else "") or ""
    if is_ours(kept):
        return await matches(password, kept)
    if not kept.startswith("$"):
        return False
    same = await transaction.one("SELECT extensions.crypt($1, $2) = $2", (password, kept))
    return bool(same and same[0])


async def change_user(transaction: Transaction, key: str, changes: Mapping[str, Any]) -> User:
    """Change what is given: email, phone, password, data, app_metadata, role, ban, confirmation."""
    sets, values = ["updated_at = now()"], [key]

    def put(text: str, value: Any) -> None:
        values.append(value)
        sets.append(text.replace("$", f"${len(values)}"))

    if changes.get("email"):
        put("email = $, email_confirmed_at = now()", str(changes["email"]).lower())
    if changes.get("phone"):
        put("phone = $", str(changes["phone"]))
    if changes.get("password"):
        put("encrypted_password = $", await hashed(str(changes["password"])))
    for name, column in (("data", "raw_user_meta_data"), ("app_metadata", "raw_app_meta_data")):
        if isinstance(changes.get(name), dict):
            put(f"{column} = coalesce({column}, '{{}}') || $::jsonb", json.dumps(changes[name]))
    if changes.get("role"):
        put("role = $", str(changes["role"]))
    if changes.get("email_confirm"):
        sets.append("email_confirmed_at = coalesce(email_confirmed_at, now())")
    if changes.get("ban_duration"):
        ban = str(changes["ban_duration"])
        put("banned_until = now() + $::interval", "0" if ban == "none" else ban)
    await transaction.run(f"UPDATE auth.users SET {', '.join(sets)} WHERE id = $1::uuid", values)
    found = await find_user(transaction, "id", key)
    if found is None:
        raise AuthError(404, "user_not_found", "User not found")
    return found
