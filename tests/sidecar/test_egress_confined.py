"""A program in a network of its own: it reaches what is allowed, knowing of no proxy, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from apps import node_app, running, written
from outside_server import Outside, outside
from running_proxy import Front, free_ports, program, surrounded
from test_egress_gate import asking, named, resolver

from shipworthy.sidecar import guarded
from shipworthy.sidecar.application.answering import ask
from shipworthy.sidecar.egress import Confinement, WayOut, allowed, in_force, way_out, why_not
from shipworthy.sidecar.policy import Egress, Policy, Resilience
from waiting import SECONDS, until

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"no network namespace here: {why_not()}")
CALLER = Path(__file__).with_name("caller.py")
NODE = shutil.which("node")


@dataclass
class Confined:
    """A confined program behind the proxy."""

    front: Front
    program: guarded.Guarded
    port: int
    database: int
    api: Outside
    allowed_port: int

    def ask(self, what: str) -> str:
        return httpx.get(
            f"http://127.0.0.1:{self.port}/{what}", trust_env=False, timeout=SECONDS
        ).text

    def blocked(self, host: str) -> list[dict[str, Any]]:
        """The lines about a host in the log of the way out, once there are some."""
        return named(self.front, host)


@contextmanager
def confined(
    place: Path, argv: tuple[str, ...] = (sys.executable, str(CALLER))
) -> Iterator[Confined]:
    [port] = free_ports(1)
    with (
        outside(place / "api", b"hello", "api.example.com") as api,
        program() as (database, _),
        resolver({"api.example.com": "127.0.0.1"}) as names,
    ):
        allow = [f"api.example.com:{api.port}", "away.example.com"]
        policy = Policy(
            resilience=Resilience(health=""), egress=Egress(mode="isolate", allow=allow)
        )
        change = asking(names, loopback_is_outside=True)
        with surrounded(place, port, policy, change=change) as front:
            folder = front.proxy.files.folder
            way = Confinement(allowed(allow), folder, (database,), (folder,))
            environment = {
                "SSL_CERT_FILE": str(api.authority),
                "NODE_EXTRA_CA_CERTS": str(api.authority),
            }
            running = guarded.start(
                way.around((*argv, str(port)), port), place, environment, place / "program.log"
            )
            try:
                _wait(port, running, place / "program.log")
                yield Confined(front, running, port, database, api, api.port)
            finally:
                running.stop(2)


def _wait(port: int, running: guarded.Guarded, log: Path) -> None:
    def answers() -> bool:
        assert running.poll() is None, log.read_text()
        return bool(ask(port, "/pid"))

    until(answers)


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Confined]:
    with confined(tmp_path_factory.mktemp("confined")) as it:
        yield it


def test_the_program_answers_from_outside_and_through_the_proxy(caller: Confined) -> None:
    assert caller.ask("bytes/3") == "xxx"
    assert len(caller.ask("bytes/5000000")) == 5_000_000
    with caller.front.client() as client:
        assert client.get("/bytes/3").text == "xxx"


def test_an_allowed_host_is_reached_by_its_name_with_its_own_certificate(caller: Confined) -> None:
    assert caller.ask(f"https://api.example.com:{caller.api.port}/") == "hello"
    [line] = caller.blocked(f"api.example.com:{caller.api.port}")[:1]
    assert line["status"] == 200


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://evil.example/", "evil.example"),
        ("https://api.example.com/", "api.example.com:443"),
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254:80"),
        ("https://1.1.1.1/", "1.1.1.1:443"),
    ],
)
def test_everything_else_is_refused_and_named(caller: Confined, url: str, host: str) -> None:
    assert caller.ask(url).startswith("failed: ")
    assert [line["status"] for line in caller.blocked(host)] == [403]


def test_programs_of_this_machine_are_reached_where_they_are_given(caller: Confined) -> None:
    assert caller.ask(f"http://localhost:{caller.database}/db") == "GET /db"
    https = caller.front.policy.ports.https
    assert caller.ask(f"http://localhost:{https}/").startswith("failed: ")


def test_no_interface_of_the_machine_is_there_and_none_can_be_had(caller: Confined) -> None:
    assert caller.ask("interfaces") == "lo"
    assert caller.ask("rights") != "0"
    assert caller.ask("interfaces") == "lo"


def test_sockets_that_lead_out_are_out_of_sight(caller: Confined) -> None:
    assert caller.front.proxy.files.admin.exists()
    assert caller.ask(f"exists{caller.front.proxy.files.admin}") == "False"


def test_many_calls_at_once_are_carried(caller: Confined) -> None:
    url = f"https://api.example.com:{caller.api.port}/"
    with ThreadPoolExecutor(8) as threads:
        said = set(threads.map(caller.ask, [url, "bytes/300000"] * 8))
    assert said == {"hello", "x" * 300_000}


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_fetch_of_node_needs_to_know_of_no_proxy(tmp_path: Path) -> None:
    source = tmp_path / "server.mjs"
    source.write_text(
        "import http from 'node:http';\n"
        "http.createServer(async (request, response) => {\n"
        "  try { response.end(await (await fetch(request.url.slice(1))).text()) }\n"
        "  catch (error) { response.end('failed: ' + (error.cause?.code ?? error)) }\n"
        "}).listen(Number(process.argv[2]), '127.0.0.1')\n"
    )
    with confined(tmp_path, (str(NODE), str(source))) as it:
        assert it.ask(f"https://api.example.com:{it.api.port}/") == "hello"
        assert it.ask("https://evil.example/") == "failed: ENOTFOUND"


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("listen", ["process.env.PORT, '0.0.0.0'", "45678, '127.0.0.1'"])
def test_a_prototype_runs_confined_whatever_it_listens_on(tmp_path: Path, listen: str) -> None:
    """Outside, a program that is open to other machines, or ignores its port, has to be refused or sought."""
    prototype = written(tmp_path / "app", node_app(f"server.listen({listen});"))
    way = WayOut(Egress(mode="isolate"), tmp_path / "place" / "proxy")
    with running(prototype, tmp_path / "place", way_out=way) as launched:
        url = f"http://127.0.0.1:{launched.port}/x"
        assert httpx.get(url, trust_env=False, timeout=SECONDS).text == "hello from /x"


def test_a_database_that_the_settings_name_is_reached(tmp_path: Path) -> None:
    way = WayOut(Egress(mode="isolate"), tmp_path / "proxy", (8443,))
    given = {
        "DATABASE_URL": "postgresql://a:b@127.0.0.1:5544/app",
        "SITE": "https://localhost:8443/",
        "API": "https://api.example.com:9000",
        "TEXT": "see localhost:1234",
        "ODD": "http://[::1:99",
    }
    settings = json.loads(way.around(("node", "a.js"), 3000, given)[5])
    assert settings["local"] == [5544, 8443]


def test_programs_are_told_of_the_gate_where_it_is_only_advised(tmp_path: Path) -> None:
    way = WayOut(Egress(mode="advise", port=4128), tmp_path)
    assert way.around(("node", "a.js"), 1, {}) == ("node", "a.js")
    assert way.settings["HTTPS_PROXY"] == "http://127.0.0.1:4128"
    assert way.settings["NODE_USE_ENV_PROXY"] == "1"
    assert WayOut(Egress(), tmp_path).settings == {}


def test_what_this_system_cannot_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Egress(mode="isolate", allow=["api.example.com"])
    assert in_force(asked) == (asked, "")
    assert in_force(Egress())[1] == ""
    monkeypatch.setattr(way_out, "why_not", lambda: "user namespaces are off")
    done, said = in_force(asked)
    assert (done.mode, done.allow) == ("advise", ["api.example.com"])
    assert "user namespaces are off" in said
    assert "fetch of Node.js" in said


def test_the_end_of_the_program_is_told_as_without_a_namespace(tmp_path: Path) -> None:
    with confined(tmp_path) as it:
        with pytest.raises(httpx.HTTPError):
            it.ask("end")
        assert it.program.wait(SECONDS) == 7


def test_nothing_outlives_whoever_started_it(tmp_path: Path) -> None:
    with confined(tmp_path) as it:
        processes = it.program.processes()
        assert len(processes) >= 3  # outside, inside, the program
        for process in processes[:1]:
            os.kill(process, signal.SIGKILL)
        assert it.program.wait(SECONDS) is not None
        assert not [one for one in processes if _alive(one)]


def _alive(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def test_a_program_that_cannot_be_confined_is_not_started(tmp_path: Path) -> None:
    way = Confinement(allowed([]), tmp_path / "proxy", hidden=(tmp_path,))
    argv = list(way.around((sys.executable, "-c", "print('started')"), free_ports(1)[0]))
    settings = json.loads(argv[5])
    settings["replaced"] = {"/etc/hosts": str(tmp_path / "nowhere")}
    argv[5] = json.dumps(settings)
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert ran.returncode == 126
    assert "the program was not started" in ran.stderr
    assert "started" not in ran.stdout
