"""The live panel: what a person sees of a run, also on a small terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from shipworthy.sidecar.panel import panel
from shipworthy.sidecar.stats import Counts, Upstream
from shipworthy.sidecar.status import State, Status, status_lines
from shipworthy.sidecar.traffic import Request

TOTAL = Counts(
    1234,
    2,
    0,
    {"2xx": 1200, "4xx": 30, "5xx": 4},
    {1.0: 617, 5.0: 1172, 250.0: 1234},
    {"rate limit": 20, "role": 10},
    (Upstream("app", 0, 1),),
)


def status(state: State = State.SERVING, requests: int = 3, people: int = 2) -> Status:
    return Status(
        url="https://localhost:8443",
        prototype="shop",
        runs="Vite, from its build",
        policy="",
        state=state,
        seconds=3725,
        restarts=2,
        total=TOTAL,
        lately=Counts(),
        people=tuple(f"user{n}@example.com" for n in range(people)),
        last=tuple(
            Request("GET", f"/page/{n}", 429, 1.0, "ann@example.com", "local_rate_limited")
            for n in range(requests)
        ),
        unprotected=("/admin, which needs the role admin",),
        said=("the policy was applied in 120 ms",),
        pid=1,
    )


def drawn(shown: Status, height: int = 40, width: int = 100) -> str:
    text = StringIO()
    console = Console(file=text, width=width, height=height, markup=False, emoji=False)
    console.print(panel(shown, height))
    return text.getvalue()


def test_it_shows_what_a_person_wants_to_know() -> None:
    text = drawn(status())
    for part in (
        "https://localhost:8443",
        "serving for 1 h 2 min, 2 restarts",
        "app DOWN",
        "user0@example.com, user1@example.com",
        "1,234 requests   p50 1.0 ms   p95",
        "4 errors",
        "20 rate limit, 10 role",
        "not protected yet: /admin, which needs the role admin",
        "the policy was applied in 120 ms",
        "429 GET    /page/2  1.0 ms  local_rate_limited  ann@example.com",
        "shipworthy sidecar init",
    ):
        assert part in text, part


@pytest.mark.parametrize("height", [20, 24, 50])
def test_it_fits_the_terminal(height: int) -> None:
    assert drawn(status(requests=20), height).count("\n") <= height


def test_of_many_people_some_are_named_and_the_rest_counted() -> None:
    assert "user4@example.com and 3 more" in drawn(status(people=8))
    assert "nobody" in drawn(status(people=0))


def test_the_status_reads_the_same_from_another_process() -> None:
    text = "\n".join(status_lines(status(State.PAUSED).document))
    assert "https://localhost:8443: paused for 3725 s" in text
    assert "refused: 20 rate limit, 10 role" in text
    assert "not protected yet: /admin" in text
