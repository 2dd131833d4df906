"""The bill of materials is valid, complete, reproducible and invents nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from copies import EXAMPLES
from shipworthy.prototype import read_prototype
from shipworthy.report.sbom import sbom_json

_CHECKSUM = "sha512-" + "A" * 86 + "=="
_PNPM = f"""lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '@scope/kit':
        specifier: ^2.0.0
        version: 2.1.0
    devDependencies:
      vite:
        specifier: ^5.0.0
        version: 5.4.1

packages:

  '@scope/kit@2.1.0':
    resolution: {{integrity: {_CHECKSUM}}}

  tiny@1.0.0:
    resolution: {{integrity: broken}}

  vite@5.4.1:
    resolution: {{integrity: {_CHECKSUM}, tarball: file}}

snapshots:

  '@scope/kit@2.1.0':
    dependencies:
      tiny: 1.0.0

  tiny@1.0.0: {{}}

  vite@5.4.1: {{}}
"""


def document(root: Path) -> dict[str, Any]:
    text = sbom_json(read_prototype(root))
    # Against the schema that comes with the library, the official one of CycloneDX 1.6.
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    read: dict[str, Any] = json.loads(text)
    return read


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_the_examples_are_valid_and_the_same_each_time() -> None:
    for example in ("crm", "assistant"):
        assert document(EXAMPLES / example) == document(EXAMPLES / example)


def test_a_lock_file_gives_versions_checksums_scopes_and_the_graph(tmp_path: Path) -> None:
    asked = '{"dependencies": {"@scope/kit": "^2.0.0"}, "devDependencies": {"vite": "^5.0.0"}}'
    found = document(write(tmp_path, {"package.json": asked, "pnpm-lock.yaml": _PNPM}))
    by_ref = {c["bom-ref"]: c for c in found["components"]}
    kit = by_ref["pkg:npm/%40scope/kit@2.1.0"]
    assert (kit["group"], kit["name"], kit["scope"]) == ("@scope", "kit", "required")
    assert kit["hashes"] == [{"alg": "SHA-512", "content": "00" * 64}]
    assert "hashes" not in by_ref["pkg:npm/tiny@1.0.0"]
    assert by_ref["pkg:npm/vite@5.4.1"]["scope"] == "excluded"
    edges = {d["ref"]: d.get("dependsOn", []) for d in found["dependencies"]}
    assert edges["prototype"] == ["manifest:package.json"]
    assert edges["pkg:npm/%40scope/kit@2.1.0"] == ["pkg:npm/tiny@1.0.0"]
    assert "pkg:npm/tiny@1.0.0" not in edges["manifest:package.json"]


def test_a_version_that_nothing_states_is_said_to_be_unknown(tmp_path: Path) -> None:
    (component,) = (
        c
        for c in document(write(tmp_path, {"requirements.txt": "Flask>=2\n"}))["components"]
        if c["type"] == "library"
    )
    assert "version" not in component
    assert component["purl"] == "pkg:pypi/flask"
    said = {p["name"]: p["value"] for p in component["properties"]}
    assert said["shipworthy:version"] == "not locked"
    assert said["shipworthy:specifier"] == ">=2"


def test_the_login_of_an_address_is_left_out(tmp_path: Path) -> None:
    line = "kit @ git+https://ci:geheim123@git.example.org/kit.git@main\n"
    assert "geheim123" not in json.dumps(document(write(tmp_path, {"requirements.txt": line})))


def test_the_time_is_that_of_the_caller_or_none(tmp_path: Path) -> None:
    read = read_prototype(write(tmp_path, {"requirements.txt": "flask==3.0.0\n"}))
    assert "timestamp" not in json.loads(sbom_json(read))["metadata"]
    made = datetime(2026, 1, 2, tzinfo=UTC)
    assert json.loads(sbom_json(read, made))["metadata"]["timestamp"].startswith("2026-01-02")
