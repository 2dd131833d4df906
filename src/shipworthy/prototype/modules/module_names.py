"""How a file of Python names another module of the prototype, as its own imports show."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.source import Language, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


def python_name(prototype: Prototype, file: SourceFile, module: str) -> str | None:
    """The name of a module, given by its path without an ending, that may not be written yet:
    ".again", "app.again". None where nothing shows it."""
    syntax = Syntax(file, Language.PYTHON)
    names = [
        named.text()
        for statement in syntax.nodes("import_from_statement")
        if (named := statement.field("module_name")) is not None
    ]
    if any(name.startswith(".") for name in names):
        return _relative(file, module)
    folders = [file.folder]
    while folders[-1]:
        folders.append(folders[-1].rpartition("/")[0])
    for root in folders:
        inside = posixpath.relpath(module, root or ".")
        if not inside.startswith("../") and any(_is_in(prototype, root, n) for n in names):
            return inside.replace("/", ".")
    package = posixpath.join(file.folder, "__init__.py") in prototype.files
    beside = posixpath.dirname(module) == file.folder
    return posixpath.basename(module) if beside and not package else None


def _relative(file: SourceFile, module: str) -> str:
    *ups, name = posixpath.relpath(module, file.folder or ".").rpartition("../")
    return "." * (1 + "".join(ups).count("../")) + name.replace("/", ".")


def _is_in(prototype: Prototype, root: str, name: str) -> bool:
    path = posixpath.join(root, name.replace(".", "/"))
    return f"{path}.py" in prototype.files or f"{path}/__init__.py" in prototype.files
