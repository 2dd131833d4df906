"""Begin a function of the platform with the question who is signed in, where only its pages ask for it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.new_imports import adding_imports, specifier
from shipworthy.prototype.code.style import margin, style_of
from shipworthy.prototype.code.syntax import Syntax, identifiers
from shipworthy.prototype.handlers.entry_functions import parameter_names, script_function
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.handlers.opening_checks import first_work
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_CLIENT = "createClient"
_PACKAGE = regex(r"@supabase/supabase-js(@|$)")
_USUAL = "https://esm.sh/@supabase/supabase-js@2"
_NAMES = ("caller", "callerOf")
_SHARED, _ASKED = "_shared/caller.ts", "export async function callerOf("
# The functions of the platform get both settings from it:
# https://supabase.com/docs/guides/functions/secrets#default-secrets
_MODULE = """import { createClient } from "SOURCE";

// Who is signed in, as the token of the request says; null for a stranger.
export async function callerOf(request: Request) {
  const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
  const client = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!);
  const { data: { user } } = await client.auth.getUser(token);
  return user;
}
"""
_LINES = """const caller = await callerOf(REQUEST);
if (!caller) {
  return new Response(JSON.stringify({ error: "Sign in first" }), {
    status: 401,
    headers: { HEADERS"Content-Type": "application/json" },
  });
}
"""


def with_caller_check(prototype: Prototype, handler: Handler) -> dict[str, str] | None:
    """The text of the function's file, and of the module beside the functions that knows the caller where
    it is not there yet; None where the function is written in another way."""
    file = prototype.files.get(handler.location.path)
    if file is None or file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    function = script_function(syntax, handler)
    body = function.field("body") if function is not None else None
    at = first_work(body) if body is not None and body.kind() == "statement_block" else None
    if function is None or at is None:
        return None
    request, used = next(iter(parameter_names(function)), ""), identifiers(syntax.root)
    module = posixpath.join(_functions(file.path), _SHARED)
    known = prototype.files.get(module)
    if not request or any(name in used for name in _NAMES):
        return None
    if known is not None and _ASKED not in (known.text or ""):
        return None
    headers = "...corsHeaders, " if "corsHeaders" in used else ""
    code = _LINES.replace("REQUEST", request).replace("HEADERS", headers)
    style, before = style_of(syntax), margin(at, file.text)
    first, *others = style.written(code).splitlines()
    lines = "\n".join([first, *(f"{before}{line}" for line in others), "", before])
    start = at.range().start.index
    source = specifier(syntax, module.removesuffix(".ts"), ".ts")
    imported = style.written(f'import {{ callerOf }} from "{source}"')
    edits = [*adding_imports(syntax, [imported]), Edit(start, start, lines)]
    changed = {file.path: edited(file.text, edits)}
    if known is None:
        changed[module] = style.written(_MODULE.replace("SOURCE", _source(prototype, file.path)))
    return changed


def _functions(path: str) -> str:
    """The folder of all functions, of the path of one."""
    return posixpath.dirname(posixpath.dirname(path))


def _source(prototype: Prototype, path: str) -> str:
    """Where the functions have the client library from."""
    for other, file in sorted(prototype.files.items()):
        if (
            other.startswith(f"{_functions(path)}/")
            and file.language
            and _CLIENT in (file.text or "")
        ):
            source = bindings_of(Syntax(file, file.language)).modules.get(_CLIENT, "")
            if _PACKAGE.search(source) and ":" in source:
                return source
    return _USUAL
