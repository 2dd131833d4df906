"""Let requests that only read be sent again after a failure, with a pause that grows and differs."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import adding_imports, specifier
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax, identifiers
from shipworthy.prototype.outbound.calls import OutboundCall, calls_of
from shipworthy.prototype.queries.chains import within
from shipworthy.prototype.source import Language, SourceFile

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_NAME, _FUNCTION = "again", "again"
_SHARED = "supabase/functions/_shared"
_HOMES = ("src/lib", "lib", "server/lib")
# Busy or restarting: https://www.rfc-editor.org/rfc/rfc9110#name-server-error-5xx and RFC 6585.
_TYPED = """// Only for requests that change nothing: sent again after a failure, at most twice.
const BUSY = [429, 502, 503, 504];

export async function again(send: () => Promise<Response>): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await send();
      if (attempt >= 2 || !BUSY.includes(response.status)) return response;
      await response.body?.cancel();
    } catch (error) {
      const outOfTime = error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name);
      if (attempt >= 2 || outOfTime) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt * (0.5 + Math.random())));
  }
}
"""
_PLAIN = _TYPED.replace(": () => Promise<Response>", "").replace(": Promise<Response>", "")
_AWAITS = frozenset({"await_expression", "yield_expression"})


def with_retries(prototype: Prototype, calls: Sequence[OutboundCall]) -> dict[str, str]:
    """The texts of the files in which these calls of `fetch` are sent again, and of the new module.

    Calls of other clients stay as they are. Empty where nothing of it is `fetch`.
    """
    changed: dict[str, str] = {}
    for shared in (True, False):  # edge functions cannot import what lies outside of their folder
        chosen = [c for c in calls if c.callee == "fetch" and _is_edge(c.location.path) is shared]
        paths = sorted({call.location.path for call in chosen})
        files = [f for p in paths if (f := prototype.files[p]).language is not Language.PYTHON]
        if not files:
            continue
        typed = any(file.language is not Language.JAVASCRIPT for file in files)
        module = posixpath.join(_SHARED if shared else _home(prototype, files), _NAME)
        path = f"{module}.{'ts' if typed else 'js'}"
        if path in prototype.files:
            continue
        places = {call.location for call in chosen}
        texts = {f.path: text for f in files if (text := _asking_again(f, places, module, shared))}
        changed |= {path: script_retry(typed), **texts} if texts else {}
    return changed


def script_retry(typed: bool) -> str:
    """The new module, in TypeScript or JavaScript."""
    return _TYPED if typed else _PLAIN


def _is_edge(path: str) -> bool:
    return path.startswith("supabase/functions/")


def _home(prototype: Prototype, files: Sequence[SourceFile]) -> str:
    """The folder for what is shared; else the one around all files that need it."""
    known = {posixpath.dirname(path) for path in prototype.files}
    return next(
        (home for home in _HOMES if home in known),
        posixpath.commonpath([file.folder for file in files]) if files[0].folder else "",
    )


def _asking_again(
    file: SourceFile, places: Collection[Location], module: str, edge: bool
) -> str | None:
    if file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    if _FUNCTION in identifiers(syntax.root):
        return None
    if not syntax.nodes("import_statement") and "require(" in file.text:
        return None
    edits: list[Edit] = []
    for found in calls_of(syntax):
        if found.call.location not in places or any(within(found.node, _AWAITS)):
            continue
        span = found.node.range()
        edits.append(Edit(span.start.index, span.start.index, f"{_FUNCTION}(() => "))
        edits.append(Edit(span.end.index, span.end.index, ")"))
    source = specifier(syntax, module, ".ts" if edge else "")
    statement = style_of(syntax).written(f'import {{ {_FUNCTION} }} from "{source}"')
    return edited(file.text, [*edits, *adding_imports(syntax, [statement])]) if edits else None
