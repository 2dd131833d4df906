"""Functions that hand out rows of whom a caller names, of tables that show everybody his own alone."""
# ruff: noqa: S608 - nothing of this is run

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

# The table of the pictures was made by hand: no script says which columns it has.
TABLES = """
alter table pictures enable row level security;
create policy "own" on pictures for select using (auth.uid() = user_id);
create table group_invitations (id uuid primary key, group_id uuid, invited_by uuid, invited_user_id uuid);
alter table group_invitations enable row level security;
create policy "theirs" on group_invitations for select
  using (auth.uid() = invited_by or auth.uid() = invited_user_id);
"""
PICTURES = (
    "returns table (id bigint, file_url text, caption text) language plpgsql security definer as $$"
)
SEARCH = f"create function search(wanted vector, filter jsonb) {PICTURES}"
ROWS = "return query select p.id, p.file_url, p.caption from public.pictures p where p.user_id ="
WAITING = """create function waiting(target_user_id uuid) returns table
 (id uuid, group_id uuid, members bigint) language sql security definer as $$ select i.id, i.group_id,
 (select count(*) from group_members where group_id = i.group_id) from group_invitations i
 where i.invited_user_id = target_user_id $$;"""


def called(function: str, tables: str = TABLES) -> tuple[str, ...]:
    proof = read(tables + function)
    return next((a.columns for a in proof.attempts if a.verb is Verb.CALL), ())


@pytest.mark.parametrize(
    "function",
    [
        f"{SEARCH} declare whose uuid; begin whose := (filter->>'user_id')::uuid; {ROWS} whose; end $$;",
        f"{SEARCH} declare whose uuid := (filter->>'user_id')::uuid; begin {ROWS} whose; end $$;",
        f"{SEARCH} begin {ROWS} (filter->>'user_id')::uuid; end $$;"
        " revoke execute on function search from anon;",
        f"{SEARCH} begin return query with found as (select p.id, p.file_url, p.caption from pictures p"
        " where p.user_id = (filter->>'user_id')::uuid) select * from found; end $$;",
    ],
)
def test_whose_rows_are_told_may_stand_inside_an_argument(function: str) -> None:
    assert called(function) == ("caption", "file_url")


def test_who_is_invited_where_is_told_of_others() -> None:
    assert called(WAITING) == ("group_id",)


@pytest.mark.parametrize(
    ("function", "tables"),
    [
        (f"{SEARCH} begin {ROWS} auth.uid(); end $$;", TABLES),
        (f"{SEARCH} begin {ROWS} (filter->>'user_id')::uuid; end $$;".replace("definer", "invoker"), TABLES),
        (
            f"{SEARCH} begin {ROWS} (filter->>'user_id')::uuid; end $$;",
            TABLES + 'create policy "shown" on pictures for select using (true);',
        ),
        (
            f"{SEARCH} begin {ROWS} (filter->>'user_id')::uuid and p.is_published; end $$;",
            TABLES,
        ),
        (WAITING + "revoke execute on function waiting from public, anon, authenticated;", TABLES),
        (  # posts that are open to all, of those whom somebody keeps
            "create function posts_for(p_user_id uuid) returns table (id uuid, body text) language sql"
            " security definer as $$ select p.id, p.body from posts p where exists"
            " (select 1 from pictures k where k.user_id = p_user_id and k.post_id = p.id) $$;",
            TABLES,
        ),
        (
            "create function totals(p_user_id uuid) returns table (many bigint) language sql"
            " security definer as $$ select count(*) from pictures p where p.user_id = p_user_id $$;",
            TABLES,
        ),
    ],
)  # fmt: skip
def test_what_shows_nobody_the_rows_of_others_is_no_alarm(function: str, tables: str) -> None:
    assert called(function, tables) == ()
