"""An attack that cannot say BROKEN is no attack: each is tried on a proxy that does hold nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from weak_proxy import WeakProxy, self_signed

from shipworthy.prototype.edge.attack import Verdict
from shipworthy.sidecar.check import rates, signing_in
from shipworthy.sidecar.check.attempt import Attempt
from shipworthy.sidecar.check.check import attempted, check, plan
from shipworthy.sidecar.check.credentials import Credentials
from shipworthy.sidecar.check.echo import Echo
from shipworthy.sidecar.check.issuer import LOGIN, Issuer
from shipworthy.sidecar.check.loopback import NotLoopback
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.check.tokens import other_key
from shipworthy.sidecar.policy import (
    Bytes,
    Cors,
    Egress,
    Limits,
    Login,
    Need,
    Policy,
    Rate,
    Route,
    Seconds,
    Tokens,
    Who,
)

HOST = "app.test"
POLICY = Policy(
    host=HOST,
    limits=Limits(
        body=Bytes(20_000),
        per_ip=Rate(40, 60),
        per_user=Rate(30, 60),
        header_seconds=Seconds(0.4),
        body_seconds=Seconds(0.4),
        request_seconds=Seconds(0.4),
        connections=8,
    ),
    tokens={
        "app": Tokens(
            issuer="https://issuer.example",
            audiences=["authenticated"],
            secret="env:JWT",
            role_claim=["app_metadata", "role"],
        ),
        "rsa": Tokens(issuer="https://r.example", audiences=["a"], jwks="https://r.example/keys"),
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
    ],
)
KEYS = {"rsa": other_key(), LOGIN: other_key()}
CREDENTIALS = Credentials(
    {"JWT": "s" * 40, "PARTNER": "partner-key-1", "OTHER": "other-key-2"}, KEYS
)
# What is wrong with each of them beside holding nothing, and the attacks that find just that.
VARIANTS: dict[str, tuple[dict[str, Any], str]] = {
    "lets-all-through": ({}, "*"),
    "refuses-everybody": (
        {"denies": True},
        "headers-of-refusals headers-of-413 post-from-own-page token-right key-right sign-in listed-origin"
        " http2-honest http3-honest pause websocket",
    ),
    "repeats-what-failed": (
        {"repeats": True},
        "post-when-it-fails post-when-it-drops get-when-it-drops",
    ),
    "holds-back-streams": ({"buffers": True}, "websocket events"),
    "decodes-paths": (
        {"decodes": True},
        "path-twice-coded-slash path-twice-coded-letter path-fragment path-question-mark-coded"
        " path-parameter-before",
    ),
    "shows-its-inside": ({"tells": b"envoy_server_live 1"}, "administration-by-http"),
    "forgets-and-counts-tcp-only": ({"limit": 40}, "many-clients http3-same-limit"),
}
ELSEWHERE = {"certificate", "administration-socket", "application-port"}  # tests of their own


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as running:
        yield running


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"), HOST)


def target_of(weak: WeakProxy, echo: Echo, **more: Any) -> Target:
    return Target(
        POLICY,
        weak.https,
        weak.http,
        None,
        echo,
        Issuer(echo, KEYS),
        CREDENTIALS,
        gate=weak.gate,
        around=lambda argv, _: tuple(argv),  # nothing keeps it from anybody
        pause=lambda: None,
        resume=lambda: None,
        **more,
    )


def run(target: Target, attempts: list[Attempt]) -> dict[str, Verdict]:
    with ThreadPoolExecutor(6) as pool:
        verdicts = pool.map(lambda a: attempted(target, a).verdict, attempts)
        return dict(zip([a.id for a in attempts], verdicts, strict=True))


def test_each_attack_finds_a_proxy_that_it_breaks(
    echo: Echo, signed: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "FORGED", 400)
    monkeypatch.setattr(rates, "_OTHERS", 25)
    monkeypatch.setattr(signing_in, "PATIENCE", 0.3)
    broken: set[str] = set()
    names: set[str] = set()
    for what, wanted in VARIANTS.values():
        with WeakProxy(echo, *signed, log=tmp_path / "log", **what) as weak:
            target = target_of(weak, echo, log=tmp_path / "log")
            attempts = [p.attempt for p in plan(target)]
            chosen = [a for a in attempts if wanted == "*" or a.id in wanted.split()]
            names |= {a.id for a in attempts}
            broken |= {i for i, v in run(target, chosen).items() if v is Verdict.BROKEN}
    assert names - broken == ELSEWHERE


def test_a_certificate_of_another_authority_is_broken(
    echo: Echo, signed: tuple[Path, Path], tmp_path: Path
) -> None:
    other, _ = self_signed(tmp_path, HOST)
    with WeakProxy(echo, *signed, http3=False) as weak:
        good, bad = target_of(weak, echo), target_of(weak, echo)
        attempt = next(p.attempt for p in plan(good) if p.attempt.id == "certificate")
        assert attempted(replace(good, authority=signed[0]), attempt).verdict is Verdict.HELD
        assert attempted(replace(bad, authority=other), attempt).verdict is Verdict.BROKEN


def test_a_socket_that_others_may_open_is_broken(
    echo: Echo, signed: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "admin"
    with WeakProxy(echo, *signed, http3=False) as weak, socket.socket(socket.AF_UNIX) as admin:
        admin.bind(str(path))
        target = target_of(weak, echo, admin=path)
        attempt = next(p.attempt for p in plan(target) if p.attempt.id == "administration-socket")
        path.chmod(0o600)
        assert attempted(target, attempt).verdict is Verdict.HELD
        path.chmod(0o666)
        tmp_path.chmod(0o755)
        assert attempted(target, attempt).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("address", "verdict"),
    [("127.0.0.1", Verdict.HELD), ("0.0.0.0", Verdict.BROKEN)],  # noqa: S104
)
def test_an_application_that_listens_for_everybody_is_broken(
    echo: Echo, signed: tuple[Path, Path], address: str, verdict: Verdict
) -> None:
    with WeakProxy(echo, *signed, http3=False) as weak, socket.create_server((address, 0)) as app:
        target = target_of(weak, echo, app_port=app.getsockname()[1])
        attempt = next(p.attempt for p in plan(target) if p.attempt.id == "application-port")
        assert attempted(target, attempt).verdict is verdict


def test_nothing_is_judged_while_the_honest_request_does_not_come_through(
    signed: tuple[Path, Path], echo: Echo
) -> None:
    with WeakProxy(echo, *signed, http3=False) as weak:
        target = target_of(weak, echo)
    attacks = check(target)
    assert {a.verdict for a in attacks} == {Verdict.UNKNOWN}


def test_no_secret_stands_in_what_was_seen(echo: Echo, signed: tuple[Path, Path]) -> None:
    with WeakProxy(echo, *signed, http3=False) as weak:
        target = target_of(weak, echo)
        chosen = [p for p in plan(target) if p.family in ("tokens", "keys", "roles")]
        lines = [
            line
            for p in chosen
            for s in attempted(target, p.attempt).seen
            for line in (s.sent, s.got)
        ]
    said = "\n".join(lines)
    assert said
    for secret in CREDENTIALS.secrets.values():
        assert secret not in said
    assert "eyJhbGci" not in said


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "example.com"])  # noqa: S104
def test_other_machines_are_never_attacked(address: str) -> None:
    with pytest.raises(NotLoopback):
        Target(POLICY, 443, 80, None, address=address)
