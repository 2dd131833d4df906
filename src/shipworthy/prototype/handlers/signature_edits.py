"""Let a webhook written in JavaScript check the signature of each message, by editing its start."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit, edited, replacing
from shipworthy.prototype.code.new_imports import adding_imports
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
from shipworthy.prototype.handlers.senders import STRIPE, Sender
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_BODY = ("json", "text", "formData", "arrayBuffer", "blob", "clone", "bytes")
_NEW_NAMES = ("webhookSecret", "sentSignature", "expectedSignature")
_ON_THE_EDGE = re.compile(r"""runtime\s*=\s*["']edge["']|["']experimental-edge["']""")
_PACKAGE = re.compile(r"stripe$|npm:|https:")  # brings the class, not a client
_CALLS = frozenset({"call_expression"})


@dataclass(frozen=True, slots=True)
class _Hook:
    """A webhook in its file. `request` is the name of what comes in, `reply` that of Express's answer
    ("" elsewhere); `raw` the expression that holds the body as it was sent."""

    syntax: Syntax
    text: str
    function: SgNode
    request: str
    reply: str
    sender: Sender
    secret: str
    raw: str

    @property
    def bindings(self) -> Bindings:
        return bindings_of(self.syntax)


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
    hook = _Hook(syntax, file.text, function, names[0], reply, sender, secret, "rawBody")
    if reply:
        return _express(prototype, handler, hook)
    text = _web(hook)
    return None if text is None else {file.path: text}


