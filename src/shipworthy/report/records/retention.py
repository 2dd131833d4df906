"""The retention and deletion plan, and SQL for it that deletes nothing before a person has decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.database.schema import ForeignKey, Schema, Table
from shipworthy.errors import FactUnavailable
from shipworthy.prototype import Prototype
from shipworthy.prototype.tables.sql import Dialect
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import COUNSEL, Draft, listed, page, table

_CLOCKS = (
    "created_at",
    "inserted_at",
    "createdat",
    "created",
    "submitted_at",
    "sent_at",
    "timestamp",
)
_PEOPLE = ("auth.users", "public.users", "public.user", "public.profiles", "public.accounts")
_DEEPEST = 5  # foreign keys from a person to a row
_SCHEMA = "shipworthy_retention"


@dataclass(frozen=True, slots=True)
class Kept:
    """One table with personal data. `clock` is the column that tells a row's age; empty: none does."""

    schema: str
    name: str
    categories: tuple[str, ...]
    clock: str
    place: str
    dialect: Dialect | None

    @property
    def simple(self) -> bool:
        """True for a name that needs no care in SQL: others are left to a person."""
        names = (self.schema, self.name, *([self.clock] if self.clock else []))
        return all(n.isidentifier() and n.isascii() for n in names)


def retention(assessment: Assessment) -> tuple[Draft, ...]:
    """The plan, and the SQL where the database is PostgreSQL."""
    prototype = assessment.prototype
    kept = _kept(prototype)
    drafts = [
        Draft("compliance/retention.md", "Retention and deletion plan", _plan(prototype, kept))
    ]
    planned = [k for k in kept if _planned(k)]
    if planned:
        drafts.append(
            Draft(
                "compliance/retention.sql", "SQL that keeps to the plan (PostgreSQL)", _sql(planned)
            )
        )
    erasure = _erasure(_rebuilt(prototype))
    if erasure:
        drafts.append(
            Draft("compliance/erase-person.sql", "SQL that erases one person (PostgreSQL)", erasure)
        )
    return tuple(drafts)


def _kept(prototype: Prototype) -> tuple[Kept, ...]:
    known = {t.name: t for t in prototype.tables}
    categories: dict[str, dict[str, None]] = {}
    for datum in prototype.personal_data:
        if datum.kind == "table":
            categories.setdefault(datum.holder, {})[datum.category.value] = None
    found = []
    for name, kinds in sorted(categories.items()):
        of = known.get(name)
        columns = of.columns if of else ()
        clock = next((c for wanted in _CLOCKS for c in columns if c.lower() == wanted), "")
        schema, _, bare = name.rpartition(".")
        place = str(of.location) if of else ""
        dialect = of.dialect if of else None
        found.append(Kept(schema or "public", bare, tuple(kinds), clock, place, dialect))
    return tuple(found)


def _planned(kept: Kept) -> bool:
    # A person's own row goes with the account, however old it is.
    if f"{kept.schema}.{kept.name}" in _PEOPLE:
        return False
    return kept.simple and bool(kept.clock) and kept.dialect in (Dialect.POSTGRES, Dialect.SUPABASE)


def _plan(prototype: Prototype, kept: tuple[Kept, ...]) -> str:
    rows = [
        (
            code(f"{k.schema}.{k.name}"),
            listed(k.categories),
            code(k.clock) if k.clock else "no column tells its age",
            "**to be decided**",
            _how(k),
        )
        for k in kept
    ]
    head = ("table", "kinds of data", "age by", "kept for (days), and why", "deleted")
    none = ["No table with personal data was recognised.", ""]
    return page(
        f"Retention and deletion: {escaped(prototype.root.name)}",
        [f"Draft for GDPR Art. 5(1)(e) and 17. {COUNSEL}", ""],
        table(head, rows) if rows else none,
        [
            "How long each kind of data is needed is a decision of the owner: tax and trade law ask for some",
            "of it for years, other data has no reason to outlive its purpose. retention.sql holds a period",
            "of its own for each table; as long as one is null, nothing of that table is deleted.",
            "",
            "## When somebody deletes their account",
            "",
        ],
        _consequences(_rebuilt(prototype)),
        [
            "Look beyond the tables too: storage buckets, logs, backups, vector stores, analytics, and each",
            "company in processors.md.",
        ],
    )


def _how(kept: Kept) -> str:
    if _planned(kept):
        return "in retention.sql"
    return "with the account" if f"{kept.schema}.{kept.name}" in _PEOPLE else "by hand"


def _consequences(schema: Schema | str) -> list[str]:
    if isinstance(schema, str):
        return [f"Not known: {escaped(schema)}", ""]
    rows = [
        (code(table_.qualified), code(", ".join(key.columns)), code(key.target), _rule(key))
        for table_ in _tables(schema)
        for key in table_.foreign_keys
        if key.target in _PEOPLE
    ]
    if not rows:
        return [
            "No foreign key leads to a table of people: what belongs to whom is not known to the",
            "database.",
            "",
        ]
    return table(("table", "column", "belongs to", "then"), rows)


def _rule(key: ForeignKey) -> str:
    words = {
        "CASCADE": "the rows go too",
        "SET NULL": "the rows stay, without the person: is what is left personal?",
        "SET DEFAULT": "the rows stay, with another owner",
    }
    return words.get(key.on_delete, "**the deletion is refused** while rows are there")


