"""The command that a host is told to start: the `web` line of a Procfile, or `run` of `.replit`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.inventory.manifests import python_manifests, read_toml, strings, table
from shipworthy.prototype.running.program import HOST, PORT, Program, Way

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is replaced
_BEGIN = "web:"


def declared_command(prototype: Prototype) -> str:
    """What a host is told to start, a Procfile before `.replit`; '' where none is."""
    return next(iter((*_procfile(prototype), *_replit(prototype))), "")


def declared_programs(prototype: Prototype) -> Iterator[Program]:
    """The program that the folder's own files say how to start."""
    if command := declared_command(prototype):
        # A shell reads it there as well: it may set variables and chain commands.
        here = command.replace(_EVERYWHERE, HOST).replace("${PORT}", PORT).replace("$PORT", PORT)
        python = any(not m.folder for m in python_manifests(prototype.files))
        way = Way(("sh", "-c", here))
        yield Program("", "declared", True, (way,), python=python and "npm " not in command)


def _procfile(prototype: Prototype) -> Iterator[str]:
    file = prototype.files.get("Procfile")
    for line in file.lines if file else ():
        if line.strip().startswith(_BEGIN):
            yield line.strip().removeprefix(_BEGIN).strip()


def _replit(prototype: Prototype) -> Iterator[str]:
    file = prototype.files.get(".replit")
    content = read_toml(file.text or "") if file else {}
    for place in (table(content, "deployment"), content):
        words = strings(place.get("run"))
        if words:
            yield words[0] if len(words) == 1 else shlex.join(words)