def _web(hook: _Hook) -> str | None:
    """A handler that is given a `Request`: its body is read as text, checked and parsed."""
    reads = [
        call
        for call in within(hook.function, _CALLS)
        if callee(call) in {f"{hook.request}.{name}" for name in _BODY}
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
    if how == "text" and name is not None and name.kind() == "identifier":
        at = after_line(statement, hook.text)
        kept = replace(hook, raw=name.text())
        check = _check(kept, margin(statement, hook.text))
        return _written(kept, check, [Edit(at, at, check or "")])
    if how != "json" or "rawBody" in identifiers(hook.syntax.root):
        return None
    before = margin(statement, hook.text)
    check = _check(hook, before)
    style = style_of(hook.syntax)
    start = statement.range().start.index
    first = style.written(f"const rawBody = await {hook.request}.text();\n")
    code = f"{first}{check}{before}"
    edits = [Edit(start, start, code), replacing(_awaited(read), "JSON.parse(rawBody)")]
    return _written(hook, check, edits)


def _awaited(read: SgNode) -> SgNode:
    parent = read.parent()
    return parent if parent is not None and parent.kind() == "await_expression" else read


def _written(hook: _Hook, check: str | None, edits: list[Edit]) -> str | None:
    if check is None:
        return None
    imports = _imports(hook)
    return None if imports is None else edited(hook.text, [*imports, *edits])


def _express(prototype: Prototype, handler: Handler, hook: _Hook) -> dict[str, str] | None:
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
    else:
        kept = keeping_raw(prototype)
        if kept is None:
            return None
        changed = kept
    hook = replace(hook, raw=raw)
    before = margin(at, hook.text)
    check = _check(hook, before)
    imports = _imports(hook)
    if check is None or imports is None:
        return None
    start = at.range().start.index - len(before)
    edits = [*imports, Edit(start, start, check)]
    if path in changed:  # the parser stands in the same file
        edits += parser_edits(hook.syntax) or []
    changed[path] = edited(hook.text, edits)
    return changed


def _check(hook: _Hook, before: str) -> str | None:
    """The lines that refuse what was not signed, indented; None where they could not be written."""
    lines = _stripe_lines(hook) if hook.sender is STRIPE else _hmac_lines(hook)
    if lines is None:
        return None
    secret = [
        f"const webhookSecret = {_variable(hook)};",
        "if (!webhookSecret) {",
        *refusal(hook.syntax, hook.reply, "The secret of the webhook is not configured", 500),
        "}",
    ]
    style = style_of(hook.syntax)
    code = style.written("\n".join([*secret, *lines]))
    return "".join(f"{before}{line}{style.newline}" for line in code.split(style.newline))


def _variable(hook: _Hook) -> str:
    if "Deno." in hook.text:
        return f'Deno.env.get("{hook.secret}")'
    return f"process.env.{hook.secret}"


def refusal(syntax: Syntax, reply: str, why: str, status: int) -> list[str]:
    """The lines that answer with an error and end the handler, as its framework does it."""
    if reply:
        return [f'  {reply}.status({status}).json({{ error: "{why}" }});', "  return;"]
    if "NextResponse" in bindings_of(syntax).modules:
        return [f'  return NextResponse.json({{ error: "{why}" }}, {{ status: {status} }});']
    return [f'  return new Response("{why}", {{ status: {status} }});']


def _header(hook: _Hook) -> str:
    how = "get" if hook.reply else "headers.get"
    return f'{hook.request}.{how}("{hook.sender.header}") ?? ""'


def _stripe_lines(hook: _Hook) -> list[str] | None:
    client = _stripe(hook)
    if client is None:
        return None
    header = _header(hook)
    return [
        "try {",
        f"  await {client}.webhooks.constructEventAsync({hook.raw}, {header}, webhookSecret);",
        "} catch {",
        *refusal(hook.syntax, hook.reply, "The signature does not fit", 401),
        "}",
    ]


def _stripe(hook: _Hook) -> str | None:
    """The name of the client that is made before the body is read; None where none is."""
    asynchronous = any(c.kind() == "async" for c in hook.function.children())
    if not asynchronous:
        return None
    start = hook.function.range().start.index
    for binding in hook.bindings.all:
        value = peeled(binding.value)
        made = value is not None and value.kind() == "new_expression" and callee(value) == "Stripe"
        if made and "." not in binding.name and binding.scope == -1:
            return binding.name
        if made and binding.scope == start and binding.node.range().start.index < _reads_at(hook):
            return binding.name
    module = hook.bindings.modules.get("stripe", "")
    return "stripe" if module and not _PACKAGE.match(module) else None


def _reads_at(hook: _Hook) -> int:
    for call in within(hook.function, _CALLS):
        if callee(call) in {f"{hook.request}.{name}" for name in _BODY}:
            return call.range().start.index
    return -1


def _hmac_lines(hook: _Hook) -> list[str] | None:
    if _ON_THE_EDGE.search(hook.text):
        return None  # no node:crypto there
    sender, house = hook.sender, _of_crypto(hook)
    digest = (
        f'{house}createHmac("{sender.algorithm}", webhookSecret).update({hook.raw})'
        f'.digest("{sender.encoding}")'
    )
    signed = f"`{sender.prefix}${{{digest}}}`" if sender.prefix else digest
    return [
        f"const expectedSignature = Buffer.from({signed});",
        f"const sentSignature = Buffer.from({_header(hook)});",
        "if (",
        "  sentSignature.length !== expectedSignature.length ||",
        f"  !{house}timingSafeEqual(sentSignature, expectedSignature)",
        ") {",
        *refusal(hook.syntax, hook.reply, "The signature does not fit", 401),
        "}",
    ]


def _of_crypto(hook: _Hook) -> str:
    return "crypto." if hook.bindings.modules.get("crypto") in ("crypto", "node:crypto") else ""


def _imports(hook: _Hook) -> list[Edit] | None:
    if hook.sender is STRIPE:
        return []
    known = hook.bindings.modules
    statements = []
    if not _of_crypto(hook):
        if "createHmac" in known or "timingSafeEqual" in known:
            return None
        statements.append('import { createHmac, timingSafeEqual } from "node:crypto"')
    if "Deno." in hook.text and "Buffer" not in known:
        statements.append('import { Buffer } from "node:buffer"')
    style = style_of(hook.syntax)
    return adding_imports(hook.syntax, [style.written(statement) for statement in statements])
