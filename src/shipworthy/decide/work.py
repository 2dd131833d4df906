"""The tasks that no single gap asks for: to refactor or rebuild a part, and to walk the path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipworthy.decide.path import Path, PathChoice
from shipworthy.decide.plan import Kind, Owner, Phase, Task
from shipworthy.decide.verdict import Component, ComponentVerdict, Verdict
from shipworthy.intent.answers import Answers

_OWNER = {
    Component.FRONTEND: Owner.FRONTEND,
    Component.API: Owner.BACKEND,
    Component.DATA_MODEL: Owner.DATABASE,
    Component.AUTH: Owner.SECURITY,
    Component.AI: Owner.AI,
}
_NAMED = {
    Component.FRONTEND: "the frontend",
    Component.API: "the endpoints and functions",
    Component.DATA_MODEL: "the data model",
    Component.AUTH: "sign-in and rights",
    Component.AI: "the AI surface",
}
# What has to stand before a part can be worked on.
_NEEDS = {
    Component.API: (Component.DATA_MODEL, Component.AUTH),
    Component.AUTH: (Component.DATA_MODEL,),
    Component.FRONTEND: (Component.API,),
    Component.AI: (Component.API,),
    Component.DATA_MODEL: (),
}
_PATHS: Mapping[Path, tuple[tuple[str, str, Owner, str], ...]] = {
    Path.SIDECAR: (
        ("proxy", "Put a proxy with sign-in, limits and headers before it", Owner.PLATFORM, ""),
        ("telemetry", "Log, measure and trace every request at the proxy", Owner.PLATFORM, "proxy"),
    ),
    Path.DATA_PLANE: (
        ("boundary", "Draw the boundary: which data may leave, and where to", Owner.PRIVACY, ""),
        ("store", "Move sensitive data into approved infrastructure", Owner.DATABASE, "boundary"),
        ("gateway", "Pass each access through a validating connection", Owner.BACKEND, "store"),
    ),
    Path.SERVERLESS: (
        ("operations", "List the operations that need trust, each with its contract", Owner.BACKEND, ""),
        ("functions", "Move them to portable functions that check caller and input", Owner.BACKEND,
         "operations"),
    ),
    Path.HEXAGONAL: (
        ("ports", "Name the business rules, and the ports to screens and stores", Owner.BACKEND, ""),
        ("adapters", "Move data access and services behind adapters, part by part", Owner.BACKEND,
         "ports"),
    ),
    Path.DESIGN_SYSTEM: (
        ("library", "Choose the approved component library and its tokens", Owner.FRONTEND, ""),
        ("mapping", "Map generated components to it, and detect drift in the pipeline", Owner.FRONTEND,
         "library"),
    ),
}  # fmt: skip


_HOW = {
    "sidecar-proxy": "shipworthy up shows it; shipworthy sidecar init, check and export make it yours",
    "sidecar-telemetry": "the exported proxy logs each request; measures and traces are added by hand",
}
"""What of a step a command does already; the others are taken by hand."""


def part_tasks(verdicts: Mapping[Component, ComponentVerdict], answers: Answers) -> Iterator[Task]:
    """To refactor or rebuild a part; with a rebuild, what keeps the old one alive until it goes."""
    rebuilt = []
    for component, found in verdicts.items():
        if found.verdict not in (Verdict.REFACTOR, Verdict.REBUILD):
            continue
        word = found.verdict.value
        if found.verdict is Verdict.REBUILD:
            rebuilt.append(f"{word}-{component.value}")
        needs = tuple(
            f"{verdicts[c].verdict.value}-{c.value}"
            for c in _NEEDS[component]
            if verdicts[c].verdict in (Verdict.REFACTOR, Verdict.REBUILD)
        )
        yield Task(
            id=f"{word}-{component.value}",
            title=f"{word.capitalize()} {_NAMED[component]}",
            phase=Phase.SECURITY,
            owner=_OWNER[component],
            kind=Kind.COMPONENT,
            how=found.why,
            component=component,
            closes=found.gaps if found.verdict is Verdict.REBUILD else (),
            after=(*needs, *(("parity-list",) if found.verdict is Verdict.REBUILD else ())),
        )
    if rebuilt:
        yield from _parallel(tuple(rebuilt), answers)


def _parallel(rebuilt: tuple[str, ...], answers: Answers) -> Iterator[Task]:
    """What a rebuild needs besides building: a frozen scope, moved data, a day on which the old one ends."""
    yield Task(
        "parity-list",
        "List what the old one does, and freeze its scope",
        Phase.SECURITY,
        Owner.PRODUCT,
        Kind.COMPONENT,
        "each feature with an acceptance test that the new part must pass; nothing is added meanwhile",
    )
    if answers.live is False:
        return
    yield Task(
        "move-data",
        "Move the data, and compare both sides",
        Phase.DELIVERY,
        Owner.DATABASE,
        Kind.COMPONENT,
        "a script that can be repeated; counts and sums of each table are compared",
        after=rebuilt,
    )
    yield Task(
        "switch-off",
        "Send users over in steps, then switch the old one off",
        Phase.LAUNCH,
        Owner.PLATFORM,
        Kind.COMPONENT,
        "a day for each step, a way back, and the day on which the old one is gone",
        after=("move-data",),
    )


def path_tasks(choice: PathChoice) -> Iterator[Task]:
    """The steps of the chosen paths, in the order in which they are walked."""
    last = ""
    for path in choice.sequence:
        for name, title, owner, before in _PATHS[path]:
            needs = f"{path.value}-{before}" if before else last
            yield Task(
                f"{path.value}-{name}",
                title,
                Phase.SECURITY if path in (Path.SIDECAR, Path.DATA_PLANE) else Phase.DELIVERY,
                owner,
                Kind.PATH,
                _HOW.get(f"{path.value}-{name}", f"a step on the {path.value} path"),
                after=(needs,) if needs else (),
            )
            last = f"{path.value}-{name}"
