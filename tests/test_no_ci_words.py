"""What is said of a prototype without a pipeline is true word for word, also where a host builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.operations.no_ci.control import NoCi
from shipworthy.finding import Confidence, Outcome


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ({}, "No pipeline builds or checks a change before it goes live"),
        (
            {"netlify.toml": '[build]\ncommand = "npm run build"\n'},
            "No pipeline tests a change before it goes live; Netlify builds what it is given"
            " and runs no test",
        ),
    ],
)
def test_what_a_host_does_is_not_denied(tmp_path: Path, host: dict[str, str], words: str) -> None:
    code = {f"src/part{n}.ts": f"export const part{n} = {n};\n" for n in range(30)}
    manifest = '{"scripts": {"build": "tsc && vite build"}, "dependencies": {"vite": "6.3.5"}}'
    prototype = prototype_of(tmp_path, {"package.json": manifest, **code, **host})
    found = NoCi().detect(prototype)
    (gap,) = (f for f in found if f.outcome is Outcome.GAP)
    assert gap.message == words
    # A host that checks the types is only asked about while there are no tests.
    assert gap.confidence is (Confidence.LOW if host else Confidence.HIGH)
