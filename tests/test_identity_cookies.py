"""A cookie that names somebody proves nothing, unless it is signed, sealed or random."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of, syntax_of
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype.cookies import cookie

PACKAGE = '{"dependencies": {"next": "15.0.0", "@prisma/client": "5.0.0", "express": "4.0.0"}}'
DATABASE = 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n'
LOGIN = """import { cookies } from "next/headers";
import bcrypt from "bcryptjs";
import { db } from "../../../lib/db";
export async function POST(request: Request) {
  const { email, password } = await request.json();
  const user = await db.user.findUnique({ where: { email } });
  if (!user || !(await bcrypt.compare(password, user.passwordHash))) {
    return Response.json({ error: "Wrong" }, { status: 401 });
  }
  const store = await cookies();
  store.set("NAME", WRITTEN, { httpOnly: true });
  return Response.json({ ok: true });
}
"""
AUTH = """import { cookies } from "next/headers";
import { db } from "./db";
export async function currentUser() {
  const store = await cookies();
  const held = store.get("NAME")?.value;
  if (!held) return null;
  READ
}
"""
ROUTE = """import { currentUser } from "../../../lib/auth";
import { db } from "../../../lib/db";
export async function DELETE(request: Request) {
  const user = await currentUser();
  if (!user) return Response.json({ error: "No" }, { status: 401 });
  const { id } = await request.json();
  await db.invoice.delete({ where: { id, ownerId: user.id } });
  return Response.json({ ok: true });
}
"""


def _gaps(folder: Path, name: str, written: str, read: str, head: str = "") -> list[Finding]:
    files = {
        "package.json": PACKAGE,
        "lib/db.ts": DATABASE,
        "lib/auth.ts": head + AUTH.replace("NAME", name).replace("READ", read),
        "app/api/login/route.ts": head + LOGIN.replace("NAME", name).replace("WRITTEN", written),
        "app/api/invoices/route.ts": ROUTE,
    }
    prototype = prototype_of(folder, files)
    found = [
        *UnauthenticatedEndpoint().detect(prototype),
        *MissingAuthorisation().detect(prototype),
    ]
    return [f for f in found if f.outcome is Outcome.GAP]


BY_ID = "return db.user.findUnique({ where: { id: held } });"
PARSED = "return JSON.parse(held);"


@pytest.mark.parametrize(
    ("name", "written", "read", "said"),
    [
        ("userId", "user.id", BY_ID, "the cookie userId"),
        ("session", "user.id", BY_ID, "the cookie session"),
        ("auth_token", "String(user.id)", BY_ID, "the cookie auth_token"),
        ("session", "JSON.stringify({ id: user.id })", PARSED, "what a cookie says"),
    ],
)
def test_who_the_cookie_names_is_anybody(
    tmp_path: Path, name: str, written: str, read: str, said: str
) -> None:
    (gap,) = _gaps(tmp_path, name, written, read)
    assert gap.control == "unauthenticated-endpoint"
    assert gap.severity is Severity.HIGH
    assert f"takes {said} at its word, which anybody can make up" in gap.message


SIGNING = 'import { sign, unsign } from "cookie-signature";\nimport { randomUUID } from "crypto";\n'
BY_SESSION = (
    "const row = await db.session.findUnique({ where: { id: held }, include: { user: true } });\n"
    "  return row?.user ?? null;"
)


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        (
            "session",
            "(await db.session.create({ data: { id: randomUUID(), userId: user.id } })).id",
            BY_SESSION,
        ),
        (
            "userId",
            "sign(user.id, process.env.SECRET!)",
            "const id = unsign(held, process.env.SECRET!);\n  if (!id) return null;\n"
            "  return db.user.findUnique({ where: { id } });",
        ),
    ],
)
def test_what_nobody_can_make_up_is_a_login(
    tmp_path: Path, name: str, written: str, read: str
) -> None:
    assert _gaps(tmp_path, name, written, read, SIGNING) == []


def test_signed_cookies_of_the_framework_are_a_login(tmp_path: Path) -> None:
    server = """import express from "express";
import cookieParser from "cookie-parser";
import { db } from "./db";
const app = express();
app.use(express.json());
app.use(cookieParser(process.env.COOKIE_SECRET));
app.delete("/invoices/:id", async (req, res) => {
  const ownerId = req.COOKIES.user_id;
  if (!ownerId) return res.status(401).end();
  await db.invoice.delete({ where: { id: req.params.id, ownerId } });
  res.json({ ok: true });
});
app.listen(3000);
"""
    for kind, count in (("signedCookies", 0), ("cookies", 1)):
        files = {"package.json": PACKAGE, "db.ts": DATABASE}
        files["server.ts"] = server.replace("COOKIES", kind)
        found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path / kind, files))
        assert len([f for f in found if f.outcome is Outcome.GAP]) == count


def test_word_that_the_code_sets_in_a_cookie_opens_the_back_office(tmp_path: Path) -> None:
    route = """import { cookies } from "next/headers";
