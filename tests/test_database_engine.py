"""The embedded PostgreSQL: found, started within bounds, copied, and gone without a trace."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shipworthy.database.engine import EngineOptions, Server, binaries, start
from shipworthy.database.engine.binaries import find_binaries
from shipworthy.database.engine.cluster import boot
from shipworthy.database.proof import Era
from shipworthy.errors import FactUnavailable, MissingExtra
from waiting import until

PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from shipworthy.database.engine import start
from shipworthy.database.proof import Era
with start() as server:
    database = server.database(Era.LEGACY)
    with database.connect("postgres") as connection:
        print(connection.info.host, flush=True)
        time.sleep(60)
"""


def test_it_says_which_postgresql_it_is(server: Server) -> None:
    assert server.engine.startswith("PostgreSQL 18")
    assert server.engine.endswith("(embedded)")


def test_each_login_is_who_it_says(server: Server) -> None:
    database = server.database(Era.LEGACY)
    for login, superuser in (
        ("supabase_admin", True), ("postgres", False), ("authenticator", False),
        ("supabase_auth_admin", False), ("supabase_storage_admin", False),
    ):  # fmt: skip
        with database.connect(login) as connection:
            row = connection.execute(
                "SELECT session_user, rolsuper FROM pg_roles WHERE rolname = session_user"
            ).fetchone()
            assert row == (login, superuser)
    database.drop()


def test_a_copy_holds_what_the_original_held_and_nothing_later(server: Server) -> None:
    database = server.database(Era.LEGACY)
    with database.connect("postgres") as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        connection.execute("ALTER DATABASE postgres SET search_path = api, public")
    copy = server.clone(database)
    with database.connect("postgres") as connection:
        connection.execute("INSERT INTO public.t VALUES (2)")
    with copy.connect("postgres") as connection:
        assert connection.execute("SELECT count(*) FROM public.t").fetchone() == (1,)
        kept = "SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = ANY (SELECT oid FROM "
        row = connection.execute(
            f"{kept}pg_database WHERE datname = current_database())"
        ).fetchone()
        assert row == (["search_path=api, public"],)
    copy.drop()
    with pytest.raises(psycopg.OperationalError):
        copy.connect("postgres")
    database.drop()


def test_a_dropped_database_leaves_its_server_usable(server: Server) -> None:
    first = server.database(Era.LEGACY)
    first.drop()
    first.drop()
    with pytest.raises(FactUnavailable):
        first.connect("postgres")
    second = server.database(Era.LEGACY)
    with second.connect("postgres") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.drop()


def test_it_has_no_address_and_no_rights(server: Server) -> None:
    database = server.database(Era.LEGACY)
    with database.connect("supabase_admin") as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        folder = Path(admin.info.host)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    servers = [
        pid
        for pid, line in _processes(folder).items()
        if line.startswith(b"postgres: checkpointer")
    ]
    assert [Path(f"/proc/{pid}").stat().st_uid != 0 for pid in servers] == [True]
    database.drop()


def test_nothing_is_left_after_the_block() -> None:
    with start() as server:
        folders = [_folder(server) for _ in range(2)]
        assert all(folder.exists() for folder in folders)
    _assert_gone(folders)


def test_nothing_is_left_after_an_error() -> None:
    folder = Path()
    with pytest.raises(ZeroDivisionError), start() as server:  # noqa: PT012
        folder = _folder(server)
        raise ZeroDivisionError
    _assert_gone([folder])


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_we_are_ended(end: signal.Signals) -> None:
    ours = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.DEVNULL, env=_environment())  # fmt: skip
    assert ours.stdout is not None
    folder = Path(ours.stdout.readline().strip())
    assert folder.exists()
    assert _processes(folder)
    ours.send_signal(end)
    ours.wait()
    _assert_gone([folder])


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's death"
)
def test_nothing_is_left_when_the_keeper_is_killed() -> None:
    with start() as server:
        folder = _folder(server)
        keepers = [pid for pid, line in _processes(folder).items() if b"keeper.py" in line]
        assert len(keepers) == 1
        os.kill(keepers[0], signal.SIGKILL)
    _assert_gone([folder])


