"""All that is known of libraries, put together: which module answers which call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from shipworthy.prototype.handlers.evaluation import Evaluation, Knowledge, Site, asked
from shipworthy.prototype.handlers.knowledge import (
    accounts,
    aiohttp,
    amazon_mails,
    assertions,
    auth_js,
    builders,
    built_files,
    classes,
    cleaning,
    cloudinary,
    columns,
    convex,
    convex_rows,
    convex_shapes,
    dispatching,
    django,
    documents,
    drizzle,
    dynamodb,
    events,
    fastapi,
    fastapi_users,
    firebase,
    firestore,
    flask,
    flask_settings,
    free_fields,
    generic_views,
    genkit,
    hints,
    joi,
    kept_lists,
    keys,
    kit,
    koa,
    language_models,
    limits,
    localised_navigation,
    mapped,
    media_models,
    memory,
    nest,
    next_middleware,
    object_stores,
    outside,
    packaged,
    passwords,
    postgrest,
    prisma,
    python_caches,
    python_mails,
    python_object_stores,
    python_outside,
    python_paths,
    python_routing,
    python_sql,
    requests,
    responses,
    routing,
    rows,
    schemas,
    serializers,
    server_functions,
    services,
    sessions,
    settings,
    socketio,
    sql_clients,
    stored_files,
    streamlit,
    streams,
    throttles,
    trpc,
    typeorm,
    validators,
    values_of,
    vector_stores,
    workers,
)
from shipworthy.prototype.handlers.values import Type, Value
from shipworthy.prototype.program.nodes import Function

Answer = Callable[[Evaluation, Site], Value | None]
Assigned = Callable[[Evaluation, Value, str, Value, int], None]
Property = Callable[[Evaluation, Value, str], Value | None]

_MODULES = (
    vector_stores,
    assertions,
    convex,
    convex_rows,
    convex_shapes,
    socketio,
    dispatching,
    firebase,
    kit,
    koa,
    nest,
    next_middleware,
    packaged,
    requests,
    events,
    server_functions,
    workers,
    trpc,
    routing,
    responses,
    built_files,
    object_stores,
    cloudinary,
    dynamodb,
    accounts,
    auth_js,
    python_sql,
    mapped,
    postgrest,
    rows,
    sql_clients,
    drizzle,
    prisma,
    builders,
    documents,
    typeorm,
    firestore,
    memory,
    passwords,
    keys,
    limits,
    localised_navigation,
    joi,
    schemas,
    services,
    sessions,
    settings,
    stored_files,
    streams,
    validators,
    amazon_mails,
    python_mails,
    outside,
    python_caches,
    python_object_stores,
    python_outside,
    python_paths,
    language_models,
    genkit,
    media_models,
    cleaning,
    values_of,
    python_routing,
    fastapi,
    fastapi_users,
    flask,
    flask_settings,
    aiohttp,
    django,
    serializers,
    generic_views,
    throttles,
    streamlit,
    classes,
    columns,
    kept_lists,
)
"""Each has CALLS (by what is called), NAMES (by the last word of it), PROPERTIES and ASSIGNED (by what
has the property). Where several know a call or a property by all of its name, the last one is asked first."""


class Library(Knowledge):
    """Looks a call up by all of what is called, then by the ends of it, then by its last word."""

    def __init__(self) -> None:
        self._calls: Mapping[str, list[Answer]] = _listed("CALLS", reversed(_MODULES))
        self._names: Mapping[str, list[Answer]] = _listed("NAMES", _MODULES)
        self._assigned: Mapping[str, list[Assigned]] = _listed("ASSIGNED", _MODULES)
        self._properties: Mapping[str, list[Property]] = _listed("PROPERTIES", reversed(_MODULES))

    def call(self, walk: Evaluation, site: Site) -> Value | None:
        """The result of a known call."""
        name = site.name or site.what.rpartition(".")[2]
        for answers in (self._calls.get(site.what, ()), self._names.get(name, ())):
            for answer in answers:
                found = answer(walk, site)
                if found is not None:
                    return found
        return hints.foreign(walk, site)

    def own(self, walk: Evaluation, site: Site, result: Value, function: Function) -> Value:
        """What the name of an own function adds."""
        return hints.own(walk, site, result, function)

    def property(self, walk: Evaluation, value: Value, key: str) -> Value | None:
        """A known property of a known thing."""
        for answer in self._properties.get(_kind(value), ()):
            found: Value | None = answer(walk, value, key)
            if found is not None:
                return found
        return None

    def made(self, walk: Evaluation, kind: Type, site: Site) -> Value | None:
        """An object of a class of the prototype."""
        found = classes.made(walk, kind, site)
        if found is not None:
            free_fields.note_taken(walk, kind, site)
        return found or serializers.made(walk, kind, site)

    def asked_for(self, walk: Evaluation, value: Value, at: int) -> Value:
        """The rows of a list of a module."""
        return kept_lists.asked_for(walk, value, at)

    def at_place(self, walk: Evaluation, owner: Value, key: Value) -> Value | None:
        """The row of a list of a module that stands at an index."""
        return kept_lists.at_place(walk, owner, key)

    def put_over(self, walk: Evaluation, name: str, value: Value, at: int) -> None:
        """What a list of a module is given."""
        kept_lists.put_over(walk, name, value, at)

    def assigned(self, walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
        """What it means that a property is given a value."""
        for answer in self._assigned.get(_kind(owner), ()):
            answer(walk, owner, key, value, at)

    def compared(
        self, walk: Evaluation, operator: str, left: Value, right: Value, at: int
    ) -> Value | None:
        """A condition of a query; whether a session knows who has logged in."""
        known = asked.compared(walk, operator, left, right, at)
        known = known or python_paths.among_parents(walk, operator, left, right, at)
        condition = known or columns.compared(operator, left, right)
        return condition or flask.in_session(walk, operator, left, right, at)

    def combined(self, operator: str, left: Value, right: Value) -> Value | None:
        """A path below a folder; a chain of models."""
        if operator == "/":
            return python_paths.below(left, right)
        return language_models.piped(left, right)


def _kind(value: Value) -> str:
    """What a value is: what a library made it, or else a class or an object of the prototype."""
    if value.what:
        return value.what
    if value.type is not None:
        return classes.CLASS
    return classes.OBJECT if value.instance is not None else ""


def _listed(name: str, modules: Iterable[ModuleType]) -> dict[str, list[Callable[..., Any]]]:
    """What the modules say of each name, in this order: one that gives None leaves it to the next."""
    found: dict[str, list[Callable[..., Any]]] = {}
    for module in modules:
        for key, answer in getattr(module, name, {}).items():
            found.setdefault(key, []).append(answer)
    return found
