"""What the scripts of a package.json run in the end: each command, with `npm run` followed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

_DEEPEST = 6  # scripts that call scripts
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun"})
_RUN = frozenset({"run", "run-script"})
_SERIES = frozenset({"run-s", "run-p", "npm-run-all", "npm-run-all2"})
_BEFORE = frozenset({"cross-env", "dotenv", "env", "exec", "npx", "bunx", "pnpx", "sudo", "time"})
_OPTIONS_WITH_VALUE = frozenset({"-e", "--exec", "-r", "--require", "--import", "--loader", "-w"})
_RUNTIMES = frozenset({"node", "tsx", "ts-node", "ts-node-dev", "nodemon", "bun", "esno", "deno"})
_SCRIPT_FILES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx")


class Ran(Struct, frozen=True):
    """One command that a script comes down to, without the settings in front of it."""

    words: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def program(self) -> str:
        """The first word, without folders: "vite" for `./node_modules/.bin/vite`."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def file(self) -> str:
        """The code file that a JavaScript runtime is told to run; '' for any other command."""
        if self.program not in _RUNTIMES:
            return ""
        skip = False
        for word in self.words[1:]:
            if skip or word.startswith("-") or word in ("watch", "run"):
                skip = word in _OPTIONS_WITH_VALUE and not skip
                continue
            return word.removeprefix("./") if "node_modules/" not in word else ""
        return ""


def commands(scripts: Mapping[str, str], name: str, depth: int = 0) -> Iterator[Ran]:
    """The commands of one script in order; of what it does not say in words, none."""
    if name in scripts and depth < _DEEPEST:
        yield from _of_line(scripts, scripts[name], depth)


def _of_line(scripts: Mapping[str, str], line: str, depth: int) -> Iterator[Ran]:
    for words in _parts(line):
        yield from _of_words(scripts, words, depth)


def _parts(line: str) -> Iterator[list[str]]:
    """The commands of a line: what `&&`, `||`, `;` and `&` part."""
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        tokens = list(lexer)
    except ValueError:  # a quote that is never closed
        return
    words: list[str] = []
    for token in [*tokens, ";"]:
        if set(token) <= set(";&|"):
            if words:
                yield words
            words = []
        else:
            words.append(token)


def _of_words(scripts: Mapping[str, str], words: list[str], depth: int) -> Iterator[Ran]:
    settings: list[tuple[str, str]] = []
    while words and (words[0] in _BEFORE or _is_setting(words[0]) or words[0] == "--"):
        if _is_setting(words[0]):
            key, _, value = words[0].partition("=")
            settings.append((key, value))
        words = words[1:]
    if not words:
        return
    if words[0] == "concurrently":
        for line in (word for word in words[1:] if not word.startswith("-")):
            yield from _of_called(scripts, line, depth)
    elif words[0] in _SERIES:
        for name in (word for word in words[1:] if not word.startswith("-")):
            yield from commands(scripts, name, depth + 1)
    elif (called := _called(scripts, words)) is not None:
        yield from commands(scripts, called, depth + 1)
    elif words[0] == "nodemon" and (line := _executed(words)):
        yield from _of_line(scripts, line, depth + 1)
    else:
        yield Ran(tuple(words), tuple(settings))


def _of_called(scripts: Mapping[str, str], line: str, depth: int) -> Iterator[Ran]:
    """What `concurrently` is given: a command, or `npm:name`."""
    if line.startswith("npm:"):
        yield from commands(scripts, line.removeprefix("npm:"), depth + 1)
    elif " " in line or line in ("vite", "next"):
        yield from _of_line(scripts, line, depth + 1)


def _called(scripts: Mapping[str, str], words: list[str]) -> str | None:
    """The script of the same package.json that a package manager is asked to run."""
    if words[0] not in _MANAGERS or len(words) < 2:
        return None
    rest = words[1:]
    if {"--prefix", "-C", "--filter", "-F", "--workspace", "-w"} & set(rest):
        return None  # of another folder
    if rest[0] in _RUN:
        rest = rest[1:]
    named = next((word for word in rest if not word.startswith("-")), "")
    return named if named in scripts else None


def _executed(words: list[str]) -> str:
    """The command in `nodemon --exec "…"`."""
    for option, value in pairwise(words):
        if option in ("-x", "--exec"):
            return value if " " in value else " ".join(words[words.index(value) :])
    return ""


def _is_setting(word: str) -> bool:
    key, equals, _ = word.partition("=")
    return bool(equals) and key.isidentifier()


def is_code(path: str) -> bool:
    """True for the name of a JavaScript or TypeScript file."""
    return path.endswith(_SCRIPT_FILES)
