"""The control socket: commands reach the running sidecar, errors come back as words."""

from __future__ import annotations

import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.control import NAME, NotRunning, Refused, answering, ask


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sw-") as short:  # a socket's path is short
        yield Path(short)


def double(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"twice": 2 * request["number"]}


def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
    raise ShipworthyError("the policy is broken")


def test_a_verb_gets_what_was_sent_and_its_answer_comes_back(folder: Path) -> None:
    with answering(folder, {"double": double}):
        assert ask(folder, "double", number=21)["twice"] == 42


def test_an_error_comes_back_in_its_words(folder: Path) -> None:
    with answering(folder, {"refuse": refuse}), pytest.raises(Refused, match="policy is broken"):
        ask(folder, "refuse")


def test_an_unknown_verb_names_the_known_ones(folder: Path) -> None:
    with answering(folder, {"double": double}), pytest.raises(Refused, match="it knows double"):
        ask(folder, "dance")


def test_nothing_running_is_said_and_leaves_no_socket(folder: Path) -> None:
    with answering(folder, {"double": double}):
        assert (folder / NAME).exists()
    assert not (folder / NAME).exists()
    with pytest.raises(NotRunning, match="shipworthy up"):
        ask(folder, "double", number=1)


def test_a_socket_that_a_killed_run_left_is_not_running_and_is_replaced(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / NAME))
    with pytest.raises(NotRunning):
        ask(folder, "double", number=1)
    with answering(folder, {"double": double}):
        assert ask(folder, "double", number=1)["twice"] == 2


def test_only_the_user_who_started_it_may_connect(folder: Path) -> None:
    with answering(folder, {}):
        assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "sent", [b"", b"no json\n", b"[]\n", b'{"verb": ["double"]}\n', b"1" * 70_000]
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(folder: Path, sent: bytes) -> None:
    with answering(folder, {"double": double}):
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(folder / NAME))
            asking.sendall(sent)
            asking.shutdown(socket.SHUT_WR)
            assert b"it knows double" in asking.makefile("rb").readline()
        assert ask(folder, "double", number=2)["twice"] == 4
