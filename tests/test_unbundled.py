"""What the page does not load is left out of the build, and lacks no package there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.supply_chain.hallucinated_import.control import HallucinatedImport
from shipworthy.finding import Confidence, Outcome, Severity
from shipworthy.prototype.modules.unbundled import unbundled

_FILES = {
    "index.html": '<div id="root"></div><script type="module" src="/src/main.tsx"></script>',
    "src/main.tsx": 'import { App } from "./App";\nrender(<App />);\n',
    "src/App.tsx": "export const App = () => <p>Prices</p>;\n",
    "src/config/index.ts": 'export { price } from "./price";\n',
    "src/config/price.ts": 'import { z } from "zod";\nexport const price = z.number();\n',
}
_CONFIG = {"src/config/index.ts", "src/config/price.ts"}
_LOADED = 'import { price } from "./config";\nexport const App = () => <p>{price}</p>;\n'


def _files(build: str, more: dict[str, str]) -> dict[str, str]:
    asked = {"react": "19", "vite": "6"}
    manifest = json.dumps({"scripts": {"build": build}, "dependencies": asked})
    return {"package.json": manifest, **_FILES, **more}


@pytest.mark.parametrize(
    ("build", "more", "left"),
    [
        ("vite build", {}, True),
        ("tsc -b && vite build", {}, False),
        ("vite build", {"src/App.tsx": _LOADED}, False),
        ("vite build", {"src/App.tsx": 'const App = lazy(() => import("./config"));'}, False),
        ("vite build", {"src/App.tsx": 'const all = import.meta.glob("./*/*.ts");'}, False),
        ("vite build", {"src/App.tsx": 'import { price } from "@lost/config";\n'}, False),
        ("vite build", {"server/main.ts": 'import { price } from "../src/config";\n'}, False),
    ],
)
def test_the_build_leaves_out_what_no_import_leads_to(
    build: str, more: dict[str, str], left: bool, tmp_path: Path
) -> None:
    prototype = prototype_of(tmp_path, _files(build, more))
    assert unbundled(prototype) == (_CONFIG if left else set())


@pytest.mark.parametrize(("page", "severity"), [("", Severity.LOW), (_LOADED, Severity.MEDIUM)])
def test_a_package_that_no_page_loads_weighs_little(
    page: str, severity: Severity, tmp_path: Path
) -> None:
    files = _files("vite build", {"src/App.tsx": page} if page else {})
    found = HallucinatedImport().detect(prototype_of(tmp_path, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is severity
    assert ("no code that the page loads" in gap.message) is (severity is Severity.LOW)
    assert (gap.confidence is Confidence.LOW) is (severity is Severity.LOW)
