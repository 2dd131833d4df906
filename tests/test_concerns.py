"""Which jobs a long file does."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.prototype.inventory.concerns import LongModule

PADDING = "".join(f"export const step{n} = {n};\n\n" for n in range(600))


def module(root: Path, path: str, text: str) -> LongModule:
    (found,) = prototype_of(root, {path: text + PADDING}).long_modules
    return found


def names(found: LongModule) -> list[str]:
    return [concern.name for concern in found.concerns]


def test_empty_lines_are_not_counted(tmp_path: Path) -> None:
    assert module(tmp_path, "a.ts", "").lines == 600


def test_a_call_of_the_own_server_is_no_job(tmp_path: Path) -> None:
    text = 'export const load = () => fetch("/api/orders");\n'
    assert names(module(tmp_path, "a.ts", text)) == []


def test_a_call_of_another_company_is_a_job(tmp_path: Path) -> None:
    text = 'export const load = () => fetch("https://api.hubapi.com/crm/v3/objects/contacts");\n'
    assert names(module(tmp_path, "a.ts", text)) == ["calls to other services"]


def test_a_single_query_is_no_data_layer(tmp_path: Path) -> None:
    text = 'export const load = () => supabase.from("orders").select("*");\n'
    assert names(module(tmp_path, "a.ts", text)) == []
    assert names(module(tmp_path, "a.ts", text * 3)) == ["database queries"]


def test_types_of_a_payment_library_are_no_job(tmp_path: Path) -> None:
    assert names(module(tmp_path, "a.ts", 'import type Stripe from "stripe";\n')) == []
    text = 'import Stripe from "stripe";\nexport const stripe = new Stripe(key);\n'
    assert names(module(tmp_path, "a.ts", text)) == ["payments"]


def test_an_element_in_a_component_is_a_screen(tmp_path: Path) -> None:
    text = "export function Page() {\n  return (\n    <main>Hello</main>\n  );\n}\n"
    found = module(tmp_path, "a.tsx", text)
    assert [(c.name, c.location.line) for c in found.concerns] == [("screens", 3)]
