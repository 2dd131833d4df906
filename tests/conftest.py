"""What all tests share: one real database server for those that ask for it, and one process by group."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from shipworthy.database.engine import EngineOptions, Server, start
from shipworthy.faults import TRACE

# A hook and `git bisect run` say which repository they stand in: no test may write to that one.
for _name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[_name]


# A fault of our own fails a test, instead of becoming an answer.
os.environ.setdefault(TRACE, "1")


class Groups:
    """Tests that share what one process has made: those with a mark, and those of one module's fixtures."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if not item.get_closest_marker("xdist_group") and (shared := _shared(item)):
                item.add_marker(pytest.mark.xdist_group(shared))


class SeenGroups:
    """pytest 9.2 keeps the id of a test elsewhere than xdist 3.8 writes its group."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            written = getattr(item, "_nodeid", item.nodeid)
            if written != item.nodeid:
                item._id = type(item.id).parse(written)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Groups())
    config.pluginmanager.register(SeenGroups())


def _shared(item: pytest.Item) -> str:
    """The module of a test and the parameters of its fixtures; '' where none is made once for all of it."""
    if not isinstance(item, pytest.Function):
        return ""
    made = item._fixtureinfo.name2fixturedefs
    names = [name for name in made if any(one.scope == "module" for one in made[name])]
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return (
        "-".join([item.path.stem, *(str(given[n]) for n in names if n in given)]) if names else ""
    )


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL for the whole session; each `server.database(era)` is fresh."""
    with start(EngineOptions(seconds=600)) as running:
        yield running
