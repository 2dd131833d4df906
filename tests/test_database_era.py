"""Which grants a history was written for."""

from __future__ import annotations

import pytest

from shipworthy.database.era import era_of
from shipworthy.database.history import SqlFile
from shipworthy.database.proof import Era


@pytest.mark.parametrize(
    ("paths", "era"),
    [
        (["supabase/migrations/20250612101530_a.sql"], Era.LEGACY),
        (["supabase/migrations/20260530000000_a.sql"], Era.STRICT),
        (["supabase/migrations/20260529_a.sql", "supabase/migrations/20261101_b.sql"], Era.LEGACY),
        (["supabase/migrations/20261105093000-a.sql"], Era.STRICT),
        (["scripts/001_tables.sql"], Era.LEGACY),
        ([], Era.LEGACY),
    ],
)
def test_era_goes_by_the_first_migration(paths: list[str], era: Era) -> None:
    found, reason = era_of([SqlFile(path, "") for path in paths])
    assert found is era
    assert reason
