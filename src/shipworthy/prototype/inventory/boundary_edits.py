"""Catch what goes wrong while a page is drawn, with a component around the app where it starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.style import Style, after_line, margin, style_of
from shipworthy.prototype.code.syntax import Syntax, arguments, callee
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_COMPONENT = """import { Component, type ErrorInfo, type ReactNode } from "react";

export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main role="alert">
        <h1>Something went wrong</h1>
        <p>Please try again. If it happens again, tell us what you were doing.</p>
        <button onClick={() => window.location.reload()}>Try again</button>
      </main>
    );
  }
}
"""
_TYPES = (", type ErrorInfo, type ReactNode", "<{ children: ReactNode }, { failed: boolean }>")
_ALONE = frozenset({"jsx_self_closing_element"})


def with_boundary(prototype: Prototype, file: SourceFile) -> tuple[tuple[str, str], ...]:
    """The paths and new texts: of the file that starts to draw, and of the component beside it.

    Empty where more than one component is drawn there, or the name is taken.
    """
    if file.language is None or file.text is None:
        return ()
    kind = "jsx" if file.path.endswith((".jsx", ".js")) else "tsx"
    folder = f"{file.folder}/" if file.folder else ""
    path = f"{folder}components/ErrorBoundary.{kind}"
    syntax = Syntax(file, file.language)
    drawn = _drawn(syntax)
    if drawn is None or path in prototype.files or "ErrorBoundary" in file.text:
        return ()
    style = style_of(syntax)
    imports = [n for n in syntax.root.children() if n.kind() == "import_statement"]
    if not imports:
        return ()
    line = style.written('import { ErrorBoundary } from "./components/ErrorBoundary";')
    at = after_line(imports[-1], file.text)
    edits = [Edit(at, at, f"{line}\n"), _wrapped(drawn, style, file.text)]
    return (file.path, edited(file.text, edits)), (path, _component(style, kind))


def _drawn(syntax: Syntax) -> SgNode | None:
    """The one component of the prototype's own in `createRoot(…).render(…)`."""
    own = {n for n, m in bindings_of(syntax).modules.items() if m.startswith((".", "@/", "~/"))}
    for call in syntax.calls:
        if callee(call).rpartition(".")[2] not in ("render", "hydrateRoot"):
            continue
        found = [e for given in arguments(call) for e in (given, *within(given, _ALONE))]
        alone = [e for e in found if e.kind() in _ALONE]
        named = [e for e in alone if (n := e.field("name")) is not None and n.text() in own]
        if len(named) == 1:
            return named[0]
        elements = [given for given in arguments(call) if given.kind() == "jsx_element"]
        if len(elements) == 1:
            return _within_strict_mode(elements[0])
    return None


def _within_strict_mode(element: SgNode) -> SgNode:
    """What stands in React's check for developers alone, else all of it."""
    inner = [c for c in element.named_children() if c.kind() in ("jsx_element", *_ALONE)]
    opening = element.field("open_tag")
    strict = opening is not None and "StrictMode" in opening.text()
    return inner[0] if strict and len(inner) == 1 else element


def _wrapped(element: SgNode, style: Style, text: str) -> Edit:
    """The element between two lines; on lines of its own where it was an argument on the same line."""
    span = element.range()
    before, inner = margin(element, text), element.text()
    if "`" not in inner:  # a text over several lines keeps them as they are
        inner = inner.replace("\n", f"\n{style.indent}")
    line = text[text.rfind("\n", 0, span.start.index) + 1 : span.start.index]
    if not line.strip():
        own = ("<ErrorBoundary>", f"{before}{style.indent}{inner}", f"{before}</ErrorBoundary>")
        return Edit(span.start.index, span.end.index, "\n".join(own))
    step, end = before + style.indent, span.end.index
    lines = f"\n{step}<ErrorBoundary>\n{step}{style.indent}{inner}\n{step}</ErrorBoundary>"
    rest = re.match(r",?\s*(?=\))", text[end:])
    if rest is None:  # other arguments follow
        return Edit(span.start.index, end, lines)
    return Edit(span.start.index, end + rest.end(), f"{lines},\n{before}")


def _component(style: Style, kind: str) -> str:
    text = _COMPONENT
    if kind == "jsx":
        for types in _TYPES:
            text = text.replace(types, "")
        text = text.replace("error: Error, info: ErrorInfo", "error, info")
    text = text.replace('"react"', f"{style.quote}react{style.quote}")
    if not style.end:
        text = re.sub(r";$", "", text, flags=re.MULTILINE)
    return re.sub(r"^(?:  )+", lambda m: style.indent * (len(m[0]) // 2), text, flags=re.MULTILINE)
