"""Make a new control that already works: found, documented and tested, ready to be filled in."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTROLS = ROOT / "src" / "shipworthy" / "controls"

CONTROL = '''\
"""TODO: one sentence on the gap that a stranger understands."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.control import Control
from shipworthy.finding import Finding, Location, Severity
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role


class {class_name}(
    Control,
    id="{id}",
    title="TODO: the gap in a few words",
    consequence="TODO: what it means for the launch, one sentence that a founder understands.",
    severity=Severity.LOW,
    satisfies=("A45",),
):
    def detect(self, prototype: Prototype) -> Iterator[Finding]:
        # TODO: judge facts of the prototype, e.g. prototype.outbound_calls; this looks for a word.
        files = [f for f in prototype.of_role(Role.PRODUCT) if f.language]
        for file in files:
            lines = [n for n, line in enumerate(file.lines, 1) if "{marker}" in line]
            evidence = [prototype.evidence("code", Location(file.path, n)) for n in lines[:5]]
            if lines:
                yield self.gap(file.path, f"{{file.name}} holds the word {marker}", *evidence)
            else:
                yield self.satisfied(file.path, "the word does not occur")
        if not files:
            yield self.not_applicable("the prototype has no product code")
'''

README = """\
# {id}

## Why it matters

TODO: what goes wrong for users and for the business when this gap stays open, in plain words.

## How it is fixed

TODO: the change, with a short example.

```ts
export const ready = true;
```

## When to accept it

TODO: when the risk is small, and what limits it then.
"""

FILES = {
    "__init__.py": "",
    "control.py": CONTROL,
    "README.md": README,
    "fixtures/expected.toml": '[vulnerable]\nthe-usual-case = ["src/app.ts"]\n',
    "fixtures/vulnerable/the-usual-case/src/app.ts": "export const state = '{marker}';\n",
    "fixtures/fixed/the-usual-case/src/app.ts": "export const state = 'ready';\n",
    "fixtures/near_miss/word-in-a-test/src/app.test.ts": "test('{marker}', () => {{}});\n",
}


def main() -> int:
    """Write the folder and the documentation page; 2 when the name is no good or taken."""
    parser = argparse.ArgumentParser(prog="./dev new-control", description=__doc__)
    parser.add_argument("area", help="an area such as secrets or reliability; see controls/")
    parser.add_argument("name", help="the id, as one would waive it, e.g. no-feature-flags")
    given = parser.parse_args()
    name = given.name.replace("_", "-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or not re.fullmatch(
        r"[a-z][a-z_]*", given.area
    ):
        return fail("area and name are lower-case words joined with hyphens")
    taken = [f for f in CONTROLS.glob("*/*/control.py") if f.parent.name == name.replace("-", "_")]
    if taken:
        return fail(f"{name} exists already: {taken[0].parent.relative_to(ROOT)}")
    folder = write(given.area, name)
    subprocess.run([sys.executable, ROOT / "tools" / "generate_docs.py"], check=True)
    print(f"Wrote {folder.relative_to(ROOT)}/ and docs/controls/{name}.md")
    print(f"Next: fill in control.py, README.md and fixtures/, then ./dev test -k {name}")
    return 0


def write(area: str, name: str) -> Path:
    """Write the files of the control `name` into its area; the folder."""
    folder = CONTROLS / area / name.replace("-", "_")
    words = {
        "id": name,
        "class_name": "".join(word.capitalize() for word in name.split("-")),
        "marker": f"TODO_{name.replace('-', '_').upper()}",
    }
    for path, text in FILES.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(**words), encoding="utf-8")
    (CONTROLS / area / "__init__.py").touch()
    return folder


def fail(message: str) -> int:
    """Say why nothing was written."""
    print(f"new-control: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
