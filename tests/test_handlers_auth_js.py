"""Auth.js: logins with a password, and what a page may put into the token of its session."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.catalogue import select
from shipworthy.finding import Outcome

OPTIONS = """import CredentialsProvider from "next-auth/providers/credentials";
import bcrypt from "bcryptjs";
import { Ratelimit } from "@upstash/ratelimit";
import { prisma } from "./db";
const ratelimit = new Ratelimit({ limiter: Ratelimit.slidingWindow(5, "10 m") } as any);
async function matches(typed: string, user: any) { return bcrypt.compare(typed, user.passwordHash); }
export const options = {
  session: { strategy: "jwt" as const },
  providers: [CredentialsProvider({
    credentials: { email: {}, password: {} },
    async authorize(credentials: any) {
      LIMIT
      const user = await prisma.user.findUnique({ where: { email: credentials.email } });
      if (!user || !(await matches(credentials.password, user))) return null;
      return { id: user.id, role: user.role };
    },
  })],
  callbacks: {
    async jwt({ token, user, trigger, session }: any) {
      if (user) { token.id = user.id; token.role = user.role; }
      RENEWED
      return token;
    },
  },
};
"""
DB = """import { PrismaClient } from "@prisma/client";
export const prisma = new PrismaClient();
"""
OF_FOUR = """import NextAuth from "next-auth";
import { options } from "../../../../auth-options";
const handler = NextAuth(options);
export { handler as GET, handler as POST };
"""
OF_FIVE = """import { handlers } from "../../../../auth";
export const { GET, POST } = handlers;
"""
MADE = """import NextAuth from "next-auth";
import { options } from "./auth-options";
export const { handlers, auth, signIn, signOut } = NextAuth(options);
"""
ROUTE = "app/api/auth/[...nextauth]/route.ts"


def gaps(root: Path, control: str, renewed: str, *, route: str = OF_FOUR, limit: str = "") -> int:
    files = {
        "package.json": '{"dependencies": {"next": "15.2.0", "next-auth": "4.24.11"}}',
        "auth-options.ts": OPTIONS.replace("RENEWED", renewed).replace("LIMIT", limit),
        "auth.ts": MADE,
        "db.ts": DB,
        ROUTE: route,
    }
    (asked,) = select([control])
    found = [f for f in asked.detect(prototype_of(root, files)) if f.outcome is Outcome.GAP]
    return len(found)


@pytest.mark.parametrize("route", [OF_FOUR, OF_FIVE])
@pytest.mark.parametrize(
    "renewed",
    [
        'if (trigger === "update" && session) { token = { ...token, ...session }; }',
        'if (trigger === "update") { return { ...token, ...session.user }; }',
        'if (trigger === "update" && session?.role) token.role = session.role;',
        'if (trigger === "update") { token.role = session.user.role; token.name = session.user.name; }',
    ],
)
def test_what_a_page_says_of_its_user_is_not_taken_over(
    renewed: str, route: str, tmp_path: Path
) -> None:
    assert gaps(tmp_path, "mass-assignment", renewed, route=route) == 1


@pytest.mark.parametrize(
    "renewed",
    [
        "",
        'if (trigger === "update" && session?.name) token.name = session.name;',
        'if (trigger === "update") { token.picture = session.user.image; token.theme = session.theme; }',
        'if (trigger === "update") { const row = await prisma.user.findUnique({ where: { id: token.id } });'
        " token.role = row.role; }",
    ],
)
def test_a_name_and_what_the_database_says_may_be_renewed(renewed: str, tmp_path: Path) -> None:
    assert gaps(tmp_path, "mass-assignment", renewed) == 0


@pytest.mark.parametrize("route", [OF_FOUR, OF_FIVE])
def test_a_login_of_auth_js_can_be_tried_without_end(route: str, tmp_path: Path) -> None:
    assert gaps(tmp_path, "brute-force", "", route=route) == 1


def test_a_login_that_counts_its_tries_cannot(tmp_path: Path) -> None:
    limit = (
        "const { success } = await ratelimit.limit(credentials.email); if (!success) return null;"
    )
    assert gaps(tmp_path, "brute-force", "", limit=limit) == 0


_FOUND = "const user = await prisma.user.findUnique({ where: { email: credentials.email } });"


def _believed(root: Path, body: str) -> list[str]:
    start = OPTIONS.index("      LIMIT")
    end = OPTIONS.index("      return { id: user.id")
    options = OPTIONS[:start] + body + OPTIONS[end:].replace("RENEWED", "")
    package = '{"dependencies": {"next": "15.2.0", "next-auth": "4.24.11"}}'
    files = {"package.json": package, "auth-options.ts": options, "db.ts": DB, ROUTE: OF_FOUR}
    (asked,) = select(["unauthenticated-endpoint"])
    found = asked.detect(prototype_of(root, files))
    return [
        f.message for f in found if f.outcome is Outcome.GAP and "signed in as whom" in f.message
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{_FOUND} if (!user) return null;",
        f"{_FOUND} // password is compared later\n if (!user) return null;",
        f"if (!credentials?.email || !credentials?.password) return null; {_FOUND} if (!user) return null;",
        f"const {{ email, password }} = credentials; {_FOUND} if (!user) throw new Error('Wrong password');",
    ],
)
def test_a_login_that_only_looks_whether_there_is_an_account_lets_anybody_in(
    body: str, tmp_path: Path
) -> None:
    assert len(_believed(tmp_path, body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        f"{_FOUND} if (!user || !(await matches(credentials.password, user))) return null;",
        f"{_FOUND} if (user.code !== credentials.code) return null;",
        f"{_FOUND} if (process.env.NODE_ENV === 'production') return null;",
        "const answer = await fetch('https://id.example', { body: JSON.stringify(credentials) });"
        f" if (!answer.ok) return null; {_FOUND}",
        "const user = await prisma.user.findUnique({ where: { loginLink: credentials.link } });",
    ],
    ids=["password", "code", "development", "elsewhere", "link"],
)
def test_a_login_of_auth_js_with_a_proof_is_right(body: str, tmp_path: Path) -> None:
    assert _believed(tmp_path, body) == []


ALONE = """import CredentialsProvider from "next-auth/providers/credentials";
import axios from "axios";
import { prisma } from "./db";
const directory = axios.create();
export const options = {
  providers: [CredentialsProvider({
    credentials: { email: {}, password: {} },
    async authorize(credentials: any) {
      PROOF
      return prisma.user.findUnique({ where: { email: credentials.email } });
    },
  })],
};
"""


@pytest.mark.parametrize(
    ("proof", "found"),
    [
        ("", 1),
        ("// whose password it is: see https://example.com", 1),
        ("if (!credentials.email || !credentials.password) return null;", 1),
        (
            'await directory.post("https://id.example.com/in", { entered: credentials.password });',
            0,
        ),
        ("await directory.post(`https://id.example.com/${credentials.password}`);", 0),
    ],
    ids=["none", "in a remark", "only there", "behind an address", "in an address"],
)
def test_a_login_is_for_anybody_unless_something_is_proved(
    proof: str, found: int, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.2.0", "next-auth": "4.24.11"}}',
        "auth-options.ts": ALONE.replace("PROOF", proof),
        "db.ts": DB,
        ROUTE: OF_FOUR,
    }
    (asked,) = select(["unauthenticated-endpoint"])
    alarms = [f for f in asked.detect(prototype_of(tmp_path, files)) if f.outcome is Outcome.GAP]
    assert len(alarms) == found
