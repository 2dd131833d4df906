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


_CONNECTOR = (
    "export async function keys() {\n"
    "  const apiKey = process.env.RESEND_API_KEY;\n"
    "  const sender = process.env.RESEND_FROM_EMAIL;\n"
    "  ASKED\n"
    "  const hostname = process.env.REPLIT_CONNECTORS_HOSTNAME;\n"
    "  return fetch(`https://${hostname}/api/v2/connection?connector_names=resend`);\n"
    "}\n"
)


def test_a_connector_of_the_host_binds_where_no_other_key_is_asked_for(tmp_path: Path) -> None:
    assert names(tmp_path, _CONNECTOR.replace("ASKED", "")) == ["replit-connectors"]
    guarded = "if (!apiKey) { return null; }"
    assert names(tmp_path, _CONNECTOR.replace("ASKED", guarded)) == ["replit-connectors"]


def test_a_connector_behind_a_key_of_ones_own_does_not(tmp_path: Path) -> None:
    asked = "if (apiKey && sender) {\n    return { apiKey, sender };\n  }"
    assert names(tmp_path, _CONNECTOR.replace("ASKED", asked)) == []
