"""What the prototype consists of, in rows that a reader can scan: capped, with what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shipworthy.database.schema import Table as BuiltTable
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Prototype
from shipworthy.prototype.dependencies.advisories import Match
from shipworthy.prototype.dependencies.dependency import Dependency
from shipworthy.prototype.privacy.personal import PersonalDatum
from shipworthy.prototype.privacy.processors import as_of
from shipworthy.report.diagram.naming import company_of
from shipworthy.report.lines import counted

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """The first rows of a list and how many it has in all; `note` says what the reader must know."""

    rows: tuple[Row, ...]
    total: int
    note: str = ""

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One table or view. `rules` is what is known of row security, in words."""

    name: str
    kind: str
    columns: tuple[str, ...]
    more_columns: int
    rules: str
    place: str


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package that a manifest asks for, or that has a known vulnerability."""

    name: str
    ecosystem: str
    version: str
    asked: str
    use: str
    licence: str
    advisories: tuple[str, ...]
    fixed_in: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One call of a model."""

    provider: str
    model: str
    prompt: str
    limit: str
    fallback: str
    place: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One environment variable that the code reads."""

    name: str
    browser: bool
    default: bool
    places: int
    place: str


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company that the code speaks to. `region` is what the code names."""

    name: str
    purpose: str
    country: str
    region: str
    receives: tuple[str, ...]
    tracks: bool
    place: str


