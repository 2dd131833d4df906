"""The history of a prototype's database: which files make it, and in which order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from shipworthy.database.history import History, SqlFile
from shipworthy.database.order import in_likely_order
from shipworthy.errors import FactUnavailable
from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.prototype.tables.exposed_schemas import exposed_schemas
from shipworthy.prototype.tables.guides import guides
from shipworthy.prototype.tables.makers import MAPPERS
from shipworthy.prototype.tables.sql import Dialect, create_tables
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype
    from shipworthy.prototype.queries.query import Query

_DECLINED = {Dialect.MYSQL: "MySQL", Dialect.SQLITE: "SQLite"}
_READ = (Role.MIGRATION, Role.PRODUCT, Role.SCRIPT, Role.CONFIG, Role.GENERATED, Role.DOCUMENTATION)
_NOT_HISTORY = regex(
    r"(^|/)(attached_assets|\.bolt|docs?|archived?|backups?|old|deprecated|legacy|tests?|__tests__"
    r"|verification|snippets|rollbacks?|down)(/|$)|(down|rollback|undo|revert)\.sql$",
    re.IGNORECASE,
)
_IN_DOCUMENTS = regex(
    r"^(?:[^/]+/)?docs?/(?:(?:sql|database|db|supabase|schema|[\w-]*migrations?)/)?[^/]+\.sql$",
    re.IGNORECASE,
)
_FUNCTION = regex(r"\bcreate\s+(?:or\s+replace\s+)?function\b", re.IGNORECASE)
_PLATFORM = regex(r"^(.*/)?supabase/migrations/[^/]+\.sql$")
_NUMBERED = regex(r"^\d+[_-].*\.sql$")  # what the platform and its builders apply
_MIGRATIONS = regex(
    r"^(.*/)?(drizzle|migrations?|prisma/migrations/[^/]+|db/migrate)/[^/]+\.sql$", re.IGNORECASE
)
_SEED = regex(r"(^|[/_.-])(seeds?|sample_?data|demo_?data|fixtures|test_?data)([/_.-]|$)", re.I)
_OF_ROWS = frozenset({"select", "insert", "update", "upsert", "delete"})
_CHANGES = frozenset({"update", "upsert"})
_ALL_RIGHTS = regex(
    r"service_?role|supabase_?admin|admin_?(?:supabase|client)|supabase_secret", re.I
)
_GENERATED = regex(r"\bRow:\s*\{")


class SchemaInCode(FactUnavailable):
    """No SQL file makes the tables: a library of the prototype's language does. `tool` names it."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            f"the schema stands in code alone ({tool}): ask with --run, which runs its own tool,"
            " or write it out as SQL migrations"
        )
        self.tool = tool


def read_history(
    prototype: Prototype, tools: Callable[[Prototype], SqlFile] | None = None
) -> History | None:
    """What a replay needs; None where no PostgreSQL schema stands in SQL files.

    `tools` writes out a schema that stands in code alone. Raises FactUnavailable for such a schema
    without them, and for schemas of another database.
    """
    scripts = [f for f in prototype.of_role(*_READ) if f.text and f.path.endswith(".sql")]
    files = [f for f in scripts if not _NOT_HISTORY.search(f.path)]
    known = {t.location.path for t in prototype.tables}
    makers = [f for f in files if f.path in known or _PLATFORM.match(f.path) or _makes_a_table(f)]
    if not makers:
        described = _described(prototype, scripts)
        if described:
            kept = frozenset(_kept(prototype))
            return History(
                (),
                described,
                generated=generated_types(prototype),
                kept=kept,
                exposed=exposed_schemas(prototype),
            )
        if not _decline(prototype, files, asked=tools is not None) or tools is None:
            return None
        return History((tools(prototype),), supabase=uses_the_platform(prototype))
    dialect = _dialect(prototype, {f.path for f in makers})
    if dialect in _DECLINED:
        raise FactUnavailable(f"the schema is written for {_DECLINED[dialect]}: it is not replayed")
    seeds = [f for f in files if _SEED.search(f.path)]
    migrations = _migrations([f for f in files if f not in seeds])
    chosen = {f.path for f in (*migrations, *seeds)}
    loose = [f for f in files if f.path not in chosen]
    platform = any(_PLATFORM.match(f.path) for f in makers)
    supabase = platform or dialect is Dialect.SUPABASE or uses_the_platform(prototype)
    return History(
        migrations=_plain(migrations),
        loose=_plain(sorted(loose, key=lambda f: natural(f.path))),
        generated=generated_types(prototype),
        seeds=_plain(seeds),
        supabase=supabase,
        declared_public=prototype.settings.intent.public_tables,
        asked=frozenset(q.table for q in _of_rows(prototype) if q.table),
        kept=frozenset(_kept(prototype)),
        columns=frozenset(_columns(prototype)),
        exposed=exposed_schemas(prototype),
    )


def _described(prototype: Prototype, scripts: Iterable[SourceFile]) -> tuple[SqlFile, ...]:
    """What documents alone tell of the database: scripts among them, or else the SQL of a guide."""
    if "supabase" not in prototype.stack.data or {t.source for t in prototype.tables} & MAPPERS:
        return ()
    if not uses_the_platform(prototype):
        return ()
    listed = [f for f in scripts if _IN_DOCUMENTS.match(f.path)]
    kept = [f for f in listed if _makes(f.text or "") or _FUNCTION.search(f.text or "")]
    return _plain(sorted(kept, key=lambda f: natural(f.path))) or guides(prototype)


def _of_rows(prototype: Prototype) -> Iterable[Query]:
    of_rows = (q for q in prototype.queries if q.library == "supabase")
    return (q for q in of_rows if q.operation in _OF_ROWS)


