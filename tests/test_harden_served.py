"""A rule that shuts everybody out of what the app's pages need is no remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures_of import prototype_of
from hardened import repository
from shipworthy.harden.served import shut_out
from shipworthy.prototype import Prototype

CLIENT = """import { createClient } from "@supabase/supabase-js";

export const supabase = createClient(
  import.meta.env.VITE_SUPABASE_URL,
  import.meta.env.VITE_SUPABASE_KEY,
);
"""
PAGE = """import { supabase } from "./client";

export async function notes() {
  return supabase.from("notes").select("*");
}

export async function names() {
  return supabase.from("authors").select("*");
}

export async function rename(id: string, title: string) {
  return supabase.from("notes").update({ title }).eq("id", id);
}
"""
TABLE = """create table public.notes (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  title text
);
alter table public.notes enable row level security;
create policy "Owners" on public.notes for all to authenticated
  using (owner_id = auth.uid()) with check (owner_id = auth.uid());
create view public.authors as
  select n.id, u.email from public.notes n join auth.users u on u.id = n.owner_id;
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Prototype:
    return app(tmp_path_factory.mktemp("before"))


def app(folder: Path, migration: str = "") -> Prototype:
    """An app with a page that reads and changes notes, and one more migration."""
    files = {
        "package.json": '{"dependencies": {"@supabase/supabase-js": "2.50.0"}}\n',
        "src/client.ts": CLIENT,
        "src/notes.ts": PAGE,
        "supabase/migrations/20250101000000_notes.sql": TABLE,
    }
    if migration:
        files["supabase/migrations/20250101000001_more.sql"] = migration
    return prototype_of(repository(folder, files))


@pytest.mark.parametrize(
    "migration",
    [
        'drop policy "Owners" on public.notes;\n',
        "revoke all on public.notes from anon, authenticated;\n",
        "revoke update on public.notes from anon, authenticated;\n"
        "grant update (owner_id) on public.notes to authenticated;\n",
        "alter view public.authors set (security_invoker = on);\n",
    ],
    ids=["no-policy", "no-grant", "other-columns-alone", "a-view-of-what-no-caller-may-read"],
)
def test_what_nobody_may_do_any_more_is_said(
    before: Prototype, tmp_path: Path, migration: str
) -> None:
    assert "src/notes.ts" in shut_out(before, app(tmp_path, migration))


@pytest.mark.parametrize(
    "migration",
    [
        'drop policy "Owners" on public.notes;\n'
        'create policy "Mine" on public.notes for all to authenticated\n'
        "  using (owner_id = (select auth.uid()));\n",
        "revoke update on public.notes from anon, authenticated;\n"
        "grant update (title) on public.notes to authenticated;\n",
        "revoke all on public.notes from anon;\n",
    ],
    ids=["another-policy", "the-columns-it-changes", "visitors-alone"],
)
def test_what_somebody_may_still_do_is_nothing_to_say(
    before: Prototype, tmp_path: Path, migration: str
) -> None:
    assert shut_out(before, app(tmp_path, migration)) == ""
