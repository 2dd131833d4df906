"""Redirects of next-intl end a handler, and lead where they are told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.prototype import read_prototype
from shipworthy.prototype.handlers.handler import Check, Effect, EffectKind

MADE = (
    'import {{ {0} }} from "next-intl/navigation";\n'
    "export const {{ Link, redirect, permanentRedirect, useRouter }} = {0}({{ locales: ['en'] }});\n"
)
ACTION = """\
"use server";
import {{ auth }} from "@clerk/nextjs/server";
import {{ prisma }} from "./db";
import {{ redirect, permanentRedirect, useRouter }} from "./navigation";
export async function cancel(id: string, next: string) {{
  const {{ userId }} = await auth();
  if (!userId) {0};
  await prisma.order.delete({{ where: {{ id }} }});
}}
"""


def _effects(root: Path, leaving: str, factory: str = "createNavigation") -> list[Effect]:
    (root / "package.json").write_text('{"name": "a", "dependencies": {"next": "15.0.0"}}\n')
    (root / "navigation.ts").write_text(MADE.format(factory))
    (root / "db.ts").write_text(
        'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n'
    )
    (root / "actions.ts").write_text(ACTION.format(leaving))
    (handler,) = read_prototype(root).handlers
    return list(handler.effects)


@pytest.mark.parametrize(
    "factory",
    [
        "createNavigation",
        "createSharedPathnamesNavigation",
        "createLocalizedPathnamesNavigation",
    ],
)
@pytest.mark.parametrize(
    "leaving", ['redirect({ href: "/login", locale: "en" })', 'permanentRedirect("/login")']
)
def test_localised_redirects_end_what_calls_them(
    tmp_path: Path, leaving: str, factory: str
) -> None:
    delete = next(e for e in _effects(tmp_path, leaving, factory) if e.kind is EffectKind.QUERY)
    assert delete.has(Check.SESSION)


def test_the_router_ends_nothing(tmp_path: Path) -> None:
    effects = _effects(tmp_path, 'useRouter().push("/login")')
    assert not next(e for e in effects if e.kind is EffectKind.QUERY).has(Check.SESSION)


@pytest.mark.parametrize("href", ["next", "{ pathname: next }"])
def test_a_localised_redirect_leads_where_its_address_says(tmp_path: Path, href: str) -> None:
    effects = _effects(tmp_path, f'redirect({{ href: {href}, locale: "en" }})')
    (redirect,) = (e for e in effects if e.kind is EffectKind.REDIRECT)
    assert {o.kind for o in redirect.inputs["url"]} == {"argument"}
