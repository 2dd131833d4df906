"""The lines with which a webhook written in JavaScript checks the signature of a message."""

from __future__ import annotations

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.prototype.code.bindings import Bindings, bindings_of
from shipworthy.prototype.code.edits import Edit
from shipworthy.prototype.code.new_imports import adding_imports
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax, callee
from shipworthy.prototype.handlers.senders import STRIPE, Sender
from shipworthy.prototype.queries.chains import within
from shipworthy.regex import regex

BODY = ("json", "text", "formData", "arrayBuffer", "blob", "clone", "bytes")
"""The ways to read the body of a `Request`."""
CALLS = frozenset({"call_expression"})
_ON_THE_EDGE = regex(r"""runtime\s*=\s*["']edge["']|["']experimental-edge["']""")
_PACKAGE = regex(r"stripe$|npm:|https:")  # brings the class, not a client


class Hook(Struct, frozen=True):
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


def check_lines(hook: Hook, before: str) -> str | None:
    """The lines that refuse what was not signed, indented by `before`; None where they cannot be written."""
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


def _variable(hook: Hook) -> str:
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


def _header(hook: Hook) -> str:
    how = "get" if hook.reply else "headers.get"
    return f'{hook.request}.{how}("{hook.sender.header}") ?? ""'


def _stripe_lines(hook: Hook) -> list[str] | None:
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


def _stripe(hook: Hook) -> str | None:
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


def _reads_at(hook: Hook) -> int:
    for call in within(hook.function, CALLS):
        if callee(call) in {f"{hook.request}.{name}" for name in BODY}:
            return call.range().start.index
    return -1


def _hmac_lines(hook: Hook) -> list[str] | None:
    if _ON_THE_EDGE.search(hook.text):
        return None  # no node:crypto there
    sender, house = hook.sender, _of_crypto(hook)
    digest = (
        f'{house}createHmac("{sender.algorithm}", webhookSecret).update({hook.raw})'
        f'.digest("{sender.encoding}")'
    )
    signed = f"`{sender.prefix}${{{digest}}}`" if sender.prefix else digest
    if not sender.algorithm:
        signed = "webhookSecret"
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


def _of_crypto(hook: Hook) -> str:
    return "crypto." if hook.bindings.modules.get("crypto") in ("crypto", "node:crypto") else ""


def check_imports(hook: Hook) -> list[Edit] | None:
    """What those lines need imported; None where a name of it is taken in another way."""
    if hook.sender is STRIPE:
        return []
    known = hook.bindings.modules
    statements = []
    if not _of_crypto(hook):
        if "createHmac" in known or "timingSafeEqual" in known:
            return None
        names = "createHmac, timingSafeEqual" if hook.sender.algorithm else "timingSafeEqual"
        statements.append(f'import {{ {names} }} from "node:crypto"')
    if "Deno." in hook.text and "Buffer" not in known:
        statements.append('import { Buffer } from "node:buffer"')
    style = style_of(hook.syntax)
    return adding_imports(hook.syntax, [style.written(statement) for statement in statements])
