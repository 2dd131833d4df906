"""Budgets: no number of calls at the same time spends more, and nothing that was spent is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from provider import Script, chat, chat_script, provider, says, sse
from running import ask_at_once, running
from test_gateway_hostile import STREAM, raw, settled

from shipworthy.gateway.accounts import LEDGER, Account
from shipworthy.gateway.dialects import DIALECTS
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.policy import Provider
from shipworthy.gateway.prices import NANO, cost_of, table
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.store.sqlite import SqliteStore
from waiting import SECONDS

OPENAI = Provider(url="https://api.openai.com/v1")


NOON = 1_763_726_400.0  # of a day that does not end while a test runs


def opened(file: Path, clock: Callable[[], float] = lambda: NOON) -> Ledger:
    return Ledger(SqliteStore(file, LEDGER), clock)


def priced(url: str, budget: str, feature: str = "", output_tokens: int = 3) -> str:
    """A model of 1,000 dollars per million tokens each way, so a thousandth of a dollar for a token."""
    return f"""
providers:
  fake: {{url: "{url}"}}
models:
  m: {{provider: fake, price: {{input: 1000, output: 1000}}, output_tokens: {output_tokens}}}
prototypes:
  app:
    budget: {budget}
    features:
      chat: {{{feature}}}
server: {{calls: 2000}}
"""


def test_a_thousand_parallel_calls_spend_no_more_than_the_limit(tmp_path: Path) -> None:
    # Each call costs 10 tokens = 0.01 dollars: a limit of 2 dollars lets exactly 200 through at most.
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, priced(fake.url, "{day: 2}")) as gateway,
    ):
        statuses = asyncio.run(ask_at_once(gateway.url, gateway.key, 1000))
        spent, reserved = settled(gateway)["prototype:app"]
    answered = statuses.count(200)
    assert set(statuses) == {200, 429}
    assert answered == len(fake.asked)
    assert spent == answered * NANO // 100
    assert spent <= 2 * NANO
    assert reserved == 0
    assert answered > 20, "what is settled makes room again"


_PROCESS = """
import asyncio, sys
from pathlib import Path
from shipworthy.gateway.accounts import LEDGER, Account
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.store.sqlite import SqliteStore

async def main():
    ledger = Ledger(SqliteStore(Path(sys.argv[1]), LEDGER), lambda: float(sys.argv[2]))
    accounts = [Account("prototype:app", 100, 100), Account("key:a", 1000, 1000)]
    done = 0
    for _ in range(200):
        try:
            made = await ledger.reserve(accounts, 1, 60)
        except Problem as problem:
            assert problem.code == "budget_exceeded", problem.code
            break
        ledger.settle(made, 1)
        done += 1
    ledger.close()
    print(done)

