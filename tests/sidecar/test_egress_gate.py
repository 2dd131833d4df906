"""The way out: tunnels to allowed hosts, a refusal and a line in the log for everything else."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec
import pytest
from outside_server import outside
from running_proxy import Front, free_ports, program, surrounded

from shipworthy.sidecar.confined.names import Names
from shipworthy.sidecar.egress import LOG, Allowed, BrokenAllowance, allowed
from shipworthy.sidecar.egress.gate import SOCKET
from shipworthy.sidecar.policy import Egress, Policy, Resilience
from shipworthy.sidecar.proxy import Configuration
from shipworthy.sidecar.proxy.log_rotation import before, rotate
from waiting import SECONDS, until

_RESOLVER = (
    "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig"
)


@contextmanager
def resolver(addresses: dict[str, str]) -> Iterator[int]:
    """A name server that knows these names; its port."""
    names = Names(list(addresses), lambda _: None, dict(addresses))
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)
    over = False

    def serve() -> None:
        while not over:
            try:
                question, who = server.recvfrom(4096)
            except TimeoutError:
                continue
            server.sendto(names.answer(question), who)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over = True
        thread.join()
        server.close()


def asking(
    port: int, *, loopback_is_outside: bool = False
) -> Callable[[Configuration], Configuration]:
    """Have Envoy ask this name server. Servers of a test are all on loopback, which is not outside."""
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    config = {"@type": _RESOLVER, "resolvers": [address], "use_resolvers_as_fallback": False}

    def changed(part: Any) -> Any:
        if isinstance(part, list):
            kept = [one for one in part if not (loopback_is_outside and _is_loopback(one))]
            return [changed(one) for one in kept]
        if not isinstance(part, dict):
            return part
        inner = {name: changed(value) for name, value in part.items()}
        if "dns_cache_config" in inner:
            cache = {"typed_dns_resolver_config": {"name": "test", "typed_config": config}}
            inner["dns_cache_config"] = inner["dns_cache_config"] | cache
        return inner

    def change(configuration: Configuration) -> Configuration:
        from dataclasses import replace

        listeners, clusters = changed(configuration.listeners), changed(configuration.clusters)
        return replace(configuration, listeners=listeners, clusters=clusters)

    return change


def _is_loopback(part: object) -> bool:
    return '"address_prefix": "127.0.0.0"' in json.dumps(part) and "matcher" in str(part)[:12]


def policy_for(allow: list[str]) -> Policy:
    [port] = free_ports(1)
    egress = Egress(mode="advise", allow=allow, port=port)
    return Policy(resilience=Resilience(health=""), egress=egress)


def connect(front: Front, authority: str) -> tuple[int, socket.socket]:
    """Ask for a tunnel; the status and the connection."""
    connection = socket.create_connection(("127.0.0.1", front.policy.egress.port), SECONDS)
    connection.sendall(f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        assert part, head
        head += part
    return int(head.split(b" ")[1]), connection


def refused(front: Front, authority: str) -> int:
    status, connection = connect(front, authority)
    connection.close()
    return status


def named(front: Front, host: str) -> list[dict[str, Any]]:
    """The lines about a host in the log of the way out, once they were written."""
    file = front.proxy.files.folder / LOG

    def lines() -> list[dict[str, Any]]:
        whole = file.read_text().rpartition("\n")[0] if file.is_file() else ""
        told = [json.loads(line) for line in whole.splitlines()]
        return [line for line in told if line.get("host") == host]

    return until(lines)


def test_an_allowed_host_is_reached_by_a_tunnel_that_the_proxy_cannot_read(tmp_path: Path) -> None:
    with (
        program() as (app, _),
        outside(tmp_path / "api", b"hello", "api.example.com") as api,
        resolver({"api.example.com": "127.0.0.1"}) as names,
        surrounded(
            tmp_path,
            app,
            policy_for([f"api.example.com:{api.port}"]),
            change=asking(names, loopback_is_outside=True),
        ) as front,
    ):
        trusted = ssl.create_default_context(cafile=api.authority)
        proxy = f"http://127.0.0.1:{front.policy.egress.port}"
        with httpx.Client(verify=trusted, proxy=proxy, trust_env=False, timeout=SECONDS) as client:
            assert client.get(f"https://api.example.com:{api.port}/").text == "hello"
            assert client.get(f"https://API.example.com:{api.port}/").text == "hello"
        assert refused(front, "api.example.com:443") == 403
        assert refused(front, f"other.example.com:{api.port}") == 403


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
    ],
)
def test_a_name_of_the_internet_that_leads_inside_is_refused(tmp_path: Path, address: str) -> None:
    with (
        program() as (app, asked),
        resolver({"api.example.com": address}) as names,
        surrounded(
            tmp_path, app, policy_for([f"api.example.com:{app}"]), change=asking(names)
        ) as front,
    ):
        assert refused(front, f"api.example.com:{app}") == 403
        assert asked == []
        [line] = named(front, f"api.example.com:{app}")
        assert "inner-address" in line["why"]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with program() as (app, _):
        policy = policy_for(["api.example.com", f"localhost:{app}", "*.cdn.example.com"])
        with surrounded(tmp_path_factory.mktemp("gate"), app, policy) as front:
            yield front


@pytest.mark.parametrize(
    "authority",
    [
        "evil.example:443",
        "api.example.com.evil.example:443",
        "xapi.example.com:443",
        "api.example.com:22",
        "api.example.com.:443",
        "cdn.example.com:443",
        "169.254.169.254:80",
        "[::1]:443",
        "127.0.0.1:443",
        "2130706433:443",
        "0x7f.1:443",
        "localhost:443",
    ],
)
def test_everything_else_is_refused_and_named_in_the_log(front: Front, authority: str) -> None:
    assert refused(front, authority) == 403
    assert [line["status"] for line in named(front, authority)] == [403]


@pytest.mark.parametrize("authority", ["api.example.com", "api.example.com@evil.example:443"])
def test_what_is_no_host_and_port_is_no_request(front: Front, authority: str) -> None:
    assert refused(front, authority) == 400


def test_plain_requests_are_refused_as_well(front: Front) -> None:
    proxy = f"http://127.0.0.1:{front.policy.egress.port}"
    with httpx.Client(proxy=proxy, trust_env=False, timeout=SECONDS) as client:
        for url in ("http://169.254.169.254/latest/meta-data", "http://api.example.com/"):
            answer = client.get(url)
            assert answer.status_code == 403
            assert "egress.allow" in answer.text
    assert [line["status"] for line in named(front, "169.254.169.254")] == [403]


def test_a_program_of_this_machine_is_reached_where_a_person_named_it(front: Front) -> None:
    port = front.upstreams.app
    status, connection = connect(front, f"localhost:{port}")
    with connection:
        assert status == 200
        connection.sendall(b"GET /inner HTTP/1.0\r\n\r\n")
        assert b"GET /inner" in connection.recv(65_536) + connection.recv(65_536)


def test_its_log_begins_anew_beyond_its_size_and_loses_no_line(front: Front) -> None:
    hosts = [f"{number}.example.com:443" for number in range(8)]
    for host in hosts:
        assert refused(front, host) == 403
    assert all(named(front, host) for host in hosts)
    log = front.proxy.files.folder / LOG
    assert log in rotate(front.proxy.files, largest=400)
    assert refused(front, "after.example.com:443") == 403
    assert named(front, "after.example.com:443")
    assert "0.example.com" not in log.read_text()
    for host in hosts:
        assert host in before(log).read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_another_list_acts_without_a_restart(tmp_path: Path) -> None:
    with program() as (app, _), surrounded(tmp_path, app, policy_for([])) as front:
        assert refused(front, f"localhost:{app}") == 403
        allow = msgspec.structs.replace(front.policy.egress, allow=[f"localhost:{app}"])
        front.proxy.apply(front.changed(egress=allow))
        assert refused(front, f"localhost:{app}") == 200


def test_isolated_the_way_out_is_a_socket_of_this_user_alone(tmp_path: Path) -> None:
    policy = Policy(resilience=Resilience(health=""), egress=Egress(mode="isolate"))
    with program() as (app, _), surrounded(tmp_path, app, policy) as front:
        gate = front.proxy.files.folder / SOCKET
        assert gate.is_socket()
        assert gate.stat().st_mode & 0o077 == 0


def test_a_list_of_host_names_is_read() -> None:
    read = allowed(
        ["API.example.com", "db.example.com:5432", "*.cdn.example.com", "localhost:11434"]
    )
    assert [one.authority for one in read] == [
        "api.example.com:443",
        "db.example.com:5432",
        "*.cdn.example.com:443",
        "localhost:11434",
    ]
    assert allowed(["a.example", "a.example:443"]) == (Allowed("a.example", 443),)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("169.254.169.254", "is an address"),
        ("169.254.169.254:80", "is an address"),
        ("[::1]:443", "is an address"),
        ("127.1", "is an address"),
        ("0x7f000001", "is an address"),
        ("2130706433", "is an address"),
        ("https://api.example.com", "is a URL"),
        ("api.example.com/v1", "is a URL"),
        ("api.example.com:https", "no port"),
        ("api.example.com:0", "no port"),
        ("api.example.com:70000", "no port"),
        ("*", "no host name"),
        ("*.com", "everything below"),
        ("intranet", "everything below"),
        ("a..example", "no host name"),
        ("a b.example", "no host name"),
        ("user@api.example.com", "no host name"),
        ("*.*.example.com", "no host name"),
        ("", "no host name"),
    ],
)
def test_an_entry_that_could_open_more_than_is_meant_is_refused(entry: str, told: str) -> None:
    with pytest.raises(BrokenAllowance, match=told):
        allowed([entry])