@dataclass(frozen=True, slots=True)
class PersonalRow:
    """A table or form with personal data: its fields by kind of data."""

    holder: str
    kind: str
    fields: tuple[
        tuple[str, tuple[str, ...], bool], ...
    ]  # category, fields, special by GDPR Art. 9
    place: str


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host outside, and where the code names it."""

    host: str
    places: int
    place: str


_TABLES, _COLUMNS, _PACKAGES, _MODELS, _SETTINGS, _HOSTS = 80, 24, 120, 60, 100, 80
_COMPANIES, _HOLDERS = 60, 80


def tables(prototype: Prototype) -> Listing[TableRow]:
    """The rebuilt tables with their rules; those that the files define where nothing was rebuilt."""
    try:
        proof = prototype.database
    except FactUnavailable:
        proof = None
    if proof is not None:
        built = [_built(t, proof.supabase) for _, t in sorted(proof.schema.tables.items())]
        note = f"As rebuilt on {proof.engine} from {counted(proof.replay.files, 'file')}."
        return Listing(tuple(built[:_TABLES]), len(built), note)
    read = [
        TableRow(
            t.name,
            t.source,
            t.columns[:_COLUMNS],
            max(0, len(t.columns) - _COLUMNS),
            "not checked",
            str(t.location),
        )
        for t in sorted({t.name: t for t in reversed(prototype.tables)}.values(), key=_name)
    ]
    note = "As the files define them; their rules were not checked, because the database was not rebuilt."
    return Listing(tuple(read[:_TABLES]), len(read), note if read else "")


def _name(table: object) -> str:
    return str(getattr(table, "name", ""))


def _built(table: BuiltTable, supabase: bool) -> TableRow:
    names = [f"{c.name} {c.type}" for c in table.columns]
    return TableRow(
        table.qualified,
        table.kind,
        tuple(names[:_COLUMNS]),
        max(0, len(names) - _COLUMNS),
        _rules(table) if supabase else "reached through the app's own server only",
        str(table.source.location) if table.source.location else table.source.trust.value,
    )


def _rules(table: BuiltTable) -> str:
    if table.is_view:
        return "view with the rights of " + ("who asks" if table.invoker else "its owner")
    if not table.row_security:
        return "row security is off"
    commands = Counter(policy.command for policy in table.policies)
    said = ", ".join(f"{n} for {name}" for name, n in sorted(commands.items()))
    return f"row security is on; {said or 'no policy, so nobody gets in'}"


def packages(prototype: Prototype) -> Listing[PackageRow]:
    """Vulnerable packages first, then what the manifests ask for; the rest is counted only."""
    known: dict[tuple[str, str, str | None], list[Match]] = {}
    note = ""
    try:
        report = prototype.advisories
        for match in report.matches:
            d = match.dependency
            known.setdefault((d.ecosystem.value, d.name, d.version), []).append(match)
        whole = "all known" if report.complete else "a selection of"
        note = f"{report.checked:,} packages were checked against {whole} advisories"
        note += f" up to {report.as_of}." if report.as_of else "."
    except FactUnavailable as error:
        note = f"Known vulnerabilities were not checked: {error}"
    every = {(d.ecosystem.value, d.name, d.version): d for d in prototype.dependencies.packages}
    for d in prototype.dependencies.packages:  # what a manifest asks for goes before its lock file
        if d.direct:
            every[(d.ecosystem.value, d.name, d.version)] = d
    shown = [(key, d) for key, d in every.items() if d.direct or key in known]
    shown.sort(key=lambda item: (item[0] not in known, item[1].development, item[1].name))
    rows = tuple(_package(d, known.get(key, ())) for key, d in shown[:_PACKAGES])
    return Listing(rows, len(every), note if every else "")


def _package(dependency: Dependency, matches: Sequence[Match]) -> PackageRow:
    return PackageRow(
        name=dependency.name,
        ecosystem=dependency.ecosystem.value,
        version=dependency.version or "not fixed",
        asked=dependency.specifier if dependency.direct else "brought in by others",
        use="development" if dependency.development else "product",
        licence=dependency.licence or "",
        advisories=tuple(dict.fromkeys(match.advisory for match in matches)),
        fixed_in=(matches[0].clear_in or "") if matches else "",
    )


def models(prototype: Prototype) -> Listing[ModelRow]:
    """Every call of a language, image or speech model."""
    limits = {"set": "set", "none": "none", "unknown": "not known"}
    rows = [
        ModelRow(
            m.provider,
            m.model or "set at run time",
            m.prompt,
            limits.get(m.timeout.value, m.timeout.value),
            m.fallback.value,
            str(m.location),
        )
        for m in prototype.model_calls
    ]
    return Listing(tuple(rows[:_MODELS]), len(rows))


def settings(prototype: Prototype) -> Listing[SettingRow]:
    """Every environment variable once; those that reach the browser first."""
    found: dict[str, list[tuple[str, bool]]] = {}
    browser: dict[str, bool] = {}
    for read in prototype.environment:
        found.setdefault(read.name, []).append((str(read.location), read.fallback is not None))
        browser[read.name] = read.reaches_browser
    rows = [
        SettingRow(name, browser[name], any(d for _, d in places), len(places), places[0][0])
        for name, places in found.items()
    ]
    rows.sort(key=lambda r: (not r.browser, r.name))
    return Listing(tuple(rows[:_SETTINGS]), len(rows))


def companies(prototype: Prototype) -> Listing[CompanyRow]:
    """Every known company that live code speaks to; those that get personal data first."""
    tracking = {tracker.company for tracker in prototype.trackers}
    choice = {"chosen": "not stated; the customer chooses", "fixed": "fixed by the company"}
    rows = [
        CompanyRow(
            p.company.name,
            p.company.purpose,
            p.company.country,
            p.region or choice.get(p.company.regions, "not stated"),
            tuple(category.value for category in p.receives),
            p.company.name in tracking,
            str(p.locations[0]) if p.locations else "",
        )
        for p in prototype.processors
    ]
    rows.sort(key=lambda r: (not r.receives, r.name))
    note = f"Countries and regions by the bundled table, as of {as_of()}; it is no legal advice."
    return Listing(tuple(rows[:_COMPANIES]), len(rows), note)


def personal(prototype: Prototype) -> Listing[PersonalRow]:
    """Tables and forms with personal data, as the names of their fields tell."""
    holders: dict[tuple[str, str], list[PersonalDatum]] = {}
    for datum in prototype.personal_data:
        holders.setdefault((datum.kind, datum.holder), []).append(datum)
    rows = [
        PersonalRow(holder, kind, _fields(data), str(data[0].location))
        for (kind, holder), data in holders.items()
    ]
    rows.sort(key=lambda r: (r.kind != "table", r.holder))
    return Listing(tuple(rows[:_HOLDERS]), len(rows))


def _fields(data: Sequence[PersonalDatum]) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    kinds: dict[str, dict[str, bool]] = {}
    for datum in data:
        kinds.setdefault(datum.category.value, {})[datum.field] = datum.special
    return tuple((kind, tuple(found), any(found.values())) for kind, found in kinds.items())


def hosts(prototype: Prototype) -> Listing[HostRow]:
    """Every third-party host that the code names and that is of no company we know."""
    places: dict[str, list[str]] = {}
    for use in prototype.hosts:
        if company_of(use.host) != use.host:
            continue
        places.setdefault(use.host, []).append(str(use.location))
    rows = [HostRow(host, len(where), where[0]) for host, where in sorted(places.items())]
    return Listing(tuple(rows[:_HOSTS]), len(rows))


def first(rows: Iterable[Row], most: int) -> Listing[Row]:
    """A listing of the first so many."""
    every = tuple(rows)
    return Listing(every[:most], len(every))
