"""How an error can be told at a place of a file: thrown, shown to the visitor, or logged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit
from shipworthy.prototype.code.style import Style, style_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    LOOPS,
    Syntax,
    enclosing,
    function_name,
)
from shipworthy.prototype.queries.chains import within
from shipworthy.regex import regex

_TOASTERS = frozenset({"sonner", "react-hot-toast", "react-toastify"})
_OWN_TOAST = regex(r"\{[^}\n]*\btoast\b[^}\n]*\}\s*=\s*useToast\(")
# What a component shows of itself: `const [error, setError] = useState<string | null>(null)`.
_STATE = regex(
    r"\[\s*(\w*[eE]rror\w*),\s*(set\w*Error\w*)\s*\]\s*=\s*useState"
    r"(?:<string(?: \| null)?>\(null\)|(?:<string>)?\([\"']{2}\))"
)
TELLS = regex(r"toast|alert\(|set\w*Error|notif|message\.|throw|Snackbar")
"""What a handler does that tells somebody."""
_ENTRIES = frozenset({"POST", "PUT", "PATCH", "DELETE", "Deno.serve", "serve", "handler"})
# Every function of such a file is an entry point: what it throws reaches the page that called it.
_ACTIONS = regex(r"""\s*["']use server["']""")
# Checks of signatures by the libraries of Stripe and Svix; both deliver again what is not answered with
# 2xx: https://docs.stripe.com/webhooks (retries), https://docs.svix.com/retries.
_RECEIVES = regex(r"\bconstructEvent(Async)?\(|\bnew Webhook\(")
_THROWS = frozenset({"throw_statement"})
_RETURNS = frozenset({"return_statement"})


class Weight(Enum):
    """What is lost with what failed."""

    LIGHT = "light"  # a record that is only counted, or a notice
    USUAL = "usual"
    GRAVE = "grave"  # money, an order, an account: the request must fail as well


@dataclass
class Telling:
    """The edits of one file that tell errors. `browser`: it runs there."""

    syntax: Syntax
    text: str
    browser: bool
    weight: Weight
    found: list[Edit] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def style(self) -> Style:
        """How the file is written."""
        return style_of(self.syntax)

    def shown(self, node: SgNode, message: str) -> str:
        """How the file shows an error to the visitor; '' where it has no way yet."""
        module = bindings_of(self.syntax).modules.get("toast", "")
        if module in _TOASTERS:
            return f"toast.error({message});"
        if _OWN_TOAST.search(self.text) or module.rpartition("/")[2] == "use-toast":
            return f'toast({{ variant: "destructive", description: {message} }});'
        component = self.outermost(node).text()
        for state, setter in _STATE.findall(component):
            if re.search(rf"\{{\s*{state}\b(?!\s*[,:}}])|\{{\s*{state}\s*\}}", component):
                return f"{setter}({message});"
        return f"alert({message});" if re.search(r"(?<![\w.])alert\(", component) else ""

    def is_sent_again(self, node: SgNode) -> bool:
        """True in what answers a sender that delivers once more what is not answered well."""
        return self.weight is not Weight.LIGHT and bool(
            _RECEIVES.search(self.outermost(node).text())
        )

    def failing(self, node: SgNode, name: str, *, repeats: bool = False) -> str:
        """The line that fails the request of a grave error, or of one whose request `repeats` what has
        failed when it is sent again; '' where it goes on."""
        function = enclosing(node, FUNCTIONS)
        if (
            not (self.weight is Weight.GRAVE or (repeats and self.is_sent_again(node)))
            or function is None
            or enclosing(node, LOOPS, FUNCTIONS) is not None
        ):
            return ""
        if "res.status(" in function.text():
            return '  return res.status(500).json({ error: "Something went wrong" });\n'
        entry = function_name(node) in _ENTRIES or _ACTIONS.match(self.text) is not None
        return f"  throw {name};\n" if entry else ""

    def may_throw(self, node: SgNode) -> bool:
        """True in a try whose handler does more than keep quiet, and where the function throws."""
        function = enclosing(node, FUNCTIONS)
        tried = enclosing(node, frozenset({"try_statement"}), FUNCTIONS)
        if tried is not None:
            body = tried.field("body")
            inside = body is not None and _contains(body, node)
            clause = next((c for c in tried.children() if c.kind() == "catch_clause"), None)
            if not inside or clause is None:
                return False
            told = TELLS.search(clause.text()) is not None
            answers = not self.browser and "return" in clause.text()
            others = (
                any(_contains(body, t) for t in within(tried, _THROWS, FUNCTIONS))
                if body
                else False
            )
            return told or (answers and others)
        body = function.field("body") if function is not None else None
        return body is not None and next(iter(within(body, _THROWS, FUNCTIONS)), None) is not None

    def may_return(self, statement: SgNode) -> bool:
        """True in a function that gives nothing back, outside of loops."""
        function = enclosing(statement, FUNCTIONS)
        body = function.field("body") if function is not None else None
        if body is None or enclosing(statement, LOOPS, FUNCTIONS) is not None:
            return False
        given = within(body, _RETURNS, FUNCTIONS)
        return not any(r.named_children() for r in given)

    def outermost(self, node: SgNode) -> SgNode:
        """The outermost function around a node: the component; else the whole file."""
        around = [a for a in node.ancestors() if a.kind() in FUNCTIONS]
        return around[-1] if around else self.syntax.root


def _contains(outer: SgNode, inner: SgNode) -> bool:
    one, other = outer.range(), inner.range()
    return one.start.index <= other.start.index and other.end.index <= one.end.index
