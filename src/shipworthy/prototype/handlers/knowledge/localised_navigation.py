"""Redirects that next-intl makes for the languages of a prototype: they end a handler as those of Next.js."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.knowledge import responses
from shipworthy.prototype.handlers.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

_FACTORIES = (
    "createNavigation",
    "createLocalizedPathnamesNavigation",
    "createSharedPathnamesNavigation",
)
_REDIRECTS = ("redirect", "permanentRedirect")


def _made(walk: Evaluation, site: Site) -> Value | None:
    """`export const { Link, redirect, useRouter } = createNavigation(routing)`."""
    del walk, site
    return Value(what=_NAVIGATION)


def _redirected(walk: Evaluation, site: Site) -> Value | None:
    """`redirect({ href: "/login", locale })`, `redirect("/login")`."""
    first = site.argument(0)
    fields: Mapping[str, Value] = first.fields or {}
    url = fields.get("href", first)
    if url.fields is not None:  # `href: { pathname: "/orders/[id]", params: { id } }`
        url = url.fields.get("pathname", url)
    there = Site(site.what, site.name, site.receiver, (url,), {}, site.call)
    return responses.CALLS["next/navigation.redirect"](walk, there)


_NAVIGATION = "next-intl navigation"

CALLS = {
    **{f"next-intl/navigation.{factory}": _made for factory in _FACTORIES},
    **{f"{_NAVIGATION}.{name}": _redirected for name in _REDIRECTS},
}
