"""The wish to end a run, set by signals at any moment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shipworthy.sidecar.ending import Ending

_WAITS = """
import signal
from shipworthy.sidecar.ending import Ending

rounds = 0
ending = Ending()
signal.signal(signal.SIGALRM, lambda *_: ending.set())
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
for _ in range(3_000):
    ending = Ending()
    while not ending.wait(0.00005):
        pass
    rounds += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(rounds)
"""


def test_a_signal_may_ask_for_the_end_at_any_moment_of_a_wait() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WAITS], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "3000"), done.stderr


@pytest.mark.parametrize("asked", [True, False])
def test_a_wait_says_whether_somebody_has_asked(asked: bool) -> None:
    ending = Ending()
    if asked:
        ending.set()
    assert ending.wait(0.01) is asked
    assert ending.is_set() is asked
