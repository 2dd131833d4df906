"""What the keys of a committed file open decides what it weighs."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures_of import cases, prototype_of, unpack
from shipworthy.finding import Outcome, Severity

_NAME = "VITE_MAPS_BROWSER_KEY"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        (_NAME, Severity.LOW),
        ("NEXT_PUBLIC_FIREBASE_API_KEY", Severity.LOW),
        ("GOOGLE_MAPS_SERVER_KEY", Severity.CRITICAL),
        ("VITE_GEMINI_API_KEY", Severity.CRITICAL),
    ],
)
def test_a_key_that_pages_show_anyway_weighs_little(
    name: str, severity: Severity, tmp_path: Path
) -> None:
    case = next(c for c in cases("vulnerable") if c.name.endswith("browser-key-that-is-none"))
    root = unpack(case.folder, tmp_path / "case")
    path = root / ".env"
    path.write_text(path.read_text().replace(_NAME, name))
    found = case.entry.control.detect(prototype_of(root))
    assert [f.severity for f in found if f.outcome is Outcome.GAP] == [severity]


@pytest.mark.parametrize(
    ("host", "severity"), [("localhost", Severity.MEDIUM), ("db.fennway.de", Severity.CRITICAL)]
)
def test_a_password_of_a_database_on_the_machine_itself_weighs_less(
    host: str, severity: Severity, tmp_path: Path
) -> None:
    case = next(c for c in cases("vulnerable") if c.name.endswith("browser-key-that-is-none"))
    root = unpack(case.folder, tmp_path / "case")
    uri = f"postgresql://postgres:Karo-7Linde!2@{host}:5432/clinic"
    (root / ".env").write_text(f"DATABASE_URL={uri}\n")
    found = case.entry.control.detect(prototype_of(root))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert (gap.severity, "issuers" in gap.message) == (severity, host != "localhost")
