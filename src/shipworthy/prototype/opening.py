"""Open a prototype: read its files, and have other processes begin with them before the rest is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.ahead import Ahead, may_fork
from shipworthy.prototype.git import GitState
from shipworthy.prototype.secrets.history import HistoryAhead
from shipworthy.prototype.secrets.search import SearchedTexts, search_texts
from shipworthy.prototype.secrets.secret import SecretEngine
from shipworthy.prototype.source import SourceFile
from shipworthy.prototype.tree import Tree, read_tree
from shipworthy.settings import Settings

if TYPE_CHECKING:
    from shipworthy.database.history import History, SqlFile
    from shipworthy.database.proof import DatabaseProof
    from shipworthy.prototype.dependencies.advisories import AdvisorySource
    from shipworthy.prototype.prototype import Prototype
    from shipworthy.prototype.reading import Reading

WORTH_A_PROCESS = 100
"""Files from which on a second process, which costs some 20 ms, is worth it."""


class Engines(Struct, frozen=True):
    """The third-party fact gatherers; None where one is not to be had here, with the reason."""

    secrets: SecretEngine | None = None
    advisories: AdvisorySource | None = None
    database: Callable[[History], DatabaseProof] | None = None
    schema: Callable[[Prototype], SqlFile] | None = None  # runs code of the prototype
    missing: str = "the engine for this fact is not installed"
    has_threads: Callable[[], bool] = bool  # True where that for secrets has some: no fork has them


class Begun(Struct, frozen=True):
    """What other processes have begun; of a larger prototype they search texts and history for secrets."""

    reading: Reading
    texts: Ahead[SearchedTexts] | None = None
    history: HistoryAhead | None = None


def read_prototype(
    root: Path,
    settings: Settings | None = None,
    engines: Engines | None = None,
    *,
    ahead: bool = False,
    history: bool = False,
) -> Prototype:
    """Read the folder of a prototype. Raises CannotLook when there is nothing to look at.

    `ahead`: other processes read its code and search its texts at once, and with `history` its history.
    """
    settings, engines = settings or Settings(), engines or Engines()
    tree = read_tree(root, settings.limits, settings.intent)
    begun = _begin(tree, settings, engines, history) if ahead else None
    # To load it takes as long as to read twenty files.
    from shipworthy.prototype.prototype import Prototype

    return Prototype(tree, settings, engines, begun)


def _begin(tree: Tree, settings: Settings, engines: Engines, history: bool) -> Begun:
    texts = past = None
    if engines.secrets is not None and len(tree.files) >= WORTH_A_PROCESS and may_fork(settings):
        engine = None if engines.has_threads() else engines.secrets
        # First: those that read start threads here.
        texts = Ahead(lambda: search_texts(tree.files, engine))
        if engine is not None and history and tree.git and not tree.git.shallow:
            files = {file.path: file for file in tree.files}
            kept = _Kept(tree.root, files, tree.git, tree.git_reason, settings)
            past = HistoryAhead(kept, engine)
    from shipworthy.prototype.reading import Reading

    return Begun(Reading(tree.files, settings), texts, past)


class _Kept(Struct, frozen=True):
    """What the history is compared with."""

    root: Path
    files: Mapping[str, SourceFile]
    git: GitState | None
    git_reason: str
    settings: Settings
