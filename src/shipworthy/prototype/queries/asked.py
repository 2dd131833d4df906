"""By which columns the pages of the app ask for the rows of a table."""

from __future__ import annotations

from shipworthy.prototype.modules.sides import Side, sides
from shipworthy.prototype.prototype import Prototype


def asked_by(prototype: Prototype, target: str) -> frozenset[str]:
    """The columns that reading queries compare, without those of servers, whose key passes all rules by."""
    where = sides(prototype)
    return frozenset(
        column
        for query in prototype.queries
        if query.operation == "select"
        and query.table in (target, target.removeprefix("public."))
        and where.get(query.location.path) is not Side.SERVER
        for column in query.filters
    )
