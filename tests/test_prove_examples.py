"""The bundled CRM, rebuilt and attacked: its leaks are proven, and its corrected copy has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from copies import copy_of_example
from shipworthy.assess import Assessment
from shipworthy.finding import Outcome, Proof
from shipworthy.pipeline import run_prove
from shipworthy.settings import Settings

CLOSED = Path(__file__).parent / "prototypes" / "crm_closed.sql"
LEAKS = {
    ("rows-readable-by-anybody", "public.team_invitations"),
    ("rows-readable-by-anybody", "public.webhook_events"),
    ("rows-readable-by-anybody", "public.pipeline_summary"),
    ("rows-readable-by-any-user", "public.leads"),
    ("rows-readable-by-any-user", "public.profiles"),
    ("rows-writable-by-anybody", "public.leads"),
    ("rows-writable-by-anybody", "public.webhook_events"),
    ("rows-writable-by-any-user", "public.leads"),
    ("exposed-function", "public.transfer_records(uuid, uuid)"),
    ("exposed-function", "public.run_query(text)"),
    ("self-promotion", "public.profiles"),
    ("sign-up-decides-role", "auth.users"),
    ("open-tenant", "public.organization_members"),
    ("open-storage-bucket", "bucket attachments"),
}
RIGHT = ("public.countries", "public.deals", "public.contacts", "public.companies", "public.notes")


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return run_prove(copy_of_example("crm", tmp_path_factory.mktemp("open")), Settings())


def test_every_leak_is_proven(crm: Assessment) -> None:
    assert proven(crm) >= LEAKS


def test_what_is_right_carries_no_proof(crm: Assessment) -> None:
    assert not [found for found in proven(crm) if found[1] in RIGHT]


def test_each_proof_shows_the_statement_and_the_line_to_blame(crm: Assessment) -> None:
    for finding in crm.gaps:
        if finding.proof is Proof.PROVEN:
            assert any(e.source == "attack" for e in finding.evidence), finding
            assert finding.location, finding


def test_every_statement_is_replayed_and_every_table_seeded(crm: Assessment) -> None:
    proof = crm.prototype.database
    assert proof is not None
    assert not proof.replay.failures
    assert all(seeding.rows for seeding in proof.seeding.values())


def test_the_corrected_copy_has_no_proven_leak(tmp_path: Path) -> None:
    root = copy_of_example("crm", tmp_path)
    migration = root / "supabase" / "migrations" / "20250801000000_close.sql"
    migration.write_text(CLOSED.read_text(encoding="utf-8"), encoding="utf-8")
    closed = run_prove(root, Settings())
    assert proven(closed) == set()
    assert any(f.outcome is Outcome.SATISFIED and f.proof is Proof.PROVEN for f in closed.findings)


def proven(assessment: Assessment) -> set[tuple[str, str]]:
    return {(f.control, f.subject) for f in assessment.gaps if f.proof is Proof.PROVEN}
