"""What the sidecar costs: processor time for each request, time to start, time to apply a change.

python benchmarks/sidecar.py [ROUNDS] [--requests N] [--write]

Ours with every control on, bare Envoy, and nginx, HAProxy and Caddy where they are on PATH stand in turn,
in the same run, between one caller and one small program on 127.0.0.1. Of each only its own processor time
counts, so that the load of the machine matters little. --write puts the figures into docs/sidecar.md; the
exit code is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from figures import replace_section

from gateway import processor, resident
from shipworthy.sidecar import guarded, proxy
from shipworthy.sidecar.certificate import Certificate, certificate_for
from shipworthy.sidecar.check.credentials import Credentials
from shipworthy.sidecar.check.wire import Connection, Place, request
from shipworthy.sidecar.policy import (
    Cors,
    Limits,
    Need,
    Observe,
    Policy,
    Ports,
    Rate,
    Route,
    Tokens,
    Who,
)
from shipworthy.sidecar.ports import free_ports
from shipworthy.sidecar.proxy.binary import find_envoy

PAGE = Path(__file__).parent.parent / "docs" / "sidecar.md"
ANSWER = json.dumps({"items": [{"id": n, "name": f"item {n}"} for n in range(9)]}).encode()
CONNECTIONS = 48  # kept, with one request at once on each
MOST, TIMES, READY, APPLIED = 100.0, 2.5, 1.0, 0.2  # microseconds, of bare Envoy, seconds, seconds
PATH = "/api/items"
NOBODY = 9  # a port where nothing listens
VALUES = {"JWT": secrets.token_hex(32), "PARTNER": secrets.token_hex(32)}


@dataclass
class Subject:
    """Something that stands between caller and program."""

    name: str
    place: Place
    pid: int
    headers: tuple[tuple[str, str], ...] = ()
    cpu: list[float] = field(default_factory=list)  # microseconds for each request
    rss: float = 0.0  # megabytes


def main() -> None:
    """Print, and write with --write, the table and the bars."""
    asked = arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="swb-")))
        port = stack.enter_context(program(folder))
        certificate = certificate_for(Policy(), folder / "authorities")
        ours, started, running = stack.enter_context(sidecar(folder, port, certificate))
        plain = (envoy(folder, port, certificate, tls=tls) for tls in (True, False))
        subjects = [ours, *(stack.enter_context(one) for one in plain)]
        subjects += others(stack, folder, port, certificate)
        for _ in range(asked.rounds):
            for subject in subjects:
                measure(subject, asked.requests)
        ready = became_ready(running, ours, port)
        applied = changes(running, ours)
    text, held = table(subjects, started, ready, applied)
    print(text)
    if asked.write:
        replace_section(PAGE, "figures", text)
    sys.exit(0 if held else 1)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--requests", type=int, default=16_000)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def measure(subject: Subject, requests: int) -> None:
    """One round over kept connections: their handshakes and a first lap do not count."""
    with ExitStack() as stack:
        kept = [stack.enter_context(Connection(subject.place, 20.0)) for _ in range(CONNECTIONS)]
        load(subject, kept, 5)
        before = processor(subject.pid)
        laps = requests // CONNECTIONS
        load(subject, kept, laps)
        subject.cpu.append((processor(subject.pid) - before) / laps / CONNECTIONS * 1e6)
    subject.rss = max(subject.rss, resident(subject.pid))


def load(subject: Subject, kept: list[Connection], laps: int) -> None:
    """A request on each connection, and then its answers, so many times. Raises on any other answer."""
    asked = request("GET", PATH, f"localhost:{subject.place.port}", *subject.headers)
    mark = ANSWER[-12:]
    for _ in range(laps):
        for connection in kept:
            connection.send(asked)
        for connection in kept:
            if b"HTTP/1.1 200 OK\r\n" not in connection.until(mark, 1):
                raise RuntimeError(f"{subject.name} answers otherwise")


@contextmanager
def program(folder: Path) -> Iterator[int]:
    """A program that answers each request with the same JSON, as fast as the proxies: an Envoy, too."""
    own, listens = folder / "program", free()
    own.mkdir()
    told = bare(own, listens, 9, tls=False)
    answer = {"status": 200, "body": {"inline_string": ANSWER.decode()}}
    text = json.dumps(told).replace(
        '"route": {"cluster": "app"}', f'"direct_response": {json.dumps(answer)}'
    )
    (own / "envoy.json").write_text(text)
    argv = [str(find_envoy()), "-c", str(own / "envoy.json"), "--disable-hot-restart"]
    with started([*argv, "--concurrency", "1", "-l", "off"], own, listens):
        yield listens


def full_policy(port: int) -> Policy:
    """Every control that there is, with limits that one caller does not reach."""
    much = Rate(100_000_000, 60.0)
    tokens = Tokens(issuer="https://issuer.example", audiences=["app"], secret="env:JWT")  # noqa: S106
    return Policy(
        ports=free_ports(Ports(http=21_080, https=21_443)),
        tokens={"app": tokens},
        keys={"partner": "env:PARTNER"},
        limits=Limits(per_ip=much, per_user=much),
        cors=Cors(origins=["https://friend.example"]),
        observe=Observe(otlp=f"http://127.0.0.1:{port}", sampled=1.0),
        routes=[
            Route(path="/admin", need=Need(Who.ROLE, "admin")),
            Route(path="/partner", need=Need(Who.KEY, "partner")),
            Route(path="/api", need=Need(Who.USER)),
        ],
    )


@contextmanager
def sidecar(
    folder: Path, port: int, certificate: Certificate
) -> Iterator[tuple[Subject, list[float], proxy.Proxy]]:
    """Ours, the seconds of some starts, and the one that runs."""
    policy = full_policy(port)
    token = Credentials(VALUES).token("app", policy.tokens["app"])
    started = []
    for _ in range(4):
        configuration = proxy.build(policy, proxy.Upstreams(port), folder, VALUES)
        began = time.perf_counter()
        running = proxy.Proxy.start(configuration, certificate)
        started.append(time.perf_counter() - began)
        if len(started) < 4:
            running.stop(0)
    authority = folder / "authority.pem"
    authority.write_bytes(certificate.authority)
    place = Place(policy.ports.https, authority=authority)
    bearer = (("authorization", f"Bearer {token}"),)
    try:
        yield (
            Subject("sidecar, every control on, TLS", place, running.process.pid, bearer),
            started,
            running,
        )
    finally:
        running.stop(0)


def became_ready(running: proxy.Proxy, ours: Subject, port: int, count: int = 4) -> list[float]:
    """The seconds from a program that answers to its first answer through the proxy, which runs already
    while a prototype is built."""
    folder, policy = running.files.folder.parent, running.configuration.policy
    took = []
    for _ in range(count):
        running.apply(proxy.build(policy, proxy.Upstreams(NOBODY), folder, VALUES))
        began = time.perf_counter()
        running.apply(proxy.build(policy, proxy.Upstreams(port), folder, VALUES))
        while not answers(ours):
            time.sleep(0.005)
        took.append(time.perf_counter() - began)
    return took


def answers(subject: Subject) -> bool:
    """Whether a new caller gets the program's answer."""
    with Connection(subject.place, 20.0) as connection:
        asked = request("GET", PATH, f"localhost:{subject.place.port}", *subject.headers)
        connection.send(asked)
        answer = connection.answer()
    return answer is not None and answer.status == 200


