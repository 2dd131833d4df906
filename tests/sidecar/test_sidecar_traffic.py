"""The access log as it grows: who is signed in, the last requests, rotation, hostile paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shipworthy.sidecar.traffic import Traffic


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


def write(log: Path, **entry: object) -> None:
    with log.open("a") as file:
        file.write(json.dumps({"method": "GET", "status": 200, "ms": 1.5, **entry}) + "\n")


def test_people_are_named_until_they_were_quiet_for_a_quarter_of_an_hour(log: Path) -> None:
    traffic = Traffic(log)
    write(log, path="/", user="ann@example.com")
    traffic.read(now=0.0)
    write(log, path="/", user="bob@example.com")
    traffic.read(now=800.0)
    assert traffic.people(now=801.0) == ("bob@example.com", "ann@example.com")
    assert traffic.people(now=1000.0) == ("bob@example.com",)


def test_each_request_is_read_once_and_a_half_written_one_when_it_is_whole(log: Path) -> None:
    traffic = Traffic(log)
    write(log, path="/a")
    with log.open("a") as file:
        file.write('{"method": "GET", "pa')
    traffic.read(now=0.0)
    assert [request.path for request in traffic.last] == ["/a"]
    with log.open("a") as file:
        file.write('th": "/b", "status": 404}\n')
    traffic.read(now=1.0)
    assert [(request.path, request.status) for request in traffic.last] == [
        ("/a", 200),
        ("/b", 404),
    ]


def test_reading_goes_on_in_the_new_file_after_a_rotation(log: Path) -> None:
    traffic = Traffic(log)
    write(log, path="/a")
    traffic.read(now=0.0)
    log.rename(log.with_suffix(".1"))
    traffic.read(now=1.0)
    write(log, path="/b")
    traffic.read(now=2.0)
    assert [request.path for request in traffic.last] == ["/a", "/b"]


def test_a_visitor_and_a_missing_field_are_nobody(log: Path) -> None:
    traffic = Traffic(log)
    write(log, path="/", user=None)
    write(log, path="/", user="-")
    log.open("a").write("not json\n[1]\n")
    traffic.read(now=0.0)
    assert traffic.people(now=0.0) == ()
    assert len(traffic.last) == 2


def test_a_path_cannot_steer_the_terminal(log: Path) -> None:
    traffic = Traffic(log)
    write(log, path="/\x1b[2J\u202e", user="\x1b]0;x\x07")
    traffic.read(now=0.0)
    assert "\x1b" not in traffic.last[0].path + traffic.last[0].user
    assert "\u202e" not in traffic.last[0].path


def test_no_log_yet_is_no_traffic(log: Path) -> None:
    traffic = Traffic(log)
    traffic.read(now=0.0)
    assert not traffic.last
