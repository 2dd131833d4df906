"""Small inline sources and prototypes for the tests of fact readers."""

from __future__ import annotations

from pathlib import Path

from shipworthy.control import Control
from shipworthy.finding import Finding, Outcome
from shipworthy.prototype import Prototype, read_prototype
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.source import LANGUAGES, Role, SourceFile
from shipworthy.settings import Settings


def syntax_of(text: str, path: str = "src/a.tsx", role: Role = Role.PRODUCT) -> Syntax:
    """One parsed file; its language follows from the path."""
    language = LANGUAGES[path.rpartition(".")[2]]
    return Syntax(SourceFile(path, role, len(text), text, language), language)


def prototype_of(root: Path, files: dict[str, str]) -> Prototype:
    """A prototype with these files, without version control and engines."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return read_prototype(root, Settings(workers=1))


def gaps(control: Control, root: Path, files: dict[str, str]) -> list[Finding]:
    """What a control finds missing in a prototype with these files."""
    found = control.detect(prototype_of(root, files))
    return [finding for finding in found if finding.outcome is Outcome.GAP]
