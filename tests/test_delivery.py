"""Which files say how a prototype is built and shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.inventory.delivery import Delivery, is_test_command


def delivery(root: Path, files: dict[str, str]) -> Delivery:
    return prototype_of(root, files).delivery


def test_files_are_found_by_their_names(tmp_path: Path) -> None:
    names = (".github/workflows/ci.yml", "Dockerfile", "backend/Dockerfile.gpu", "compose.yaml")
    hosts = ("vercel.json", "netlify.toml", "Procfile", "infra/main.tf")
    found = delivery(tmp_path, dict.fromkeys((*names, *hosts), "x"))
    assert found.ci == (".github/workflows/ci.yml",)
    assert found.containers == ("Dockerfile", "backend/Dockerfile.gpu", "compose.yaml")
    assert found.deployments == ("Procfile", "infra/main.tf", "netlify.toml", "vercel.json")


def test_replit_is_a_deployment_only_when_it_says_so(tmp_path: Path) -> None:
    assert delivery(tmp_path / "a", {".replit": 'run = "x"'}).deployments == ()
    assert delivery(tmp_path / "b", {".replit": "[deployment]\n"}).deployments == (".replit",)


def test_what_was_pasted_into_a_chat_is_no_deployment(tmp_path: Path) -> None:
    assert delivery(tmp_path, {"attached_assets/vercel.json": "{}"}).deployments == ()


def test_default_test_script_of_npm_runs_no_test(tmp_path: Path) -> None:
    default = 'echo \\"Error: no test specified\\" && exit 1'
    package = (
        f'{{"scripts": {{"test": "{default}", "test:e2e": "playwright test", "dev": "vite"}}}}'
    )
    assert delivery(tmp_path, {"package.json": package}).test_commands == ("playwright test",)


def test_commands_of_workflows_that_run_tests_are_found(tmp_path: Path) -> None:
    text = """jobs:
  test:
    steps:
      - name: pytest
      - run: pip install pytest && pytest -q
      - run: |
          npm install
          npm run test:unit
      # - run: npm test
"""
    found = delivery(tmp_path, {".github/workflows/ci.yml": text})
    assert found.test_commands == ("pytest -q", "npm run test:unit")


@pytest.mark.parametrize(
    "command",
    ["npm test", "pnpm --filter web test", "yarn test:ci", "vitest run", "deno test", "go test"],
)
def test_runners_are_known(command: str) -> None:
    assert is_test_command(command)


@pytest.mark.parametrize("command", ["npm install vitest", "playwright install", "npm run build"])
def test_installing_a_runner_runs_no_test(command: str) -> None:
    assert not is_test_command(command)
