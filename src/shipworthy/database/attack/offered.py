"""The functions that the REST interface offers to callers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

from shipworthy.database.attack.arguments import Parameter
from shipworthy.database.attack.session import Session
from shipworthy.database.schema import Function, Schema, Trust


class Called(Struct, frozen=True):
    """A function with what a call needs to know of it."""

    function: Function
    parameters: tuple[Parameter, ...]
    procedure: bool
    writes: bool  # volatile: only those may change anything


def callables(session: Session, schema: Schema) -> Iterator[Called]:
    """The functions that the REST interface offers and that can be judged."""
    live: dict[tuple[str, str, str], Called] = {}
    functions = {f"{f.schema}.{f.name}": f for f in schema.functions.values()}
    for row in session.every(files(__package__).joinpath("functions.sql").read_text()):
        space, name, kind, volatility, _, _, spelled, names, types = (value or "" for value in row)
        if f"{space}.{name}" not in functions:
            continue
        parameters = tuple(
            Parameter(n, int(t), s)
            for n, t, s in zip(
                names.split(","), types.split(","), spelled.split(", "), strict=False
            )
            if t
        )
        some = functions[f"{space}.{name}"]
        called = Called(some, parameters, kind == "p", volatility == "v")
        live[space, name, spelled] = live[space, name, str(len(parameters))] = called
    for function in schema.functions.values():
        exact = (function.schema, function.name, ", ".join(function.argument_types))
        counted = (function.schema, function.name, str(len(function.argument_types)))
        found = live.get(exact) or live.get(counted)
        if found and _is_offered(function, schema):
            yield replace(found, function=function)


def _is_offered(function: Function, schema: Schema) -> bool:
    return (
        function.schema in schema.exposed
        and not function.is_trigger
        and not function.tainted
        and function.source.trust in (Trust.MIGRATION, Trust.LOOSE)
    )