def changes(running: proxy.Proxy, ours: Subject, count: int = 10) -> list[float]:
    """The seconds that changes of the policy take while it is asked all the time."""
    ended = threading.Event()

    def ask() -> None:
        with ExitStack() as stack:
            kept = [stack.enter_context(Connection(ours.place, 20.0)) for _ in range(4)]
            while not ended.is_set():
                load(ours, kept, 1)

    asking = threading.Thread(target=ask)
    asking.start()
    took = []
    try:
        for number in range(count):
            policy = running.configuration.policy
            headers = msgspec.structs.replace(
                policy.headers, referrer_policy=f"origin, no-referrer-{number}"
            )
            changed = msgspec.structs.replace(policy, headers=headers)
            took.append(applied(running, changed))
    finally:
        ended.set()
        asking.join()
    return took


def applied(running: proxy.Proxy, policy: Policy) -> float:
    """From the policy to Envoy's word that it has taken it, in seconds: built, validated, written."""
    folder = running.files.folder.parent
    port = next(e for e in ports_behind(running))
    began = time.perf_counter()
    running.apply(proxy.build(policy, proxy.Upstreams(port), folder, VALUES))
    return time.perf_counter() - began


def ports_behind(running: proxy.Proxy) -> Iterator[int]:
    """The program's port."""
    for cluster in running.configuration.clusters:
        if cluster["name"] == "app":
            endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            yield int(endpoint["address"]["socket_address"]["port_value"])


