"""Parse every code file once, in parallel, and read all per-file facts from the one tree."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy import faults
from shipworthy.errors import CannotLook
from shipworthy.prototype.code.syntax import TOO_DEEP, Syntax, forget
from shipworthy.prototype.connections import opened as connections
from shipworthy.prototype.cookies import cookie as cookies
from shipworthy.prototype.cors import rule as cors
from shipworthy.prototype.deadline import TookTooLong, deadline
from shipworthy.prototype.executions import execution as executions
from shipworthy.prototype.failures import catches
from shipworthy.prototype.inventory import hosts, testing
from shipworthy.prototype.logs import log_calls as logs
from shipworthy.prototype.logs import redactions
from shipworthy.prototype.models import addresses, named, parsed, prompts
from shipworthy.prototype.models import calls as models
from shipworthy.prototype.modules import classes, imports
from shipworthy.prototype.outbound import calls as outbound
from shipworthy.prototype.privacy import asked, forms, trackers
from shipworthy.prototype.program import fallbacks, modules, refusals
from shipworthy.prototype.program.module import may_serve
from shipworthy.prototype.queries import query as queries
from shipworthy.prototype.routes import declared as routes
from shipworthy.prototype.secrets import environment
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.prototype.state import held
from shipworthy.prototype.waits import series
from shipworthy.settings import Limits, Settings, available_cores

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.context import BaseContext

TOO_LONG = "takes too long to read"
_SMALL = 300_000  # characters below which starting a second process costs more than it saves
_SHARE = 100_000  # characters that are worth a process: all start at once, on however many cores


class FileFacts(Struct, frozen=True):
    """All that was read from one parsed file."""

    path: str
    partly: bool  # not all of the text could be parsed
    unread: str = ""  # why nothing at all was read
    imports: Sequence[imports.Import] = ()
    environment: Sequence[environment.EnvironmentRead] = ()
    outbound: Sequence[outbound.OutboundCall] = ()
    catches: Sequence[catches.Catch] = ()
    queries: Sequence[queries.Query] = ()
    logs: Sequence[logs.LogCall] = ()
    redacted: Sequence[str] = ()
    models: Sequence[models.ModelCall] = ()
    parsed_answers: Sequence[parsed.ParsedAnswer] = ()
    prompts: Sequence[prompts.WrittenPrompt] = ()
    named_models: Sequence[named.NamedModel] = ()
    model_addresses: Sequence[addresses.ModelAddress] = ()
    executions: Sequence[executions.Execution] = ()
    routes: Sequence[routes.Route] = ()
    connections: Sequence[connections.Opened] = ()
    cookies: Sequence[cookies.Cookie] = ()
    cors: Sequence[cors.CorsRule] = ()
    hosts: Sequence[hosts.HostUse] = ()
    held: Sequence[held.Held] = ()
    series: Sequence[series.Series] = ()
    tests: Sequence[testing.TestCase] = ()
    asked: Sequence[forms.FormField] = ()
    forms: Sequence[forms.FormField] = ()
    trackers: Sequence[trackers.Tracker] = ()
    fallbacks: Sequence[fallbacks.Fallback] = ()
    refusals: Sequence[refusals.Refusal] = ()
    may_serve: bool = False  # its code may run on a server
    packed: bytes = b""  # its module, where entry points most likely lead to it
    idle_classes: Sequence[classes.IdleClass] = ()


def read_file(source: SourceFile, seconds: float = Limits().file_seconds) -> FileFacts:
    """Parse one file and read its facts. Judgements are made for product code only; of the author's
    tests and scripts, and of copied UI kits, the imports are read (for the module graph)."""
    if source.language is None or source.text is None:
        return FileFacts(source.path, partly=False)
    try:
        with deadline(seconds):
            syntax = Syntax(source, source.language)
            if syntax.unread:
                return FileFacts(source.path, partly=True, unread=syntax.unread)
            return _read(syntax, source)
    except RecursionError:  # hundreds of names or functions that each lead to the next
        return FileFacts(source.path, partly=True, unread=TOO_DEEP)
    except TookTooLong:  # thousands of queries or functions, each asked about all the others
        return FileFacts(source.path, partly=True, unread=TOO_LONG)
    except BaseException as error:
        return FileFacts(source.path, partly=True, unread=faults.told(error))
    finally:
        forget()


def _stands_before_routes(source: SourceFile) -> bool:
    """True for checks that a generator has written: Lovable's `requireSupabaseAuth`."""
    return source.role is Role.GENERATED and "createMiddleware(" in (source.text or "")


