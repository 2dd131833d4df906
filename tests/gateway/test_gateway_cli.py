"""`shipworthy ai`: init, check, keys, off, on and status, as a person types them; serve as a process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from policies import one_model
from provider import chat_script, provider
from typer.testing import CliRunner

from shipworthy.cli.main import app
from shipworthy.errors import ShipworthyError
from shipworthy.gateway.serve import socket_path
from shipworthy.register import Register


def ai(folder: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints on standard output."""
    ran = CliRunner().invoke(app, ["ai", *arguments, "--in", str(folder)])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == code, ran.output
    return ran.stdout


@pytest.fixture
def prototype(tmp_path: Path) -> Path:
    (tmp_path / ".shipworthy").mkdir()
    (tmp_path / ".shipworthy" / "ai.yaml").write_text(one_model("http://127.0.0.1:9"))
    return tmp_path


def test_a_prototype_without_a_policy_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ShipworthyError, match="shipworthy ai init"):
        ai(tmp_path, "check")
    ai(tmp_path, "init")
    assert "gpt-4o-mini at openai; $0.15 in, $0.6 out" in ai(tmp_path, "check", code=1)
    assert json.loads(ai(tmp_path, "check", "--json", code=1))["prices"]["date"]


def test_a_flip_is_written_into_the_register(
    prototype: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(prototype / "home"))
    register = Register(prototype)
    register.open("anna", solo=True)
    ai(prototype, "off", "--feature", "default", "--by", "anna", "--reason", "it lies")
    ai(prototype, "on", "--feature", "default", "--by", "ben")
    flips = [e for e in register.entries() if e.kind == "switch"]
    assert [(e.by, e.body["action"], e.body["scope"]) for e in flips] == [
        ("anna", "off", "app/default"),
        ("ben", "on", "app/default"),
    ]
    assert flips[0].body["reason"] == "it lies"


def test_off_holds_where_the_register_is_broken_and_on_waits_for_it(
    prototype: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(prototype / "home"))
    Register(prototype).open("anna", solo=True)
    (prototype / ".shipworthy" / "register.db").write_bytes(b"no database")
    ai(prototype, "off", "--by", "anna")
    with pytest.raises(ShipworthyError):
        ai(prototype, "on", "--by", "anna")
    assert "anna" in ai(prototype, "status")


def test_status_says_what_is_off_and_who_did_it(prototype: Path) -> None:
    assert ai(prototype, "status").startswith("Nothing is off.")
    ai(prototype, "off", "--model", "m", "--by", "anna", "--reason", "slow")
    assert "off: the model m, by anna at " in ai(prototype, "status")
    [off] = json.loads(ai(prototype, "status", "--json"))["off"]
    assert (off["scope"], off["by"], off["reason"]) == ("model:m", "anna", "slow")
    ai(prototype, "off", "--by", "anna")
    assert "off: everything" in ai(prototype, "status")
    ai(prototype, "on", "--by", "anna")
    ai(prototype, "on", "--model", "m", "--by", "anna")
    assert ai(prototype, "status").startswith("Nothing is off.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("off", "--feature", "made-up", "--by", "a"),
            "knows no feature made-up; it knows default",
        ),
        (("off", "--prototype", "other", "--by", "a"), "knows no prototype other; it knows app"),
        (("off", "--model", "x", "--by", "a"), "knows no model x; it knows m"),
        (("off", "--model", "m", "--feature", "default", "--by", "a"), "leave --prototype"),
        (("keys", "revoke", "nobody"), "there is no key nobody"),
    ],
)
def test_a_name_that_nobody_knows_is_refused(
    prototype: Path, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(ShipworthyError, match=says):
        ai(prototype, *arguments)


def test_a_key_is_shown_once_and_can_be_revoked(prototype: Path) -> None:
    text = ai(prototype, "keys", "add", "--name", "web").strip()
    assert text.startswith("sw_")
    [key] = json.loads(ai(prototype, "keys", "list", "--json"))
    assert (key["prototype"], key["name"], key["revoked"]) == ("app", "web", None)
    assert text not in ai(prototype, "keys", "list")
    ai(prototype, "keys", "revoke", key["id"])
    assert "revoked" in ai(prototype, "keys", "list")


def test_a_served_gateway_obeys_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / ".shipworthy"
    folder.mkdir()
    with provider(chat_script()) as fake:
        (folder / "ai.yaml").write_text(one_model(fake.url))
        key = ai(tmp_path, "keys", "add").strip()
        environment = {**os.environ, "FAKE_KEY": "k", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [
            sys.executable,
            "-m",
            "shipworthy",
            "ai",
            "serve",
            "--in",
            str(tmp_path),
            "--port",
            "0",
        ]
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, text=True
        ) as serving:
            assert serving.stderr is not None
            listening = serving.stderr.readline()
            port = int(listening.split("http://127.0.0.1:")[1].split(" ")[0])
            try:
                assert _ask(port, key) == 200
                ai(tmp_path, "off", "--by", "anna")
                assert _ask(port, key) == 503
                ai(tmp_path, "on", "--by", "anna")
                assert _ask(port, key) == 200
                [known] = json.loads(ai(tmp_path, "keys", "list", "--json"))
                ai(tmp_path, "keys", "revoke", known["id"])
                assert _ask(port, key) == 401
                assert _admin(socket_path(folder / "gateway" / f"admin-{port}.sock"))["models"][
                    "m"
                ]["key"]
            finally:
                serving.send_signal(signal.SIGINT)
                rest = serving.communicate(timeout=60)[1]
            assert serving.returncode == 0, rest
            assert "Traceback" not in rest


def _ask(port: int, key: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
    connection.request("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {key}"})
    return connection.getresponse().status


def _admin(path: Path) -> dict[str, dict[str, dict[str, bool]]]:
    import socket

    with socket.socket(socket.AF_UNIX) as talking:
        talking.connect(str(path))
        talking.sendall(b"GET /status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        said = b""
        while got := talking.recv(65536):
            said += got
    return json.loads(said.partition(b"\r\n\r\n")[2])  # type: ignore[no-any-return]


def test_a_socket_in_a_deep_folder_gets_a_short_path_in_a_private_one() -> None:
    deep = Path("/srv") / ("prototypes/" * 12) / "admin-1.sock"
    assert socket_path(Path("/srv/app/admin-1.sock")) == Path("/srv/app/admin-1.sock")
    assert len(str(socket_path(deep))) <= 100
    assert socket_path(deep) != socket_path(deep.with_name("admin-2.sock"))
