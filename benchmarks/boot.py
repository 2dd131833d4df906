"""How long the embedded PostgreSQL takes: first start, warm start, copy and stop, in seconds.

python benchmarks/boot.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from shipworthy.database.engine import EngineOptions, Server
from shipworthy.database.engine.binaries import find_binaries
from shipworthy.database.proof import Era


def main() -> None:
    """Print the least and the median of each step."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    took: dict[str, list[float]] = {}

    def timed(step: str, what: Callable[[], object]) -> None:
        begun = time.perf_counter()
        what()
        took.setdefault(step, []).append(time.perf_counter() - begun)

    with tempfile.TemporaryDirectory() as cache:
        options = EngineOptions(cache=Path(cache))
        timed("first start, template built", lambda: Server(find_binaries(), options).stop())
        for _ in range(rounds):
            _round(options, timed)
    for step, seconds in took.items():
        print(f"{step:28} {min(seconds):6.2f} {statistics.median(seconds):6.2f}")


def _round(options: EngineOptions, timed: Callable[[str, Callable[[], object]], None]) -> None:
    servers: list[Server] = []
    timed("warm start", lambda: servers.append(Server(find_binaries(), options)))
    database = servers[0].database(Era.LEGACY)
    timed("connect", lambda: database.connect("postgres").close())
    timed("copy of a database", lambda: servers[0].clone(database))
    timed("stop", servers[0].stop)


if __name__ == "__main__":
    main()
