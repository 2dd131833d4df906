"""What makes a router of a web framework, and which of its methods declare a route."""

from __future__ import annotations

from msgspec import Struct


class Router(Struct, frozen=True):
    """A router that a variable holds, and the prefix of all its paths."""

    framework: str
    prefix: str = ""


VERBS = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head", "options")},
    "del": "DELETE",
    "all": "*",
}

FACTORIES = {
    "express": "express",
    "express.Router": "express",
    "Router": "express",
    "Hono": "hono",
    "OpenAPIHono": "hono",
    "fastify": "fastify",
    "Fastify": "fastify",
    "Elysia": "elysia",
    "polka": "polka",
    "FastAPI": "fastapi",
    "APIRouter": "fastapi",
    "Flask": "flask",
    "Blueprint": "flask",
    "APIBlueprint": "flask",
    "Quart": "quart",
    "Sanic": "sanic",
}

USUAL_NAMES = frozenset({"app", "router", "server", "fastify"})
"""What a router is called where it is a parameter or comes from another file."""
