"""What the rules of a few scripts let pass, told from their text."""

from __future__ import annotations

from shipworthy.database.attempts import Actor, Verb
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import DatabaseProof
from shipworthy.database.stated.stating import stated


def read(*scripts: str, loose: tuple[str, ...] = ()) -> DatabaseProof:
    """The proof of scripts as migrations in this order, with others beside them."""
    numbered = (SqlFile(f"supabase/migrations/{n:04}.sql", s) for n, s in enumerate(scripts, 1))
    beside = (SqlFile(f"scripts/{n:04}.sql", s) for n, s in enumerate(loose, 1))
    return stated(History(tuple(numbered), tuple(beside)))


def passed(proof: DatabaseProof, target: str = "public.notes") -> set[tuple[Actor, Verb]]:
    """Who got through with what on a table."""
    return {(a.actor, a.verb) for a in proof.attempts if a.target == target}
