"""A parsed file and the questions that fact readers ask of it: calls, chains, scopes, literals."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import ClassVar

from ast_grep_py import SgNode, SgRoot
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.parsing import parsed
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

JS_FUNCTIONS = frozenset(
    """function_declaration function_expression arrow_function method_definition
    generator_function_declaration generator_function""".split()
)
PY_FUNCTIONS = frozenset({"function_definition", "lambda"})
FUNCTIONS = JS_FUNCTIONS | PY_FUNCTIONS
LOOPS = frozenset(
    """for_statement for_in_statement while_statement do_statement list_comprehension
    set_comprehension dictionary_comprehension generator_expression""".split()
)
ITERATORS = frozenset({"map", "forEach", "flatMap", "filter", "reduce", "some", "every"})
"""Array methods whose callback runs once per element."""

_WRAPPERS = frozenset(
    """non_null_expression parenthesized_expression await_expression await as_expression""".split()
)
_DEEPEST = 300  # levels of the tree: the time of many questions grows with their square
# The Python grammar aborts the whole process at some 500 levels; Python itself stops at 100.
_INDENTATIONS = 300
_INDENTATION = regex(r"^[ \t\f\r]*", re.MULTILINE)
TOO_DEEP = "nested too deeply"

_LONG = 5_000  # characters
_MOST_STEPS = 500_000_000
_PUNCTUATION = regex(r"[^\w\s+/]|[+/]{2}|\s\w")  # of code; a picture in base64 has none

# What most readers ask for is collected in one pass over the tree, what few do when it is asked for.
_JS_KINDS = (
    "call_expression new_expression import_statement export_statement try_statement"
    " assignment_expression variable_declarator function_declaration arrow_function"
    " method_definition function_expression generator_function_declaration generator_function"
    " pair for_statement for_in_statement"
    " augmented_assignment_expression throw_statement ERROR"
)
_NAMES = ("identifier", "shorthand_property_identifier")
_JSX_KINDS = " jsx_opening_element jsx_self_closing_element"
_JS_RARE = (
    "catch_clause member_expression object subscript_expression string template_string"
    " update_expression binary_expression if_statement return_statement identifier"
    " shorthand_property_identifier"
)
_JSX_RARE = " jsx_element jsx_attribute"
_PY_KINDS = (
    "call import_statement import_from_statement try_statement assignment function_definition lambda"
    " class_definition decorator with_statement for_statement"
    " for_in_clause named_expression augmented_assignment yield raise_statement ERROR"
)
_PY_RARE = (
    "if_statement return_statement except_clause attribute subscript string decorated_definition"
)
# ast-grep raises on a kind that a grammar does not have, and plain TypeScript has no JSX.
_KINDS = {
    Language.PYTHON: _PY_KINDS.split(),
    Language.TYPESCRIPT: [*_JS_KINDS.split(), "public_field_definition"],
    Language.TSX: [*(_JS_KINDS + _JSX_KINDS).split(), "public_field_definition"],
    Language.JAVASCRIPT: [*(_JS_KINDS + _JSX_KINDS).split(), "field_definition"],
}
_RARE = {
    Language.PYTHON: _PY_RARE.split(),
    Language.TYPESCRIPT: _JS_RARE.split(),
    Language.TSX: (_JS_RARE + _JSX_RARE).split(),
    Language.JAVASCRIPT: (_JS_RARE + _JSX_RARE).split(),
}


# Of what is imported from the prototype itself under such names it is asked whether they are used as values.
_ASKS_FOR_NAMES = regex(
    r"""import[\s{][^"';]{0,999}?(?<=[{,\s])[A-Z][^"';]{0,999}?\bfrom\s{0,9}["'][./@~#]"""
)


_ASSIGNMENT = {
    True: ("assignment", "left", "right"),
    False: ("variable_declarator", "name", "value"),
}  # by whether it is Python: the kind and its fields


class Link(Struct, frozen=True):
    """One link of a call chain: `.eq("id", id)` is Link("eq", arguments); no arguments: no call."""

    name: str
    arguments: tuple[SgNode, ...] | None
    node: SgNode


class Syntax:
    """One file, parsed once. One that no person wrote like that is left unread: it seems empty."""

    latest: ClassVar[Syntax | None] = None  # whose nodes `identifiers` takes, given a root alone

    def __init__(self, source: SourceFile, language: Language) -> None:
        self.source = source
        self.language = language
        self.python = language is Language.PYTHON
        text = source.text or ""
        self.unread = _hindrance(text, language)  # why the text was not parsed at all
        self.root = parsed("" if self.unread else text, language)
        if _is_too_deep(self.root):
            self.unread, self.root = TOO_DEEP, SgRoot("", language.value).root()
        Syntax.latest = self

    def says_any(self, words: Iterable[str]) -> bool:
        """True where one of these words, in none of which is a space, stands in the text."""
        return _is_one_in(words, self._said)

    def says_any_in_lower_case(self, words: Iterable[str]) -> bool:
        """The same, in whatever case it is written."""
        return _is_one_in(words, self._said_in_lower_case)

    @cached_property
    def _said(self) -> str:
        """What stands between the spaces of the text, each once: half as long or less, for hundreds of words
        are looked for."""
        return "\n".join(set((self.source.text or "").split()))

    @cached_property
    def _said_in_lower_case(self) -> str:
        return self._said.lower()

    @cached_property
    def _by_kind(self) -> dict[str, list[SgNode]]:
        kinds = _KINDS[self.language]
        if self._needs_names:
            kinds = [*kinds, *_NAMES]
        found: dict[str, list[SgNode]] = {kind: [] for kind in kinds}
        for node in self.root.find_all(kind=", ".join(kinds)):
            found[node.kind()].append(node)
        return found

    @property
    def _needs_names(self) -> bool:
        """True where the names, half of all nodes, are likely asked for: best found with the others."""
        typed = self.language in (Language.TYPESCRIPT, Language.TSX)
        return typed and _ASKS_FOR_NAMES.search(self.source.text or "") is not None

    def nodes(self, *kinds: str) -> Sequence[SgNode]:
        """All nodes of these kinds, in file order per kind; none of a kind that no reader asks for."""
        if len(kinds) == 1:
            return self._of_kind(kinds[0])
        return [node for kind in kinds for node in self._of_kind(kind)]

    def _of_kind(self, kind: str) -> Sequence[SgNode]:
        if kind not in self._by_kind and kind in _RARE[self.language]:
            if kind in _NAMES:
                self._by_kind.update({name: [] for name in _NAMES})
                for node in self.root.find_all(kind=", ".join(_NAMES)):
                    self._by_kind[node.kind()].append(node)
            else:
                self._by_kind[kind] = self.root.find_all(kind=kind)
        return self._by_kind.get(kind, ())

    @property
    def calls(self) -> list[SgNode]:
        """Every call, Python or JavaScript."""
        return self._by_kind["call" if self.python else "call_expression"]

    @cached_property
    def calls_by_name(self) -> Mapping[str, Sequence[SgNode]]:
        """The calls by the last part of what they call: `insert` for `db.insert(…)`."""
        found: dict[str, list[SgNode]] = {}
        for name, call in self._named_calls:
            found.setdefault(name, []).append(call)
        return found

    def calls_named(self, names: Container[str]) -> list[SgNode]:
        """The calls of these names, as `calls_by_name` has them, in file order."""
        found = [name for name in self.calls_by_name if name in names]
        if len(found) < 2:
            return list(self.calls_by_name[found[0]]) if found else []
        return [call for name, call in self._named_calls if name in names]

    @cached_property
    def _named_calls(self) -> list[tuple[str, SgNode]]:
        return [(callee(call).rpartition(".")[2], call) for call in self.calls]

    @cached_property
    def assignments(self) -> list[tuple[SgNode, SgNode | None, SgNode | None]]:
        """The assignments of Python, the declarations of variables of JavaScript, each with its target and
        its value."""
        kind, target, value = _ASSIGNMENT[self.python]
        return [(node, node.field(target), node.field(value)) for node in self.nodes(kind)]

    @cached_property
    def is_broken(self) -> bool:
        """True where the parser had to skip text it did not understand, or all of it."""
        return bool(self.unread) or bool(self.nodes("ERROR"))

    def location(self, node: SgNode) -> Location:
        """Where a node starts and ends, 1-based."""
        span = node.range()
        start, end = span.start.line + 1, span.end.line + 1
        return Location(self.source.path, start, end if end != start else 0)


def _hindrance(text: str, language: Language) -> str:
    if language is Language.PYTHON and len(set(_INDENTATION.findall(text))) > _INDENTATIONS:
        return TOO_DEEP
    # To tell where a node stands, ast-grep counts from the start of its line.
    long = (line for line in text.split("\n") if len(line) > _LONG) if _has_long(text) else ()
    if any(len(line) * len(_PUNCTUATION.findall(line)) > _MOST_STEPS for line in long):
        return "minified: a line is too long"
    return ""


def _has_long(text: str) -> bool:
    """True where a line is long: what ends a line is looked for once in as many characters."""
    start = 0
    while len(text) - start > _LONG:
        end = text.rfind("\n", start, start + _LONG + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def _is_too_deep(root: SgNode) -> bool:
    """Looks only into nodes long enough to hide too deep a tree: each level takes a character."""
    pending = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > _DEEPEST:
            return True
        for child in node.named_children():  # the others are leaves
            span = child.range()
            if span.end.index - span.start.index > _DEEPEST - depth:
                pending.append((child, depth + 1))
    return False


def _is_one_in(words: Iterable[str], text: str) -> bool:
    for word in words:  # noqa: SIM110 - thousands of times: a generator takes twice as long
        if word in text:
            return True
    return False


@lru_cache(maxsize=1)  # emptied after each file
def identifiers(root: SgNode) -> Mapping[str, Sequence[SgNode]]:
    """Where each name is used as a value in a file, in file order; the names of imports and
    parameters and the shorthand properties of JavaScript included."""
    found: dict[str, list[SgNode]] = {}
    shorthand: Sequence[SgNode] = ()
    latest = Syntax.latest
    if latest is not None and not latest.python and latest.root == root:
        plain, shorthand = latest.nodes(_NAMES[0]), latest.nodes(_NAMES[1])
    else:
        plain = root.find_all(kind="identifier")
        if root.kind() == "program":  # the grammar of Python knows no such kind, and refuses it
            shorthand = root.find_all(kind="shorthand_property_identifier")
    for node in plain:
        found.setdefault(node.text(), []).append(node)
    both = {name for node in shorthand if (name := node.text()) in found}
    for node in shorthand:
        found.setdefault(node.text(), []).append(node)
    for name in both:
        found[name].sort(key=_start)
    return found


def _start(node: SgNode) -> int:
    return node.range().start.index


def forget() -> None:
    """Lets go of the last file: what is remembered of it keeps its tree."""
    Syntax.latest = None
    callee.cache_clear()
    identifiers.cache_clear()


@lru_cache(maxsize=100_000)  # each reader asks for the names of all calls; emptied after each file
def callee(call: SgNode) -> str:
    """The dotted name that is called, `supabase.functions.invoke`; a call inside it shows as `()`."""
    function = call.field("function") or call.field("constructor")
    if function is None:
        return ""
    text = function.text()
    return text if _PLAIN.fullmatch(text) else dotted(function)


# What nearly all calls call is its own dotted name.
_PLAIN = regex(
    r"(?!(?:undefined|null|true|false|new|import|None|True|False)\b)[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*"
)


def dotted(node: SgNode) -> str:
    """A name, attribute or member expression as dotted text; '' for anything without a name."""
    parts: list[str] = []
    at: SgNode | None = node
    while at is not None:  # from the right to the left; a loop, for chains can be very long
        kind = at.kind()
        if kind in ("identifier", "property_identifier", "this", "super", "import"):
            parts.append(at.text())
            break
        if kind in _MEMBERS:
            name = at.field(_MEMBERS[kind])
            parts.append(f".{name.text()}" if name else "")
            at = at.field("object")
        elif kind in ("call_expression", "call"):
            parts.append("()")
            at = at.field("function")
        elif kind in ("subscript_expression", "subscript"):
            at = at.field("object") or at.field("value")
            parts.append("[]" if at else "")
        elif kind in _WRAPPERS:
            at = next((c for c in at.children() if c.is_named()), None)
        else:
            break
    return "".join(reversed(parts))


_MEMBERS = {"member_expression": "property", "attribute": "attribute"}


def member_of(node: SgNode) -> SgNode | None:
    """The name behind the last dot of a member expression or attribute; None of anything else."""
    field = _MEMBERS.get(node.kind())
    return node.field(field) if field is not None else None


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call, comments left out; keyword arguments of Python included."""
    found = call.field("arguments")
    if found is None:
        return []
    if found.kind() == "template_string":
        return [found]
    return [n for n in found.named_children() if n.kind() != "comment"]


def keyword(call: SgNode, name: str) -> SgNode | None:
    """The value of a Python keyword argument."""
    for argument in arguments(call):
        if argument.kind() == "keyword_argument":
            key = argument.field("name")
            if key and key.text() == name:
                return argument.field("value")
    return None


def has_splat(call: SgNode) -> bool:
    """True when a call passes `**options` or `...options`, so that its arguments are not all known."""
    splats = ("dictionary_splat", "list_splat", "spread_element")
    return any(argument.kind() in splats for argument in arguments(call))


def properties(node: SgNode) -> dict[str, SgNode]:
    """The keys and values of a JavaScript object or a Python dictionary literal; shorthand included."""
    found: dict[str, SgNode] = {}
    for child in node.children():
        if child.kind() == "pair":
            key, value = child.field("key"), child.field("value")
            if key and value:
                found[string(key) or key.text()] = value
        elif child.kind() in ("shorthand_property_identifier", "method_definition"):
            name = child.field("name") or child
            found[name.text()] = child
    return found


def has_spread(node: SgNode) -> bool:
    """True when an object literal takes over the properties of another value."""
    return any(c.kind() in ("spread_element", "dictionary_splat") for c in node.children())


def string(node: SgNode) -> str | None:
    """The value of a string literal without substitutions; None for anything else."""
    kind = node.kind()
    if kind == "string":
        parts = []
        for child in node.named_children():
            inner = child.kind()
            if inner == "interpolation":
                return None
            if inner not in ("string_start", "string_end"):
                parts.append(child.text())
        return "".join(parts)
    if kind == "template_string":
        if any(c.kind() == "template_substitution" for c in node.named_children()):
            return None
        return node.text()[1:-1]
    if kind == "concatenated_string":
        parts_of = [string(c) for c in node.children() if c.kind() == "string"]
        return None if None in parts_of else "".join(p or "" for p in parts_of)
    return None


def pattern_text(node: SgNode) -> str | None:
    """Like `string`, with each substitution of a template or f-string shown as `{}`."""
    literal = string(node)
    if literal is not None:
        return literal
    holes = ("template_substitution", "interpolation")
    if node.kind() not in ("template_string", "string"):
        return None
    text, start = node.text(), node.range().start.index
    out, at = "", 0
    for child in node.children():
        if child.kind() in holes:
            span = child.range()
            out += text[at : span.start.index - start] + "{}"
            at = span.end.index - start
    return (out + text[at:]).strip("`'\"").removeprefix('f"').removeprefix("f'").strip("'\"")


def chain(call: SgNode) -> list[Link]:
    """The links of a call chain from left to right: `db.from("a").select()` gives db, from, select."""
    links: list[Link] = []
    node: SgNode | None = call
    while node is not None:
        kind = node.kind()
        if kind in ("call_expression", "call"):
            function = node.field("function")
            if function is None:
                break
            name = member_of(function)
            if name is None:
                links.append(Link(dotted(function), tuple(arguments(node)), node))
                break
            links.append(Link(name.text(), tuple(arguments(node)), node))
            node = function.field("object")
        elif kind in _MEMBERS:
            name = node.field(_MEMBERS[kind])
            links.append(Link(name.text() if name else "", None, node))
            node = node.field("object")
        elif kind in _WRAPPERS and kind != "as_expression":
            node = next((c for c in node.children() if c.is_named()), None)
        else:
            links.append(Link(dotted(node), None, node))
            break
    return links[::-1]


def enclosing(
    node: SgNode, kinds: frozenset[str], within: frozenset[str] = frozenset()
) -> SgNode | None:
    """The nearest ancestor of one of these kinds, not looking above one of the kinds `within`."""
    for above in node.ancestors():
        kind = above.kind()
        if kind in kinds:
            return above
        if kind in within:
            return None
    return None


def function_name(node: SgNode) -> str:
    """The name of the nearest named function around a node, or of what an anonymous one is given to.

    `Deno.serve(async (req) => …)` is "Deno.serve", `app.get("/x", …)` is "app.get /x", code outside
    of any function "module". Array and promise callbacks belong to the function around them.
    """
    for above in node.ancestors():
        if above.kind() in FUNCTIONS:
            name = name_of_function(above)
            if name:
                return name
    return "module"


def name_of_function(function: SgNode) -> str:
    """The name of this function; '' for an anonymous callback that has no role of its own."""
    own = function.field("name")
    if own:
        return own.text()
    parent = function.parent()
    while parent is not None and parent.kind() in ("parenthesized_expression", "as_expression"):
        parent = parent.parent()
    if parent is None:
        return ""
    if parent.kind() == "variable_declarator":
        name = parent.field("name")
        return name.text() if name else ""
    if parent.kind() in ("pair", "public_field_definition", "field_definition"):
        name = parent.field("key") or parent.field("name") or parent.field("property")
        return name.text() if name else ""
    if parent.kind() == "assignment_expression":
        name = parent.field("left")
        return dotted(name) if name else ""
    if parent.kind() == "export_statement":
        return "default"
    if parent.kind() == "arguments":
        call = parent.parent()
        return _name_by_call(call) if call is not None else ""
    return ""


_ENTRY_CALLS = (
    "serve",
    "handler",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "all",
    "use",
    "on",
    "task",
)


def _name_by_call(call: SgNode) -> str:
    called = callee(call)
    last = called.rpartition(".")[2]
    if last in ("useCallback", "memo", "forwardRef", "useMemo", "cache", "asyncHandler"):
        holder = call.parent()
        name = holder.field("name") if holder and holder.kind() == "variable_declarator" else None
        return name.text() if name else ""
    given = arguments(call)
    path = string(given[0]) if given else None
    if last in _ENTRY_CALLS and path is not None:
        return f"{called} {path}"
    if called.startswith("createServerFn("):
        return _given_name(call) or called
    if last in ("serve", "handler"):
        return called
    return _wrapping_name(call)


def _wrapping_name(call: SgNode) -> str:
    """`app.get /x` of the call in `app.get("/x", wrap(async (req, res) => …))`; "" for any other."""
    holder = call.parent()
    above = holder.parent() if holder is not None and holder.kind() == "arguments" else None
    given = arguments(above) if above is not None else []
    path = string(given[0]) if given else None
    called = callee(above) if above is not None and path is not None else ""
    last = called.rpartition(".")[2]
    return f"{called} {path}" if last in _ENTRY_CALLS and (path or "").startswith("/") else ""


def _given_name(call: SgNode) -> str:
    """`load` of `export const load = createServerFn().handler(…)`."""
    holder = call.parent()
    name = holder.field("name") if holder and holder.kind() == "variable_declarator" else None
    return name.text() if name else ""


def enclosing_loop(node: SgNode) -> SgNode | None:
    """The loop that runs this node once per element, inside its own function.

    An array method with a callback (`rows.map(async (row) => …)`) counts as a loop; any other
    function boundary ends the search. A node in the loop's own iterable is not inside it.
    """
    below = node
    for above in node.ancestors():
        kind = above.kind()
        if kind in LOOPS:
            if not _is_iterable(above, below):
                return above
        elif kind in FUNCTIONS:
            parent = above.parent()
            call = parent.parent() if parent and parent.kind() == "arguments" else None
            if call is None or callee(call).rpartition(".")[2] not in ITERATORS:
                return None
            return call
        below = above
    return None


def _is_iterable(loop: SgNode, below: SgNode) -> bool:
    """True when `below` is the part of the loop that is evaluated once, before it starts."""
    span = below.range()
    for name in ("right", "initializer"):
        field = loop.field(name)
        if (
            field
            and field.range().start.index == span.start.index
            and field.range().end.index == span.end.index
        ):
            return True
    if loop.kind().endswith("_comprehension") or loop.kind() == "generator_expression":
        # Only the first `for … in` of a comprehension is evaluated once.
        return below.kind() == "for_in_clause"
    return False


def ancestors(node: SgNode) -> Iterator[SgNode]:
    """The nodes around this one, nearest first."""
    yield from node.ancestors()
