"""Start the stand-in of a Supabase project: its database rebuilt from the migrations, and the interfaces."""

from __future__ import annotations

import math
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.standin.auth.interface import Auth
from shipworthy.sidecar.standin.connections import Connections
from shipworthy.sidecar.standin.entrance import MOST_BYTES, Entrance, Part, Tell
from shipworthy.sidecar.standin.environment import environment_of
from shipworthy.sidecar.standin.functions import Functions
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.plain.opening import Opened, open_database, wants_address
from shipworthy.sidecar.standin.plain.written import written_addresses
from shipworthy.sidecar.standin.rebuilding import rebuild
from shipworthy.sidecar.standin.rest.catalogue import read_catalogue
from shipworthy.sidecar.standin.rest.interface import Rest
from shipworthy.sidecar.standin.server import Handler, LocalServer, require_sidecar_extra
from shipworthy.sidecar.standin.storage.files import Files
from shipworthy.sidecar.standin.storage.interface import Storage

if TYPE_CHECKING:
    from shipworthy.database.engine import Database, Server
    from shipworthy.prototype.prototype import Prototype

_ADMIN = "supabase_admin"
_SCHEMAS = ("public", "graphql_public")
_CONFIGURATION = "supabase/config.toml"
_DISK = 2 << 30  # bytes
_FOR_REQUESTS, _FOR_SIGN_INS = 8, 4  # connections; the server allows 20 with those of the prototype
PREFIXES = ("/rest/v1", "/auth/v1", "/storage/v1", "/functions/v1", "/realtime/v1")


@dataclass(frozen=True, slots=True)
class Standin:
    """A running stand-in: `port` on 127.0.0.1 answers all of `prefixes` until `stop`.

    `environment` is what a prototype that wants a Supabase project reads; its secrets are made anew
    each time. `jwt_secret` signs the tokens of its users (HS256, issuer `public_url`/auth/v1).
    """

    port: int
    public_url: str
    environment: Mapping[str, str]
    jwt_secret: str
    anon_key: str
    service_key: str
    said: tuple[str, ...]  # what a person should know of it
    _server: LocalServer
    _functions: Functions
    _database: Server
    _opened: Opened | None
    prefixes: tuple[str, ...] = PREFIXES

    @property
    def database_url(self) -> str:
        """The address of its database, '' where the code asks for none."""
        return self._opened.url if self._opened is not None else ""

    def stop(self) -> None:
        """End it. Its database and everything that was entered are gone."""
        self._server.stop()
        self._functions.stop()
        if self._opened is not None:
            self._opened.relay.stop()
        self._database.stop()


def start_supabase(
    prototype: Prototype,
    place: Path,
    public_url: str,
    tell: Tell,
    settings: Mapping[str, str] | None = None,
) -> Standin:
    """Rebuild the database of a prototype from its migrations and serve it on a port of this machine.

    `place` is a private folder for files and logs; `public_url` is where a browser reaches the
    stand-in; `settings` is what the user gives, for the edge functions. Each start begins anew.
    Raises FactUnavailable or MissingExtra with the reason.
    """
    from shipworthy.database.engine import EngineOptions
    from shipworthy.database.engine.binaries import find_binaries
    from shipworthy.database.engine.server import Server

    require_sidecar_extra()
    public_url = public_url.rstrip("/")
    said: list[str] = []
    server = Server(find_binaries(), EngineOptions(seconds=math.inf, disk_bytes=_DISK))
    try:
        database = rebuild(server, prototype, said)
        keys = Keys()
        folder = prototype.root / "supabase" / "functions"
        functions = Functions(folder, place, keys, tell, settings or {})
        parts = _Parts(keys, public_url, _emptied(place / "files"), functions, tell)
        web = _serve(database, prototype, parts)
    except BaseException:
        server.stop()
        raise
    functions.serve_at(web.port)
    for line in said:
        tell(line)
    environment = environment_of(prototype, public_url, keys)
    asked = wants_address(prototype) or written_addresses(prototype).files
    opened = open_database(database) if asked else None
    if opened is not None:
        environment |= opened.environment(prototype)
    return Standin(
        web.port, public_url, environment, keys.secret, keys.anon, keys.service, tuple(said),
        web, functions, server, opened,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the interfaces are made of."""

    keys: Keys
    public_url: str
    files: Files
    functions: Functions
    tell: Tell


def _serve(database: Database, prototype: Prototype, made: _Parts) -> LocalServer:
    with database.connect(_ADMIN) as admin:
        catalogue = read_catalogue(admin, _schemas(prototype))
    requests = Connections(database.address("authenticator"), _FOR_REQUESTS)
    sign_ins = Connections(database.address("supabase_auth_admin"), _FOR_SIGN_INS)
    parts: dict[str, Part] = {
        "rest": Rest(catalogue, requests).answer,
        "auth": Auth(sign_ins, made.keys, made.public_url, made.tell).answer,
        "storage": Storage(requests, made.keys, made.files).answer,
        "functions": made.functions.answer,
    }
    entrance = Entrance(parts, made.keys, made.tell)

    async def started() -> Handler:
        return entrance

    async def ended() -> None:
        await requests.close()
        await sign_ins.close()

    return LocalServer(started, ended, MOST_BYTES)


def _emptied(folder: Path) -> Files:
    """The folder of uploads, without those of an earlier run: their rows are gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return Files(folder)


def _schemas(prototype: Prototype) -> tuple[str, ...]:
    """The schemas that supabase/config.toml exposes; those of a new project without it."""
    file = prototype.files.get(_CONFIGURATION)
    try:
        document: dict[str, Any] = tomllib.loads((file.text if file else "") or "")
        found = document["api"]["schemas"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return _SCHEMAS
    names = tuple(one for one in found if isinstance(one, str) and one)
    return names or _SCHEMAS
