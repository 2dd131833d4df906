"""Tests: which files really hold some, and what would run them."""

from __future__ import annotations

from collections.abc import Iterable

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    pattern_text,
    properties,
)


class TestCase(Struct, frozen=True):
    """One `test(…)`, `it(…)` or `def test_…`; `asserts` tells whether it has an assertion.

    An assertion of a constant (`expect(true).toBe(true)`, `assert True`) is none. Tests that are
    skipped or only planned are left out.
    """

    __test__ = False  # pytest would collect the class by its name

    name: str
    asserts: bool
    location: Location


# The test that Create React App writes and that fails as soon as the page is changed.
SAMPLES = ("renders learn react link",)
_TESTS = ("test", "it", "specify", "Deno.test", "Bun.test", "fit")
_FIRST = frozenset(name.partition(".")[0] for name in _TESTS)
_VARIANTS = frozenset({"only", "concurrent", "sequential", "serial", "each()", "fails", "slow"})
_GROUPS = ("describe", "test.describe", "context", "suite", "describe.only", "Deno.describe")
_SKIPPED = ("describe.skip", "describe.todo", "xdescribe", "test.describe.skip", "context.skip")
_CONSTANTS = frozenset(
    {"true", "false", "number", "string", "null", "undefined", "none", "integer", "float"}
)


def read(syntax: Syntax) -> list[TestCase]:
    """The test cases of a file."""
    return _python(syntax) if syntax.python else _javascript(syntax)


def _javascript(syntax: Syntax) -> list[TestCase]:
    found = []
    for call in syntax.calls:
        if not _is_test(callee(call)):
            continue
        given = arguments(call)
        name, body = _parts(given)
        groups = _groups(call)
        if body is not None and groups is not None:
            title = " > ".join((*groups, name))
            found.append(TestCase(title, _asserts(body), syntax.location(call)))
    return found


def _is_test(called: str) -> bool:
    if called.partition(".")[0] not in _FIRST:
        return False
    for name in _TESTS:
        if called == name:
            return True
        if called.startswith(f"{name}."):
            return set(called[len(name) + 1 :].split(".")) <= _VARIANTS
    return False


def _parts(given: list[SgNode]) -> tuple[str, SgNode | None]:
    """The title and the function of a test; Deno also takes both in one object."""
    body = next((a for a in reversed(given) if a.kind() in FUNCTIONS), None)
    if body is None and given and given[0].kind() == "object":
        options = properties(given[0])
        title, body = options.get("name"), options.get("fn")
        return (pattern_text(title) or "" if title else ""), body
    return (pattern_text(given[0]) or "test" if given else "test"), body


def _groups(call: SgNode) -> tuple[str, ...] | None:
    """The titles of the groups around a test; None where one of them is skipped."""
    titles: list[str] = []
    for above in call.ancestors():
        if above.kind() != "call_expression":
            continue
        called = callee(above)
        if called in _SKIPPED:
            return None
        if called in _GROUPS:
            given = arguments(above)
            titles.append((pattern_text(given[0]) if given else None) or "group")
    return tuple(reversed(titles))


def _asserts(body: SgNode) -> bool:
    """True where some call expects, asserts or demands something that is not a constant."""
    calls = body.find_all(kind="call_expression")
    return any(_is_assertion(call) for call in calls)


def _is_assertion(call: SgNode) -> bool:
    called = callee(call)
    first, _, _ = called.partition(".")
    last = called.rpartition(".")[2]
    if first.startswith("expect()"):
        return False  # the matcher of an `expect(…)`, which is looked at itself
    if last == "should" or ".should." in called:
        return True  # what is looked at stands before it
    words = ("expect", "assert", "should")
    named = first.startswith(words) or last.startswith(words)
    return named and not _is_constant(arguments(call))


def _is_constant(given: Iterable[SgNode]) -> bool:
    values = list(given)
    return bool(values) and all(value.kind() in _CONSTANTS for value in values)


def _python(syntax: Syntax) -> list[TestCase]:
    found = []
    for function in syntax.nodes("function_definition"):
        name, body = function.field("name"), function.field("body")
        if name is None or body is None or not name.text().startswith("test"):
            continue
        holder = next((a for a in function.ancestors() if a.kind() in _HOLDERS), None)
        if holder is not None and holder.kind() == "function_definition":
            continue  # defined inside another function: no runner finds it
        if not _is_no_test(function):
            title = name.text() if holder is None else f"{_name(holder)}.{name.text()}"
            found.append(TestCase(title, _python_asserts(body), syntax.location(function)))
    return found


_HOLDERS = frozenset({"class_definition", "function_definition"})


def _name(node: SgNode) -> str:
    name = node.field("name")
    return name.text() if name else ""


def _is_no_test(function: SgNode) -> bool:
    """True for a test that is always skipped and for a fixture."""
    parent = function.parent()
    if parent is None or parent.kind() != "decorated_definition":
        return False
    marks = [c.text().partition("(")[0] for c in parent.children() if c.kind() == "decorator"]
    return any(mark.endswith(("skip", "fixture")) for mark in marks)


def _python_asserts(body: SgNode) -> bool:
    for statement in body.find_all(kind="assert_statement"):
        claim = next((c for c in statement.children() if c.is_named()), None)
        if claim is not None and claim.kind() not in _CONSTANTS:
            return True
    for call in body.find_all(kind="call"):
        last = callee(call).rpartition(".")[2]
        if last in ("raises", "fail", "warns") and callee(call).startswith(("pytest.", "self.")):
            return True
        if last.lower().startswith(("assert", "expect")) and not _is_constant(arguments(call)):
            return True
    return False
