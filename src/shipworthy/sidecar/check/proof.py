"""Attack a policy's twin and the proxy that runs, and write down what was seen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shipworthy.documents import to_json
from shipworthy.errors import ShipworthyError
from shipworthy.prototype import Prototype
from shipworthy.prototype.edge.attack import Attack, Verdict
from shipworthy.prototype.edge.evidence import (
    FILE,
    POLICY,
    SidecarEvidence,
    digest_of,
    policy_digest,
)
from shipworthy.sidecar import control
from shipworthy.sidecar.check.check import check
from shipworthy.sidecar.check.live import NoProxy, running
from shipworthy.sidecar.check.target import Target, guarded_routes
from shipworthy.sidecar.check.twin import twin
from shipworthy.sidecar.place import runtime_folder
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import admin

Tell = Callable[[str], None]


class CannotWrite(ShipworthyError):
    """The evidence could not be written into the prototype's folder."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen. `file` is where it was written; `why_not`: why assess will not count it, or ''."""

    evidence: SidecarEvidence
    file: Path
    why_not: str

    @property
    def broken(self) -> tuple[Attack, ...]:
        """The attacks that went through."""
        return tuple(a for a in self.evidence.attacks if a.verdict is Verdict.BROKEN)

    @property
    def blind(self) -> bool:
        """Nothing at all could be judged."""
        return not any(a.verdict in (Verdict.HELD, Verdict.BROKEN) for a in self.evidence.attacks)


def prove(prototype: Prototype, tell: Tell = lambda _: None) -> Proof:
    """Attack the twin of the prototype's policy, and the proxy that runs for it where one does.

    Takes up to two minutes, speaks to this machine only, and changes no data: what could is sent to the
    twin alone. Writes `.shipworthy/evidence/sidecar.json`. Raises what is wrong with the policy,
    CannotWrite, and what starting the twin raises.
    """
    policy, from_file = policy_of(prototype)
    tell("starting a twin of the proxy")
    with twin(policy) as target:
        attacks, version = check(target, tell), _version(target)
    live, why_not = _live(prototype, policy, from_file, tell)
    evidence = SidecarEvidence(
        schema="shipworthy.sidecar-evidence/1",
        made=datetime.now(UTC).replace(microsecond=0),
        source=digest_of(prototype.files.values()),
        commit=(prototype.git.commit if prototype.git else "") or "",
        policy=policy_digest(prototype.root),
        proxy=version,
        running=not why_not,
        routes=guarded_routes(policy),
        attacks=(*attacks, *live),
    )
    return Proof(evidence, _written(prototype.root, evidence), why_not)


def policy_of(prototype: Prototype) -> tuple[Policy, bool]:
    """The policy of the prototype's file, or the derived one; True where there is a file."""
    from shipworthy.sidecar.derive import derive
    from shipworthy.sidecar.policy_file import read_policy

    file = prototype.root / POLICY
    if file.is_file():
        return read_policy(file), True
    return derive(prototype).policy, False


def _live(
    prototype: Prototype, policy: Policy, from_file: bool, tell: Tell
) -> tuple[tuple[Attack, ...], str]:
    """The attacks on the proxy that runs, and why they do not count; '' where they do."""
    folder = runtime_folder(prototype.root)
    try:
        control.ask(folder, "reload")  # so that it is this policy that is attacked
        status = control.ask(folder, "status")
        target = running(folder, policy)
    except (control.NotRunning, NoProxy):
        return (), "only a twin was attacked: no proxy is running for the prototype"
    except control.Refused as error:
        return (), f"only a twin was attacked: the one that runs did not take the policy: {error}"
    tell("attacking the proxy that runs")
    return check(target, tell), _differs(prototype, status, from_file)


def _differs(prototype: Prototype, status: dict[str, object], from_file: bool) -> str:
    """Why the proxy that runs is not what the policy says; '' where it is."""
    if status.get("unprotected"):
        return (
            "the proxy that runs leaves open what the policy closes: it was started without a login"
        )
    file = str(status.get("policy") or "")
    own = os.path.realpath(prototype.root / POLICY) if from_file else ""
    if (os.path.realpath(file) if file else "") != own:
        return f"the proxy that runs holds to another policy, {file or 'a derived one'}"
    return "" if status.get("state") == "serving" else f"the prototype is {status.get('state')}"


def _version(target: Target) -> str:
    """Of the proxy, such as 1.40.0."""
    if target.admin is None:
        return ""
    told = json.loads(admin.ask(target.admin, "/server_info")).get("version", "")
    return str(told).split("/")[1] if "/" in told else str(told)


def _written(root: Path, evidence: SidecarEvidence) -> Path:
    """The file, written as a whole; a link in its place is not followed."""
    file = root / FILE
    for part in (file, file.parent, file.parent.parent):
        if part.is_symlink():
            raise CannotWrite(f"{part} is a link: it is not followed out of the prototype")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(to_json(evidence), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise CannotWrite(f"{file} cannot be written: {error.strerror}") from error
    return file
