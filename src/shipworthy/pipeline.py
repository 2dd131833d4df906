"""Run one stage with its real engines; every front door (CLI, and later console and MCP) calls it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from shipworthy.assess import Assessment, assess
from shipworthy.assess.asking import Progress
from shipworthy.assess.baseline import Baseline
from shipworthy.catalogue import select
from shipworthy.database.prove import ProveOptions, Prover
from shipworthy.engines.betterleaks import recognise
from shipworthy.engines.osv import osv_source
from shipworthy.engines.schema_tools import schema_of_tools
from shipworthy.errors import CannotLook, FactUnavailable
from shipworthy.intent import FILE, Intent
from shipworthy.prototype import Engines, Prototype, read_prototype
from shipworthy.settings import Settings


def default_engines() -> Engines:
    """The engines that come with shipworthy."""
    return Engines(secrets=recognise, advisories=osv_source())


def open_prototype(root: Path, settings: Settings, engines: Engines | None = None) -> Prototype:
    """Read a prototype with its shipworthy.toml and, unless told, the default engines.

    Raises CannotLook when there is none, and BrokenIntent where that file says nonsense.
    """
    settings = replace(settings, intent=declared(root) or settings.intent)
    prototype = read_prototype(root, settings, engines or default_engines())
    if not any(f.text for f in prototype.files.values()):
        raise CannotLook(f"{prototype.root} holds no text that can be read")
    return prototype


def run_assess(
    root: Path,
    settings: Settings,
    names: Sequence[str] = (),
    progress: Progress = lambda _: None,
    baseline: Path | None = None,
) -> Assessment:
    """Assess the prototype at `root` with the named controls or areas, or with all.

    Nothing of the prototype is run, unless `settings.prove` asks for its database: then its SQL runs
    in a throw-away PostgreSQL, which is gone when this returns. `baseline` is a file of gaps that were
    known, where shipworthy.toml does not name it: the others are new.
    """
    controls = select(names)
    with _opened(root, settings, progress) as prototype:
        known = _baseline(root, baseline, prototype.settings.intent)
        return replace(assess(prototype, controls, progress), baseline=known)


def run_prove(root: Path, settings: Settings, progress: Progress = lambda _: None) -> Assessment:
    """Ask the controls on the database alone, on the rebuilt one.

    Raises CannotLook where it cannot be rebuilt, with the reason.
    """
    controls = tuple(control for control in select() if control.needs_database)
    with _opened(root, replace(settings, prove=True), progress) as prototype:
        try:
            if prototype.database is None:
                raise CannotLook(f"{prototype.root} holds no PostgreSQL schema in SQL files")
        except FactUnavailable as error:
            raise CannotLook(str(error)) from error
        return assess(prototype, controls, progress)


def _baseline(root: Path, file: Path | None, intent: Intent) -> Baseline | None:
    """The baseline that is asked for, else the one that shipworthy.toml names."""
    if file is None and intent.baseline:
        file = root / intent.baseline
    if file is None:
        return None
    from shipworthy.report.baseline import read_baseline

    return read_baseline(file)


def declared(root: Path) -> Intent | None:
    """What shipworthy.toml in the folder declares, None without one. Raises BrokenIntent."""
    if not os.path.lexists(root / FILE):
        return None
    from shipworthy.intent.file import read_intent

    return read_intent(root)


@contextmanager
def _opened(root: Path, settings: Settings, progress: Progress) -> Iterator[Prototype]:
    """The prototype, with a PostgreSQL that lives as long as the block where one is asked for."""
    progress("reading files")
    with ExitStack() as stack:
        engines = default_engines()
        if settings.prove:
            options = ProveOptions(settings.pg_bin, settings.grants)
            engines = replace(engines, database=stack.enter_context(Prover(options, progress)))
        if settings.run:
            engines = replace(engines, schema=schema_of_tools)
        yield open_prototype(root, settings, engines)


def run_sbom(root: Path, settings: Settings, made: datetime | None = None) -> str:
    """The bill of materials of the prototype at `root`, as CycloneDX JSON."""
    from shipworthy.report.sbom import sbom_json

    return sbom_json(open_prototype(root, settings), made)
