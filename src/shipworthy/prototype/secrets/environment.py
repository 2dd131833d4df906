"""Environment variables as the code reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    dotted,
    enclosing,
    function_name,
    keyword,
    string,
)

BROWSER_PREFIXES = (
    "VITE_",
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "EXPO_PUBLIC_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
)
"""Prefixes whose variables a bundler writes into the files that every visitor downloads."""


class EnvironmentRead(Struct, frozen=True):
    """One read of a variable. `fallback` is the literal used when it is unset; it may be a secret
    and is never printed whole. `accessor` is e.g. "process.env", "import.meta.env", "os.getenv".
    `tested` is True where the code only asks whether it is set."""

    name: str
    accessor: str
    location: Location
    function: str
    fallback: str | None = None
    tested: bool = False

    @property
    def reaches_browser(self) -> bool:
        """True when a bundler puts the value into the browser bundle, by the variable's prefix."""
        return self.name.startswith(BROWSER_PREFIXES)


def read(syntax: Syntax) -> list[EnvironmentRead]:
    """Every read of a named environment variable; a write or a computed name is none."""
    text = syntax.source.text or ""
    if not any(word in text for word in (_WORDS if syntax.python else (".env",))):
        return []
    found = _python(syntax) if syntax.python else _javascript(syntax)
    return sorted(found, key=lambda read: (read.location.line, read.name))


_WORDS = ("env", "st.secrets", "BaseSettings", "decouple")
_JS_OBJECTS = ("process.env", "import.meta.env", "Bun.env")
_JS_CALLS = ("Deno.env.get", "Netlify.env.get")
_PY_CALLS = ("os.getenv", "getenv", "os.environ.get", "environ.get", "st.secrets.get")
_PY_OBJECTS = ("os.environ", "environ", "st.secrets")
_DECOUPLE = ("config", "env", "env.str")  # python-decouple, django-environ, environs


def _javascript(syntax: Syntax) -> Iterator[EnvironmentRead]:
    for node in _members(syntax):
        accessor = _js_accessor(node.field("object"))
        if accessor is None or _is_written(node):
            continue
        key = node.field("property")
        index = node.field("index")
        name = key.text() if key else string(index) if index else None
        if name:
            yield _read(syntax, node, name, accessor, _alternative(node))
    for call in syntax.calls_named(("get",)):
        if callee(call) in _JS_CALLS:
            given = arguments(call)
            name = string(given[0]) if given else None
            if name:
                yield _read(syntax, call, name, callee(call), _alternative(call))
    for declared in syntax.nodes("variable_declarator"):
        yield from _destructured(syntax, declared)


def _members(syntax: Syntax) -> Sequence[SgNode]:
    """The members of what may be such an object."""
    kinds = "member_expression, subscript_expression"
    return syntax.root.find_all(kind=kinds, has={"field": "object", "regex": "env"})


def _js_accessor(node: SgNode | None) -> str | None:
    if node is None or node.kind() not in ("member_expression", "parenthesized_expression"):
        return None
    # `(import.meta as any).env` and `process?.env` read the same object.
    text = node.text()
    if len(text) > 60 or "env" not in text:
        return None
    for noise in ("?", "!", "(", ")", " as any", "globalThis.", "window."):
        text = text.replace(noise, "")
    return text if text in _JS_OBJECTS else None


def _destructured(syntax: Syntax, declared: SgNode) -> Iterator[EnvironmentRead]:
    """`const { A, B: alias, C = "default" } = process.env`"""
    pattern = declared.field("name")
    if pattern is None or pattern.kind() != "object_pattern":
        return
    accessor = _js_accessor(declared.field("value"))
    if accessor is None:
        return
    for child in pattern.children():
        key = child.field("key") or child.field("left") or child
        if key.kind() not in ("property_identifier", "shorthand_property_identifier_pattern"):
            continue
        default = child.field("right")
        if child.kind() == "pair_pattern":
            value = child.field("value")
            default = value.field("right") if value else None
        yield _read(syntax, child, key.text(), accessor, string(default) if default else None)


def _python(syntax: Syntax) -> Iterator[EnvironmentRead]:
    text = syntax.source.text or ""
    library = any(word in text for word in ("decouple", "import environ", "environs"))
    for call in syntax.calls:
        name = callee(call)
        if name in _PY_CALLS or (library and name in _DECOUPLE):
            yield from _py_call(syntax, call, name)
    for node in syntax.nodes("subscript"):
        base, index = node.field("value"), node.field("subscript")
        if base and index and dotted(base) in _PY_OBJECTS and not _is_written(node):
            variable = string(index)
            if variable:
                yield _read(syntax, node, variable, dotted(base), _alternative(node))
    if "st.secrets." in text:
        for node in syntax.nodes("attribute"):
            base, key = node.field("object"), node.field("attribute")
            if base and key and dotted(base) == "st.secrets" and key.text() not in _METHODS:
                yield _read(syntax, node, key.text(), "st.secrets", _alternative(node))
    if "BaseSettings" in text:
        yield from _settings_fields(syntax)


