"""Logins that browsers send along by themselves, told from tokens that code sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.cors.logins import (
    cookies_stay_on_their_site,
    knows_logins_sent_along,
    logins_stay_out_of_frames,
)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("response.set_cookie('seat', token)", True),
        ("from flask import Flask, session", True),
        ("app.add_middleware(SessionMiddleware, secret_key=key)", True),
        ("user = Depends(HTTPBearer())", False),
        ("papers = ['passport', 'visa']", False),
        ('personal = ["ip_address", "device_info", "cookies"]', False),
        ('token = request.headers["cookie"]', True),
        ("from sqlalchemy.orm import Session, sessionmaker", False),
        # It keeps what a visitor comes back with in the session of the framework.
        ("from authlib.integrations.starlette_client import OAuth", False),
    ],
)
def test_cookies_and_sessions_are_sent_along(tmp_path: Path, code: str, known: bool) -> None:
    read = prototype_of(tmp_path, {"main.py": f"{code}\n", "page.ts": "document.cookie;"})
    assert knows_logins_sent_along(read, "main.py") is known


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("response.set_cookie('seat', token, samesite='lax')", True),
        ("response.set_cookie('seat', token)", False),
        ("r.set_cookie('a', b, samesite='Strict')\nr.set_cookie('c', d)", False),
        ("r.set_cookie('a', b, samesite='lax')\nsecurity = HTTPBasic()", False),
        ("token = request.headers['cookie']", False),
    ],
)
def test_cookies_of_the_same_site_stay_there(tmp_path: Path, code: str, stays: bool) -> None:
    read = prototype_of(tmp_path, {"main.py": f"{code}\n"})
    assert cookies_stay_on_their_site(read, "main.py") is stays


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ('import { clerkMiddleware } from "@clerk/express";\nimport "cookie-parser";', True),
        ('import NextAuth from "next-auth";', True),
        ('import NextAuth from "next-auth";\nconst cookies = { sameSite: "none" };', False),
        ('import session from "express-session";\nuse(session({ secret }));', False),
        ('use(session({ secret, cookie: { sameSite: "lax" } })); // express-session', True),
        ('use(session({ cookie: { sameSite: prod ? "none" : "lax" } })); // cookie', False),
        ('jar.cookies.set("seat", token, { sameSite: prod ? "strict" : "lax" });', True),
        # Outgoing, to a service.
        ('import NextAuth from "next-auth";\nconst basicAuth = `${key}:${secret}`;', True),
        ('import "express-basic-auth";\nimport NextAuth from "next-auth";', False),
    ],
)
def test_cookies_of_libraries_stay_on_their_site(tmp_path: Path, code: str, stays: bool) -> None:
    read = prototype_of(tmp_path, {"server/index.ts": f"{code}\n"})
    assert cookies_stay_on_their_site(read, "server/index.ts") is stays


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ('localStorage.setItem("token", token);', True),
        ('import { createServerClient } from "@supabase/ssr";', True),
        ('import "@supabase/ssr";\nanswer.cookies.set(name, value, options);', True),
        ('cookieStore.set("seat", token);', False),
        ('cookieStore.set("seat", token, { sameSite: "lax" });', True),
        ('fetch(`${API}/me`, { credentials: "include" });', False),
    ],
)
def test_logins_that_no_frame_of_another_site_gets(tmp_path: Path, code: str, stays: bool) -> None:
    read = prototype_of(tmp_path, {"server/index.ts": f"{code}\n"})
    assert logins_stay_out_of_frames(read) is stays
