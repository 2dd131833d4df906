"""What a prototype does about signing in, and what a login of the proxy would add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipworthy.prototype import Prototype
from shipworthy.prototype.handlers.handler import Check
from shipworthy.prototype.routes.route import Route, RouteKind
from shipworthy.prototype.source import Role
from shipworthy.sidecar.derive.entry_points import EntryPoint

_LIBRARIES = {
    "Clerk": ("@clerk/nextjs", "@clerk/clerk-react", "@clerk/backend", "@clerk/express"),
    "Auth.js": ("next-auth", "@auth/core", "@auth/express"),
    "Better Auth": ("better-auth",),
    "Auth0": ("@auth0/auth0-react", "@auth0/nextjs-auth0", "auth0"),
    "Kinde": ("@kinde-oss/kinde-auth-nextjs",),
    "WorkOS": ("@workos-inc/authkit-nextjs",),
    "Passport": ("passport",),
    "Flask-Login": ("flask_login",),
    "streamlit-authenticator": ("streamlit_authenticator",),
    "Supabase": ("@supabase/supabase-js", "@supabase/ssr", "supabase"),
    "Firebase": ("firebase", "firebase_admin"),
}
# Used for data alone as well: what they are called with to sign somebody in, the surest first.
_SIGNS_IN = {
    "Supabase": (
        *("signInWithPassword", "signInWithOAuth", "signInWithOtp", "sign_in_with_password"),
        "auth.signUp",
    ),
    "Firebase": (
        "signInWithEmailAndPassword",
        "signInWithPopup",
        "verifyIdToken",
        "verify_id_token",
    ),
}
_PUBLIC = frozenset(
    """login signin sign-in signup sign-up register auth pricing about terms privacy imprint impressum
    contact blog faq forgot-password reset-password landing legal cookies""".split()
)
_EXAMPLE = (
    "  login: {issuer: https://ID.example, client_id: ME, client_secret: env:OIDC_SECRET}",
    "with `default: user` at the end of this file.",
)


@dataclass(frozen=True, slots=True)
class OwnLogin:
    """The login of the prototype itself: what it is made with and the first file that shows it."""

    library: str
    path: str


def own_login(prototype: Prototype, entries: Sequence[EntryPoint]) -> OwnLogin | None:
    """How people sign in to the prototype; None where nothing asks them to."""
    for library, packages in _LIBRARIES.items():
        using = [
            path
            for path, imported in sorted(prototype.modules.packages.items())
            if path not in prototype.abandoned and imported & set(packages)
        ]
        if using:
            signs = _SIGNS_IN.get(library)
            path = _place(prototype, signs) if signs is not None else using[0]
            if path:
                return OwnLogin(library, path)
    known = [e for e in entries if e.handler.principal is Check.SESSION]
    return OwnLogin("sessions of its own", known[0].file) if known else None


def _place(prototype: Prototype, signs: tuple[str, ...]) -> str:
    """The first product file that calls one of these, by the order of the calls."""
    live = [f for f in prototype.of_role(Role.PRODUCT) if f.path not in prototype.abandoned]
    live.sort(key=lambda file: "supabase/functions/" in file.path)  # what people see comes first
    return next((f.path for sign in signs for f in live if sign in (f.text or "")), "")


def guarded_pages(prototype: Prototype) -> str:
    """The middleware of Next.js that looks at each page before it is sent; '' where there is none."""
    return next((r.location.path for r in prototype.routes if r.kind is RouteKind.MIDDLEWARE), "")


def public_pages(prototype: Prototype) -> tuple[str, ...]:
    """The pages that would have to stay open behind a login, by their names."""
    pages = (r for r in prototype.routes if r.kind is RouteKind.PAGE)
    return tuple(sorted({_first(page) for page in pages if _first(page)[1:].lower() in _PUBLIC}))


def _first(page: Route) -> str:
    return "/" + page.path.strip("/").split("/")[0]


def login_lines(own: OwnLogin | None, prototype: Prototype) -> tuple[str, ...]:
    """What is written where a login would stand: an example to take in, and what it would change."""
    if own is not None:
        return (
            f"People sign in with {own.library} ({own.path}): the prototype decides",
            "who they are, the proxy lets them through. A login of your organisation in front of it is",
            *_EXAMPLE,
        )
    opened = public_pages(prototype)
    return (
        "DECIDE: nothing here asks people to sign in: whoever reaches it, uses it. A login is",
        *_EXAMPLE,
        *((f"Open then, by routes with `need: anyone`: {', '.join(opened)}",) if opened else ()),
    )


def counted(entries: Sequence[EntryPoint]) -> tuple[str, ...]:
    """What the code itself asks of its callers, in a few lines."""
    handlers = list({id(e.handler): e.handler for e in entries}.values())
    if not handlers:
        return ()
    said = []
    for checks, words in (
        ((Check.SESSION,), "a session or token"),
        ((Check.SIGNATURE, Check.SECRET, Check.API_KEY), "a signature, secret or key"),
        ((Check.PLATFORM,), "Supabase's own check, which the public key passes"),
        ((None,), "nobody"),
    ):
        number = sum(h.principal in checks for h in handlers)
        if number:
            asks = "asks" if number == 1 else "ask"
            said.append(f"{number} {asks} {'nobody' if words == 'nobody' else f'for {words}'}")
    unknown = sum(not h.whole for h in handlers)
    if unknown:
        said.append(f"{unknown} could not be followed to the end: UNKNOWN")
    ways = "way in" if len(handlers) == 1 else "ways in"
    return (f"{len(handlers)} {ways}: {', '.join(said)}.",)


def open_lines(entries: Sequence[EntryPoint], most: int = 6) -> tuple[str, ...]:
    """What strangers can do that they should not, where it was seen."""
    found = sorted({_spoken(e) for e in entries if is_open(e)})
    if not found:
        return ()
    lines = ["DECIDE: open to anybody, though they change or show what is not for everybody:"]
    shown = found[:most]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return (*lines, "  " + ", ".join(shown) + more)


def is_open(entry: EntryPoint) -> bool:
    """True where strangers can do what they should not, and nothing is closed for it."""
    return bool(entry.open) and not entry.for_developers


def _spoken(entry: EntryPoint) -> str:
    return entry.address if entry.method == "*" else f"{entry.method} {entry.address}"
