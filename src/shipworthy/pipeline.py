"""Run one stage with its real engines; every front door (CLI, and later console and MCP) calls it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shipworthy.assess import Assessment, assess
from shipworthy.assess.assessment import Progress
from shipworthy.catalogue import select
from shipworthy.engines.betterleaks import recognise
from shipworthy.engines.osv import osv_source
from shipworthy.errors import CannotLook
from shipworthy.prototype import Engines, Prototype, read_prototype
from shipworthy.settings import Settings


def default_engines() -> Engines:
    """The engines that come with shipworthy."""
    return Engines(secrets=recognise, advisories=osv_source())


def open_prototype(root: Path, settings: Settings) -> Prototype:
    """Read a prototype with the default engines. Raises CannotLook when there is none."""
    prototype = read_prototype(root, settings, default_engines())
    if not any(f.text for f in prototype.files.values()):
        raise CannotLook(f"{prototype.root} holds no text that can be read")
    return prototype


def run_assess(
    root: Path,
    settings: Settings,
    names: Sequence[str] = (),
    progress: Progress = lambda _: None,
) -> Assessment:
    """Assess the prototype at `root` with the named controls or areas, or with all."""
    controls = select(names)
    progress("reading files")
    return assess(open_prototype(root, settings), controls, progress)
