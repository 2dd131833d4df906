"""`shipworthy up`: a prototype comes up behind the proxy, changes live, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from running_proxy import free_ports
from running_up import Up, environment, up

from shipworthy.sidecar.policy import Ports
from waiting import SECONDS, until

PAGE = "<!doctype html><html><head><title>Shop</title></head><body>Welcome</body></html>"
POLICY = Path(".shipworthy") / "policy.yaml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "admin").mkdir(parents=True)
    (root / "index.html").write_text(PAGE)
    (root / "admin" / "index.html").write_text(PAGE.replace("Shop", "Admin"))
    return root


def write_policy(root: Path, https: int = 0) -> Ports:
    """A policy on free ports, or on this one."""
    http, free = free_ports(2)
    ports = Ports(http=http, https=https or free)
    (root / POLICY).parent.mkdir(exist_ok=True)
    (root / POLICY).write_text(f"ports: {{http: {ports.http}, https: {ports.https}}}\n")
    return ports


def get(running: Up, path: str = "/", **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(running.url + path, headers=headers)  # noqa: S310
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=running.trusting())
    )
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def processes_with(text: str) -> list[str]:
    """Command lines of running processes that name a text: a folder of the run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found


def test_one_command_brings_a_site_up_and_leaves_nothing(site: Path) -> None:
    with up(site) as running:
        ready = running.wait_for("ready")
        assert "(Shop)" in ready["text"]
        assert get(running) == (200, PAGE.encode())
        assert any("in memory" in e["text"] for e in running.events if e["event"] == "note")
        assert running.stop() == 0
        assert running.wait_for("end")
        assert processes_with(str(running.home)) == []
        assert not [f for f in running.home.rglob("*") if f.is_socket()]
    assert sorted(p.name for p in site.rglob("*")) == ["admin", "index.html", "index.html"]


def test_a_change_of_the_policy_counts_at_once_and_a_broken_one_is_refused(site: Path) -> None:
    write_policy(site)
    with up(site) as running:
        assert get(running, "/admin/")[0] == 200
        text = (site / POLICY).read_text()
        (site / POLICY).write_text(text + "routes: [{path: /admin, need: nobody}]\n")
        running.wait_for("policy", applied=True)
        assert get(running, "/admin/")[0] == 403
        assert get(running)[0] == 200
        (site / POLICY).write_text(text + "routs: []\n")
        refused = running.wait_for("policy", applied=False)
        assert "routs" in refused["text"]
        assert get(running, "/admin/")[0] == 403
        asked = running.sidecar("reload", str(site))
        assert (asked.returncode, "routs" in asked.stderr) == (2, True)


def test_pause_status_and_stop_reach_it_from_another_terminal(site: Path) -> None:
    with up(site) as running:
        assert get(running)[0] == 200
        assert running.sidecar("pause", str(site)).returncode == 0
        assert get(running)[0] == 503
        asked = running.sidecar("status", str(site), "--json")
        assert (asked.returncode, json.loads(asked.stdout)["state"]) == (1, "paused")
        assert running.sidecar("resume", str(site)).returncode == 0
        assert get(running)[0] == 200
        assert running.sidecar("status", str(site)).returncode == 0
        assert running.sidecar("stop", str(site)).returncode == 0
        assert running.process.wait(SECONDS) == 0
        assert running.sidecar("status", str(site)).returncode == 2


def test_a_port_of_the_policy_that_is_taken_is_an_error_with_the_name_of_its_program(
    site: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = write_policy(site, https=taken.getsockname()[1])
        with up(site) as running:
            assert running.process.wait(SECONDS) == 2
            assert f"port {ports.https} (ports.https of the policy) is taken" in running.errors()
            assert f"process {os.getpid()}" in running.errors()


def test_the_same_prototype_runs_once(site: Path) -> None:
    with up(site) as running:
        running.wait_for("ready")
        again = subprocess.run(
            [*running.process.args, "--once"],  # type: ignore[misc]
            env=environment(running.home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (again.returncode, "runs already" in again.stderr) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_way_to_end_it_ends_everything(site: Path, number: int) -> None:
    with up(site) as running:
        running.wait_for("ready")
        assert running.stop(number) == 0
        assert processes_with(str(running.home)) == []


def test_kill_9_leaves_no_process_and_the_next_start_works(site: Path) -> None:
    write_policy(site)
    with up(site) as running:
        running.wait_for("ready")
        assert processes_with(str(running.home))
        running.process.kill()
        running.process.wait()
        until(lambda: not processes_with(str(running.home)))
        again = subprocess.run(
            [*running.process.args, "--once"],  # type: ignore[misc]
            env=environment(running.home),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert again.returncode == 0, again.stderr
        until(lambda: not processes_with(str(running.home)))


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_kill_9_takes_the_database_and_the_copy_with_it(tmp_path: Path) -> None:
    root = tmp_path / "server"
    root.mkdir()
    (root / "server.js").write_text(
        "const { createServer } = require('http');\n"
        "const url = process.env.DATABASE_URL;\n"
        "createServer((_, answer) => answer.end(url)).listen(process.env.PORT, '127.0.0.1');\n"
    )
    (root / "schema.sql").write_text("create table shops (id int primary key);\n")
    (root / "package.json").write_text('{"name": "server", "scripts": {"start": "node server.js"}}')
    with up(root) as running:
        running.wait_for("ready")
        database = int(urlsplit(get(running)[1].decode()).port or 0)
        with socket.create_connection(("127.0.0.1", database), SECONDS):
            pass
        children = descendants_of(running.process.pid)
        assert any("postgres" in line for line in children.values())
        running.process.kill()
        running.process.wait()
        until(lambda: not any(_command(p) == line for p, line in children.items() if line))


def descendants_of(process: int) -> dict[int, str]:
    """The processes below one, and their command lines."""
    parents, lines = {}, {}
    for found in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((found / "stat").read_text().rpartition(")")[2].split()[1])
            line = (found / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        parents[int(found.name)], lines[int(found.name)] = parent, line
    below = {process}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return {child: lines[child] for child in below - {process}}


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
