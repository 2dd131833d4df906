"""Functions that reach queues, the schedule and the vault for whoever calls them."""

# ruff: noqa: S608 - the values are our own

from __future__ import annotations

import pytest

from shipworthy.database.attempts import Verb
from stated_rules import read

HEAD = """
create function public.reach({}) returns {} language {} security definer set search_path = '' as $$
{} $$;
"""
PLAIN = "begin {} end"
SERVER_ONLY = "revoke execute on function public.reach from public, anon, authenticated;"


def reasons(*scripts: str) -> list[str]:
    return [a.reason for a in read(*scripts).attempts if a.verb is Verb.CALL]


@pytest.mark.parametrize(
    ("given", "answer", "body", "told"),
    [
        ("queue text, payload jsonb", "bigint", "return pgmq.send(queue, payload);", "a queue of mails"),
        ("payload jsonb", "bigint", "return pgmq.send('outgoing_emails', payload);", "a queue of mails"),
        ("queue text, n int", "setof record", "return query select * from pgmq.pop(queue);", "hands out"),
        ("queue text, id bigint", "boolean", "return pgmq.delete(queue, id);", "takes messages"),
        ("job text, at text, command text", "bigint", "return cron.schedule(job, at, command);", "SQL"),
        ("payload jsonb", "bigint", "return pgmq.send('author_updates', payload);", None),
        ("page text", "bigint", "return pgmq.send('views', jsonb_build_object('page', page));", None),
        ("at text", "bigint", "return cron.schedule('tidy', at, 'delete from old_rows');", None),
    ],
)  # fmt: skip
def test_what_a_caller_may_do_beside_the_tables(
    given: str, answer: str, body: str, told: str | None
) -> None:
    made = HEAD.format(given, answer, "plpgsql", PLAIN.format(body))
    found = reasons(made)
    assert bool(found) is (told is not None)
    assert all(told in reason for reason in found if told)
    assert not reasons(made, SERVER_ONLY)
    assert not reasons(made.replace("begin", "begin if auth.uid() is null then return null; end if; "
        "if not public.is_admin(auth.uid()) then raise exception 'no'; end if;"))  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "body", "told"),
    [
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = wanted", True),
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = 'MAIL_KEY'", True),
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = 'TEST_MODE'", False),
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = 'project_url'", False),
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = 'anon_key'", False),
        ("text", "select decrypted_secret from vault.decrypted_secrets where name = 'webhook_url'", True),
        ("void", "select decrypted_secret from vault.decrypted_secrets where name = wanted", False),
    ],
)  # fmt: skip
def test_a_secret_of_the_vault_that_is_the_answer(answer: str, body: str, told: bool) -> None:
    assert bool(reasons(HEAD.format("wanted text", answer, "sql", body))) is told


@pytest.mark.parametrize(
    ("back", "told"),
    [("found", True), ("length(found) > 0", False), ("(found = sent)::text", False)],
)
def test_a_secret_that_is_kept_is_told_only_where_it_is_returned(back: str, told: bool) -> None:
    keeps = (
        "declare found text; begin select decrypted_secret into found from vault.decrypted_secrets"
        f" where name = 'MAIL_KEY'; return {back}; end"
    )
    assert bool(reasons(HEAD.format("", "text", "plpgsql", keeps))) is told


def test_a_function_is_the_same_however_its_types_are_spelled() -> None:
    made = HEAD.format(
        "queue text, n int", "boolean", "plpgsql", "begin return pgmq.delete(queue, n); end"
    )
    again = made.replace("create", "create or replace").replace("n int", "n integer")
    closed = "revoke all on function public.reach(text, int) from public, anon, authenticated;"
    proof = read(made, closed, again)
    assert [f.qualified for f in proof.schema.functions.values()] == ["public.reach(text, integer)"]
    assert not proof.attempts