def _read(syntax: Syntax, source: SourceFile) -> FileFacts:
    found_imports = imports.read(syntax)
    found_tests = testing.read(syntax) if source.role is Role.TEST else []
    if source.role is not Role.PRODUCT:
        return FileFacts(
            source.path,
            syntax.is_broken,
            imports=found_imports,
            tests=found_tests,
            environment=environment.read(syntax),
            may_serve=_stands_before_routes(source),
        )
    found_routes, serves = routes.read(syntax), may_serve(syntax)
    return FileFacts(
        path=source.path,
        partly=syntax.is_broken,
        imports=found_imports,
        environment=environment.read(syntax),
        outbound=outbound.read(syntax),
        catches=catches.read(syntax),
        queries=queries.read(syntax),
        logs=logs.read(syntax),
        redacted=redactions.read(syntax),
        models=models.read(syntax),
        parsed_answers=parsed.read(syntax),
        prompts=prompts.read(syntax),
        named_models=named.read(syntax),
        model_addresses=addresses.read(syntax),
        executions=executions.read(syntax),
        routes=found_routes,
        connections=connections.read(syntax),
        cookies=cookies.read(syntax),
        cors=cors.read(syntax),
        held=held.read(syntax),
        series=series.read(syntax),
        hosts=hosts.read(syntax),
        forms=forms.read(syntax),
        asked=asked.read(syntax),
        trackers=trackers.read(syntax),
        fallbacks=fallbacks.read(syntax),
        refusals=refusals.read(syntax),
        may_serve=serves,
        packed=modules.packed(syntax, has_routes=bool(found_routes)) if serves else b"",
        idle_classes=classes.read(syntax),
    )


class Reading:
    """Reads every parsed file on as many cores as the settings say and the code is worth: from now on where
    other processes do, else when its result is asked for."""

    def __init__(self, files: Sequence[SourceFile], settings: Settings) -> None:
        self._todo = [f for f in files if _is_parsed(f)]
        self._read_one = partial(read_file, seconds=settings.limits.file_seconds)
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: Iterable[list[FileFacts]] = ()
        workers = settings.workers or available_cores()
        characters = sum(len(f.text or "") for f in self._todo)
        if workers > 1 and characters >= _SMALL:
            self._start(min(workers, max(2, characters // _SHARE)))

    @property
    def is_under_way(self) -> bool:
        """True where other processes read, so that this one has time for something else."""
        return self._pool is not None

    def result(self) -> dict[str, FileFacts]:
        """The facts of every parsed file by path. Raises CannotLook where a process was killed."""
        if self._pool is None:
            return {f.path: self._read_one(f) for f in self._todo}
        from concurrent.futures.process import BrokenProcessPool

        try:
            with self._pool:
                return {facts.path: facts for batch in self._under_way for facts in batch}
        except BrokenProcessPool as error:
            raise CannotLook(
                "a process that reads files was killed: is there enough memory?"
            ) from error

    def _start(self, workers: int) -> None:
        from concurrent.futures import ProcessPoolExecutor

        # Large files first and dealt out in turn, so that no worker is left with the longest alone.
        self._todo.sort(key=lambda f: -len(f.text or ""))
        batches = [self._todo[start :: workers * 4] for start in range(workers * 4)]
        self._pool = ProcessPoolExecutor(workers, _context(), _start_worker)
        self._under_way = self._pool.map(partial(_read_batch, self._read_one), batches)


def _start_worker() -> None:
    # Its short life leaves few cycles, and to look for them copies every page of the parent.
    gc.freeze()
    gc.disable()


_PARSED_ROLES = (Role.PRODUCT, Role.TEST, Role.SCRIPT, Role.UI_KIT, Role.MIGRATION)


def _is_parsed(file: SourceFile) -> bool:
    if file.language is None or file.text is None:
        return False
    # Small generated files configure clients; large ones are type tables and bundles.
    return file.role in _PARSED_ROLES or (file.role is Role.GENERATED and file.size < 20_000)


def _read_batch(
    read_one: Callable[[SourceFile], FileFacts], files: Sequence[SourceFile]
) -> list[FileFacts]:
    return [read_one(file) for file in files]


def _context() -> BaseContext:
    import multiprocessing

    # fork starts in milliseconds; macOS system libraries do not survive it.
    forks = "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux"
    return multiprocessing.get_context("fork" if forks else "spawn")
