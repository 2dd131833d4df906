"""Set the security headers that no page misses, where its server or host is set up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.edits import Edit, adding_properties, edited
from shipworthy.prototype.code.json_edits import members, with_members
from shipworthy.prototype.code.style import Style, margin, style_of
from shipworthy.prototype.code.syntax import Syntax, properties
from shipworthy.prototype.inventory.app_edits import behind_app
from shipworthy.prototype.inventory.manifests import read_json
from shipworthy.prototype.inventory.security_headers import PageHeaders, Pages
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# https://owasp.org/www-project-secure-headers/: those that break no page. What a page may load, only
# a person knows.
_HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
# The preview of the tool that made it shows it in a frame of another site.
_SCRIPT = """  if (process.env.NODE_ENV === "production") {
    res.setHeader("X-Frame-Options", "SAMEORIGIN");
  }
  res.setHeader("X-Content-Type-Options", "nosniff");
  res.setHeader("Referrer-Policy", "strict-origin-when-cross-origin");
"""
_PYTHON = "".join(
    f'    response.headers.setdefault("{key}", "{value}")\n' for key, value in _HEADERS.items()
)
_BLOCKS = {
    "express": f"APP.use((_req, res, next) => {{\n{_SCRIPT}  next();\n}});\n",
    "Flask": (
        "@APP.after_request\ndef security_headers(response):\n" + _PYTHON + "    return response\n"
    ),
    "FastAPI": (
        '@APP.middleware("http")\nasync def security_headers(request, call_next):\n'
        "    response = await call_next(request)\n" + _PYTHON + "    return response\n"
    ),
}
_PAIRS = "".join(
    f'        {{ key: "{key}", value: "{value}" }},\n' for key, value in _HEADERS.items()
)
_NEXT = (
    'async headers() {\n  return [\n    {\n      source: "/(.*)",\n      headers: [\n'
    + _PAIRS
    + "      ],\n    },\n  ];\n}"
)
_ENTRY = (
    '{\n  source: "/(.*)",\n  headers: [\n'
    + "".join(f'    {{ key: "{key}", value: "{value}" }},\n' for key, value in _HEADERS.items())
    + "  ],\n},"
)
_NAMED = regex(r"(?:async\s+)?headers\b")
_NEW_CONFIG = f"""/** @type {{import('next').NextConfig}} */
const nextConfig = {{
{"".join(f"  {line}{chr(10)}" for line in _NEXT.splitlines())[:-1]},
}};

export default nextConfig;
"""
_JSON = ",\n".join(
    f'        {{ "key": "{key}", "value": "{value}" }}' for key, value in _HEADERS.items()
)
_VERCEL = f'[\n    {{\n      "source": "/(.*)",\n      "headers": [\n{_JSON}\n      ]\n    }}\n  ]'
_NETLIFY = '\n[[headers]]\n  for = "/*"\n  [headers.values]\n' + "".join(
    f'    {key} = "{value}"\n' for key, value in _HEADERS.items()
)


def with_headers(prototype: Prototype, found: PageHeaders) -> tuple[str, str] | None:
    """The path and new text of the file that sets them; None where nothing shows how to."""
    if found.pages is Pages.HOST:
        file = prototype.files.get(found.served.path) if found.served else None
        text = _host(file) if file is not None else None
        return (file.path, text) if file is not None and text is not None else None
    if "next" in found.part.frameworks:
        return _next(prototype, found)
    inside = [s for s in prototype.servers if s.folder == found.part.folder]
    paths = [p for server in inside for p in (server.start.path, *sorted(server.files))]
    for path in (*paths, *([found.served.path] if found.served else ())):
        held = prototype.files.get(path)
        text = behind_app(held, _BLOCKS, "security_headers") if held is not None else None
        if text is not None:
            return path, text
    return None


def _host(file: SourceFile) -> str | None:
    text = file.text or ""
    if file.name == "vercel.json" and "headers" not in members(text, ()) and "routes" not in text:
        text = text if "\n" in text.strip() else json.dumps(read_json(text), indent=2) + "\n"
        return with_members(text, (), {"headers": _VERCEL})
    if file.name == "netlify.toml":
        return text.rstrip("\n") + "\n" + _NETLIFY
    if file.name == "_headers":
        lines = "".join(f"  {key}: {value}\n" for key, value in _HEADERS.items())
        return text.rstrip("\n") + ("\n\n" if text.strip() else "") + f"/*\n{lines}"
    return None


def _next(prototype: Prototype, found: PageHeaders) -> tuple[str, str] | None:
    folder = f"{found.part.folder}/" if found.part.folder else ""
    path = found.served.path if found.served else ""
    file = prototype.files.get(path)
    if not path.rpartition("/")[2].startswith("next.config"):
        return f"{folder}next.config.mjs", _NEW_CONFIG
    if file is None or file.language is None or file.text is None:
        return None
    syntax = Syntax(file, file.language)
    literal = _configuration(syntax)
    if literal is None:
        return None
    style = style_of(syntax)
    if "headers" in properties(literal):
        text = _before_others(literal, file.text, style)
        return (path, text) if text is not None else None
    items = literal.named_children()
    before = margin(items[0], file.text) if items else style.indent
    code = style.written(_NEXT).replace("\n", f"\n{before}")
    edit = adding_properties(literal, code)
    return (path, edited(file.text, [edit])) if edit is not None else None


def _before_others(literal: SgNode, text: str, style: Style) -> str | None:
    """With an entry for all pages before those that `headers()` returns already, which go over it; None
    where it does not return one list."""
    method = next((c for c in literal.named_children() if _NAMED.match(c.text())), None)
    returned = list(method.find_all(kind="return_statement")) if method is not None else []
    lists = [c for r in returned for c in r.named_children() if c.kind() == "array"]
    items = lists[0].named_children() if len(lists) == len(returned) == 1 else []
    if not items or '"X-Frame-Options"' in text.replace("'", '"'):
        return None
    before = margin(items[0], text)
    code = style.written(_ENTRY).replace("\n", f"{style.newline}{before}")
    at = items[0].range().start.index
    return edited(text, [Edit(at, at, f"{code}{style.newline}{before}")])


def _configuration(syntax: Syntax) -> SgNode | None:
    """The literal that a configuration exports, by name or in the wrapper of a plugin."""
    exported = [node.field("value") for node in syntax.nodes("export_statement")]
    for node in syntax.nodes("assignment_expression"):
        left = node.field("left")
        if left is not None and left.text() == "module.exports":
            exported.append(node.field("right"))
    values = [bindings_of(syntax).value(node) for node in exported if node is not None]
    literals = [v for v in values if v is not None and v.kind() == "object"]
    if not literals:
        for node in syntax.nodes("variable_declarator"):
            name, value = node.field("name"), node.field("value")
            if name is not None and name.text() in ("nextConfig", "config") and value is not None:
                literals += [value] if value.kind() == "object" else []
    return literals[0] if len(literals) == 1 else None
