"""Reasons, in comments or in the code around it, why a failure need not be dealt with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import FUNCTIONS
from shipworthy.regex import regex

_FAILURE = regex(
    r"(?<!!)\b\w*(err|error|fail|failed|failure)\b(?!\s*(===?|is)\s*(null|None))", re.IGNORECASE
)
_EXCUSE = regex(
    r"best.?effort|non.?critical|non.?fatal|non.?blocking|fire.and.forget|optional|ignore|silent"
    r"|doesn't matter"
    r"|don't (fail|block|wait|throw)"
    r"|\b(continue|proceed|go on|carry on)\b.{0,20}\b(anyway|regardless|even (if|though))"
    # The same in Spanish, Portuguese, French and German.
    r"|\b(continu[ae]\w*|seguir|seguimos)\b.{0,20}\b(de todos modos|de todas (formas|maneras)|igualmente"
    r"|mesmo assim|quand même|malgré)"
    r"|\b(no|não|nao) (es |é )?(cr[ií]tico|bloque\w*|fatal)|trotzdem (weiter|fortfahren)|unkritisch",
    re.IGNORECASE,
)


def may_fail(node: SgNode) -> bool:
    """True where a failure is expected: for what tidies up after another failure (in a handler, or
    below `if (error)`), and for what a comment above calls best effort."""
    below = node
    for above in node.ancestors():
        kind = above.kind()
        if kind in ("catch_clause", "except_clause", "finally_clause"):
            return True
        if kind == "if_statement":
            condition, then = above.field("condition"), above.field("consequence")
            if condition is not None and then == below and _FAILURE.search(condition.text()):
                return True
        if kind in FUNCTIONS:
            return _is_excused_as_a_whole(above)
        if kind.endswith(_STATEMENTS) and (is_excused(above) or _is_before_failure(above)):
            return True
        below = above
    return False


def _is_excused_as_a_whole(function: SgNode) -> bool:
    """True where the comment above a function says so, of `export async function` as well."""
    above = function.parent()
    exported = above is not None and above.kind() == "export_statement"
    before = (above if exported and above is not None else function).prev()
    text = ""
    while before is not None and before.kind() == "comment":
        text, before = before.text() + text, before.prev()
    return _OF_A_FUNCTION.search(text) is not None


# What is said of a whole function tells more of what it is for: "optional" is one of its parameters.
_OF_A_FUNCTION = regex(
    r"best.?effort|non.?critical|non.?fatal|fire.and.forget|never (fails|blocks|throws)",
    re.IGNORECASE,
)


def is_promised(statement: SgNode) -> bool:
    """True where the docstring of the function says what it answers on failure."""
    function = next((a for a in statement.ancestors() if a.kind() in FUNCTIONS), None)
    body = function.field("body") if function is not None else None
    if body is None or body.kind() != "block":
        return False
    first = next((child for child in body.children() if child.is_named()), None)
    if first is None or first.kind() != "expression_statement":
        return False
    return first.text()[:1] in "\"'" and _PROMISE.search(first.text()) is not None


_PROMISE = regex(
    r"(\bon|\bupon|in case of|if) (any |an? |the )?(\w+ ){0,3}(error|failure|exception|fails)|never raises"
    r"|best.?effort|non.?critical|non.?fatal|fail(s|ing)? (silently|open|soft)",
    re.IGNORECASE,
)


def _is_before_failure(statement: SgNode) -> bool:
    """True for what only notes a failure that the very next statement throws or answers."""
    following = statement.next()
    while following is not None and following.kind() in ("comment", ";"):
        following = following.next()
    if following is None:
        return False
    if following.kind() == "throw_statement":
        return True
    return following.kind() == "return_statement" and bool(_DENIES.search(following.text()))


_DENIES = regex(
    r"status\s*[:(]\s*[45]\d\d|\b(success|ok|valid)\s*:\s*false|[{,]\s*error\s*:(?!\s*(null|undefined))"
)


def is_forgiven(node: SgNode) -> bool:
    """True where a comment at the `if (error)` that follows says that the failure does no harm."""
    statement = next((a for a in node.ancestors() if a.kind().endswith(_STATEMENTS)), None)
    after, text = statement.next() if statement is not None else None, ""
    while after is not None and after.kind() == "comment":
        text += after.text()
        after = after.next()
    if after is None or after.kind() != "if_statement":
        return False
    condition = after.field("condition")
    if condition is None or not _FAILURE.search(condition.text()):
        return False
    return excuses(text + "".join(comment.text() for comment in _comments(after)))


def _comments(node: SgNode) -> Sequence[SgNode]:
    text = node.text()
    commented = "//" in text or "/*" in text or "#" in text
    return node.find_all(kind="comment") if commented else ()


_STATEMENTS = ("_statement", "_declaration")


def is_excused(statement: SgNode) -> bool:
    """True when the comment above a statement says that it need not work."""
    before = statement.prev()
    text = ""
    while before is not None and before.kind() == "comment":
        text += before.text()
        before = before.prev()
    return excuses(text)


def is_within_excused(statement: SgNode) -> bool:
    """True when such a comment stands above the statement, or above an `if` or `try` around it."""
    if is_excused(statement):
        return True
    for above in statement.ancestors():
        if above.kind() in FUNCTIONS:
            return False
        if above.kind() in ("if_statement", "try_statement") and is_excused(above):
            return True
    return False


def excuses(comment: str) -> bool:
    """True for a comment that says "best effort", "non-critical" or the like."""
    return bool(comment and _EXCUSE.search(comment))


def opens_excused(body: SgNode) -> bool:
    """`try { // optional: …`"""
    first = next((child for child in body.children() if child.is_named()), None)
    return first is not None and first.kind() == "comment" and excuses(first.text())


# Words that say that an error is dropped, but not why.
_NO_REASON = frozenset(
    """ignore ignored ignoring silent silently fail fails failed failure error errors err
    exception exceptions nothing noop todo fixme handle handled swallow skip catch empty
    eslint disable next line console here this just the and any for now with pass
    continue""".split()
)


def gives_reason(handler: SgNode) -> bool:
    """True when a comment gives a reason, in words beyond "ignore errors silently"."""
    words: list[str] = []
    for comment in _comments(handler):
        words += re.findall(r"[^\W\d_]{3,}", comment.text().lower())
    previous = handler.parent()
    if previous is not None and handler.kind() == "block":
        # Python's parser puts a comment before the first statement beside the block.
        for child in previous.children():
            if child.kind() == "comment":
                words += re.findall(r"[^\W\d_]{3,}", child.text().lower())
    return "todo" not in words and any(word not in _NO_REASON for word in words)
