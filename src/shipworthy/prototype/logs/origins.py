"""Where the values that a file logs come from: a request, a session, a row of a query, a copy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, chain, dotted, string
from shipworthy.prototype.logs.bodies import fields_read
from shipworthy.prototype.logs.logged import NAMES, WHOLE, WRAPPERS, values_of
from shipworthy.prototype.queries.chains import CALLS, called_name, within
from shipworthy.regex import regex

TOKEN_LINK = "link with a token"  # noqa: S105
"""The origin of an address that the file builds with a token in it."""

SENT_HEADERS = "headers that are sent"
"""The origin of the headers of a call that the code itself makes: `interceptors.request.use(…)`."""


FIXED = "fixed address"
"""The origin of an address that the file itself gives, if only where nobody names another."""


class Origins:
    """Where the names of one file get their values from, as far as that matters for a log."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._by_name: dict[str, str] = {}
        self._copies: dict[str, str] = {}
        self._found: dict[str, str] = {}
        for _, target, value in syntax.assignments:
            origin = _origin(value) if value is not None else ""
            if not origin and value is not None and target is not None:
                self._row(target, value)
                self._copy(target, value)
            if target is not None and origin:
                self._note(target, origin)
        self._links()
        for call in syntax.calls_named(("onAuthStateChange",)):
            if called_name(call) == "onAuthStateChange":
                self._listener(call)
        self._sent = set(_sent_headers(syntax))

    def name(self, name: str) -> str:
        """The name of what a name is a whole copy of: `record = employee.to_dict()`."""
        return self._copies.get(name, name)

    def of(self, name: str) -> str:
        """The origin of a dotted name; '' where the file does not show it."""
        known = self._found.get(name)
        if known is None:
            known = self._found[name] = self._looked_for(name)
        return known

    def _looked_for(self, name: str) -> str:
        found = SENT_HEADERS if name in self._sent else _known(name)
        if not found:
            found = "copy" if name in self._copies else self._by_name.get(name, "")
        if not found and "." in name:
            found = self._plain(name)
        if not found and name.endswith(_MAY_BE_FIXED) and name in self._fixed:
            found = FIXED
        if found == "request body":
            return " ".join([found, *sorted(fields_read(name, self._syntax) or ())])
        return found

    @cached_property
    def _fixed(self) -> frozenset[str]:
        """`{ ownerEmail = "data@example.com" } = req.body`: an address of the house."""
        text = self._syntax.source.text or ""
        return frozenset(_FIXED.findall(text)) - _ANYBODYS if "@" in text else frozenset()

    def _note(self, target: SgNode, origin: str) -> None:
        if target.kind() == "identifier":
            if origin == "session":
                self._by_name[f"{target.text()}.session"] = origin
            else:
                self._by_name[target.text()] = origin
        elif origin == "session":
            for name in within(target, _BINDINGS):
                if name.text() in ("session", "currentSession", "initialSession"):
                    self._by_name[name.text()] = origin
            self._by_name["data.session"] = origin

    def _links(self) -> None:
        """`editUrl = `${base}/edit/${id}?token=${token}`` and the like, declared or assigned."""
        text = self._syntax.source.text or ""
        if "token=" not in text or not _CARRIES.search(text):
            return
        others = self._syntax.nodes("assignment_expression")
        assigned = ((node.field("left"), node.field("right")) for node in others)
        declared = ((target, value) for _, target, value in self._syntax.assignments)
        for target, value in (*declared, *assigned):
            if target is None or value is None or target.kind() != "identifier":
                continue
            built = value.kind() in ("template_string", "string", "binary_expression")
            if built and _CARRIES.search(value.text()):
                self._by_name.setdefault(target.text(), TOKEN_LINK)

    def _row(self, target: SgNode, value: SgNode) -> None:
        """`const { data: user } = await client.from("users").select("id, role")`: these columns; none of a
        change that does not ask for its rows."""
        if target.kind() != "object_pattern":
            return
        while value.kind() in WRAPPERS and value.children():
            value = next((c for c in value.children() if c.is_named()), value)
        if value.kind() not in CALLS:
            return
        links = chain(value)
        select = next((link for link in links if link.name == "select"), None)
        changes = any(link.name in _CHANGES for link in links)
        if not any(link.name == "from" for link in links) or (select is None and not changes):
            return
        given = select.arguments if select is not None else None
        columns = string(given[0]) if given else "*" if select is not None else "none"
        for child in target.children():
            key, bound = child.field("key"), child.field("value")
            if key is not None and key.text() == "data" and bound is not None and columns:
                name = bound.text().partition("=")[0].strip()
                self._by_name[name] = f"columns {' '.join(columns.split())}"

    def _plain(self, name: str) -> str:
        """ "count" for a member that the file counts up, "text" for one that it compares: no record."""
        text = self._syntax.source.text or ""
        last = name.rpartition(".")[2]
        if (f"{last}++" in text or f"{last} +=" in text) and last in self._counted:
            return "count"
        if f"{name} ==" not in text and f"== {name}" not in text:
            return ""
        return "text" if name in self._compared else ""

    @cached_property
    def _counted(self) -> frozenset[str]:
        """The last names of all that the file counts."""
        return frozenset(map(_counts, self._syntax.nodes(*_COUNTED)))

    @cached_property
    def _compared(self) -> frozenset[str]:
        """The names of all that the file compares with something that may be a text."""
        nodes = self._syntax.nodes("binary_expression")
        return frozenset(name for node in nodes for name in _compared(node))

    def _copy(self, target: SgNode, value: SgNode) -> None:
        if target.kind() == "identifier" and value.kind() in CALLS and called_name(value) in WHOLE:
            shown = list(values_of(value))
            if len(shown) == 1 and "." not in shown[0].name:
                self._copies[target.text()] = shown[0].name

    def _listener(self, call: SgNode) -> None:
        """`onAuthStateChange((event, session) => …)`."""
        given = arguments(call)
        parameters = given[0].field("parameters") if given else None
        if parameters is not None:
            for name in within(parameters, frozenset({"identifier"})):
                if "session" in name.text().lower():
                    self._by_name[name.text()] = "session"


