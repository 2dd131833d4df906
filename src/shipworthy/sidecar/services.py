"""What stands in, on this machine, for the services that a prototype is used to, and what it must be told."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable
from shipworthy.sidecar.event import Event, Kind, Tell, step_by_step
from shipworthy.sidecar.run import Run
from shipworthy.sidecar.standin.plain.written import (
    NOTHING_WRITTEN,
    Written,
    point_addresses,
    written_addresses,
)

if TYPE_CHECKING:
    from shipworthy.sidecar.standin import Standin

_PROJECT = (
    "SUPABASE_URL",
    "SUPABASE_PROJECT_URL",
)  # ends of the names under which its address is given


@dataclass(frozen=True, slots=True)
class Services:
    """The stand-ins that run, until the block of `running_services` ends.

    `environment` is what the prototype reads, `prefixes` the paths that lead to a stand-in.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    prefixes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    standin: Standin | None = None
    written: Written = NOTHING_WRITTEN
    database: Callable[[Path, str], Mapping[str, str]] = lambda _, __: {}

    def equip(self, copy: Path, python_path: str) -> Mapping[str, str]:
        """Lead the copy of a prototype to the stand-ins; what its programs are told."""
        if self.standin is not None:
            from shipworthy.sidecar.standin import point

            point(copy, self.standin)
            point_addresses(copy, self.written.files, self.standin.database_url)
        return {**self.environment, **self.database(copy, python_path)}


@contextmanager
def running_services(run: Run, tell: Tell) -> Iterator[Services]:
    """Start what the prototype needs and nobody gave. Raises a ShipworthyError with the reason."""
    trusted = trusting(run.authority, run.folder)
    with ExitStack() as stack:
        database = partial(_database, run, stack, tell)
        if "supabase" not in run.prototype.stack.data:
            yield Services(trusted, database=database)
            return
        if given := [name for name in run.settings if name.endswith(_PROJECT)]:
            url = run.settings[given[0]]
            text = f"no stand-in: {given[0]} is given, so this run works on the real data of {url}"
            tell(Event(Kind.NOTE, text))
            yield Services(trusted, database=database)
            return
        yield _supabase(run, trusted, stack, tell)


def _supabase(run: Run, trusted: Mapping[str, str], stack: ExitStack, tell: Tell) -> Services:
    from shipworthy.sidecar.standin import start_supabase

    written = _written(run, tell)
    tell(Event(Kind.STEP, "rebuilding the database of the Supabase project"))
    standin = start_supabase(run.prototype, run.folder, run.url, step_by_step(tell), run.settings)
    stack.callback(standin.stop)
    text = "a stand-in takes the place of Supabase: its data are local, and nothing reaches the real project"
    tell(Event(Kind.NOTE, text))
    for path in written.files:
        tell(Event(Kind.NOTE, f"the database that {path} names gives way to that of the stand-in"))
    return Services(
        {**trusted, **standin.environment},
        dict.fromkeys(standin.prefixes, standin.port),
        {"SUPABASE_JWT_SECRET": standin.jwt_secret},
        standin,
        written,
    )


def _database(
    run: Run, stack: ExitStack, tell: Tell, copy: Path, python_path: str
) -> Mapping[str, str]:
    """A PostgreSQL for a prototype that reads the address of one, where nobody gave it, or has it written out
    in its code: no run works on the data behind that.

    It needs the copy with its packages: the prototype's own tool makes the tables.
    """
    from shipworthy.sidecar.standin import start_database
    from shipworthy.sidecar.standin.plain.opening import address_names, sqlite_address

    written = _written(run, tell)
    names = address_names(run.prototype)
    asks = bool(names) and not any(run.settings.get(name) for name in names)
    if not asks and not written.files:
        return {}
    if asks and not written.files and (address := sqlite_address(run.prototype)):
        text = f"{names[0]} leads to an SQLite file of this run: no driver for PostgreSQL is listed"
        tell(Event(Kind.NOTE, text))
        return dict.fromkeys(names, address)
    tell(Event(Kind.STEP, "starting a PostgreSQL and making its tables"))
    try:
        database = start_database(run.prototype, copy, run.folder, step_by_step(tell), python_path)
    except FactUnavailable as error:
        tell(Event(Kind.NOTE, str(error)))
        for path in written.files:
            tell(Event(Kind.NOTE, f"the database that {path} names is reached as it is"))
        return {}
    stack.callback(database.stop)
    what = ", ".join(
        [*(names[:1] if asks else ()), *(f"the address in {f}" for f in written.files)]
    )
    text = f"a PostgreSQL of this run takes the place of {what}; its data are gone at the end"
    tell(Event(Kind.NOTE, text))
    return database.environment if asks else {}


def _written(run: Run, tell: Tell) -> Written:
    """The addresses in the code; those that this run reaches as they are are told."""
    written = written_addresses(run.prototype)
    for place in written.elsewhere:
        tell(Event(Kind.NOTE, f"written out in the code, and reached as it is: {place}"))
    return written


def trusting(authority: str, folder: Path) -> dict[str, str]:
    """What makes Node.js and Python trust an authority beside those of the system.

    Python takes one file for all of them: it gets a copy of the system's with ours at its end.
    """
    if not authority:
        return {}
    own, all_of_them = folder / "authority.pem", folder / "trusted.pem"
    own.write_text(authority)
    all_of_them.write_text(_of_the_system() + authority)
    return {
        "NODE_EXTRA_CA_CERTS": str(own),
        "SSL_CERT_FILE": str(all_of_them),
        "REQUESTS_CA_BUNDLE": str(all_of_them),
    }


def _of_the_system() -> str:
    named = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    try:
        return Path(named).read_text() + "\n" if named else ""
    except OSError:
        return ""
