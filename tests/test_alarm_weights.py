"""Alarms that go or weigh less: parts of an organisation, plans that nobody sells, caches, forms for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import gaps
from shipworthy.controls.access.exposed_function.control import ExposedFunction
from shipworthy.controls.access.rows_readable_by_any_user.control import RowsReadableByAnyUser
from shipworthy.controls.access.rows_writable_by_any_user.control import RowsWritableByAnyUser
from shipworthy.controls.access.self_promotion.control import SelfPromotion
from shipworthy.controls.access.unauthenticated_endpoint.control import UnauthenticatedEndpoint
from shipworthy.finding import Confidence, Severity

_SQL = "supabase/migrations/20250101000000_init.sql"


_PARTS = """create table public.PARTs (id uuid primary key, name text);
create table public.kpis (id uuid primary key, name text, PART_id uuid references public.PARTs (id));
create table public.staff (
  user_id uuid references auth.users (id), PART_id uuid references public.PARTs (id));
alter table public.PARTs enable row level security;
alter table public.kpis enable row level security;
alter table public.staff enable row level security;
create policy d on public.PARTs for select to authenticated using (true);
create policy k on public.kpis for select to authenticated using (true);
create policy s on public.staff for select to authenticated using (user_id = auth.uid());
"""


@pytest.mark.parametrize(("part", "count"), [("department", 0), ("workspace", 2)])
def test_parts_of_one_organisation_are_no_secret_from_each_other(
    tmp_path: Path, part: str, count: int
) -> None:
    files = {_SQL: _PARTS.replace("PART", part)}
    assert len(gaps(RowsReadableByAnyUser(), tmp_path, files)) == count


_PLAN = """create table public.profiles (
  id uuid primary key references auth.users (id), subscription_plan text not null default 'free');
alter table public.profiles enable row level security;
create policy own on public.profiles for all using (id = auth.uid()) with check (id = auth.uid());
"""


@pytest.mark.parametrize(
    ("asked", "severity"),
    [
        ("", Severity.MEDIUM),
        (
            "create table public.reports (id uuid primary key);\n"
            "alter table public.reports enable row level security;\n"
            "create policy paid on public.reports for select using (exists (select 1 from profiles"
            " where id = auth.uid() and subscription_plan = 'pro'));\n",
            Severity.HIGH,
        ),
    ],
)
def test_a_plan_that_nobody_sells_is_not_stolen(
    tmp_path: Path, asked: str, severity: Severity
) -> None:
    page = (
        'import { createClient } from "@supabase/supabase-js";\n'
        "const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);\n"
        'export const plan = () => db.from("profiles").select("subscription_plan").single();\n'
    )
    (found,) = gaps(SelfPromotion(), tmp_path, {_SQL: _PLAN + asked, "src/plan.ts": page})
    assert found.severity is severity


_OLD = """import express from "express";
import { createClient } from "@supabase/supabase-js";
const app = express();
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
app.get("/api/quotes/:symbol", async (req, res) => {
  const { data } = await db.from("TABLE").select("*").eq("symbol", req.params.symbol).single();
  if (data && data.until < Date.now()) await db.from("TABLE").delete().eq("symbol", req.params.symbol);
  res.json({ price: data?.price });
});
app.listen(3000);
"""


@pytest.mark.parametrize(
    ("table", "sure"), [("quotes_response_cache", False), ("quotes_of_members", True)]
)
def test_whoever_asks_may_throw_away_what_is_too_old(
    tmp_path: Path, table: str, sure: bool
) -> None:
    text = _OLD.replace("TABLE", table)
    files = {"package.json": '{"dependencies": {"express": "4"}}', "server.ts": text}
    found = gaps(UnauthenticatedEndpoint(), tmp_path, files)
    assert any(f.confidence is Confidence.HIGH for f in found) is sure


@pytest.mark.parametrize(
    ("table", "severity"), [("notifications", Severity.MEDIUM), ("bookings", Severity.HIGH)]
)
def test_a_notice_that_is_made_up_misleads_and_gives_nothing_away(
    tmp_path: Path, table: str, severity: Severity
) -> None:
    sql = (
        f"create table public.{table} (id uuid primary key, body text,"
        " user_id uuid references auth.users (id));\n"
        f"alter table public.{table} enable row level security;\n"
        f"create policy mine on public.{table} for select using (user_id = auth.uid());\n"
        f"create policy any_one on public.{table} for insert to authenticated with check (true);\n"
    )
    (found,) = gaps(RowsWritableByAnyUser(), tmp_path, {_SQL: sql})
    assert found.severity is severity


_TELLS = """create table public.subscriptions (
  user_id uuid primary key references auth.users (id), COLUMN text);
alter table public.subscriptions enable row level security;
create policy mine on public.subscriptions for select using (user_id = auth.uid());
create function public.plan_of(p_user_id uuid) returns table (COLUMN text) as $$
begin
  return query select s.COLUMN from public.subscriptions s where s.user_id = p_user_id;
end; $$ language plpgsql security definer;
"""


@pytest.mark.parametrize(
    ("column", "severity"),
    [("stripe_customer_id", Severity.MEDIUM), ("email", Severity.CRITICAL)],
)
def test_the_number_of_a_payer_that_a_function_tells_opens_nothing(
    tmp_path: Path, column: str, severity: Severity
) -> None:
    files = {_SQL: _TELLS.replace("COLUMN", column)}
    (found,) = gaps(ExposedFunction(), tmp_path, files)
    assert found.severity is severity


_RECORDS = """create table public.TABLE (
  id uuid primary key, user_id uuid references auth.users (id), n numeric);
alter table public.TABLE enable row level security;
create policy mine on public.TABLE for select using (user_id = auth.uid());
create function public.record_visit(p_user_id uuid) returns void as $$
begin
  update public.TABLE set n = n + 0.05 where user_id = p_user_id;
end; $$ language plpgsql security definer;
"""


@pytest.mark.parametrize(
    ("table", "severity"),
    [("page_views", Severity.LOW), ("creator_earnings", Severity.CRITICAL)],
)
def test_to_record_what_somebody_has_earned_is_more_than_to_count(
    tmp_path: Path, table: str, severity: Severity
) -> None:
    (found,) = gaps(ExposedFunction(), tmp_path, {_SQL: _RECORDS.replace("TABLE", table)})
    assert found.severity is severity
