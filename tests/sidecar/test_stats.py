"""What a real Envoy counted, as the panel shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_proxy import Front, program, surrounded

from shipworthy.sidecar.policy import Bytes, Limits, Need, Policy, Rate, Route, Who
from shipworthy.sidecar.stats import PATH, Counts, read_counts
from shipworthy.sidecar.traffic import Traffic
from waiting import until


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    policy = Policy(
        routes=[
            Route(path="/closed", need=Need(Who.NOBODY)),
            Route(path="/few", need=Need(Who.ANYONE), per_ip=Rate(3, 600.0)),
        ],
        limits=Limits(body=Bytes(1000)),
    )
    with program() as (port, _), surrounded(tmp_path, port, policy) as running:
        yield running


def test_requests_answers_and_refusals_are_counted_by_reason(front: Front) -> None:
    with front.client() as client:
        assert [client.get("/few").status_code for _ in range(5)] == [200] * 3 + [429] * 2
        assert client.post("/", headers={"origin": "https://evil.example"}).status_code == 403
        assert client.get("/closed").status_code == 403
        same = {"origin": front.url}
        assert client.post("/", headers=same, content=b"x" * 3000).status_code == 413
    counts = counted(front)
    assert (counts.requests, counts.errors) == (8, 0)
    assert counts.answers == {"2xx": 3, "4xx": 5}
    assert counts.refused == {
        "rate limit": 2,
        "foreign origin": 1,
        "role or closed path": 1,
        "body too large": 1,
    }


def test_quantiles_are_those_of_the_answers(front: Front) -> None:
    with front.client() as client:
        for _ in range(20):
            client.get("/")
    until(
        lambda: counted(front).buckets
    )  # Envoy merges what its threads measured every five seconds
    counts = counted(front)
    p50, p99 = counts.quantile(0.5), counts.quantile(0.99)
    assert p50 is not None
    assert p99 is not None
    assert 0 < p50 <= p99 < 5000


def test_the_program_behind_it_is_up_and_its_absence_is_seen(front: Front) -> None:
    assert [(u.name, u.healthy, u.instances) for u in counted(front).upstreams] == [("app", 1, 1)]


def test_what_was_counted_since_is_the_difference() -> None:
    old = Counts(5, 0, 1, {"2xx": 5}, {1.0: 4, 5.0: 5}, {"role": 1})
    new = Counts(9, 2, 1, {"2xx": 7, "5xx": 2}, {1.0: 4, 5.0: 9}, {"role": 1, "rate limit": 2})
    assert new.since(old) == Counts(
        4, 2, 0, {"2xx": 2, "5xx": 2}, {1.0: 0, 5.0: 4}, {"rate limit": 2}
    )
    assert Counts(2).since(old) == Counts(2)  # the proxy was started again


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1.0), (0.75, 3.0), (1.0, 5.0), (0.25, 0.5)])
def test_quantiles_lie_between_the_bounds_of_their_bucket(share: float, expected: float) -> None:
    assert Counts(buckets={1.0: 10, 5.0: 20}).quantile(share) == pytest.approx(expected)


def test_nothing_counted_is_no_quantile() -> None:
    assert Counts().quantile(0.5) is None
    assert read_counts(json.dumps({"stats": []}).encode()) == Counts(
        answers={}, buckets={}, refused={}
    )


def counted(front: Front) -> Counts:
    traffic = Traffic(front.proxy.files.log)

    def whole() -> Counts | None:
        """With all refusals, of which some stand only in the log, which is flushed twice a second."""
        traffic.read(0.0)
        counts = read_counts(front.proxy.admin(PATH)).with_refusals(traffic.refused)
        return counts if sum(counts.refused.values()) >= counts.answers.get("4xx", 0) else None

    found = until(whole)
    assert found
    return found
