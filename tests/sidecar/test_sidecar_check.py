"""The proxy that shipworthy builds holds every attack; each control that is taken out of it is missed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from running_proxy import free_ports
from running_up import environment, up

from shipworthy.documents import from_json
from shipworthy.finding import Outcome, Proof
from shipworthy.pipeline import open_prototype, run_assess
from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.prototype.edge.evidence import FILE, SidecarEvidence
from shipworthy.prototype.edge.evidence import POLICY as POLICY_FILE
from shipworthy.settings import Settings
from shipworthy.sidecar.check import rates, signing_in
from shipworthy.sidecar.check.check import attempted, check, plan
from shipworthy.sidecar.check.proof import CannotWrite, prove
from shipworthy.sidecar.check.shown import text
from shipworthy.sidecar.check.twin import twin
from shipworthy.sidecar.egress import why_not
from shipworthy.sidecar.policy import (
    Bytes,
    Cors,
    Egress,
    Headers,
    Limits,
    Login,
    Need,
    Policy,
    Ports,
    Rate,
    Route,
    Tokens,
    Who,
)
from shipworthy.sidecar.proxy import Configuration
from waiting import SECONDS

POLICY = Policy(
    host="app.test",
    limits=Limits(body=Bytes(20_000), per_ip=Rate(40, 60), per_user=Rate(30, 60)),
    tokens={
        "app": Tokens(
            issuer="https://issuer.example",
            audiences=["authenticated"],
            secret="env:JWT",
            role_claim=["app_metadata", "role"],
        ),
        "rsa": Tokens(
            issuer="https://rsa.example",
            audiences=["authenticated"],
            jwks="https://rsa.example/jwks.json",
        ),
    },
    login=Login(issuer="https://login.example", client_id="app", client_secret="env:CLIENT"),
    keys={"partner": "env:PARTNER", "other": "env:OTHER"},
    cors=Cors(origins=["https://friend.example"]),
    egress=Egress(mode="isolate", allow=["api.example.com"]),
    routes=[
        Route(path="/admin", need=Need(Who.ROLE, "admin")),
        Route(path="/api/me", need=Need(Who.USER)),
        Route(path="/partner", need=Need(Who.KEY, "partner")),
        Route(path="/closed", need=Need(Who.NOBODY)),
        Route(path="/items", need=Need(Who.ROLE, "admin"), methods=["DELETE"]),
        Route(path="/costly", need=Need(Who.ANYONE), per_ip=Rate(5, 60)),
        Route(path="/hooks", need=Need(Who.ANYONE), csrf=False),
    ],
)


def failed(attacks: tuple[Attack, ...]) -> dict[str, str]:
    good = (Verdict.HELD, Verdict.NOT_APPLICABLE)
    if why_not():  # then nobody is confined here, and that is said
        attacks = tuple(a for a in attacks if a.id != "call-past-the-gate")
    return {f"{a.id} {a.subject}": a.reason for a in attacks if a.verdict not in good}


def test_our_proxy_holds_every_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "FORGED", 500)
    monkeypatch.setattr("shipworthy.sidecar.check.check._SECONDS", SECONDS)
    with twin(POLICY) as target:
        attacks = check(target)
    assert failed(attacks) == {}
    assert len(attacks) > 250
    held = {a.family for a in attacks if a.verdict is Verdict.HELD}
    assert held == {a.family for a in attacks}


def test_what_a_policy_allows_is_not_taken_for_broken() -> None:
    """Pictures as text in the CSP, and larger bodies, which take their time on all routes."""
    csp = Headers(content_security_policy="default-src 'self'; img-src 'self' data: blob: data:")
    upload = Route(path="/upload", need=Need(Who.ANYONE), body=Bytes(2_000_000))
    policy = Policy(headers=csp, limits=Limits(body=Bytes(20_000)), routes=[upload])
    with twin(policy) as target:
        chosen = [p.attempt for p in plan(target) if p.attempt.id in ("events", "slow-body")]
        attacks = [attempted(target, attempt) for attempt in chosen]
    assert [attack.verdict for attack in attacks] == [Verdict.HELD, Verdict.HELD]


Change = Callable[[Any], Any]


def _everywhere(part: Any, change: Change) -> Any:
    """The configuration with each of its mappings changed, from the inside out."""
    if isinstance(part, list):
        return [_everywhere(item, change) for item in part]
    if isinstance(part, dict):
        return change({key: _everywhere(value, change) for key, value in part.items()})
    return part


def _without_filter(word: str) -> Change:
    def change(part: dict[str, Any]) -> dict[str, Any]:
        kept = dict(part)
        for name in ("http_filters", "filters"):
            if isinstance(kept.get(name), list):
                kept[name] = [f for f in kept[name] if word not in str(f.get("name", ""))]
        if isinstance(kept.get("typed_per_filter_config"), dict):
            own = kept["typed_per_filter_config"]
            kept["typed_per_filter_config"] = {n: v for n, v in own.items() if word not in n}
        return kept

    return change


def _without_route(name: str) -> Change:
    def change(part: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(part.get("routes"), list):
            return part
        return part | {"routes": [r for r in part["routes"] if r.get("name") != name]}

    return change


def _remembering_tokens(part: dict[str, Any]) -> dict[str, Any]:
    """Where keys are fetched, too: what a key signed once would be taken when it is withdrawn."""
    more: dict[str, Any] = (
        {"jwt_cache_config": {"jwt_cache_size": 9}} if "remote_jwks" in part else {}
    )
    return part | more


def _without(*names: str) -> Change:
    return lambda part: {key: value for key, value in part.items() if key not in names}


def _set(**values: object) -> Change:
    return lambda part: {key: values.get(key, value) for key, value in part.items()}


def weakened(change: Change) -> Callable[[Configuration], Configuration]:
    """The same change in listeners and route table."""

    def weak(made: Configuration) -> Configuration:
        return replace(
            made,
            listeners=_everywhere(copy.deepcopy(made.listeners), change),
            routes=_everywhere(copy.deepcopy(made.routes), change),
        )

    return weak


@pytest.mark.parametrize(
    ("change", "missed"),
    [
        (
            _without("early_header_mutation_extensions"),
            "forged-plain http2-forged http3-forged method-in-x-http-method",
        ),
        (_without_route("replaced-method"), "method-in-query method-in-coded-query"),
        (_remembering_tokens, "withdrawn-key"),
        (_without_filter("csrf"), "post-from-evil post-without-origin"),
        (_without_filter("per_ip"), "one-client forged-clients one-client-at-route"),
        (_set(max_dynamic_descriptors=20), "many-clients"),
        (_without_filter("body"), "long-body long-chunked-body"),
        (_set(case_sensitive=True), "path-upper-case"),
        (_without("response_headers_to_remove"), "origin-evil"),
        (_set(tls_minimum_protocol_version="TLSv1_2"), "tls-1.2"),
        (_without("request_headers_timeout", "request_timeout"), "slow-headers"),
        (_set(max_headers_count=500), "many-headers"),
        (_set(retry_on="5xx"), "post-when-it-fails"),
    ],
)
def test_a_control_that_is_taken_out_is_missed(
    change: Change, missed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "FORGED", 200)
    monkeypatch.setattr(signing_in, "PATIENCE", 3.0)
    with twin(POLICY, weakened(change)) as target:
        chosen = [p.attempt for p in plan(target) if p.attempt.id in missed.split()]
        found = {a.id: attempted(target, a).verdict for a in chosen}
    assert found == dict.fromkeys(missed.split(), Verdict.BROKEN)


PAGE = "<!doctype html><html><head><title>Shop</title></head><body>Welcome</body></html>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / ".shipworthy").mkdir(parents=True)
    (root / "index.html").write_text(PAGE)
    http, https = free_ports(2)
    ports = Ports(http=http, https=https)
    text = f"ports: {{http: {ports.http}, https: {ports.https}}}\nlimits: {{per_ip: 60/1m}}\n"
    (root / POLICY_FILE).write_text(text)
    return root


def test_what_held_at_the_running_proxy_is_proven_in_the_assessment(site: Path) -> None:
    before = run_assess(site, Settings(workers=1), ["missing-security-headers"]).findings
    assert [f.outcome for f in before] == [Outcome.UNKNOWN]
    with up(site) as running:
        assert running.url
        done = subprocess.run(
            [sys.executable, "-m", "shipworthy", "sidecar", "check", str(site), "--json"],
            env=environment(running.home),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    found = json.loads(done.stdout)
    assert (done.returncode, found["counts"], found["why_not"]) == (0, True, "")
    assert {a["where"] for a in found["attacks"]} == {"twin", "running"}
    after = run_assess(site, Settings(workers=1), ["missing-security-headers"]).findings
    assert [(f.outcome, f.proof) for f in after] == [(Outcome.SATISFIED, Proof.PROVEN)]
    (site / "index.html").write_text(PAGE.replace("Shop", "Changed"))
    changed = run_assess(site, Settings(workers=1), ["missing-security-headers"]).findings
    assert [f.outcome for f in changed] == [Outcome.UNKNOWN]


def test_without_a_running_proxy_the_twin_is_attacked_and_nothing_is_counted(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipworthy.sidecar.check.proof.check", lambda *_: ())
    proof = prove(open_prototype(site, Settings(workers=1)))
    assert "only a twin was attacked" in proof.why_not
    written = from_json((site / FILE).read_text(), SidecarEvidence)
    assert (written.running, written.proxy.split(".")[0]) == (False, "1")
    assert "assess does not count it" in text(proof)


def test_evidence_is_not_written_through_a_link(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shipworthy.sidecar.check.proof.check", lambda *_: ())
    outside = tmp_path / "outside"
    outside.mkdir()
    (site / ".shipworthy/evidence").symlink_to(outside)
    with pytest.raises(CannotWrite):
        prove(open_prototype(site, Settings(workers=1)))
    assert list(outside.iterdir()) == []
