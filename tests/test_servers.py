"""Which server code is found, and who keeps it running."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of
from shipworthy.catalogue import entry
from shipworthy.finding import Confidence, Outcome, Severity
from shipworthy.prototype.inventory.servers import Hosting, Server

EXPRESS = 'import express from "express";\nconst app = express();\napp.get("/rooms", (q, r) => r.json([]));\n'
PACKAGE = '{"scripts": {"dev": "node server.js"}, "dependencies": {"express": "4"}}'


def servers(root: Path, files: dict[str, str]) -> tuple[Server, ...]:
    return prototype_of(root, files).servers


def test_a_server_that_opens_a_port_is_a_process(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE, "server.js": f"{EXPRESS}app.listen(3000);\n"}
    (found,) = servers(tmp_path, files)
    assert (found.subject, found.hosting, found.framework) == (
        "prototype",
        Hosting.PROCESS,
        "express",
    )
    assert str(found.start) == "server.js:4"


def test_an_app_that_only_a_platform_calls_is_functions(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE, "api/index.js": f"{EXPRESS}export default app;\n"}
    assert {s.hosting for s in servers(tmp_path, files)} == {Hosting.FUNCTIONS}


def test_edge_functions_and_a_server_are_told_apart(tmp_path: Path) -> None:
    files = {
        "package.json": PACKAGE,
        "server.js": f"{EXPRESS}app.listen(3000);\n",
        "supabase/functions/mail/index.ts": "Deno.serve(() => new Response());\n",
    }
    found = {s.hosting: s.files for s in servers(tmp_path, files)}
    assert found == {
        Hosting.PROCESS: frozenset({"server.js"}),
        Hosting.FUNCTIONS: frozenset({"supabase/functions/mail/index.ts"}),
    }


def test_streamlit_serves_without_a_route(tmp_path: Path) -> None:
    files = {"requirements.txt": "streamlit\n", "app.py": "import streamlit as st\n"}
    assert [s.framework for s in servers(tmp_path, files)] == ["streamlit"]


def test_a_few_lines_of_the_console_are_a_question(tmp_path: Path) -> None:
    routes = "".join(f'app.get("/rooms/{n}", (q, r) => r.json([]));\n' for n in range(6))
    server = f'{EXPRESS}{routes}app.listen(3000, () => console.log("up"));\n'
    prototype = prototype_of(tmp_path, {"package.json": PACKAGE, "server.js": server})
    [finding] = entry("no-structured-logging").control.detect(prototype)
    assert (finding.outcome, finding.confidence) == (Outcome.GAP, Confidence.LOW)


def test_prints_of_streamlit_are_a_question(tmp_path: Path) -> None:
    lines = "".join(f'print("step {n}")\n' for n in range(6))
    files = {
        "requirements.txt": "streamlit==1.49.1\n",
        "app.py": f"import streamlit as st\n{lines}",
    }
    [finding] = entry("no-structured-logging").control.detect(prototype_of(tmp_path, files))
    assert (finding.outcome, finding.confidence) == (Outcome.GAP, Confidence.LOW)


def test_a_small_prototype_without_error_tracking_is_a_low_gap(tmp_path: Path) -> None:
    files = {f"part{n}.py": "import app\n" for n in range(6)}
    app = "import streamlit as st\nimport part0, part1, part2, part3, part4, part5\nst.title('Rooms')\n"
    files |= {"requirements.txt": "streamlit==1.49.1\n", "app.py": app}
    [finding] = entry("no-error-tracking").control.detect(prototype_of(tmp_path, files))
    assert (finding.outcome, finding.severity) == (Outcome.GAP, Severity.LOW)
