"""Who calls: sessions and tokens of the platforms and libraries that tell."""

from __future__ import annotations

from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import SHARED, Check, EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.requests import NODE, principal
from shipworthy.prototype.handlers.knowledge.sessions import session
from shipworthy.prototype.handlers.sent import NAMED, named_freely
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
)

_CALLER = frozenset({Origin("principal")})


def _caller(what: str = "principal") -> Value:
    return Value(origins=_CALLER, what=what, tags=frozenset({"truthy"}))


def _claims() -> Value:
    return Value(origins=frozenset({Origin("claims")}), what="claims", tags=frozenset({"truthy"}))


def supabase_user(key: str, *, verified: bool) -> Callable[[Evaluation, Site], Value | None]:
    """`supabase.auth.getUser()`: asks the server. `getSession()` believes the cookie as it is; a client
    without cookies finds nobody, whatever whoever calls sends."""

    def answer(walk: Evaluation, site: Site) -> Value | None:
        if "auth" not in site.what.split("."):
            return None
        how = f"auth.{site.name}"
        believed = not verified and _NO_LOGIN not in site.receiver.tags
        check = Check.DECODED if believed else Check.SESSION
        guard = frozenset({walk.guard(check, how, site.call.at)})
        caller = _claims() if believed else _caller()
        inner = (
            caller if key == "user" else Value(fields={"user": caller}, tags=frozenset({"truthy"}))
        )
        if key == "claims":
            inner = Value(origins=_CALLER, what="principal", tags=frozenset({"truthy"}))
        error = Value(what="error", tags=frozenset({"truthy"}))
        there = Value(fields={"data": Value(fields={key: inner}), "error": NULL, key: inner})
        absent = Value(fields={"data": Value(fields={key: NULL}), "error": error, key: NULL})
        return Value(cases=((there, guard), (absent, NO_GUARDS)))

    return answer


def _clerk(walk: Evaluation, site: Site) -> Value | None:
    """`auth()` of Clerk: an object in which userId may be nothing; `auth.protect()` refuses."""
    guard = frozenset({walk.guard(Check.SESSION, site.what, site.call.at)})
    there = Value(
        fields={
            "userId": _caller(),
            "orgId": from_origins(Origin("principal", "", "orgId")),
            "user": _caller(),
            "...": _caller(),
        }
    )
    absent = Value(fields={"userId": NULL, "orgId": NULL, "user": NULL, "sessionClaims": NULL})
    return Value(cases=((there, guard), (absent, NO_GUARDS)))


def _user(walk: Evaluation, site: Site) -> Value | None:
    return principal(walk, site.what, site.call.at)


def _protect(walk: Evaluation, site: Site) -> Value | None:
    walk.passed(Check.SESSION, site.what, site.call.at)
    return _caller()


def _verify(walk: Evaluation, site: Site) -> Value | None:
    """`jwt.verify(token, key)` throws for what is not signed with the key."""
    if site.call.keywords and _unverified(site):
        return _decode(walk, site)
    token = site.argument(0)
    if site.given and site.given[-1].closure is not None:
        return _verified_later(walk, site)
    walk.passed(
        Check.SESSION, site.what, site.call.at, (str(o) for o in token.origins if o.is_input)
    )
    return Value(
        origins=_CALLER,
        what="principal",
        fields={"payload": _caller(), "...": _caller()},
        tags=frozenset({"truthy"}),
    )


def _recovered(walk: Evaluation, site: Site) -> Value | None:
    """`ethers.verifyMessage(message, signature)`: the wallet whose owner has signed it."""
    sent = (str(o) for value in site.given for o in value.origins if o.is_input)
    walk.passed(Check.SESSION, site.what, site.call.at, sent)
    return Value(origins=_CALLER, what="principal", tags=frozenset({"truthy"}))


