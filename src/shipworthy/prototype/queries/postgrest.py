"""Queries through supabase-js and supabase-py: `client.from("t").select()`, `.rpc("f")`."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.syntax import (
    Link,
    Syntax,
    arguments,
    callee,
    pattern_text,
    properties,
    string,
)
from shipworthy.prototype.queries.chains import QueryCall, called_name, links_of

AUTH_METHODS = frozenset(
    """getUser getSession signInWithPassword signInWithOAuth signInWithOtp signInWithIdToken
    signUp signOut updateUser resetPasswordForEmail verifyOtp refreshSession setSession
    exchangeCodeForSession signInAnonymously createUser deleteUser updateUserById
    inviteUserByEmail listUsers getUserById generateLink""".split()
)
_VERBS = frozenset({"select", "insert", "update", "upsert", "delete"})
_FILTERS = frozenset(
    """eq neq gt gte lt lte like ilike is in contains containedBy overlaps textSearch filter not
    in_ is_ text_search""".split()
)
_LIMITS = frozenset({"limit", "range", "single", "maybeSingle", "maybe_single"})
_STORAGE = frozenset(
    """upload download remove list move copy createSignedUrl createSignedUrls getPublicUrl update
    createSignedUploadUrl uploadToSignedUrl create_signed_url get_public_url info exists""".split()
)


def javascript_chain(call: SgNode, syntax: Syntax) -> QueryCall | None:
    """`client.from("t")` and its verb; also Drizzle's `db.select().from(t)`."""
    top, links = links_of(call)
    at = _index(links, call)
    given = links[at].arguments or ()
    if at <= 0 or len(given) != 1:
        return None
    before = [link.name for link in links[:at]]
    if before[-1].rpartition(".")[2] == "storage":
        return _storage(top, links, at)
    if "select" in before or "selectDistinct" in before:
        return _drizzle_select(top, links, given[0])
    return _rows(top, links, at, _library(links[0].name, syntax))


def python_chain(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`client.table("t").select("*")…execute()`."""
    top, links = links_of(call)
    at = _index(links, call)
    if at <= 0 or len(links[at].arguments or ()) != 1:
        return None
    return _rows(top, links, at, "supabase")


def procedure(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`client.rpc("name", {…})`."""
    given = arguments(call)
    name = string(given[0]) if given else None
    if name is None:
        return None
    top, links = links_of(call)
    limited = any(link.name in _LIMITS for link in links)
    return QueryCall("supabase", "rpc", name, top, links, limited=limited)


def authentication(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`client.auth.signUp(…)` and `client.auth.admin.…`."""
    parts = callee(call).split(".")
    if "auth" not in parts[1:-1]:
        return None
    top, links = links_of(call)
    return QueryCall("supabase", "auth", called_name(call), top, links)


def remote_function(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`client.functions.invoke("name", {…})`."""
    given = arguments(call)
    called = callee(call)
    # Other platforms have `functions.invoke` too, and theirs throws.
    if not given or ".functions." not in called or "supabase" not in called.lower():
        return None
    top, links = links_of(call)
    return QueryCall("supabase", "function", string(given[0]), top, links)


def rest_request(call: SgNode, _syntax: Syntax) -> QueryCall | None:
    """`fetch(".../rest/v1/orders", { method: "PATCH" })`: a write past the client library."""
    given = arguments(call)
    address = pattern_text(given[0]) if len(given) == 2 else None
    if address is None or "/rest/v1/" not in address or callee(call) != "fetch":
        return None
    method = properties(given[1]).get("method") if given[1].kind() == "object" else None
    if method is None or (string(method) or "").upper() not in ("POST", "PATCH", "PUT", "DELETE"):
        return None
    top, links = links_of(call)
    table = address.partition("/rest/v1/")[2].partition("?")[0]
    return QueryCall("rest", "request", None if "{" in table else table, top, links)


def _index(links: tuple[Link, ...], call: SgNode) -> int:
    end = call.range().end.index
    return next((n for n, link in enumerate(links) if link.node.range().end.index == end), -1)


def _library(root: str, syntax: Syntax) -> str:
    if root.rpartition(".")[2] in ("db", "knex", "trx") and "supabase" not in (
        syntax.source.text or ""
    ):
        return "knex"
    return "supabase"


def _storage(top: SgNode, links: tuple[Link, ...], at: int) -> QueryCall | None:
    verb = links[at + 1].name if len(links) > at + 1 else ""
    if verb not in _STORAGE:
        return None
    given = links[at].arguments or ()
    return QueryCall("supabase", "storage", string(given[0]) if given else None, top, links)


def _drizzle_select(top: SgNode, links: tuple[Link, ...], table: SgNode) -> QueryCall | None:
    if table.kind() not in ("identifier", "member_expression"):
        return None
    limited = any(link.name == "limit" for link in links)
    name = table.text().rpartition(".")[2]
    return QueryCall("drizzle", "select", name, top, links, limited=limited)


def _rows(top: SgNode, links: tuple[Link, ...], at: int, library: str) -> QueryCall | None:
    verb = next((link.name for link in links[at + 1 : at + 2] if link.arguments is not None), "")
    if verb not in _VERBS:
        return None
    given = links[at].arguments or ()
    return QueryCall(
        library=library,
        operation=verb,
        table=string(given[0]),
        top=top,
        links=links,
        columns=_columns(links[at + 1 :]),
        filters=_filters(links[at + 2 :]),
        limited=any(link.name in _LIMITS for link in links) or _is_count(links[at + 1]),
    )


def _columns(links: tuple[Link, ...]) -> str | None:
    for link in links:
        if link.name == "select" and link.arguments is not None:
            return string(link.arguments[0]) if link.arguments else "*"
    return None


def _filters(links: tuple[Link, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for link in links:
        if link.name in _FILTERS and link.arguments:
            column = string(link.arguments[0])
            found += [column] if column else []
        elif link.name == "match" and link.arguments:
            found += properties(link.arguments[0])
    return tuple(found)


def _is_count(select: Link) -> bool:
    """`select("id", { count: "exact", head: true })` returns a number and no rows."""
    options = [a for a in select.arguments or () if a.kind() == "object"]
    return any("head" in properties(option) for option in options)
