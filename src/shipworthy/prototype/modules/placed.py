"""Scripts that run without an import: by their place, by their name, or by what they do at once."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.aliases import folders_above
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Frameworks and plugins that take in whole folders.
_FINDS_ALL = regex(
    r"[\"']((@(medusajs|strapi|keystone-6|adonisjs|redwoodjs|nuxt|docusaurus|feathersjs|sapphire|umijs|generouted"
    r"|trigger\.dev)/[\w.-]+)|payload|sails|blitz|nuxt|umi|vike|vite-plugin-(pages|ssr)|unplugin-[\w-]+|@fastify/autoload"
    r"|express-file-routing|moleculer|nitro|nitropack|wasp|meteor-[\w-]+|nextra|plasmo|wxt|vinxi|commandkit|serverless"
    r"|sst|gatsby|ember-[\w-]+|@solidjs/start|@analogjs/[\w-]+|require-?(all|dir)|consign|include-all)[\"']\s*:"
)
_STEM = regex(
    r"(?i)(main|server|app|root|worker|sw|service-?worker|middleware|proxy|instrumentation(-client)?|mdx-components"
    r"|handler|lambda|cron|cli|bootstrap|entry([-.].*)?|client|ssr|router|routes|start|electron|preload|background"
    r"|content|popup|options|sidepanel|extension|setup.*|register.*|polyfills?|vite-env|global|globals"
    r"|firebase-messaging-sw|gulpfile|knexfile|reportWebVitals)"
)
_PAGE_OF_APP = regex(
    r"(^|/)app/(.*/)?(page|layout|route|loading|error|not-found|template|default|global-error|global-not-found"
    r"|sitemap|robots|manifest|icon\d*|apple-icon\d*|opengraph-image\d*|twitter-image\d*|forbidden|unauthorized)\.\w+$"
)
_COMPONENT = regex(r"(^|/)components?/")
_PLACE = regex(
    r"(src/)?(functions|netlify|workers?|cron|jobs|tasks|edge|electron|public|static|plugins|commands|events|lambdas?"
    r"|trigger|inngest|migrations?|emails?|bin|convex|party|pages/api|content|entrypoints|extension|workflows)/"
    r"|api/|server/(api|routes|plugins|middleware|functions|tasks)/|supabase/(?!functions/)"
    r"|supabase/functions/[^/]+/(index|main|mod|deno)\."
)
_PAGES = regex(r"(src/)?pages/|(^|/)pages/.*\+")
_APP = regex(r"(src/)?app/")
_ROUTES = regex(r"(^|/)(routes|params)/")
_FILE_ROUTERS = frozenset(
    "remix tanstack-start nuxt sveltekit astro solid expo react-native angular svelte vue".split()
)
_ROUTED_BY_FILE = regex(r"[\"'](@react-router/|@tanstack/(react-)?(router|start)|expo-router)")
# What begins alike stands together: each part of this is tried at each letter of every script.
_DOES = regex(
    r"\A#!|\.listen\(|[\s=]serve\(|registerRoot|AppRegistry|import\.meta\.main|require\.main\b|onBackgroundMessage"
    r"|(?:createRoot|hydrateRoot|ReactDOM\.render|customElements\.define)\("
    r"|\b(?:(?:Bun|Deno)\.serve\(|exports\.handler\b|export\s+(?:const|async function|function)\s+handler\b"
    r"|parentPort\b|process\.argv\b|cron\.schedule\(|chrome\.(?:runtime|tabs)\.\w+\.add"
    r"|document\.addEventListener\(\s*[\"']DOMContentLoaded)"
    r"|^(?:serve\(|self\.|addEventListener\(|export default \{\s*(?:async )?fetch"
    r"|;?\((?:async\s*)?(?:\(|function)|(?:await\s+|void\s+)?(?:main|run|start|init|bootstrap|seed|migrate|test|setup|connect\w*)\()",
    re.MULTILINE,
)


class Placed:
    """What is found without an import, as the frameworks of each part of the prototype have it."""

    def __init__(self, prototype: Prototype) -> None:
        self._prototype = prototype
        self._starting: dict[str, bool] = {}

    def finds_all(self, path: str) -> bool:
        """True where a framework or a plugin of a part around a file takes in whole folders."""
        above = folders_above(path.rpartition("/")[0])
        return any(_FINDS_ALL.search(self._manifest(folder) or "") for folder in above)

    def starts(self, file: SourceFile) -> bool:
        """True for a file of the product that something else than an import may start."""
        if file.path not in self._starting:
            self._starting[file.path] = self._is_started(file)
        return self._starting[file.path]

    def _is_started(self, file: SourceFile) -> bool:
        home, frameworks = self._home(file)
        inner = file.path[len(home) + 1 :] if home else file.path
        stem = file.name.partition(".")[0]
        folder = inner.rpartition("/")[0]
        if not folder or file.name.endswith(".d.ts"):
            return True
        if stem == "index" and folder.count("/") <= 1 and not _COMPONENT.search(inner):
            return True
        if _STEM.fullmatch(stem) and not _COMPONENT.search(inner):
            return True
        if _PAGE_OF_APP.search(inner) or _PLACE.match(inner) or file.name.startswith("+"):
            return True
        text = file.text or ""
        if "_generated/server" in text or _DOES.search(text):
            return True
        if not frameworks or frameworks & _FILE_ROUTERS or self._is_routed_by_file(home):
            return bool(_PAGES.match(inner) or _APP.match(inner) or _ROUTES.search(inner))
        return "next" in frameworks and _PAGES.match(inner) is not None

    def _is_routed_by_file(self, home: str) -> bool:
        return _ROUTED_BY_FILE.search(self._manifest(home) or "") is not None

    def _home(self, file: SourceFile) -> tuple[str, frozenset[str]]:
        """The nearest folder with a manifest or frameworks of its own, and these."""
        for above in folders_above(file.folder):
            if self._manifest(above) is not None or above in self._parts:
                return above, self._parts.get(above) or self._every
        return "", self._every

    def _manifest(self, folder: str) -> str | None:
        """The text of the manifest of a folder; None where it has none."""
        file = self._prototype.files.get(f"{folder}/package.json" if folder else "package.json")
        return (file.text or "") if file is not None else None

    @cached_property
    def _parts(self) -> dict[str, frozenset[str]]:
        return {p.folder: frozenset(p.frameworks) for p in self._prototype.stack.parts}

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(self._prototype.stack.frameworks)
