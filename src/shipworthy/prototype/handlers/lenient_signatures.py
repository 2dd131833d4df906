"""Turn `if (secret) { check }`, which believes everybody where the secret is missing, into a refusal."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.style import margin, style_of
from shipworthy.prototype.code.syntax import FUNCTIONS, Syntax, callee, dotted, enclosing
from shipworthy.prototype.handlers.entry_functions import entry_function, parameter_names
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.signature_checks import refusal
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, SourceFile
from shipworthy.regex import regex

_VERIFIES = regex(r"constructEvent|createHmac|subtle\.|verif\w*|timingSafeEqual", re.IGNORECASE)
_REFUSES = regex(r"\b40[13]\b")
_SECRET = regex(r"secret|signing|webhook_?(key|token)", re.IGNORECASE)
_READS_ENVIRONMENT = regex(r"process\.env\b|Deno\.env\b")
_IFS = frozenset({"if_statement"})
_TEMPLATES = frozenset({"template_string"})


def without_leniency(file: SourceFile, handler: Handler) -> str | None:
    """The text in which a message is refused where the secret is not set or the signature is missing.

    None where the handler has no such check, or more than one.
    """
    if file.language in (None, Language.PYTHON) or file.text is None:
        return None
    syntax = Syntax(file, file.language or Language.TYPESCRIPT)
    function = entry_function(syntax, handler)
    if function is None:
        return None
    found = [
        (statement, asked)
        for statement in within(function, _IFS)
        if enclosing(statement, FUNCTIONS) == function
        and (asked := _asked(syntax, statement)) is not None
    ]
    if len(found) != 1:
        return None
    statement, asked = found[0]
    names = parameter_names(function)
    express = handler.route.framework == "express" and len(names) > 1
    return _unwrapped(syntax, file.text, statement, asked, names[1] if express else "")


def _asked(syntax: Syntax, statement: SgNode) -> list[tuple[str, bool]] | None:
    """What `if (secret && signature)` asks for, each with whether it is the secret; None for any
    other condition, and where nothing is verified behind it."""
    consequence, condition = statement.field("consequence"), peeled(statement.field("condition"))
    block = statement.parent()
    if consequence is None or condition is None or block is None:
        return None
    if consequence.kind() != "statement_block" or block.kind() != "statement_block":
        return None
    if not (_VERIFIES.search(consequence.text()) or _REFUSES.search(consequence.text())):
        return None
    asked = []
    for part in _conjuncts(condition):
        name = dotted(part)
        if not name:
            return None
        value = bindings_of(syntax).value(part)
        text = value.text() if value is not None else ""
        if _READS_ENVIRONMENT.search(text) and _SECRET.search(f"{name} {text}"):
            asked.append((name, True))
        elif _is_header(value):
            asked.append((name, False))
        else:
            return None
    return asked


def _conjuncts(condition: SgNode) -> list[SgNode]:
    operator = condition.field("operator")
    if condition.kind() == "binary_expression" and operator and operator.text() == "&&":
        sides = [peeled(condition.field(side)) for side in ("left", "right")]
        return [part for side in sides if side is not None for part in _conjuncts(side)]
    return [condition]


def _is_header(value: SgNode | None) -> bool:
    """True for `req.headers["x-signature"]`, `request.headers.get("…")` and what they fall back to."""
    if value is None:
        return False
    if value.kind() == "binary_expression":
        left = value.field("left")
        return _is_header(peeled(left) if left is not None else None)
    name = callee(value) if value.kind() == "call_expression" else dotted(value)
    return ".headers" in name or name.endswith((".get", ".header"))


def _unwrapped(
    syntax: Syntax, text: str, statement: SgNode, asked: list[tuple[str, bool]], reply: str
) -> str | None:
    body = statement.field("consequence")
    inner = [c for c in body.children() if c.is_named()] if body is not None else []
    templates = list(within(statement, _TEMPLATES))
    if not inner or any("\n" in template.text() for template in templates):
        return None
    style, before = style_of(syntax), margin(statement, text)
    lines: list[str] = []
    for name, secret in asked:
        why = (
            "The secret of the webhook is not configured" if secret else "The signature is missing"
        )
        lines += [f"if (!{name}) {{", *refusal(syntax, reply, why, 500 if secret else 401), "}"]
    refusing = style.written("\n".join(lines)).split(style.newline)
    deeper = margin(inner[0], text)
    start, end = inner[0].range().start.index, inner[-1].range().end.index
    first, *others = text[start:end].replace("\r\n", "\n").split("\n")
    kept = [before + o.removeprefix(deeper) if o.startswith(deeper) else o for o in others]
    whole = [refusing[0], *(before + line for line in (*refusing[1:], first)), *kept]
    span = statement.range()
    return edited(text, [Edit(span.start.index, span.end.index, "\n".join(whole))])
