"""API keys: who has one is named to the prototype, the key itself stays with the proxy."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from running_proxy import Front, Seen, program, surrounded

from shipworthy.sidecar.policy import Need, Policy, Resilience, Route, Who
from shipworthy.sidecar.proxy import Configuration
from shipworthy.sidecar.proxy.identity.secrets import BrokenSecret

# Lengths around the edges of SHA-256's blocks, and the longest key that is looked at.
LENGTHS = (20, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 255, 256)
_TOLD = "typed_per_filter_config"
_random = random.Random(7)  # noqa: S311
KEYS = {
    f"of-{length}": "".join(
        _random.choices(string.ascii_letters + string.digits + "-_.~+/=", k=length)
    )
    for length in LENGTHS
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, list[Seen]]]:
    policy = Policy(
        csrf=None,
        resilience=Resilience(health=""),
        keys={name: f"env:{name}" for name in KEYS},
        routes=[
            Route(path="/any", need=Need(Who.KEY)),
            Route(path="/one", need=Need(Who.KEY, "of-20")),
        ],
    )
    place = tmp_path_factory.mktemp("keys")
    with program() as (app, asked), surrounded(place, app, policy, secrets=KEYS) as front:
        yield front, asked


@pytest.mark.parametrize("name", KEYS)
def test_a_key_opens_its_routes_and_names_who_has_it(
    running: tuple[Front, list[Seen]], name: str
) -> None:
    front, asked = running
    with front.client() as client:
        assert client.get("/any", headers={"x-api-key": KEYS[name]}).status_code == 200
        assert asked[-1].of("x-client") == [name]
        assert asked[-1].of("x-api-key") == []
        asked.clear()
        other = client.get("/one", headers={"x-api-key": KEYS[name]})
        assert other.status_code == (200 if name == "of-20" else 403)
        assert len(asked) == (1 if name == "of-20" else 0)


@pytest.mark.parametrize(
    "brought",
    [
        [],
        [""],
        ["wrong"],
        [KEYS["of-20"][:-1]],
        [KEYS["of-20"] + "x"],
        [KEYS["of-20"].swapcase()],
        ["Bearer " + KEYS["of-20"]],
        [KEYS["of-256"] + "x"],
        [KEYS["of-20"], KEYS["of-20"]],
        [KEYS["of-20"], "wrong"],
        ["wrong", KEYS["of-20"]],
        [KEYS["of-20"] + ", " + KEYS["of-54"]],
        ["x" * 4_000],
    ],
)
def test_anything_but_one_right_key_opens_nothing(
    running: tuple[Front, list[Seen]], brought: list[str]
) -> None:
    front, asked = running
    asked.clear()
    with front.client() as client:
        for path in ("/any", "/one", "/ANY/x"):
            answer = client.get(path, headers=[("x-api-key", key) for key in brought])
            assert answer.status_code == 403
        assert client.get("/any", params={"x-api-key": KEYS["of-20"]}).status_code == 403
        assert (
            client.get("/any", headers={"cookie": f"x-api-key={KEYS['of-20']}"}).status_code == 403
        )
    assert asked == []


def test_routes_that_ask_for_no_key_leave_the_prototype_its_own(
    running: tuple[Front, list[Seen]],
) -> None:
    front, asked = running
    with front.client() as client:
        client.get("/", headers={"x-api-key": "the prototype's own"})
    assert asked[-1].of("x-api-key") == ["the prototype's own"]
    assert asked[-1].of("x-client") == []


def test_no_key_stands_in_the_configuration(running: tuple[Front, list[Seen]]) -> None:
    front = running[0]
    dump = front.proxy.admin("/config_dump").decode()
    assert not [name for name, key in KEYS.items() if key in dump]
    written = [f.read_bytes() for f in front.proxy.files.folder.rglob("*") if f.is_file()]
    assert not [name for name, key in KEYS.items() if any(key.encode() in text for text in written)]


def test_a_route_that_says_nothing_of_its_callers_is_closed(tmp_path: Path) -> None:
    def forgotten(configuration: Configuration) -> Configuration:
        hosts = [dict(host) for host in configuration.routes["virtual_hosts"]]
        for host in hosts:
            routes = [{k: v for k, v in r.items() if k != _TOLD} for r in host["routes"]]
            host["routes"] = routes
        return replace(configuration, routes={**configuration.routes, "virtual_hosts": hosts})

    policy = Policy(resilience=Resilience(health=""))
    with program() as (app, asked), surrounded(tmp_path, app, policy, change=forgotten) as front:
        with front.client() as client:
            assert client.get("/").status_code == 403
        assert asked == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"A": "k" * 20}, "the variable B, which is not set"),
        ({"A": "k" * 20, "B": "k" * 20}, "the same key"),
        ({"A": "k" * 19, "B": "k" * 20}, "19 characters"),
    ],
)
def test_keys_that_protect_nothing_stop_the_start(
    tmp_path: Path, values: dict[str, str], told: str
) -> None:
    policy = Policy(
        keys={"a": "env:A", "b": "env:B"}, routes=[Route(path="/a", need=Need(Who.KEY))]
    )
    with pytest.raises(BrokenSecret, match=told), surrounded(tmp_path, 1, policy, secrets=values):
        pass