def _verified_later(walk: Evaluation, site: Site) -> Value:
    """`jwt.verify(token, key, (error, user) => …)`: the function is told whether it was signed."""
    told = site.given[-1].closure
    before = walk.guards
    if told is not None:
        error = Value(origins=frozenset({Origin("error", "token")}), tags=frozenset({"truthy"}))
        walk.enter(told, (error, NULL), {}, site.call.at)
        walk.guards = before | {walk.guard(Check.SESSION, site.what, site.call.at)}
        walk.enter(told, (NULL, _caller()), {}, site.call.at)
    walk.guards = before
    return UNKNOWN


def _unverified(site: Site) -> bool:
    options = site.named.get("options")
    off = options.fields.get("verify_signature") if options is not None and options.fields else None
    verify = site.named.get("verify")
    return (off is not None and off.literal is False) or (
        verify is not None and verify.literal is False
    )


def _decode(walk: Evaluation, site: Site) -> Value | None:
    """A token that is read as it is; behind a gateway that has verified it, it says who calls."""
    verified = any(g.check is Check.PLATFORM for g in walk.guards)
    claims = _caller() if verified else _claims()
    guard = frozenset({walk.guard(Check.DECODED, site.what, site.call.at)})
    return Value(cases=((claims, guard), (NULL, NO_GUARDS)), origins=claims.origins)


def _decoded_parts(walk: Evaluation, site: Site) -> Value | None:
    """`const [header, payload] = decode(token)` of djwt."""
    claims = _decode(walk, site)
    return Value(elements=(claims, claims)) if claims is not None else None


def _python_decode(walk: Evaluation, site: Site) -> Value | None:
    """PyJWT's and jose's `jwt.decode(token, key, algorithms=…)` verifies unless told not to."""
    return _decode(walk, site) if _unverified(site) else _verify(walk, site)


def _sign_in(walk: Evaluation, site: Site) -> Value | None:
    """A login with a password or a code is itself the check."""
    if "auth" not in site.what.split("."):
        return None
    walk.effect(
        EffectKind.ACCOUNT,
        site.name,
        "auth",
        site.call.at,
        client=site.receiver.client,
        inputs={"value:*": all_origins(site.argument(0))},
    )
    return supabase_user("user", verified=True)(walk, site)


def _account(walk: Evaluation, site: Site) -> Value | None:
    """`auth.admin.createUser(…)` and the like."""
    parts = site.what.split(".")
    if "auth" not in parts or parts[0] == "django":
        return None
    inputs = {"value:*": all_origins(site.argument(0)) | all_origins(site.argument(1))}
    if site.has(1):  # whose account it is, apart from what is written into it
        inputs["filter:id"] = all_origins(site.argument(0))
    named = named_freely(site.argument(0))
    walk.effect(
        EffectKind.ACCOUNT,
        site.name,
        "auth.users",
        site.call.at,
        client=site.receiver.client,
        inputs=inputs,
        literals={f"filter:id{NAMED}": "by the caller"} if named else {},
        values={"value:*": Value(elements=(site.argument(0), site.argument(1)))},
    )
    by = frozenset(o for o in inputs["value:*"] if o.is_input or o.kind == "principal")
    row = Value(origins=frozenset({Origin("row", "auth.users", "", by)}))
    fields = {"user": row, "users": row, "properties": row}
    return Value(
        cases=(
            (Value(fields={"data": Value(fields=fields), "error": NULL}), NO_GUARDS),
            (Value(fields={"data": Value(fields={"user": NULL}), "error": UNKNOWN}), NO_GUARDS),
        )
    )


def _page_client(walk: Evaluation, site: Site) -> Value | None:
    """`createBrowserClient(…)` used on a server: it has the key of the page, and no visitor's login."""
    return Value(what="supabase", client="anon", tags=frozenset({"truthy"}))


def _client(walk: Evaluation, site: Site) -> Value | None:
    """`createClient(url, key, options)` of supabase-js: whose rights its key gives."""
    key = site.argument(1, "supabase_key")
    names = {o.name.upper() for o in all_origins(key) if o.kind == "environment"}
    if (
        any("SERVICE" in name or "SECRET_KEY" in name for name in names)
        or "service-key" in key.tags
    ):
        return Value(what="supabase", client="service", tags=frozenset({"truthy"}))
    options = site.argument(2, "options")
    headers = _headers_of(options)
    if any(o.kind in ("header", "cookie", "principal") for o in headers):
        return Value(what="supabase", client="user", tags=frozenset({"truthy"}))
    if not names and key.text is None:
        return Value(what="supabase", tags=frozenset({"truthy"}))
    whose = "anon" if walk.program.signed_in else SHARED
    kept = frozenset({_NO_LOGIN} if _keeps_no_login(walk, site, options) else ())
    return Value(what="supabase", client=whose, tags=kept | {"truthy"})


