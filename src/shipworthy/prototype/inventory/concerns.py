"""The jobs that each long file of the product does: queries, endpoints, screens, mail, models, sign-in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.technologies import SERVICES
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.routes.route import RouteKind
from shipworthy.prototype.source import Role, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_LONG = 500  # lines: no shorter file is asked for its jobs
_FEW = 3  # queries below which a file does not do the work of a data layer
_ROWS = frozenset("select insert update delete upsert rpc raw".split())
_WAYS_IN = (RouteKind.ROUTE_HANDLER, RouteKind.SERVER_ACTION, RouteKind.EDGE_FUNCTION)
_PAYMENTS = frozenset("stripe paypal lemon-squeezy paddle razorpay mercado-pago whop".split())
_MAIL = frozenset("resend sendgrid mailgun postmark smtp twilio telnyx vonage".split())
_SIGN_IN = frozenset(
    """bcrypt bcryptjs argon2 jsonwebtoken jose passport passport-local passlib jwt python_jose
    openid-client""".split()
)
_SIGNS_IN = ("signIn", "signUp", "sign_in", "sign_up", "resetPassword", "reset_password")
_UI = frozenset({"streamlit", "gradio"})


class Concern(Struct, frozen=True):
    """One job of a file: what it is, how often it is seen there, and where first."""

    name: str
    count: int
    location: Location


class LongModule(Struct, frozen=True):
    """A file with its lines, empty ones left out, and its jobs."""

    path: str
    lines: int
    concerns: tuple[Concern, ...]


def read_long_modules(prototype: Prototype) -> tuple[LongModule, ...]:
    """The live product files of 500 lines and more, by path."""
    long = {
        file.path: lines
        for file in prototype.of_role(Role.PRODUCT)
        if file.language
        and file.path not in prototype.abandoned
        and not is_archived(file.path)
        and (lines := _lines(file))
    }
    if not long:
        return ()
    places = list(_places(prototype, frozenset(long)))
    return tuple(LongModule(path, lines, _concerns(path, places)) for path, lines in long.items())


def _lines(file: SourceFile) -> int:
    if len(file.lines) < _LONG:
        return 0
    count = sum(1 for line in file.lines if line and not line.isspace())
    return count if count >= _LONG else 0


def _concerns(path: str, places: list[tuple[str, Location]]) -> tuple[Concern, ...]:
    found: dict[str, list[Location]] = {}
    for name, place in places:
        if place.path == path:
            found.setdefault(name, []).append(place)
    if len(found.get("database queries", ())) < _FEW:
        found.pop("database queries", None)
    return tuple(Concern(name, len(all_), min(all_)) for name, all_ in sorted(found.items()))


def _places(prototype: Prototype, paths: frozenset[str]) -> Iterator[tuple[str, Location]]:
    """Each job with each place where it is done."""
    models = {call.location for call in prototype.model_calls}
    yield from (("calls of language models", place) for place in models)
    for query in prototype.queries:
        if query.operation in _ROWS:
            yield "database queries", query.location
        elif query.operation == "auth" and (query.method or "").startswith(_SIGNS_IN):
            yield "sign-in", query.location
    for call in prototype.outbound_calls:
        own = call.from_page or (call.target or "/").startswith(("/", "{}"))
        if not own and call.location not in models:
            yield "calls to other services", call.location
    for route in prototype.routes:
        if route.kind in (*_WAYS_IN, RouteKind.ENDPOINT, RouteKind.PROCEDURE):
            yield "endpoints", route.location
    yield from (("sign-in", cookie.location) for cookie in prototype.cookies)
    for path in paths:
        yield from _imported(prototype, path)
        yield from (("screens", place) for place in _screens(prototype.files[path]))


def _imported(prototype: Prototype, path: str) -> Iterator[tuple[str, Location]]:
    for item in prototype.facts[path].imports if path in prototype.facts else ():
        name = item.specifier.removeprefix("npm:").removeprefix("https://esm.sh/")
        name = name[:1] + name[1:].partition("@")[0]
        service = SERVICES.get(name)
        if item.type_only:
            continue
        if service in _PAYMENTS:
            yield "payments", item.location
        elif service in _MAIL or name == "smtplib":
            yield "mail or messages", item.location
        elif name in _SIGN_IN:
            yield "sign-in", item.location
        elif name.partition(".")[0] in _UI:
            yield "screens", item.location


def _screens(file: SourceFile) -> Iterable[Location]:
    """Where the first element of a React component stands. A plain script writes its HTML as text."""
    if not file.path.endswith((".tsx", ".jsx")):
        return ()
    opened = (n for n, line in enumerate(file.lines, 1) if _is_element(line.strip()))
    first = next(opened, None)
    return (Location(file.path, first),) if first else ()


def _is_element(line: str) -> bool:
    return line[:1] == "<" and line[1:2].isalpha() and not line.endswith("(")
