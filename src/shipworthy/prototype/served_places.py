"""Files that a framework serves by their place or by what they declare, whatever words stand in their
path: `app/api/email/test/route.ts` is an endpoint, and `routers/tasks.py` no collection of chores."""

from __future__ import annotations

import re

from shipworthy.regex import regex

_PLACES = regex(
    r"(?:^|/)(?=app/(?:(?![_.])[^/]+/)*"
    r"(?:route|page|layout|template|default|loading|error|not-found|actions?)\.[cm]?[jt]sx?$)"
    r"|(?:^|/)(?=pages/api/(?:(?![_.])[^/]+/)*[^/.]+\.[jt]sx?$)"
    r"|(?:^|/)(?=supabase/functions/(?![_.])[^/]+/index\.[cm]?[jt]sx?$)"
    r"|(?:^|/)(?=convex/(?!_generated/)(?:(?!__tests__/|tests/)[^/.]+/)*[^/.]+\.[jt]sx?$)"
    r"|(?:^|/)(?=netlify/(?:edge-)?functions/(?:[^/.]+/)?[^/.]+\.[cm]?[jt]s$)"
)
# What is shown or answered under a path is part of the app, tools and samples too.
_PARTS = regex(
    r"(?:^|/)(?:components|pages|routes?|routers|controllers|endpoints|features)/(?=.*/)"
)
_VERCEL = regex(r"^api/(?!(?:.*/)?(?:__tests__|tests?|__mocks__)/)[^.]+\.[cm]?[jt]sx?$")
_EXPORTS_HANDLER = regex(
    r"^export\s+default\b|^module\.exports\s*=|^exports\.(default|handler)\s*="
    r"|^export\s+(?:async\s+)?(?:function|const)\s+(?:GET|POST|PUT|PATCH|DELETE|handler)\b",
    re.MULTILINE,
)
_SERVER_ACTIONS = regex(r"\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*[\"']use server[\"']", re.DOTALL)
_ROUTER = regex(
    r"\b(?:APIRouter|Blueprint)\(|\b(?:express\.)?Router\(\s*(?:\{[^}]*\}\s*)?\)|\bnew Hono\b"
    r"|^export\s+(?:default\s+)?(?:async\s+)?function\s+\w+\(\s*(?:app|router|server|fastify)\b",
    re.MULTILINE,
)
_TESTS = regex(r"^[ \t]*(?:import pytest|from pytest|def test_|class Test|describe\(|it\()", re.M)
_EXPORTS = regex(r"^export\b|^module\.exports\b|^exports\.", re.MULTILINE)
_RUNS = regex(
    r"\A#!|^(?:await\s+|void\s+)?(?:main|run|start)\(\)|^\(async\b|^process\.exit\(", re.MULTILINE
)


def outside(path: str) -> str:
    """The part of a path whose folders say what its files are for: of a file that is served by its place,
    what stands before that place."""
    place = _PLACES.search(path)
    if place is not None:
        return f"{path[: place.end()]}file"
    return path


def is_part(path: str) -> bool:
    """True for what stands in a folder below the parts of an app that users reach."""
    return _PARTS.search(path) is not None


def declares_routes(path: str, text: str) -> bool:
    """True for a file that says itself that it answers requests."""
    if _SERVER_ACTIONS.match(text) or (_VERCEL.match(path) and _EXPORTS_HANDLER.search(text)):
        return True
    return _ROUTER.search(text) is not None and _TESTS.search(text) is None


def is_module(text: str) -> bool:
    """True for code that others import and that does nothing by itself."""
    return _EXPORTS.search(text) is not None and _RUNS.search(text) is None
