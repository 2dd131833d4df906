"""Edge functions of a prototype, each run by `deno` when first called; refused where that is missing."""

from __future__ import annotations

import asyncio
import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipworthy.sidecar.guarded import start
from shipworthy.sidecar.ports import free_port
from shipworthy.sidecar.standin.keys import Keys
from shipworthy.sidecar.standin.message import Answer, Request, json_answer

if TYPE_CHECKING:
    from shipworthy.sidecar.guarded import Guarded

Tell = Callable[[str], None]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_ENTRIES = ("index.ts", "index.js", "index.tsx", "index.mjs")
_START_SECONDS = 90.0  # the first call fetches what the function imports
_CALL_SECONDS = 150.0  # as hosted projects give a request
_MAIN = Path(__file__).with_name("functions_main.js")
_KEPT = ("content-type", "location", "cache-control", "content-disposition", "www-authenticate")
_PASSED = (
    "authorization", "apikey", "content-type", "accept", "x-client-info", "user-agent", "origin",
    "stripe-signature", "x-signature", "x-webhook-signature", "x-hub-signature-256",
)  # fmt: skip


class Functions:
    """The functions in `folder`, which reach the stand-in once `serve_at` has told its port.

    Their settings are those that the user gives, as `supabase secrets set` does for the hosted project.
    """

    def __init__(
        self, folder: Path, place: Path, keys: Keys, tell: Tell, settings: Mapping[str, str]
    ) -> None:
        self._folder = folder
        self._place = place
        self._environment = {
            **settings,
            "SUPABASE_ANON_KEY": keys.anon,
            "SUPABASE_SERVICE_ROLE_KEY": keys.service,
        }
        self._tell = tell
        self._open = _without_tokens(folder.parent / "config.toml")
        self._running: dict[str, tuple[Guarded, int]] = {}
        self._starting: dict[str, asyncio.Lock] = {}

    async def answer(self, request: Request) -> Answer:
        """Call the function that the path names."""
        name, _, _ = request.path.partition("/")
        file = self._file(name)
        if file is None:
            return json_answer(
                404, {"code": "NOT_FOUND", "message": "Requested function was not found"}
            )
        if name not in self._open and not request.headers.get("authorization"):
            return json_answer(401, {"code": 401, "message": "Missing authorization header"})
        deno = shutil.which("deno")
        if deno is None:
            self._tell(f"stand-in: function {name} was called; it needs `deno` on PATH to run")
            message = f"the local stand-in runs functions with deno, which is not installed: {name}"
            return json_answer(503, {"code": "BOOT_ERROR", "message": message})
        port = await self._port(name, file, deno)
        if port == 0:
            message = f"function {name} did not start; see {self._log(name)}"
            return json_answer(503, {"code": "BOOT_ERROR", "message": message})
        return await self._called(request, port)

    def serve_at(self, port: int) -> None:
        """The port of this machine on which the stand-in answers."""
        self._environment["SUPABASE_URL"] = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """End all that run."""
        for guarded, _ in self._running.values():
            guarded.stop(2.0)
        self._running.clear()

    def _file(self, name: str) -> Path | None:
        """The file of a function; links out of the folder are not followed."""
        if not _NAME.fullmatch(name):
            return None
        for entry in _ENTRIES:
            file = self._folder / name / entry
            if file.is_file() and file.resolve().is_relative_to(self._folder.resolve()):
                return file
        return None

    def _log(self, name: str) -> Path:
        return self._place / f"function-{name}.log"

    async def _port(self, name: str, file: Path, deno: str) -> int:
        """The port on which the function listens, started where it does not run; 0 where it fails."""
        async with self._starting.setdefault(name, asyncio.Lock()):
            running = self._running.get(name)
            if running is not None and running[0].poll() is None:
                return running[1]
            port = free_port()
            self._tell(f"stand-in: starting function {name} with deno")
            argv = _argv(deno, file, self._folder, port)
            self._running[name] = (self._started(name, argv), port)
            return port if await self._listens(name, port) else 0

    def _started(self, name: str, argv: list[str]) -> Guarded:
        cache = {"DENO_DIR": str(self._place / "deno"), "DENO_NO_UPDATE_CHECK": "1"}
        return start(argv, self._folder, self._environment | cache, self._log(name))

    async def _listens(self, name: str, port: int) -> bool:
        guarded, _ = self._running[name]
        until = asyncio.get_running_loop().time() + _START_SECONDS
        while asyncio.get_running_loop().time() < until and guarded.poll() is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return True
        self._tell(f"stand-in: function {name} did not start: {_last_line(self._log(name))}")
        return False

    async def _called(self, request: Request, port: int) -> Answer:
        import aiohttp

        headers = {k: v for k, v in request.headers.items() if k in _PASSED}
        limit = aiohttp.ClientTimeout(total=_CALL_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, auto_decompress=True) as session,
                session.request(
                    request.method,
                    f"http://127.0.0.1:{port}/{request.path}",
                    params=list(request.query),
                    headers=headers,
                    data=request.body or None,
                    allow_redirects=False,
                ) as answer,
            ):
                kept = {k: v for k, v in answer.headers.items() if _is_kept(k)}
                return Answer(answer.status, await answer.read(), kept)
        except (aiohttp.ClientError, TimeoutError) as error:
            message = f"the function gave no answer: {type(error).__name__}"
            return json_answer(502, {"code": "WORKER_ERROR", "message": message})


def _argv(deno: str, file: Path, folder: Path, port: int) -> list[str]:
    """Read the functions, use the network and the environment; write and start nothing."""
    return [
        deno, "run", "--no-prompt", "--no-lock", "--allow-net", "--allow-env",
        f"--allow-read={folder},{_MAIN}", *_import_map(file, folder), str(_MAIN), file.as_uri(), str(port),
    ]  # fmt: skip


def _import_map(file: Path, folder: Path) -> list[str]:
    """The map of a function or of all, where one lies beside them."""
    for place in (file.parent, folder):
        for name in ("deno.json", "deno.jsonc", "import_map.json"):
            if (place / name).is_file() and not (place / name).is_symlink():
                option = "--config" if name.startswith("deno") else "--import-map"
                return [f"{option}={place / name}"]
    return ["--no-config"]


def _without_tokens(configuration: Path) -> frozenset[str]:
    """The functions that may be called without a token, as supabase/config.toml says."""
    try:
        document: dict[str, Any] = tomllib.loads(configuration.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    functions = document.get("functions")
    every = functions.items() if isinstance(functions, dict) else ()
    return frozenset(
        n for n, one in every if isinstance(one, dict) and one.get("verify_jwt") is False
    )


def _is_kept(name: str) -> bool:
    return name.lower() in _KEPT or name.lower().startswith(("x-", "access-control-"))


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "it left no log"
    return next((line for line in lines if "error" in line.lower()), (lines or [""])[-1])[:300]
