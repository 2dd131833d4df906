"""Cross-origin rules as the code states them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import Syntax, function_name
from shipworthy.prototype.cors import headers as cors_headers
from shipworthy.prototype.cors import middleware as cors_middleware
from shipworthy.prototype.cors.allowed import AllowedOrigin

__all__ = ["AllowedOrigin", "Announced", "CorsRule", "read"]


class Announced(StrEnum):
    """Who sends the headers of a rule."""

    BY_HAND = "by_hand"  # a header object or a call that sets one header
    MIDDLEWARE = "middleware"  # express, FastAPI, flask-cors, …: it may answer "*" with the origin


class CorsRule(Struct, frozen=True):
    """One rule: a header object, a middleware call or a configuration entry.

    `reflects` is True where the response names whatever origin asked, so that browsers send cookies
    along and let the page read the answer: the origin copied by hand, or "*" in a middleware that
    turns it into the origin of the request.
    """

    framework: str
    origin: AllowedOrigin
    credentials: bool
    location: Location
    function: str
    announced: Announced = Announced.BY_HAND
    reflects: bool = False


_LET_IN = (AllowedOrigin.REFLECTED, AllowedOrigin.LOOSE)


def read(syntax: Syntax) -> list[CorsRule]:
    """Every cross-origin rule of a file."""
    if not syntax.says_any_in_lower_case(("cors", "access-control")):
        return []
    return list(_rules(syntax))


def _rules(syntax: Syntax) -> Iterator[CorsRule]:
    bindings = bindings_of(syntax)
    for header in cors_headers.headers(syntax, bindings):
        yield _rule("headers", header.origin, header.credentials, header.node, syntax, False)
    for rule in cors_middleware.rules(syntax, bindings):
        made = _rule(rule.framework, rule.origin, rule.credentials, rule.node, syntax, True)
        yield made


def _rule(
    framework: str,
    origin: AllowedOrigin,
    credentials: bool,
    node: SgNode,
    syntax: Syntax,
    middleware: bool,
) -> CorsRule:
    turns = framework in ("starlette", "flask-cors") and origin is AllowedOrigin.ANY
    return CorsRule(
        framework=framework,
        origin=origin,
        credentials=credentials,
        location=syntax.location(node),
        function=function_name(node),
        announced=Announced.MIDDLEWARE if middleware else Announced.BY_HAND,
        reflects=origin in _LET_IN or (turns and credentials),
    )
