"""Replicas with a real PostgreSQL between them: one limit, one switch, and no call where it is gone."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from provider import Provider, chat, provider, says
from running import Running, ask_at_once, running
from wire import Wire, wire

from shipworthy.database.engine import Database, Server
from shipworthy.database.proof import Era
from shipworthy.errors import MissingExtra, ShipworthyError
from shipworthy.gateway.accounts import LEDGER, Account
from shipworthy.gateway.control import CONTROL, Control
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.policy import ServerOptions
from shipworthy.gateway.policy_file import BrokenPolicy, read_policy
from shipworthy.gateway.prices import NANO
from shipworthy.gateway.problem import Problem
from shipworthy.gateway.store import BrokenStore, Part, open_store
from shipworthy.gateway.store.postgresql import SCHEMA, PostgresStore
from shipworthy.gateway.store.runs import Runs
from waiting import SECONDS, until

VARIABLE = "GATEWAY_STORE"
POLICY = """
providers:
  fake: {{url: "{url}"}}
models:
  m: {{provider: fake, price: {{input: 1000, output: 1000}}, output_tokens: 3}}
prototypes:
  app:
    budget: {{day: {day}}}
server: {{calls: 2000, store: "env:GATEWAY_STORE"}}
"""


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    made = server.database(Era.STRICT)
    yield made
    made.drop()


@pytest.fixture
def address(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the environment names."""
    text = database.address("postgres")
    with psycopg.connect(text, autocommit=True) as line:
        line.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    monkeypatch.setenv(VARIABLE, text)
    return text


