"""Run one stage with its real engines; every front door (CLI, and later console and MCP) calls it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.engines.betterleaks import has_threads, recognise
from shipworthy.errors import CannotLook, FactUnavailable
from shipworthy.intent import FILE, Intent
from shipworthy.intent.answers import Answers
from shipworthy.prototype.opening import Engines, read_prototype
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from shipworthy.assess import Assessment
    from shipworthy.assess.asking import Progress
    from shipworthy.assess.baseline import Baseline
    from shipworthy.assess.gate import Gate
    from shipworthy.control import Control
    from shipworthy.decide import Decision
    from shipworthy.harden.checks import Own
    from shipworthy.harden.closing import Choose
    from shipworthy.harden.hardening import Hardening
    from shipworthy.harden.plan import Wanted
    from shipworthy.harden.repository import Repository
    from shipworthy.prototype import Prototype
    from shipworthy.prototype.dependencies.advisories import AdvisorySource
    from shipworthy.register import Entry
    from shipworthy.register.verify import Verification
    from shipworthy.report.gate import GateDocument
    from shipworthy.report.records.records import Written

_RECORDED = 100  # blockers by name in one entry of the register


def default_engines() -> Engines:
    """The engines that come with shipworthy."""
    return Engines(secrets=recognise, advisories=_advisories(), has_threads=has_threads)


def _advisories() -> AdvisorySource:
    @cache
    def source() -> AdvisorySource:
        # Loaded when it is asked, for nobody reads the prototype before this module is there.
        from shipworthy.engines.osv import osv_source

        return osv_source()

    return lambda dependencies: source()(dependencies)


def open_prototype(
    root: Path,
    settings: Settings,
    engines: Engines | None = None,
    decided_in: Path | None = None,
    *,
    ahead: bool = False,
    history: bool = False,
) -> Prototype:
    """Read a prototype with its shipworthy.toml, its register and, unless told, the default engines.

    `decided_in` is where the register lies, for a copy that was made without it; `ahead` and `history`
    are what other processes begin with at once.
    Raises CannotLook when there is none, BrokenIntent where that file says nonsense, and BrokenRegister
    where the register is not what was written.
    """
    settings = _decided(
        decided_in or root, replace(settings, intent=declared(root) or settings.intent)
    )
    engines = engines or default_engines()
    prototype = read_prototype(root, settings, engines, ahead=ahead, history=history)
    if not any(f.text for f in prototype.files.values()):
        raise CannotLook(f"{prototype.root} holds no text that can be read")
    return prototype


def run_assess(
    root: Path,
    settings: Settings,
    names: Sequence[str] = (),
    progress: Progress = lambda _: None,
    baseline: Path | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Assessment:
    """Assess the prototype at `root` with the named controls or areas, or with all.

    Nothing of the prototype is run, unless `settings.prove` asks for its database: then its SQL runs
    in a throw-away PostgreSQL, which is gone when this returns. `baseline` is a file of gaps that were
    known, where shipworthy.toml does not name it: the others are new. `meanwhile` is done here while
    other processes read.
    """
    named = _controls(names) if names else ()
    with _opened(root, settings, progress, ahead=True, history=not named) as prototype:
        known = _baseline(root, baseline, prototype.settings.intent)
        controls = named or _controls()  # to load them all takes as long as to read a hundred files
        meanwhile()
        from shipworthy.assess import assess

        return replace(assess(prototype, controls, progress), baseline=known)


def run_decide(
    root: Path,
    settings: Settings,
    answers: Answers | None = None,
    progress: Progress = lambda _: None,
) -> Decision:
    """Assess the prototype at `root` with all controls, and decide what becomes of it.

    `answers` go over those of its shipworthy.toml, one by one. Nothing of the prototype is run, unless
    `settings.prove` asks for its database.
    """
    with _opened(root, settings, progress, ahead=True, history=True) as prototype:
        from shipworthy.assess import assess
        from shipworthy.decide import decide

        assessment = assess(prototype, _controls(), progress)
        given = prototype.settings.intent.decide
        progress("deciding")
        return decide(assessment, answers.over(given) if answers else given)


def run_prove(root: Path, settings: Settings, progress: Progress = lambda _: None) -> Assessment:
    """Ask the controls on the database alone, on the rebuilt one.

    Raises CannotLook where it cannot be rebuilt, with the reason.
    """
    from shipworthy.assess import assess

    controls = tuple(control for control in _controls() if control.needs_database)
    with _opened(root, replace(settings, prove=True), progress) as prototype:
        try:
            if prototype.database is None:
                raise CannotLook(f"{prototype.root} holds no PostgreSQL schema in SQL files")
        except FactUnavailable as error:
            raise CannotLook(str(error)) from error
        return assess(prototype, controls, progress)


def run_gate(root: Path, settings: Settings, progress: Progress = lambda _: None) -> Gate:
    """Judge the checklists of the prototype at `root` from a fresh assessment and its register.

    Raises BrokenRegister where the register was changed, cut off or replaced: what people decided
    cannot be known then.
    """
    from shipworthy.assess.gate import gate

    register = verified_register(root)
    return gate(run_assess(root, settings, (), progress), register)


def verified_register(root: Path) -> Verification | None:
    """The prototype's register, checked; None where there is none. Raises BrokenRegister."""
    from shipworthy.register import BrokenRegister, Register
    from shipworthy.register.verify import verify

    register = Register(root)
    if not register.exists:
        return None
    found = verify(register)
    if not found.sound:
        raise BrokenRegister(
            f"the register cannot be trusted: {found.problems[0]}. Next: shipworthy register verify "
            f"{root}"
        )
    return found


