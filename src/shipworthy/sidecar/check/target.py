"""The proxy under attack, and a way through it that its policy leaves open for honest callers."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.prototype.edge.routes import GuardedRoute, rule_of
from shipworthy.sidecar.check.credentials import Credentials, with_role
from shipworthy.sidecar.check.echo import Echo, Heard
from shipworthy.sidecar.check.issuer import Issuer
from shipworthy.sidecar.check.loopback import loopback_only, own_addresses
from shipworthy.sidecar.check.wire import Answer, Connection, Place, request
from shipworthy.sidecar.policy import Need, Policy, Rate

_UNNAMED = "/shipworthy-check"  # no application has it


@dataclass(frozen=True, slots=True)
class Way:
    """A path and the headers with which an honest caller reaches the application."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Target:
    """A running proxy. `echo` is behind a twin; without it only statuses tell what happened."""

    policy: Policy
    https: int
    http: int
    authority: Path | None  # PEM; None: whose certificates it has is not judged
    echo: Echo | None = None
    issuer: Issuer | None = None  # where the twin's logins and keys come from
    credentials: Credentials = field(default_factory=Credentials)
    app_port: int | None = None
    admin: Path | None = None  # its socket
    log: Path | None = None  # where requests are written down
    pid: int | None = None
    gate: Path | int | None = None  # socket or port where the application's calls out arrive
    around: Callable[[Sequence[str], int], tuple[str, ...]] | None = None  # runs a command like it
    pause: Callable[[], None] | None = None
    resume: Callable[[], None] | None = None
    address: str = "127.0.0.1"
    shortened: bool = (
        False  # time limits are shorter than the policy's, so that they can be waited for
    )
    _sources: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        loopback_only(self.address)

    @property
    def authority_name(self) -> str:
        """Host and port as they stand in the header Host."""
        return self.policy.host if self.https == 443 else f"{self.policy.host}:{self.https}"

    @property
    def origin(self) -> str:
        """The origin of the application's own pages."""
        return f"https://{self.authority_name}"

    @property
    def routes(self) -> tuple[GuardedRoute, ...]:
        """The rules of the policy, the default last."""
        return guarded_routes(self.policy)

    def source(self) -> str:
        """An address of this machine that no attack has used yet; "" where there is one only."""
        if not own_addresses():
            return ""
        at = next(self._sources)
        return f"127.77.{at // 250 % 250}.{at % 250 + 1}"

    def place(self, *, tls: bool = True, source: str | None = None) -> Place:
        """Where to connect to."""
        port = self.https if tls else self.http
        own = self.source() if source is None else source
        return Place(port, self.policy.host, self.authority, own, self.address, tls)

    def ask(
        self,
        method: str,
        path: str,
        *headers: tuple[str, str],
        body: bytes = b"",
        source: str | None = None,
        seconds: float = 4.0,
    ) -> Answer | None:
        """One honest request on a connection of its own. Raises OSError."""
        with Connection(self.place(source=source), seconds) as connection:
            connection.send(request(method, path, self.authority_name, *headers, body=body))
            return connection.answer(to=method)

    def reached(self, word: str, *, whole: bool = True) -> list[Heard]:
        """The requests with this word that came through to the application; none known without echo.

        One that the proxy cut off in the middle counts only where `whole` is False.
        """
        return [h for h in self.echo.heard(word) if h.whole or not whole] if self.echo else []

    def way(self, method: str = "GET") -> Way | None:
        """An honest way through, with credentials where the policy asks for some and we can make them."""
        for route in sorted(self.routes, key=_preferred):
            path = route.path.rstrip("/") or "/"
            path = path if route.exact else f"{path.rstrip('/')}{_UNNAMED}"
            if self.echo is None and method != "GET" and route.exact:
                continue  # a real page, which might act on what goes through by mistake
            found = rule_of(self.routes, path, method)
            if found is None or found.need == "nobody" or (method != "GET" and not found.csrf):
                continue
            headers = self.passport(found.need)
            if headers is not None:
                return Way(path, headers)
        return None

    def passport(self, need: str) -> tuple[tuple[str, str], ...] | None:
        """The headers of somebody who may; None where we cannot be that somebody."""
        kind, _, name = need.partition(":")
        if kind == "anyone":
            return ()
        if kind == "key":
            return self._key(name)
        if kind in ("user", "role"):
            return self._token(name)
        return None

    def _key(self, name: str) -> tuple[tuple[str, str], ...] | None:
        for known, reference in self.policy.keys.items():
            value = self.credentials.secret(reference)
            if value is not None and name in ("", known):
                return (("x-api-key", value),)
        return None

    def _token(self, role: str) -> tuple[tuple[str, str], ...] | None:
        for name, tokens in self.policy.tokens.items():
            claims = with_role(tokens, role) if role else {}
            token = self.credentials.token(name, tokens, **claims)
            if token is not None:
                return (("authorization", f"Bearer {token}"),)
        return None


def _preferred(route: GuardedRoute) -> tuple[bool, float]:
    """Open routes first, and of those the ones that may be asked most often."""
    return not route.is_open, -(route.per_minute or float("inf"))


def fresh_word() -> str:
    """A word that stands in one request only."""
    return f"chk{secrets.token_hex(6)}"


def guarded_routes(policy: Policy) -> tuple[GuardedRoute, ...]:
    """The rules of a policy in their order, the default as the last one."""
    general = policy.limits.per_ip
    rules = [
        GuardedRoute(
            path=route.path,
            exact=route.exact,
            methods=tuple(route.methods),
            need=written(route.need),
            per_minute=_per_minute(route.per_ip or general),
            csrf=route.csrf and policy.csrf is not None,
        )
        for route in policy.routes
    ]
    last = GuardedRoute(
        path="/",
        exact=False,
        methods=(),
        need=written(policy.default),
        per_minute=_per_minute(general),
        csrf=policy.csrf is not None,
    )
    return (*rules, last)


def written(need: Need) -> str:
    """As the policy file writes it."""
    return f"{need.who}:{need.name}" if need.name else need.who.value


def _per_minute(rate: Rate | None) -> float | None:
    return None if rate is None else rate.requests * 60 / rate.seconds