import { db } from "../../../lib/db";
export async function DELETE(request: Request) {
  const held = (await cookies()).get("admin_session");
  if (held?.value !== "true") return Response.json({ error: "No" }, { status: 401 });
  const { id } = await request.json();
  await db.invoice.delete({ where: { id } });
  return Response.json({ ok: true });
}
"""
    files = {"package.json": PACKAGE, "lib/db.ts": DATABASE, "app/api/admin/route.ts": route}
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("code", "path", "plain"),
    [
        ('res.cookie("session", user.id, { httpOnly: true });', "a.js", True),
        ('res.cookie("session", user.id, { signed: true });', "a.js", False),
        ('res.cookie("session", user.sessionToken);', "a.js", False),
        ("document.cookie = `session=${user.id}; path=/`;", "a.js", True),
        ("document.cookie = `session=${jwt}; path=/`;", "a.js", False),
        ('response.set_cookie("session", str(user.id))\n', "a.py", True),
        ('response.set_cookie("session", f"{user.id}")\n', "a.py", True),
        ('response.set_cookie("session", make_token(user.id))\n', "a.py", False),
    ],
)
def test_what_a_cookie_holds_is_read_where_it_is_set(code: str, path: str, plain: bool) -> None:
    (found,) = cookie.read(syntax_of(code, path))
    assert found.plain is plain


BESIDE = """import { cookies } from "next/headers";
import { verify } from "jsonwebtoken";
import { db } from "./db";
export async function currentUser() {
  const store = await cookies();
  const held = store.get("userId")?.value;
  if (held) {
    const named = await db.user.findUnique({ where: { id: held } });
    if (named) return named;
  }
  try {
    const claims = verify(store.get("session")?.value, process.env.JWT_SECRET!);
    return await db.user.findUnique({ where: { id: claims.sub } });
  } catch {
    return null;
  }
}
"""


@pytest.mark.parametrize(("written", "gaps"), [("userId", 1), ("other", 0)])
def test_a_plain_cookie_beside_a_real_session_is_the_weaker_way_in(
    tmp_path: Path, written: str, gaps: int
) -> None:
    auth = BESIDE if gaps else BESIDE.replace('store.get("userId")?.value', "null")
    files = {
        "package.json": PACKAGE,
        "lib/db.ts": DATABASE,
        "lib/auth.ts": auth,
        "app/api/login/route.ts": LOGIN.replace("NAME", written).replace("WRITTEN", "user.id"),
        "app/api/invoices/route.ts": ROUTE,
    }
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    assert len([f for f in found if f.outcome is Outcome.GAP]) == gaps


@pytest.mark.parametrize(
    "read",
    [
        'import { parse } from "cookie"; const read = (req) => parse(req.headers.cookie || "").userId;',
        'import cookie from "cookie"; const read = (req) => cookie.parse(req.headers.cookie)["userId"];',
        'import { parseCookies } from "nookies"; const read = (req) => parseCookies({ req }).userId;',
    ],
)
def test_cookies_are_read_by_libraries_too(tmp_path: Path, read: str) -> None:
    server = f"""import express from "express"; import {{ db }} from "../lib/db";
{read}
const app = express();
app.post("/api/login", async (req, res) => {{
  const user = await db.user.findFirst({{ where: {{ email: req.body.email, password: req.body.password }} }});
  res.cookie("userId", user.id); res.json(user);
}});
app.delete("/api/invoices/:id", async (req, res) => {{
  const user = await db.user.findUnique({{ where: {{ id: read(req) }} }});
  if (!user) return res.status(401).json({{ error: "No" }});
  await db.invoice.delete({{ where: {{ id: req.params.id, ownerId: user.id }} }});
  res.json({{ ok: true }});
}});
app.listen(3000);
"""
    files = {"package.json": PACKAGE, "lib/db.ts": DATABASE, "server/index.ts": server}
    found = UnauthenticatedEndpoint().detect(prototype_of(tmp_path, files))
    (gap,) = (f for f in found if f.outcome is Outcome.GAP and "invoices" in f.subject)
    assert "the cookie userId" in gap.message
