"""Open the store that a policy names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from shipworthy.gateway.policy import ServerOptions
from shipworthy.gateway.store.postgresql import PostgresStore
from shipworthy.gateway.store.seam import BrokenStore, Part, Store
from shipworthy.gateway.store.sqlite import SqliteStore

SQLITE = "sqlite"
_ENV = "env:"


def open_store(part: Part, folder: Path, server: ServerOptions) -> Store:
    """A part of the gateway's store; a file in `folder`, or the database that the policy points to.

    Raises BrokenStore and MissingExtra.
    """
    if server.store == SQLITE:
        return SqliteStore(folder / f"{part.name}.sqlite", part)
    variable = server.store.removeprefix(_ENV)
    address = os.environ.get(variable, "")
    if not address:
        raise BrokenStore(
            f"server: store: the environment variable {variable} is not set; it holds the address,"
            " e.g. postgresql://gateway:PASSWORD@db.internal/gateway?sslmode=verify-full"
        )
    return PostgresStore(address, part)


def check_store(store: str) -> Iterator[str]:
    """What is wrong with the `store` of a policy."""
    name = store.removeprefix(_ENV)
    if store != SQLITE and not (store.startswith(_ENV) and name.isidentifier() and name.isascii()):
        yield (
            "server: store is sqlite, or env:NAME: the NAME of the environment variable that holds"
            " the address of a PostgreSQL; never the address, it holds a password"
        )