def _columns(prototype: Prototype) -> Iterable[str]:
    """The columns that the code writes or compares, as "table.column"."""
    for query in _of_rows(prototype):
        for column in (*(query.written or ()), *query.filters):
            if query.table and column.isidentifier():
                yield f"{query.table}.{column}"


def _kept(prototype: Prototype) -> Iterable[str]:
    """Tables that files with the key of all rights change."""
    changed: defaultdict[str, set[str]] = defaultdict(set)
    for query in _of_rows(prototype):
        if query.operation in _CHANGES and query.table:
            changed[query.location.path].add(query.table)
    for path, tables in changed.items():
        file = prototype.files.get(path)
        if file is not None and _ALL_RIGHTS.search(file.text or ""):
            yield from tables


def _makes_a_table(file: SourceFile) -> bool:
    """True for a script with tables that are not read as facts: of documents."""
    if file.role is not Role.DOCUMENTATION:
        return False
    return _makes(file.text or "")


def _makes(text: str) -> bool:
    return next(iter(create_tables(text)), None) is not None


def natural(path: str) -> tuple[tuple[int, str], ...]:
    """A sort key under which `2_b.sql` comes before `10_a.sql`."""
    parts = re.findall(r"\d+|\D+", path)
    return tuple((int(p), "") if p.isdigit() and p.isascii() else (-1, p) for p in parts)


def _decline(prototype: Prototype, scripts: list[SourceFile], asked: bool) -> bool:
    """Raise where a schema exists that SQL files do not show; True where tools may show it."""
    in_code = {t.source for t in prototype.tables} & MAPPERS
    dialects = {t.dialect for t in prototype.tables}
    for dialect, name in _DECLINED.items():
        if dialect in dialects and not dialects & {Dialect.POSTGRES, Dialect.SUPABASE}:
            raise FactUnavailable(f"the schema is written for {name}: it is not replayed")
    if in_code and asked:
        return True
    if in_code:
        tool = ", ".join(sorted(in_code))
        raise SchemaInCode(tool)
    if "supabase" not in prototype.stack.data:
        return False
    if not scripts:
        raise FactUnavailable(
            "Supabase is used, but no migration is here: `supabase db pull` fetches the schema"
        )
    if uses_the_platform(prototype):
        speaking = [f for f in scripts if _OF_RULES.search(f.text or "")] or scripts
        raise FactUnavailable(
            "Supabase is asked for rows, but no SQL here makes its tables"
            f" ({speaking[0].path} is not followed): `supabase db pull` fetches the schema"
        )
    return False


def _dialect(prototype: Prototype, paths: set[str]) -> Dialect:
    """The dialect of most tables in these files."""
    seen = [t.dialect for t in prototype.tables if t.location.path in paths]
    return max(set(seen), key=seen.count) if seen else Dialect.UNKNOWN


def _migrations(files: list[SourceFile]) -> list[SourceFile]:
    """The migrations of one folder: the platform's own before those of other tools."""
    platform = _largest(f for f in files if _PLATFORM.match(f.path))
    numbered = [f for f in platform if _NUMBERED.match(f.name)]
    if numbered:
        return sorted(numbered, key=lambda f: f.name)  # the platform goes by plain text
    if platform:  # which the platform skips: somebody runs them by hand
        by_path = {f.path: f for f in platform}
        return [by_path[f.path] for f in in_likely_order(_plain(platform))] or platform
    others = _largest(f for f in files if _MIGRATIONS.match(f.path))
    return sorted(others, key=lambda f: natural(f.path))


def _largest(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The files below the one folder that holds most of them (nested ones of Prisma together)."""
    folders: dict[str, list[SourceFile]] = {}
    for file in files:
        folder = re.sub(r"/migrations?/[^/]+/[^/]+$", "/migrations", file.path)
        folders.setdefault(folder.rpartition("/")[0] if folder == file.path else folder, []).append(
            file
        )
    return max(folders.values(), key=lambda fs: (len(fs), -fs[0].path.count("/")), default=[])


def generated_types(prototype: Prototype) -> SqlFile | None:
    """The file of generated database types with the most tables."""
    found = [
        f
        for f in prototype.files.values()
        if f.text and f.path.endswith(".ts") and "Tables" in f.text and _GENERATED.search(f.text)
    ]
    best = max(found, key=lambda f: len(_GENERATED.findall(f.text or "")), default=None)
    return SqlFile(best.path, best.text or "") if best else None


def uses_the_platform(prototype: Prototype) -> bool:
    """True where the key of the platform's REST interface reaches the browser.

    A database that is only hosted there, and reached by the app's own server, shows no key to anybody.
    Nor does a key that was left over: where no code asks the platform for rows and no SQL speaks of its
    users, the tables may have moved elsewhere.
    """
    queries = (q for q in prototype.queries if q.library == "supabase" and q.operation != "auth")
    asked = [q.location.path for q in queries]
    if any(e.reaches_browser and "SUPABASE" in e.name for e in prototype.environment):
        scripts = (f.text or "" for f in prototype.of_role(*_READ) if f.path.endswith(".sql"))
        return bool(asked) or any(map(_OF_PLATFORM.search, scripts))
    where = sides(prototype)
    return any(where.get(path) is not Side.SERVER for path in asked)


_OF_RULES = regex(r"\bpolicy\b|\brow\s+level\s+security\b", re.IGNORECASE)
_OF_PLATFORM = regex(
    r"\bauth\.(uid|role|jwt|users)\b|\bto\s+(anon|authenticated|service_role)\b", re.IGNORECASE
)


def _plain(files: Iterable[SourceFile]) -> tuple[SqlFile, ...]:
    return tuple(SqlFile(f.path, f.text or "") for f in files)
