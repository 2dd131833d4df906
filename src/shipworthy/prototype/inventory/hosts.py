"""Third-party hosts that the code names."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.inventory.host_uses import Use, use_of
from shipworthy.regex import regex


class HostUse(Struct, frozen=True):
    """One URL literal with a host that is not local, an XML namespace or a documentation link.

    A part of the host that is only known at run time shows as `*`: `*.supabase.co`.
    """

    host: str
    location: Location
    use: Use = Use.OTHER


_URL = regex(
    r"\b(?:https?|wss?|postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mongodb(?:\+srv)?|rediss?|amqps?)"
    r"://(?:[^\s/@\"'`<>]*@)?([^\s/:?#\"'`<>\\,;)\]]+)"
)
_HOST = regex(r"[a-z0-9*_-]+(\.[a-z0-9*_-]+)*\.([a-z]{2,}|xn--[a-z0-9-]+)")
_HOLE = regex(r"\$?\{[^{}]*\}|%s")
_LOCAL = (".local", ".localhost", ".internal", ".test", ".invalid", ".example", ".svc", ".lan")
_EXAMPLE = regex(
    r"(^|\.)(example|example-?\w*|(your|my)[-_]?(\w+[-_])?"
    r"(domain|site|app|company|project|server|host|api)"
    r"|domain|placeholder|foo|acme|ejemplo|exemple|exemplo|esempio|beispiel|voorbeeld|xxx+)\.(com|org|net|io|co|dev|app)$"
    r"|(^|[.-])(your|my)[-_]?(project|domain|app|ref|instance)(?=[.-])"
)
_NAMESPACES = frozenset(
    """www.w3.org w3.org schema.org www.schema.org www.sitemaps.org json-schema.org ogp.me purl.org
    schemas.xmlsoap.org schemas.openxmlformats.org schemas.microsoft.com ns.adobe.com xmlns.com
    www.google.com/schemas spec.openapis.org rdfs.org creativecommons.org www.opengis.net
    tempuri.org www.inkscape.org sodipodi.sourceforge.net""".split()
)
_DOCUMENTS = frozenset(
    """github.com www.github.com stackoverflow.com developer.mozilla.org www.npmjs.com npmjs.com
    pypi.org reactjs.org react.dev nextjs.org vitejs.dev vite.dev ui.shadcn.com tailwindcss.com
    en.wikipedia.org www.wikipedia.org medium.com dev.to readthedocs.io ai.google.dev
    aistudio.google.com console.cloud.google.com platform.openai.com console.anthropic.com
    dashboard.stripe.com supabase.com www.supabase.com resend.com console.groq.com
    errors.pydantic.dev legacy.reactjs.org""".split()
)


def read(syntax: Syntax) -> list[HostUse]:
    """Every host of a URL literal in a file, once per place."""
    if "://" not in (syntax.source.text or ""):
        return []
    found: list[HostUse] = []
    for node in _literals(syntax):
        if _is_only_mentioned(node):
            continue
        hosts = dict.fromkeys(_hosts(_HOLE.sub("*", node.text())))
        use = use_of(node) if hosts else Use.OTHER
        found += [HostUse(host, syntax.location(node), use) for host in hosts]
    return found


def is_third_party(host: str) -> bool:
    """False for local, private, example, namespace and documentation hosts."""
    if host in _NAMESPACES or host in _DOCUMENTS or host.startswith(("docs.", "developer.")):
        return False
    if _HOST.fullmatch(host):
        known_part = host.rpartition("*")[2].strip(".-")
        return "." in known_part and not host.endswith(_LOCAL) and not _EXAMPLE.search(host)
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def _literals(syntax: Syntax) -> list[SgNode]:
    """The string literals with a URL in them, in file order."""
    kinds = "string" if syntax.python else "string, template_string"
    return syntax.root.find_all(kind=kinds, regex="://")


def _is_only_mentioned(node: SgNode) -> bool:
    """True for a docstring, an import, a link that a person may click and an XML namespace."""
    parent = node.parent()
    kind = parent.kind() if parent else ""
    if parent is None or kind in ("expression_statement", "import_statement", "export_statement"):
        return True
    if kind == "pair":
        return _is_catalogue_entry(node, parent)
    if kind == "jsx_expression":
        parent = parent.parent()
        kind = parent.kind() if parent else ""
    if parent is None or kind != "jsx_attribute":
        return False
    attribute = parent.text().partition("=")[0].strip()
    element = parent.parent()
    name = element.field("name") if element else None
    tag = name.text() if name else ""
    link = attribute in ("href", "to") and tag != "link"
    return link or attribute.startswith(("xmlns", "placeholder", "title", "alt"))


_HOMEPAGE = regex(r"""^["'`]https?://[^/]+/?["'`]$""")
_SHOWN = frozenset("name title label icon logo description category".split())


def _is_catalogue_entry(node: SgNode, pair: SgNode) -> bool:
    """True for a home page beside a name or an icon: an entry of a list that is shown."""
    entry = pair.parent()
    if entry is None or not _HOMEPAGE.match(node.text()):
        return False
    keys = {key.text().strip("\"'") for c in entry.children() if (key := c.field("key"))}
    return not keys.isdisjoint(_SHOWN)


def _hosts(literal: str) -> Iterator[str]:
    for match in _URL.finditer(literal):
        host = match[1].lower().rstrip(".")
        if is_third_party(host):
            yield host
