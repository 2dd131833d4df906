"""Pages that a router in the browser shows: react-router, wouter and TanStack Router."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import Syntax, arguments, callee, properties, string
from shipworthy.prototype.routes.route import Route, RouteKind

_CREATORS = frozenset(
    {"createBrowserRouter", "createHashRouter", "createMemoryRouter", "useRoutes"}
)
_DEEPEST = 30  # nested routes; more is no router but an attempt to exhaust the reader
_REDIRECTS = frozenset({"Navigate", "Redirect"})
_WRAPPERS = frozenset({"Suspense", "ErrorBoundary"})
_ELEMENTS = ("element", "component", "Component", "children", "render", "lazy")


def client_pages(syntax: Syntax) -> Iterator[Route]:
    """`<Route path element>`, the objects of createBrowserRouter and createFileRoute("/path")."""
    text = syntax.source.text or ""
    if "createFileRoute(" in text:
        yield from _file_routes(syntax)
    if "<Route" in text and ("react-router" in text or "wouter" in text):
        framework = "wouter" if "wouter" in text and "react-router" not in text else "react-router"
        for node in syntax.nodes("jsx_self_closing_element", "jsx_opening_element"):
            yield from _element(syntax, node, framework)
    if syntax.says_any((*_CREATORS, "RouteObject")):
        for routes in _route_lists(syntax):
            yield from _objects(syntax, routes, "")


def _element(syntax: Syntax, node: SgNode, framework: str) -> Iterator[Route]:
    name = node.field("name")
    if name is None or name.text() != "Route":
        return
    given = _attributes(node)
    path = string(given["path"]) if "path" in given else None
    shown = next((given[key] for key in _ELEMENTS if key in given), None)
    is_page = path is not None or "index" in given
    handler = _component(shown) if shown else _inner(node)
    if is_page and handler and handler not in _REDIRECTS:
        full = _join(_prefix(node), path or "")
        yield Route(RouteKind.PAGE, framework, "GET", full, handler, syntax.location(node))


def _attributes(node: SgNode) -> dict[str, SgNode]:
    """The attributes of a JSX element; a value in braces is its expression."""
    found: dict[str, SgNode] = {}
    for attribute in node.children():
        if attribute.kind() != "jsx_attribute":
            continue
        parts = [c for c in attribute.children() if c.is_named()]
        value = parts[-1]
        if value.kind() == "jsx_expression":
            value = next((c for c in value.children() if c.is_named()), value)
        found[parts[0].text()] = value
    return found


def _prefix(node: SgNode) -> str:
    """The paths of the routes around a route, joined."""
    paths: list[str] = []
    own = node.parent() if node.kind() == "jsx_opening_element" else node
    for above in own.ancestors() if own else ():
        opening = above.field("open_tag") if above.kind() == "jsx_element" else None
        name = opening.field("name") if opening else None
        if opening is not None and name is not None and name.text() == "Route":
            path = _attributes(opening).get("path")
            paths.append((string(path) or "") if path else "")
    prefix = ""
    for part in reversed(paths):
        prefix = _join(prefix, part)
    return prefix


def _inner(node: SgNode) -> str:
    """The component between the tags of a wouter route; '' where other routes stand there."""
    element = node.parent()
    if node.kind() != "jsx_opening_element" or element is None:
        return ""
    kinds = ("jsx_self_closing_element", "jsx_element", "jsx_expression")
    inner = next((c for c in element.children() if c.kind() in kinds), None)
    name = _component(inner) if inner else ""
    return "" if name in ("Route", "page") else name


def _component(shown: SgNode) -> str:
    """The page in an element: the innermost component, with guards and layouts around it."""
    if shown.kind() in ("identifier", "member_expression"):
        return shown.text()
    names = []
    for node in _inside(shown, "jsx_self_closing_element"):
        name = node.field("name")
        if name and name.text()[:1].isupper():
            names.append(name.text())
    if names:
        return next((name for name in names if name not in _WRAPPERS), names[0])
    opening = next(_inside(shown, "jsx_opening_element"), None)
    name = opening.field("name") if opening else None
    return name.text() if name else "page"


def _inside(node: SgNode, kind: str) -> Iterator[SgNode]:
    """A node and what is below it, of one kind, from top to bottom; the grammar of TypeScript has no
    elements and refuses to search for them."""
    left = [node]
    while left:
        one = left.pop()
        if one.kind() == kind:
            yield one
        left += reversed(one.children())


def _route_lists(syntax: Syntax) -> Iterator[SgNode]:
    """The arrays that hold route objects."""
    arrays: dict[str, SgNode] = {}
    typed: list[SgNode] = []
    for variable in syntax.nodes("variable_declarator"):
        name, value, kind = (variable.field(f) for f in ("name", "value", "type"))
        if name and value and value.kind() == "array":
            arrays[name.text()] = value
            if kind and "RouteObject" in kind.text():
                typed.append(value)
    for call in syntax.calls:
        given = arguments(call)
        if given and callee(call) in _CREATORS:
            listed = given[0] if given[0].kind() == "array" else arrays.get(given[0].text())
            if listed is not None and listed not in typed:
                typed.append(listed)
    yield from typed


def _objects(syntax: Syntax, routes: SgNode, prefix: str, depth: int = 0) -> Iterator[Route]:
    for item in routes.children():
        if item.kind() != "object":
            continue
        given = properties(item)
        path = string(given["path"]) if "path" in given else None
        full = _join(prefix, path or "")
        children = given.get("children")
        nested = children if children is not None and children.kind() == "array" else None
        shown = next((given[key] for key in ("element", "Component", "lazy") if key in given), None)
        # A route with children is the layout around them.
        is_page = path is not None or "index" in given
        handler = _component(shown) if shown is not None else ""
        if handler and handler not in _REDIRECTS and nested is None and is_page:
            where = syntax.location(item)
            yield Route(RouteKind.PAGE, "react-router", "GET", full, handler, where)
        if nested is not None and depth < _DEEPEST:
            yield from _objects(syntax, nested, full, depth + 1)


def _file_routes(syntax: Syntax) -> Iterator[Route]:
    """TanStack Router: `createFileRoute("/posts/$id")({ component })`."""
    for call in syntax.calls:
        given = arguments(call)
        path = string(given[0]) if given and callee(call) == "createFileRoute" else None
        if path is None:
            continue
        above = call.parent()
        options = arguments(above)[:1] if above and above.kind() == "call_expression" else []
        said = properties(options[0]) if options else {}
        component, server = said.get("component"), said.get("server")
        if server is not None:
            yield from _server_routes(syntax, server, path)
        if component is not None or server is None:
            handler = _component(component) if component else "Route"
            where = syntax.location(call)
            yield Route(RouteKind.PAGE, "tanstack-router", "GET", path, handler, where)


def _server_routes(syntax: Syntax, server: SgNode, path: str) -> Iterator[Route]:
    """`server: { handlers: { POST: async ({ request }) => … } }` of TanStack Start, for each method; those
    that `createHandlers` is given stand in an object as well."""
    handlers = properties(server).get("handlers") if server.kind() == "object" else None
    if handlers is not None and handlers.kind() != "object":
        handlers = next(_inside(handlers, "object"), None)
    for method, handler in properties(handlers).items() if handlers is not None else ():
        if method.isupper():
            where = syntax.location(handler)
            verb = "*" if method == "ANY" else method
            yield Route(RouteKind.ROUTE_HANDLER, "tanstack-start", verb, path, method, where)


def _join(prefix: str, path: str) -> str:
    if path.startswith("/") and (not prefix or path.startswith(prefix)):
        return path
    joined = f"{prefix.rstrip('/').removesuffix('/*')}/{path.lstrip('/')}"
    return joined.rstrip("/") or "/"
