"""Envoy's own check of a configuration, before anything of it reaches the running proxy."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from shipworthy.command import Command, run
from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.proxy.binary import find_envoy
from shipworthy.sidecar.proxy.configuration import Configuration
from shipworthy.sidecar.proxy.files import put

_SECONDS = 20.0


class RefusedConfiguration(ShipworthyError):
    """Envoy refuses the configuration, or warns that it will: nothing was changed."""


def validate(configuration: Configuration) -> None:
    """Let Envoy check the whole configuration; about 0.1 s.

    Raises RefusedConfiguration with Envoy's reason. A field that is deprecated counts: Envoy only warns,
    and its next version is silently without the control.
    """
    envoy = find_envoy()
    folder = configuration.files.folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for secret, content in configuration.secrets.items():
        if not secret.is_file() or secret.read_bytes() != json.dumps(content).encode():
            put(secret, content)
    with tempfile.TemporaryDirectory(dir=folder, prefix="check-") as temporary:
        file = Path(temporary) / "whole.json"
        put(file, configuration.whole)
        argv = (str(envoy), "--mode", "validate", "-c", str(file), "--log-level", "warning")
        ran = run(Command((*argv, "--disable-hot-restart"), seconds=_SECONDS))
    said = (ran.errors + ran.output).decode(errors="replace")
    told = [
        line for line in said.splitlines() if "Deprecated field" in line or "deprecated" in line
    ]
    if ran.code != 0 or told:
        raise RefusedConfiguration(_reason(told or said.splitlines()))


def _reason(lines: list[str]) -> str:
    telling = [line for line in lines if "[critical]" in line or "rror" in line] or lines
    said = " ".join(telling[:3])[:600]
    return f"Envoy refuses what was made from the policy; nothing was changed. It says: {said}"
