"""Answers requests to /auth/v1 as the hosted authentication server does; mail is told, never sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from shipworthy.sidecar.standin.auth.admin import Admin
from shipworthy.sidecar.standin.auth.chooser import page
from shipworthy.sidecar.standin.auth.errors import AuthError, no_session, not_here
from shipworthy.sidecar.standin.auth.links import Link, Links, check_verifier, safe_target
from shipworthy.sidecar.standin.auth.passwords import is_too_short
from shipworthy.sidecar.standin.auth.sessions import Sessions
from shipworthy.sidecar.standin.auth.users import (
    Newcomer,
    User,
    add_user,
    change_user,
    find_user,
    knows_password,
)
from shipworthy.sidecar.standin.connections import Connections, Transaction
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.message import Answer, Request, json_answer

if TYPE_CHECKING:
    import psycopg

Tell = Callable[[str], None]
Body = dict[str, Any]
_PROVIDERS = frozenset(
    """apple azure bitbucket discord facebook figma github gitlab google kakao keycloak linkedin
    linkedin_oidc notion slack slack_oidc spotify twitch twitter workos zoom""".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its body read and the transaction that it is answered in."""

    request: Request
    body: Body
    transaction: Transaction

    def text(self, key: str) -> str:
        """A text of the body, "" for none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else ""


class Auth:
    """The authentication server of one database."""

    def __init__(self, connections: Connections, keys: Keys, public_url: str, tell: Tell) -> None:
        self._connections = connections
        self._public_url = public_url
        self._tell = tell
        self._sessions = Sessions(keys, f"{public_url}/auth/v1")
        self._links = Links()
        self._admin = Admin(self._links, self._link_of, self._told)
        self._ways: dict[tuple[str, str], Callable[[Asked], Awaitable[Answer]]] = {
            ("POST", "signup"): self._sign_up,
            ("POST", "token"): self._token,
            ("GET", "user"): self._user,
            ("PUT", "user"): self._change,
            ("POST", "logout"): self._sign_out,
            ("POST", "otp"): self._mail_link,
            ("POST", "magiclink"): self._mail_link,
            ("POST", "recover"): self._recover,
            ("POST", "resend"): self._resend,
            ("POST", "verify"): self._verify,
            ("GET", "verify"): self._follow,
            ("GET", "authorize"): self._choose,
            ("POST", "authorize"): self._chosen,
            ("GET", "settings"): _settings,
            ("GET", "health"): _health,
            ("GET", ".well-known/jwks.json"): _no_public_keys,
            ("GET", "reauthenticate"): _health,
        }

    async def answer(self, request: Request) -> Answer:
        """Answer one request."""
        import psycopg

        try:
            body = _body(request)
            async with self._connections.transaction() as transaction:
                asked = Asked(request, body, transaction)
                if request.path.startswith(("admin/", "invite")):
                    return await self._admin.answer(asked.request, asked.body, transaction)
                way = self._ways.get((request.method, request.path))
                if way is None:
                    raise not_here(f"{request.method} /auth/v1/{request.path}")
                return await way(asked)
        except AuthError as error:
            return error.answer(request)
        except psycopg.Error as error:
            return self._refused(error, request)

    def _refused(self, error: psycopg.Error, request: Request) -> Answer:
        said = str(error).partition("\n")[0]
        if error.sqlstate is None:  # never reached the server: a NUL in a text
            return AuthError(400, "validation_failed", said).answer(request)
        self._tell(f"stand-in: /auth/v1/{request.path} was refused by the database: {said}")
        message = "Database error saving new user" if request.path == "signup" else said
        return AuthError(500, "unexpected_failure", message).answer(request)

    async def _sign_up(self, asked: Asked) -> Answer:
        email, password = asked.text("email").strip().lower(), asked.text("password")
        phone = asked.text("phone")
        data = asked.body.get("data")
        newcomer = Newcomer(email, phone, password, data if isinstance(data, dict) else {})
        if email or phone:
            _check_address(email, phone)
            _check_password(password)
        user = await add_user(asked.transaction, newcomer)
        self._tell(
            f"stand-in: {email or phone or 'an anonymous user'} signed up, confirmed at once"
        )
        method = "password" if email or phone else "anonymous"
        return json_answer(200, await self._sessions.open(asked.transaction, user, method))

    async def _token(self, asked: Asked) -> Answer:
        kind = asked.request.asked("grant_type")
        if kind == "refresh_token":
            token = asked.text("refresh_token")
            return json_answer(200, await self._sessions.renew(asked.transaction, token))
        if kind == "pkce":
            link = self._links.take(asked.text("auth_code"))
            check_verifier(link, asked.text("code_verifier"))
            return await self._session(asked, link.user, "oauth")
        if kind != "password":
            raise not_here(f"grant_type={kind}")
        column = "email" if asked.text("email") else "phone"
        user = await find_user(asked.transaction, column, asked.text(column))
        given = asked.text("password")
        if user is None or not await knows_password(asked.transaction, user, given):
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        return json_answer(200, await self._sessions.open(asked.transaction, user, "password"))

    async def _session(self, asked: Asked, key: str, method: str) -> Answer:
        user = await find_user(asked.transaction, "id", key)
        if user is None:
            raise AuthError(404, "user_not_found", "User not found")
        return json_answer(200, await self._sessions.open(asked.transaction, user, method))

    async def _me(self, asked: Asked) -> User:
        """The user whose session it is. Raises AuthError."""
        caller = asked.request.caller
        if caller.claims.get("refused"):
            raise AuthError(403, "bad_jwt", str(caller.claims["refused"]))
        if not caller.user:
            raise no_session()
        alive = await asked.transaction.one(
            "SELECT 1 FROM auth.sessions WHERE id::text = $1",
            (str(caller.claims.get("session_id")),),
        )
        user = await find_user(asked.transaction, "id", caller.user)
        if user is None:
            message = "User from sub claim in JWT does not exist"
            raise AuthError(403, "user_not_found", message)
        if alive is None:
            message = "Session from session_id claim in JWT does not exist"
            raise AuthError(403, "session_not_found", message)
        return user

    async def _user(self, asked: Asked) -> Answer:
        return json_answer(200, await self._me(asked))

    async def _change(self, asked: Asked) -> Answer:
        me = await self._me(asked)
        if asked.text("password"):
            _check_password(asked.text("password"))
        if asked.text("email"):
            _check_address(asked.text("email"), "")
        allowed: Body = {
            k: asked.body[k] for k in ("email", "phone", "password", "data") if k in asked.body
        }
        return json_answer(200, await change_user(asked.transaction, me["id"], allowed))

    async def _sign_out(self, asked: Asked) -> Answer:
        me = await self._me(asked)
        session = str(asked.request.caller.claims.get("session_id"))
        scope = asked.request.asked("scope") or "global"
        await self._sessions.end(asked.transaction, me["id"], session, scope)
        return Answer(204)

    async def _mail_link(self, asked: Asked) -> Answer:
        email = asked.text("email").strip().lower()
        if not email:
            raise not_here("a code by SMS")
        _check_address(email, "")
        user = await find_user(asked.transaction, "email", email)
        if user is None:
            if asked.body.get("create_user") is False:
                raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
            data = asked.body.get("data")
            newcomer = Newcomer(email, data=data if isinstance(data, dict) else {})
            user = await add_user(asked.transaction, newcomer)
        return self._mail(asked, "magiclink", email, user)

    async def _recover(self, asked: Asked) -> Answer:
        email = asked.text("email").strip().lower()
        user = await find_user(asked.transaction, "email", email)
        if user is None:
            return json_answer(200, {})  # as hosted: nobody learns who has an account
        return self._mail(asked, "recovery", email, user)

    async def _resend(self, asked: Asked) -> Answer:
        email = asked.text("email").strip().lower()
        user = await find_user(asked.transaction, "email", email)
        return self._mail(asked, "signup", email, user) if user else json_answer(200, {})

    def _mail(self, asked: Asked, kind: str, email: str, user: User) -> Answer:
        challenge = asked.text("code_challenge")
        method = asked.text("code_challenge_method")
        link = self._links.make(kind, email, user["id"], challenge, method)
        self._told(link, asked.request.asked("redirect_to"))
        return json_answer(200, {})

    def _told(self, link: Link, redirect_to: str) -> None:
        """Where the hosted server would send a mail."""
        address = self._link_of(link, redirect_to)
        self._tell(
            f"stand-in: mail to {link.email} ({link.kind}): {address} or the code {link.code}"
        )

    def _link_of(self, link: Link, redirect_to: str) -> str:
        target = safe_target(redirect_to, self._public_url)
        query = urlencode({"token": link.token, "type": link.kind, "redirect_to": target})
        return f"{self._public_url}/auth/v1/verify?{query}"

    async def _verify(self, asked: Asked) -> Answer:
        token = asked.text("token_hash")
        link = (
            self._links.take(token)
            if token
            else self._links.take_code(asked.text("email"), asked.text("token"))
        )
        return await self._session(asked, link.user, "otp")

    async def _follow(self, asked: Asked) -> Answer:
        """A person opens the link: back to the prototype with a session or a code."""
        target = safe_target(asked.request.asked("redirect_to"), self._public_url)
        try:
            link = self._links.take(asked.request.asked("token"))
        except AuthError as error:
            said = {
                "error": "access_denied",
                "error_code": error.code,
                "error_description": error.message,
            }
            return _see_other(f"{target}#{urlencode(said)}")
        return await self._return(asked, target, link)

    async def _return(self, asked: Asked, target: str, link: Link) -> Answer:
        if link.challenge:
            again = self._links.make("pkce", link.email, link.user, link.challenge, link.method)
            joint = "&" if "?" in target else "?"
            return _see_other(f"{target}{joint}{urlencode({'code': again.token})}")
        user = await find_user(asked.transaction, "id", link.user)
        if user is None:
            raise AuthError(404, "user_not_found", "User not found")
        session = await self._sessions.open(asked.transaction, user, "otp")
        said = {
            k: session[k] for k in ("access_token", "expires_at", "expires_in", "refresh_token")
        }
        return _see_other(
            f"{target}#{urlencode({**said, 'token_type': 'bearer', 'type': link.kind})}"
        )

    async def _choose(self, asked: Asked) -> Answer:
        """In place of a provider's page: a local one that asks who one wants to be."""
        provider = asked.request.asked("provider")
        if provider not in _PROVIDERS:
            message = f"Unsupported provider: provider {provider} could not be found"
            raise AuthError(400, "validation_failed", message)
        rows = await asked.transaction.run(
            "SELECT email FROM auth.users WHERE email IS NOT NULL ORDER BY created_at DESC LIMIT 8"
        )
        known = [str(row[0]) for row in rows]
        return page(provider, dict(asked.request.query), known)

    async def _chosen(self, asked: Asked) -> Answer:
        email = asked.text("email").strip().lower()
        _check_address(email, "")
        provider = asked.text("provider")
        if provider not in _PROVIDERS:
            raise AuthError(400, "validation_failed", "Unsupported provider")
        user = await find_user(asked.transaction, "email", email)
        if user is None:
            name = email.partition("@")[0]
            data = {"full_name": name, "name": name}
            user = await add_user(asked.transaction, Newcomer(email, data=data, provider=provider))
        challenge = asked.text("code_challenge")
        method = asked.text("code_challenge_method")
        link = self._links.make("oauth", email, user["id"], challenge, method)
        self._links.take(link.token)
        target = safe_target(asked.text("redirect_to"), self._public_url)
        return await self._return(asked, target, link)


