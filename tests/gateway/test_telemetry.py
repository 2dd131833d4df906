"""What is known about calls afterwards, and what is not."""

from __future__ import annotations

import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from policies import one_model
from provider import chat, provider, says
from running import running

from shipworthy.gateway.accounts import LEDGER
from shipworthy.gateway.assembly import NoCollector, hooks_for
from shipworthy.gateway.call import Outcome, Record, Usage
from shipworthy.gateway.ledger import Ledger
from shipworthy.gateway.policy import Policy, TelemetryOptions
from shipworthy.gateway.policy_file import read_policy
from shipworthy.gateway.store.sqlite import SqliteStore
from shipworthy.gateway.telemetry import Journal, MetricsPage, SpanWriter
from shipworthy.gateway.telemetry.spans import to_collector, to_file
from waiting import SECONDS


def _record(id: str = "c1", **values: object) -> Record:
    record = Record(id, "app", "chat", "k1", "anna", "openai-chat", "m", False, 1_000_000.0)
    record.model, record.provider, record.outcome = "m", "fake", Outcome.ANSWERED
    record.seconds, record.first_token, record.cost = 0.5, 0.1, 2_500_000
    record.usage, record.redacted = Usage(10, 5), {"EMAIL": 2}
    record.request_texts, record.answer_texts = ("I am [EMAIL_1]",), ("hello [EMAIL_1]",)
    for name, value in values.items():
        setattr(record, name, value)
    return record


def test_metrics_count_calls_tokens_money_and_ends() -> None:
    page = MetricsPage({("app", "chat", "a key"): 3})
    for seconds in range(1, 101):
        page.finished(_record(seconds=seconds / 100))
    page.finished(_record(outcome=Outcome.FALLBACK, model="spare"))
    page.finished(_record(outcome=Outcome.REFUSED, model="", error="budget_spent", cost=0))
    text = page.render().decode()
    use = 'prototype="app",feature="chat",model="m"'
    assert f'shipworthy_ai_calls_total{{{use},outcome="answered",error=""}} 100' in text
    assert 'model="spare",outcome="fallback",error=""} 1' in text
    assert 'model="none",outcome="refused",error="budget_spent"} 1' in text
    assert f'shipworthy_ai_latest_seconds{{{use},quantile="0.95"}} 0.96' in text
    assert f'gen_ai_client_token_usage_total{{{use},gen_ai_token_type="input"}} 1000' in text
    assert f"shipworthy_ai_cost_dollars_total{{{use}}} 0.25" in text
    assert f'gen_ai_client_operation_duration_seconds_bucket{{{use},le="0.64"}} 64' in text
    assert 'what="a key"} 3' in text


def test_metrics_escape_labels_and_stay_bounded() -> None:
    page = MetricsPage()
    for number in range(2_100):
        page.finished(_record(model=f'm"\n{number}'))
    lines = page.render().decode().splitlines()
    assert any(r'model="m\"\n0"' in line for line in lines)
    assert sum(line.startswith("shipworthy_ai_calls_total{") for line in lines) <= 2_001


def test_the_journal_forgets_a_user_down_to_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "state" / "journal.sqlite"
    journal = Journal(file, texts_days=1, clock=lambda: 1_000_000.0)
    journal.finished(_record("c1", request_texts=("the tulips of anna",)))
    journal.finished(_record("c2", user="bob"))
    journal.flush()  # the gateway keeps its journal open while the command line forgets
    command = Journal(file, texts_days=1, clock=lambda: 1_000_000.0)
    assert command.forget("anna") == (1, 1)
    assert command.forget("anna") == (0, 0)
    command.close()
    kept = sqlite3.connect(file)
    assert kept.execute("SELECT id, user, cost FROM calls ORDER BY id").fetchall() == [
        ("c1", "", 2_500_000),
        ("c2", "bob", 2_500_000),
    ]
    assert kept.execute("SELECT call FROM texts").fetchall() == [("c2",)]
    kept.close()
    for part in file.parent.iterdir():
        assert b"tulips" not in part.read_bytes()
        assert b"anna" not in part.read_bytes()
    journal.close()


