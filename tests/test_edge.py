"""What held when the proxy was attacked answers the gaps that the proxy closes, and no other ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.documents import to_json
from shipworthy.finding import Finding, Outcome, Proof
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.prototype.edge.evidence import (
    FILE,
    POLICY,
    VALID_DAYS,
    SidecarEvidence,
    digest_of,
    policy_digest,
)
from shipworthy.prototype.edge.routes import Fit, GuardedRoute, fit, rules_of

SERVER = """import express from "express";
import cors from "cors";
import bcrypt from "bcrypt";
import OpenAI from "openai";
import { db } from "./db";
const app = express();
app.use(cors({ origin: (origin, done) => done(null, true), credentials: true }));
const openai = new OpenAI();
app.post("/api/ask", async (req, res) => {
  const answer = await openai.chat.completions.create({
    model: "gpt-4o", messages: [{ role: "user", content: req.body.question }] });
  res.json(answer);
});
app.delete("/api/orders/:id", async (req, res) => {
  await db.query("delete from orders where id = $1", [req.params.id]);
  res.json({ ok: true });
});
app.use(express.static("public"));
app.listen(3000);
"""
DATABASE = 'import { Pool } from "pg";\nexport const db = new Pool();\n'
PACKAGE = (
    '{"name": "shop", "dependencies": {"express": "4.19.2", "cors": "2.8.5", "pg": "8.11.0",'
    ' "bcrypt": "5.1.1", "openai": "4.50.0"}}'
)
FILES = {
    "package.json": PACKAGE,
    "server.ts": SERVER,
    "db.ts": DATABASE,
    "public/index.html": "<!doctype html><html><body>Hello</body></html>",
    POLICY: "host: localhost\n",
}
ORDERS, ASK = "/api/orders", "/api/ask"
CONTROLS = (
    "unauthenticated-endpoint",
    "missing-rate-limit",
    "cors-any-origin-credentials",
    "missing-security-headers",
)


def rule(path: str, need: str = "anyone", per_minute: float | None = 600) -> GuardedRoute:
    return GuardedRoute(path=path, exact=False, methods=(), need=need, per_minute=per_minute)


RULES = (rule(ORDERS, "role:admin"), rule(ASK, per_minute=10), rule("/"))


def attack(family: str, subject: str = "", verdict: Verdict = Verdict.HELD) -> Attack:
    return Attack(
        id=family, family=family, tries="", safe="", verdict=verdict, reason="", subject=subject
    )


ATTACKS = (
    attack("headers"),
    attack("framing"),
    attack("cors"),
    attack("anonymous", ORDERS),
    attack("roles", ORDERS),
    attack("rates", ASK),
)


def evidence_of(root: Path, prototype: Prototype) -> SidecarEvidence:
    return SidecarEvidence(
        schema="shipworthy.sidecar-evidence/1",
        made=datetime.now(UTC),
        source=digest_of(prototype.files.values()),
        commit="",
        policy=policy_digest(root),
        proxy="1.40.0",
        running=True,
        routes=RULES,
        attacks=ATTACKS,
    )


def asked(root: Path, files: dict[str, str] | None = None, **changed: object) -> dict[str, Finding]:
    """One finding of each control, with evidence that is changed like this."""
    prototype = prototype_of(root, files or FILES)
    evidence = evidence_of(root, prototype)
    for name, value in changed.items():
        setattr(evidence, name, value)
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    (root / FILE).write_text(to_json(evidence))
    return open_ones(prototype)


def open_ones(prototype: Prototype) -> dict[str, Finding]:
    """The findings that are gaps as long as nothing stands before the server."""
    found = assess(prototype, select(CONTROLS)).findings
    return {f.control: f for f in found if f.subject != "unread files" and not _is_kept(f)}


def _is_kept(finding: Finding) -> bool:
    return finding.subject.endswith(ASK) and finding.control == "unauthenticated-endpoint"


def test_without_evidence_all_four_are_open(tmp_path: Path) -> None:
    findings = open_ones(prototype_of(tmp_path, FILES))
    assert {c for c, f in findings.items() if f.outcome is Outcome.GAP} == set(CONTROLS)


def test_what_held_is_proven(tmp_path: Path) -> None:
    for finding in asked(tmp_path).values():
        assert (finding.outcome, finding.proof) == (Outcome.SATISFIED, Proof.PROVEN), finding
        assert finding.message.startswith("Behind the sidecar: ")
        assert "The code alone: " in finding.message


@pytest.mark.parametrize(
    ("control", "weak"),
    [
        ("missing-security-headers", attack("framing", verdict=Verdict.BROKEN)),
        ("missing-security-headers", attack("headers", verdict=Verdict.UNKNOWN)),
        ("cors-any-origin-credentials", attack("cors", verdict=Verdict.BROKEN)),
        ("unauthenticated-endpoint", attack("anonymous", ORDERS, Verdict.UNKNOWN)),
        ("unauthenticated-endpoint", attack("paths", ORDERS, Verdict.BROKEN)),
        ("missing-rate-limit", attack("rates", ASK, Verdict.BROKEN)),
    ],
)
def test_one_attack_that_went_through_leaves_the_gap_open(
    tmp_path: Path, control: str, weak: Attack
) -> None:
    found = asked(tmp_path, attacks=(*ATTACKS, weak))
    assert found[control].outcome is Outcome.GAP
    others = {f.outcome for c, f in found.items() if c != control}
    assert others == {Outcome.SATISFIED}


def test_what_was_not_attacked_stays_open(tmp_path: Path) -> None:
    found = asked(tmp_path, attacks=())
    assert {f.outcome for f in found.values()} == {Outcome.GAP}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"made": datetime.now(UTC) - timedelta(days=VALID_DAYS + 1)}, "it held until"),
        ({"made": datetime.now(UTC) + timedelta(days=9)}, "its date lies ahead"),
        ({"running": False}, "only a twin"),
        ({"policy": "0" * 64}, "policy.yaml was changed"),
        ({"source": "0" * 64}, "the source was changed"),
    ],
)
def test_evidence_that_no_longer_counts_is_said_and_ignored(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    for finding in asked(tmp_path, **changed).values():
        assert finding.outcome is Outcome.GAP
        assert any(said in e.excerpt for e in finding.evidence if e.source == "sidecar")


def test_a_limit_that_lets_a_bill_grow_closes_nothing(tmp_path: Path) -> None:
    loose = (RULES[0], rule(ASK, per_minute=600), RULES[2])
    assert asked(tmp_path, routes=loose)["missing-rate-limit"].outcome is Outcome.GAP


def test_an_open_rule_that_comes_first_for_some_orders_closes_nothing(tmp_path: Path) -> None:
    rules = (rule(f"{ORDERS}/public"), *RULES)
    assert asked(tmp_path, routes=rules)["unauthenticated-endpoint"].outcome is Outcome.GAP


def test_a_signed_in_user_at_the_proxy_is_no_owner_of_rows(tmp_path: Path) -> None:
    """Whose order it is the proxy cannot know: that gap stays, whatever held."""
    owned = SERVER.replace(
        'app.delete("/api/orders/:id", async',
        'app.delete("/api/orders/:id", requireUser, async',
    ).replace(
        "const openai",
        "function requireUser(req, res, next) {\n"
        "  try { req.user = jwt.verify(req.headers.authorization, process.env.JWT_SECRET); }\n"
        "  catch { return res.status(401).end(); }\n  next();\n}\nconst openai",
    )
    files = {**FILES, "server.ts": 'import jwt from "jsonwebtoken";\n' + owned}
    prototype = prototype_of(tmp_path, files)
    (tmp_path / FILE).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / FILE).write_text(to_json(evidence_of(tmp_path, prototype)))
    findings = assess(prototype, select(["missing-authorisation"])).findings
    assert [f.outcome for f in findings] == [Outcome.GAP]


def test_functions_that_browsers_call_past_the_proxy_stay_open(tmp_path: Path) -> None:
    function = (
        "Deno.serve(async (req) => {\n"
        "  const { question } = await req.json();\n"
        '  const answer = await fetch("https://api.openai.com/v1/chat/completions", {\n'
        '    method: "POST", body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user",'
        " content: question }] }) });\n"
        "  return new Response(await answer.text());\n});\n"
    )
    files = {**FILES, "supabase/functions/ask/index.ts": function}
    prototype = prototype_of(tmp_path, files)
    every = (rule("/", "role:admin", per_minute=5),)
    evidence = evidence_of(tmp_path, prototype)
    evidence.routes, evidence.attacks = every, (attack("rates", "/"), attack("anonymous", "/"))
    (tmp_path / FILE).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / FILE).write_text(to_json(evidence))
    findings = assess(prototype, select(["missing-rate-limit"])).findings
    outcomes = {f.subject.partition("#")[0]: f.outcome for f in findings}
    assert outcomes["server.ts"] is Outcome.SATISFIED
    assert outcomes["supabase/functions/ask/index.ts"] is Outcome.GAP


@pytest.mark.parametrize("text", ["{", '{"schema": "other"}', "[]", "\x00"])
def test_broken_evidence_is_named_and_closes_nothing(tmp_path: Path, text: str) -> None:
    prototype = prototype_of(tmp_path, {**FILES, FILE: text})
    assert FILE in [u.path for u in assess(prototype, select(CONTROLS)).unread]
    assert {f.outcome for f in open_ones(prototype).values()} == {Outcome.GAP}


def test_evidence_behind_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "sidecar.json").write_text("{")
    root = tmp_path / "prototype"
    prototype = prototype_of(root, FILES)
    (root / ".shipworthy/evidence").symlink_to(outside)
    assert prototype.edge is None


@pytest.mark.parametrize(
    ("path", "exact", "pattern", "expected"),
    [
        ("/api", False, "/api/orders", Fit.ALL),
        ("/api", False, "/API/orders", Fit.ALL),
        ("/api", False, "/apix", Fit.NONE),
        ("/api", True, "/api/orders", Fit.NONE),
        ("/api/orders/me", False, "/api/orders/:id", Fit.SOME),
        ("/api/orders/me", False, "/api/orders/[id]", Fit.SOME),
        ("/api/orders", False, "/api/orders/{order_id}", Fit.ALL),
        ("/api/a/b", False, "/api/[...rest]", Fit.SOME),
        ("/api", True, "/api/*", Fit.SOME),
        ("/", False, "/anything", Fit.ALL),
    ],
)
def test_rules_fit_patterns(path: str, exact: bool, pattern: str, expected: Fit) -> None:
    asked = GuardedRoute(path=path, exact=exact, methods=(), need="anyone")
    assert fit(asked, pattern, "GET") is expected


def test_a_handler_of_any_method_is_decided_by_more_than_one_rule() -> None:
    posts = GuardedRoute(path="/api", exact=False, methods=("POST",), need="user")
    rest = rule("/")
    assert rules_of((posts, rest), "/api", "*") == [posts, rest]
    assert rules_of((posts, rest), "/api", "POST") == [posts]
    assert rules_of((posts, rest), "/api", "GET") == [rest]
