"""HTTP/3 has the same rules as HTTP/1.1 and 2, and the same limits together with them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from http3_client import ask_http3
from running_proxy import Front, program, surrounded

from shipworthy.sidecar.policy import Limits, Need, Policy, Rate, Route, Who


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    policy = msgspec.structs.replace(
        Policy(),
        limits=Limits(per_ip=None),
        routes=[
            Route(path="/admin", need=Need(Who.NOBODY)),
            Route(path="/tight", need=Need(Who.ANYONE), per_ip=Rate(4, 600)),
        ],
    )
    with (
        program() as (port, _),
        surrounded(tmp_path_factory.mktemp("http3"), port, policy) as front,
    ):
        yield front


def test_it_is_offered_and_spoken(front: Front) -> None:
    port = front.policy.ports.https
    with front.client() as client:
        assert client.get("/").headers["alt-svc"] == f'h3=":{port}"; ma=3600'
    ((headers, body),) = ask_http3(port, front.authority, ["/page"])
    assert (headers[":status"], body) == ("200", b"GET /page")
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/admin", "/ADMIN", "/x/../admin", "/admin;x"])
def test_its_paths_are_guarded(front: Front, path: str) -> None:
    ((headers, _),) = ask_http3(front.policy.ports.https, front.authority, [path])
    assert headers[":status"] == "403"


def test_a_limit_counts_both_transports_together(front: Front) -> None:
    """Trap 7: limits that stand in the filters would be counted for each of them."""
    with front.client(http2=True) as client:
        assert [client.get("/tight").status_code for _ in range(3)] == [200, 200, 200]
    answers = ask_http3(front.policy.ports.https, front.authority, ["/tight"] * 3)
    assert [headers[":status"] for headers, _ in answers] == ["200", "429", "429"]