_NO_LOGIN = "keeps no login"
"""The tag of a client that reads nobody's login from what is sent along."""


def _keeps_no_login(walk: Evaluation, site: Site, options: Value) -> bool:
    """True for supabase-js on a server without a store of its own, made anew for each call or never signed
    in there."""
    auth = (options.fields or {}).get("auth")
    bare = not site.has(2) or (
        options.fields is not None
        and "..." not in options.fields
        and (
            auth is None or (auth.fields is not None and not {"storage", "..."} & set(auth.fields))
        )
    )
    of_module = walk.heap is walk.program.heap
    return bare and not (of_module and walk.program.signs_in_itself)


def _headers_of(options: Value) -> frozenset[Origin]:
    for name in ("global", "headers"):
        inner = options.fields.get(name) if options.fields else None
        if inner is not None:
            return all_origins(inner, 6)
    token = options.fields.get("accessToken") if options.fields else None
    return frozenset({Origin("principal")}) if token is not None else frozenset()


def _user_client(walk: Evaluation, site: Site) -> Value | None:
    """A client of @supabase/ssr or the auth helpers: acts with the session in the cookies."""
    key = site.argument(1)
    names = {o.name.upper() for o in all_origins(key) if o.kind == "environment"}
    if any("SERVICE" in name for name in names):
        whose = "service"
    else:
        asks = walk.program.signed_in or _headers_of(site.argument(2))
        whose = "user" if asks else SHARED
    return Value(what="supabase", client=whose, tags=frozenset({"truthy"}))


CALLS = {
    "@supabase/supabase-js.createClient": _client,
    "supabase.create_client": _client,
    "supabase.createClient": _client,
    "@supabase/ssr.createBrowserClient": _page_client,
    "@supabase/auth-helpers-nextjs.createClientComponentClient": _page_client,
    "@supabase/auth-helpers-nextjs.createPagesBrowserClient": _page_client,
    "@supabase/auth-helpers-nextjs.createBrowserSupabaseClient": _page_client,
    "@supabase/ssr.createServerClient": _user_client,
    "@supabase/auth-helpers-nextjs.createRouteHandlerClient": _user_client,
    "@supabase/auth-helpers-nextjs.createServerComponentClient": _user_client,
    "@supabase/auth-helpers-nextjs.createServerActionClient": _user_client,
    "@supabase/auth-helpers-nextjs.createMiddlewareClient": _user_client,
    "@supabase/auth-helpers-nextjs.createServerSupabaseClient": _user_client,
    "@supabase/auth-helpers-remix.createServerClient": _user_client,
    "next-auth.getServerSession": session,
    "next-auth/next.getServerSession": session,
    "next-auth.unstable_getServerSession": session,
    "next-auth/jwt.getToken": session,
    "next-auth/next.unstable_getServerSession": session,
    "@clerk/nextjs/server.auth": _clerk,
    "@clerk/nextjs.auth": _clerk,
    "@clerk/nextjs/server.currentUser": _user,
    "@clerk/nextjs.currentUser": _user,
    "@clerk/nextjs/server.getAuth": _clerk,
    "@clerk/express.getAuth": _clerk,
    "@clerk/fastify.getAuth": _clerk,
    "@hono/clerk-auth.getAuth": _clerk,
    "@clerk/nextjs/server.auth.protect": _protect,
    "@auth0/nextjs-auth0.getSession": session,
    "@kinde-oss/kinde-auth-nextjs/server.getKindeServerSession": lambda walk, site: Value(
        what="kinde"
    ),
    "kinde.getUser": _user,
    "jsonwebtoken.verify": _verify,
    "ethers.verifyMessage": _recovered,
    "ethers.ethers.verifyMessage": _recovered,
    "ethers.utils.verifyMessage": _recovered,
    "ethers.ethers.utils.verifyMessage": _recovered,
    "viem.recoverMessageAddress": _recovered,
    "jsonwebtoken.decode": _decode,
    "jose.jwtVerify": _verify,
    "router.jwt.verify": _verify,  # @fastify/jwt
    "jose.decodeJwt": _decode,
    "jwt-decode": _decode,
    "jwt-decode.jwtDecode": _decode,
    "jwt-decode.jwt_decode": _decode,
    "hono/jwt.verify": _verify,
    "deno/djwt.verify": _verify,
    "deno/djwt.decode": _decoded_parts,
    "jwt.decode": _python_decode,
    "jose.jwt.decode": _python_decode,
    "jose.jwt.get_unverified_claims": _decode,
    "jwt.get_unverified_header": _decode,
    "firebase_admin.auth.verify_id_token": _verify,
    "firebase-admin.auth().verifyIdToken": _verify,
    "google.oauth2.id_token.verify_oauth2_token": _verify,
    "flask_jwt_extended.get_jwt_identity": lambda walk, site: _caller(),
    **{
        f"flask_jwt_extended.{name}": lambda walk, site: _caller()
        for name in ("get_jwt", "get_jwt_claims", "get_raw_jwt")
    },
    "flask_jwt_extended.verify_jwt_in_request": _protect,
    "flask_jwt_extended.get_current_user": lambda walk, site: _caller(),
}

