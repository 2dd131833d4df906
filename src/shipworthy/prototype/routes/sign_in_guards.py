"""The components of a React app that send strangers to the sign-in, as wrappers of others or as pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    dotted,
    name_of_function,
    string,
)
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_SIGNED_IN = regex(
    r"(^|\.)(user|session|(current|auth|logged_?in)_?user|is_?(authenticated|logged_?in|signed_?in)"
    r"|authenticated|logged_?in|signed_?in)$",
    re.IGNORECASE,
)
_ABSENT = regex(r"^!=*\s*|\s*===?\s*(null|undefined|false)$")
_LOGIN = regex(r"log-?in|sign-?in|auth", re.IGNORECASE)
_GOES = frozenset({"navigate", "redirect", "push", "replace", "setLocation", "setlocation"})
ELEMENTS = frozenset({"jsx_self_closing_element", "jsx_opening_element"})
"""The tags that open an element of JSX."""
_DECISIONS = frozenset({"if_statement", "ternary_expression"})
_WRAPS = regex(r"\bchildren\b|<Outlet\b")
_DEEPEST = 3  # guards around guards: `ProtectedRoute` shows `AuthGuard`


@lru_cache(maxsize=1)
def refusing_components(prototype: Prototype) -> dict[tuple[str, str], bool]:
    """The components that send strangers away, by file and name; True for those that show what stands
    between their tags, or the pages below them, to everybody else."""
    found: dict[tuple[str, str], bool] = {}
    for syntax in scripts(prototype):
        for name, function in _refusing(syntax):
            found[syntax.source.path, name] = _wraps(function)
    wrappers = [s for s in scripts(prototype) if _WRAPS.search(s.source.text or "")]
    for _ in range(_DEEPEST):
        known = len(found)
        for syntax in wrappers:
            for key in _around_guards(prototype, syntax, found):
                found.setdefault(key, True)
        if len(found) == known:
            break
    return found


def _around_guards(
    prototype: Prototype, syntax: Syntax, known: dict[tuple[str, str], bool]
) -> Iterator[tuple[str, str]]:
    """The components that show what stands between their tags between those of a guard."""
    guards = guards_named(prototype, syntax, known)
    for node in _all(syntax, ELEMENTS) if guards else ():
        if is_guard(node, guards):
            holder = _component_around(node)
            if holder is not None and _wraps(holder[1]):
                yield syntax.source.path, holder[0]


@lru_cache(maxsize=1)
def scripts(prototype: Prototype) -> tuple[Syntax, ...]:
    """The components of the product."""
    return tuple(
        Syntax(file, file.language)
        for path, file in sorted(prototype.files.items())
        if path in prototype.modules.browser
        and file.language in (Language.TSX, Language.JAVASCRIPT)
        and file.role is Role.PRODUCT
    )


def _refusing(syntax: Syntax) -> Iterator[tuple[str, SgNode]]:
    """The components that show a stranger the sign-in in place of themselves."""
    if not _LOGIN.search(syntax.source.text or ""):
        return
    for node in _all(syntax, _DECISIONS):
        condition = node.field("condition")
        absent = _asks(condition) if condition is not None else None
        if absent is None:
            continue
        led = node.field("consequence") if absent else node.field("alternative")
        holder = _component_around(node)
        if led is not None and holder is not None and _leads_to_login(led):
            yield holder


def _all(syntax: Syntax, kinds: frozenset[str]) -> list[SgNode]:
    """The nodes of these kinds in a file; a search of ast-grep's own, for files are many."""
    return syntax.root.find_all({"rule": {"any": [{"kind": kind} for kind in sorted(kinds)]}})


def _asks(condition: SgNode) -> bool | None:
    """True for `!user`, `!loading && !session`, False for `user`; None for other conditions."""
    text = condition.text()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    parts = [part.strip() for part in text.split("&&")]
    for part in parts:
        bare = _ABSENT.sub("", part)
        if _SIGNED_IN.search(bare) and re.fullmatch(r"[\w.?]+", bare):
            absent = bare != part
            return True if absent else (False if len(parts) == 1 else None)
    return None


def _leads_to_login(led: SgNode) -> bool:
    """`<Navigate to="/auth" />`, `navigate("/login")`, `<LoginForm />`."""
    for node in (led, *within(led, ELEMENTS)):
        name = node.field("name") if node.kind() in ELEMENTS else None
        if name is not None and (
            _LOGIN.search(name.text()) or (name.text() in ("Navigate", "Redirect"))
        ):
            return True
    for call in within(led, frozenset({"call_expression"})):
        given = arguments(call)
        if given and callee(call).rpartition(".")[2] in _GOES:
            where = string(given[0])
            if where is not None and (_LOGIN.search(where) or where == "/"):
                return True
    return False


def _component_around(node: SgNode) -> tuple[str, SgNode] | None:
    """The component that a decision is made in as it is drawn, or in an effect of it; None for what only
    a click brings about."""
    in_effect, nested = False, False
    for above in node.ancestors():
        if above.kind() == "call_expression" and callee(above).endswith("useEffect"):
            in_effect = True
        if above.kind() not in FUNCTIONS:
            continue
        name = name_of_function(above)
        if name[:1].isupper() or name == "default":
            return (name, above) if in_effect or not nested else None
        nested = True
    return None


def _wraps(component: SgNode) -> bool:
    return _WRAPS.search(component.text()) is not None


def guards_named(
    prototype: Prototype, syntax: Syntax, components: dict[tuple[str, str], bool]
) -> frozenset[str]:
    """The names in a file of what sends strangers away and shows others what stands between its tags."""
    path = syntax.source.path
    guarding = {key for key, wraps in components.items() if wraps}
    own = {name for file, name in guarding if file == path}
    files = {file for file, _ in guarding}
    imported = {
        name
        for name, target in imported_files(prototype, syntax).items()
        if target in files and ((target, name) in guarding or (target, "default") in guarding)
    }
    return frozenset(own | imported)


def imported_files(prototype: Prototype, syntax: Syntax) -> dict[str, str]:
    """The file that each imported name comes from, those that are loaded later included."""
    targets = prototype.modules.targets.get(syntax.source.path, {})
    found = {
        name: targets[module]
        for name, module in bindings_of(syntax).modules.items()
        if module in targets
    }
    for declared in syntax.nodes("variable_declarator"):
        name, value = declared.field("name"), declared.field("value")
        if name is None or value is None or not callee(value).endswith(("lazy", "dynamic")):
            continue
        for call in within(value, frozenset({"call_expression"})):
            given = arguments(call)
            source = string(given[0]) if given and callee(call) == "import" else None
            if source is not None and source in targets:
                found[name.text()] = targets[source]
    return found


def is_guard(node: SgNode, guards: frozenset[str]) -> bool:
    """A guard that is not told to let everybody pass: `<AuthGuard requireAuth={false}>`."""
    name = node.field("name") if node.kind() in ELEMENTS else None
    return name is not None and dotted(name) in guards and "={false}" not in node.text()
