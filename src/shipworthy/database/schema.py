"""The schema that a replay ends in: tables, rules, functions and buckets, each with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from shipworthy.finding import Location


class Trust(StrEnum):
    """How an object came into the replayed database, most trusted first."""

    MIGRATION = "migration"  # a migration made it
    LOOSE = "loose"  # a SQL script outside the migrations made it
    GENERATED = "generated"  # rebuilt from generated types: columns alone, no rules
    NAMED = "named"  # nothing makes it: the columns that rules, functions and queries name
    STUB = "stub"  # invented, so that what follows could be replayed
    PLATFORM = "platform"  # the platform brings it


class Source(Struct, frozen=True):
    """Where an object was last made or changed."""

    trust: Trust
    location: Location | None = None


class Column(Struct, frozen=True):
    """A column of a table or view. `type` is as `format_type` spells it ("timestamp with time zone")."""

    name: str
    type: str
    nullable: bool
    default: str | None = None  # the expression
    generated: bool = False  # computed, or an identity that is always generated
    source: Source | None = None  # where it was added, if later than its table


class ForeignKey(Struct, frozen=True):
    """A foreign key; `target` is "schema.table", `on_delete` e.g. "CASCADE" or "NO ACTION"."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str
    source: Source | None = None


class Index(Struct, frozen=True):
    """An index. An expression stands as "" in `columns`; `predicate` is that of a partial index."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    primary: bool
    constraint: bool  # made by PRIMARY KEY, UNIQUE or EXCLUDE
    method: str
    predicate: str | None
    definition: str
    source: Source | None = None


class Check(Struct, frozen=True):
    """A CHECK constraint and the columns that it names."""

    name: str
    columns: tuple[str, ...]
    definition: str


class Policy(Struct, frozen=True):
    """A row-security policy. `command` is SELECT, INSERT, UPDATE, DELETE or ALL."""

    name: str
    command: str
    roles: tuple[str, ...]  # "public" for everybody
    permissive: bool
    using: str | None
    check: str | None
    source: Source | None = None


class Trigger(Struct, frozen=True):
    """A trigger that fires a function ("schema.name"); internal triggers are left out."""

    name: str
    function: str
    timing: str  # BEFORE, AFTER or INSTEAD OF
    events: tuple[str, ...]  # INSERT, UPDATE, DELETE, TRUNCATE
    source: Source | None = None


class Table(Struct, frozen=True):
    """A table or view as the replay left it.

    `kind` is table, partitioned, view, materialized view or foreign. `grants` maps a role to its
    privileges on the whole table, `column_grants` a role and privilege to the columns that alone it
    covers. `tainted` says why no verdict is possible; "" where it is judged. `unread` says why more may be
    let through than the policies here tell; what they let through stands.
    """

    schema: str
    name: str
    kind: str
    source: Source
    columns: tuple[Column, ...] = ()
    row_security: bool = False
    forced: bool = False
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    policies: tuple[Policy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    column_grants: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    definition: str = ""  # of a view
    invoker: bool = False  # a view that runs with the rights of who asks
    depends_on: tuple[str, ...] = ()  # of a view: the tables and views it reads
    tainted: str = ""
    unread: str = ""
    row_security_source: Source | None = None  # where row security was last switched
    grant_sources: Mapping[str, Source] = field(default_factory=dict)  # by role, the last change

    @property
    def qualified(self) -> str:
        """ "schema.name", the name findings use."""
        return f"{self.schema}.{self.name}"

    @property
    def is_view(self) -> bool:
        """True for views of both kinds."""
        return self.kind in ("view", "materialized view")

    @property
    def is_made(self) -> bool:
        """True where a migration or script makes it, and not merely speaks of it."""
        return self.source.trust in (Trust.MIGRATION, Trust.LOOSE)

    @property
    def is_partly_known(self) -> bool:
        """True where it may have more columns than are known."""
        return self.source.trust in (Trust.STUB, Trust.NAMED)

    @property
    def judged(self) -> bool:
        """True where migrations or scripts define it and all of its rules were replayed."""
        known = not (self.tainted or self.unread)
        return known and self.is_made

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((c for c in self.columns if c.name == name), None)


class Function(Struct, frozen=True):
    """A function or procedure. `arguments` is its identity ("_user_id uuid, n integer")."""

    schema: str
    name: str
    arguments: str
    argument_types: tuple[str, ...]
    argument_names: tuple[str, ...]
    defaults: int  # how many of the last arguments may be left out
    returns: str
    language: str
    definer: bool
    search_path: str | None  # as set on the function
    volatility: str  # immutable, stable or volatile
    body: str
    source: Source
    callers: frozenset[str] = frozenset()  # of anon, authenticated and service_role
    tainted: str = ""
    by_default: str = ""  # what stands for arguments that are left out, told from its text

    @property
    def qualified(self) -> str:
        """ "schema.name(arguments)", the name findings use."""
        return f"{self.schema}.{self.name}({', '.join(self.argument_types)})"

    @property
    def is_trigger(self) -> bool:
        """True where it can only be fired, never called."""
        return self.returns in ("trigger", "event_trigger")


class Bucket(Struct, frozen=True):
    """A storage bucket."""

    name: str
    public: bool
    source: Source


class Schema(Struct, frozen=True):
    """Everything the replay left, by its name: own schemas only, not those of the platform.

    `tables` holds views too, and `storage.objects` and `auth.users` with their own policies and
    triggers where the prototype added any.
    """

    tables: Mapping[str, Table]
    functions: Mapping[str, Function]
    buckets: Mapping[str, Bucket]
    enums: Mapping[str, tuple[str, ...]]
    exposed: tuple[str, ...] = ("public",)  # schemas the platform's REST interface serves
    published: frozenset[str] = frozenset()  # tables in the realtime publication
    typed: frozenset[str] = frozenset()  # tables of the generated types
