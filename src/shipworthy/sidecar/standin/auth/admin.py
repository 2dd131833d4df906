"""What the service key may do with users: list, add, change, remove, invite and make links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shipworthy.sidecar.standin.auth.errors import AuthError, not_here
from shipworthy.sidecar.standin.auth.links import Link, Links
from shipworthy.sidecar.standin.auth.users import (
    Newcomer,
    User,
    add_user,
    change_user,
    find_user,
    list_users,
)
from shipworthy.sidecar.standin.connections import Transaction
from shipworthy.sidecar.standin.message import Answer, Request, json_answer

_ROLES = ("service_role", "supabase_admin")
_MOST = 1000  # users of one page
_LINKS = ("signup", "invite", "magiclink", "recovery", "email_change_current", "email_change_new")
Body = dict[str, Any]


class Admin:
    """Answers below /auth/v1/admin and /auth/v1/invite."""

    def __init__(
        self,
        links: Links,
        link_of: Callable[[Link, str], str],
        mail: Callable[[Link, str], None],
    ) -> None:
        self._links = links
        self._link_of = link_of
        self._mail = mail

    async def answer(self, request: Request, body: Body, transaction: Transaction) -> Answer:
        """Answer one request. Raises AuthError."""
        if request.caller.role not in _ROLES:
            raise AuthError(403, "not_admin", "User not allowed")
        first, _, key = request.path.removeprefix("admin/").partition("/")
        if first == "users":
            return await self._users(request, body, key, transaction)
        if first in ("generate_link", "invite") and request.method == "POST":
            return await self._link(request, body, transaction, invites=first == "invite")
        raise not_here(f"{request.method} /auth/v1/{request.path}")

    async def _users(
        self, request: Request, body: Body, key: str, transaction: Transaction
    ) -> Answer:
        if not key and request.method == "GET":
            page, size = (_number(request.asked(k), d) for k, d in (("page", 1), ("per_page", 50)))
            users, total = await list_users(transaction, page, min(size, _MOST))
            headers = {"X-Total-Count": str(total)}
            return json_answer(200, {"users": users, "aud": "authenticated"}, headers)
        if not key and request.method == "POST":
            return json_answer(200, await add_user(transaction, _newcomer(body)))
        user = await find_user(transaction, "id", key)
        if user is None:
            raise AuthError(404, "user_not_found", "User not found")
        if request.method == "PUT":
            changes = {**body, "data": body.get("user_metadata", body.get("data"))}
            user = await change_user(transaction, user["id"], changes)
        elif request.method == "DELETE":
            await transaction.run("DELETE FROM auth.users WHERE id = $1::uuid", (user["id"],))
        elif request.method != "GET":
            raise not_here(f"{request.method} of a user")
        return json_answer(200, user)

    async def _link(
        self, request: Request, body: Body, transaction: Transaction, *, invites: bool
    ) -> Answer:
        kind = "invite" if invites else str(body.get("type", ""))
        email = str(body.get("email", "")).lower()
        if kind not in _LINKS or "@" not in email:
            raise AuthError(400, "validation_failed", "a type and an email are needed")
        user = await find_user(transaction, "email", email)
        if user is None and kind == "recovery":
            raise AuthError(404, "user_not_found", "User with this email not found")
        user = user or await add_user(transaction, _newcomer({**body, "email_confirm": True}))
        link = self._links.make(kind, email, user["id"])
        target = request.asked("redirect_to") or str(body.get("redirect_to", ""))
        if invites:
            self._mail(link, target)
            return json_answer(200, user)
        return json_answer(200, _described(user, link, self._link_of(link, target), target))


def _newcomer(body: Body) -> Newcomer:
    data = body.get("user_metadata", body.get("data"))
    app = body.get("app_metadata")
    return Newcomer(
        str(body.get("email", "")).lower(),
        str(body.get("phone", "")),
        str(body.get("password", "")),
        data if isinstance(data, dict) else {},
        app if isinstance(app, dict) else {},
        role=str(body.get("role") or "authenticated"),
        confirmed=bool(body.get("email_confirm") or body.get("phone_confirm")),
        id=str(body.get("id") or ""),
    )


def _described(user: User, link: Link, address: str, target: str) -> dict[str, Any]:
    return {
        **user,
        "action_link": address,
        "email_otp": link.code,
        "hashed_token": link.token,
        "verification_type": link.kind,
        "redirect_to": target,
    }


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and int(text[:9]) > 0 else default
