"""What pages of other origins may do at the proxy, and what browsers are told with every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Cors, Headers, Need, Policy, Rate, Route, Seconds, Tls, Who

FRIEND = "https://friend.example"


def _loose(_: Seen) -> tuple[int, Mapping[str, str], bytes]:
    """A prototype that opens itself to everybody and says what it runs on."""
    told = {
        "access-control-allow-origin": "*",
        "access-control-allow-credentials": "true",
        "x-frame-options": "ALLOWALL",
        "x-powered-by": "Express",
        "content-security-policy": "default-src https:",
    }
    return 200, told, b"ok"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    policy = msgspec.structs.replace(
        Policy(),
        cors=Cors(origins=[FRIEND], credentials=True),
        csrf=[FRIEND],
        routes=[
            Route(path="/webhook", need=Need(Who.ANYONE), csrf=False),
            Route(path="/closed", need=Need(Who.NOBODY)),
            Route(path="/rare", need=Need(Who.ANYONE), per_ip=Rate(1, 60)),
        ],
    )
    with (
        program(_loose) as (port, _),
        surrounded(tmp_path_factory.mktemp("origin"), port, policy) as front,
    ):
        yield front


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(FRIEND, FRIEND), ("https://evil.example", None), ("null", None), (None, None)],
)
def test_only_named_origins_may_read_answers(
    front: Front, origin: str | None, allowed: str | None
) -> None:
    headers = {"origin": origin} if origin else {}
    with front.client() as client:
        answer = client.get("/", headers=headers)
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert "origin" in answer.headers.get("vary", "").lower()  # caches keep the answers apart
    assert answer.headers.get("access-control-allow-credentials") == (allowed and "true")


def test_a_preflight_of_a_named_origin_is_answered_for_it_alone(front: Front) -> None:
    asked = {"access-control-request-method": "PUT"}
    with front.client() as client:
        good = client.options("/", headers={"origin": FRIEND, **asked})
        evil = client.options("/", headers={"origin": "https://evil.example", **asked})
    assert good.headers["access-control-allow-origin"] == FRIEND
    assert "PUT" in good.headers["access-control-allow-methods"]
    assert not [name for name in evil.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_changes_from_elsewhere_are_refused(front: Front, method: str, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    with front.client() as client:
        assert client.request(method, "/", headers=headers).status_code == 403


def test_changes_from_our_own_and_trusted_pages_and_to_webhooks_pass(front: Front) -> None:
    with front.client() as client:
        assert client.post("/", headers={"origin": front.url}).status_code == 200
        assert client.post("/", headers={"origin": FRIEND}).status_code == 200
        assert client.post("/webhook").status_code == 200
        assert client.post("/webhook", headers={"origin": "https://e.example"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [("/", None, 200), ("/closed", None, 403), ("/", "evil.example", 421), ("/rare", None, 429)],
)
def test_every_answer_tells_browsers_the_rules(
    front: Front, path: str, host: str | None, status: int
) -> None:
    with front.client() as client:
        client.get("/rare")
        answer = client.get(path, headers={"host": host} if host else {})
    assert answer.status_code == status
    told = answer.headers
    assert told["x-frame-options"] == "DENY"
    assert told["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in told["content-security-policy-report-only"]
    assert not {"x-powered-by", "server", "x-envoy-upstream-service-time"} & set(told)


def test_while_it_only_reports_the_own_content_policy_stays(front: Front) -> None:
    with front.client() as client:
        assert client.get("/").headers["content-security-policy"] == "default-src https:"


def test_an_enforced_content_policy_replaces_the_own_one_at_once(front: Front) -> None:
    before = front.proxy.configuration
    with front.client() as client:
        client.get("/")  # the same connection stays open
        headers = Headers(content_security_policy="default-src 'self'", csp_mode="enforce")
        front.proxy.apply(front.changed(headers=headers))
        assert client.get("/").headers["content-security-policy"] == "default-src 'self'"
    front.proxy.apply(before)


@pytest.mark.parametrize(
    ("host", "hsts", "told"),
    [
        ("app.example.com", 600, "max-age=600; includeSubDomains"),
        ("app.example.com", 0, ""),
        ("localhost", 600, ""),  # it would hold for all programs of this machine
    ],
)
def test_https_is_promised_for_real_host_names(host: str, hsts: int, told: str) -> None:
    from shipworthy.sidecar.proxy.headers import security_headers

    policy = Policy(host=host, tls=Tls(hsts=Seconds(hsts)))
    assert security_headers(policy)["strict-transport-security"] == told