@pytest.fixture
def line(database: Database, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire to it, which the environment names instead."""
    here = Path(tempfile.mkdtemp(dir="/tmp"))
    with wire(here, Path(database.folder)) as made:
        monkeypatch.setenv(VARIABLE, address.replace(database.folder, str(here)))
        yield made
    shutil.rmtree(here)


@contextmanager
def machines(folder: Path, fake: Provider, day: float, number: int = 2) -> Iterator[list[str]]:
    """The addresses of gateways that share nothing but the database, each a process of its own."""
    with ExitStack() as stack:
        started = [stack.enter_context(_served(folder / str(n), fake, day)) for n in range(number)]
        ports = []
        for process in started:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert "Listening on" in said, said + process.stderr.read()
            ports.append(said.split("http://")[1].split(" ")[0])
        yield [f"http://{port}" for port in ports]


@contextmanager
def _served(folder: Path, fake: Provider, day: float) -> Iterator[subprocess.Popen[str]]:
    (folder / ".shipworthy").mkdir(parents=True)
    (folder / ".shipworthy" / "ai.yaml").write_text(POLICY.format(url=fake.url, day=day))
    command = [
        sys.executable,
        "-m",
        "shipworthy",
        "ai",
        "serve",
        "--in",
        str(folder),
        "--port",
        "0",
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            assert "Traceback" not in process.communicate(timeout=SECONDS)[1]


def control() -> Control:
    return Control(open_store(CONTROL, Path(), ServerOptions(store=f"env:{VARIABLE}")))


def ledger() -> Ledger:
    return Ledger(open_store(LEDGER, Path(), ServerOptions(store=f"env:{VARIABLE}")))


def settled() -> dict[str, tuple[int, int]]:
    """The accounts, once everything is settled."""
    store = ledger()
    try:

        def nothing_is_set_aside() -> bool:
            return not any(held for _, held in store.spent(store.today()).values())

        until(nothing_is_set_aside)
        return store.spent(store.today())
    finally:
        store.close()


@pytest.mark.usefixtures("address")
def test_a_thousand_parallel_calls_at_two_replicas_spend_no_more_than_the_limit(
    tmp_path: Path,
) -> None:
    # Each call costs 10 tokens = 0.01 dollars.
    keys = control()
    _, key = keys.add_key("app", "", "test")
    keys.close()

    async def everywhere(urls: list[str]) -> list[list[int]]:
        return await asyncio.gather(*(ask_at_once(url, key, 500) for url in urls))

    with provider(says(chat("ok"))) as fake, machines(tmp_path, fake, 2) as urls:
        statuses = asyncio.run(everywhere(urls))
        spent, reserved = settled()["prototype:app"]
    answered = sum(each.count(200) for each in statuses)
    assert {status for each in statuses for status in each} == {200, 429}
    assert answered == len(fake.asked)
    assert (spent, reserved) == (answered * NANO // 100, 0)
    assert spent <= 2 * NANO
    assert answered > 20, "what is settled makes room again"


@pytest.mark.usefixtures("address")
def test_of_all_replicas_that_want_the_last_of_a_budget_one_gets_it() -> None:
    rounds, replicas = 30, 4
    together = threading.Barrier(replicas)
    won: list[int] = []

    async def take() -> None:
        store = ledger()
        for turn in range(rounds):
            together.wait(SECONDS)
            with suppress(Problem):
                await store.reserve([Account("prototype:app", turn + 1, 99)], 1, 60)
                won.append(turn)
        store.close()

    threads = [threading.Thread(target=lambda: asyncio.run(take())) for _ in range(replicas)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(rounds))


@pytest.mark.usefixtures("address")
def test_a_flip_and_a_key_count_at_every_replica_from_the_next_request_on(tmp_path: Path) -> None:
    hand = control()

    def ask(urls: list[str], key: str) -> list[int]:
        return [asyncio.run(ask_at_once(url, key, 1))[0] for url in urls]

    with provider(says(chat("ok"))) as fake, machines(tmp_path, fake, 1000) as urls:
        made, key = hand.add_key("app", "", "later")
        seen = [ask(urls, key)]
        for _ in range(5):
            hand.switch_off("app", "anna", "it lies")
            seen.append(ask(urls, key))
            hand.switch_on("app")
            seen.append(ask(urls, key))
        hand.revoke_key(made.id)
        seen.append(ask(urls, key))
    hand.close()
    assert seen == [[200, 200], *[[503, 503], [200, 200]] * 5, [401, 401]]


def code(gateway: Running) -> tuple[int, str]:
    answered = gateway.chat()
    return answered.status, answered.json.get("error", {}).get("code", "")


def test_without_its_store_a_gateway_asks_no_model_and_loses_no_budget(
    tmp_path: Path, line: Wire
) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, POLICY.format(url=fake.url, day=1)) as gateway,
    ):
        assert code(gateway) == (200, "")
        line.cut()  # at once: what the call has cost is not settled yet
        gone = [code(gateway) for _ in range(3)]
        asked = len(fake.asked)
        line.mend()
        assert code(gateway) == (200, "")
        spent, reserved = settled()["prototype:app"]
    assert gone == [(503, "store_unavailable")] * 3
    assert asked == 1
    assert (spent, reserved) == (2 * NANO // 100, 0)


def test_a_database_that_says_nothing_makes_no_call_wait_for_long(
    tmp_path: Path, line: Wire
) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, POLICY.format(url=fake.url, day=1)) as gateway,
    ):
        assert code(gateway) == (200, "")
        line.hold()
        assert code(gateway) == (503, "store_unavailable")
        line.mend()
        until(lambda: code(gateway) == (200, ""))


@pytest.mark.usefixtures("address")
def test_a_connection_that_ended_unseen_fails_no_call(tmp_path: Path, address: str) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, POLICY.format(url=fake.url, day=1)) as gateway,
    ):
        assert code(gateway) == (200, "")
        with psycopg.connect(address, autocommit=True) as line:
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'shipworthy gateway'"
            )
        assert code(gateway) == (200, "")


@pytest.mark.usefixtures("address")
def test_rows_that_somebody_locks_are_waited_for_and_then_said(
    tmp_path: Path, address: str
) -> None:
    with (
        provider(says(chat("ok"))) as fake,
        running(tmp_path, POLICY.format(url=fake.url, day=1)) as gateway,
    ):
        assert code(gateway) == (200, "")
        settled()
        with psycopg.connect(address) as line:
            line.execute("SELECT 1 FROM shipworthy_gateway.accounts FOR UPDATE")
            assert code(gateway) == (503, "store_locked")
        assert code(gateway) == (200, "")
    assert len(fake.asked) == 2


@pytest.mark.usefixtures("address")
def test_what_a_dead_replica_had_set_aside_counts_as_spent() -> None:
    now = [1_000_000.0]
    options = ServerOptions(store=f"env:{VARIABLE}")
    first, second = (
        Ledger(open_store(LEDGER, Path(), options), clock=lambda: now[0]) for _ in range(2)
    )
    account = Account("prototype:app", 100, 100)
    asyncio.run(first.reserve([account], 60, seconds=30))
    first._store.close()
    now[0] += 31
    second.sweep()
    assert second.spent(second.today()) == {"prototype:app": (60, 0)}
    second.close()


@pytest.mark.usefixtures("address")
def test_replicas_that_start_together_make_one_schema() -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            control().close()
            ledger().close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_schema_of_a_newer_version_is_left_alone(address: str) -> None:
    part = Part("example", ("CREATE TABLE example (id {integer})",))
    newer = Part("example", (*part.steps, "ALTER TABLE example ADD COLUMN more {integer}"))
    for each in (part, newer):
        PostgresStore(address, each).close()
    with pytest.raises(BrokenStore, match="newer version"):
        PostgresStore(address, part)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://gateway:s3cret@127.0.0.1:1/x",
        "postgresql://gateway:s3cret@127.0.0.1:s3cret/x",
        "host=127.0.0.1 port=1 password=s3cret colour=red",
        "postgresql://gateway:s3cret@db.invalid/x",
    ],
)
def test_no_error_says_the_password(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(BrokenStore) as caught:
        control()
    assert "s3cret" not in str(caught.value)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(ShipworthyError, match=f"variable {VARIABLE} is not set"):
        control()


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://gateway@127.0.0.1:1/x")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"shipworthy\[gateway-postgresql\]"):
        control()


@pytest.mark.parametrize("store", ["postgresql", "postgresql://a:b@c/d", "env:", "env:A-B"])
def test_a_policy_holds_no_address_of_a_store(tmp_path: Path, store: str) -> None:
    file = tmp_path / "ai.yaml"
    file.write_text(
        POLICY.format(url="http://127.0.0.1:1", day=1).replace("env:GATEWAY_STORE", store)
    )
    with pytest.raises(BrokenPolicy, match="env:NAME"):
        read_policy(file)


def test_who_asks_while_the_store_is_looked_at_gets_the_next_look() -> None:
    """Else a flip between the look and the question would not count for it."""
    looked: list[int] = []
    go, began = threading.Event(), threading.Event()
    value = 0

    def look() -> None:
        looked.append(value)
        began.set()
        go.wait(SECONDS)

    async def play() -> int:
        nonlocal value
        runs = Runs("test", lambda: None)
        first = asyncio.create_task(runs.soon(look))
        await asyncio.to_thread(began.wait, SECONDS)
        value = 1
        later = [asyncio.create_task(runs.soon(look)) for _ in range(20)]
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, *later)
        runs.close()
        return looked[-1]

    assert asyncio.run(play()) == 1
    assert len(looked) == 2, "the twenty share one look"
