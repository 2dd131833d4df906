"""What a policy says that cannot be meant: each problem with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from shipworthy.sidecar.host import is_host_name
from shipworthy.sidecar.policy import Need, Policy, Route, Who

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_LARGEST_HEADERS = 8_192 * 1024  # bytes that Envoy can be told
_ENV = "env:"

Problem = tuple[str, str]  # the place, `$.routes[0].path`, and what is wrong


def problems(policy: Policy) -> Iterator[Problem]:
    """All of them."""
    yield from _edge(policy)
    yield from _secrets(policy)
    yield from _numbers(policy)
    yield from _origins("cors.origins", policy.cors.origins)
    yield from _origins("csrf", policy.csrf or [])
    yield from _headers(policy)
    yield from _identity(policy)
    yield from _routes(policy)


def _edge(policy: Policy) -> Iterator[Problem]:
    if not is_host_name(policy.host):
        yield "$.host", "a host name is expected, without https:// and port"
    ports = policy.ports
    for name, port in (("http", ports.http), ("https", ports.https)):
        if not 1 <= port <= 65_535:
            yield f"$.ports.{name}", "a port is 1 to 65535"
    if ports.http == ports.https:
        yield "$.ports.http", "http and https cannot share a port"
    try:
        ip_address(ports.bind)
    except ValueError:
        yield "$.ports.bind", "an address is expected: 127.0.0.1, or 0.0.0.0 for all networks"
    if policy.tls.certificate == "auto" and policy.tls.key:
        yield "$.tls.key", "`certificate: auto` brings its own key"
    if policy.tls.certificate != "auto" and not policy.tls.key:
        yield "$.tls.certificate", "the key's file is missing: tls.key"


def _secrets(policy: Policy) -> Iterator[Problem]:
    places = {f"$.keys.{name}": value for name, value in policy.keys.items()}
    if policy.login:
        places["$.login.client_secret"] = policy.login.client_secret
    for name, tokens in policy.tokens.items():
        if tokens.secret:
            places[f"$.tokens.{name}.secret"] = tokens.secret
    for place, value in places.items():
        if not value.startswith(_ENV) or not value.removeprefix(_ENV).strip().isidentifier():
            yield place, "a secret is never written here: env:NAME says which variable holds it"


def _numbers(policy: Policy) -> Iterator[Problem]:
    limits, kept = policy.limits, policy.resilience
    for name, number in (
        ("limits.header_count", limits.header_count),
        ("limits.clients", limits.clients),
        ("limits.connections", limits.connections),
        ("limits.header_seconds", limits.header_seconds),
        ("limits.body_seconds", limits.body_seconds),
        ("limits.idle_seconds", limits.idle_seconds),
        ("resilience.upstream_connections", kept.upstream_connections),
        ("resilience.upstream_pending", kept.upstream_pending),
        ("resilience.upstream_requests", kept.upstream_requests),
        ("resilience.health_seconds", kept.health_seconds),
    ):
        if number <= 0:
            yield f"$.{name}", "more than 0 is expected"
    if limits.headers > _LARGEST_HEADERS:
        yield "$.limits.headers", "8 MiB is the most that Envoy takes"
    if not 0 <= kept.retries <= 10:
        yield "$.resilience.retries", "0 to 10 is expected"
    for name, share in (
        ("resilience.retry_budget", kept.retry_budget),
        ("observe.sampled", policy.observe.sampled),
    ):
        if not 0 <= share <= 100:
            yield f"$.{name}", "percent are expected: 0 to 100"
    if kept.health and not kept.health.startswith("/"):
        yield "$.resilience.health", "a path is expected: /healthz"
    if policy.observe.otlp and not _is_url(policy.observe.otlp, ("http",)):
        yield "$.observe.otlp", "an address is expected: http://collector:4318"


def _origins(name: str, origins: Sequence[str]) -> Iterator[Problem]:
    for index, origin in enumerate(origins):
        parts = urlsplit(origin)
        if not _is_url(origin, ("http", "https")) or origin != f"{parts.scheme}://{parts.netloc}":
            yield (
                f"$.{name}[{index}]",
                "an origin is expected: https://app.example.com, no path, no *",
            )


def _headers(policy: Policy) -> Iterator[Problem]:
    for name in policy.headers.__struct_fields__:
        if any(ord(c) < 32 or ord(c) > 126 for c in getattr(policy.headers, name)):
            yield f"$.headers.{name}", "one line of ASCII is expected"


def _identity(policy: Policy) -> Iterator[Problem]:
    if policy.login and not _is_url(policy.login.issuer, ("http", "https")):
        yield "$.login.issuer", "the provider's address is expected: https://login.example.com"
    for name, tokens in policy.tokens.items():
        if bool(tokens.secret) == bool(tokens.jwks):
            yield f"$.tokens.{name}", "either `secret` or `jwks` is expected"
        if not tokens.audiences:
            yield f"$.tokens.{name}", "without `audiences` a token for another application would do"


def _routes(policy: Policy) -> Iterator[Problem]:
    yield from _met(policy, "$.default", policy.default)
    for index, route in enumerate(policy.routes):
        place = f"$.routes[{index}]"
        yield from _met(policy, f"{place}.need", route.need)
        if wrong := _wrong_path(route.path):
            yield f"{place}.path", wrong
        for method in route.methods:
            if method not in METHODS:
                yield f"{place}.methods", f"`{method}` is no method; {', '.join(METHODS[:7])} are"
        for before, earlier in enumerate(policy.routes[:index]):
            if _hides(earlier, route):
                yield place, f"is never reached: the {_nth(before)} route ({earlier.path}) holds it"
                break


def _met(policy: Policy, place: str, need: Need) -> Iterator[Problem]:
    """Whether anybody can bring what a route asks for."""
    if need.who in (Who.USER, Who.ROLE) and not policy.login and not policy.tokens:
        yield place, "nobody could sign in: `login` or `tokens` is missing"
    if need.who is Who.KEY and not policy.keys:
        yield place, "there are no `keys`"
    if need.who is Who.KEY and need.name and policy.keys and need.name not in policy.keys:
        yield place, f"there is no key `{need.name}` among {', '.join(policy.keys)}"


def _wrong_path(path: str) -> str:
    if not path.startswith("/"):
        return "a path begins with /"
    if "*" in path:
        return "no * is needed: everything below a path belongs to it"
    if any(c in path for c in "?#;%\\") or any(ord(c) <= 32 or ord(c) > 126 for c in path):
        return "a plain path is expected, without ? # ; % and spaces"
    if "//" in path or any(part in (".", "..") for part in path.split("/")):
        return "a path without //, . and .. is expected: so it is compared"
    return ""


def _hides(earlier: Route, later: Route) -> bool:
    if earlier.methods and not set(later.methods or METHODS) <= set(earlier.methods):
        return False
    above, below = earlier.path.rstrip("/").lower(), later.path.rstrip("/").lower()
    if earlier.exact:
        return later.exact and earlier.path.lower() == later.path.lower()
    return below == above or below.startswith(f"{above}/")


def _nth(index: int) -> str:
    return {0: "first", 1: "second", 2: "third"}.get(index, f"{index + 1}th")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