@contextmanager
def envoy(folder: Path, port: int, certificate: Certificate, *, tls: bool) -> Iterator[Subject]:
    """Envoy that only hands on."""
    own = folder / f"envoy-{tls}"
    own.mkdir()
    listens = free()
    (own / "chain.pem").write_bytes(certificate.chain)
    (own / "key.pem").write_bytes(certificate.key)
    (own / "envoy.json").write_text(json.dumps(bare(own, listens, port, tls=tls)))
    argv = [str(find_envoy()), "-c", str(own / "envoy.json"), "--disable-hot-restart"]
    with started([*argv, "--concurrency", "2", "-l", "off"], own, listens) as pid:
        name = "bare Envoy, TLS" if tls else "bare Envoy, plain HTTP"
        yield Subject(name, Place(listens, tls=tls), pid)


def bare(own: Path, listens: int, port: int, *, tls: bool) -> dict[str, object]:
    """Its configuration: one listener, one route, one program."""
    kind = "type.googleapis.com/envoy.extensions"
    manager = {
        "@type": f"{kind}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bare",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "app"}}],
                }
            ]
        },
        "http_filters": [
            {
                "name": "router",
                "typed_config": {"@type": f"{kind}.filters.http.router.v3.Router"},
            }
        ],
    }
    chain: dict[str, object] = {"filters": [{"name": "hcm", "typed_config": manager}]}
    if tls:
        pair = {"certificate_chain": {"filename": str(own / "chain.pem")}}
        pair["private_key"] = {"filename": str(own / "key.pem")}
        context = {"@type": f"{kind}.transport_sockets.tls.v3.DownstreamTlsContext"}
        chain["transport_socket"] = {
            "name": "tls",
            "typed_config": {**context, "common_tls_context": {"tls_certificates": [pair]}},
        }
    return {
        "static_resources": {
            "listeners": [{"address": address(listens), "filter_chains": [chain]}],
            "clusters": [
                {
                    "name": "app",
                    "load_assignment": {
                        "cluster_name": "app",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(port)}}]}],
                    },
                }
            ],
        }
    }


def address(port: int) -> dict[str, object]:
    """As Envoy writes it."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def others(stack: ExitStack, folder: Path, port: int, certificate: Certificate) -> list[Subject]:
    """nginx, HAProxy and Caddy with TLS, where they are installed."""
    found = []
    pem = folder / "both.pem"
    pem.write_bytes(certificate.chain + b"\n" + certificate.key)
    for name, write in (("nginx", nginx), ("haproxy", haproxy), ("caddy", caddy)):
        binary = shutil.which(name)
        if binary is None:
            print(f"{name} is not on PATH: left out", file=sys.stderr)
            continue
        own, listens = folder / name, free()
        own.mkdir()
        argv = [binary, *write(own, listens, port, pem)]
        pid = stack.enter_context(started(argv, own, listens))
        found.append(Subject(f"{name}, TLS", Place(listens), pid))
    return found


def nginx(own: Path, listens: int, port: int, pem: Path) -> list[str]:
    """One worker that keeps its connections to the program."""
    (own / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {own}/pid; error_log {own}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {own}/body; proxy_temp_path {own}/proxy; fastcgi_temp_path {own}/f;
  uwsgi_temp_path {own}/u; scgi_temp_path {own}/s;
  keepalive_requests 1000000;
  upstream app {{ server 127.0.0.1:{port}; keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{listens} ssl; ssl_certificate {pem}; ssl_certificate_key {pem};
    ssl_protocols TLSv1.3;
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
""")
    return ["-c", str(own / "nginx.conf")]


