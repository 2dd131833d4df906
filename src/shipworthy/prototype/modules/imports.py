"""What each file imports, as it is written there."""

from __future__ import annotations

from collections.abc import Sequence

from ast_grep_py import SgNode
from msgspec import Struct
from msgspec.structs import replace

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    identifiers,
    name_of_function,
    pattern_text,
    string,
)
from shipworthy.prototype.source import Language
from shipworthy.regex import regex


class Import(Struct, frozen=True):
    """One import: the specifier as written, the names it binds, and whether only types are used.

    `imported` are the names as the other module calls them, one for each of `names`; "default" and
    "*" stand for the default export and the whole module. `optional`: the code goes on where the
    module is missing. `server_only`: asked for in the functions alone that Next.js runs for a page
    and leaves out of what it sends (`getServerSideProps`). `deferred`: it stands in a function, so it
    loads nothing before that runs.
    """

    specifier: str
    names: tuple[str, ...]
    location: Location
    type_only: bool = False
    dynamic: bool = False
    imported: tuple[str, ...] = ()
    optional: bool = False
    server_only: bool = False
    deferred: bool = False


_Names = list[tuple[str, str]]  # (name as exported, name as bound here)


def read(syntax: Syntax) -> list[Import]:
    """Every import, export-from, require and dynamic import of a file."""
    if syntax.python:
        return _python(syntax)
    static = _statements(syntax, "import_statement")
    passed_on = _statements(syntax, "export_statement")
    static = _of_server(syntax, _without_values(syntax, static))
    return static + passed_on + _calls(syntax) + _assets(syntax)


def _statements(syntax: Syntax, kind: str) -> list[Import]:
    return [found for node in syntax.nodes(kind) if (found := _static(syntax, node))]


def _static(syntax: Syntax, node: SgNode) -> Import | None:
    source, clause = node.field("source"), node
    if source is None and node.kind() == "import_statement":
        required = (c for c in node.named_children() if c.kind() == "import_require_clause")
        clause = next(required, node)
        source = clause.field("source")
    specifier = string(source) if source else None
    if not specifier:
        return None
    names, all_types = _bindings(clause)
    exported, bound = _split(names)
    type_only = all_types or _is_marked(node)
    return Import(specifier, bound, syntax.location(node), type_only, False, exported)


def _is_marked(node: SgNode) -> bool:
    """True for `import type`, `export type`, and one name of them: `{ type User }`."""
    return "type" in node.text() and any(c.kind() in ("type", "typeof") for c in node.children())


def _bindings(node: SgNode) -> tuple[_Names, bool]:
    """The names that an import or re-export binds, and whether each is marked `type`."""
    names: _Names = []
    marked: list[bool] = []
    for child in node.named_children():
        kind = child.kind()
        if kind in ("import_clause", "named_imports", "export_clause"):
            inner, types = _bindings(child)
            names += inner
            marked += [types] * bool(inner)
        elif kind in ("import_specifier", "export_specifier"):
            text = child.text()
            if text.isidentifier() and text.isascii():  # neither renamed nor marked
                names.append((text, text))
                marked.append(False)
                continue
            exported, bound = child.field("name"), child.field("alias")
            if exported:
                names.append((exported.text(), (bound or exported).text()))
                marked.append(_is_marked(child))
        elif kind in ("namespace_import", "namespace_export"):
            names += [("*", c.text()) for c in child.children() if c.kind() == "identifier"]
            marked.append(False)
        elif kind == "identifier":
            names.append(("default", child.text()))
            marked.append(False)
    return names, bool(marked) and all(marked)


def _without_values(syntax: Syntax, found: list[Import]) -> list[Import]:
    """Mark imports whose names are only used as types: a bundler drops them as well.

    Asked for names that look like types, of modules that may be the author's own.
    """
    asked = {
        name
        for item in found
        if not item.type_only and item.specifier[:1] in "./@~#"
        for name in item.names
        if name[:1].isupper() and name.isidentifier() and name.isascii()
    }
    if not asked or syntax.language is Language.JAVASCRIPT:
        return found
    used = _used_as_values(syntax, asked) | _injected(syntax)
    return [
        Import(i.specifier, i.names, i.location, True, False, i.imported)
        if i.names and all(name in asked and name not in used for name in i.names)
        else i
        for i in found
    ]


