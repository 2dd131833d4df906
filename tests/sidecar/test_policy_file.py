"""The policy that a person writes: what it means, and the line of what it cannot mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.sidecar.policy import Bytes, Need, Policy, Rate, Seconds, Who
from shipworthy.sidecar.policy_file import BrokenPolicy, read_policy

WHOLE = """\
host: app.example.com
ports: {http: 80, https: 443, bind: 0.0.0.0}
tokens:
  supabase:
    issuer: https://id.example.com/auth/v1
    audiences: [authenticated]
    secret: env:SUPABASE_JWT_SECRET
    role_claim: [app_metadata, role]
keys: {partner: env:PARTNER_KEY}
limits:
  body: 2 MB
  headers: 16 KiB
  per_ip: 100/1m
  per_user: null
  header_seconds: 250ms
  request_seconds: 5m
cors: {origins: ["https://app.example.org"]}
routes:
  - {path: /healthz, need: anyone}
  - {path: /api/admin, need: "role:admin"}
  - {path: /api/upload, need: user, body: 50 MB, per_user: 5/s}
  - {path: /api/stream, need: user, seconds: 0}
  - {path: /partners, need: "key:partner", methods: [POST], csrf: false}
default: nobody
"""


def _read(folder: Path, text: str) -> Policy:
    file = folder / "policy.yaml"
    file.write_text(text)
    return read_policy(file)


def test_texts_become_numbers_rates_and_needs(tmp_path: Path) -> None:
    policy = _read(tmp_path, WHOLE)
    assert policy.limits.body == Bytes(2_000_000)
    assert policy.limits.headers == Bytes(16_384)
    assert policy.limits.per_ip == Rate(100, 60.0)
    assert policy.limits.per_user is None
    assert policy.limits.header_seconds == Seconds(0.25)
    assert policy.limits.request_seconds == Seconds(300)
    assert [route.need for route in policy.routes] == [
        Need(Who.ANYONE),
        Need(Who.ROLE, "admin"),
        Need(Who.USER),
        Need(Who.USER),
        Need(Who.KEY, "partner"),
    ]
    assert policy.routes[2].per_user == Rate(5, 1.0)
    assert policy.routes[3].seconds == 0
    assert policy.default == Need(Who.NOBODY)


def test_an_almost_empty_policy_has_all_defaults(tmp_path: Path) -> None:
    assert _read(tmp_path, "host: localhost\n") == Policy()


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("host: app.example.com", "hots: app.example.com", 1, "`hots` is not known here; is host"),
        ("host: app.example.com", "host: https://app.example.com/x", 1, "a host name is expected"),
        ("https: 443", "https: 80", 2, "cannot share a port"),
        ("https: 443", "https: many", 2, "Expected `int`"),
        ("bind: 0.0.0.0", "bind: everywhere", 2, "an address is expected"),
        ("secret: env:SUPABASE_JWT_SECRET", "secret: hunter2", 7, "never written here"),
        ("env:PARTNER_KEY", "sk_live_123", 9, "never written here"),
        ("audiences: [authenticated]", "audiences: []", 5, "`audiences`"),
        ("body: 2 MB", "body: 2 pounds", 11, "a size is expected"),
        ("body: 2 MB", "boddy: 2 MB", 11, "is body meant?"),
        ("per_ip: 100/1m", "per_ip: fast", 13, "a rate is expected"),
        ("per_ip: 100/1m", "per_ip: 0/1m", 13, "one request"),
        ("per_ip: 100/1m", "per_ip: 5/10ms", 13, "50ms at least"),
        ("header_seconds: 250ms", "header_seconds: 0", 15, "more than 0"),
        ("request_seconds: 5m", "request_seconds: -5", 16, "a duration is expected"),
        ("https://app.example.org", "https://app.example.org/path", 17, "an origin is expected"),
        ("https://app.example.org", "*", 17, "an origin is expected"),
        ("path: /healthz", "path: healthz", 19, "begins with /"),
        ("path: /healthz", "path: /healthz/*", 19, "no \\* is needed"),
        ("path: /healthz", "path: /a/../b", 19, "without //"),
        ("need: anyone", "need: everyone", 19, "anyone, user, role:NAME"),
        ("need: anyone", "need: user:bob", 19, "takes no name"),
        ("role:admin", "role:", 20, "role:NAME"),
        ("path: /api/admin", "path: /HEALTHZ/deep", 20, "never reached: the first route"),
        ("key:partner", "key:friend", 23, "no key `friend` among partner"),
        ("methods: [POST]", "methods: [SEND]", 23, "`SEND` is no method"),
        ("default: nobody", "default: nobody\ndefault: anyone", 25, "a second time"),
        ("default: nobody", "default: &a nobody\nhost2: *a", 25, "aliases"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in WHOLE
    with pytest.raises(BrokenPolicy, match=rf"policy\.yaml:{line}: .*{says}"):
        _read(tmp_path, WHOLE.replace(old, new, 1))


def test_a_login_is_missing_where_a_route_asks_for_users(tmp_path: Path) -> None:
    with pytest.raises(BrokenPolicy, match=r":2: nobody could sign in"):
        _read(tmp_path, "routes:\n  - {path: /a, need: user}\n")


def test_a_policy_behind_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("host: localhost\n")
    (tmp_path / "policy.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrokenPolicy, match="is a link"):
        read_policy(tmp_path / "policy.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "a: [b\n", "\x00", "host: [" * 60])
def test_what_is_no_policy_at_all_is_a_clear_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenPolicy, match=r"policy\.yaml"):
        _read(tmp_path, text)


def test_the_policy_of_the_documentation_is_one_and_shows_the_defaults(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "sidecar.md").read_text()
    shown = (
        text.split("## The policy: `.shipworthy/policy.yaml`\n")[1]
        .split("```yaml\n")[1]
        .split("```")[0]
    )
    policy = _read(tmp_path, shown)
    assert len(policy.routes) == 5
    assert policy.limits == Policy().limits
    assert policy.resilience == Policy().resilience
    assert policy.headers == Policy().headers
    assert (policy.ports, policy.tls, policy.compression) == (
        Policy().ports,
        Policy().tls,
        Policy().compression,
    )
