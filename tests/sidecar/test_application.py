"""A prototype runs unchanged, on this machine alone, and keeps running; where it cannot, we say why."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from apps import LISTEN, QUICK, node_app, running, written

from shipworthy.sidecar.application import CannotRun, read_settings
from shipworthy.sidecar.application.answering import ask
from shipworthy.sidecar.application.attended import Patience
from shipworthy.sidecar.application.listening import listeners
from shipworthy.sidecar.guarded import start
from shipworthy.sidecar.ports import free_port
from waiting import SECONDS, until

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is not installed")
linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells who listens"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def get(port: int, path: str = "/") -> str:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    asking.request("GET", path)
    text = asking.getresponse().read().decode()
    asking.close()
    return text


@needs_node
def test_a_server_runs_unchanged_with_the_settings_it_was_given(tmp_path: Path) -> None:
    prototype = written(tmp_path / "app", node_app(LISTEN))
    (tmp_path / "env").write_text('# keys\nexport GREETING="good day"\nEMPTY=\n')
    before = sorted(path.name for path in (tmp_path / "app").iterdir())
    with running(prototype, tmp_path / "place", read_settings(tmp_path / "env")) as launched:
        assert get(launched.port, "/x") == "hello from /x"
        settings = json.loads(get(launched.port, "/settings"))
        assert settings["GREETING"] == "good day"
        assert settings["NODE_ENV"] == "production"
        assert launched.alive()
        assert launched.restarts == 0
    assert not ask(launched.port)
    assert not launched.alive()
    assert sorted(path.name for path in (tmp_path / "app").iterdir()) == before


@needs_node
@linux
@pytest.mark.parametrize(
    "listen",
    [
        'server.listen({ port: PORT, host: "0.0.0.0", reusePort: true });',
        'server.listen(PORT, "0.0.0.0", () => console.log("open"));',
        "server.listen(PORT);",
        'server.listen(String(PORT), "::", 100);',
        'server.listen(PORT, "localhost");',
    ],
)
def test_whatever_it_asks_for_it_listens_on_this_machine_alone(listen: str, tmp_path: Path) -> None:
    """Its own fixed port is found; the address is taken from it."""
    port = free_port()
    prototype = written(tmp_path / "app", node_app(listen.replace("PORT", str(port))))
    said: list[str] = []
    with running(prototype, tmp_path / "place", said=said) as launched:
        assert launched.port == port
        assert get(port) == "hello from /"
        found = listeners((launched.programs[0].pid, *children(launched.programs[0].pid)))
        assert {(one.address, one.port) for one in found} == {("127.0.0.1", port)}
    assert any(f"its own port {port}" in line for line in said)


def children(process: int) -> list[int]:
    from shipworthy.sidecar.guardian import descendants

    return list(descendants(process))


@needs_node
@linux
def test_what_can_be_reached_from_elsewhere_is_not_left_running(tmp_path: Path) -> None:
    """A runtime that our preload does not reach: here Python that Node.js starts."""
    program = (
        "import http.server as s, os; "
        "s.HTTPServer(('', int(os.environ['PORT'])), s.SimpleHTTPRequestHandler).serve_forever()"
    )
    files = node_app(LISTEN)
    arguments = json.dumps([sys.executable, ["-c", program], {"stdio": "inherit"}])
    files["server.js"] = (
        f'require("node:child_process").spawn(...{arguments});'
        'require("node:http").createServer().listen(0);'
    )
    prototype = written(tmp_path / "app", files)
    with (
        pytest.raises(CannotRun, match=r"listens on 0\.0\.0\.0:\d+, where other machines reach it"),
        running(prototype, tmp_path / "place"),
    ):
        pass


@needs_node
def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    files = node_app('throw new Error("no database"); server.listen(1)')
    files["server.js"] += "\nprocess.env.MAIL_KEY;"
    prototype = written(tmp_path / "app", files)
    with pytest.raises(CannotRun) as caught, running(prototype, tmp_path / "place"):
        pass
    assert "the Node.js server ended with code 1 before it answered" in str(caught.value)
    assert "Error: no database" in str(caught.value)
    assert "MAIL_KEY (server.js:12)" in str(caught.value)
    assert "--env FILE" in str(caught.value)


@needs_node
def test_a_server_that_has_settings_for_development_alone_is_started_for_it(tmp_path: Path) -> None:
    files = node_app(LISTEN)
    settings = "const found = { development: 1 }[process.env.NODE_ENV]; found.toFixed();"
    files["server.js"] = settings + files["server.js"]
    said: list[str] = []
    with running(written(tmp_path / "app", files), tmp_path / "place", said=said) as launched:
        assert json.loads(get(launched.port, "/settings"))["NODE_ENV"] == "development"
    assert any("ends as it runs in production" in line for line in said)


BUILT_AHEAD = """
if (!process.env["PAYMENT" + "_KEY"]) {
  console.error("Error: Neither apiKey nor config.authenticator provided");
  console.error("> Build error occurred\\n[Error: Failed to collect page data for /api/pay]");
  process.exit(1);
}
require("node:fs").mkdirSync("dist");
require("node:fs").copyFileSync("server.js", "dist/server.js");
"""


@needs_node
def test_a_build_that_runs_the_code_gets_values_that_lead_nowhere_and_the_program_none(
    tmp_path: Path,
) -> None:
    files = node_app(LISTEN, start="node dist/server.js", build="node build.js") | {
        "build.js": BUILT_AHEAD,
        "src/pay.js": "export const pay = () => charge(process.env.PAYMENT_KEY);\n",
    }
    said: list[str] = []
    with running(written(tmp_path / "app", files), tmp_path / "place", said=said) as launched:
        assert "PAYMENT_KEY" not in json.loads(get(launched.port, "/settings"))
    assert any("built with values that lead nowhere" in line for line in said)
    files["build.js"] = "console.error('error TS2322: not assignable'); process.exit(1);"
    said.clear()
    with (
        pytest.raises(CannotRun, match="TS2322"),
        running(written(tmp_path / "b", files), tmp_path / "place", said=said),
    ):
        pass
    assert not any("lead nowhere" in line for line in said)


@needs_node
def test_a_built_server_that_does_not_run_gives_way_to_its_development_server(
    tmp_path: Path,
) -> None:
    files = node_app(
        LISTEN, build="node build.js", start="node dist/server.js", dev="node server.js"
    )
    files["build.js"] = (
        'require("node:fs").mkdirSync("dist"); '
        "require('node:fs').writeFileSync('dist/server.js', 'throw 1');"
    )
    said: list[str] = []
    with running(written(tmp_path / "app", files), tmp_path / "place", said=said) as launched:
        assert get(launched.port, "/x") == "hello from /x"
    assert said[-1].endswith("tried as in development: node server.js")


@needs_node
def test_a_server_that_never_answers_is_told_and_ended(tmp_path: Path) -> None:
    files = node_app(LISTEN)
    files["server.js"] = (
        'require("node:net").createServer(() => 0).listen(process.env.PORT, "127.0.0.1");'
    )
    prototype = written(tmp_path / "app", files)
    quick = Patience(ready=SECONDS, answers=3.0)
    with (
        pytest.raises(CannotRun, match=r"gave no answer within 3 s"),
        running(prototype, tmp_path / "place", patience=quick),
    ):
        pass


@needs_node
def test_killed_it_is_started_again_on_the_same_port(tmp_path: Path) -> None:
    prototype = written(tmp_path / "app", node_app(LISTEN))
    with running(prototype, tmp_path / "place") as launched:
        first = int(get(launched.port, "/pid"))
        os.kill(first, signal.SIGKILL)
        until(lambda: launched.restarts == 1 and ask(launched.port))
        assert int(get(launched.port, "/pid")) != first
        assert launched.problem == ""


@needs_node
def test_hung_it_is_ended_and_started_again(tmp_path: Path) -> None:
    prototype = written(tmp_path / "app", node_app(LISTEN))
    said: list[str] = []
    soon = replace(QUICK, silent=1.0)
    with running(prototype, tmp_path / "place", said=said, patience=soon) as launched:
        ask(launched.port, "/hang", seconds=0.5)
        until(lambda: launched.restarts and ask(launched.port))
    assert any("hangs" in line for line in said)


@needs_node
def test_one_that_keeps_crashing_is_given_up_with_a_clear_word(tmp_path: Path) -> None:
    crash = "setTimeout(() => { throw new Error('disk full'); }, 100)"
    listen = f"{LISTEN} server.on('request', () => {crash});"
    prototype = written(tmp_path / "app", node_app(listen))
    said: list[str] = []
    with running(prototype, tmp_path / "place", said=said) as launched:
        until(lambda: launched.problem)
        assert (
            "ended with code 1 4 times within 60 s and is not started any more" in launched.problem
        )
        assert "disk full" in launched.problem
        assert launched.restarts == QUICK.most - 1
        assert not launched.alive()
    waits = [line.rpartition(" in ")[2] for line in said if "started again in" in line]
    assert waits == ["0.05 s", "0.1 s", "0.2 s"]


@needs_node
def test_without_what_it_refuses_to_start_without_nothing_is_started(tmp_path: Path) -> None:
    files = node_app(LISTEN)
    refusing = "if (!process.env.SIGNING_TOKEN) throw new Error('SIGNING_TOKEN');"
    files["server.js"] = f"{refusing}\nuse(process.env.SIGNING_TOKEN);{files['server.js']}"
    prototype = written(tmp_path / "app", files)
    with pytest.raises(CannotRun) as caught, running(prototype, tmp_path / "place"):
        pass
    assert "SIGNING_TOKEN (server.js:" in str(caught.value)
    assert "give it with --env FILE" in str(caught.value)


def test_plain_pages_are_handed_out(tmp_path: Path) -> None:
    files = {"index.html": "<h1>Welcome</h1>", "about.html": "<p>About</p>", ".env": "KEY=secret"}
    prototype = written(tmp_path / "app", files)
    with running(prototype, tmp_path / "place") as launched:
        assert get(launched.port) == "<h1>Welcome</h1>"
        assert get(launched.port, "/about") == "<p>About</p>"
        assert ask(launched.port, "/.env").status == 404
        assert ask(launched.port, "/../app/about.html").status in (200, 404)  # never outside


@needs_node
def test_pages_that_a_build_makes_are_handed_out_with_their_server_beside_them(
    tmp_path: Path,
) -> None:
    """The pages, the server that their development proxy leads to, and the paths that go there."""
    api = node_app(LISTEN)
    files = {
        "client/package.json": json.dumps(
            {
                "scripts": {"build": "node build.mjs && vite build", "dev": "vite"},
                "devDependencies": {"vite": "*"},
            }
        ),
        "client/build.mjs": "import { mkdirSync, writeFileSync } from 'node:fs';\n"
        "mkdirSync('dist'); writeFileSync('dist/index.html', '<div id=root>');",
        "client/index.html": "<div id=root>",
        "client/node_modules/.bin/vite": "",
        "client/vite.config.ts": "export default { server: { proxy: "
        "{ '/api': { target: 'http://localhost:4321' }, '/maps': 'https://maps.example' } } };",
        "server/package.json": api["package.json"],
        "server/server.js": api["server.js"],
    }
    prototype = written(tmp_path / "app", files)
    from shipworthy.prototype.running import choose, read_programs

    chosen = choose(read_programs(prototype), prototype)
    assert chosen is not None
    assert (chosen.main.framework, chosen.main.folder) == ("vite", "client")
    assert [(b.program.folder, b.prefixes, b.port) for b in chosen.beside] == [
        ("server", ("/api",), 4321)
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\xff\xfe\x00", "it is no text in UTF-8"),
        (b"just words\n", "holds no line of the form NAME=value"),
        (b"A=\x00", "no program can be given"),
        (None, "No such file"),
    ],
)
def test_an_environment_file_that_is_none_is_said(
    text: bytes | None, why: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "env").write_bytes(text)
    with pytest.raises(CannotRun, match=why):
        read_settings(tmp_path / "env")


@linux
def test_listeners_of_a_process_are_found_with_their_addresses() -> None:
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        four.bind(("127.0.0.1", 0))
        six.bind(("::", 0))
        four.listen()
        six.listen()
        found = {one.port: one for one in listeners([os.getpid()])}
        assert found[four.getsockname()[1]].is_loopback
        assert not found[six.getsockname()[1]].is_loopback
        assert found[six.getsockname()[1]].text.startswith("[::]:")


@linux
@pytest.mark.parametrize(
    "script",
    [
        "import flask; app = flask.Flask(__name__)\n"
        "if __name__ == '__main__': app.run(host='0.0.0.0', port=5000, debug=True)",
        "import http.server as s, os\n"
        "s.HTTPServer(('0.0.0.0', int(os.environ['PORT'])), s.SimpleHTTPRequestHandler).serve_forever()",
        "import uvicorn\n"
        "async def app(scope, receive, send):\n"
        "    await send({'type': 'http.response.start', 'status': 204, 'headers': []})\n"
        "    await send({'type': 'http.response.body', 'body': b''})\n"
        "uvicorn.run('script:app', host='0.0.0.0', port=5000, reload=True)",
    ],
    ids=["flask", "standard library", "uvicorn"],
)
def test_a_python_script_gives_up_its_own_address_port_and_debugger(
    script: str, tmp_path: Path
) -> None:
    from shipworthy.sidecar.application import python_program

    (tmp_path / "script.py").write_text(script)
    port = free_port()
    argv = (sys.executable, python_program.__file__, "script.py")
    program = start(argv, tmp_path, {"PORT": str(port)}, tmp_path / "log")
    try:
        until(lambda: program.poll() is not None or ask(port))
        found = listeners(program.processes())
        assert {one.text for one in found} == {f"127.0.0.1:{port}"}, (tmp_path / "log").read_text()
        assert "Debugger is active" not in (tmp_path / "log").read_text()
    finally:
        program.stop(0.5)


@linux
def test_ports_in_a_network_of_its_own_are_open_to_nobody(tmp_path: Path) -> None:
    from shipworthy.sidecar.egress import why_not

    if why := why_not():
        pytest.skip(why)
    program = (
        "import http.server as s; "
        "s.HTTPServer(('0.0.0.0', 8000), s.SimpleHTTPRequestHandler).serve_forever()"
    )
    argv = ("unshare", "--user", "--net", sys.executable, "-c", program)
    alone = start(argv, tmp_path, {}, tmp_path / "log")
    try:
        until(lambda: inside(alone.pid))
        assert listeners(alone.processes()) == frozenset()
    finally:
        alone.stop(0.5)


def inside(process: int) -> bool:
    """True where a port is open in its own network: 8000 is 1F40 there."""
    return ":1F40 " in Path(f"/proc/{process}/net/tcp").read_text()


KILLED = """
import sys
from pathlib import Path
from apps import LISTEN, node_app, running, written
root = Path(sys.argv[1])
with running(written(root / "app", node_app(LISTEN)), root / "place") as launched:
    print(launched.port, *launched.programs[0].processes(), flush=True)
    sys.stdin.read()
"""


@needs_node
@linux
def test_kill_9_of_shipworthy_ends_the_prototype(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", KILLED, str(tmp_path))
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    pipe = subprocess.PIPE
    with subprocess.Popen(
        argv, stdin=pipe, stdout=pipe, env={**os.environ, "PYTHONPATH": paths}
    ) as shipworthy:
        assert shipworthy.stdout is not None
        port, *processes = map(int, shipworthy.stdout.readline().split())
        assert processes
        assert ask(port)
        shipworthy.kill()
        killed = time.monotonic()
    until(lambda: not any(Path(f"/proc/{process}/cwd").exists() for process in processes))
    print(f"{len(processes)} processes gone {time.monotonic() - killed:.2f} s after the kill -9")
    assert not ask(port)
