"""Left-over code beside what runs, and senders that reach nobody but their owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.open_email_relay.control import OpenEmailRelay
from shipworthy.controls.observability.no_structured_logging.control import NoStructuredLogging
from shipworthy.controls.reliability.no_error_boundary.control import NoErrorBoundary
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype import Engines, read_prototype
from shipworthy.settings import Settings


def _gap(control: Control, folder: Path, files: dict[str, str]) -> Finding:
    prototype_of(folder, files)
    engines = Engines(secrets=lambda _lines: {})
    found = control.detect(read_prototype(folder, Settings(workers=1), engines))
    (gap,) = (finding for finding in found if finding.outcome is Outcome.GAP)
    return gap


_ROUTE = """
export async function POST(req) {
  const { to, subject, body } = await req.json();
  SENDER
  const res = await fetch("https://api.resend.com/emails", {
    method: "POST",
    headers: { Authorization: `Bearer ${process.env.RESEND_API_KEY}` },
    body: JSON.stringify({ from: FROM, to: [to], subject, text: body }),
  });
  return Response.json({ ok: res.ok });
}
"""


@pytest.mark.parametrize(
    ("sender", "severity"),
    [
        ('"Bakery <onboarding@resend.dev>"', Severity.LOW),
        ('"Bakery <hello@bakery.example>"', Severity.HIGH),
        ('process.env.SENDER || "onboarding@resend.dev"', Severity.HIGH),
    ],
)
def test_a_trial_sender_reaches_its_owner_alone(
    sender: str, severity: Severity, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"dependencies": {"next": "15.5.9", "react": "19.0.0"}}',
        "app/api/send/route.js": _ROUTE.replace("FROM", sender).replace("SENDER", ""),
    }
    gap = _gap(OpenEmailRelay(), tmp_path, files)
    assert gap.severity is severity
    assert ("trial address" in gap.message) is (severity is Severity.LOW)


def test_the_start_that_the_page_names_is_shown(tmp_path: Path) -> None:
    start = 'import { createRoot } from "react-dom/client";\nimport { App } from "./App";\n'
    files = {
        "package.json": '{"dependencies": {"react": "18.0.0", "react-dom": "18.0.0", "vite": "5.0.0"}}',
        "index.html": '<script type="module" src="/src/main.tsx"></script>',
        "src/index.tsx": f"{start}createRoot(document.body).render(<App />);\n",
        "src/main.tsx": f"{start}createRoot(document.body).render(<App />);\n",
        "src/App.tsx": 'import { A } from "./A";\nimport { B } from "./B";\n'
        "export const App = () => <p><A /><B /></p>;\n",
        "src/A.tsx": "export const A = () => <p>A</p>;\n",
        "src/B.tsx": "export const B = () => <p>B</p>;\n",
    }
    gap = _gap(NoErrorBoundary(), tmp_path, files)
    assert gap.location is not None
    assert gap.location.path == "src/main.tsx"


def test_lines_of_scripts_that_nothing_leads_to_are_not_counted(tmp_path: Path) -> None:
    said = "".join(f'console.log("loaf {n}");\n' for n in range(6))
    files = {
        "package.json": '{"scripts": {"start": "tsx server/index.ts"}, "dependencies": {"express": "5.0.0"}}',
        "server/index.ts": 'import express from "express";\nconst app = express();\n'
        f'app.get("/a", (req, res) => res.json({{}}));\n{said}app.listen(3000);\n',
        "migrations/add-loaves.ts": f'import "express";\nexport async function up() {{\n{said}}}\n',
    }
    gap = _gap(NoStructuredLogging(), tmp_path, files)
    assert "6 lines in 1 file)" in gap.message
