"""Values for the settings that the code reads, so that it can be built where none of them is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# By the words of a name, first match: a value of the form that code expects, leading nowhere.
_PLACEHOLDERS = (
    (("CLERK", "PUBLISHABLE"), "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk"),
    (("DATABASE_URL",), "postgresql://nobody:nobody@127.0.0.1:9/none"),
    (("POSTGRES",), "postgresql://nobody:nobody@127.0.0.1:9/none"),
    (("MONGO",), "mongodb://127.0.0.1:9/none"),
    (("REDIS",), "redis://127.0.0.1:9"),
    (("SUPABASE", "URL"), "https://placeholder.supabase.co"),
    (("EMAIL",), "nobody@example.invalid"),
    (("URL",), "https://placeholder.invalid"),
    (("URI",), "https://placeholder.invalid"),
    (("ORIGIN",), "https://placeholder.invalid"),
    (("ENDPOINT",), "https://placeholder.invalid"),
    (("DOMAIN",), "placeholder.invalid"),
    (("HOST",), "placeholder.invalid"),
    (("PORT",), "3999"),
)
_ANY = "placeholder-placeholder-placeholder-placeholder"
# What the machine, the runtime or the tools set themselves.
OF_THE_MACHINE = frozenset(
    "PATH HOME USER SHELL TMPDIR LANG CI NODE_ENV NODE_OPTIONS DEBUG PWD PORT ANALYZE VERCEL"
    " MODE DEV PROD SSR BASE_URL TURBOPACK REPL_ID NETLIFY VERCEL_ENV NEXT_RUNTIME".split()
)


def placeholders(prototype: Prototype) -> dict[str, str]:
    """A value for every variable that the code reads and that has none to fall back on, and for keys
    that must not have one."""
    keys = {f.name for found in prototype.default_secrets.values() for f in found}
    fallbacks = {read.name for read in prototype.environment if read.fallback} - keys
    names = {read.name for read in prototype.environment} - fallbacks - OF_THE_MACHINE
    return {name: placeholder(name) for name in sorted(names)}


def placeholder(name: str) -> str:
    """A value of the form that code expects of a variable, leading nowhere."""
    upper = name.upper()
    return next((value for words, value in _PLACEHOLDERS if all(w in upper for w in words)), _ANY)
