"""What a file is for, told from its path and its first lines."""

from __future__ import annotations

import pytest

from shipworthy.prototype.roles import role_of
from shipworthy.prototype.source import Role


@pytest.mark.parametrize(
    ("path", "head", "role"),
    [
        (".replit_integration_files/server/chat.ts", "", Role.VENDORED),
        (".replit_integration_files/package.json", "", Role.VENDORED),
        ("web/attached_assets/page.html", "", Role.DOCUMENTATION),
        ("scripts/smoke.ts", "import { test } from '@playwright/test';", Role.TEST),
        ("playwright.config.ts", "import { defineConfig } from '@playwright/test';", Role.SCRIPT),
        ("server/chat.ts", "", Role.PRODUCT),
        ("functions/a/index.mjs", "var __defProp = Object.defineProperty;\n", Role.GENERATED),
        ("lib/own.js", "// var __defProp of esbuild\nexport const a = 1;\n", Role.PRODUCT),
    ],
)
def test_a_role_follows_from_path_and_head(path: str, head: str, role: Role) -> None:
    assert role_of(path, head) is role
