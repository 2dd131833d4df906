"""Codes of discounts that can be listed, and scripts that somebody runs by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access import missing_authorisation
from shipworthy.controls.access.missing_authorisation.control import MissingAuthorisation
from shipworthy.controls.access.rows_readable_by_any_user.control import RowsReadableByAnyUser
from shipworthy.controls.access.rows_readable_by_anybody.control import RowsReadableByAnybody
from shipworthy.finding import Severity

COUPONS = """
create table public.{table} (id uuid primary key, code text unique, percent int, is_active boolean,
  valid_until timestamptz);
alter table public.{table} enable row level security;
create policy "Anyone can view" on public.{table} for select {rule};
"""
RESET = """
drop table if exists public.coupons;
do $$ declare p record; begin
  for p in select policyname, tablename from pg_policies loop
    execute format('drop policy %I on %I', p.policyname, p.tablename);
  end loop; end $$;
"""


def told_of(folder: Path, **scripts: str) -> list[Severity]:
    files = {f"supabase/migrations/{name}.sql": text for name, text in scripts.items()}
    controls = (RowsReadableByAnybody(), RowsReadableByAnyUser())
    return [f.severity for control in controls for f in gaps(control, folder, files)]


@pytest.mark.parametrize(
    ("rule", "table", "told"),
    [
        ("using (true)", "coupons", True),
        ("using (is_active = true and (valid_until is null or valid_until > now()))", "promo_codes", True),
        ("to authenticated using (is_active)", "gift_cards", True),
        ("using (false)", "coupons", False),
        ("using (true)", "countries", False),
    ],
)  # fmt: skip
def test_codes_of_discounts_that_can_be_listed(
    tmp_path: Path, rule: str, table: str, told: bool
) -> None:
    found = told_of(tmp_path, **{"20250101000000_a": COUPONS.format(table=table, rule=rule)})
    assert found == ([Severity.MEDIUM] if told else [])


def test_a_script_that_resets_all_is_no_part_of_the_history(tmp_path: Path) -> None:
    made = COUPONS.format(table="coupons", rule="using (true)")
    assert told_of(tmp_path, COMPLETE_SETUP=made, RESET_DATABASE=RESET)


@pytest.mark.parametrize(
    ("written", "alarms"),
    [("used_count = used_count + 1", 0), ("times_used = times_used + 1", 0), ("discount = 50", 1)],
)
def test_who_uses_a_code_does_not_say_what_it_takes_off(
    tmp_path: Path, written: str, alarms: int
) -> None:
    case = "near_miss/coupon-that-is-used-up"
    folder = Path(missing_authorisation.__file__).parent / "fixtures" / case
    server = (folder / "server/index.js").read_text()
    files = {
        "package.json": (folder / "package.json").read_text(),
        "server/index.js": server.replace("used_count = used_count + 1", written),
    }
    assert len(gaps(MissingAuthorisation(), tmp_path, files)) == alarms