_ADMIN = (
    "createUser",
    "deleteUser",
    "updateUserById",
    "inviteUserByEmail",
    "listUsers",
    "getUserById",
    "generateLink",
    "create_user",
    "delete_user",
    "update_user_by_id",
    "list_users",
    "get_user_by_id",
)
_SIGN_IN = (
    "signInWithPassword",
    "signUp",
    "verifyOtp",
    "signInWithOtp",
    "exchangeCodeForSession",
    "resetPasswordForEmail",
    "sign_in_with_password",
    "sign_up",
    "signInWithOAuth",
    "signInWithIdToken",
    "setSession",
)


def _of_fastify(walk: Evaluation, site: Site) -> Value | None:
    """`await request.jwtVerify()` of @fastify/jwt throws for what is not signed, else sets `request.user`."""
    if site.receiver.what != NODE:
        return None
    walk.passed(Check.SESSION, "request.jwtVerify", site.call.at, ("header.authorization",))
    return _caller()


def _api_session(walk: Evaluation, site: Site) -> Value | None:
    return session(walk, site) if site.what.endswith("api.getSession") else None


NAMES = {
    "getUser": supabase_user("user", verified=True),
    "get_user": supabase_user("user", verified=True),
    "getClaims": supabase_user("claims", verified=True),
    "getSession": lambda walk, site: (
        _api_session(walk, site) or supabase_user("session", verified=False)(walk, site)
    ),
    "verifyIdToken": lambda walk, site: _verify(walk, site),
    "jwtVerify": _of_fastify,
    "me": lambda walk, site: _user(walk, site) if site.what.endswith("auth.me") else None,
    "getServerSession": session,
    "useSession": session,
    **dict.fromkeys(_ADMIN, _account),
    **dict.fromkeys(_SIGN_IN, _sign_in),
}


def _principal(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "is_authenticated":
        yes = frozenset({walk.guard(Check.SESSION, "is_authenticated", 0)})
        return Value(when=(yes, NO_GUARDS))
    if key == "is_anonymous":
        yes = frozenset({walk.guard(Check.SESSION, "is_authenticated", 0)})
        return Value(when=(NO_GUARDS, yes))
    if key in ("is_staff", "is_superuser", "is_admin", "isAdmin"):
        yes = frozenset({walk.guard(Check.ROLE, key, 0)})
        return Value(origins=frozenset({Origin("principal", "", key)}), when=(yes, NO_GUARDS))
    return None


PROPERTIES = {"principal": _principal}
