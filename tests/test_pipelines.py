"""What pipelines run, and which of their steps may fail unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.prototype.inventory.pipelines import swallows_failure, what_it_checks

WORKFLOW = """jobs:
  checks:
    steps:
      - uses: actions/checkout@v4
      - name: Lint
        run: npm run lint
        continue-on-error: true
      - name: Test
        run: |
          npm ci
          npm test || true
      - run: npm run build
"""


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("npm run build", "build"),
        ("npx tsc --noEmit", "types"),
        ("pnpm lint", "lint"),
        ("pytest -q", "tests"),
        ("npm install eslint", ""),
        ("curl -X POST https://a.example", ""),
    ],
)
def test_what_a_command_checks_is_told(command: str, what: str) -> None:
    assert what_it_checks(command) == what


def test_a_failure_is_swallowed_only_at_the_end() -> None:
    assert swallows_failure("npm test || true")
    assert swallows_failure('npm run lint || echo "lint failed"')
    assert not swallows_failure("docker network create x || true && npm test")


def test_steps_that_may_fail_are_known_with_the_line_that_says_so(tmp_path: Path) -> None:
    steps = prototype_of(tmp_path, {".github/workflows/ci.yml": WORKFLOW}).pipelines
    found = [(s.checks, s.tolerated.line if s.tolerated else 0) for s in steps]
    assert found == [("lint", 7), ("tests", 11), ("build", 0)]
