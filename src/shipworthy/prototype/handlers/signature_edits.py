"""Let a webhook written in JavaScript check the signature of each message, by editing its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode
from msgspec.structs import replace

from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.style import after_line, margin, style_of
from shipworthy.prototype.code.syntax import (
    FUNCTIONS,
    Syntax,
    arguments,
    callee,
    enclosing,
    identifiers,
)
from shipworthy.prototype.handlers.entry_functions import (
    entry_function,
    parameter_names,
    route_calls,
)
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.opening_checks import first_work
from shipworthy.prototype.handlers.raw_body_edits import keeping_raw, parser_edits
from shipworthy.prototype.handlers.senders import Sender
from shipworthy.prototype.handlers.signature_checks import (
    BODY,
    CALLS,
    Hook,
    check_imports,
    check_lines,
)
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NEW_NAMES = ("webhookSecret", "sentSignature", "expectedSignature")


def with_signature(
    prototype: Prototype, handler: Handler, sender: Sender, secret: str
) -> dict[str, str] | None:
    """The texts of the files in which the webhook refuses what its sender did not sign, by path.

    The body is taken as it came; without the secret in the environment every message is refused.
    None where the body is read in a way that could not be followed.
    """
    file = prototype.files.get(handler.location.path)
    if file is None or file.language in (None, Language.PYTHON) or file.text is None:
        return None
    syntax = Syntax(file, file.language or Language.TYPESCRIPT)
    function = entry_function(syntax, handler)
    names = parameter_names(function) if function is not None else []
    if function is None or not names or not names[0] or sender.header in file.text.lower():
        return None
    if any(name in identifiers(syntax.root) for name in _NEW_NAMES):
        return None
    reply = names[1] if handler.route.framework == "express" and len(names) > 1 else ""
    hook = Hook(syntax, file.text, function, names[0], reply, sender, secret, "rawBody")
    if reply:
        return _express(prototype, handler, hook)
    text = _web(hook)
    return None if text is None else {file.path: text}


def _web(hook: Hook) -> str | None:
    """A handler that is given a `Request`: its body is read as text, checked and parsed."""
    reads = [
        call
        for call in within(hook.function, CALLS)
        if callee(call) in {f"{hook.request}.{name}" for name in BODY}
    ]
    if len(reads) != 1 or enclosing(reads[0], FUNCTIONS) != hook.function:
        return None
    read, how = reads[0], callee(reads[0]).rpartition(".")[2]
    declarator = enclosing(read, frozenset({"variable_declarator"}), FUNCTIONS)
    statement = declarator.parent() if declarator is not None else None
    block = statement.parent() if statement is not None else None
    value = declarator.field("value") if declarator is not None else None
    if declarator is None or statement is None or value is None or block is None:
        return None
    if block.kind() != "statement_block" or peeled(value) != read:
        return None
    name = declarator.field("name")
    if not hook.sender.algorithm:  # nothing is computed over the body
        check = check_lines(hook, margin(statement, hook.text))
        start = statement.range().start.index - len(margin(statement, hook.text))
        return _written(hook, check, [Edit(start, start, check or "")])
    if how == "text" and name is not None and name.kind() == "identifier":
        at = after_line(statement, hook.text)
        kept = replace(hook, raw=name.text())
        check = check_lines(kept, margin(statement, hook.text))
        return _written(kept, check, [Edit(at, at, check or "")])
    if how != "json" or "rawBody" in identifiers(hook.syntax.root):
        return None
    before = margin(statement, hook.text)
    check = check_lines(hook, before)
    style = style_of(hook.syntax)
    start = statement.range().start.index
    first = style.written(f"const rawBody = await {hook.request}.text();\n")
    code = f"{first}{check}{before}"
    edits = [Edit(start, start, code), replacing(_awaited(read), "JSON.parse(rawBody)")]
    return _written(hook, check, edits)


def _awaited(read: SgNode) -> SgNode:
    parent = read.parent()
    return parent if parent is not None and parent.kind() == "await_expression" else read


def _written(hook: Hook, check: str | None, edits: list[Edit]) -> str | None:
    if check is None:
        return None
    imports = check_imports(hook)
    return None if imports is None else edited(hook.text, [*imports, *edits])


def _express(prototype: Prototype, handler: Handler, hook: Hook) -> dict[str, str] | None:
    """A handler of Express: the parser of JSON keeps the body as it came, and the handler checks it."""
    path = hook.syntax.source.path
    body = hook.function.field("body")
    at = first_work(body) if body is not None and body.kind() == "statement_block" else None
    if at is None:
        return None
    typed = hook.syntax.language is not Language.JAVASCRIPT
    raw = f"({hook.request} as unknown as {{ rawBody: Buffer }}).rawBody"
    raw = raw if typed else f"{hook.request}.rawBody"
    changed: dict[str, str] = {}
    own = next(route_calls(hook.syntax, handler), None)
    if own is not None and any(callee(a) == "express.raw" for a in arguments(own)):
        raw = f"{hook.request}.body"
    elif hook.sender.algorithm:
        kept = keeping_raw(prototype)
        if kept is None:
            return None
        changed = kept
    hook = replace(hook, raw=raw)
    before = margin(at, hook.text)
    check = check_lines(hook, before)
    imports = check_imports(hook)
    if check is None or imports is None:
        return None
    start = at.range().start.index - len(before)
    edits = [*imports, Edit(start, start, check)]
    if path in changed:  # the parser stands in the same file
        edits += parser_edits(hook.syntax) or []
    changed[path] = edited(hook.text, edits)
    return changed