def haproxy(own: Path, listens: int, port: int, pem: Path) -> list[str]:
    """One thread."""
    (own / "haproxy.cfg").write_text(f"""
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  http-reuse always
frontend all
  bind 127.0.0.1:{listens} ssl crt {pem} ssl-min-ver TLSv1.3
  default_backend app
backend app
  server app 127.0.0.1:{port}
""")
    return ["-db", "-f", str(own / "haproxy.cfg")]


def caddy(own: Path, listens: int, port: int, pem: Path) -> list[str]:
    """Without its administration and its own certificates."""
    (own / "Caddyfile").write_text(f"""{{
  admin off
  auto_https off
}}
https://localhost:{listens} {{
  bind 127.0.0.1
  tls {pem} {pem}
  reverse_proxy 127.0.0.1:{port}
}}
""")
    return ["run", "--config", str(own / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def started(argv: list[str], own: Path, listens: int) -> Iterator[int]:
    """A program that ends with us, once its port answers; its process."""
    running = guarded.start(argv, own, {"HOME": str(own)}, own / "log", guarded.Limits(memory=0))
    end = time.monotonic() + 15
    try:
        while time.monotonic() < end and running.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", listens), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        else:
            raise RuntimeError(f"{argv[0]} did not start: {(own / 'log').read_text()[-500:]}")
        yield running.pid
    finally:
        running.stop(0)


def free() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def table(
    subjects: list[Subject], started: list[float], ready: list[float], applied: list[float]
) -> tuple[str, bool]:
    """The figures and the bars, and whether all bars were held."""
    lines = [
        "| | CPU µs a request, median (all rounds) | times bare Envoy | RSS MB |",
        "|---|---|---|---|",
    ]
    medians = {s.name: statistics.median(s.cpu) for s in subjects}
    bare_tls = medians["bare Envoy, TLS"]
    for subject in subjects:
        rounds = ", ".join(f"{value:.0f}" for value in subject.cpu)
        own = medians[subject.name]
        lines.append(
            f"| {subject.name} | **{own:.0f}** ({rounds}) | {own / bare_tls:.2f} | {subject.rss:.0f} |"
        )
    ours = medians[subjects[0].name]
    bars = [
        (f"CPU of the sidecar ≤ {MOST:.0f} µs a request", f"{ours:.0f} µs", ours <= MOST),
        (f"≤ {TIMES} × bare Envoy (both TLS)", f"{ours / bare_tls:.2f}", ours <= TIMES * bare_tls),
        (
            f"ready ≤ {READY:.0f} s after the prototype is",
            f"{spoken(ready)}; the proxy itself, meanwhile: {spoken(started)}",
            max(ready) <= READY,
        ),
        (
            f"a change applied in ≤ {APPLIED * 1000:.0f} ms, under load",
            spoken(applied),
            statistics.median(applied) <= APPLIED,
        ),
    ]
    lines += ["", "| bar | seen | |", "|---|---|---|"]
    lines += [
        f"| {bar} | {seen} | {'held' if held else '**missed**'} |" for bar, seen, held in bars
    ]
    return "\n".join(lines), all(held for *_, held in bars)


def spoken(seconds: list[float]) -> str:
    """Median and worst of some times."""
    return f"median {statistics.median(seconds) * 1e3:.0f} ms, worst {max(seconds) * 1e3:.0f} ms"


if __name__ == "__main__":
    main()
