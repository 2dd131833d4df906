"""Packages that a manifest asks for and that nothing in the prototype uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.prototype.dependencies.dependency import Dependency, Ecosystem, Manifest
from shipworthy.prototype.dependencies.import_names import import_names
from shipworthy.prototype.inventory.manifests import read_json, table
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Tools, types, plugins and run-time helpers, which no code of the product imports.
_TOOLS = regex(
    r"@types/|@?eslint|typescript|prettier|postcss|autoprefixer|tailwind|@tailwindcss/|vite|@vitejs/"
    r"|@rollup/|rollup|esbuild|@esbuild|webpack|babel|@babel/|core-js|regenerator-runtime|tslib|@swc/"
    r"|ts-node|tsx$|nodemon|concurrently|cross-env|dotenv-cli|npm-run-all|rimraf|husky|lint-staged|turbo"
    r"|jest|vitest|@vitest/|@testing-library/|playwright|@playwright/|cypress|@cypress/|mocha|chai"
    r"|wrangler|vercel|netlify|@netlify/|firebase-tools|supabase$|pm2|serve$|http-server|sass|less"
    r"|lovable-tagger|@replit/|bolt|@capacitor/|@ionic/|expo|@expo/|react-native|@react-native"
    r"|workbox|patch-package|@next/|@vercel/|sharp|next$|nuxt|astro|react$|react-dom|react-scripts|prisma"
    r"|@prisma/|drizzle-kit|@angular/|zone\.js|@nestjs/|reflect-metadata|@sveltejs/|svelte|vue$"
    r"|electron|@electron|bufferutil|utf-8-validate|encoding|supports-color|pino-pretty|source-map"
    r"|@emotion/|@opentelemetry/|@biomejs/|stylelint|@storybook/|storybook|graphql$|web-vitals"
    r"|pg-native|hiredis|npm$|node$|yarn$|pnpm$|bun$|bun-types|undici-types|openai-edge|mapbox-gl|@fontsource"
    # Style sheets are not read: what only they may import is not judged.
    r"|daisyui|flowbite|preline|leaflet|swiper|@fortawesome|.*css|.*fonts?(/|-|$)|.*icons?$|normalize|animate"
    r"|.*-loader$|.*-plugin(-|$)|.*plugin-|.*[-/]cli$"
)
# Drivers and peers that another package loads by their name: an ORM, an adapter, a mailer.
_LOADED = frozenset(
    """pg mysql mysql2 sqlite3 better-sqlite3 tedious mongodb ioredis redis ws handlebars pug ejs hbs
    canvas jsdom bcrypt argon2 kerberos aws4 snappy socks react-is popper.js @popperjs/core jquery
    bootstrap nodemailer @react-email/render""".split()
)
# Python packages that another one loads, or that run the app from outside.
_PYTHON_LOADED = frozenset(
    """uvicorn gunicorn hypercorn waitress daphne granian psycopg2 psycopg2-binary psycopg
    psycopg-binary psycopg-pool asyncpg aiosqlite aiomysql pymysql mysqlclient pyodbc cx-oracle
    oracledb python-multipart email-validator jinja2 python-dotenv cryptography bcrypt argon2-cffi
    passlib lxml openpyxl xlrd xlsxwriter pyarrow fastparquet tabulate pillow tiktoken pypdf pypdf2
    docx2txt unstructured faiss-cpu faiss-gpu chromadb sentence-transformers transformers torch
    torchvision onnxruntime accelerate protobuf grpcio greenlet watchdog setuptools wheel pip six
    typing-extensions tzdata pytz httpx httptools uvloop websockets watchfiles itsdangerous werkzeug
    markupsafe redis hiredis celery django whitenoise alembic sqlalchemy numpy pandas scipy pyyaml
    kaleido html5lib soupsieve brotli certifi urllib3 charset-normalizer idna h11 anyio pydantic
    pydantic-settings pydantic-core starlette fastapi flask streamlit altair nest-asyncio
    python-magic tenacity openai langchain langchain-core langchain-community pgvector psutil
    supabase gotrue postgrest h2 aiohttp requests-oauthlib google-auth google-api-core rsa
    beautifulsoup4 nltk authlib dnspython reportlab""".split()
)
# Dependencies of dependencies, which people list only by `pip freeze`.
_FROZEN = frozenset(
    """certifi charset-normalizer idna urllib3 anyio sniffio h11 markupsafe annotated-types
    pydantic-core typing-inspection six pytz tzdata click colorama packaging""".split()
)
_MOST_FROZEN = 4
_NAMED = (
    Role.PRODUCT,
    Role.SCRIPT,
    Role.CONFIG,
    Role.UI_KIT,
    Role.TEST,
    Role.GENERATED,
    Role.ASSET,
)


_PYTHON_IMPORT = regex(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_QUOTES = frozenset("\"'`")
_AFTER = _QUOTES | {"/"}
_FROM_LANGCHAIN = regex(r"^from\s+langchain[\w.]*\s+import\s+(\([^)]*\)|[^\n]*)", re.MULTILINE)


def _letters(name: str) -> str:
    """A name in small letters and digits alone, to be found in names that are written otherwise."""
    return re.sub(r"[^a-z0-9 ]", "", name.lower())


class Unused(Struct, frozen=True):
    """The packages of one manifest that no file uses, and how many of it were judged."""

    manifest: Manifest
    packages: tuple[Dependency, ...]
    judged: int


def unused_packages(prototype: Prototype) -> Iterator[Unused]:
    """An answer for each manifest that a product is built from.

    What is not sure is not judged: tools, plugins, drivers, what another package asks for as a peer, and
    Python packages whose import is not known.
    """
    reader = _Reader(prototype)
    for manifest in prototype.dependencies.manifests:
        asked = [
            one
            for one in prototype.dependencies.packages
            if one.location.path == manifest.path and one.direct and not one.development
        ]
        judged = [one for one in asked if reader.is_judged(manifest, one, asked)]
        if not reader.has_code(manifest):
            judged = []  # what it builds does not stand here
        unused = tuple(one for one in judged if not reader.is_used(manifest, one))
        yield Unused(manifest, unused, len(judged))


class _Reader:
    def __init__(self, prototype: Prototype) -> None:
        self.prototype = prototype
        self.names = import_names()
        self._needs: dict[str, frozenset[str]] = {}

    def is_judged(self, manifest: Manifest, one: Dependency, asked: Sequence[Dependency]) -> bool:
        if one.ecosystem is Ecosystem.NPM:
            content = read_json(self.prototype.files[manifest.path].text or "")
            tool = _TOOLS.match(one.name) or one.name in _LOADED
            return one.name in table(content, "dependencies") and not tool
        if one.name in _PYTHON_LOADED or not self.names.imports(one.name):
            return False
        return len(_FROZEN & {d.name for d in asked}) < _MOST_FROZEN

    def has_code(self, manifest: Manifest) -> bool:
        """True where code of the product stands in the folder of a manifest, or below it."""
        folder = manifest.path.rpartition("/")[0]
        return any(
            file.language is not None and file.path.startswith(f"{folder}/".lstrip("/"))
            for file in self.prototype.of_role(Role.PRODUCT)
        )

    def is_imported(self, one: Dependency) -> bool:
        """True for a package that code imports."""
        if one.ecosystem is Ecosystem.PYPI:
            modules = {name.partition(".")[0] for name in self.names.imports(one.name)}
            return not self._imported.isdisjoint(modules)
        return one.name in self._imported

    def is_used(self, manifest: Manifest, one: Dependency) -> bool:
        """True for a package that is imported, named anywhere or asked for by another as a peer.

        A peer that is optional counts where code imports the package that would load it.
        """
        if one.ecosystem is Ecosystem.PYPI:
            modules = {name.partition(".")[0] for name in self.names.imports(one.name)}
            words = {*modules, one.name, one.name.replace("-", "_")}
            if self.is_imported(one) or any(map(self._is_named, words)):
                return True
            return any(_letters(word) in self._of_langchain for word in words)
        if self.is_imported(one) or one.name in self._needed(manifest):
            return True
        return self._is_named(one.name)

    def _needed(self, manifest: Manifest) -> frozenset[str]:
        part = manifest.workspace_of or manifest.path
        if part not in self._needs:
            self._needs[part] = self._read_needs(part)
        return self._needs[part]

    def _read_needs(self, part: str) -> frozenset[str]:
        needs = self.prototype.dependencies.needs.get(part, {})
        loads = self.prototype.dependencies.may_load.get(part, {})
        sure = (name for wanted in needs.values() for name in wanted)
        perhaps = (name for one in self._imported & loads.keys() for name in loads[one])
        return frozenset((*sure, *perhaps))

    def _is_named(self, name: str) -> bool:
        if name in self._configuration:
            return True
        code, at = self._code, self._code.find(name)
        while at != -1:
            end = at + len(name)
            if code[at - 1 : at] in _QUOTES and code[end : end + 1] in _AFTER:
                return True
            at = code.find(name, end)
        return False

    @cached_property
    def _of_langchain(self) -> str:
        """What code imports of LangChain, in small letters: `PyMuPDFLoader` loads pymupdf by itself."""
        return " ".join(_letters(names) for names in _FROM_LANGCHAIN.findall(self._code))

    @cached_property
    def _imported(self) -> frozenset[str]:
        named = (name for names in self.prototype.modules.packages.values() for name in names)
        return frozenset((*named, *self._generated))

    @property
    def _generated(self) -> Iterator[str]:
        """What clients import that a generator wrote: they are not parsed."""
        for file in self.prototype.of_role(Role.GENERATED):
            if file.language is Language.PYTHON:
                yield from _PYTHON_IMPORT.findall(file.text or "")

    @cached_property
    def _code(self) -> str:
        """All parsed code: a quoted name may be a plugin, a path or an import of types only."""
        return "\n".join(f.text for f in self._texts() if f.text and f.language is not None)

    @cached_property
    def _configuration(self) -> str:
        """All else that names packages, and the scripts of each package.json."""
        parts: list[str] = []
        for file in self._texts():
            if file.name == "package.json":
                content = dict(read_json(file.text or ""))
                for kind in ("dependencies", "devDependencies", "name"):
                    content.pop(kind, None)
                parts.append(str(content))
            elif file.text and file.language is None and not _is_list(file.name):
                parts.append(file.text)
        return "\n".join(parts)

    def _texts(self) -> Iterator[SourceFile]:
        return self.prototype.of_role(*_NAMED)


def _is_list(name: str) -> bool:
    return "requirements" in name or name in ("pyproject.toml", "Pipfile", "setup.cfg")
