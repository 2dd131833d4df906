"""What a proof costs, against psql applying the same files to the same server: ratios per step.

python benchmarks/prove.py [FILES]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shipworthy.database.engine import EngineOptions, start
from shipworthy.database.engine.binaries import find_binaries
from shipworthy.database.history import History, SqlFile
from shipworthy.database.proof import Era
from shipworthy.database.prove import Prover

_TABLE = """
create table public.{name} (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  title text not null,
  status text not null default 'new' check (status in ('new', 'done')),
  amount numeric(12, 2) not null default 0,
  created_at timestamptz not null default now()
);
alter table public.{name} enable row level security;
create policy "Users read own {name}" on public.{name} for select using (auth.uid() = user_id);
create policy "Users add own {name}" on public.{name} for insert with check (auth.uid() = user_id);
"""
_CHANGE = """
create index {name}_{n}_idx on public.{name} (user_id, created_at);
alter table public.{name} add column note_{n} text;
create or replace function public.count_{name}_{n}() returns bigint language sql stable
  set search_path = public as $$ select count(*) from public.{name} $$;
drop policy if exists "Users change own {name}" on public.{name};
create policy "Users change own {name}" on public.{name} for update using (auth.uid() = user_id);
update public.{name} set title = trim(title);
"""
_CHANGES_PER_TABLE = 4


def main() -> None:
    """Print the seconds of each step and their ratio to the floor."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 470
    history = History(tuple(_files(files)))
    floor = min(_psql(history) for _ in range(2))
    with Prover() as prover:
        proof = prover(history)
    statements = sum(proof.replay.statements.values())
    print(
        f"{len(history.migrations)} files, {statements} statements, {len(proof.schema.tables)} tables"
    )
    print(f"{'psql, the same files':24} {floor:6.2f} s")
    for step, seconds in proof.seconds.items():
        print(f"{step:24} {seconds:6.2f} s  {seconds / floor:5.1f}x")
    whole = sum(proof.seconds.values())
    print(f"{'whole':24} {whole:6.2f} s  {whole / floor:5.1f}x")


def _files(count: int) -> list[SqlFile]:
    """A history as an AI tool leaves it: a table, then a few changes of it, and so on."""
    made = []
    for number in range(count):
        name = f"things_{number // (_CHANGES_PER_TABLE + 1)}"
        text = _TABLE if number % (_CHANGES_PER_TABLE + 1) == 0 else _CHANGE
        path = f"supabase/migrations/{20250101000000 + number}_step.sql"
        made.append(SqlFile(path, text.format(name=name, n=number)))
    return made


def _psql(history: History) -> float:
    """Seconds that one psql takes for the files, each in a transaction of its own."""
    psql = find_binaries().programs / "psql"
    with tempfile.TemporaryDirectory() as folder, start(EngineOptions()) as server:
        database = server.database(Era.LEGACY)
        arguments = [str(psql), "-q", "-X", "-h", str(database.folder), "-U", "postgres"]
        arguments += ["-d", "postgres", "-v", "ON_ERROR_STOP=1"]
        for number, file in enumerate(history.migrations):
            path = Path(folder) / f"{number}.sql"
            path.write_text(f"begin;{file.text}commit;")
            arguments += ["-f", str(path)]
        begun = time.perf_counter()
        subprocess.run(arguments, check=True, capture_output=True)
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