# Tokens that are made to be passed on (of a share, an invitation to a party) are no secret.
_CARRIES = regex(
    r"[?&](?:\w+_)?token=(?:\$?\{(?!\w*(?:share|public|invite|guest))[^}]*[tT]oken[^}]*\}|[\"\']\s*\+\s*\w*[tT]oken)"
)
_FIXED = regex(
    r"\b(\w{1,30}(?:[eE]mail|_address|Address))(?:: str)? ?= ?(?:[^\n;,=\"'`]{1,60}(?:\|\||\?\?|\bor) ?)?"
    r"[\"'][\w.+-]{1,64}@[\w.-]{1,64}[\"']"
)
_MAY_BE_FIXED = ("email", "Email", "_address", "Address")
# Names that another function of the file may well give to the address of a person.
_ANYBODYS = frozenset({"userEmail", "user_email", "customerEmail", "customer_email"})
_BINDINGS = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_CHANGES = ("insert", "update", "upsert", "delete")
_COUNTED = ("update_expression", "augmented_assignment_expression", "augmented_assignment")
_SESSIONS = (
    "auth.getSession",
    "auth.refreshSession",
    "auth.signInWithPassword",
    "auth.signUp",
    "auth.exchangeCodeForSession",
    "auth.setSession",
    "auth.verifyOtp",
)
_REQUESTS = ("req", "request", "c.req", "ctx.request", "event.request")


def _sent_headers(syntax: Syntax) -> Iterator[str]:
    """`request.headers` in `axios.interceptors.request.use((request) => …)`: of a call that goes out."""
    for call in syntax.calls_named(("use",)):
        given = arguments(call)
        if callee(call).endswith("interceptors.request.use") and given:
            taken = given[0].field("parameters") or given[0].field("parameter")
            names = [taken, *within(taken, _BINDINGS)] if taken is not None else []
            yield from (f"{n.text()}.headers" for n in names if n.text() in _REQUESTS)


def _counts(node: SgNode) -> str:
    """The last name of what `x.sent++` and `x.sent += 1` count; '' where a text grows."""
    target, added = node.field("argument") or node.field("left"), node.field("right")
    if target is None or (added is not None and added.kind() not in ("number", "integer")):
        return ""
    return dotted(target).rpartition(".")[2]


def _compared(node: SgNode) -> set[str]:
    """The names on both sides of `===`, where neither is null or undefined."""
    operator, left, right = node.field("operator"), node.field("left"), node.field("right")
    if operator is None or left is None or right is None:
        return set()
    if operator.text() not in ("===", "!==", "==", "!="):
        return set()
    sides = {side.text() for side in (left, right)}
    return set() if sides & _EMPTY else {dotted(left), dotted(right)}


_EMPTY = frozenset({"null", "undefined", "true", "false"})


def _origin(value: SgNode) -> str:
    while (kind := value.kind()) in WRAPPERS:
        inner = next((c for c in value.children() if c.is_named()), None)
        if inner is None:
            return ""
        value = inner
    if kind in CALLS:
        called = callee(value)
        if called.endswith(_SESSIONS):
            return "session"
        head, _, last = called.rpartition(".")
        is_body = last in ("json", "text", "formData", "body", "get_json") and head in _REQUESTS
        return "request body" if is_body else ""
    return _known(dotted(value)) if kind in NAMES else ""


def _known(name: str) -> str:
    head, _, last = name.rpartition(".")
    if head in _REQUESTS and last in ("body", "json", "json()", "form", "data"):
        return "request body"
    if head in _REQUESTS and last == "headers":
        return "request headers"
    if name in ("process.env", "os.environ", "Deno.env.toObject()", "environ"):
        return "environment"
    return ""
