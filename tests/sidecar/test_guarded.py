"""What shipworthy starts ends with it, however it ends, and takes no more than it may."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shipworthy.errors import CommandFailed
from shipworthy.sidecar.guarded import Guarded, Limits, start
from waiting import until

# Writes the number of its process, then sleeps: by itself, forked twice, or in a session of its own.
SLEEPER = """
import os, sys, time
def note():
    with open(os.path.join(sys.argv[1], str(os.getpid())), "w"): pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        note(); time.sleep(600)
    os._exit(0)
if os.fork() == 0:
    os.setsid(); note(); time.sleep(600)
note()
print("three sleep", flush=True)
time.sleep(600)
"""
ALL_NOTED = "[time.sleep(0.01) for _ in iter(lambda: len(os.listdir(sys.argv[1])) < 3, False)]"
STARTER = """
import signal, sys, time
from pathlib import Path
from shipworthy.sidecar.guarded import start
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # below nohup it would be ignored
notes, log = Path(sys.argv[1]), Path(sys.argv[2])
guarded = start((sys.executable, "-c", sys.argv[3], str(notes)), notes, {}, log)
time.sleep(600)
"""
COPY = """
import os
while len(os.listdir(notes)) < 3:
    time.sleep(0.02)
if copy := os.fork():
    print(copy, flush=True)
    os._exit(0)
time.sleep(600)
"""


def python(tmp_path: Path, program: str, *arguments: str, limits: Limits | None = None) -> Guarded:
    argv = (sys.executable, "-c", textwrap.dedent(program), *arguments)
    return start(argv, tmp_path, {}, tmp_path / "log", limits)


def noted(folder: Path, number: int) -> list[int]:
    return until(
        lambda: found if len(found := [int(f) for f in os.listdir(folder)]) == number else []
    )


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux hands orphans over")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_shipworthy_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    argv = (sys.executable, "-c", STARTER, str(notes), str(tmp_path / "log"), SLEEPER)
    shipworthy = subprocess.Popen(argv)
    sleeping = noted(notes, 3)
    assert all(map(runs, sleeping))
    shipworthy.send_signal(number)
    shipworthy.wait(60)
    until(lambda: not any(map(runs, sleeping)))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux hands orphans over")
def test_a_copy_of_shipworthy_that_holds_the_pipe_keeps_nothing_alive(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    copied = STARTER.replace("time.sleep(600)", COPY)
    argv = (sys.executable, "-c", copied, str(notes), str(tmp_path / "log"), SLEEPER)
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as shipworthy:
        assert shipworthy.stdout is not None
        copy = int(shipworthy.stdout.readline())
        sleeping = noted(notes, 3)
        until(lambda: not any(map(runs, sleeping)))
        assert runs(copy)
        os.kill(copy, signal.SIGKILL)


def test_stopped_it_ends_with_all_it_started(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    guarded = python(tmp_path, SLEEPER, str(notes))
    sleeping = noted(notes, 3)
    assert set(sleeping) <= set(guarded.processes())
    assert guarded.pid in sleeping
    until(lambda: "three sleep" in guarded.log.read_text())
    assert guarded.stop(5) == -signal.SIGTERM
    assert not any(map(runs, sleeping))
    assert guarded.processes() == ()
    assert "three sleep" in guarded.log.read_text()


def test_what_does_not_listen_is_killed_after_its_time(tmp_path: Path) -> None:
    guarded = python(
        tmp_path,
        """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(600)
        """,
    )
    until(lambda: "deaf" in guarded.log.read_text())
    assert guarded.stop(0.2) == -signal.SIGKILL
    assert not runs(guarded.pid)


def test_what_ends_by_itself_leaves_its_code_and_its_last_words(tmp_path: Path) -> None:
    guarded = python(tmp_path, "import sys; print('last words'); sys.exit(3)")
    assert guarded.wait(60) == 3
    assert guarded.why == ""
    assert guarded.log.read_text() == "last words\n"
    assert guarded.stop() == 3  # once more is no error


def test_what_the_program_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    program = SLEEPER.replace("print(", f"{ALL_NOTED}; sys.exit(0) or print(")
    guarded = python(tmp_path, program, str(notes))
    assert guarded.wait(60) == 0
    assert len(os.listdir(notes)) == 3
    assert not any(runs(int(name)) for name in os.listdir(notes))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is watched on Linux only")
def test_memory_of_all_processes_together_has_a_limit(tmp_path: Path) -> None:
    guarded = python(
        tmp_path,
        """
        import os, time
        for _ in range(3):
            if os.fork() == 0:
                break
        held = b"x" * 60_000_000
        time.sleep(600)
        """,
        limits=Limits(memory=150 << 20),
    )
    assert guarded.wait(60) == -signal.SIGKILL
    assert "more than the 150 MB it may" in guarded.why
    assert guarded.why in guarded.log.read_text()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is watched on Linux only")
def test_one_process_cannot_take_more_memory_than_all_may(tmp_path: Path) -> None:
    limits = Limits(memory=100 << 20)
    guarded = python(tmp_path, "held = b'x' * 200_000_000", limits=limits)
    assert guarded.wait(60) == 1
    assert "MemoryError" in guarded.log.read_text()


def test_a_program_that_forks_without_end_is_ended(tmp_path: Path) -> None:
    guarded = python(
        tmp_path,
        """
        import os, time
        while os.fork():
            time.sleep(0.01)
        time.sleep(600)
        """,
        limits=Limits(processes=20),
    )
    assert guarded.wait(60) == -signal.SIGKILL
    assert "more than 20 processes" in guarded.why
    assert not runs(guarded.pid)


def test_a_log_never_grows_beyond_its_limit(tmp_path: Path) -> None:
    program = "for n in range(200_000): print('line', n)"
    guarded = python(tmp_path, program, limits=Limits(log_bytes=200_000))
    assert guarded.wait(60) == 0
    kept = [tmp_path / "log", tmp_path / "log.1"]
    assert sum(file.stat().st_size for file in kept) <= 200_000
    assert guarded.log.read_text().endswith("line 199999\n")


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no-such-program is not installed"):
        start(("no-such-program",), tmp_path, {}, tmp_path / "log")
    with pytest.raises(CommandFailed, match="could not be started"):
        start((str(tmp_path),), tmp_path, {}, tmp_path / "log")
    with pytest.raises(CommandFailed, match="could not be started"):
        start(("true",), tmp_path / "gone", {}, tmp_path / "log")


def test_a_program_gets_no_secret_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SECRET", "of the user")
    guarded = python(tmp_path, "import os; print(sorted(os.environ), os.listdir('/proc/self/fd'))")
    assert guarded.wait(60) == 0
    assert "MY_SECRET" not in guarded.log.read_text()
    assert "['0', '1', '2', '3']" in guarded.log.read_text()  # 3 reads the folder: no pipe of ours
