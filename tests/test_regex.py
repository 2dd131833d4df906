"""Expressions of modules behave as compiled ones, and wait with that until they are used."""

from __future__ import annotations

import ast
import gc
import re
from pathlib import Path

import pytest

import shipworthy.regex
from shipworthy.catalogue import catalogue
from shipworthy.regex import regex

_SOURCE = Path(shipworthy.regex.__file__).parent


def test_nothing_is_compiled_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def compile_and_note(source: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(source)
        return re.compile(source, flags)

    monkeypatch.setattr(shipworthy.regex, "compile_now", compile_and_note)
    word = regex(r"\bcat\b", re.IGNORECASE)
    assert word.pattern == r"\bcat\b"
    assert not compiled
    assert word.search("a Cat sleeps")
    assert not word.search("a category")
    assert [m.group() for m in word.finditer("cat, CAT")] == ["cat", "CAT"]
    assert compiled == [r"\bcat\b"]


def test_each_call_gives_what_the_module_re_gives() -> None:
    source, text = r"(?P<key>\w+)=(\d*)", "a=1, b=22"
    lazy, eager = regex(source), re.compile(source)
    assert lazy.findall(text) == eager.findall(text)
    assert lazy.split(text) == eager.split(text)
    assert lazy.sub("x", text) == eager.sub("x", text)
    assert lazy.subn("x", text, count=1) == eager.subn("x", text, count=1)
    assert (lazy.groups, lazy.groupindex) == (eager.groups, eager.groupindex)
    assert lazy.match("a=1;")
    assert not lazy.fullmatch("a=1;")
    assert lazy.search(text, 4).group() == eager.search(text, 4).group()  # type: ignore[union-attr]


def test_every_expression_of_the_catalogue_compiles() -> None:
    catalogue()
    expressions = [o for o in gc.get_objects() if type(o) is type(regex(""))]
    assert len(expressions) > 1000
    for expression in expressions:
        re.compile(expression.pattern, expression.flags)


def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5 loses matches there: https://github.com/python/cpython/issues/106052"""
    repeated = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")
    wrong = [
        f"{path.relative_to(_SOURCE)}:{part.lineno}"
        for path in _SOURCE.rglob("*.py")
        if "fixtures" not in path.parts
        and repeated.search(text := path.read_text(encoding="utf-8"))
        for part in ast.walk(ast.parse(text))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        if "()" not in part.value and repeated.search(part.value)
    ]
    assert wrong == []
