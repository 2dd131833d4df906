"""Parts of a prototype that run on one company's platform only, and what could take their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.inventory.landmarks import code_files
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Binding(Struct, frozen=True):
    """One proprietary part that the product uses while it runs.

    `deep` is True where moving away means to rewrite code, not to change an address. `places` are
    the lines that use it, `instead` what can take its place.
    """

    name: str
    platform: str
    deep: bool
    what: str
    instead: str
    places: tuple[Location, ...]


class _Known(Struct, frozen=True):
    name: str
    platform: str
    deep: bool
    what: str
    instead: str
    packages: frozenset[str] = frozenset()
    signs: tuple[str, ...] = ()  # literals of the code that nothing else writes


def _known(
    name: str,
    platform: str,
    what: str,
    instead: str,
    packages: str = "",
    signs: str = "",
    deep: bool = False,
) -> _Known:
    return _Known(
        name, platform, deep, what, instead, frozenset(packages.split()), tuple(signs.split())
    )


_KNOWN = (
    _known(
        "lovable-ai-gateway",
        "Lovable",
        "the models are called through Lovable's gateway and its key",
        "any provider with an OpenAI-compatible address: another URL, key and model name",
        signs="ai.gateway.lovable.dev llm.lovable.dev",
    ),
    _known(
        "lovable-connectors",
        "Lovable",
        "other services are called through Lovable's connectors",
        "the services' own APIs with keys of one's own",
        signs="connector-gateway.lovable.dev",
    ),
    _known(
        "lovable-auth",
        "Lovable",
        "sign-in with Google or Apple goes through Lovable's login",
        "OAuth of Supabase Auth with a client id of one's own",
        packages="@lovable.dev/cloud-auth-js",
    ),
    _known(
        "replit-database",
        "Replit",
        "data is kept in Replit's key-value store",
        "PostgreSQL or Redis",
        packages="@replit/database",
        signs="replit.db kv.replit.com",
        deep=True,
    ),
    _known(
        "replit-object-storage",
        "Replit",
        "files are kept in Replit's object storage",
        "any S3-compatible store",
        packages="@replit/object-storage",
        signs="REPLIT_SIDECAR_ENDPOINT 127.0.0.1:1106",
    ),
    _known(
        "replit-auth",
        "Replit",
        "people sign in with their Replit account",
        "an OpenID Connect provider of one's own, such as Keycloak or Supabase Auth",
        signs="replit.com/oidc X-Replit-User-Id x-replit-user-id",
        deep=True,
    ),
    _known(
        "replit-connectors",
        "Replit",
        "keys of other services come from Replit's connectors",
        "keys of one's own in environment variables",
        signs="REPLIT_CONNECTORS_HOSTNAME",
    ),
    _known(
        "replit-ai",
        "Replit",
        "the models are called through Replit's gateway and its key",
        "the provider's own address and key, which the same client takes",
        signs="AI_INTEGRATIONS_OPENAI_BASE_URL AI_INTEGRATIONS_ANTHROPIC_BASE_URL"
        " AI_INTEGRATIONS_GEMINI_BASE_URL",
    ),
    _known(
        "base44",
        "Base44",
        "data, sign-in and functions are those of Base44",
        "an API and a database of one's own: every query is rewritten",
        packages="@base44/sdk",
        deep=True,
    ),
    _known(
        "emergent",
        "Emergent",
        "the models are called through Emergent's library and its key",
        "the provider's own library and key",
        packages="emergentintegrations",
    ),
    _known(
        "vercel-kv",
        "Vercel",
        "data is kept in Vercel KV",
        "any Redis, with its own client",
        packages="@vercel/kv",
    ),
    _known(
        "vercel-blob",
        "Vercel",
        "files are kept in Vercel Blob",
        "any S3-compatible store",
        packages="@vercel/blob",
    ),
    _known(
        "vercel-edge-config",
        "Vercel",
        "settings are kept in Vercel Edge Config",
        "environment variables or a table",
        packages="@vercel/edge-config",
    ),
    _known(
        "netlify-blobs",
        "Netlify",
        "data is kept in Netlify Blobs",
        "any S3-compatible store",
        packages="@netlify/blobs",
    ),
    _known(
        "netlify-identity",
        "Netlify",
        "people sign in with Netlify Identity",
        "an OpenID Connect provider of one's own",
        packages="netlify-identity-widget @netlify/identity",
        deep=True,
    ),
    _known(
        "firestore",
        "Google Firebase",
        "data is kept in Firestore, whose queries and rules exist only there",
        "PostgreSQL: the data model, queries and rules are rewritten",
        packages="firebase/firestore firebase-admin/firestore @google-cloud/firestore"
        " @react-native-firebase/firestore google.cloud.firestore",
        signs="firebase/firestore firebase-admin/firestore firestore.client(",
        deep=True,
    ),
)
# Addresses and libraries of the providers of models themselves.
_OTHERS = regex(
    r"api\.openai\.com|api\.anthropic\.com|generativelanguage\.googleapis\.com|openrouter\.ai/api|api\.groq\.com"
    r"|[\"']@ai-sdk/(openai|anthropic|google|groq|mistral|xai)[\"']|createGoogleGenerativeAI|createAnthropic\("
)
# `if (apiKey && …) return { apiKey }` of a key that stands in the environment.
_OWN_KEY = regex(
    r"(?:const|let|var)\s+(\w+)\s*=\s*process\.env\.\w*(?:KEY|TOKEN|SECRET)\w*[\s\S]*?\bif\s*\(\s*\1\b(?![^)]*[=!]=)[^)]*\)"
    r"\s*\{?\s*return\b"
)
_MENTIONED = regex(r"^\s*(//|#|\*|/\*|<!--)")


def read_bindings(prototype: Prototype) -> tuple[Binding, ...]:
    """What the running product is bound to; development plugins of platforms are none."""
    places: dict[str, list[Location]] = {}
    for file in code_files(prototype):
        if file.path in prototype.by_hand:
            continue
        packages = prototype.modules.packages.get(file.path, frozenset())
        text = file.text or ""
        for known in _KNOWN:
            words = [w for w in (*known.signs, *(known.packages & packages)) if w in text]
            if words and known.name.endswith(("-gateway", "-ai")) and _OTHERS.search(text):
                continue  # the same file knows another provider: one of several
            if words and known.name == "replit-connectors" and _OWN_KEY.search(text):
                continue  # a key of one's own comes first
            if words:
                found = [
                    Location(file.path, number)
                    for number, line in enumerate(file.lines, 1)
                    if any(word in line for word in words) and not _MENTIONED.match(line)
                ]
                places.setdefault(known.name, []).extend(found)
    return tuple(_bindings(places))


def _bindings(places: dict[str, list[Location]]) -> Iterator[Binding]:
    for known in _KNOWN:
        found = places.get(known.name)
        if found:
            where = tuple(sorted(set(found)))
            yield Binding(known.name, known.platform, known.deep, known.what, known.instead, where)
