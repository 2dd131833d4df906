"""What binds a prototype to one platform."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of


def names(root: Path, code: str) -> list[str]:
    return [b.name for b in prototype_of(root, {"src/main.ts": code}).bindings]


def test_a_gateway_in_the_code_binds(tmp_path: Path) -> None:
    assert names(tmp_path, 'fetch("https://ai.gateway.lovable.dev/v1");\n') == [
        "lovable-ai-gateway"
    ]


def test_a_gateway_in_a_comment_does_not(tmp_path: Path) -> None:
    assert names(tmp_path, "// https://ai.gateway.lovable.dev/v1\nexport const a = 1;\n") == []


def test_data_that_only_one_company_keeps_binds_deeply(tmp_path: Path) -> None:
    code = 'import { getDoc } from "firebase/firestore";\ngetDoc(1);\n'
    (found,) = prototype_of(tmp_path, {"src/main.ts": code}).bindings
    assert (found.name, found.deep) == ("firestore", True)
