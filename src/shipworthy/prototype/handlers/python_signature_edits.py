"""Let a webhook written in Python check the signature of each message, by editing its start."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import margin, style_of
from shipworthy.prototype.code.syntax import Syntax, callee, identifiers
from shipworthy.prototype.handlers.entry_functions import entry_function
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.senders import STRIPE, Sender
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, SourceFile

_NEW_NAMES = ("raw_body", "webhook_secret", "expected_signature")
_CALLS = frozenset({"call"})
_READS = {
    "fastapi": ("json", "body"),
    "starlette": ("json", "body"),
    "flask": ("get_json", "get_data", "json", "data"),
}


def with_python_signature(
    file: SourceFile, handler: Handler, sender: Sender, secret: str
) -> str | None:
    """The text in which the webhook refuses what its sender did not sign; FastAPI and Flask.

    None where the body comes as a parameter, or is read in a helper.
    """
    framework = handler.route.framework
    if file.language is not Language.PYTHON or file.text is None or framework not in _READS:
        return None
    syntax = Syntax(file, file.language)
    function = entry_function(syntax, handler)
    if function is None or sender.header in file.text.lower():
        return None
    if any(name in identifiers(syntax.root) for name in _NEW_NAMES):
        return None
    request = "request" if framework == "flask" else _request(function)
    at = _first_read(function, request, framework) if request else None
    lines = _lines(syntax, sender, secret, request, framework) if request else None
    if at is None or lines is None:
        return None
    before, step = margin(at, file.text), style_of(syntax).indent
    code = "".join(f"{before}{line.replace('    ', step)}\n" for line in lines)
    start = at.range().start.index - len(before)
    modules = ["os"] if sender is STRIPE else ["hashlib", "hmac", "os"]
    if not sender.algorithm:
        modules = ["hmac", "os"]
    if sender.encoding == "base64":
        modules = ["base64", *modules]
    edits = [e for m in modules for e in importing(syntax, m)]
    return edited(file.text, [*_merged(edits), Edit(start, start, code)])


def _merged(edits: list[Edit]) -> list[Edit]:
    """Imports that go to the same place as one edit, in their order."""
    places: dict[tuple[int, int], list[str]] = {}
    for edit in edits:
        places.setdefault((edit.start, edit.end), []).append(edit.text)
    found = []
    for (start, end), texts in places.items():
        # Each comes with the blank line that parts it from third-party imports; one is enough.
        body = (
            [t.rstrip("\n") + "\n" for t in texts[:-1]] if texts[-1].endswith("\n") else texts[:-1]
        )
        found.append(Edit(start, end, "".join([*body, texts[-1]])))
    return found


def _request(function: SgNode) -> str:
    """The parameter that is annotated `Request`."""
    parameters = function.field("parameters")
    for parameter in parameters.named_children() if parameters is not None else ():
        kind = parameter.field("type")
        if kind is not None and kind.text().rpartition(".")[2] == "Request":
            return parameter.text().partition(":")[0].strip()
    return ""


def _first_read(function: SgNode, request: str, framework: str) -> SgNode | None:
    """The statement of the function itself in which the body is read first. A `try` around the read is
    taken whole: what is raised in front of it, no `except` of it takes for another kind of body."""
    body = function.field("body")
    for statement in body.named_children() if body is not None else ():
        text = statement.text()
        named = any(callee(c) in _ways(request, framework) for c in within(statement, _CALLS))
        plain = framework == "flask" and (f"{request}.json" in text or f"{request}.data" in text)
        if named or plain:
            return statement
    return None


def _ways(request: str, framework: str) -> set[str]:
    return {f"{request}.{name}" for name in _READS[framework]}


def _lines(
    syntax: Syntax, sender: Sender, secret: str, request: str, framework: str
) -> list[str] | None:
    known = bindings_of(syntax).modules
    if framework != "flask" and "HTTPException" not in known:
        return None
    read = f"{request}.get_data()" if framework == "flask" else f"await {request}.body()"
    opening = [
        *([f"raw_body = {read}"] if sender.algorithm else []),
        f'webhook_secret = os.environ.get("{secret}")',
        "if not webhook_secret:",
        f"    {_refusal(framework, 'The secret of the webhook is not configured', 500)}",
    ]
    header = f'{request}.headers.get("{sender.header}", "")'
    refused = _refusal(framework, "The signature does not fit", 401)
    if sender is STRIPE:
        if known.get("stripe") != "stripe":
            return None
        return [
            *opening,
            "try:",
            f"    stripe.Webhook.construct_event(raw_body, {header}, webhook_secret)",
            "except Exception:",
            f"    {refused}",
        ]
    made = f"hmac.new(webhook_secret.encode(), raw_body, hashlib.{sender.algorithm})"
    if sender.encoding == "base64":
        signed = f"base64.b64encode({made}.digest()).decode()"
    else:
        signed = f"{made}.hexdigest()"
    signed = f'"{sender.prefix}" + {signed}' if sender.prefix else signed
    if not sender.algorithm:
        signed = "webhook_secret"
    return [
        *opening,
        f"expected_signature = {signed}",
        f"if not hmac.compare_digest({header}.encode(), expected_signature.encode()):",
        f"    {refused}",
    ]


def _refusal(framework: str, why: str, status: int) -> str:
    if framework == "flask":
        return f'return {{"error": "{why}"}}, {status}'
    return f'raise HTTPException(status_code={status}, detail="{why}")'
