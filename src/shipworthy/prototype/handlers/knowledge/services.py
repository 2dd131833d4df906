"""Content and tables at others that a server writes with its own token: Sanity, Notion, Airtable and more."""

from __future__ import annotations

import re
from collections.abc import Callable

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.values import UNSET, Value, all_origins, union
from shipworthy.regex import regex

Answer = Callable[[Evaluation, Site], Value | None]

ADDS, CHANGES, DELETES, COUNTS = "add to", "change", "delete from", "count in"
"""What a call does to what stands there."""

_HOSTS = {
    "Sanity": "api.sanity.io",
    "Contentful": "api.contentful.com",
    "Notion": "api.notion.com",
    "Airtable": "api.airtable.com",
    "Shopify": "myshopify.com",
}
_METHODS = {ADDS: "post", CHANGES: "patch", COUNTS: "patch", DELETES: "delete"}
_TOKENS = ("token", "accessToken", "apiKey", "auth", "api_key")
_KIND = regex(r"_?type|parent|database_id|contentType|content_type", re.IGNORECASE)
_MOST_PARTS = 6  # levels of a record that are looked through


def _client(service: str) -> Answer:
    """A client with the token that it is given; None for one that only reads what is public."""

    def made(walk: Evaluation, site: Site) -> Value | None:
        options = next((v.fields for v in site.given if v.fields is not None), {})
        named = {**options, **site.named}
        token = next((named[key] for key in _TOKENS if key in named), None)
        if token is None and service in ("Airtable", "Notion") and site.given:
            token = site.given[0]  # pyairtable.Api(key)
        if token is None or token.is_null:
            return None
        return _thing(f"{service} client", token)

    return made


def _thing(what: str, token: Value, *given: Value) -> Value:
    """A client or a part of one, with what has been said of it so far."""
    fields = {"token": token, "given": Value(origins=union(given))}
    return Value(what=what, fields=fields, tags=frozenset({"truthy"}))


def _more(what: str = "") -> Answer:
    """`client.patch(id)`, `.set(values)`, `client.getEntry(id)`: nothing is written yet."""

    def said(walk: Evaluation, site: Site) -> Value | None:
        known = site.receiver.fields or {}
        if "token" not in known:
            return None
        so_far = known.get("given", Value())
        return _thing(what or site.receiver.what, known["token"], so_far, *site.given)

    return said


def _with_token(walk: Evaluation, site: Site) -> Value | None:
    """`client.withConfig({ token })`."""
    return _client("Sanity")(walk, site) or site.receiver


def _writes(service: str, deed: str) -> Answer:
    def written(walk: Evaluation, site: Site) -> Value | None:
        known = site.receiver.fields or {}
        token = known.get("token")
        if token is None or any(o.is_input for o in all_origins(token)):
            return None  # the caller's own token: what he may do is asked there
        given = (*site.given, *site.named.values())
        so_far = all_origins(known.get("given", Value()))
        carried = all_origins(token) or frozenset({Origin("environment")})
        body = so_far.union(*(all_origins(v, _MOST_PARTS) for v in given))
        literals = {"service": service, "deed": deed}
        if _is_of_one_kind(site):
            literals["kind"] = "fixed"
        walk.effect(
            EffectKind.FETCH,
            _METHODS[deed],
            _HOSTS[service],
            site.call.at,
            inputs={"url": frozenset(), "body": body, "headers": carried},
            literals=literals,
        )
        return Value(what=f"written to {service}", tags=frozenset({"truthy"}))

    return written


def _is_of_one_kind(site: Site) -> bool:
    """True where the code writes out into which kind, table or database a record goes."""
    if site.receiver.what == "Airtable table":
        return not all_origins((site.receiver.fields or {}).get("table", Value()))
    records = [v.fields for v in site.given if v.fields is not None]
    named = {**site.named, **{k: v for fields in records for k, v in fields.items()}}
    kinds = [v for key, v in named.items() if _KIND.fullmatch(key)]
    kinds += [v for v in site.given[:1] if v.text is not None]
    return bool(kinds) and not any(o.is_input for kind in kinds for o in all_origins(kind))


def _table(walk: Evaluation, site: Site) -> Value | None:
    """`base("Leads")`, `api.table(base, "Leads")`."""
    function = site.receiver if "token" in (site.receiver.fields or {}) else None
    token = (function.fields or {}).get("token") if function is not None else None
    return Value(
        what="Airtable table",
        fields={
            "token": token or Value(origins=frozenset({Origin("environment")})),
            "table": Value(origins=union(site.given)),
        },
        tags=frozenset({"truthy"}),
    )


def _shopify(walk: Evaluation, site: Site) -> Value | None:
    """`client.request(text)`: a mutation writes, a query reads."""
    text = site.argument(0)
    said = text.text or "".join(part.text or "" for part in text.elements or ())
    if text.literal is UNSET and not text.elements:
        return None
    return _writes("Shopify", CHANGES)(walk, site) if "mutation" in said else None