def run_records(
    root: Path,
    settings: Settings,
    folder: Path,
    *,
    pdf: bool = True,
    progress: Progress = lambda _: None,
) -> Written:
    """Decide, judge the gate, and write all records into `folder`.

    Raises BrokenRegister where the register cannot be trusted, MissingExtra or NoPdf where a PDF is
    wanted and cannot be made: nothing is written then.
    """
    from shipworthy.assess.gate import gate
    from shipworthy.report.records.due_diligence import pdf_of
    from shipworthy.report.records.records import records_of, write_records

    register = verified_register(root)
    decision = run_decide(root, settings, None, progress)
    drafts = records_of(decision, gate(decision.assessment, register))
    page = next(d for d in drafts if d.path == "due-diligence.html")
    progress("writing the PDF" if pdf else "writing")
    return write_records(folder, drafts, pdf_of(page) if pdf else None)


def record_gate(root: Path, document: GateDocument, by: str) -> Entry:
    """Write the outcome of the gate into the register. Raises NoRegister where there is none."""
    from shipworthy.register import Register

    kept = ("passed", "light", "digest", "commit", "open", "blockers")
    body = {name: getattr(document, name) for name in kept}
    if len(body["blockers"]) > _RECORDED:
        body["blockers"] = [*body["blockers"][:_RECORDED], f"and {len(body['blockers'])} in all"]
    return Register(root).append("gate", by, body)


class HardenOptions(Struct, frozen=True):
    """How to harden. `deliver` writes the branch; `apply` also moves the user's own branch on to it.

    `build` lets the prototype's own build and tests run: its code is executed.
    """

    wanted: Wanted | None = None  # None: all that a machine may close
    build: bool = True
    deliver: bool = True
    apply: bool = False
    choose: Choose | None = None


