"""One server entry point, followed: what it checks and what it does after which checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.routes.route import Route, RouteKind


class Origin(NamedTuple):
    """Where a value comes from.

    - of the request: "body", "query", "path", "header", "cookie", "form", "upload", "argument" (of a
      server action or procedure); `key` is the property, "" for the whole
    - "principal": the verified caller; "claims": what a caller says of itself, unverified
    - "row": data of table `name`, column `key`, found by the origins in `by`
    - "environment" (`name`: the variable), "model", "random" (weak), "error", "answer" (of a third party)
    - "others": whoever is not the caller, of whom rows must be
    """

    kind: str
    name: str = ""
    key: str = ""
    by: frozenset[Origin] = frozenset()

    @property
    def is_input(self) -> bool:
        """True for what the caller of the entry point sends."""
        return self.kind in INPUTS

    def __str__(self) -> str:
        return ".".join(part for part in (self.kind, self.name, self.key) if part)


INPUTS = frozenset(
    {"body", "query", "path", "header", "cookie", "form", "upload", "argument", "claims"}
)
"""The kinds of origins that whoever calls decides."""

Origins = frozenset[Origin]

OF_ROLES = " of the roles "
"""Stands in how a role was asked for, before the roles that pass."""

TURNED_AWAY = "callers are turned away"
"""How a refusal is put of which it is not known what it hangs on."""

HUMAN = "whether a person calls"
"""What a captcha is asked: the literal `asks` of a request to one."""

RAISED = "raised:"
"""What the literals of a query call a column to which the database itself adds an amount."""

LEFT_OUT = "left out:"
"""Stands in the literals of a query before a column by which it is narrowed only where the caller says so."""


class Check(StrEnum):
    """What a guard makes sure of."""

    SESSION = "session"  # a verified session or token
    API_KEY = "api-key"  # a key looked up or compared
    SECRET = "shared-secret"  # noqa: S105 - a secret that only another system knows
    SIGNATURE = "signature"  # of the message, as webhooks have it
    PLATFORM = "platform-jwt"  # the gateway's check, which the public anon key passes
    DECODED = "decoded-only"  # a token was read without being verified: no guard
    ROLE = "role"
    OWNER = "owner"  # the row named by an input belongs to the caller, or the caller to its tenant
    RATE = "rate-limit"
    VALID = "validated"  # inputs have a checked shape
    ALLOWED = "allowed-values"  # an input is one of a known list
    HOLLOW = "hollow"  # a check that does not hold: `how` says why; no guard
    UNCLEAR = "unclear"  # something is checked that could not be followed
    REFUSES = "refuses"  # some callers get 401 or 403, on what could not be followed
    METHOD = "method"  # called by POST or its like: no guard of its own
    FIRST = "first"  # nobody has an account yet: no guard, but open for the first set-up alone
    CLAIMED = "claimed"  # 401 without an input that whoever calls can write: no guard


AUTHENTICATES = frozenset({Check.SESSION, Check.API_KEY, Check.SECRET, Check.SIGNATURE})
"""The checks that tell who calls."""


class Guard(NamedTuple):
    """A check that has been passed. `about` are the inputs it is about, "" none in particular."""

    check: Check
    about: frozenset[str]
    how: str  # what is called or compared, in a few words
    path: str
    line: int

    @property
    def location(self) -> Location:
        """Where the check stands."""
        return Location(self.path, self.line)


class Step(NamedTuple):
    """One step on the way from the entry point to an effect: a call of a function of the prototype."""

    path: str
    line: int
    function: str


class EffectKind(StrEnum):
    """What an effect does."""

    QUERY = "query"  # of a database: operation is select, insert, update, upsert, delete, rpc, raw
    STORAGE = "storage"  # files of a platform's storage
    ACCOUNT = "account"  # users of the platform: created, deleted, invited, changed
    SQL = "sql"  # text that is run as SQL
    COMMAND = "command"
    CODE = "code"
    FILE = "file"  # of the server's disk: operation is read, write, delete
    FETCH = "fetch"  # a request to a URL
    HTML = "html"  # text sent as a page
    TEMPLATE = "template"  # text that a template engine runs
    REDIRECT = "redirect"
    EMAIL = "email"
    MESSAGE = "message"  # SMS and chat
    MODEL = "model"  # a model is asked
    PAYMENT = "payment"  # money is asked for or moved at a provider
    RESPONSE = "response"  # what the caller gets
    TOKEN = "token"  # noqa: S105 - a token or password is made, stored or compared
    STATE = "state"  # a variable of the module is changed
    ROOM = "room"  # a socket is from now on sent what is said in a room
    CALL = "call"  # another effect outside, named by its target


VECTORS = "vectors"
"""What the literal `store` of a query says of one to a vector store or a search index."""
SHARED = "shared"
"""A client with the key of every browser, where nobody signs in at the platform: row security lets all do
a thing or none, so who may do it is left to the code."""


class Effect(NamedTuple):
    """One effect of an entry point, with the guards that were passed before it.

    `inputs` gives where each part comes from: of a query "filter:<column>", "value:<column>" and
    "value:*" (a whole object); of a fetch "url"; of an e-mail "to", "subject", "html"; of the others
    "text" or what their names say.
    """

    kind: EffectKind
    operation: str
    target: str
    client: str  # "service", "owner", "shared", "user", "anon" or "" where it does not matter or is unknown
    inputs: Mapping[str, Origins]
    guards: frozenset[Guard]
    path: str
    line: int
    steps: tuple[Step, ...]
    looped: bool = False
    atomic: bool = False  # inside a transaction
    tried: int = 0  # how many tries it stands in whose handlers go on
    literals: Mapping[str, str] = {}  # what is written in the code: a status, a column's value
    sent: Mapping[str, Origins] = {}  # of the inputs, what arrives as it was sent: see sent.py
    branches: tuple[tuple[int, str], ...] = ()  # decisions it hangs on: "then", "other", "failed"

    @property
    def location(self) -> Location:
        """Where the effect stands."""
        return Location(self.path, self.line)

    def of(self, prefix: str) -> Iterator[tuple[str, Origins]]:
        """The inputs whose names start with a prefix, without it."""
        return (
            (name[len(prefix) :], origins)
            for name, origins in self.inputs.items()
            if name.startswith(prefix)
        )

    @property
    def is_steered(self) -> bool:
        """True where something that the caller sends has a part in it, or chose the row that has."""
        given = (found for name, found in self.inputs.items() if name != "headers")
        return any(o.is_input or any(b.is_input for b in o.by) for found in given for o in found)

    def excludes(self, other: Effect) -> bool:
        """True where one call of the entry point has either this effect or the other, never both."""
        sides = dict(self.branches)
        return any(sides.get(number, side) != side for number, side in other.branches)

    @property
    def after_failure(self) -> bool:
        """True for what happens only where something has thrown."""
        return any(side == "failed" for _, side in self.branches)

    def has(self, *checks: Check) -> bool:
        """True where one of these checks was passed before."""
        return any(guard.check in checks for guard in self.guards)


class Handler(Struct, frozen=True):
    """A server entry point and what it does, in order. `whole` is False where it was not followed to
    its end, with the reason in `hindrance`."""

    route: Route
    name: str  # as a person would say: "POST /api/orders"
    subject: str  # stable: path#function
    location: Location
    effects: tuple[Effect, ...]
    guards: frozenset[Guard]  # on every way to its end that is no refusal
    privileged: bool  # uses a client that row security does not hold back
    hindrance: str = ""
    addresses: tuple[str, ...] = ()  # its URL paths, with the prefixes of its routers
    asked: bool = True  # False for a server action that no page asks for: see server_actions.py

    @property
    def is_page(self) -> bool:
        """True for a page of Next.js that is drawn on the server."""
        return self.route.kind is RouteKind.PAGE and self.route.framework == "next"

    @property
    def whole(self) -> bool:
        """True where it was followed to its end."""
        return not self.hindrance

    @property
    def principal(self) -> Check | None:
        """How the caller is known on every way through; None where anybody passes."""
        found = [g.check for g in self.guards if g.check in (*AUTHENTICATES, Check.PLATFORM)]
        return min(found, key=list(Check).index) if found else None

    def effects_of(self, *kinds: EffectKind) -> Iterator[Effect]:
        """The effects of these kinds."""
        return (effect for effect in self.effects if effect.kind in kinds)