_SANITY = "Sanity client"
_PATCH = "Sanity patch"
_TRANSACTION = "Sanity transaction"
_ENTRY = "Contentful entry"

CALLS: dict[str, Answer] = {
    **dict.fromkeys(
        ("@sanity/client.createClient", "@sanity/client", "next-sanity.createClient"),
        _client("Sanity"),
    ),
    f"{_SANITY}.withConfig": _with_token,
    f"{_SANITY}.create": _writes("Sanity", ADDS),
    f"{_SANITY}.createIfNotExists": _writes("Sanity", ADDS),
    f"{_SANITY}.createOrReplace": _writes("Sanity", CHANGES),
    f"{_SANITY}.mutate": _writes("Sanity", CHANGES),
    f"{_SANITY}.delete": _writes("Sanity", DELETES),
    f"{_SANITY}.patch": _more(_PATCH),
    **{f"{_PATCH}.{name}": _more() for name in ("set", "unset", "insert", "append", "prepend")},
    f"{_PATCH}.inc": _more("Sanity count"),
    f"{_PATCH}.dec": _more("Sanity count"),
    f"{_PATCH}.setIfMissing": _more(),
    f"{_PATCH}.commit": _writes("Sanity", CHANGES),
    "Sanity count.commit": _writes("Sanity", COUNTS),
    f"{_SANITY}.transaction": _more(_TRANSACTION),
    **{
        f"{_TRANSACTION}.{name}": _more()
        for name in ("create", "createOrReplace", "createIfNotExists", "patch", "delete")
    },
    f"{_TRANSACTION}.commit": _writes("Sanity", CHANGES),
    **dict.fromkeys(
        ("contentful-management.createClient", "contentful-management"), _client("Contentful")
    ),
    **{
        f"Contentful client.{name}": _more("Contentful client")
        for name in ("getSpace", "getEnvironment")
    },
    "Contentful client.createEntry": _writes("Contentful", ADDS),
    "Contentful client.createEntryWithId": _writes("Contentful", ADDS),
    "Contentful client.entry.create": _writes("Contentful", ADDS),
    "Contentful client.getEntry": _more(_ENTRY),
    **{f"{_ENTRY}.{name}": _writes("Contentful", CHANGES) for name in ("update", "publish")},
    **{f"{_ENTRY}.{name}": _writes("Contentful", CHANGES) for name in ("unpublish", "archive")},
    f"{_ENTRY}.delete": _writes("Contentful", DELETES),
    **dict.fromkeys(
        ("@notionhq/client.Client", "notion_client.Client", "notion_client.AsyncClient"),
        _client("Notion"),
    ),
    "airtable": _client("Airtable"),
    "pyairtable.Api": _client("Airtable"),
    "Airtable client.base": _more("Airtable base"),
    "airtable.base": lambda walk, site: _thing(
        "Airtable base", Value(origins=frozenset({Origin("environment")}))
    ),
    "Airtable base": _table,
    "Airtable base.table": _table,
    "Airtable client.table": _table,
    "Airtable table.create": _writes("Airtable", ADDS),
    "Airtable table.batch_create": _writes("Airtable", ADDS),
    **{
        f"Airtable table.{name}": _writes("Airtable", CHANGES)
        for name in ("update", "replace", "batch_update", "batch_upsert")
    },
    **{
        f"Airtable table.{name}": _writes("Airtable", DELETES)
        for name in ("destroy", "delete", "batch_delete")
    },
    "@shopify/admin-api-client.createAdminApiClient": _client("Shopify"),
    "Shopify client.request": _shopify,
}


def _part(walk: Evaluation, value: Value, key: str) -> Value | None:
    """`notion.pages.update`, `client.entry.create`: the parts of a client write with its token."""
    if key in ("pages", "databases", "blocks", "children", "entry"):
        return Value(what=f"{value.what}.{key}", fields=value.fields, tags=value.tags)
    return None


PROPERTIES = {
    "Notion client": _part,
    "Notion client.blocks": _part,
    "Contentful client": _part,
}
CALLS |= {
    "Notion client.pages.create": _writes("Notion", ADDS),
    "Notion client.databases.create": _writes("Notion", ADDS),
    "Notion client.blocks.children.append": _writes("Notion", ADDS),
    "Notion client.pages.update": _writes("Notion", CHANGES),
    "Notion client.databases.update": _writes("Notion", CHANGES),
    "Notion client.blocks.update": _writes("Notion", CHANGES),
    "Notion client.blocks.delete": _writes("Notion", DELETES),
    "Contentful client.entry.update": _writes("Contentful", CHANGES),
    "Contentful client.entry.publish": _writes("Contentful", CHANGES),
    "Contentful client.entry.delete": _writes("Contentful", DELETES),
}