def _body(request: Request) -> Body:
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode(errors="replace")))
    if not request.body.strip():
        return {}
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        message = "Could not parse request body as JSON"
        raise AuthError(400, "bad_json", message) from error
    return found if isinstance(found, dict) else {}


def _check_address(email: str, phone: str) -> None:
    name, at, host = email.partition("@")
    if phone and not email:
        return
    if not (name and at and "." in host.strip(".")) or any(c.isspace() for c in email):
        message = "Unable to validate email address: invalid format"
        raise AuthError(400, "validation_failed", message)


def _check_password(password: str) -> None:
    if not password:
        raise AuthError(400, "validation_failed", "Signup requires a valid password")
    if is_too_short(password):
        raise AuthError(422, "weak_password", "Password should be at least 6 characters.")


def _see_other(target: str) -> Answer:
    return Answer(303, b"", {"Location": target, "Cache-Control": "no-store"})


async def _settings(_: Asked) -> Answer:
    external = dict.fromkeys(sorted(_PROVIDERS), True) | {"email": True, "phone": False}
    document = {
        "external": {**external, "anonymous_users": True},
        "disable_signup": False,
        "mailer_autoconfirm": True,
        "phone_autoconfirm": False,
        "sms_provider": "",
        "saml_enabled": False,
    }
    return json_answer(200, document)


async def _health(_: Asked) -> Answer:
    said = "A local stand-in of shipworthy, not Supabase Auth"
    return json_answer(200, {"version": "stand-in", "name": "stand-in", "description": said})


async def _no_public_keys(_: Asked) -> Answer:
    """Tokens are signed with a secret (HS256), so there is no key to publish."""
    return json_answer(200, {"keys": []})
