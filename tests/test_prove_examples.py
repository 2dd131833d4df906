"""The bundled databases, rebuilt and attacked: leaks are proven, what is right stays unharmed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from copies import copy_of_example
from shipworthy.assess import Assessment
from shipworthy.finding import Outcome, Proof
from shipworthy.pipeline import run_prove
from shipworthy.settings import Settings

CLOSED = Path(__file__).parent / "prototypes" / "crm_closed.sql"
LEAKS = {
    "crm": {
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
    },
    "marketplace": {
        ("rows-readable-by-anybody", "public.orders"),
        ("rows-readable-by-anybody", "public.payouts"),
        ("rows-readable-by-anybody", "public.profiles"),
        ("rows-readable-by-anybody", "public.seller_stats"),
        ("rows-writable-by-anybody", "public.payouts"),
        ("rows-writable-by-any-user", "public.listings"),
        ("exposed-function", "public.credit_seller(uuid, double precision)"),
        ("self-promotion", "public.profiles"),
        ("sign-up-decides-role", "auth.users"),
        ("open-storage-bucket", "bucket listing-images"),
    },
}
RIGHT = {
    "crm": {
        "public.countries",
        "public.deals",
        "public.contacts",
        "public.companies",
        "public.notes",
    },
    "marketplace": {
        "public.categories",
        "public.reviews",
        "public.messages",
        "public.favorites",
        "public.newsletter_subscribers",
        "public.order_items",
        "public.stripe_events",
        "public.api_calls",
        "public.is_admin()",
        "public.count_call(uuid, text, integer)",
        "bucket invoices",
    },
}


@dataclass(frozen=True)
class Proven:
    """An example and what is known of it once its database was attacked."""

    name: str
    assessment: Assessment


@pytest.fixture(scope="module", params=["crm", "marketplace"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Proven:
    root = copy_of_example(request.param, tmp_path_factory.mktemp("open"))
    return Proven(request.param, run_prove(root, Settings()))


def test_every_leak_is_proven(example: Proven) -> None:
    assert proven(example.assessment) >= LEAKS[example.name]


def test_what_is_right_carries_no_proof(example: Proven) -> None:
    found = {subject for _, subject in proven(example.assessment)}
    assert not found & RIGHT[example.name]


def test_each_proof_shows_the_statement_and_the_line_to_blame(example: Proven) -> None:
    for finding in example.assessment.gaps:
        if finding.proof is Proof.PROVEN:
            assert any(e.source == "attack" for e in finding.evidence), finding
            assert finding.location, finding


def test_every_statement_is_replayed_and_every_table_seeded(example: Proven) -> None:
    proof = example.assessment.prototype.database
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
