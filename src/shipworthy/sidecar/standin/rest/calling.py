"""Calls of functions: which of several is meant, and the statement that calls it."""

# ruff: noqa: S608 - names are quoted by sql.py, values are parameters

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from shipworthy.sidecar.standin.refusal import Refusal
from shipworthy.sidecar.standin.rest.catalogue import Catalogue, Parameter, Routine
from shipworthy.sidecar.standin.rest.sql import Parameters, name

_WHOLE = ("json", "jsonb")


def read_arguments(content: bytes) -> dict[str, Any]:
    """The arguments in the body of a call. Raises Refusal."""
    if not content.strip():
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "PGRST102", "Empty or invalid json") from error
    if not isinstance(found, dict):
        raise Refusal(400, "PGRST102", "Empty or invalid json")
    return found


def find_routine(
    catalogue: Catalogue, schema: str, called: str, given: Sequence[str], *, posted: bool
) -> Routine:
    """The function that takes these arguments, by the rules of PostgREST. Raises Refusal."""
    every = catalogue.routines.get((schema, called), ())
    fitting = [one for one in every if _takes(one, given)]
    if not fitting and posted:
        fitting = [one for one in every if _takes_whole(one)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = (
            f"{schema}.{called}({', '.join(f'{p.name} => {p.type}' for p in one.parameters)})"
            for one in fitting
        )
        raise Refusal(
            300,
            "PGRST203",
            f"Could not choose the best candidate function between: {', '.join(shown)}",
            None,
            "Try renaming the parameters or the function itself in the database so function"
            " overloading can be resolved",
        )
    raise _not_found(catalogue, schema, called, sorted(given), posted=posted)


def call(
    routine: Routine,
    given: Mapping[str, Any],
    content: bytes,
    parameters: Parameters,
    *,
    posted: bool,
) -> str:
    """SELECT the result of a function; a plain value is called pgrst_scalar."""
    target = f"{name(routine.schema)}.{name(routine.name)}"
    if posted and _takes_whole(routine) and not _takes(routine, list(given)):
        only = routine.parameters[0]
        source, passed = "", f"{parameters.add(content.decode() or 'null')}::{only.type}"
    else:
        used = [p for p in routine.parameters if p.name in given]
        source, passed = _arguments(used, given, parameters, posted=posted)
    if routine.returns == "rows":
        lateral = f"{source}, LATERAL " if source else ""
        return f"SELECT pgrst_call.* FROM {lateral}{target}({passed}) pgrst_call"
    lateral = f" FROM {source}" if source else ""
    return f"SELECT {target}({passed}) AS pgrst_scalar{lateral}"


def _arguments(
    used: Sequence[Parameter], given: Mapping[str, Any], parameters: Parameters, *, posted: bool
) -> tuple[str, str]:
    """Where the arguments come from, and how they are passed: by name, never by place."""
    if not used:
        return "", ""
    spread = {p.name: "VARIADIC " if p.variadic else "" for p in used}
    if posted:
        record = ", ".join(f"{name(p.name)} {p.type}" for p in used)
        body = parameters.add(json.dumps(given))
        source = f"(SELECT * FROM json_to_record({body}::json) AS _({record})) pgrst_body"
        passed = (f"{spread[p.name]}{name(p.name)} := pgrst_body.{name(p.name)}" for p in used)
        return source, ", ".join(passed)
    passed = (
        f"{spread[p.name]}{name(p.name)} := {parameters.add(given[p.name])}::{p.type}" for p in used
    )
    return "", ", ".join(passed)


def _takes(routine: Routine, given: Sequence[str]) -> bool:
    names = {p.name for p in routine.parameters}
    required = {p.name for p in routine.parameters if p.required and not p.variadic}
    return set(given) <= names and required <= set(given)


def _takes_whole(routine: Routine) -> bool:
    """True for a function of one unnamed JSON argument: it gets the whole body."""
    only = routine.parameters
    return len(only) == 1 and not only[0].name and only[0].type in _WHOLE


def _not_found(
    catalogue: Catalogue, schema: str, called: str, given: Sequence[str], *, posted: bool
) -> Refusal:
    listed = ", ".join(given)
    shown = f"({listed})" if given else " without parameters"
    plural = "s" if len(given) > 1 else ""
    details = f" with parameter{plural} {listed}" if given else " without parameters"
    whole = " or with a single unnamed json/jsonb parameter" if posted else ""
    same = catalogue.routines.get((schema, called), ())
    if same:
        signatures = [f"({', '.join(sorted(p.name for p in one.parameters))})" for one in same]
        near = difflib.get_close_matches(f"({listed})", signatures, 1, 0.33)
        found = f"{called}{near[0]}" if near else ""
    else:
        names = [known for space, known in catalogue.routines if space == schema]
        found = "".join(difflib.get_close_matches(called, names, 1, 0.75))
    return Refusal(
        404,
        "PGRST202",
        f"Could not find the function {schema}.{called}{shown} in the schema cache",
        f"Searched for the function {schema}.{called}{details}{whole}, but no matches were found in"
        " the schema cache.",
        f"Perhaps you meant to call the function {schema}.{found}" if found else None,
    )
