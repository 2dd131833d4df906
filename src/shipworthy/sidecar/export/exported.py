"""One policy, three targets: what is written, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity import Provider


class Target(StrEnum):
    """Where a policy is taken to."""

    SYSTEMD = "systemd"
    COMPOSE = "compose"
    KUBERNETES = "kubernetes"


class CannotExport(ShipworthyError):
    """The files cannot be written there."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The files by their paths below the folder of an export, and what a person has to know or do."""

    files: Mapping[str, str]
    said: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write the files. Raises CannotExport where something else is in the way."""
        for name, text in self.files.items():
            path = folder / name
            if path.is_symlink() or folder.is_symlink():
                raise CannotExport(f"{path} is a link: it is not followed")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                path.chmod(0o755 if name.endswith(".sh") else 0o644)
            except OSError as error:
                raise CannotExport(f"{path} cannot be written: {error.strerror}") from error


def export(
    policy: Policy,
    target: Target,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None = None,
) -> Exported:
    """What takes a policy to a target. `values`: the environment, of which API keys alone are looked up
    (their hashes are written); `provider`: what `identity.discover` found for the login of the policy.

    No secret is written: each file names the variable or the Secret that has it. Raises ShipworthyError
    where the policy asks for what cannot be enforced, or a key that it names is not set.
    """
    from shipworthy.sidecar.export import compose, kubernetes, systemd

    match target:
        case Target.SYSTEMD:
            return systemd.export(policy, application, values, provider)
        case Target.COMPOSE:
            return compose.export(policy, application, values, provider)
        case Target.KUBERNETES:
            return kubernetes.export(policy, application, values, provider)