_METHODS = ("get", "keys", "items", "values", "to_dict")


def _py_call(syntax: Syntax, call: SgNode, accessor: str) -> Iterator[EnvironmentRead]:
    given = arguments(call)
    name = string(given[0]) if given else None
    if name is None:
        return
    default = keyword(call, "default")
    if default is None and len(given) > 1 and given[1].kind() != "keyword_argument":
        default = given[1]
    given_default = _literal(default) if default else None
    yield _read(syntax, call, name, accessor, given_default or _alternative(call))


def _settings_fields(syntax: Syntax) -> Iterator[EnvironmentRead]:
    """The fields of a pydantic settings class: each is read from the variable of its name."""
    for field in syntax.nodes("assignment"):
        name, value = field.field("left"), field.field("right")
        if name is None or name.kind() != "identifier" or field.field("type") is None:
            continue
        owner = enclosing(
            field, frozenset({"class_definition"}), frozenset({"function_definition"})
        )
        bases = owner.field("superclasses") if owner else None
        if bases is None or "BaseSettings" not in bases.text():
            continue
        if value is not None and value.kind() == "call":  # Field("default", alias="NAME")
            alias = (
                keyword(value, "env")
                or keyword(value, "alias")
                or keyword(value, "validation_alias")
            )
            label = string(alias) if alias else None
            first = next((a for a in arguments(value) if a.kind() != "keyword_argument"), None)
            value = keyword(value, "default") or first
        else:
            label = None
        default = _literal(value) if value else None
        yield _read(syntax, field, label or name.text().upper(), "BaseSettings", default)


def _read(
    syntax: Syntax, node: SgNode, name: str, accessor: str, fallback: str | None
) -> EnvironmentRead:
    place, function = syntax.location(node), function_name(node)
    return EnvironmentRead(name, accessor, place, function, fallback, _is_tested(node))


def _is_tested(node: SgNode) -> bool:
    """True below `!`, `typeof`, `Boolean(…)` and in a condition: the value itself goes nowhere."""
    below = node
    for above in node.ancestors():
        kind = above.kind()
        if kind == "unary_expression":
            return True
        if kind == "arguments":
            called = above.parent()
            return called is not None and callee(called) == "Boolean"
        if kind in ("if_statement", "ternary_expression"):
            condition = above.field("condition")
            return condition is not None and _starts_as(condition, below)
        operator = above.field("operator")
        if kind not in _TRANSPARENT or (operator and operator.text() not in ("&&", "||", "??")):
            return False
        below = above
    return False


def _starts_as(one: SgNode, other: SgNode) -> bool:
    return one.range().start.index == other.range().start.index


_TRANSPARENT = (
    *("non_null_expression", "parenthesized_expression", "as_expression", "satisfies_expression"),
    *("binary_expression", "boolean_operator"),
)


def _alternative(node: SgNode) -> str | None:
    """The literal after `||`, `??` or `or` that stands in when the read gives nothing."""
    below = node
    for above in node.ancestors():
        if above.kind() not in _TRANSPARENT:
            return None
        if above.kind() in ("binary_expression", "boolean_operator"):
            operator, right = above.field("operator"), above.field("right")
            if operator is None or operator.text() not in ("||", "??", "or"):
                return None
            # The right side may be reached from the left operand only, or from a chain before it.
            if right and right.range().start.index != below.range().start.index:
                stands_in = _literal(_unwrapped(right))
                if stands_in is not None:
                    return stands_in
        below = above
    return None


def _literal(node: SgNode) -> str | None:
    """The value of a literal as text: of a number and a truth value as written, of a list or a table no more
    than that it is one. None for what is computed, and for None."""
    kind = node.kind()
    if kind in ("list", "tuple", "set", "array"):
        return "[]"
    if kind in ("dictionary", "object"):
        return "{}"
    return node.text() if kind in ("integer", "float", "number", "true", "false") else string(node)


def _unwrapped(node: SgNode) -> SgNode:
    while node.kind() == "parenthesized_expression":
        inner = next((c for c in node.children() if c.is_named()), None)
        if inner is None:
            break
        node = inner
    return node


def _is_written(node: SgNode) -> bool:
    """True for the left side of an assignment and the operand of `delete` or `del`."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() in ("assignment_expression", "assignment"):
        left = parent.field("left")
        return left is not None and left.range().start.index == node.range().start.index
    return parent.kind() == "delete_statement" or parent.text().startswith("delete ")