asyncio.run(main())
"""


def test_four_processes_share_one_limit_exactly(tmp_path: Path) -> None:
    file = tmp_path / "state" / "ledger.sqlite"
    opened(file).close()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, str(file), str(NOON)], stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    done = [int(process.communicate(timeout=SECONDS)[0]) for process in started]
    assert sum(done) == 100
    ledger = opened(file)
    assert ledger.spent(ledger.today()) == {"prototype:app": (100, 0), "key:a": (100, 0)}
    ledger.close()


@pytest.mark.parametrize(
    ("budget", "feature", "headers", "again"),
    [
        ("{day: 0.05}", "", {}, {"x-shipworthy-feature": "chat"}),
        ("{per_key: 0.05}", "", {}, {"x-shipworthy-feature": "chat"}),
        ("{per_user: 0.05}", "", {"x-shipworthy-user": "ann"}, {"x-shipworthy-user": "ann"}),
        (
            "{}",
            "budget: {day: 0.05}",
            {"x-shipworthy-feature": "chat"},
            {"x-shipworthy-feature": "chat"},
        ),
    ],
    ids=["day", "key", "user", "feature"],
)
def test_each_budget_stops_what_it_is_about(
    tmp_path: Path, budget: str, feature: str, headers: dict[str, str], again: dict[str, str]
) -> None:
    policy = "URL"
    with provider(chat_script()) as fake:
        policy = priced(fake.url, budget, feature)
        with running(tmp_path, policy) as gateway:
            assert gateway.chat(headers=headers).status == 429, "it could cost more than is left"
            assert gateway.chat(headers=again).status == 429
    assert not fake.asked


def test_other_users_keep_theirs(tmp_path: Path) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, priced(fake.url, "{per_user: 0.12}")) as gateway,
    ):
        ann = [gateway.chat(user="ann").status for _ in range(10)]
        bob = gateway.chat(user="bob").status
        spent = settled(gateway)
    assert ann[0] == 200
    assert ann[-1] == 429
    assert bob == 200
    assert spent["user:app/bob"][0] == NANO // 100


def test_a_soft_limit_warns_before_the_hard_one_stops(tmp_path: Path) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, priced(fake.url, "{day: 1, soft: 0.2}")) as gateway,
    ):
        notes = [gateway.chat().headers.get("x-shipworthy-notes", "") for _ in range(20)]
    assert notes[0] == ""
    assert notes[-1] == "soft budget: prototype"


def test_what_a_dead_process_had_set_aside_counts_as_spent(tmp_path: Path) -> None:
    now = [1_000_000.0]
    file = tmp_path / "ledger.sqlite"
    first = opened(file, lambda: now[0])
    account = Account("prototype:app", 100, 100)
    asyncio.run(first.reserve([account], 60, seconds=30))
    first._store.close()
    second = opened(file, lambda: now[0])
    assert second.spent(second.today()) == {"prototype:app": (0, 60)}
    with pytest.raises(Problem):
        asyncio.run(second.reserve([account], 60, seconds=30))
    now[0] += 31
    second.sweep()
    assert second.spent(second.today()) == {"prototype:app": (60, 0)}
    second.close()


def test_a_full_disk_loses_no_settlement(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "ledger.sqlite")
    account = Account("prototype:app", 10**9, 10**9)
    made = asyncio.run(ledger.reserve([account], 50, 60))
    ledger._store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = ledger._store._connection.execute("PRAGMA page_count").fetchone()[0]
    ledger._store._connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Problem) as caught:
        asyncio.run(_fill(ledger))
    assert (caught.value.kind, caught.value.code) == (Kind.STORE, "store_unavailable")
    ledger.settle(made, 20)
    for at in range(500):
        ledger.spend(f"feature:{at}" + "x" * 90, 1)
    assert not ledger.flush()
    ledger._store._connection.execute("PRAGMA max_page_count=100000")
    assert ledger.flush()
    assert ledger.spent(ledger.today())["prototype:app"] == (20, 0)
    ledger.close()


async def _fill(ledger: Ledger) -> None:
    for at in range(500):
        await ledger.reserve([Account(f"user:{at}" + "x" * 90, 10, 10)], 1, 60)


def test_what_is_written_twice_counts_once(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "ledger.sqlite")
    ledger.settle(asyncio.run(ledger.reserve([Account("prototype:app", 100, 100)], 50, 60)), 20)
    ledger.spend("feature:app/chat", 7)
    assert ledger.flush()
    assert ledger.flush()
    assert ledger.spent(ledger.today()) == {"feature:app/chat": (7, 0), "prototype:app": (20, 0)}
    ledger.close()


def test_a_new_day_begins_with_nothing_spent(tmp_path: Path) -> None:
    now = [1_763_700_000.0]
    ledger = opened(tmp_path / "ledger.sqlite", lambda: now[0])
    account = Account("prototype:app", 100, 100)
    ledger.settle(asyncio.run(ledger.reserve([account], 100, 60)), 100)
    with pytest.raises(Problem):
        asyncio.run(ledger.reserve([account], 1, 60))
    now[0] += 86_400
    asyncio.run(ledger.reserve([account], 100, 60))
    ledger.close()


def test_prices_are_dated_and_an_unknown_model_counts_as_the_dearest() -> None:
    known = cost_of("gpt-4o-mini-2024-07-18", OPENAI, None, None)
    unknown = cost_of("brand-new-model", OPENAI, None, None)
    assert table().date >= "2026-01-01"
    assert known.known
    assert not unknown.known
    assert all(unknown.input >= entry["input"] for entry in table().models.values())
    local = cost_of(
        "llama3.2", Provider(url="http://localhost:11434", dialect="ollama"), None, None
    )
    assert local.at_most(1000, 1, 1000) == 0


def test_a_reservation_is_beyond_what_the_call_can_cost(tmp_path: Path) -> None:
    """The provider uses up every token of output; each byte of input is a token."""
    text = "é" * 50
    used = {"prompt_tokens": 100, "completion_tokens": 3, "total_tokens": 103}
    with (
        provider(says(chat("ok", usage=used))) as fake,
        running(tmp_path, priced(fake.url, "{day: 1}")) as gateway,
    ):
        answered = [gateway.chat(text).status for _ in range(12)]
        spent, _ = settled(gateway)["prototype:app"]
    assert 429 in answered
    assert spent <= NANO


def test_the_store_holds_no_key_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    with (
        provider(chat_script()) as fake,
        running(tmp_path, priced(fake.url, "{day: 1}")) as gateway,
    ):
        gateway.chat()
        folder = tmp_path / "gateway"
        held = b"".join(f.read_bytes() for f in folder.iterdir() if f.is_file())
        assert gateway.key.encode() not in held
        assert folder.stat().st_mode & 0o077 == 0
        assert all(f.stat().st_mode & 0o077 == 0 for f in folder.iterdir() if f.suffix == ".sqlite")
        sockets = [f for f in folder.iterdir() if f.is_socket()]
        assert [s.stat().st_mode & 0o077 for s in sockets] == [0]


def _spends(
    tmp_path: Path, said: dict[str, Any] | bytes, asked: dict[str, Any], path: str, dialect: str
) -> float:
    """Dollars that a call costs for which the provider says this, at a thousandth for each token."""
    answer = says(said) if isinstance(said, dict) else broken_off(said)
    with provider(answer) as fake:
        policy = priced(fake.url, "{day: 5000}").replace(
            f'"{fake.url}"', f'"{fake.url}", dialect: {dialect}'
        )
        with running(tmp_path, policy) as gateway:
            gateway.post(path, {"model": "m", **asked})
            spent, reserved = settled(gateway)["prototype:app"]
    assert reserved == 0
    return spent / NANO


def broken_off(said: bytes) -> Script:
    """A stream that ends with the connection, before its time."""
    return raw(STREAM, said)


def test_words_that_came_count_whatever_was_stated_before_them(tmp_path: Path) -> None:
    used = {"input_tokens": 10, "output_tokens": 1}
    begins = {"type": "message_start", "message": {"type": "message", "usage": used}}
    delta = {"type": "text_delta", "text": "word " * 800}
    words = {"type": "content_block_delta", "index": 0, "delta": delta}
    asked = {"messages": [], "max_tokens": 5_000, "stream": True}
    spent = _spends(tmp_path, sse([begins, words], False), asked, "/v1/messages", "anthropic")
    assert spent == pytest.approx((10 + 1_001) / 1_000)


def test_input_of_which_nothing_is_said_is_estimated(tmp_path: Path) -> None:
    said = chat("ok", usage={"prompt_tokens": 0, "completion_tokens": 3})
    asked = {"messages": [{"role": "user", "content": "word " * 800}]}
    assert 1 < _spends(tmp_path, said, asked, "/v1/chat/completions", "openai") < 1.1


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"previous_response_id": "resp_1"},
        {"tools": [{"type": "web_search"}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    ],
    ids=["a conversation", "a search", "a file"],
)
def test_what_a_request_does_not_hold_is_believed(
    tmp_path: Path, elsewhere: dict[str, Any]
) -> None:
    said = {"output": [], "usage": {"input_tokens": 50_000, "output_tokens": 3}}
    asked = {"input": "go on", **elsewhere}
    assert _spends(tmp_path, said, asked, "/v1/responses", "openai") == pytest.approx(50.003)
    said["usage"] = {"input_tokens": 10**12, "output_tokens": 3}
    assert _spends(tmp_path, said, asked, "/v1/responses", "openai") < 60


def test_a_second_question_is_reserved_with_all_that_it_holds(tmp_path: Path) -> None:
    # The first answer costs 4 tokens; the second question would hold it and the schema.
    policy = priced("URL", "{day: 0.5}", "contract: {type: object}")
    with (
        provider(
            says(chat("word " * 100, usage={"prompt_tokens": 1, "completion_tokens": 3}))
        ) as fake,
        running(tmp_path, policy.replace("URL", fake.url)) as gateway,
    ):
        answered = gateway.chat(headers={"x-shipworthy-feature": "chat"})
    assert answered.json["error"]["code"] == "budget_exceeded"
    assert len(fake.asked) == 1


def test_of_two_limits_of_an_answer_the_larger_counts() -> None:
    chat_dialect = DIALECTS["openai-chat"]
    body = {"max_completion_tokens": 10, "max_tokens": 100_000}
    assert chat_dialect.output_limit(body) == 100_000
    chat_dialect.limit_output(body, 50)
    assert body == {"max_completion_tokens": 50, "max_tokens": 50}
