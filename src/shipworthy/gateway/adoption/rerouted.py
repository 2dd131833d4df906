"""A gateway and a program beside it: what the program asks models goes through the gateway."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from shipworthy.errors import ShipworthyError
from shipworthy.gateway.adoption.environment import command, environment
from shipworthy.gateway.assembly import hooks_for
from shipworthy.gateway.call import Record
from shipworthy.gateway.policy import DEFAULT, Policy
from shipworthy.gateway.serve import CannotServe, Serving
from shipworthy.gateway.state import open_control, state_folder


class CannotRun(ShipworthyError):
    """The program cannot be started, or it is not clear whose calls its calls are."""


@dataclass(slots=True)
class Rerouted:
    """What came of a run: the program's exit code, and what the gateway saw of it."""

    exit_code: int = 0
    calls: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    cost: int = 0  # in billionths of a US dollar
    wants_texts: bool = False

    def finished(self, record: Record) -> None:
        """Count a call."""
        self.calls += 1
        self.outcomes[record.outcome.value] += 1
        self.redacted.update(dict(record.redacted))
        self.cost += record.cost
        if record.error:
            self.errors[record.error] += 1

    def flush(self) -> None:
        """Nothing is queued."""


def run_rerouted(
    argv: list[str],
    file: Path,
    policy: Policy,
    prototype: str = "",
    feature: str = "",
    port: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> Rerouted:
    """Start a gateway, run the program until it ends, and end the gateway.

    `port` 0 takes any that is free. Raises CannotRun, CannotServe, BrokenStore.
    """
    name = _whose(policy, prototype, feature)
    seen = Rerouted()
    state = state_folder(file, policy)
    hooks = hooks_for(policy, state)
    hooks = replace(hooks, observers=(*hooks.observers, seen))
    with (
        _key(file, policy, name, feature) as key,
        _served(Serving(file, policy, hooks, port=port)) as at,
    ):
        tell(f"gateway: {at}  prototype: {name}  state: {state}")
        seen.exit_code = _run(command(argv), environment(os.environ, policy, at, key, feature))
    return seen


def _whose(policy: Policy, prototype: str, feature: str) -> str:
    names = sorted(policy.prototypes)
    if not prototype:
        if len(names) != 1:
            raise CannotRun(
                f"the policy has several prototypes; say --prototype with one of {', '.join(names)}"
            )
        prototype = names[0]
    if prototype not in policy.prototypes:
        raise CannotRun(f"the policy has no prototype {prototype}; it has {', '.join(names)}")
    known = policy.prototypes[prototype].features
    if feature and feature not in known:
        others = ", ".join(sorted(set(known) - {DEFAULT})) or "none beside the default"
        raise CannotRun(f"{prototype} has no feature {feature}; it has {others}")
    return prototype


@contextmanager
def _key(file: Path, policy: Policy, prototype: str, feature: str) -> Iterator[str]:
    """A virtual key for as long as the program runs."""
    control = open_control(file, policy)
    try:
        key, text = control.add_key(prototype, feature, "shipworthy ai run")
        try:
            yield text
        finally:
            control.revoke_key(key.id)
    finally:
        control.close()


@contextmanager
def _served(serving: Serving) -> Iterator[str]:
    """The address of the gateway, which runs in a thread of its own."""
    failure: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(serving.run())
        except ShipworthyError as error:
            failure.append(error)

    thread = threading.Thread(target=serve, name="gateway")
    thread.start()
    try:
        serving.ready.wait(30)
        if failure:
            raise failure[0]
        if not serving.ready.is_set():
            raise CannotServe("the gateway did not start within 30 seconds")
        yield f"http://127.0.0.1:{serving.bound_port}"
    finally:
        serving.stop()
        thread.join(40)
    if failure:
        raise failure[0]


def _run(argv: list[str], env: dict[str, str]) -> int:
    """The program's exit code; 128 + n where signal n ended it, as shells say it."""
    try:
        process = subprocess.Popen(argv, env=env)
    except OSError as error:
        raise CannotRun(f"{argv[0]} cannot be started: {error.strerror}") from error
    with _passing_on(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _passing_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Signals end the program, and its end ends us. Ctrl-C reaches it by itself: one terminal, one group."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT:
            process.send_signal(number)

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    old = [signal.signal(number, pass_on) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, old, strict=True):
            signal.signal(number, handler)
