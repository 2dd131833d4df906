"""A running sidecar has a folder that is its own, and short enough for sockets."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipworthy.sidecar.place import NoPlace, held, runtime_folder


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the login, with a path that is short enough."""
    with tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_it_is_private_and_the_same_each_time(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder == runtime_folder(tmp_path / "." / "") != runtime_folder(tmp_path / "other")


def test_a_deep_prototype_and_a_long_temporary_folder_still_hold_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with socket.socket(socket.AF_UNIX) as listening:
        path = runtime_folder(deep) / ("n" * 32)
        path.unlink(missing_ok=True)
        listening.bind(str(path))
        path.unlink()


def test_a_folder_that_others_may_enter_is_closed(tmp_path: Path, short: Path) -> None:
    folder = runtime_folder(tmp_path)
    assert folder.is_relative_to(short)
    folder.chmod(0o777)
    assert stat.S_IMODE(runtime_folder(tmp_path).stat().st_mode) == 0o700


def test_a_link_that_somebody_laid_there_is_not_followed(tmp_path: Path, short: Path) -> None:
    (short / "shipworthy").symlink_to(tmp_path)
    assert not runtime_folder(tmp_path).is_relative_to(short)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_never_have_it_at_once(tmp_path: Path) -> None:
    said = rf"runs already \(process {os.getpid()}\)"
    with held(tmp_path), pytest.raises(NoPlace, match=said), held(tmp_path):
        pass
    with held(tmp_path):
        pass