def _sql(kept: list[Kept]) -> str:
    periods = ",\n".join(f"  ('{k.schema}.{k.name}', null)" for k in kept)
    steps = "\n".join(_step(k) for k in kept)
    return f"""-- Draft of a retention job for PostgreSQL, made from what the prototype's tables look like.
-- Nothing is deleted before somebody has decided: set the days of each table, with the reason.
--
--   update {_SCHEMA}.period set days = 365, basis = '…', decided_by = '…' where table_name = '…';
--   select * from {_SCHEMA}.due();     -- how many rows would go
--   select * from {_SCHEMA}.run();     -- delete them; run it every night, for example with pg_cron

begin;
create schema if not exists {_SCHEMA};
revoke all on schema {_SCHEMA} from public;
create table if not exists {_SCHEMA}.period (
  table_name text primary key,
  days integer check (days > 0),          -- null: not decided, nothing is deleted
  basis text not null default '',
  decided_by text not null default ''
);
insert into {_SCHEMA}.period (table_name, days) values
{periods}
on conflict (table_name) do nothing;

create or replace function {_SCHEMA}.act(really boolean)
returns table (kept_in text, row_count bigint) language plpgsql set search_path = '' as $retention$
declare wanted integer;
begin
{steps}
end
$retention$;
create or replace function {_SCHEMA}.due() returns table (kept_in text, row_count bigint)
language sql set search_path = '' as 'select * from {_SCHEMA}.act(false)';
create or replace function {_SCHEMA}.run() returns table (kept_in text, row_count bigint)
language sql set search_path = '' as 'select * from {_SCHEMA}.act(true)';
revoke execute on all functions in schema {_SCHEMA} from public;
commit;
"""


def _step(kept: Kept) -> str:
    name = f'"{kept.schema}"."{kept.name}"'
    old = f'"{kept.clock}" < now() - make_interval(days => wanted)'
    return f"""  select days into wanted from {_SCHEMA}.period where table_name = '{kept.schema}.{kept.name}';
  if wanted is not null then
    kept_in := '{kept.schema}.{kept.name}';
    if really then
      delete from {name} where {old};
      get diagnostics row_count = row_count;
    else
      select count(*) into row_count from {name} where {old};
    end if;
    return next;
  end if;"""


def _rebuilt(prototype: Prototype) -> Schema | str:
    """The schema that a replay ended in, or why there is none."""
    try:
        proof = prototype.database
    except FactUnavailable as error:
        return str(error)
    return proof.schema if proof else "the prototype holds no PostgreSQL schema in SQL files"


def _tables(schema: Schema) -> list[Table]:
    return sorted(
        (t for t in schema.tables.values() if t.judged and not t.is_view), key=lambda t: t.qualified
    )


def _erasure(schema: Schema | str) -> str:
    """Statements that erase what leads to one person: rows that cannot be without them go, those that
    others need last; rows that can stay lose the person."""
    if isinstance(schema, str):
        return ""
    tables = _tables(schema)
    going = _going(tables)
    if not going:
        return ""
    deepest_first = sorted(going.items(), key=lambda item: (-item[1][0], item[0]))
    return "\n".join(
        [
            "-- Draft: erases what leads to one person, as the foreign keys say it: rows that cannot be",
            "-- without the person are deleted, rows that can are kept without them. Is what is kept still",
            "-- personal? Does the law ask you to keep what is deleted? Try it on a copy first.",
            "-- The person's own account is deleted afterwards, by the platform.",
            "--   psql -v ON_ERROR_STOP=1 -v person=\"'…the id…'\" -f erase-person.sql",
            "begin;",
            *sorted(_detaching(tables, going)),
            *(f"delete from {_quoted(name)} where {rows};" for name, (_, rows) in deepest_first),
            "commit;",
            "",
        ]
    )


_Going = dict[
    str, tuple[int, str]
]  # by table: foreign keys from a person, and the condition of its rows


def _going(tables: list[Table]) -> _Going:
    """The tables of which rows go with a person."""
    found: _Going = {}
    for depth in range(1, _DEEPEST + 1):
        reached: _Going = {}
        for table_ in tables:
            if table_.qualified in found:
                continue
            takes = (k for k in table_.foreign_keys if _takes(table_, k))
            if rows := [c for k in takes if (c := _condition(k, found))]:
                reached[table_.qualified] = (depth, " or ".join(rows))
        found |= reached
    return found


def _detaching(tables: list[Table], going: _Going) -> Iterator[str]:
    """Take the person out of rows that stay."""
    for table_ in tables:
        for key in table_.foreign_keys:
            rows = _condition(key, going)
            if rows and not _takes(table_, key):
                column = _quoted(key.columns[0])
                yield f"update {_quoted(table_.qualified)} set {column} = null where {rows};"


def _takes(table_: Table, key: ForeignKey) -> bool:
    """True where a row cannot stay without what it refers to."""
    column = table_.column(key.columns[0])
    return key.on_delete == "CASCADE" or column is None or not column.nullable


def _condition(key: ForeignKey, going: _Going) -> str:
    """Which rows a foreign key leads to a person from; empty where it leads to none."""
    if len(key.columns) != 1 or len(key.target_columns) != 1:
        return ""
    column = _quoted(key.columns[0])
    if key.target in _PEOPLE:
        return f"{column} = :person"
    if key.target not in going:
        return ""
    target, rows = _quoted(key.target_columns[0]), going[key.target][1]
    return f"{column} in (select {target} from {_quoted(key.target)} where {rows})"


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
