"""What all tests share: one real database server for those that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shipworthy.database.engine import EngineOptions, Server, start


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for the whole session; each `server.database(era)` is fresh."""
    with start(EngineOptions(seconds=600)) as running:
        yield running
