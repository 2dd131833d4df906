"""The running proxy: changed under load, refused changes, pause, certificates, logs, two of them at once."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from running_proxy import Front, free_ports, program, surrounded

from shipworthy.sidecar import proxy
from shipworthy.sidecar.certificate import authority, certificate_for, issue
from shipworthy.sidecar.policy import (
    Headers,
    Limits,
    Need,
    Observe,
    Policy,
    Ports,
    Rate,
    Route,
    Who,
)
from shipworthy.sidecar.proxy.certificate_files import put_certificate
from shipworthy.sidecar.proxy.configuration import discovered, routes_file
from shipworthy.sidecar.proxy.files import put
from shipworthy.sidecar.proxy.log_rotation import before, rotate
from waiting import SECONDS, until

FAST = msgspec.structs.replace(Policy(), limits=Limits(per_ip=None, per_user=None))


@pytest.fixture
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with (
        program() as (port, _),
        surrounded(tmp_path_factory.mktemp("changes"), port, FAST) as front,
    ):
        yield front


async def _load(front: Front, stop: asyncio.Event, answers: Counter[str]) -> None:
    """Count the answers, by their status, and what went wrong."""
    import aiohttp

    trusted = ssl.create_default_context(cafile=front.authority)

    async def asking(*, keep: bool) -> None:
        connector = aiohttp.TCPConnector(ssl=trusted, force_close=not keep)
        async with aiohttp.ClientSession(connector=connector) as session:
            while not stop.is_set():
                try:
                    async with session.get(f"{front.url}/x") as answer:
                        await answer.read()
                        answers[str(answer.status)] += 1
                except aiohttp.ClientError as error:
                    answers[repr(error)] += 1

    await asyncio.gather(*(asking(keep=n % 4 != 0) for n in range(8)))


def _while_changing(front: Front, changes: list[proxy.Configuration]) -> Counter[str]:
    """The answers that callers got before, between and after these changes."""
    answers: Counter[str] = Counter()

    async def both() -> None:
        stop = asyncio.Event()
        loading = asyncio.create_task(_load(front, stop, answers))
        for change in (*changes, None):
            enough = answers.total() + 20
            while answers.total() < enough:
                await asyncio.sleep(0.01)
            if change:
                await asyncio.to_thread(front.proxy.apply, change)
        stop.set()
        await loading

    asyncio.run(both())
    return answers


def test_no_request_is_lost_while_the_policy_changes(front: Front) -> None:
    changes = [
        front.changed(
            headers=Headers(referrer_policy=f"origin{'' if n % 2 else '-when-cross-origin'}")
        )
        for n in range(8)
    ]
    assert set(_while_changing(front, changes)) == {"200"}


def test_no_request_is_lost_while_the_filters_change(front: Front) -> None:
    """Trap 10: filters reach open connections only once these are closed, which is done gently."""
    changes = [front.changed(observe=Observe(access_log=bool(n % 2))) for n in range(4)]
    assert set(_while_changing(front, changes)) == {"200"}


def test_a_change_of_the_policy_acts_on_open_connections_at_once(front: Front) -> None:
    closed = [Route(path="/", need=Need(Who.NOBODY))]
    with front.client(http2=True) as client:
        assert client.get("/").status_code == 200
        front.proxy.apply(front.changed(routes=closed))
        assert client.get("/").status_code == 403
    front.proxy.apply(front.changed(routes=[]))


def test_what_stands_in_route_tables_changes_without_new_listeners_or_a_second_envoy(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shipworthy.sidecar.proxy import running

    monkeypatch.setattr(running, "validate", lambda _: pytest.fail("a second Envoy was started"))
    changed = front.changed(
        headers=Headers(referrer_policy="no-referrer"),
        routes=[Route(path="/a", need=Need(Who.ANYONE), csrf=False)],
        limits=Limits(per_ip=Rate(500, 60)),
        csrf=["https://friend.example"],
    )
    front.proxy.apply(changed)
    with front.client() as client:
        assert client.get("/").headers["referrer-policy"] == "no-referrer"
        plain = client.get(f"http://localhost:{front.policy.ports.http}/")
        assert (plain.status_code, plain.headers["referrer-policy"]) == (307, "no-referrer")


@pytest.mark.parametrize("wrong", ["unknown field", "unknown cluster"])
def test_a_wrong_change_is_refused_and_the_old_one_stays(front: Front, wrong: str) -> None:
    """Traps 1 and 2: in a file of routes Envoy accepts both, and the site is gone."""
    broken = _broken(front, wrong)
    with pytest.raises(proxy.RefusedConfiguration, match=r"nothing was changed|refuses"):
        front.proxy.apply(broken)
    with front.client() as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("wrong", ["unknown field", "unknown cluster"])
def test_even_a_wrong_file_that_was_not_validated_is_rejected(front: Front, wrong: str) -> None:
    """The second fence of traps 1 and 2: strict discovery, and clusters that are looked up."""
    broken = _broken(front, wrong)
    put(front.proxy.files.routes, routes_file(broken.routes))
    until(lambda: _stat(front, "http.edge.rds.app.update_rejected") > 0)
    with front.client() as client:
        assert client.get("/").status_code == 200


def test_without_the_cure_a_wrong_file_takes_the_site_down(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shipworthy.sidecar.proxy import running

    lenient = [a for a in running._argv(front.proxy.files) if not a.startswith("--reject")]
    monkeypatch.setattr(running, "_argv", lambda _: lenient)
    front.proxy.stop(0)
    weak = dataclasses.replace(front.proxy.configuration)
    with_holes = {**weak.routes, "validate_clusters": False}
    weak = dataclasses.replace(weak, routes=with_holes)
    certificate = certificate_for(front.policy, front.place / "authorities")
    front.proxy = proxy.Proxy.start(weak, certificate)
    broken = _broken(front, "unknown cluster").routes | {"validate_clusters": False}
    put(front.proxy.files.routes, routes_file(broken))
    until(lambda: _stat(front, "http.edge.rds.app.update_success") > 1)
    with front.client() as client:  # its workers learn of it a moment later
        until(lambda: client.get("/").status_code == 503)
    field = _broken(front, "unknown field").routes
    put(front.proxy.files.routes, routes_file(field))
    until(lambda: _stat(front, "http.edge.rds.app.update_success") > 2)
    front.proxy.stop(0)


def _broken(front: Front, wrong: str) -> proxy.Configuration:
    whole = front.changed()
    routes: Any = json.loads(json.dumps(whole.routes))
    for route in routes["virtual_hosts"][0]["routes"]:
        if "route" in route and wrong == "unknown cluster":
            route["route"]["cluster"] = "nowhere"
        if wrong == "unknown field":
            route["matches"] = route["match"]
    return dataclasses.replace(whole, routes=routes)


def test_the_number_of_connections_needs_a_new_start(front: Front) -> None:
    with pytest.raises(proxy.NeedsRestart, match="connections"):
        front.proxy.apply(front.changed(limits=Limits(connections=7)))


def test_programs_behind_it_change_without_a_gap(front: Front) -> None:
    with program(lambda _: (200, {}, b"new")) as (other, _):
        upstreams = proxy.Upstreams(front.upstreams.app, {"/new": other})
        front.proxy.apply(proxy.build(front.policy, upstreams, front.place, {}))
        with front.client() as client:
            assert _soon(client, "/new/x", "new")
            assert client.get("/x").text == "GET /x"
        front.proxy.apply(proxy.build(front.policy, front.upstreams, front.place, {}))
        with front.client() as client:
            assert _soon(client, "/new/x", "GET /new/x")


def _soon(client: httpx.Client, path: str, text: str) -> bool:
    """Envoy's workers learn of another program a moment after it; until then the old one answers."""

    def told() -> bool:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.text == text

    return until(told)


