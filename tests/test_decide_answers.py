"""Answers: strict, named when they contradict, never guessed, and kept as a person gave them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from made_assessments import assessed, gap, written
from shipworthy.decide import Decision, decide
from shipworthy.decide.path import Path as Way
from shipworthy.decide.tier import Tier
from shipworthy.decide.verdict import Overall
from shipworthy.errors import ShipworthyError
from shipworthy.intent.answers import Aim, Answers, Explained, Regulated
from shipworthy.intent.decide import read_answer, table_text
from shipworthy.intent.file import BrokenIntent, read_answers, read_intent
from test_decide import HEALTHY

EVERYTHING = Answers(
    aims=(Aim.OWNERSHIP,),
    users=5_000,
    live=True,
    deadline=date(2100, 1, 1),
    team=2.0,
    explained=Explained('Ada "the boss"', date(2026, 1, 2), "docs/walk.md"),
    regulated=(),
    prototypes=1,
    budget=50_000.0,
    prototype_cost=9_000.0,
    day_rate=800.0,
    currency="EUR",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("notes"), HEALTHY)


def decided(folder: Path, answers: Answers) -> Decision:
    return decide(assessed(folder), answers)


def test_the_table_holds_what_was_answered(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(table_text(EVERYTHING), encoding="utf-8")
    assert read_answers(file) == EVERYTHING


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("user = 5", "user"),
        ('aims = ["fame"]', "'fame' is none of time-to-market, ownership"),
        ('regulated = ["fame"]', "'fame' is none of health, finance"),
        ("bugdet = 5", "bugdet.*there are aims, users"),
        ('live = "yes"', "true or false.*live"),
        ("users = -1", "users"),
        ('currency = "euro"', "currency"),
        ("explained = true", "explained"),
        ('explained = { by = "" , on = 2026-01-01 }', "by"),
        ("deadline = 2026-13-01", "deadline"),
        ('aims = ["ownership", "ownership"]', "aims says ownership twice"),
        ("budget = nan", "budget"),
        ("day_rate = inf", "day_rate"),
        ("prototype_cost = 1e300", "prototype_cost"),
        ("team = 1e-320", "team is below 0.05"),
        ("users = 99999999999999999999", "users"),
    ],
)
def test_what_means_nothing_is_an_error_that_names_it(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "shipworthy.toml"
    file.write_text(f"[decide]\n{line}\n", encoding="utf-8")
    with pytest.raises(BrokenIntent, match=says if says != "deadline" else "shipworthy.toml"):
        read_intent(tmp_path)


def test_a_file_of_answers_holds_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("[decide]\nusers = 1\n[gate]\n", encoding="utf-8")
    with pytest.raises(BrokenIntent, match="gate"):
        read_answers(file)
    with pytest.raises(BrokenIntent, match="not there"):
        read_answers(tmp_path / "missing.toml")


def test_typed_answers_are_read_as_a_person_writes_them() -> None:
    assert read_answer("aims", "ownership, Time-To-Market").aims == (
        Aim.OWNERSHIP,
        Aim.TIME_TO_MARKET,
    )
    assert read_answer("regulated", "none").regulated == ()
    assert read_answer("live", "yes").live is True
    assert read_answer("users", "12000").users == 12_000
    assert read_answer("explained", "nobody").explained == Explained("")
    with pytest.raises(ShipworthyError, match="users"):
        read_answer("users", "many")


@pytest.mark.parametrize(
    ("name", "said"),
    [("users", "1,000"), ("day_rate", "inf"), ("live", "ja"), ("currency", "euro")],
)
def test_what_was_typed_and_means_nothing_is_said_again(name: str, said: str) -> None:
    with pytest.raises(ShipworthyError, match="is no answer") as error:
        read_answer(name, said)
    assert "null" not in str(error.value)


def test_a_team_of_nobody_is_no_silence(folder: Path) -> None:
    assumed = " ".join(decided(folder, Answers(team=0.0)).estimate.assumptions)
    assert "nobody works on it today" in assumed
    assert "nobody said how many" not in assumed


def test_answers_of_a_file_go_over_those_of_the_prototype() -> None:
    assert Answers(users=1).over(Answers(users=2, team=3.0)) == Answers(users=1, team=3.0)


def test_contradictions_are_named_and_count_as_not_given(folder: Path) -> None:
    said = Answers(aims=(Aim.REGULATED_DATA,), regulated=(), deadline=date(2001, 1, 1))
    decision = decided(folder, said)
    assert len(decision.contradictions) == 2
    assert any("2001-01-01 has passed" in text for text in decision.contradictions)
    assert {"aims", "regulated", "deadline"} <= {q.name for q in decision.unanswered}
    assert decision.path.lead is not Way.DATA_PLANE
    assert decision.answers == said  # what was said stays on record
    assert decision.confidence < decided(folder, Answers()).confidence


def test_an_answer_that_the_code_denies_is_set_aside(folder: Path) -> None:
    found = assessed(folder, [gap("special-category-data", "public.patients")])
    decision = decide(found, Answers(regulated=()))
    assert "special-category-data was found" in decision.contradictions[0]


def test_a_walk_through_of_tomorrow_is_no_proof(folder: Path) -> None:
    said = Explained("Ada", date(2100, 1, 1), "docs/walk.md")
    decision = decided(folder, Answers(explained=said))
    assert "2100-01-01" in decision.contradictions[0]
    assert "explained" in {signal.name for signal in decision.unknown}


def test_more_answers_raise_the_confidence(folder: Path) -> None:
    assert decided(folder, EVERYTHING).confidence > decided(folder, Answers()).confidence


@pytest.mark.parametrize(
    ("aim", "way"),
    [
        (Aim.TIME_TO_MARKET, Way.SIDECAR),
        (Aim.OWNERSHIP, Way.HEXAGONAL),
        (Aim.REGULATED_DATA, Way.DATA_PLANE),
    ],
)
def test_the_aim_chooses_the_path(folder: Path, aim: Aim, way: Way) -> None:
    assert decided(folder, Answers(aims=(aim,))).path.lead is way


def test_health_data_brings_the_data_plane_and_its_assessment(folder: Path) -> None:
    decision = decided(folder, Answers(regulated=(Regulated.HEALTH,)))
    assert Way.DATA_PLANE in decision.path.sequence
    assert "impact-assessment" in {task.id for task in decision.plan.tasks}


def test_users_choose_the_tier(folder: Path) -> None:
    wanted = {9_999: Tier.MONOLITH, 100_000: Tier.SELECTIVE, 100_001: Tier.DISTRIBUTED}
    for users, tier in wanted.items():
        assert decided(folder, Answers(users=users)).tier.tier is tier


def test_kubernetes_before_the_first_thousand_users_is_too_early(tmp_path: Path) -> None:
    files = {**HEALTHY, "k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\n"}
    small = decided(written(tmp_path, files), Answers(users=200))
    assert any("k8s/app.yaml" in text for text in small.tier.premature)
    assert not decided(tmp_path, Answers(users=5_000)).tier.premature


TOO_LARGE = {
    "a message broker": {
        "docker-compose.yml": "services:\n  events:\n    image: bitnami/kafka:3.7\n"
    },
    "a message broker by import": {
        "src/events.ts": "import { Kafka } from 'kafkajs';\nexport const k = new Kafka({});\n"
    },
    "a read replica": {
        "src/events.ts": "export const reader = process.env.DATABASE_REPLICA_URL;\n"
    },
    "a read replica by Terraform": {
        "infra/db.tf": 'resource "aws_db_instance" "r" {\n  replicate_source_db = "main"\n}\n'
    },
    "a database in shards": {
        "supabase/migrations/9_z.sql": "select create_distributed_table('notes', 'owner');\n"
    },
    "a cluster of Redis servers": {
        "src/events.ts": "import Redis from 'ioredis';\nexport const r = new Redis.Cluster([]);\n"
    },
    "Kubernetes": {"infra/main.tf": 'resource "aws_eks_cluster" "main" {\n  name = "shop"\n}\n'},
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_built_for_a_crowd_is_named_while_there_is_none(tmp_path: Path, name: str) -> None:
    entry = {"src/index.ts": HEALTHY["src/index.ts"] + "import './events';\n"}
    decision = decided(
        written(tmp_path, {**HEALTHY, **entry, **TOO_LARGE[name]}), Answers(users=900)
    )
    (said,) = decision.tier.premature
    assert f"shows {name.partition(' by ')[0]}" in said
    assert not decided(tmp_path, Answers(users=200_000)).tier.premature


def test_what_an_application_of_any_size_has_is_not_too_early(tmp_path: Path) -> None:
    usual = {
        "docker-compose.yml": "services:\n  # image: rabbitmq\n  db:\n    image: postgres:16\n"
        "  cache:\n    image: redis:7\n",
        "src/events.ts": "import { Queue } from 'bullmq';\nimport Redis from 'ioredis';\n"
        "export const jobs = new Queue('mail', { connection: new Redis() });\n",
        "supabase/migrations/9_z.sql": "-- select create_distributed_table('notes', 'owner');\n",
    }
    entry = {"src/index.ts": HEALTHY["src/index.ts"] + "import './events';\n"}
    found = decided(written(tmp_path, {**HEALTHY, **entry, **usual}), Answers(users=50))
    assert found.tier.premature == ()


def test_three_servers_for_fifty_users_are_too_early(tmp_path: Path) -> None:
    server = (
        "import express from 'express';\nconst app = express();\n"
        "app.get('/x', (req, res) => res.json({}));\napp.listen(3000);\n"
    )
    files = {
        f"services/{name}/{file}": text
        for name in ("orders", "users", "mail")
        for file, text in {
            "package.json": '{"scripts": {"start": "node index.js"}, "dependencies": {"express": "4"}}',
            "index.js": server,
        }.items()
    }
    small = decided(written(tmp_path, files), Answers(users=50)).tier.premature
    assert "3 servers of its own (services/mail, services/orders, services/users)" in small[0]
    assert not decided(tmp_path, Answers(users=5_000)).tier.premature


def test_what_nobody_needs_and_nobody_can_explain_is_not_hardened_yet(folder: Path) -> None:
    said = Answers(aims=(Aim.UNCERTAIN_DEMAND,), live=False, explained=Explained(""))
    decision = decided(folder, said)
    assert decision.overall is Overall.NOT_YET
    assert not decision.plan.tasks
    assert "show it to users first" in decision.why
    assert decided(folder, replace(said, live=True)).overall is Overall.HARDEN


def test_money_needs_a_day_rate(folder: Path) -> None:
    assert decided(folder, Answers()).estimate.money is None
    estimate = decided(folder, Answers(day_rate=800.0, currency="EUR")).estimate
    assert estimate.money is not None
    assert estimate.money.p50 == pytest.approx(estimate.hours.p50 * 100, abs=150)


def test_a_budget_below_the_median_and_a_short_deadline_are_named(folder: Path) -> None:
    today = assessed(folder).prototype.settings.today
    said = Answers(day_rate=800.0, budget=10.0, team=1.0, deadline=today)
    warnings = decided(folder, said).estimate.warnings
    assert any("budget" in text for text in warnings)
    assert any("deadline" in text for text in warnings)


def test_two_people_take_half_the_weeks_of_one(folder: Path) -> None:
    one, two = (decided(folder, Answers(team=n)).estimate for n in (1.0, 2.0))
    assert two.weeks.p50 == pytest.approx(one.weeks.p50 / 2, abs=0.1)
    assert one.hours == two.hours