_INJECTED = regex(
    r"(?:\b(?:private|public|protected|readonly)|@\w+\([^()]*\))\s+\w+[?!]?\s*:\s*([A-Z]\w*)"
)


def _injected(syntax: Syntax) -> set[str]:
    """Types of parameters that NestJS reads at run time: of services, and of bodies that it checks."""
    text = syntax.source.text or ""
    return set(_INJECTED.findall(text)) if "@nestjs/" in text else set()


_SERVER_SIDE = ("getServerSideProps", "getStaticProps", "getStaticPaths")


def _of_server(syntax: Syntax, found: list[Import]) -> list[Import]:
    """Mark imports that only a page's server functions use: Next.js removes them from the page."""
    text = syntax.source.text or ""
    if not any(name in text for name in _SERVER_SIDE):
        return found
    used = identifiers(syntax.root)
    return [
        replace(item, server_only=True)
        if item.names and all(_is_for_server(used.get(name, ())) for name in item.names)
        else item
        for item in found
    ]


def _is_for_server(uses: Sequence[SgNode]) -> bool:
    real = [use for use in uses if not _is_imported(use)]
    return bool(real) and all(_stands_in_server_function(use) for use in real)


def _stands_in_server_function(node: SgNode) -> bool:
    return any(
        above.kind() in FUNCTIONS and name_of_function(above) in _SERVER_SIDE
        for above in node.ancestors()
    )


def _used_as_values(syntax: Syntax, names: set[str]) -> set[str]:
    known = identifiers(syntax.root)
    return {n for n in names if any(not _is_imported(use) for use in known.get(n, ()))}


