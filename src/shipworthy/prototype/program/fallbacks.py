"""Secrets of the environment that have a word in the code instead, where they are not set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.program.inside import nodes_in
from shipworthy.prototype.program.module import may_serve, module_of
from shipworthy.prototype.program.nodes import (
    Call,
    Choice,
    Compare,
    Either,
    If,
    Let,
    Literal,
    Member,
    Name,
    Return,
    Throw,
)
from shipworthy.regex import regex

_SECRET = regex(
    r"^(NEXT_?)?(\w*_)?(JWT|SESSION|AUTH|NEXTAUTH|COOKIE|CRON|SIGNING|ENCRYPTION|CSRF|INTERNAL|ADMIN|FLASK|DJANGO|APP|TOKEN|HMAC|PASSWORD_RESET"
    r"|REFRESH|ACCESS_TOKEN|REFRESH_TOKEN)_?(\w*_)?(SECRET|SECRET_KEY|KEY|TOKEN|PASSWORD)$|^(SECRET|SECRET_KEY|JWT_SECRET\w*)$"
)
"""Settings that only this system uses to sign, encrypt or recognise callers."""
_OF_OTHERS = regex(
    r"STRIPE|OPENAI|AWS|GOOGLE|GITHUB|TWILIO|SUPABASE|RESEND|SENDGRID|CLIENT_|API_KEY|PUBLIC|BOT|CLERK|AUTH0|SLACK|VERIFY_TOKEN|ANON"
)


class Fallback(NamedTuple):
    """A secret with a default; `guarded` where the module refuses to run without the setting."""

    name: str
    line: int
    guarded: bool


# Plain words that stand in the name of every such secret, and where a setting is read.
_ENDS = ("SECRET", "KEY", "TOKEN", "PASSWORD")
_READS = ("env", "config", "get")
_LOOKS_LIKE = regex(
    r"(SECRET|KEY|TOKEN|PASSWORD|SALT)\w*[\"'\])]*\s*(\|\||\?|,|or\b)", re.IGNORECASE
)
_END_OF_NAME = regex(r"(?:SECRET|KEY|TOKEN|PASSWORD)\w*")
_START_OF_NAME = regex(r"\w*\Z")
_LONGEST = 100  # characters of the name of a setting


def read(syntax: Syntax) -> list[Fallback]:
    """The secrets with a default that is no empty word, in code that may run on a server."""
    text = syntax.source.text or ""
    if not syntax.says_any(_ENDS) or not syntax.says_any(_READS):
        return []
    if not (_names_own(text) and _LOOKS_LIKE.search(text) and may_serve(syntax)):
        return []
    module = module_of(syntax)
    kept = _kept(module.body)
    found = [(name, line) for name, line in _defaults(module.body, kept) if _is_own(name)]
    if not found:
        return []
    refused = {kept.get(word, word) for word in _refused(module.body)}
    lines = text.splitlines()
    return [
        Fallback(name, line, name in refused or _is_refused_later(lines, line))
        for name, line in dict.fromkeys(found)
    ]


def _names_own(text: str) -> bool:
    """True for a text in which such a secret is named: to read the code of all others takes long."""
    for end in _END_OF_NAME.finditer(text):
        start = _START_OF_NAME.search(text, max(0, end.start() - _LONGEST), end.start())
        if start is None or len(start[0]) == _LONGEST or _is_own(start[0] + end[0]):
            return True
    return False


_WORDS_OF_LINE = regex(r"""["']([^"'\s]{8,})["']""")


def _is_refused_later(lines: list[str], line: int) -> bool:
    """True where the word that stands in for the secret is compared with on another line."""
    if not 0 < line <= len(lines):
        return False
    words = _WORDS_OF_LINE.findall(lines[line - 1])
    if words and _is_among_refused(lines, words[-1], line):
        return True
    return any(
        word in other
        and re.search(r"==|!=|\bin\b|includes", other)
        and any(map(_ENDS_IT.search, lines[number - 1 : number + _SOON]))
        for number, other in enumerate(lines, 1)
        if number != line
        for word in words[-1:]
    )


def _is_among_refused(lines: list[str], word: str, line: int) -> bool:
    """`weak = ["word", …]`, and something is raised under `if secret in weak`, whose default the word is."""
    kept = _LAST_NAME.search(lines[line - 1].partition("=")[0].partition(":")[0])
    for number, other in enumerate(lines, 1) if kept else ():
        asked = _AMONG.search(other)
        if asked is None or not any(map(_RAISES.match, lines[number : number + _SOON])):
            continue
        held = re.compile(rf"\b{asked[1]}\s*=.*\b{kept[1]}\b") if kept else None
        same = kept is not None and asked[1].lower() == kept[1].lower()
        if not same and not (held and any(map(held.search, lines))):
            continue
        listed = re.compile(rf"\b{asked[2]}\s*(:[^=]*)?=\s*\w*\(?[\[({{]([^\])}}]*)")
        if any(_holds(found[2], word) for found in listed.finditer("\n".join(lines))):
            return True
    return False


def _holds(listed: str, word: str) -> bool:
    return f'"{word}"' in listed or f"'{word}'" in listed


_LAST_NAME = regex(r"(\w+)\W*$")
_AMONG = regex(r"\bif\b.*?(\w+)[\"'\])]*\s+in\s+(\w+)\b")
_RAISES = regex(r"\s*raise\b")
_SALT = regex(r"(^|_)SALT$")  # what is hashed with it is no key, whatever else may stand in for it
_SOON = 6  # lines after a comparison
_ENDS_IT = regex(r"^(?!\s*(//|#|\*)).*?\b(throw|raise|exit|abort|return|assert)\b")


def _is_own(name: str) -> bool:
    return bool(_SECRET.match(name)) and not _OF_OTHERS.search(name)


def _defaults(tree: tuple[object, ...], kept: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """`process.env.X || "word"`, `os.getenv("X", "word")` anywhere in a tree, and `KEPT || "word"` of what
    the module has read into a constant."""
    pending: list[object] = [tree]
    while pending:
        node = pending.pop()
        if type(node) in (Either, Call, Choice):
            yield from _default(node, kept)
        if isinstance(node, Choice) and _is_staged(node.test):
            continue  # `isProduction ? required() : "dev-only"`
        if isinstance(node, If) and _is_of_build(node.test):
            node = node.other  # `if (isBuildPhase) { return { … } }`: nobody is served then
        elif isinstance(node, If) and (live := _of_production(node)) is not None:
            node = live  # what stands in the other branch is never run in production
        elif type(node) is tuple:
            node = _until_production_ends(node)
        if isinstance(node, tuple):
            pending += [inner for inner in node[::-1] if isinstance(inner, tuple)]


def _kept(tree: tuple[object, ...]) -> dict[str, str]:
    """The settings that the module has read into constants, by their names."""
    return {
        let.target.id: setting
        for let in tree
        if type(let) is Let and type(let.target) is Name and (setting := setting_of(let.value))
    }


def _settings(node: object, kept: Mapping[str, str]) -> Iterator[str]:
    """The settings that are asked for one after the other: `process.env.A || process.env.B`."""
    if isinstance(node, Either) and node.operator in ("or", "??"):
        yield from _settings(node.left, kept)
        yield from _settings(node.right, kept)
    elif name := setting_of(node) or kept.get(getattr(node, "id", ""), ""):
        yield name


def _default(node: object, kept: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    if isinstance(node, Either) and node.operator in ("or", "??") and _is_word(node.right):
        names = list(_settings(node.left, kept))
        name = next(filter(_is_own, names), names[0] if names else "")
        if name and not _SALT.search(names[0]):
            yield name, node.at
    if isinstance(node, Call) and any(map(_is_word, _stand_ins(node))):
        name = setting_of(Call(node.function, node.arguments[:1], (), node.at, node.end))
        if name:
            yield name, node.at
    if isinstance(node, Choice) and not _is_staged(node.test):
        for one, other in ((node.then, node.other), (node.other, node.then)):
            if _is_word(other) and setting_of(one):
                yield setting_of(one), node.at


def _stand_ins(call: Call) -> Iterator[object]:
    """`os.getenv("KEY", "word")`, `config("KEY", default="word")`."""
    if len(call.arguments) == 2:
        yield call.arguments[1]
    elif len(call.arguments) == 1:
        yield from (value for key, value in call.keywords if key == "default")


def _is_word(node: object) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str) and len(node.value) > 2


def _is_staged(test: object) -> bool:
    """True for a test that asks whether this is production."""
    return any(
        re.search("prod|NODE_ENV|development|is_?dev", word, re.I) for word in words_of(test)
    )


def _is_of_build(test: object) -> bool:
    """True for a test that is true while pages are built, and asks for nothing else."""
    if isinstance(test, Compare) and test.operator in ("==", "==="):
        return "phase-production-build" in words_of(test)
    return isinstance(test, Name | Member) and any(map(_BUILDS.fullmatch, words_of(test)))


def _of_production(choice: If) -> tuple[object, ...] | None:
    """The branch that runs in production; None where the test asks for anything else."""
    test = choice.test
    if isinstance(test, Compare) and "production" in words_of(test):
        if test.operator in ("==", "==="):
            return choice.then
        return choice.other if test.operator in ("!=", "!==") else None
    plain = isinstance(test, Name | Member) and any(map(_LIVE.fullmatch, words_of(test)))
    return choice.then if plain else None


def _until_production_ends(block: tuple[object, ...]) -> tuple[object, ...]:
    """The statements of a block up to the one that throws, ends or leaves it in production."""
    for number, node in enumerate(block, 1):
        if isinstance(node, If) and (live := _of_production(node)) and _leaves(live):
            return block[:number]
    return block


def _leaves(statements: tuple[object, ...]) -> bool:
    return throws(statements) or any(isinstance(s, Return) for s in statements)


_LIVE = regex(r"(is_?|in_?)?prod(uction)?(_?(mode|env))?", re.IGNORECASE)
_BUILDS = regex(r"is_?build(ing|_?(phase|time|step))?|build_?phase", re.IGNORECASE)


def setting_of(node: object) -> str:
    """The name of the environment variable that an expression reads."""
    if isinstance(node, Member):
        owner = node.object
        if isinstance(owner, Member) and owner.key in ("env", "environ"):
            return node.key
        return ""
    if isinstance(node, Call) and len(node.arguments) == 1:
        function, given = node.function, node.arguments[0]
        word = getattr(function, "key", "") or getattr(function, "id", "")
        typed = word == "str" and isinstance(function, Member) and _is_env(function.object)
        if (typed or word in _READERS) and isinstance(given, Literal):
            return str(given.value) if isinstance(given.value, str) else ""
    return ""


_READERS = ("get", "getenv", "config", "env")


def _is_env(node: object) -> bool:
    """True for the `env` of django-environ and environs, which reads settings as what they are to be."""
    return isinstance(node, Name) and node.id == "env"


def _refused(node: object) -> Iterator[str]:
    """The settings that are named in a test under which something is thrown."""
    for choice in nodes_in(node, If):
        if throws(choice.then) or throws(choice.other):
            yield from words_of(choice.test)


def throws(statements: tuple[object, ...]) -> bool:
    """True where one of the statements throws or ends the process."""
    return any(
        isinstance(s, Throw) or (type(s).__name__ == "Do" and "exit" in set(words_of(s)))
        for s in statements
    )


def words_of(node: object) -> Iterator[str]:
    """The names, keys and strings in a tree."""
    for found in nodes_in(node, Member, Name, Literal):
        if isinstance(found, Member):
            yield found.key
        elif isinstance(found, Name):
            yield found.id
        elif isinstance(found, Literal) and isinstance(found.value, str):
            yield found.value