def run_harden(
    root: Path,
    settings: Settings,
    options: HardenOptions | None = None,
    progress: Progress = lambda _: None,
) -> Hardening:
    """Close what a machine may close, one commit per remedy, on the branch shipworthy/harden.

    All work is done in a copy of the last commit; the user's files are not touched unless `apply` says
    so. Raises CannotHarden with what to do where the prototype is not in a state for it.
    """
    from shipworthy.harden.delivery import fast_forward, refuse_dirty
    from shipworthy.harden.repository import CannotHarden, find_repository, refuse_checked_out

    options = options or HardenOptions()
    repository = find_repository(root)
    if options.deliver:
        refuse_checked_out(repository)
    if options.apply:
        refuse_dirty(repository)
    try:
        done = _hardened(repository, settings, options, progress)
    except OSError as error:
        # The disk is full, or the copy was taken away from under us.
        raise CannotHarden(
            f"the copy could not be worked on: {error}; nothing was changed"
        ) from error
    return fast_forward(done) if options.apply else done


def _hardened(
    repository: Repository, settings: Settings, options: HardenOptions, progress: Progress
) -> Hardening:
    """The work in the copy, and its delivery."""
    from shipworthy.database.prove import ProveOptions, Prover
    from shipworthy.harden.closing import Options
    from shipworthy.harden.delivery import deliver
    from shipworthy.harden.loop import harden
    from shipworthy.harden.own_checks import own_checks
    from shipworthy.harden.plan import Wanted
    from shipworthy.harden.scratch import scratch_of
    from shipworthy.prototype.secrets.masking import masked_patch

    progress("copying the repository")
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_of(repository))
        prover = Prover(ProveOptions(settings.pg_bin, settings.grants), progress)
        engines = replace(default_engines(), database=stack.enter_context(prover))
        own_folder = repository.top / repository.prefix

        def read(folder: Path, earlier: Prototype | None) -> Prototype:
            prototype = open_prototype(folder, settings, engines, decided_in=own_folder)
            if earlier is not None:
                prototype.keep_facts_of(earlier)
            return prototype

        def own(prototype: Prototype) -> Own:
            owner = str(own_folder)
            checks = own_checks(scratch, prototype, owner, build=options.build, tell=progress)
            return stack.enter_context(checks)

        chosen = Options(options.wanted or Wanted(), options.choose, progress)
        done = harden(repository, scratch, read, chosen, own)
        if not options.deliver:
            patch = masked_patch(done.before.prototype, scratch.diff(repository.base, done.tip))
            return dataclasses.replace(done, patch=patch)
        progress("writing the branch")
        return deliver(done, scratch)


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


def _decided(root: Path, settings: Settings) -> Settings:
    """The settings with what people decided in the register, where there is one."""
    if not os.path.lexists(root / ".shipworthy"):
        return settings
    from shipworthy.register import Register
    from shipworthy.register.in_force import with_register

    intent, today = with_register(settings.intent, Register(root), settings.today)
    return replace(settings, intent=intent, today=today)


def _controls(names: Sequence[str] = ()) -> tuple[Control, ...]:
    # Loaded late: with a prototype's facts it takes as long as to read fifty files.
    from shipworthy.catalogue import select

    return select(names)


@contextmanager
def _opened(
    root: Path,
    settings: Settings,
    progress: Progress,
    *,
    ahead: bool = False,
    history: bool = False,
) -> Iterator[Prototype]:
    """The prototype, with a PostgreSQL that lives as long as the block where one is asked for."""
    progress("reading files")
    with ExitStack() as stack:
        engines = default_engines()
        if settings.prove:
            from shipworthy.database.prove import ProveOptions, Prover

            options = ProveOptions(settings.pg_bin, settings.grants)
            engines = replace(engines, database=stack.enter_context(Prover(options, progress)))
        if settings.run:
            from shipworthy.engines.schema_tools import schema_of_tools

            engines = replace(engines, schema=schema_of_tools)
        yield open_prototype(root, settings, engines, ahead=ahead, history=history)


def run_sbom(root: Path, settings: Settings, made: datetime | None = None) -> str:
    """The bill of materials of the prototype at `root`, as CycloneDX JSON."""
    from shipworthy.report.sbom import sbom_json

    return sbom_json(open_prototype(root, settings), made)
