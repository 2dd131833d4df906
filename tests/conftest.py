"""What all tests share: one real database server for those that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from shipworthy.database.engine import EngineOptions, Server, start

# A hook and `git bisect run` say which repository they stand in: no test may write to that one.
for _name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for the whole session; each `server.database(era)` is fresh."""
    with start(EngineOptions(seconds=600)) as running:
        yield running
