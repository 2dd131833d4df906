"""What a call did to the rows of others: told by the server's own counts and by the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipworthy.database.attack.persona import Persona
from shipworthy.database.attack.session import Turn
from shipworthy.database.attack.target import Row, Target, as_row
from shipworthy.database.attempts import Ownership, Seeding
from shipworthy.database.seed.people import OWNER
from shipworthy.database.seed.sign_up import USERS
from shipworthy.database.seed.values import qualified

_COUNTS = """
select schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_xact_user_tables
 where n_tup_ins + n_tup_upd + n_tup_del > 0
"""
_PLATFORM = ("auth.", "storage.", "shipworthy.")


class Effect(Struct, frozen=True):
    """What a call did to the rows of others."""

    written: Mapping[str, int]  # rows per table, one's own aside
    changed: frozenset[str] = frozenset()  # tables in which rows of the victim changed
    added: frozenset[str] = frozenset()  # tables that got rows in the victim's name


NOTHING = Effect({})


class Before(Struct, frozen=True):
    """Changes per table before a call, and the number below which transactions are older."""

    counts: Mapping[str, tuple[int, ...]]
    horizon: str


def started(turn: Turn) -> Before:
    """How things stand before a call."""
    # Rows of this transaction and of its subtransactions will bear this number or a later one.
    rows = turn.run("select pg_snapshot_xmax(pg_current_snapshot())").rows
    return Before(_counts(turn), (rows[0][0] if rows else None) or "0")


class Effects:
    """Compares with how things stood before."""

    def __init__(self, targets: Mapping[str, Target], seeding: Mapping[str, Seeding]) -> None:
        self._targets = targets
        self._seeding = seeding

    def victim(self, name: str) -> Row | None:
        """A's row in a table."""
        seeded = self._seeding.get(name)
        return seeded.row_of.get(OWNER.mark) if seeded else None

    def is_owned(self, name: str) -> bool:
        """True where the rows of a table belong to users or tenants."""
        ownership = self._ownership(name)
        return bool(ownership.user_columns or ownership.tenant_columns)

    def of(self, turn: Turn, persona: Persona, before: Before) -> Effect:
        """Rows that the call added, changed or removed, without those that name the caller alone."""
        turn.run("reset role")
        written: dict[str, int] = {}
        changed: set[str] = set()
        added: set[str] = set()
        for name, counts in _counts(turn).items():
            if name.startswith(_PLATFORM) and name not in self._targets:
                continue
            delta = [n - o for n, o in zip(counts, before.counts.get(name, (0, 0, 0)), strict=True)]
            if not any(delta):
                continue
            own, touched = self._touched(turn, name, persona, before.horizon)
            if sum(delta) > own:
                written[name] = sum(delta) - own
            if touched and (delta[1] or delta[2]):
                changed.add(name)
            elif touched:
                added.add(name)
        return Effect(written, frozenset(changed), frozenset(added))

    def _touched(self, turn: Turn, name: str, persona: Persona, horizon: str) -> tuple[int, bool]:
        """How many rows of the caller changed, and whether the victim's did."""
        ownership = self._ownership(name)
        owners = (*ownership.user_columns, *ownership.tenant_columns)
        victim = self.victim(name) or {}
        of_victim = {victim[c] for c in owners if victim.get(c)} | {OWNER.id, OWNER.email}
        own = 0
        touched = False
        for row in turn.rows(qualified(name), f"xmin::text::bigint >= {horizon}"):
            values = {v for v in as_row(row).values() if v}
            if persona.person and {persona.person.id, persona.person.email} & values:
                own += 1
            elif self.is_owned(name) and of_victim & values:
                touched = True
        return own, touched or self._is_gone(turn, name)

    def _is_gone(self, turn: Turn, name: str) -> bool:
        target = self._targets.get(name)
        if target is None or target.victim is None or not self.is_owned(name):
            return False
        return not turn.rows(target.name, target.condition())

    def _ownership(self, name: str) -> Ownership:
        if name == USERS:
            return Ownership(("id",))
        seeded = self._seeding.get(name)
        return seeded.ownership if seeded else Ownership()


def _counts(turn: Turn) -> dict[str, tuple[int, ...]]:
    rows = turn.run(_COUNTS).rows
    return {row[0] or "": tuple(int(n or 0) for n in row[1:]) for row in rows}
