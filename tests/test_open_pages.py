"""Pages that the server draws for whoever comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.handlers.open_pages import open_pages

_PAGE = """import { prisma } from "../../lib/prisma";
export default async function Page() {
  const customers = await prisma.customer.findMany();
  return <ul>{customers.map((one) => <li key={one.id}>{one.email}</li>)}</ul>;
}
"""
_LAYOUT = """import { viewer } from "../lib/viewer";
import { redirect } from "next/navigation";
export default async function Layout({ children }) {
  const shown = await viewer();
  ASKED
  return <main>{children}</main>;
}
"""


def _open(folder: Path, *, page: str = _PAGE, layout: str = "") -> list[str]:
    files = {
        "package.json": '{"dependencies": {"next": "15.2.0", "@prisma/client": "6.0.0"}}',
        "lib/prisma.ts": 'import { PrismaClient } from "@prisma/client";\n'
        "export const prisma = new PrismaClient();\n",
        "app/customers/page.tsx": page,
    }
    if layout:
        files["app/layout.tsx"] = _LAYOUT.replace("ASKED", layout)
    return [str(judged.confidence.value) for _, judged in open_pages(prototype_of(folder, files))]


def test_a_page_shows_customers_to_strangers(tmp_path: Path) -> None:
    assert _open(tmp_path) == ["high"]


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        ('if (!shown.user) redirect("/login");', []),
        ("if (!shown.isAdmin) {\n    return redirect('/');\n  }", []),
        ('if (shown.closed) redirect("/closed");', ["low"]),
        ("", ["high"]),
    ],
    ids=["by who it is", "by right", "by something else", "nobody"],
)
def test_a_layout_that_sends_people_away_keeps_its_pages(
    layout: str, found: list[str], tmp_path: Path
) -> None:
    assert _open(tmp_path, layout=layout) == found


def test_a_page_is_told_of_where_another_with_its_query_sends_strangers_away(
    tmp_path: Path,
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.2.0", "@prisma/client": "6.0.0"}}',
        "lib/people.ts": 'import { PrismaClient } from "@prisma/client";\n'
        "const prisma = new PrismaClient();\n"
        "export const people = () => prisma.customer.findMany();\n",
    }
    page = _PAGE.replace("prisma.customer.findMany", "people").replace("prisma", "people")
    for name, asked in (("a", "if (!shown.user) redirect('/login');"), ("b", "")):
        files[f"app/{name}/page.tsx"] = page
        files[f"app/{name}/layout.tsx"] = _LAYOUT.replace("ASKED", asked)
    (found,) = open_pages(prototype_of(tmp_path, files))
    assert found[0].name == "GET /b"


def test_a_page_of_many_conditions_is_read_at_once(tmp_path: Path) -> None:
    assert _open(tmp_path, page=_PAGE + "// if (user) a\n" * 4_000) == ["high"]
