"""Whether a function of the platform is asked by pages behind the sign-in alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, properties, string
from shipworthy.prototype.handlers.handler import Handler
from shipworthy.prototype.routes.signed_in_pages import behind_sign_in
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_FUNCTIONS = "supabase/functions/"
_SILENT = (
    ".md",
    ".mdx",
    ".lock",
    "config.toml",
    "deno.json",
)  # what names a function and calls none
# What clocks start as well, from a dashboard that no file shows.
_BY_CLOCKS = regex(
    r"process|trigger|dispatch|notif|alert|digest|remind|report|sync|daily|weekly|hourly|nightly|batch|poll"
    r"|watch|clean|expire|refresh|retry",
    re.IGNORECASE,
)
_STRINGS = frozenset({"string", "template_string"})


def asked_by_signed_in_pages(prototype: Prototype, handler: Handler) -> bool:
    """True where the app asks for this function, and each place that names it is a call with the session
    of the visitor (`supabase.functions.invoke`), in a file that only signed-in visitors come to.

    False as soon as anything else names it: a job of the database, another function, an address; and for
    what is named like a job, which a clock may start from outside of the code.
    """
    folder = handler.location.path.rpartition("/")[0]
    if _FUNCTIONS not in f"{folder}/":
        return False
    name = folder.rpartition("/")[2]
    if _BY_CLOCKS.search(name):
        return False
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    askers = []
    for path, file in sorted(prototype.files.items()):
        if path.startswith(f"{folder}/") or path.endswith(_SILENT) or file.role is Role.TEST:
            continue
        text = file.text or ""
        if name not in text or not word.search(text):
            continue
        asks = _asks(file, name, word)
        if asks is None:
            return False
        if asks:
            askers.append(path)
    return bool(askers) and all(behind_sign_in(prototype, path) for path in askers)


def _asks(file: SourceFile, name: str, word: re.Pattern[str]) -> bool | None:
    """True for a file that asks for the function with the visitor's session, False for one that does not
    ask; None where something else may."""
    scripts = (Language.TYPESCRIPT, Language.TSX, Language.JAVASCRIPT)
    if file.language not in scripts:
        return None
    syntax, asked = Syntax(file, file.language), False
    for kind in sorted(_STRINGS):
        for written in syntax.root.find_all(kind=kind):
            if not word.search(written.text()):
                continue
            if string(written) != name and "functions/v1" not in written.text():
                continue  # a word in a sentence, an address of a page
            if not _invokes(written):
                return None
            asked = True
    return asked


def _invokes(written: SgNode) -> bool:
    """The name that `functions.invoke` is given, without a token other than the visitor's."""
    parent = written.parent()
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    if call is None or not callee(call).endswith("functions.invoke"):
        return False
    given = arguments(call)
    if given[0] != written:
        return False
    options = given[1] if len(given) > 1 else None
    if options is None:
        return True
    if options.kind() != "object":
        return False
    headers = properties(options).get("headers")
    text = headers.text() if headers is not None else ""
    return "uthorization" not in text or "access_token" in text