def test_a_template_is_kept_and_used_again(tmp_path: Path) -> None:
    options = EngineOptions(cache=tmp_path)
    boot(find_binaries(), options).stop()
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    boot(find_binaries(), options).stop()
    assert [path.stat().st_mtime_ns for path in tmp_path.iterdir()] == [before]


def test_a_strict_mask_for_new_files_changes_nothing(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        for _ in ("built", "copied"):
            with (
                start(EngineOptions(cache=tmp_path / "cache")) as server,
                server.database(Era.LEGACY).connect("postgres") as connection,
            ):
                connection.execute("CREATE EXTENSION vector")
    finally:
        os.umask(before)


def test_two_may_build_the_template_at_once(tmp_path: Path) -> None:
    options = EngineOptions(cache=tmp_path)
    with ThreadPoolExecutor(2) as both:
        processes = list(both.map(lambda _: boot(find_binaries(), options), range(2)))
    assert all(process.alive for process in processes)
    for process in processes:
        process.stop()
    assert len(list(tmp_path.iterdir())) == 1


def _none(_: Path) -> Path:
    return Path("/proc/nowhere")


def _a_file(cache: Path) -> Path:
    cache.joinpath("file").touch()
    return cache / "file"


def _others_may_write(cache: Path) -> Path:
    boot(find_binaries(), EngineOptions(cache=cache)).stop()
    for kept in cache.iterdir():
        kept.chmod(0o777)
    return cache


def _torn(cache: Path) -> Path:
    boot(find_binaries(), EngineOptions(cache=cache)).stop()
    for kept in cache.iterdir():
        (kept / "complete").unlink()
    return cache


@pytest.mark.parametrize("spoil", [_none, _a_file, _others_may_write, _torn])
def test_it_starts_without_a_usable_cache(spoil: Callable[[Path], Path], tmp_path: Path) -> None:
    with start(EngineOptions(cache=spoil(tmp_path))) as server:
        assert _folder(server).exists()


def test_a_long_temporary_folder_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with start() as server:
        assert _folder(server).exists()
    assert list(deep.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_a_wheel_that_the_server_may_not_enter_is_copied(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    found = find_binaries()
    for folder in (found.root, found.root.with_name(f"{found.root.name}.libs")):
        if folder.is_dir():
            subprocess.run(["cp", "-r", folder, closed], check=True)
    program = (
        "from shipworthy.database.engine import start\n"
        "from shipworthy.database.engine.binaries import find_binaries\n"
        "print(find_binaries().root)\n"
        "with start() as server: print(server.engine)\n"
    )
    environment = _environment() | {"PYTHONPATH": f"{closed}:{_environment()['PYTHONPATH']}"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          env=environment, check=False)  # fmt: skip
    assert done.stdout.splitlines() == [str(closed / found.root.name), found.title], done.stderr


def test_a_missing_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for wheel in binaries._WHEELS:
        monkeypatch.setitem(sys.modules, wheel, None)
    with pytest.raises(MissingExtra, match=r"Alpine.*pip install 'shipworthy\[prove\]'"):
        find_binaries()


def test_a_folder_without_postgresql_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactUnavailable, match=str(tmp_path)), start(EngineOptions(pg_bin=tmp_path)):
        pass


def test_a_postgresql_whose_roles_could_run_programs_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18'\n")
    old.chmod(0o755)
    with pytest.raises(FactUnavailable, match=r"15\.18; 16 or newer"):
        find_binaries(tmp_path)


def _folder(server: Server) -> Path:
    with server.database(Era.LEGACY).connect("postgres") as connection:
        return Path(connection.info.host)


def _environment() -> dict[str, str]:
    source = Path(__file__).parent.parent / "src"
    return {**os.environ, "PYTHONPATH": str(source)}


def _processes(folder: Path) -> dict[int, bytes]:
    """The command lines, by process id, of those that name the folder or work in it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes()
            inside = os.fsencode(os.readlink(process / "cwd"))
        except OSError:
            continue
        if os.fsencode(folder) in line + inside:
            found[int(process.name)] = line
    return found


def _assert_gone(folders: list[Path]) -> None:
    """Nothing is left, soon."""
    until(lambda: not any(folder.exists() or _processes(folder) for folder in folders))