def _is_imported(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() in ("import_specifier", "import_clause")


def _calls(syntax: Syntax) -> list[Import]:
    """`require("x")`, `import("x")` and Vite's `import.meta.glob("./pages/*.tsx")`."""
    text = syntax.source.text or ""
    if not any(word in text for word in ("require(", "import(", "import.meta.glob")):
        return []
    found = []
    for call in syntax.calls:
        function = call.field("function")
        called = function.text() if function else ""
        if called not in ("require", "import", "import.meta.glob"):
            continue
        given = arguments(call)
        specifier = string(given[0]) if given else None
        if specifier:
            exported, bound = _split(_declared(call))
            dynamic, types, where = called != "require", _in_type(call), syntax.location(call)
            caught, inside = _is_caught(call), _is_in_function(call)
            found.append(
                Import(specifier, bound, where, types, dynamic, exported, caught, deferred=inside)
            )
    return found


_TYPES = frozenset(
    "type_query type_annotation type_alias_declaration type_arguments interface_declaration".split()
)


def _in_type(call: SgNode) -> bool:
    parent = call.parent()
    if parent is None or parent.kind() in ("await_expression", "arrow_function", "arguments"):
        return False
    return any(above.kind() in _TYPES for above in call.ancestors())


def _declared(call: SgNode) -> _Names:
    """The names of `const { a, b: c } = await import(…)` or `const x = require(…)`."""
    holder = call.parent()
    if holder is not None and holder.kind() == "await_expression":
        holder = holder.parent()
    name = holder.field("name") if holder and holder.kind() == "variable_declarator" else None
    if name is None:
        return []
    if name.kind() == "identifier":
        return [("*", name.text())]
    names: _Names = []
    for child in name.children():
        if child.kind() == "shorthand_property_identifier_pattern":
            names.append((child.text(), child.text()))
        elif child.kind() == "pair_pattern":
            key, value = child.field("key"), child.field("value")
            if key and value:
                names.append((key.text(), value.text()))
    return names


def _assets(syntax: Syntax) -> list[Import]:
    """`new Worker(new URL("./worker.ts", import.meta.url))`: bundled like a dynamic import."""
    if "import.meta.url" not in (syntax.source.text or ""):
        return []
    found = []
    for node in syntax.nodes("new_expression"):
        given = arguments(node)
        if callee(node) == "URL" and len(given) == 2 and given[1].text() == "import.meta.url":
            specifier = pattern_text(given[0]) or ""
            if specifier.startswith(("./", "../")) and "{}" not in specifier:
                found.append(Import(specifier, (), syntax.location(node), dynamic=True))
    return found


def _python(syntax: Syntax) -> list[Import]:
    found: list[Import] = []
    for node in syntax.nodes("import_statement"):
        for exported, bound in _python_names(node):
            where = syntax.location(node)
            types, optional, inside = _circumstances(node)
            found.append(
                Import(exported, (bound,), where, types, False, ("*",), optional, deferred=inside)
            )
    for node in syntax.nodes("import_from_statement"):
        module = node.field("module_name")
        if module is None:
            continue
        names = _python_names(node, module)
        if any(c.kind() == "wildcard_import" for c in node.children()):
            names.append(("*", "*"))
        exported_names, bound_names = _split(names)
        specifier = "".join(module.text().split())
        where = syntax.location(node)
        types, optional, inside = _circumstances(node)
        found.append(
            Import(
                specifier,
                bound_names,
                where,
                types,
                False,
                exported_names,
                optional,
                deferred=inside,
            )
        )
    return found + _python_calls(syntax)


def _python_names(node: SgNode, module: SgNode | None = None) -> _Names:
    names: _Names = []
    start = module.range().end.index if module else 0
    for child in node.children():
        if child.range().start.index < start:
            continue
        if child.kind() == "dotted_name":
            bound = child.text() if module else child.text().partition(".")[0]
            names.append((child.text(), bound))
        elif child.kind() == "aliased_import":
            exported, alias = child.field("name"), child.field("alias")
            if exported and alias:
                names.append((exported.text(), alias.text()))
    return names


def _circumstances(node: SgNode) -> tuple[bool, bool, bool]:
    """Whether it is for types only, optional, and inside a function."""
    parent = node.parent()
    if parent is None or parent.kind() == "module":
        return False, False, False
    return _for_types(node), _is_optional(node), _is_in_function(node)


def _is_in_function(node: SgNode) -> bool:
    return any(above.kind() in FUNCTIONS for above in node.ancestors())


def _for_types(node: SgNode) -> bool:
    """True below `if TYPE_CHECKING:`."""
    for above in node.ancestors():
        if above.kind() == "if_statement":
            condition = above.field("condition")
            if condition and condition.text().rpartition(".")[2] == "TYPE_CHECKING":
                return True
    return False


def _python_calls(syntax: Syntax) -> list[Import]:
    text = syntax.source.text or ""
    if "import_module(" not in text and "__import__(" not in text:
        return []
    found = []
    for call in syntax.calls:
        if callee(call).rpartition(".")[2] in ("import_module", "__import__"):
            given = arguments(call)
            specifier = string(given[0]) if given else None
            if specifier:
                where = syntax.location(call)
                optional = _is_optional(call)
                found.append(Import(specifier, (), where, dynamic=True, optional=optional))
    return found


def _is_optional(node: SgNode) -> bool:
    """True inside a `try` whose handlers take a missing module, or in such a handler."""
    for above in node.ancestors():
        if above.kind() == "try_statement":
            handlers = (c for c in above.children() if c.kind() == "except_clause")
            heads = [handler.text().partition("\n")[0].partition(":")[0] for handler in handlers]
            if any(head.strip() == "except" or _MISSING.search(head) for head in heads):
                return True
    return False


_MISSING = regex(r"\b(ImportError|ModuleNotFoundError|Exception|BaseException)\b")


def _is_caught(call: SgNode) -> bool:
    """True for `import("x").catch(…)` and for what stands in the block of a `try`."""
    inside = call.range().start.index
    for above in call.ancestors():
        if above.kind() == "member_expression" and above.text().endswith(".catch"):
            return True
        if above.kind() == "try_statement":
            body = above.field("body")
            if body and body.range().start.index <= inside < body.range().end.index:
                return True
    return False


def _split(names: _Names) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(exported for exported, _ in names), tuple(bound for _, bound in names)
