"""A prototype, read once: its files and the typed facts that controls judge."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from shipworthy.errors import FactUnavailable, ShipworthyError
from shipworthy.faults import contained
from shipworthy.finding import Evidence, Location
from shipworthy.prototype import opening
from shipworthy.prototype.ahead import OnlyHere, may_fork
from shipworthy.prototype.connections.opened import Opened
from shipworthy.prototype.cookies.cookie import Cookie
from shipworthy.prototype.cors.rule import CorsRule
from shipworthy.prototype.coverage.report import CoverageReport, read_reports
from shipworthy.prototype.coverage.threshold import CoverageThreshold, read_thresholds
from shipworthy.prototype.dependencies.advisories import AdvisoryReport
from shipworthy.prototype.dependencies.dependency import Dependencies, read_dependencies
from shipworthy.prototype.duplicates.blocks import Duplicates, read_duplicates
from shipworthy.prototype.edge.evidence import FILE as EVIDENCE
from shipworthy.prototype.edge.evidence import Edge, read_edge
from shipworthy.prototype.executions.execution import Execution
from shipworthy.prototype.failures.catches import Catch
from shipworthy.prototype.firebase.rules import (
    FirebaseRules,
    is_asked_from_browsers,
    read_firebase_rules,
)
from shipworthy.prototype.git import commit_date
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.inventory.base44 import Base44, read_base44
from shipworthy.prototype.inventory.compilers import Compiler, read_compilers
from shipworthy.prototype.inventory.concerns import LongModule, read_long_modules
from shipworthy.prototype.inventory.delivery import Delivery, read_delivery
from shipworthy.prototype.inventory.hosts import HostUse
from shipworthy.prototype.inventory.lock_in import Binding, read_bindings
from shipworthy.prototype.inventory.origin import Origin, read_origin
from shipworthy.prototype.inventory.pipelines import PipelineStep, read_pipelines
from shipworthy.prototype.inventory.servers import Server, read_servers
from shipworthy.prototype.inventory.signs import read_commits
from shipworthy.prototype.inventory.stack import Stack, read_stack
from shipworthy.prototype.inventory.testing import TestCase
from shipworthy.prototype.inventory.tolerance import Tolerance, read_tolerances
from shipworthy.prototype.logs.log_calls import LogCall
from shipworthy.prototype.models.addresses import ModelAddress
from shipworthy.prototype.models.calls import ModelCall
from shipworthy.prototype.models.named import NamedModel
from shipworthy.prototype.models.parsed import ParsedAnswer
from shipworthy.prototype.models.prompts import WrittenPrompt
from shipworthy.prototype.modules.abandoned import abandoned_files, reached_by_hand
from shipworthy.prototype.modules.classes import is_idle
from shipworthy.prototype.modules.cycles import Cycle, read_cycles
from shipworthy.prototype.modules.graph import ModuleGraph, build_graph
from shipworthy.prototype.modules.named import read_named
from shipworthy.prototype.modules.started import started_by_hand
from shipworthy.prototype.opening import Begun, Engines
from shipworthy.prototype.outbound.calls import OutboundCall
from shipworthy.prototype.privacy.forms import FormField
from shipworthy.prototype.privacy.kept_databases import KeptDatabase, read_kept_databases
from shipworthy.prototype.privacy.pages import Loaded, loaded_by_pages
from shipworthy.prototype.privacy.personal import PersonalDatum, read_personal_data
from shipworthy.prototype.privacy.processors import Processor, read_processors
from shipworthy.prototype.privacy.regulated import RegulatedData, read_regulated
from shipworthy.prototype.privacy.trackers import Tracker, read_trackers
from shipworthy.prototype.program.fallbacks import Fallback
from shipworthy.prototype.program.modules import ServerModules
from shipworthy.prototype.program.starting import refuses_without
from shipworthy.prototype.queries.query import Query
from shipworthy.prototype.reading import FileFacts, Reading
from shipworthy.prototype.routes.declared import Route
from shipworthy.prototype.routes.files import file_routes, has_left_next
from shipworthy.prototype.routes.firebase import is_compiled
from shipworthy.prototype.routes.named_paths import is_named, with_paths
from shipworthy.prototype.routes.unfollowed import read_unfollowed
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.history import (
    PastSecret,
    deleted_environment_files,
    history_secrets,
)
from shipworthy.prototype.secrets.one_time_codes import OneTimeCode, read_one_time_codes
from shipworthy.prototype.secrets.search import SearchedTexts, search_texts
from shipworthy.prototype.secrets.secret import Secret, find_secrets
from shipworthy.prototype.secrets.settings_defaults import settings_defaults
from shipworthy.prototype.source import Role, SourceFile, Unread, unread_language
from shipworthy.prototype.state.held import Held
from shipworthy.prototype.tables.histories import read_history
from shipworthy.prototype.tables.table import Table, read_tables
from shipworthy.prototype.tree import Tree, printable
from shipworthy.prototype.waits.series import Series
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from shipworthy.database.history import History
    from shipworthy.database.proof import DatabaseProof

T = TypeVar("T")
Placed = TypeVar(
    "Placed",
    Catch,
    LogCall,
    ModelAddress,
    ModelCall,
    Opened,
    OutboundCall,
    ParsedAnswer,
    Query,
    Series,
    WrittenPrompt,
)
NOT_REPLAYED = "the database was not rebuilt and tried: ask with --prove"
_EXCERPT = 160  # characters of a line that an excerpt shows
_LONG_RULES = 100_000  # characters of SQL


class Prototype:
    """The facts of one prototype. Each is read when first asked for and then kept.

    Code facts (queries, catches, …) cover product code only: tests, scripts, generated, copied and
    abandoned code is known for what it is and never judged as the author's own. A fact that cannot be read
    raises FactUnavailable.
    """

    def __init__(
        self, tree: Tree, settings: Settings, engines: Engines, begun: Begun | None = None
    ) -> None:
        self.root = tree.root
        self.git = tree.git
        self.git_reason = tree.git_reason
        self.settings = settings
        self.files: Mapping[str, SourceFile] = {f.path: f for f in tree.files}
        self._unread = tree.unread
        self._engines = engines
        self._begun = begun
        self._searched_ahead = begun.texts if begun else None
        self._history_ahead = begun.history if begun else None
        self._kept: Mapping[str, FileFacts] = {}
        self._process = os.getpid()

    def keep_facts_of(self, earlier: Prototype) -> None:
        """Take over what was read from files that are as they were: call it before any fact is asked."""
        self._kept = {
            path: facts
            for path, facts in earlier.facts.items()
            if self.files.get(path) == earlier.files.get(path)
        }

    @cached_property
    def facts(self) -> Mapping[str, FileFacts]:
        """What was read from each parsed file, by path."""
        if self._reading.is_under_way:
            self._read_without_code()
        return {**self._kept, **self._reading.result()}

    @cached_property
    def _reading(self) -> Reading:
        if self._begun is not None:
            return self._begun.reading
        unread = [file for path, file in self.files.items() if path not in self._kept]
        return Reading(unread, self.settings)

    def _read_without_code(self) -> None:
        """Read what needs no parsed code, while other processes parse: these must not ask for facts."""
        from shipworthy.prototype.handlers import entries  # to load it takes as long as ten files

        _ = entries, self.commits, self.dependencies, self.tables, self.named_scripts
        if self._engines.secrets is not None and self._searched_ahead is None:
            _ = self.searched_texts

    @cached_property
    def unread(self) -> tuple[Unread, ...]:
        """Files and folders that were not looked at, or only in part, and why."""
        partly = (
            Unread(f.path, f.unread or "parts of it could not be parsed")
            for f in self.facts.values()
            if f.partly
        )
        foreign = (
            Unread(f.path, f"{language} is not read yet")
            for f in self.of_role(Role.PRODUCT)
            if f.text and (language := unread_language(f))
        )
        broken = (
            [Unread(EVIDENCE, str(self.edge))] if isinstance(self.edge, ShipworthyError) else []
        )
        return tuple(sorted((*self._unread, *partly, *foreign, *broken), key=lambda u: u.path))

    @cached_property
    def unfollowed(self) -> tuple[Unread, ...]:
        """Files with entry points of servers that are not followed yet."""
        return read_unfollowed(self)

    @cached_property
    def committed(self) -> str | None:
        """The day of the latest commit, e.g. "2026-03-14"; None without version control."""
        return commit_date(self.root, self.settings.limits.git_seconds) if self.git else None

    @cached_property
    def commits(self) -> tuple[str, ...]:
        """Author and co-authors of each of the latest commits, in lower case."""
        return read_commits(self)

    @cached_property
    def origin(self) -> Origin:
        return read_origin(self)

    @cached_property
    def stack(self) -> Stack:
        return read_stack(self)

    @cached_property
    def modules(self) -> ModuleGraph:
        return build_graph(self)

    @cached_property
    def cycles(self) -> tuple[Cycle, ...]:
        """Files that load each other in a circle."""
        return read_cycles(self)

    @cached_property
    def long_modules(self) -> tuple[LongModule, ...]:
        """Long files of the product, with the jobs that each of them does."""
        return read_long_modules(self)

    @cached_property
    def duplicates(self) -> Duplicates:
        """Blocks of logic that stand in several places."""
        return read_duplicates(self)

    @cached_property
    def coverage_reports(self) -> tuple[CoverageReport, ...]:
        """What coverage reports in the repository say of the product's files."""
        return read_reports(self)

    @cached_property
    def coverage_thresholds(self) -> tuple[CoverageThreshold, ...]:
        """The share of the code that its own test settings demand to be covered."""
        return read_thresholds(self)

    @cached_property
    def dependencies(self) -> Dependencies:
        return read_dependencies(self)

    @cached_property
    def advisories(self) -> AdvisoryReport:
        if self._engines.advisories is None:
            raise FactUnavailable(self._engines.missing)
        return self._engines.advisories(self.dependencies.packages)

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        if self._engines.secrets is None:
            raise FactUnavailable(self._engines.missing)
        return find_secrets(self, self._engines.secrets)

    @cached_property
    def searched_texts(self) -> SearchedTexts:
        """What a search for secrets sees in the texts alone."""
        if self._searched_ahead is not None:
            return self._searched_ahead.result()
        return search_texts(self.files.values())

    @cached_property
    def deleted_environment_files(self) -> tuple[str, ...]:
        return deleted_environment_files(self)

    @property
    def past_secrets(self) -> tuple[PastSecret, ...]:
        """Secrets that only the git history still shows."""
        if isinstance(self._past_secrets, FactUnavailable):
            raise self._past_secrets
        return self._past_secrets

    @cached_property
    def _past_secrets(self) -> tuple[PastSecret, ...] | FactUnavailable:
        """What was found, or why nothing can be: to run out of time twice takes twice the time."""
        if self._engines.secrets is None:
            return FactUnavailable(self._engines.missing)
        if self._is_copy:
            raise OnlyHere  # read there at once, by an engine with threads of its own
        try:
            if self._history_ahead is not None:
                return self._history_ahead.result()
            return history_secrets(self, self._engines.secrets)
        except FactUnavailable as error:
            return error

    @cached_property
    def delivery(self) -> Delivery:
        return read_delivery(self)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return read_tables(self)

    @property
    def database_history(self) -> History | None:
        """The files that make the database; None where no PostgreSQL schema is defined.

        Raises FactUnavailable where a schema is there that cannot be replayed.
        """
        if isinstance(self._history, FactUnavailable):
            raise self._history
        return self._history

    @cached_property
    def _history(self) -> History | FactUnavailable | None:
        """What was found, or why nothing can be: each control asks, and tools run for a minute."""
        if self._is_copy and self._engines.schema is not None:
            raise OnlyHere
        try:
            return read_history(self, self._engines.schema)
        except FactUnavailable as error:
            return error

    @property
    def database(self) -> DatabaseProof | None:
        """The replayed database; None where no PostgreSQL schema is defined here."""
        if self.database_history is None:
            return None
        if self._engines.database is None:
            raise FactUnavailable(NOT_REPLAYED)
        if self._is_copy:
            raise OnlyHere  # it belongs to the process that started it
        return self._engines.database(self.database_history)

    @property
    def database_rules(self) -> DatabaseProof | None:
        """The replayed database where it is rebuilt, else the rules that its files state."""
        return self.stated_rules if self._engines.database is None else self.database

    @cached_property
    def stated_rules(self) -> DatabaseProof | None:
        """The rules that the files of the database state, whether or not it is rebuilt."""
        from shipworthy.database.stated.stating import stated

        return stated(self.database_history) if self.database_history else None

    @cached_property
    def kept_databases(self) -> tuple[KeptDatabase, ...]:
        """Database files and dumps that lie among the files of the code."""
        return read_kept_databases(self.root, self.files.values())

    @cached_property
    def firebase_rules(self) -> FirebaseRules:
        """What stands between browsers and the data of Firebase."""
        return read_firebase_rules(self.files.values())

    @cached_property
    def asks_firebase(self) -> bool:
        """True where code asks Firebase for data as a browser does, held back by its rules alone."""
        return is_asked_from_browsers(f for f in self._live() if f.path not in self.by_hand)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        found = (*file_routes(self), *self._collect(f.routes for f in self._in_order()))
        if any(is_named(route.path) for route in found):
            found = tuple(with_paths(found, self.server_modules, self.modules.targets))
        idle = {"next"} if has_left_next(self) else set()
        return tuple(
            route
            for route in found
            if not is_compiled(route, self.files) and route.framework not in idle
        )

    @cached_property
    def base44(self) -> Base44 | None:
        """What it asks of Base44, where that hosts it."""
        return read_base44(self)

    @cached_property
    def compilers(self) -> tuple[Compiler, ...]:
        """Each tsconfig with the product files that it governs."""
        return read_compilers(self)

    @cached_property
    def tolerances(self) -> tuple[Tolerance, ...]:
        """Where a build or a check is told to pass whatever it finds."""
        return read_tolerances(self)

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """What runs on one company's platform only."""
        return read_bindings(self)

    @cached_property
    def pipelines(self) -> tuple[PipelineStep, ...]:
        """The steps of continuous integration that check something."""
        return read_pipelines(self)

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """What answers requests on a server, part by part."""
        return read_servers(self)

    @cached_property
    def server_modules(self) -> ServerModules:
        """The code that may run on a server, by path, as it is followed."""
        serving = [f for f in self._live() if f.may_serve]
        return ServerModules(
            {f.path: self.files[f.path] for f in serving},
            {f.path: f.packed for f in serving if f.packed},
            self.settings.limits.file_seconds,
        )

    @cached_property
    def default_secrets(self) -> Mapping[str, Sequence[Fallback]]:
        """The secrets of the environment that server code has a default for, by path."""
        found = {
            f.path: list(f.fallbacks)
            for f in self._live()
            if f.fallbacks and f.path not in self.by_hand
        }
        for path, others in settings_defaults(self).items():
            found.setdefault(path, []).extend(others)
        return {
            path: [
                f._replace(guarded=f.guarded or refuses_without(self, path, f.name)) for f in ones
            ]
            for path, ones in found.items()
        }

    @cached_property
    def one_time_codes(self) -> tuple[OneTimeCode, ...]:
        """The codes for signing in that are one and the same for every account where nothing is set."""
        return read_one_time_codes(self)

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """The server entry points, each followed through its checks to its effects."""
        return tuple(h for h in self._followed if h.asked and not h.is_page)

    @cached_property
    def page_handlers(self) -> tuple[Handler, ...]:
        """The pages that the server itself draws with what it asks for, followed."""
        return tuple(handler for handler in self._followed if handler.is_page)

    @cached_property
    def unasked_handlers(self) -> tuple[Handler, ...]:
        """The server actions that may move money and that no page asks for, followed."""
        return tuple(handler for handler in self._followed if not handler.asked)

    @cached_property
    def _followed(self) -> tuple[Handler, ...]:
        from shipworthy.prototype.handlers.entries import read_handlers

        return read_handlers(self, self._read_beside_entry_points)

    def _read_beside_entry_points(self) -> None:
        """Read what both of two processes ask for once all of them are followed."""
        _ = self._secrets_by_path
        if self._engines.database is None:
            with contained(), suppress(FactUnavailable):
                _ = self.stated_rules

    @property
    def has_long_rules(self) -> bool:
        """True where to read the rules of the database takes as long as to follow dozens of routes."""
        written = (len(f.text or "") for f in self.files.values() if f.path.endswith(".sql"))
        return sum(written) > _LONG_RULES

    @property
    def is_worth_a_process(self) -> bool:
        """True for a larger prototype where a second process has a core of its own."""
        return len(self.facts) >= opening.WORTH_A_PROCESS and may_fork(self.settings)

    def read_before_parting(self) -> None:
        """Read what two processes would both have to read, and what only this one can: a library
        with threads of its own does not survive a fork."""
        with contained():
            _ = self.modules, self.by_hand, self.abandoned, self._followed, self._secrets_by_path

    @property
    def _is_copy(self) -> bool:
        """True in a process that was forked from the one that keeps the engines."""
        return os.getpid() != self._process

    def read_here(self) -> None:
        """Read what another process cannot, while it does something else."""
        if self._history_ahead is None:
            with contained():
                _ = self._past_secrets

    @cached_property
    def environment(self) -> tuple[EnvironmentRead, ...]:
        """Reads in all parsed files, scripts and tests included."""
        return self._collect(f.environment for f in self._in_order())

    @cached_property
    def outbound_calls(self) -> tuple[OutboundCall, ...]:
        return self._running(f.outbound for f in self._live())

    @cached_property
    def catches(self) -> tuple[Catch, ...]:
        return self._running(f.catches for f in self._live())

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        return self._running(f.queries for f in self._live())

    @cached_property
    def logs(self) -> tuple[LogCall, ...]:
        return self._running(f.logs for f in self._live())

    @cached_property
    def redacted(self) -> frozenset[str]:
        """The fields that its loggers hide by themselves."""
        return frozenset(self._collect(f.redacted for f in self._live()))

    @cached_property
    def model_calls(self) -> tuple[ModelCall, ...]:
        return self._running(f.models for f in self._live())

    @cached_property
    def parsed_answers(self) -> tuple[ParsedAnswer, ...]:
        """Answers of models that the code reads as JSON."""
        return self._running(f.parsed_answers for f in self._live())

    @cached_property
    def named_models(self) -> tuple[NamedModel, ...]:
        """Models that are named where their client is made."""
        return self._collect(f.named_models for f in self._live())

    @cached_property
    def model_addresses(self) -> tuple[ModelAddress, ...]:
        """Addresses of model providers that stand in the code."""
        return self._running(f.model_addresses for f in self._live())

    @cached_property
    def prompts(self) -> tuple[WrittenPrompt, ...]:
        """Long prompts inside of functions."""
        return self._running(f.prompts for f in self._live())

    @cached_property
    def executions(self) -> tuple[Execution, ...]:
        return self._collect(f.executions for f in self._live())

    @cached_property
    def connections(self) -> tuple[Opened, ...]:
        """Where connections to databases are opened."""
        return self._running(f.connections for f in self._live())

    @cached_property
    def cookies(self) -> tuple[Cookie, ...]:
        """Cookies that sign somebody in."""
        return self._collect(f.cookies for f in self._live())

    @cached_property
    def edge(self) -> Edge | ShipworthyError | None:
        """What attacks on the proxy in front of it showed; None where none were made, an error where the
        evidence of them cannot be read."""
        return read_edge(self.root, self.files.values(), self.settings.today)

    @cached_property
    def cors_rules(self) -> tuple[CorsRule, ...]:
        return self._collect(f.cors for f in self._live())

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Variables of modules that functions fill."""
        return self._collect(f.held for f in self._live())

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """Blocks of code that wait for several reads."""
        return self._running(f.series for f in self._live())

    @cached_property
    def hosts(self) -> tuple[HostUse, ...]:
        return self._collect(f.hosts for f in self._in_order())

    @cached_property
    def pages(self) -> tuple[Loaded, ...]:
        """What the HTML pages of the product load."""
        return loaded_by_pages(self)

    @cached_property
    def form_fields(self) -> tuple[FormField, ...]:
        return self._collect(f.forms for f in self._live())

    @cached_property
    def asked(self) -> tuple[FormField, ...]:
        """What schemas of requests and questions that are kept as data ask for."""
        return self._collect(f.asked for f in self._live())

    @cached_property
    def regulated_data(self) -> tuple[RegulatedData, ...]:
        """The regulated kinds of data that the names of fields tell."""
        return read_regulated(self)

    @cached_property
    def started_trackers(self) -> tuple[Tracker, ...]:
        """The trackers that code starts, those of pages left out."""
        return self._collect(f.trackers for f in self._live())

    @cached_property
    def trackers(self) -> tuple[Tracker, ...]:
        return read_trackers(self)

    @cached_property
    def personal_data(self) -> tuple[PersonalDatum, ...]:
        return read_personal_data(self)

    @cached_property
    def processors(self) -> tuple[Processor, ...]:
        return read_processors(self)

    @cached_property
    def tests(self) -> tuple[TestCase, ...]:
        return self._collect(f.tests for f in self._in_order())

    def of_role(self, *roles: Role) -> Iterator[SourceFile]:
        """The files of these roles, by path."""
        return (file for file in self.files.values() if file.role in roles)

    def evidence(self, source: str, location: Location) -> Evidence:
        """Evidence that shows the line at a location, secrets masked."""
        return Evidence(source, self.excerpt(location), location)

    def excerpt(self, location: Location) -> str:
        """The line at a location: trimmed, safe on a terminal, every known secret masked."""
        file = self.files.get(location.path)
        if file is None:
            return ""
        return self.masked(file.line(location.line), location.path)

    def masked(self, text: str, path: str) -> str:
        """Text of a file with the secrets found in that file masked, cut to one line."""
        for found in self._secrets_by_path.get(path, ()):
            if found.value in text:  # to mask takes longer than to look
                text = text.replace(found.value, found.masked)
        text = printable(" ".join(text.split()))
        return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"

    @cached_property
    def _secrets_by_path(self) -> Mapping[str, list[Secret]]:
        by_path: dict[str, list[Secret]] = {}
        try:
            # Longest first: a key that contains another is masked whole.
            for found in sorted(self.secrets, key=lambda s: -len(s.value)):
                by_path.setdefault(found.location.path, []).append(found)
        except FactUnavailable:
            return {}
        return by_path

    @cached_property
    def named_scripts(self) -> Mapping[str, frozenset[str]]:
        """The script files that each file of configuration, page and script names."""
        return read_named(self)

    @cached_property
    def abandoned(self) -> frozenset[str]:
        """Product files that no live code reaches."""
        return abandoned_files(self)

    @cached_property
    def by_hand(self) -> frozenset[str]:
        """Product files that no user meets: that only scripts import or name, or that somebody starts
        by hand."""
        return reached_by_hand(self) | started_by_hand(self)

    def _in_order(self) -> Iterator[FileFacts]:
        return (self.facts[path] for path in self.files if path in self.facts)

    def _live(self) -> Iterator[FileFacts]:
        return (facts for facts in self._in_order() if facts.path not in self.abandoned)

    def _running(self, parts: Iterable[Iterable[Placed]]) -> tuple[Placed, ...]:
        """Facts of live files, without those in classes that nothing constructs."""
        return tuple(
            fact for fact in chain.from_iterable(parts) if not is_idle(self, fact.location)
        )

    @staticmethod
    def _collect(parts: Iterable[Iterable[T]]) -> tuple[T, ...]:
        return tuple(chain.from_iterable(parts))
