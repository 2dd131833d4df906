"""How much it weighs what strangers and other users may do with rows and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.control import Control
from shipworthy.controls.access.exposed_function.control import ExposedFunction
from shipworthy.controls.access.open_storage_bucket.control import OpenStorageBucket
from shipworthy.controls.access.rows_readable_by_anybody.control import RowsReadableByAnybody
from shipworthy.controls.access.rows_writable_by_any_user.control import RowsWritableByAnyUser
from shipworthy.controls.access.rows_writable_by_anybody.control import RowsWritableByAnybody
from shipworthy.controls.access.self_promotion.control import SelfPromotion
from shipworthy.finding import Finding, Outcome, Severity

_PAGE = """import { createClient } from "@supabase/supabase-js";
const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);
"""
_BUCKET = """insert into storage.buckets (id, name, public)
  values ('call-attachments', 'call-attachments', true);
create policy a on storage.objects for select to public using (bucket_id = 'call-attachments');
create policy b on storage.objects for delete to authenticated using (bucket_id = 'call-attachments');
"""


def _gap(control: Control, folder: Path, sql: str) -> Finding:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": _PAGE,
        "supabase/migrations/1_all.sql": sql,
    }
    found = control.detect(prototype_of(folder, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    return gap


def test_what_users_alone_may_do_with_files_is_not_told_of_strangers(tmp_path: Path) -> None:
    gap = _gap(OpenStorageBucket(), tmp_path, _BUCKET)
    said, besides = gap.message.split("; ")
    assert said.startswith("Without signing in,")
    assert said.endswith("can be read")
    assert besides == "as any user, they can be deleted as well"
    assert gap.severity is Severity.CRITICAL


def test_what_strangers_add_and_users_delete_weighs_as_the_worse(tmp_path: Path) -> None:
    hidden = _BUCKET.replace("true);", "false);")
    sql = hidden.replace("for select", "for insert").replace(
        "using (bucket_id = 'call-attachments')", "with check (bucket_id = 'call-attachments')", 1
    )
    seen = "create policy c on storage.objects for select to authenticated using (true);"
    assert _gap(OpenStorageBucket(), tmp_path, sql + seen).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("table", "severity"), [("error_logs", Severity.MEDIUM), ("letters", Severity.HIGH)]
)
def test_a_forged_line_in_a_log_weighs_less(tmp_path: Path, table: str, severity: Severity) -> None:
    sql = f"""create table public.{table}
      (id uuid primary key, user_id uuid references auth.users(id), text text);
    alter table public.{table} enable row level security;
    create policy a on public.{table} for insert to authenticated with check (true);
    """
    assert _gap(RowsWritableByAnyUser(), tmp_path, sql).severity is severity


_ZONES = """create table public.stores (id uuid primary key, owner_id uuid references auth.users(id));
create table public.store_members (
  store_id uuid references public.stores(id), user_id uuid references auth.users(id)
);
alter table public.stores enable row level security;
alter table public.store_members enable row level security;
create policy own on public.stores for all to authenticated using (owner_id = auth.uid());
create policy own on public.store_members for all to authenticated using (user_id = auth.uid());
create table public.TABLE (id uuid primary key, store_id uuid references public.stores(id)PHONE);
alter table public.TABLE enable row level security;
create policy POLICY on public.TABLE for select to public using (true);
create policy own on public.TABLE for all to authenticated using (
  store_id in (select store_id from public.store_members where user_id = auth.uid())
);
"""


@pytest.mark.parametrize(
    ("table", "policy", "found"),
    [
        ("delivery_zones", "delivery_zones_public_read", False),
        ("delivery_zones", "delivery_zones_read", True),
        ("courier_fechamentos", "courier_fechamentos_public_read", True),
        ("shop_config", "config_public_read", False),
    ],
)
def test_a_rule_says_that_all_may_read_however_its_words_are_joined(
    tmp_path: Path, table: str, policy: str, found: bool
) -> None:
    sql = _ZONES.replace("TABLE", table).replace("POLICY", policy)
    sql = sql.replace("PHONE", ", phone text" if table == "shop_config" else "")
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": _PAGE,
        "supabase/migrations/1_all.sql": sql,
    }
    gaps = RowsReadableByAnybody().detect(prototype_of(tmp_path, files))
    assert any(f.outcome is Outcome.GAP for f in gaps) is found


@pytest.mark.parametrize(
    ("columns", "key", "severity", "forged"),
    [
        ("name text", "", Severity.MEDIUM, False),
        ("name text, role text", "", Severity.HIGH, True),
        ("name text", " references auth.users(id)", Severity.HIGH, True),
    ],
)
def test_an_account_that_whoever_comes_makes_is_in_nobodys_name(
    tmp_path: Path, columns: str, key: str, severity: Severity, forged: bool
) -> None:
    sql = f"""create table public.organizations (id uuid primary key{key}, {columns});
    alter table public.organizations enable row level security;
    create policy a on public.organizations for insert with check (true);
    create policy b on public.organizations for update using (auth.uid() = id);
    """
    gap = _gap(RowsWritableByAnybody(), tmp_path, sql)
    assert (gap.severity, gap.message.endswith("in the name of others")) == (severity, forged)


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("true", Severity.MEDIUM),
        ("exists (select 1 from public.users u where u.status = 'active')", Severity.HIGH),
    ],
)
def test_a_ban_that_nothing_asks_for_weighs_less(
    tmp_path: Path, rule: str, severity: Severity
) -> None:
    sql = f"""create table public.users (
      id uuid primary key references auth.users(id),
      status text default 'active' check (status in ('active', 'suspended'))
    );
    create table public.jobs (id uuid primary key, status text);
    alter table public.users enable row level security;
    alter table public.jobs enable row level security;
    create policy a on public.users for select using (auth.uid() = id);
    create policy b on public.users for update using (auth.uid() = id);
    create policy c on public.jobs for select to authenticated using (status = 'open' and {rule});
    """
    assert _gap(SelfPromotion(), tmp_path, sql).severity is severity


@pytest.mark.parametrize(
    ("bucket", "verb", "severity"),
    [
        ("course-materials", "select", Severity.MEDIUM),
        ("course-materials", "all", Severity.HIGH),
        ("contracts", "select", Severity.HIGH),
    ],
)
def test_material_that_is_put_there_for_all_users_weighs_less(
    tmp_path: Path, bucket: str, verb: str, severity: Severity
) -> None:
    files = _BUCKET.partition("create policy b")[0].replace("true);", "false);")
    sql = files.replace("for select to public", f"for {verb} to authenticated")
    sql = sql.replace("call-attachments", bucket)
    assert _gap(OpenStorageBucket(), tmp_path, sql).severity is severity


@pytest.mark.parametrize(
    ("table", "read", "written"),
    [
        ("push_subscriptions", Severity.MEDIUM, Severity.HIGH),
        ("orders", Severity.HIGH, Severity.CRITICAL),
    ],
)
def test_what_a_browser_makes_again_weighs_less(
    tmp_path: Path, table: str, read: Severity, written: Severity
) -> None:
    sql = f"""create table public.{table} (
      id uuid primary key, user_id uuid references auth.users(id), auth text
    );
    alter table public.{table} enable row level security;
    create policy a on public.{table} for select using (true);
    create policy b on public.{table} for delete using (true);
    """
    assert _gap(RowsReadableByAnybody(), tmp_path / "read", sql).severity is read
    assert _gap(RowsWritableByAnybody(), tmp_path / "written", sql).severity is written


@pytest.mark.parametrize(("column", "open_"), [("watch_time", False), ("last_diagnosis", True)])
def test_a_face_with_its_points_is_shown_by_every_community(
    tmp_path: Path, column: str, open_: bool
) -> None:
    sql = f"""create table public.profiles (
      id uuid primary key references auth.users(id), display_name text, activity_points integer, {column} text
    );
    alter table public.profiles enable row level security;
    create policy a on public.profiles for select using (true);
    """
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": _PAGE,
        "supabase/migrations/1_all.sql": sql,
    }
    found = RowsReadableByAnybody().detect(prototype_of(tmp_path, files))
    assert any(f.outcome is Outcome.GAP for f in found) is open_


_CLOSES = """create table public.races (
  id uuid primary key, owner_id uuid references auth.users(id), is_open boolean
);
alter table public.races enable row level security;
create policy a on public.races for all using (auth.uid() = owner_id);
create function close_it(ARGUMENT uuid) returns void language plpgsql security definer as $$
begin update races set is_open = false where id = ARGUMENT; end; $$;
"""


@pytest.mark.parametrize(
    ("argument", "severity", "told"),
    [
        ("race_uuid", Severity.HIGH, "picks the rows by the race_uuid"),
        ("user_id", Severity.CRITICAL, "acts for the user_id"),
    ],
)
def test_a_function_that_is_given_a_row_acts_for_nobody(
    tmp_path: Path, argument: str, severity: Severity, told: str
) -> None:
    gap = _gap(ExposedFunction(), tmp_path, _CLOSES.replace("ARGUMENT", argument))
    assert gap.severity is severity
    assert told in gap.message
