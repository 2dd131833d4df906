"""One way into the prototype and the names of its parts."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from shipworthy.finding import Location


class RouteKind(StrEnum):
    """What kind of way in."""

    PAGE = "page"
    ROUTE_HANDLER = "route_handler"
    SERVER_ACTION = "server_action"
    EDGE_FUNCTION = "edge_function"
    ENDPOINT = "endpoint"
    PROCEDURE = "procedure"
    MIDDLEWARE = "middleware"


class Route(Struct, frozen=True):
    """One way in. `method` is GET, POST, …, or "*" where the handler takes any.

    `handler` is the function, as `function_name` would call it; `path` the URL path as far as the
    file tells (a server action and a procedure have none: their own names stand there).
    """

    kind: RouteKind
    framework: str
    method: str
    path: str
    handler: str
    location: Location
