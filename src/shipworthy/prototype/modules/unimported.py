"""Python modules that no entry of the prototype imports, by whatever chain, and that nothing names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipworthy.prototype.modules.started import SERVING, says_name
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

# Who loads modules by their place in a folder, or by a name that is put together, may load any.
_LOADS_BY_NAME = regex(
    r"\b(import_module|__import__|iter_modules|walk_packages|exec_module|run_module|find_modules"
    r"|autodiscover(?!_tasks)\w*|load_extension\w*|spec_from_file_location|include_tasks)\b"
)
# One of these stands in each of those words: to look for plain ones takes a tenth of the time.
_LOADING = (
    *("_module", "__import__", "walk_packages", "autodiscover", "load_extension"),
    *("spec_from_file_location", "include_tasks"),
)
# Celery looks for modules called `tasks`, unless it is told another name.
_OTHER_TASKS = regex(r"\bautodiscover_tasks\([^)]*\brelated_name\b")
# Routers answer nothing until an app takes them in.
_ROUTES = regex(r"=\s*(\w+\.)?(APIRouter|Blueprint)\(")
_TAKES_IN = regex(r"\.(include_router|register_blueprint)\(")
# What a module does as it is run, or hands to a server by its name.
_RUNS = regex(
    r"""__name__\s*==\s*["']__main__|^(for|while|if|with|print\(|(main|run|asyncio\.run)\()|\.run\(""",
    re.M,
)
# An app that a server finds by the name of its file: `uvicorn file:app`.
_SERVES = regex(
    r"=\s*(\w+\.)?(FastAPI|Flask|Starlette|Quart|Sanic|Litestar|Celery|FastMCP|TeleBot|create_app|Dash)\("
    # Rows and forms have such names, too: `application = Application(job_id=job.id)`.
    r"|(=\s*\w+\.|^\w+\s*=\s*)(Bot|Client|Application\w*|Blocks|Interface)\(|^st\.|\bst\.(title|set_page_config|header)\(|@cl\.|@app\.",
    re.M,
)
_ENTRY = regex(
    r"^(main|server|app|index|worker|middleware|handler|lambda|lambda_function|function_app|cron|cli|bot|run"
    r"|start|bootstrap|wsgi|asgi|celery|tasks|settings|urls|root|manage|conftest|gunicorn.*|__init__|__main__"
    r"|entry.*|setup|streamlit_app|.*[-_](bot|worker|server|app|cron|job))$",
    re.IGNORECASE,
)
_BY_PLACE = regex(
    r"^api/|(^|/)(functions|netlify|supabase|lambdas?|pages|plugins|commands|management|migrations?|alembic"
    r"|versions|dags|hooks|cogs|extensions|tools|skills|agents|jobs|cron|workers?)/"
)
_FOUND_BY_FRAMEWORK = frozenset(
    {"django", "airflow", "dagster", "scrapy", "odoo", "frappe", "anvil"}
)


def unimported(prototype: Prototype) -> frozenset[str]:
    """The paths of such modules beside an app that imports others.

    A module counts as used where it is run by itself, serves, has a name or place by which tools find
    modules, is named by any file as a module or file, or where an import that leads nowhere may mean
    it. In prototypes that load modules by name, and in those of frameworks that find them, all do. A
    module of routers is used where an app that takes others in imports it: its name alone serves nobody.
    """
    modules = [
        f
        for f in prototype.of_role(Role.PRODUCT)
        if f.language is Language.PYTHON and f.path in prototype.facts
    ]
    if not modules or _finds_modules(prototype, modules):
        return frozenset()
    lost = frozenset(_lost(prototype, modules))
    takes_in = any(_TAKES_IN.search(f.text or "") for f in modules)
    routers = {f.path for f in modules if takes_in and _ROUTES.search(f.text or "")}
    astray = frozenset(_lost(prototype, modules, from_packages=False)) if routers else lost
    idle = {
        f.path: f
        for f in modules
        if _may_be_idle(f)
        and (astray if f.path in routers else lost).isdisjoint(
            f.path.removesuffix(".py").split("/")
        )
    }
    reached = prototype.modules.reachable(p for p in prototype.facts if p not in idle)
    serving = {
        _top(f.path)
        for f in modules
        if f.path not in idle
        and prototype.modules.packages.get(f.path, frozenset()) & SERVING
        and prototype.modules.edges.get(f.path)
    }
    left = [f for p, f in idle.items() if p not in reached and _top(p) in serving]
    named = {
        f.path for f in left if f.path not in routers and says_name(prototype, f, by_imports=False)
    }
    kept = prototype.modules.reachable(named)
    return frozenset(f.path for f in left if f.path not in kept)


def _top(path: str) -> str:
    return path.partition("/")[0]


def _may_be_idle(file: SourceFile) -> bool:
    text = file.text or ""
    if _ENTRY.match(file.name.removesuffix(".py")) or _BY_PLACE.search(file.path):
        return False
    return not _RUNS.search(text) and not _SERVES.search(text)


def _finds_modules(prototype: Prototype, modules: list[SourceFile]) -> bool:
    packages = prototype.modules.packages
    return any(
        packages.get(f.path, frozenset()) & _FOUND_BY_FRAMEWORK
        or (any(w in (f.text or "") for w in _LOADING) and _LOADS_BY_NAME.search(f.text or ""))
        or _OTHER_TASKS.search(f.text or "")
        for f in modules
    )


def _lost(
    prototype: Prototype, modules: list[SourceFile], *, from_packages: bool = True
) -> Iterator[str]:
    """What imports name that lead to no file here: packages, and modules that were not found; without
    `from_packages` not what stands in packages that a manifest asks for."""
    asked = {d.name.lower().replace("-", "_") for d in prototype.dependencies.packages}
    asked |= {name.partition("_")[0] for name in asked}  # `google.auth` stands in google-auth
    for file in modules:
        for specifier in prototype.modules.unresolved.get(file.path, ()):
            yield specifier.rstrip(".").rpartition(".")[2]
        packages = prototype.modules.packages.get(file.path, frozenset())
        for item in prototype.facts[file.path].imports:
            top = item.specifier.partition(".")[0]
            if top in packages and (from_packages or top.lower() not in asked):
                yield from item.specifier.split(".")