def test_paused_it_shows_a_page_and_changes_wait_behind_it(front: Front) -> None:
    front.proxy.pause("back at <five>")
    with front.client() as client:
        page = client.get("/", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "back at &lt;five&gt;" in page.text
        assert client.get("/").json() == {"error": "back at <five>", "status": 503}
        front.proxy.apply(front.changed(headers=Headers(frame_options="SAMEORIGIN")))
        assert client.get("/").status_code == 503
        front.proxy.resume()
        answer = client.get("/")
        assert (answer.status_code, answer.headers["x-frame-options"]) == (200, "SAMEORIGIN")


def test_a_renewed_certificate_is_served_without_a_restart(front: Front) -> None:
    """Trap 8: only certificates of discovery files are ever renewed."""
    before = _serial(front)
    now = datetime.now(UTC)
    local = authority(front.policy.host, front.place / "authorities", now)
    front.proxy.renew(issue(front.policy.host, local, now))
    until(lambda: _serial(front) != before)


def test_without_the_cure_a_renewed_certificate_is_never_served(front: Front) -> None:
    whole = front.changed()
    listeners = json.loads(json.dumps(whole.listeners))
    files = front.proxy.files
    static = {
        "certificate_chain": {"filename": str(files.certificates / "chain.pem")},
        "private_key": {"filename": str(files.certificates / "key.pem")},
        "watched_directory": {"path": str(files.certificates)},
    }
    for listener in listeners:
        socket_of = listener["filter_chains"][0].get("transport_socket")
        if not socket_of:
            continue
        told = socket_of["typed_config"]
        tls = told.get("downstream_tls_context", told)["common_tls_context"]
        del tls["tls_certificate_sds_secret_configs"]
        tls["tls_certificates"] = [static]
    front.proxy.apply(dataclasses.replace(whole, listeners=listeners))
    before = _serial(front)
    now = datetime.now(UTC)
    local = authority(front.policy.host, front.place / "authorities", now)
    put_certificate(files, issue(front.policy.host, local, now))
    time.sleep(1.5)
    assert _serial(front) == before


def test_the_log_begins_anew_beyond_its_size_and_loses_no_line(front: Front) -> None:
    files = front.proxy.files
    with front.client() as client:
        for number in range(20):
            client.get(f"/before-{number}?token=secret")
        until(lambda: files.log.stat().st_size > 1000)
        assert rotate(files, largest=1000) == [files.log]
        client.get("/after?token=secret")
        until(lambda: "/after" in files.log.read_text())
    lines = [*before(files.log).read_text().splitlines(), *files.log.read_text().splitlines()]
    paths = [json.loads(line)["path"] for line in lines]
    assert paths == [*(f"/before-{number}" for number in range(20)), "/after"]
    assert "secret" not in "".join(lines)
    assert files.log.stat().st_mode & 0o077 == 0


def test_trace_and_request_ids_are_given_and_kept(front: Front) -> None:
    with program() as (port, seen):
        front.proxy.apply(proxy.build(front.policy, proxy.Upstreams(port), front.place, {}))
        trace = "0af7651916cd43dd8448eb211c80319c"
        with front.client() as client:
            # Its workers learn of another program a moment after Envoy has taken it.
            until(lambda: client.get("/").status_code == 200 and seen != [])
            forged = {"x-request-id": "chosen", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            answer = client.get("/a", headers=forged)
            client.get("/b")
        first = next(each for each in seen if each.path == "/a")
        second = next(each for each in seen if each.path == "/b")
    assert first.of("x-request-id") == [answer.headers["x-request-id"]] != ["chosen"]
    assert first.of("traceparent")[0].split("-")[1] == trace
    assert len(second.of("traceparent")[0].split("-")[1]) == 32


def test_what_it_counts_can_be_asked_in_prometheus_form(front: Front) -> None:
    with front.client() as client:
        client.get("/")
    told = front.proxy.admin("/stats/prometheus?usedonly").decode()
    assert 'envoy_http_downstream_rq_xx{envoy_response_code_class="2"' in told
    until(lambda: b"_rq_time_bucket" in front.proxy.admin("/stats/prometheus?usedonly"))


def test_the_administration_speaks_http_1_1_alone(front: Front) -> None:
    """Trap 14, and why the question is asked with http.client."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(front.proxy.files.admin))
        asking.sendall(b"GET /ready HTTP/1.0\r\n\r\n")
        assert b"426" in asking.recv(1000)
    assert front.proxy.admin("/ready") == b"LIVE\n"


def test_two_proxies_run_beside_each_other_and_one_starts_again_after_a_crash(
    front: Front, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Trap 14: with hot restart they would share memory by a number."""
    with surrounded(tmp_path_factory.mktemp("other"), front.upstreams.app, FAST) as other:
        for each in (front, other):
            with each.client() as client:
                assert client.get("/").status_code == 200
    os.kill(front.proxy.process.pid, signal.SIGKILL)
    until(lambda: not front.proxy.alive())
    certificate = certificate_for(front.policy, front.place / "authorities")
    front.proxy = proxy.Proxy.start(front.proxy.configuration, certificate)
    with front.client() as client:
        assert client.get("/").status_code == 200
    front.proxy.stop(0)


def test_a_port_that_another_has_is_a_clear_error(front: Front) -> None:
    (other,) = free_ports(1)
    policy = msgspec.structs.replace(FAST, ports=Ports(http=other, https=front.policy.ports.https))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = Ports(http=other, https=taken.getsockname()[1])
        policy = msgspec.structs.replace(FAST, ports=ports)
        place = front.place / "other"
        certificate = certificate_for(policy, place / "authorities")
        with pytest.raises(proxy.NotStarted, match="in use"):
            proxy.Proxy.start(proxy.build(policy, front.upstreams, place, {}), certificate)


def test_every_discovery_file_is_written_with_its_version(front: Front) -> None:
    for content in discovered(front.changed()).values():
        assert len(content["version_info"]) == 16
        assert content["resources"]


def _serial(front: Front) -> str:
    context = ssl.create_default_context(cafile=front.authority)
    with (
        socket.create_connection(("127.0.0.1", front.policy.ports.https), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        return str((secure.getpeercert() or {})["serialNumber"])


def _stat(front: Front, name: str) -> int:
    said = json.loads(front.proxy.admin(f"/stats?format=json&filter={name}"))["stats"]
    return sum(s["value"] for s in said if s.get("name") == name)
