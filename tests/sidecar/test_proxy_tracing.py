"""Traces: continued or begun for the prototype, sent to the collector in the share that was asked for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from outside_server import outside
from running_proxy import program, surrounded

from shipworthy.sidecar.policy import Observe, Policy, Resilience
from waiting import until

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def policy_for(otlp: str, sampled: float) -> Policy:
    return Policy(resilience=Resilience(health=""), observe=Observe(otlp=otlp, sampled=sampled))


def test_a_trace_is_continued_and_its_spans_reach_the_collector(tmp_path: Path) -> None:
    with (
        program() as (app, asked),
        program() as (collector, spans),
        surrounded(tmp_path, app, policy_for(f"http://127.0.0.1:{collector}", 100.0)) as front,
        front.client() as client,
    ):
        client.get("/", headers={"traceparent": PARENT})
        [told] = asked[-1].of("traceparent")
        assert told.split("-")[1] == PARENT.split("-")[1]
        assert told.split("-")[2] != PARENT.split("-")[2]
        client.get("/")
        assert asked[-1].of("traceparent")[0].split("-")[1] != PARENT.split("-")[1]
        for _ in range(6):  # spans are sent by five
            client.get("/")
        until(lambda: spans)
        assert {(s.method, s.path) for s in spans} == {("POST", "/v1/traces")}


def test_nothing_is_sent_of_what_was_not_sampled(tmp_path: Path) -> None:
    with (
        program() as (app, asked),
        program() as (collector, spans),
        surrounded(tmp_path, app, policy_for(f"http://127.0.0.1:{collector}", 0.0)) as front,
        front.client() as client,
    ):
        for _ in range(12):
            client.get("/")
        assert asked[-1].of("traceparent")[0].endswith("-00")
        time.sleep(1.5)
        assert not spans


@pytest.mark.parametrize("trusted", [True, False])
def test_spans_go_only_to_a_collector_whose_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    with program() as (app, _), outside(tmp_path / "otlp", b"{}") as collector:
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(collector.authority))
        policy = policy_for(collector.url, 100.0)
        with surrounded(tmp_path / "app", app, policy) as front, front.client() as client:
            name = "cluster.collector.upstream_rq_200" if trusted else "fail_verify_error"

            def told() -> str:
                client.get("/")
                stats = front.proxy.admin("/stats?usedonly&filter=collector").decode()
                lines = [line for line in stats.splitlines() if not line.endswith(" 0")]
                return stats if any(name in line for line in lines) else ""

            assert ("upstream_rq_200" in until(told)) == trusted
