"""What the default of a key weighs in a file that names it and never signs with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.secrets.default_secret.control import DefaultSecret
from shipworthy.finding import Outcome, Severity

_SIGNS = """
import jwt from "jsonwebtoken";
const JWT_SECRET = process.env.JWT_SECRET || "harbor-app-words";
export const sign = (id: string) => jwt.sign({ id }, JWT_SECRET);
"""
_ROUTE = """
import { sign } from "./sign";
DECLARED
export async function POST(request: Request) {
  return Response.json({ token: USED });
}
"""


def _weight(folder: Path, declared: str, used: str = 'sign("1")') -> list[Severity]:
    route = _ROUTE.replace("DECLARED", declared).replace("USED", used)
    package = '{"name": "harbor", "dependencies": {"next": "14.2.15", "jsonwebtoken": "9.0.2"}}'
    read = prototype_of(
        folder, {"package.json": package, "lib/sign.ts": _SIGNS, "app/api/enter/route.ts": route}
    )
    found = DefaultSecret().detect(read)
    return [f.severity for f in found if f.outcome is Outcome.GAP and "route.ts" in f.subject]


@pytest.mark.parametrize(
    "said",
    [
        'const JWT_SECRET = process.env.JWT_SECRET || "harbor-app-words";',
        'const JWT_SECRET: string = process.env["JWT_SECRET"] || "harbor-app-words";',
        'const key = process.env.JWT_SECRET || "harbor-app-words";',
    ],
)
def test_a_default_that_its_file_never_uses_weighs_little(tmp_path: Path, said: str) -> None:
    assert _weight(tmp_path, said) == [Severity.LOW]


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ('const JWT_SECRET = process.env.JWT_SECRET || "harbor-app-words";', "seal(JWT_SECRET)"),
        ('const JWT_SECRET = process.env.JWT_SECRET || "harbor-app-words";', "`${JWT_SECRET}.1`"),
        ('export const JWT_SECRET = process.env.JWT_SECRET || "harbor-app-words";', "1"),
    ],
)
def test_a_default_that_may_be_used_weighs_as_before(tmp_path: Path, said: str, used: str) -> None:
    assert _weight(tmp_path, said, used) == [Severity.HIGH]
