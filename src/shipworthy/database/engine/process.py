"""One PostgreSQL process in a private folder, held by a keeper that outlives us."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

from shipworthy.database.engine import landlock
from shipworthy.database.engine.account import Account
from shipworthy.database.engine.binaries import Binaries
from shipworthy.database.engine.keeper import KEEP
from shipworthy.database.engine.options import EngineOptions
from shipworthy.errors import FactUnavailable

_START_SECONDS = 20.0
# What a process needs besides its own folders: the loader, libraries, names and times.
_LOADERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store")
_READ = (
    *_LOADERS, "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ld.so.cache",
    "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/locale", "/proc/meminfo",
)  # fmt: skip
_WRITE = ("/dev/null", "/dev/urandom", "/dev/random")


class Place(Struct, frozen=True):
    """A private folder, who owns it, and the PostgreSQL that works in it."""

    folder: Path
    binaries: Binaries
    account: Account

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"


class Process:
    """A running server. `stop` ends it and removes the folder; so does the keeper if we vanish."""

    def __init__(self, place: Place, options: EngineOptions) -> None:
        self.place = place
        self._keeper = subprocess.Popen(
            [
                sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py")),
                json.dumps(_plan(place, options)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )  # fmt: skip
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        """True while the server runs."""
        said = self._keeper.stdout
        return said is not None and not said.closed and not select.select([said], [], [], 0)[0]

    def stop(self, *, keep: bool = False) -> None:
        """End the server at once and remove its folder, or with `keep` in good order and keep it."""
        pipe = self._keeper.stdin
        if pipe is not None and not pipe.closed:
            try:
                pipe.write(KEEP if keep else b"x")
                pipe.close()
            except BrokenPipeError:
                pass
        self._keeper.wait()
        if not keep:
            _remove(self.place.folder)
        if self._keeper.stdout is not None:
            self._keeper.stdout.close()

    def _await(self) -> None:
        """Wait until the server takes connections, which its lock file tells."""
        until = time.monotonic() + _START_SECONDS
        lock = self.place.data / "postmaster.pid"
        while time.monotonic() < until and self.alive:
            try:
                if lock.read_text().splitlines()[7].strip() == "ready":
                    return
            except (OSError, IndexError):
                pass
            time.sleep(0.004)
        raise FactUnavailable(f"PostgreSQL did not start: {_last_words(self.place.folder)}")


def _remove(folder: Path) -> None:
    """Remove what a keeper that was killed itself could not; its server ends at the same time."""
    until = time.monotonic() + 5
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


def environment(place: Place) -> dict[str, str]:
    """The whole environment of the server's programs: nothing of ours."""
    folder = str(place.folder)
    return {"LC_ALL": "C", "TZ": "UTC", "HOME": folder, "TMPDIR": folder, "PATH": "/nowhere"}


def _plan(place: Place, options: EngineOptions) -> dict[str, object]:
    program = str(place.binaries.programs / "postgres")
    return {
        "argv": [program, "-D", str(place.data)],
        "folder": str(place.folder),
        "log": str(place.folder / "log"),
        "environment": environment(place),
        "uid": place.account.uid,
        "gid": place.account.gid,
        "disk_bytes": options.disk_bytes,
        "file_bytes": options.file_bytes,
        "memory_bytes": options.memory_bytes,
        "confine": _confinement(place, program),
    }


def _confinement(place: Place, program: str) -> dict[str, list[str]] | None:
    """What the server may touch, or None where the system cannot confine it."""
    if landlock.version() == 0:
        return None
    loader = _loader(program)
    tree = place.binaries.root
    libraries = tree.with_name(f"{tree.name}.libs")
    read = [str(tree), str(libraries), str(place.binaries.shared), *_READ]
    return {"run": [program, loader], "read": read, "write": [str(place.folder), *_WRITE]}


def _loader(program: str) -> str:
    """The dynamic loader that a program names (PT_INTERP), which the system starts with it."""
    with open(program, "rb") as file:
        head = file.read(4096)
    begin = head.find(b"/lib")
    return head[begin : head.index(b"\0", begin)].decode() if begin >= 0 else ""


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "log").read_text(errors="replace").split("\n")
    except OSError:
        return "it left no log"
    return next((line for line in lines if "FATAL" in line or "Error" in line), lines[0])[:300]
