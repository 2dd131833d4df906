"""Companies that get what the prototype sends: how each was seen, where it sits, what it gets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_TABLE = Path(__file__).with_name("processors.toml")


class Company(Struct, frozen=True):
    """What the bundled table says of one company; `country` is where it sits, "?" where unclear."""

    name: str
    purpose: str
    country: str
    regions: str  # "chosen" by the customer, "fixed", "unknown"
    source: str
    packages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


class Processor(Struct, frozen=True):
    """One company that the code of the prototype speaks to.

    `seen` says how: "package", "host", "script", "model call", "configuration". `region` is what an
    address or a setting in the code names ("eu", "eu-central-1"); '' where the code does not say.
    `receives` are the kinds of personal data that it gets by what it does for the prototype.
    """

    company: Company
    seen: tuple[str, ...]
    region: str
    receives: tuple[Category, ...]
    locations: tuple[Location, ...]


@cache
def companies() -> tuple[Company, ...]:
    """The bundled table."""
    data = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return tuple(
        Company(
            name=row["name"],
            purpose=row["purpose"],
            country=row["country"],
            regions=row["regions"],
            source=row["source"],
            packages=tuple(row["packages"]),
            hosts=tuple(row["hosts"]),
            files=tuple(row.get("files", ())),
            models=tuple(row.get("models", ())),
        )
        for row in data["processor"]
    )


@cache
def as_of() -> str:
    """The day on which the bundled table was last looked through, ISO 8601."""
    return str(tomllib.loads(_TABLE.read_text(encoding="utf-8"))["as_of"])


Sight = tuple[str, str, Location]  # how it was seen, the address or setting, where
_MOST = 5  # places that are kept of each


def read_processors(prototype: Prototype) -> tuple[Processor, ...]:
    """Every known company that live product code speaks to, by name."""
    sights: dict[str, list[Sight]] = {}
    for company, sight in _sights(prototype):
        sights.setdefault(company, []).append(sight)
    known = {company.name: company for company in companies()}
    kept = _kept(prototype, sights.keys())
    return tuple(
        _processor(known[name], sights[name], kept.get(name, ())) for name in sorted(sights)
    )


def _kept(prototype: Prototype, names: Collection[str]) -> Mapping[str, tuple[Category, ...]]:
    """What each database holds. Tables are kept by the one that speaks SQL; where there is none, the
    others hold what the forms ask for."""
    by_kind: dict[str, set[Category]] = {"table": set(), "form": set()}
    for datum in prototype.personal_data:
        by_kind[datum.kind].add(datum.category)
    in_sql = _SQL & set(names)
    if in_sql:
        return dict.fromkeys(in_sql, tuple(sorted(by_kind["table"])))
    return dict.fromkeys(names, tuple(sorted(by_kind["table"] or by_kind["form"])))


_SQL = frozenset({"Supabase", "Neon (Databricks)", "PlanetScale", "Turso"})


def _processor(company: Company, sights: list[Sight], kept: tuple[Category, ...]) -> Processor:
    receives = kept if company.purpose == "database" else _RECEIVES.get(company.purpose, ())
    if company.name in _CHATS:
        receives = ()
    locations = dict.fromkeys(where for _, _, where in sights)
    return Processor(
        company=company,
        seen=tuple(dict.fromkeys(how for how, _, _ in sights)),
        region=next((r for _, text, _ in sights if (r := _region(text))), ""),
        receives=receives,
        locations=tuple(locations)[:_MOST],
    )


_CONTACT = (Category.EMAIL, Category.NAME)
# What a service of this purpose cannot do without.
_RECEIVES: Mapping[str, tuple[Category, ...]] = {
    "auth": _CONTACT,
    "e-mail": (Category.EMAIL,),
    "messages": (Category.PHONE,),
    "payments": (*_CONTACT, Category.CARD),
    "banking": (Category.NAME, Category.FINANCE),
    "support": _CONTACT,
    "crm": _CONTACT,
    "calendar": _CONTACT,
    "hosting": (Category.DEVICE,),
    "analytics": (Category.DEVICE,),
    "ads": (Category.DEVICE,),
    "replay": (Category.DEVICE,),
    "errors": (Category.DEVICE,),
    "fonts": (Category.DEVICE,),
    "maps": (Category.DEVICE,),
    "video": (Category.DEVICE,),
}
_CHATS = frozenset({"Slack (Salesforce)", "Discord", "Telegram", "OneSignal", "Expo push service"})
_REGION = regex(
    r"(?:^|[^a-z])((?:eu|us|ap|sa|ca|af|me|europe|asia|australia|northamerica|southamerica)-"
    r"(?:central|west|east|north|south|northeast|southeast|southwest)-?\d)(?:[^\d]|$)"
)
_SHORT = regex(r"(?:^|[./@-])(eu|de|us)(?:\d)?(?=\.)|\.(eu)$")


def _region(text: str) -> str:
    """The region that an address or a setting names."""
    found = _REGION.search(text)
    if found:
        return found[1]
    short = _SHORT.search(text)
    return (short[1] or short[2]) if short else ""


def _sights(prototype: Prototype) -> Iterator[tuple[str, Sight]]:
    by_package = {p: c.name for c in companies() for p in c.packages}
    by_model = {m: c.name for c in companies() for m in c.models}
    by_file = {f: c.name for c in companies() for f in c.files}
    live = _live(prototype)
    for path in sorted(live):
        for found in prototype.facts[path].imports if path in prototype.facts else ():
            package = _package(found.specifier, by_package)
            if package and not found.type_only:
                yield by_package[package], ("package", "", found.location)
    for use in prototype.hosts:
        name = company_of_host(use.host)
        if name and use.location.path in live:
            yield name, ("host", use.host, use.location)
    for item in prototype.pages:
        name = company_of_host(_host(item.url)) if "://" in item.url or item.url[:2] == "//" else ""
        if name:
            yield name, ("script", _host(item.url), item.location)
    for tracker in prototype.trackers:
        name = tracker.company
        if name:
            yield name, ("script", "", tracker.location)
    for call in prototype.model_calls:
        if call.provider in by_model:
            yield by_model[call.provider], ("model call", "", call.location)
    for path, file in prototype.files.items():
        if file.name in by_file and file.role in (Role.CONFIG, Role.PRODUCT) and "/" not in path:
            yield by_file[file.name], ("configuration", _setting(file.text or ""), Location(path))


def _live(prototype: Prototype) -> frozenset[str]:
    paths = {file.path for file in prototype.of_role(Role.PRODUCT, Role.GENERATED)}
    return frozenset(paths - prototype.abandoned)


def _package(specifier: str, known: Mapping[str, str]) -> str:
    """The package of the table that an import asks for: `npm:resend@2` and `openai.types` as well."""
    bare = re.sub(r"^(npm:|jsr:|https?://(esm\.sh|cdn\.skypack\.dev|deno\.land/x)/)", "", specifier)
    scope = "@" if bare.startswith("@") else ""
    bare = scope + bare.removeprefix("@").partition("@")[0]
    while bare:
        if bare in known:
            return bare
        at = max(bare.rfind("/"), bare.rfind("."))
        bare = bare[:at] if at > 0 else ""
    return ""


@cache
def company_of_host(host: str) -> str:
    """The company behind a host; '' for one that the table does not have."""
    return next((n for n, ends in _hosts() if any(_is_below(host, e) for e in ends)), "")


@cache
def _hosts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((company.name, company.hosts) for company in companies() if company.hosts)


def _is_below(host: str, end: str) -> bool:
    # `europe-west1-aiplatform.googleapis.com` is no subdomain of the service's host.
    return host == end or host.endswith((f".{end}", f"-{end}"))


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0].partition("?")[0].lower()


_SETTINGS = regex(r"""(?:primary_region|regions?)["']?\s*[:=]\s*\[?\s*["']?([a-z0-9-]+)""")


def _setting(text: str) -> str:
    """The region that a host's configuration asks for."""
    found = _SETTINGS.search(text)
    return f"{_PLACES[found[1]]}." if found and found[1] in _PLACES else ""


# Regions of Vercel, Fly and Render that lie in the EU or the US, as their documentation lists them.
_PLACES = {
    **dict.fromkeys(("fra1", "cdg1", "arn1", "dub1", "ams", "fra", "cdg", "arn", "mad"), "eu"),
    **dict.fromkeys(("frankfurt", "waw", "otp"), "eu"),
    **dict.fromkeys(("iad1", "sfo1", "pdx1", "cle1", "iad", "sjc", "ord", "lax", "sea"), "us"),
    **dict.fromkeys(("oregon", "ohio", "virginia", "dfw", "ewr", "bos", "mia", "atl", "den"), "us"),
}
