"""The code that may run on a server, file by file, in the small language: of many a file only when asked."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterator, Mapping

from shipworthy import faults
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.deadline import TookTooLong, deadline
from shipworthy.prototype.program.module import module_of
from shipworthy.prototype.program.nodes import Module
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex
from shipworthy.settings import Limits

# Six in seven of these files are followed, of all that may run on a server two in seven.
_FOLLOWED = regex(r"(^|/)(api|server|backend|functions|actions)/")


def packed(syntax: Syntax, *, has_routes: bool) -> bytes:
    """The module of a file that entry points most likely lead to, for another process; else nothing."""
    if not (has_routes or _FOLLOWED.search(syntax.source.path)):
        return b""
    return pickle.dumps(module_of(syntax), pickle.HIGHEST_PROTOCOL)


class ServerModules(Mapping[str, Module]):
    """The modules by path, each unpacked or read once more when it is first asked for: to follow all
    entry points takes one file in three, and to put a file into the small language takes as long as all
    else that is read of it."""

    def __init__(
        self,
        files: Mapping[str, SourceFile],
        packed: Mapping[str, bytes],
        seconds: float = Limits().file_seconds,
    ) -> None:
        self._files = files
        self._packed = packed
        self._seconds = seconds
        self._known: dict[str, Module] = {}

    def __getitem__(self, path: str) -> Module:
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._module(path)
        return found

    def python_saying(self, words: Collection[str]) -> Iterator[Module]:
        """The Python modules in whose text one of these words stands."""
        for path, file in self._files.items():
            if file.language is Language.PYTHON and any(w in (file.text or "") for w in words):
                yield self[path]

    def python_texts(self, word: str) -> Iterator[str]:
        """The texts of the Python modules in which a word stands, but for those of tests."""
        for file in self._files.values():
            served = file.language is Language.PYTHON and file.role is not Role.TEST
            if served and word in (file.text or ""):
                yield file.text or ""

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def _module(self, path: str) -> Module:
        if path in self._packed:
            found: Module = pickle.loads(self._packed[path])  # noqa: S301 - from a process of ours
            return found
        return _lowered(self._files[path], self._seconds)


def _lowered(file: SourceFile, seconds: float) -> Module:
    """The module; an empty one of a file that is nested too deeply or takes too long."""
    language = file.language or Language.TYPESCRIPT
    try:
        with deadline(seconds):
            return module_of(Syntax(file, language))
    except (RecursionError, TookTooLong):
        pass
    except BaseException as error:
        faults.told(error)
    return Module(file.path, language is Language.PYTHON, (), (), (), (), ())
