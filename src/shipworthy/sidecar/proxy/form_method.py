"""A form that asks the program to take it for another method, where a rule is for some methods alone.

`_method` in a form is what method-override (Express), Rails, Laravel and Symfony believe; Laravel and Express
in JSON as well. Only at those paths is a body looked into; it is held back until it is whole.
"""

from __future__ import annotations

from shipworthy.sidecar.policy import Policy, Route
from shipworthy.sidecar.proxy.identity.script import script
from shipworthy.sidecar.proxy.typed import Message

_NAME = "shipworthy.form-method"


def form_filters(policy: Policy) -> list[Message]:
    """The filter that refuses such forms with 400; none where no rule names methods."""
    paths = sorted({route.path.rstrip("/").lower() for route in policy.routes if route.methods})
    return (
        [script(_NAME, "form_method.lua", package=__package__ or "", PATHS=paths)] if paths else []
    )


def held_back(policy: Policy, route: Route) -> Message:
    """The part of a route that lets a whole body wait there: as large as one may be."""
    if not any(one.methods for one in policy.routes):
        return {}
    return {"request_body_buffer_limit": str(int(route.body or policy.limits.body))}
