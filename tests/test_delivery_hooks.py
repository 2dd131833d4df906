"""The GitHub Action and the pre-commit hooks: valid for the tools that read them, and really run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[1]
_BIN = Path(sys.executable).parent
_SECRET = 'export const KEY = "sk_live_' + "51Hq8ZkLmN4oPqRsTuVwXyZaB3" + '";\n'


@pytest.fixture
def app(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    root.mkdir()
    (root / "add.ts").write_text("export const add = (a: number, b: number) => a + b;\n")
    return root


def test_the_action_meets_githubs_schema() -> None:
    _check("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")


def test_the_hooks_meet_pre_commits_own_validation() -> None:
    _check("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")


def test_the_action_passes_a_clean_prototype_and_leaves_sarif(app: Path, tmp_path: Path) -> None:
    ran = _assess_step(app, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert '"2.1.0"' in (tmp_path / "out.sarif").read_text()
    assert "sarif-file=" in (tmp_path / "output").read_text()


def test_the_action_fails_for_a_secret_and_annotates_it(app: Path, tmp_path: Path) -> None:
    (app / "key.ts").write_text(_SECRET)
    ran = _assess_step(app, tmp_path)
    assert ran.returncode == 1
    assert "::error file=key.ts,line=1," in ran.stdout


def test_the_action_takes_a_hostile_path_for_a_path(app: Path, tmp_path: Path) -> None:
    ran = _assess_step(app, tmp_path, target=f'{app}"; touch {tmp_path}/owned; "')
    assert ran.returncode == 2
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("secret", [False, True])
def test_the_hook_stops_a_commit_with_a_secret(app: Path, tmp_path: Path, secret: bool) -> None:
    if secret:
        (app / "key.ts").write_text(_SECRET)
    hooks = yaml.safe_load((_ROOT / ".pre-commit-hooks.yaml").read_text())
    local = [hook | {"language": "system"} for hook in hooks]
    for hook in local:
        hook.pop("language_version")
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (app / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=app, check=True)
    ran = _run([str(_BIN / "pre-commit"), "run", "--all-files"], app, PRE_COMMIT_HOME=str(tmp_path))
    assert (ran.returncode != 0) is secret, ran.stdout + ran.stderr
    assert ("secret-in-code" in ran.stdout) is secret


def _assess_step(
    app: Path, tmp_path: Path, target: str | None = None
) -> subprocess.CompletedProcess[str]:
    action: dict[str, Any] = yaml.safe_load((_ROOT / "action.yml").read_text())
    [step] = [s for s in action["runs"]["steps"] if s.get("id") == "assess"]
    link = tmp_path / "shipworthy" / "bin"
    link.parent.mkdir()
    link.symlink_to(_BIN)
    return _run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        tmp_path,
        TARGET=target or str(app),
        FAIL_ON=action["inputs"]["fail-on"]["default"],
        BASELINE=action["inputs"]["baseline"]["default"],
        SARIF=str(tmp_path / "out.sarif"),
        RUNNER_TEMP=str(tmp_path),
        GITHUB_OUTPUT=str(tmp_path / "output"),
    )


def _check(tool: str, *arguments: str) -> None:
    ran = _run([str(_BIN / tool), *arguments], _ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _run(command: list[str], folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{_BIN}:{os.environ['PATH']}", **extra}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
