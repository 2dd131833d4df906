"""Views of scripts among the migrations that the platform skips, but somebody ran: the code asks for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from shipworthy.database.history import History, SqlFile
from shipworthy.database.names import QUALIFIED, qualified
from shipworthy.database.schema import Source, Table, Trust
from shipworthy.database.stated.words import masked, speaks_of
from shipworthy.regex import regex

_MAKES = regex(
    rf"\bcreate\s+(?:or\s+replace\s+)?view\s+(?:if\s+not\s+exists\s+)?({QUALIFIED})", re.IGNORECASE
)


def scripts_that_were_run(history: History, made: Collection[str]) -> Iterator[SqlFile]:
    """The scripts in the folder of the migrations with a view that the code asks for and none else made."""
    told = "\n".join(file.text for file in history.migrations)
    missed = {
        qualified(name)
        for name in history.asked
        if qualified(name) not in made and not speaks_of(told, name)
    }
    folders = {file.path.rpartition("/")[0] for file in history.migrations}
    for file in history.loose if missed else ():
        if file.path.rpartition("/")[0] in folders and missed & _views(file):
            yield file


def views_of(
    scripts: Collection[SqlFile], made: Collection[str], after: Mapping[str, Table]
) -> Mapping[str, Table]:
    """The views that these scripts made, as all scripts together leave them."""
    paths = {script.path for script in scripts}
    left = {name: after[name] for script in scripts for name in _views(script) if name in after}
    return {
        name: replace(view, source=Source(Trust.LOOSE, view.source.location))
        for name, view in left.items()
        if name not in made
        and view.is_view
        and view.source.location
        and view.source.location.path in paths
    }


def _views(file: SqlFile) -> frozenset[str]:
    return frozenset(qualified(name) for name in _MAKES.findall(masked(file.text)))
