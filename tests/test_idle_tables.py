"""What stands open and is used by nothing weighs less, and is said to be unused."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.open_storage_bucket.control import OpenStorageBucket
from shipworthy.controls.access.rows_writable_by_anybody.control import RowsWritableByAnybody
from shipworthy.finding import Finding, Outcome, Severity
from shipworthy.prototype.tables.idle import is_idle

_PAGE = """import { createClient } from "@supabase/supabase-js";
const db = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_KEY);
export const orders = () => db.from("orders").select("*");
export const clients = () => db.from("clients").select("*");
export const stock = () => db.from("stock").select("*");
"""
_OPEN = """create table public.notices (id uuid primary key, text text, user_id uuid);
alter table public.notices enable row level security;
create policy all_of_it on public.notices for all using (true) with check (true);
"""
_STAMPED = """create function touch() returns trigger language plpgsql as
$$ begin new.updated_at = now(); return new; end $$;
create trigger t before update on public.notices for each row execute function touch();
"""
_SENT = """create function send() returns trigger language plpgsql as
$$ begin insert into outbox (text) values (new.text); return new; end $$;
create trigger t after insert on public.notices for each row execute function send();
"""
_READ = (
    "create function latest() returns setof notices language sql as $$ select * from notices $$;"
)
_ASKED = 'export const notices = () => list("notices");\n'


def _gap(folder: Path, sql: str, code: str = "", page: str = _PAGE) -> Finding:
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": page,
        "supabase/migrations/1_all.sql": _OPEN + sql,
    }
    if code:
        files["src/notices.ts"] = code
    found = RowsWritableByAnybody().detect(prototype_of(folder, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    return gap


@pytest.mark.parametrize("sql", ["", _STAMPED])
def test_a_table_that_nothing_uses_weighs_less(sql: str, tmp_path: Path) -> None:
    gap = _gap(tmp_path, sql)
    assert gap.severity is Severity.MEDIUM
    assert gap.message.endswith("; nothing in this repository uses it")


@pytest.mark.parametrize(
    ("sql", "code", "page"),
    [
        (_SENT, "", _PAGE),
        (_READ, "", _PAGE),
        ("", _ASKED, _PAGE),
        ("", "", _PAGE.replace("stock", "notices")),
        ("", "", ""),  # the app may lie in another repository
    ],
)
def test_a_table_that_code_or_a_function_names_keeps_its_weight(
    sql: str, code: str, page: str, tmp_path: Path
) -> None:
    gap = _gap(tmp_path, sql, code, page)
    assert gap.severity is Severity.CRITICAL
    assert "uses it" not in gap.message


_BUCKETS = """insert into storage.buckets (id, name, public) values ('scans', 'scans', false);
create policy p on storage.objects for select using (bucket_id = 'scans');
"""


@pytest.mark.parametrize("used", [False, True])
def test_a_bucket_that_nothing_uses_weighs_less(used: bool, tmp_path: Path) -> None:
    call = 'export const scan = (n: string) => db.storage.from("scans").download(n);\n'
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}',
        "src/db.ts": _PAGE + (call if used else ""),
        "supabase/migrations/1_all.sql": _BUCKETS,
    }
    found = OpenStorageBucket().detect(prototype_of(tmp_path, files))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is (Severity.CRITICAL if used else Severity.MEDIUM)


def test_a_view_that_nothing_uses_shows_the_rows_of_tables_that_are_used(tmp_path: Path) -> None:
    made = "create table public.clients (id uuid primary key, email text, phone text);\n"
    shown = "create view public.summary as select email, phone from public.clients;\n"
    files = {"src/db.ts": _PAGE, "supabase/migrations/1_all.sql": made + shown}
    schema = prototype_of(tmp_path, files).stated_rules.schema
    assert not is_idle("public.summary", prototype_of(tmp_path, files), schema)


_PAGES = {
    f"src/{name}.tsx": f"export const {name} = () => <p>{name}</p>;\n" for name in ("A", "B", "C")
}


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({}, Severity.MEDIUM),
        ({"README.md": "Connect Supabase later."}, Severity.MEDIUM),
        ({"package.json": '{"dependencies": {"@supabase/supabase-js": "2"}}'}, Severity.CRITICAL),
        (
            {"src/D.tsx": 'export const d = () => fetch(HOST + "/rest/v1/rpc/d");'},
            Severity.CRITICAL,
        ),
        ({"server/db.py": "import psycopg"}, Severity.CRITICAL),
        ({"src/B.tsx": "", "src/C.tsx": ""}, Severity.CRITICAL),  # no app here
    ],
)
def test_tables_of_an_app_that_speaks_to_no_database_weigh_less(
    files: dict[str, str], severity: Severity, tmp_path: Path
) -> None:
    base = {"package.json": '{"dependencies": {"react": "19"}}', **_PAGES}
    base["scripts/1_all.sql"] = _OPEN.replace("(true)", "(auth.uid() is not null or true)")
    kept = {path: text for path, text in {**base, **files}.items() if text}
    found = RowsWritableByAnybody().detect(prototype_of(tmp_path, kept))
    (gap,) = [f for f in found if f.outcome is Outcome.GAP]
    assert gap.severity is severity
    assert ("nothing in this repository uses it" in gap.message) is (severity is Severity.MEDIUM)
