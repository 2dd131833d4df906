"""Attack a seeded database as anybody, as a fresh user and as a user of another account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from shipworthy.database.attack.arguments import Guess
from shipworthy.database.attack.buckets import attempts_on_buckets
from shipworthy.database.attack.claims import by_own_metadata
from shipworthy.database.attack.functions import Calls
from shipworthy.database.attack.metadata import SignUps
from shipworthy.database.attack.offered import callables
from shipworthy.database.attack.persona import ANYBODY, FRESH, MEMBER
from shipworthy.database.attack.promotion import Promotion
from shipworthy.database.attack.rules import Rules
from shipworthy.database.attack.session import Session, look_sql
from shipworthy.database.attack.tables import attempts_on
from shipworthy.database.attack.target import Marks, Target, marks_of, targets
from shipworthy.database.attack.verdict import timed_out
from shipworthy.database.attack.watch import Watch
from shipworthy.database.attempts import Actor, Attempt, Result, Seeding, Verb
from shipworthy.database.schema import Schema
from shipworthy.database.seed.catalogue import Catalogue, read_catalogue
from shipworthy.database.seed.keys import Keys
from shipworthy.database.seed.people import STRANGER
from shipworthy.database.seed.sign_up import USERS, sign_up

if TYPE_CHECKING:
    from shipworthy.database.engine import Database

_REQUESTS = (ANYBODY, FRESH, MEMBER)


def attack(db: Database, schema: Schema, seeding: Mapping[str, Seeding]) -> tuple[Attempt, ...]:
    """Everything that was tried against the database and what came of it.

    The stranger signs up and stays; every attempt is rolled back. Nothing runs as a superuser.
    """
    failed = _stranger(db, schema)
    with (
        Watch(db) as watch,
        closing(Session(db, watch)) as session,
        closing(Session(db, watch, "postgres")) as owner,
        closing(Session(db, watch, "supabase_auth_admin")) as server,
    ):
        with db.connect("postgres") as connection:
            connection.execute(look_sql())
            catalogue = read_catalogue(connection)
            connection.commit()
        siege = _Siege(session, owner, server, schema, seeding, catalogue)
        return (*failed, *siege.attempts())


class _Siege:
    """The attempts in their order, over the sessions of the attackers, the owner, the auth server."""

    def __init__(
        self,
        session: Session,
        owner: Session,
        server: Session,
        schema: Schema,
        seeding: Mapping[str, Seeding],
        catalogue: Catalogue,
    ) -> None:
        self._session = session
        self._server = server
        self._schema = schema
        self._seeding = seeding
        self._catalogue = catalogue
        self._marks: Marks = marks_of(seeding)
        self._targets = targets(owner, schema, seeding, self._marks)
        self._rules = Rules(owner, schema)

    def attempts(self) -> Iterator[Attempt]:
        judged = {n: t for n, t in self._targets.items() if t.table.judged}
        on_tables = [a for t in judged.values() for a in self._on_table(t)]
        yield from on_tables
        readable = _readable(on_tables)
        yield from self._on_functions()
        yield from self._on_people(judged, readable)
        for persona in _REQUESTS:
            yield from attempts_on_buckets(self._session, self._schema, persona, self._rules)

    def _on_table(self, target: Target) -> Iterator[Attempt]:
        for persona in _REQUESTS:
            yield from attempts_on(self._session, target, persona, self._rules)

    def _on_functions(self) -> Iterator[Attempt]:
        guess = Guess(self._catalogue, self._targets)
        calls = Calls(self._session, guess, self._targets, self._seeding, self._marks)
        for called in callables(self._session, self._schema):
            endless = False  # once is enough: each costs seconds
            for persona in (ANYBODY, FRESH):
                if persona.role in called.function.callers and not endless:
                    made = calls.attempt(called, persona)
                    endless = timed_out(made.error)
                    yield made

    def _on_people(
        self, judged: Mapping[str, Target], readable: Mapping[str, frozenset[str]]
    ) -> Iterator[Attempt]:
        ownership = {name: seeded.ownership for name, seeded in self._seeding.items()}
        keys = Keys(self._schema, self._catalogue, ownership)
        promotion = Promotion(
            self._session, self._schema, self._catalogue, self._targets, keys, self._rules
        )
        for target in judged.values():
            yield from promotion.attempts(target, readable)
        sign_ups = SignUps(self._server, self._schema, self._catalogue, self._targets)
        yield from sign_ups.first_user()
        yield from sign_ups.with_metadata()
        yield from by_own_metadata(self._session, self._schema, self._targets, readable)


def _readable(attempts: list[Attempt]) -> Mapping[str, frozenset[str]]:
    """The tables whose row of the victim an actor reads, by actor."""
    found: dict[str, set[str]] = {}
    for attempt in attempts:
        if attempt.verb is Verb.READ and attempt.result is Result.SUCCEEDED:
            found.setdefault(attempt.actor.value, set()).add(attempt.target)
    return {actor: frozenset(names) for actor, names in found.items()}


def _stranger(db: Database, schema: Schema) -> tuple[Attempt, ...]:
    """Sign the stranger up through the prototype's triggers; without them where those fail."""
    with db.connect("supabase_auth_admin") as connection:
        connection.execute("set statement_timeout = '5s'")
        connection.commit()
        error = sign_up(connection, STRANGER, schema)
    if not error:
        return ()
    with db.connect("postgres") as connection:
        connection.execute("set session_replication_role = replica")
        connection.commit()
        sign_up(connection, STRANGER)
    return (
        Attempt(
            Actor.STRANGER,
            Verb.SIGN_UP,
            USERS,
            Result.UNCLEAR,
            statement="a plain sign-up",
            error=error,
            reason="every sign-up fails in the rebuilt database: a trigger on auth.users raises an error",
        ),
    )
