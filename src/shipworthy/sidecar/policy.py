"""What a person decides about the proxy in front of a prototype, as `.shipworthy/policy.yaml` says it.

Values are resolved: bytes, seconds and rates are numbers here. The texts that a person writes for them
(`1 MB`, `20s`, `100/1m`) are read by `policy_file`. A secret is never a value of the policy but the name
of an environment variable, `env:NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the policy file. A key that is not known is an error, never ignored."""


class Bytes(int):
    """A size; written `1 MB`, `16 kB` or a number."""


class Seconds(float):
    """A duration; written `20s`, `5m`, `250ms` or a number."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; written `100/1m`."""

    requests: int
    seconds: float


class Who(StrEnum):
    """Who a route lets through."""

    ANYONE = "anyone"
    USER = "user"  # signed in, or with a verified token
    ROLE = "role"  # with a role: `role:admin`
    KEY = "key"  # with an API key: `key:partner`, or any key
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Need:
    """What a route asks of the caller; written `anyone`, `user`, `role:admin`, `key`, `key:partner`
    or `nobody`."""

    who: Who
    name: str = ""  # of the role or the key


class Route(Section, frozen=True):
    """A path and everything below it, segment by segment: `/api` is not `/apix`. Case never matters.

    The first route that fits decides.
    """

    path: str
    need: Need
    exact: bool = False  # this path alone, nothing below it
    methods: list[str] = []  # empty: all
    csrf: bool = True  # false where other programs call: a webhook
    per_ip: Rate | None = None  # instead of the limits for all
    per_user: Rate | None = None
    body: Bytes | None = None
    seconds: Seconds | None = None  # until the answer is complete; 0 for streams: never


class Ports(Section, frozen=True):
    """Where the proxy listens."""

    http: int = 8080  # redirects to https
    https: int = 8443  # HTTP/1.1 and 2 over TCP, 3 over UDP
    bind: str = "127.0.0.1"


class Tls(Section, frozen=True):
    """The certificate. `auto`: a local authority of this machine issues one for the host."""

    certificate: str = "auto"  # or the file of a PEM chain
    key: str = ""  # the file of its key
    hsts: Seconds = Seconds(31_536_000)  # 0: none


class Login(Section, frozen=True):
    """People sign in at an OpenID Connect provider."""

    issuer: str
    client_id: str
    client_secret: str  # env:NAME
    scopes: list[str] = msgspec.field(default_factory=lambda: ["openid", "email", "profile"])
    callback: str = "/oauth2/callback"
    sign_out: str = "/sign-out"
    role_claim: list[str] = msgspec.field(
        default_factory=lambda: ["roles"]
    )  # the way to the role in the ID token


class Tokens(Section, frozen=True):
    """JSON Web Tokens that callers bring in `Authorization: Bearer`."""

    issuer: str
    audiences: list[str]
    secret: str = ""  # env:NAME, HS256 (Supabase's legacy secret)
    jwks: str = ""  # https URL or file of the keys
    role_claim: list[str] = msgspec.field(
        default_factory=lambda: ["role"]
    )  # the way to the role: [app_metadata, role]


class Limits(Section, frozen=True):
    """The most that callers may ask for."""

    body: Bytes = Bytes(1_000_000)
    headers: Bytes = Bytes(16_384)
    header_count: int = 64
    per_ip: Rate | None = Rate(600, 60.0)
    per_user: Rate | None = Rate(300, 60.0)
    clients: int = 100_000  # buckets kept at once, of about 480 bytes each
    connections: int = 1_000
    header_seconds: Seconds = Seconds(5)  # until the request's headers are there
    body_seconds: Seconds = Seconds(20)  # until its body is
    request_seconds: Seconds = Seconds(60)  # until its answer is
    idle_seconds: Seconds = Seconds(300)


class Cors(Section, frozen=True):
    """Origins beside our own that scripts may call from."""

    origins: list[str] = []
    methods: list[str] = msgspec.field(
        default_factory=lambda: ["GET", "POST", "PUT", "PATCH", "DELETE"]
    )
    headers: list[str] = msgspec.field(default_factory=lambda: ["authorization", "content-type"])
    credentials: bool = False


class Headers(Section, frozen=True):
    """Headers of every answer; '' takes one away. Those of the prototype are replaced."""

    content_security_policy: str = "default-src 'self'; frame-ancestors 'none'"
    csp_mode: Literal["report-only", "enforce", "off"] = "report-only"
    frame_options: str = "DENY"
    referrer_policy: str = "strict-origin-when-cross-origin"
    permissions_policy: str = "camera=(), microphone=(), geolocation=()"
    opener_policy: str = "same-origin-allow-popups"


class Resilience(Section, frozen=True):
    """How the proxy treats a prototype that is slow, failing or gone."""

    retries: int = 2  # of requests that never reached it, or are safe to repeat; POSTs never
    retry_budget: float = 20.0  # percent of the running requests
    upstream_connections: int = 256
    upstream_pending: int = 256
    upstream_requests: int = 512
    eject: bool = True  # an instance that keeps failing is left alone for a while
    health: str = "/"  # asked every few seconds; '' : never
    health_seconds: Seconds = Seconds(2)


class Observe(Section, frozen=True):
    """What is told about requests."""

    access_log: bool = True  # JSON lines, without the secrets of queries
    otlp: str = ""  # http://collector:4318
    sampled: float = 1.0  # percent of requests that are traced


class Egress(Section, frozen=True):
    """Where the prototype may call out to."""

    mode: Literal["off", "advise", "isolate"] = "off"
    allow: list[str] = []  # host, host:port, *.host; a host alone means its port 443
    port: int = 3128  # of this machine, where HTTPS_PROXY leads in mode `advise`


class Policy(Section, frozen=True):
    """Everything that the proxy is told."""

    host: str = "localhost"
    ports: Ports = Ports()
    tls: Tls = Tls()
    login: Login | None = None
    tokens: dict[str, Tokens] = {}
    keys: dict[str, str] = {}  # name: env:NAME; sent in x-api-key
    limits: Limits = Limits()
    cors: Cors = Cors()
    csrf: list[str] | None = []  # origins beside our own that may change things; null: no check
    headers: Headers = Headers()
    compression: list[Literal["br", "gzip", "zstd"]] = msgspec.field(
        default_factory=lambda: ["br", "gzip"]
    )
    resilience: Resilience = Resilience()
    observe: Observe = Observe()
    egress: Egress = Egress()
    routes: list[Route] = []
    default: Need = Need(Who.ANYONE)  # for what no route names
