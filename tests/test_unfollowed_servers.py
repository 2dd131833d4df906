# ruff: noqa: E501 - code of prototypes is written as it is found
"""Servers that are not followed: the controls of entry points say so instead of giving an all-clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.finding import Outcome
from shipworthy.prototype import read_prototype


def _unfollowed(folder: Path, name: str, text: str) -> tuple[set[Outcome], str]:
    """What a control of entry points answers, and the words of what it could not see."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    (folder / "package.json").write_text('{"name": "shop"}')
    controls = [c for c in select() if c.id == "unauthenticated-endpoint"]
    found = assess(read_prototype(folder), controls).findings
    unknown = [f.message for f in found if f.outcome is Outcome.UNKNOWN]
    return {f.outcome for f in found}, " ".join(unknown)


@pytest.mark.parametrize(
    ("name", "text", "server"),
    [
        (
            "a.ts",
            "import * as trpc from '@trpc/server'; const r = trpc.router().query('a', {});",
            "tRPC",
        ),
        (
            "a.resolver.ts",
            "import { Resolver } from '@nestjs/graphql';\n@Resolver() export class A {}",
            "GraphQL of NestJS",
        ),
        ("io.ts", "import { Server } from 'socket.io'; new Server(3000);", "Socket.IO"),
        ("server/api/a.post.ts", "export default defineEventHandler(async (event) => 1);", "Nuxt"),
        (
            "w.ts",
            "import { make } from './make';\nexport default { fetch: make(async (request, env) => answer()) };",
            "a worker",
        ),
        ("main.py", "from aiohttp import web\napp = web.Application()\n", "aiohttp"),
        (
            "convex/orders.ts",
            "import { tenantMutation } from 'convex-tenants';\nexport const remove = tenantMutation({});",
            "Convex",
        ),
        (
            "main.py",
            "from fastapi import FastAPI\nfrom neo4j import GraphDatabase\napp = FastAPI()\n",
            "Neo4j",
        ),
        ("main.py", "import gradio as gr\ngr.Interface(fn=print).launch()\n", "Gradio"),
        ("main.py", "from http.server import BaseHTTPRequestHandler\n", "http.server"),
    ],
)
def test_what_is_not_followed_is_unknown(name: str, text: str, server: str, tmp_path: Path) -> None:
    outcomes, words = _unfollowed(tmp_path, name, text)
    assert outcomes == {Outcome.UNKNOWN}
    assert server in words


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ts", "import { io } from 'socket.io-client'; io('/');"),
        ("a.ts", "import WebSocket from 'ws'; new WebSocket('wss://x');"),
        ("a.ts", "import type { Server } from 'socket.io';"),
        ("a.ts", "import { Injectable } from '@nestjs/common'; @Injectable() export class S {}"),
        (
            "a.ts",
            "import app from './app'; export default { fetch(r, e) { return app.fetch(r, e); } };",
        ),
        (
            "a.ts",
            "import http from 'http'; import { app } from './app'; http.createServer(app).listen(1);",
        ),
        (
            "main.py",
            "import aiohttp\nasync def ask():\n    async with aiohttp.ClientSession() as s:\n        return s\n",
        ),
        (
            "src/App.tsx",
            "import PocketBase from 'pocketbase';\nexport const pb = new PocketBase('/');",
        ),
        ("tests/a.test.ts", "import polka from 'polka'; polka();"),
    ],
)
def test_what_only_looks_like_a_server_is_none(name: str, text: str, tmp_path: Path) -> None:
    assert Outcome.UNKNOWN not in _unfollowed(tmp_path, name, text)[0]