def test_the_journal_keeps_texts_and_calls_as_long_as_it_is_told(tmp_path: Path) -> None:
    now = 1_000_000.0
    journal = Journal(tmp_path / "j.sqlite", calls_days=10, texts_days=1, clock=lambda: now)
    journal.finished(_record())
    journal.flush()
    now += 2 * 86_400
    journal.flush()
    read = sqlite3.connect(tmp_path / "j.sqlite")
    assert read.execute("SELECT count(*) FROM texts").fetchone() == (0,)
    assert read.execute("SELECT count(*) FROM calls").fetchone() == (1,)
    now += 10 * 86_400
    journal.flush()
    assert read.execute("SELECT count(*) FROM calls").fetchone() == (0,)
    journal.close()


def test_no_texts_are_kept_unless_the_policy_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite", clock=lambda: 1_000_000.0)
    assert not journal.wants_texts
    journal.finished(_record())
    journal.close()
    assert b"hello" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_what_a_user_has_spent_is_known_for_a_day_and_what_a_prototype_has_for_a_year(
    tmp_path: Path,
) -> None:
    day = 86_400.0
    now = 20_000 * day
    ledger = Ledger(SqliteStore(tmp_path / "ledger.sqlite", LEDGER), clock=lambda: now)
    for account in ("user:app/anna", "prototype:app"):
        ledger.spend(account, 7)
    ledger.flush()
    today = ledger.today()
    now += day
    ledger.sweep()
    assert set(ledger.spent(today)) == {"user:app/anna", "prototype:app"}
    now += day
    ledger.sweep()
    assert set(ledger.spent(today)) == {"prototype:app"}
    ledger.close()


def test_a_locked_journal_loses_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite", clock=lambda: 1_000_000.0)
    other = sqlite3.connect(tmp_path / "j.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    journal._connection.execute("PRAGMA busy_timeout=1")
    journal.finished(_record())
    journal.flush()
    other.execute("ROLLBACK")
    journal.flush()
    assert other.execute("SELECT count(*) FROM calls").fetchone() == (1,)
    journal.close()


def test_spans_carry_the_standard_attributes_and_no_text(tmp_path: Path) -> None:
    writer = SpanWriter(to_file(tmp_path / "spans.jsonl"))
    writer.finished(_record(outcome=Outcome.FAILED, error="provider_down"))
    writer.close()
    line = (tmp_path / "spans.jsonl").read_text()
    span = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    attributes = {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}
    assert span["name"] == "chat m"
    assert span["status"] == {"code": 2, "message": "provider_down"}
    assert int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) == 500_000_000
    assert attributes["gen_ai.usage.input_tokens"] == "10"
    assert attributes["gen_ai.provider.name"] == "fake"
    assert attributes["shipworthy.cost.dollars"] == 0.0025
    assert "anna" not in line
    assert "hello" not in line


def test_spans_reach_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[tuple[str, str | None, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, self.headers["x-team"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=ships")
    writer = SpanWriter(to_collector(f"http://127.0.0.1:{server.server_port}"))
    writer.finished(_record())
    writer.close()
    thread.join(SECONDS)
    server.server_close()
    assert got[0][:2] == ("/v1/traces", "ships")
    assert b"gen_ai.request.model" in got[0][2]


def test_a_collector_without_an_address_is_an_error_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    policy = Policy(
        providers={}, models={}, prototypes={}, telemetry=TelemetryOptions(spans="collector")
    )
    with pytest.raises(NoCollector, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        hooks_for(policy, tmp_path)


def test_a_running_gateway_writes_down_what_the_provider_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_KEY", "provider-key-0123456789")
    more = "telemetry: {texts_days: 7, spans: file}\n"
    with (
        provider(says(chat("dear [EMAIL_1]"))) as fake,
        running(tmp_path, one_model(fake.url, more=more)) as gateway,
    ):
        gateway.chat("I am a@b.com", user="anna")
    policy = read_policy(tmp_path / "ai.yaml")
    state = tmp_path / policy.server.state
    read = sqlite3.connect(state / "journal.sqlite")
    outcome, user, more = read.execute("SELECT outcome, user, more FROM calls").fetchone()
    assert (outcome, user) == ("answered", "anna")
    assert json.loads(more)["redacted"] == {"EMAIL": 1}
    texts = read.execute("SELECT request, answer FROM texts").fetchone()
    assert texts == ('["I am [EMAIL_1]"]', '["dear [EMAIL_1]"]')
