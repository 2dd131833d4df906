"""Cookies, connections and variables of modules, as the code sets, opens and fills them."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.connections import opened
from shipworthy.prototype.cookies import cookie
from shipworthy.prototype.cookies.cookie import Flag
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.prototype.state import held
from shipworthy.prototype.state.held import Use


def parsed(text: str, language: Language = Language.TYPESCRIPT) -> Syntax:
    name = "a.py" if language is Language.PYTHON else "a.ts"
    return Syntax(SourceFile(name, Role.PRODUCT, len(text), text, language), language)


@pytest.mark.parametrize(
    ("options", "http_only", "secure"),
    [
        ("", Flag.OFF, Flag.OFF),
        (", { httpOnly: true, secure: false }", Flag.SET, Flag.OFF),
        (", { httpOnly: true, secure: inProduction }", Flag.SET, Flag.SET),
        (", { ...defaults, httpOnly: true }", Flag.SET, Flag.UNKNOWN),
        (", options()", Flag.UNKNOWN, Flag.UNKNOWN),
    ],
)
def test_options_decide_on_the_flags(options: str, http_only: Flag, secure: Flag) -> None:
    (found,) = cookie.read(parsed(f'res.cookie("session", token{options});'))
    assert (found.http_only, found.secure) == (http_only, secure)


def test_a_cookie_of_no_account_is_left_alone() -> None:
    names = ("theme", "csrf_token", "oauth_state", "sidebar_state", "referral_token")
    text = "\n".join(f'res.cookie("{name}", value);' for name in names)
    assert cookie.read(parsed(text)) == []


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("const pool = new Pool({});", False),
        ("export async function GET() { const pool = new Pool({}); await pool.query('x'); }", True),
        ("export function make() { const pool = new Pool({}); return pool; }", False),
        ("let pool; export function get() { pool = pool ?? new Pool({}); return pool; }", False),
        ("async function main() { const pool = new Pool({}); await pool.query('x'); }", False),
    ],
)
def test_only_what_each_call_makes_for_itself_is_opened_again(code: str, again: bool) -> None:
    (found,) = opened.read(parsed(f'import {{ Pool }} from "pg";\n{code}'))
    assert found.again is again


def test_a_pool_of_another_package_is_no_connection() -> None:
    assert opened.read(parsed('import { Pool } from "./pg-workers";\nnew Pool();')) == []


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("rateLimitMap", Use.LIMIT),
        ("loginAttempts", Use.LIMIT),
        ("otpStore", Use.SESSION),
        ("sessionCache", Use.CACHE),
        ("exportJobs", Use.JOB),
        ("prices", Use.OTHER),
    ],
)
def test_the_name_tells_what_a_variable_is_for(name: str, use: Use) -> None:
    (found,) = held.read(
        parsed(f"const {name} = new Map();\nfunction f(k) {{ {name}.set(k, 1); }}")
    )
    assert found.use is use


def test_a_variable_of_the_function_is_not_kept() -> None:
    text = "attempts = {}\n\ndef f(k):\n    attempts = {}\n    attempts[k] = 1\n"
    assert held.read(parsed(text, Language.PYTHON)) == []
    kept = "attempts = {}\n\ndef f(k):\n    attempts[k] = 1\n"
    assert [h.name for h in held.read(parsed(kept, Language.PYTHON))] == ["attempts"]
