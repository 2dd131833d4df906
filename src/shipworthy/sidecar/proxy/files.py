"""The files by which shipworthy and its Envoy speak, in a private folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from shipworthy.sidecar.proxy.typed import Message
from shipworthy.sidecar.whole_file import put_bytes


@dataclass(frozen=True, slots=True)
class Files:
    """Where each of them is, below the private folder of a run."""

    folder: Path

    @property
    def bootstrap(self) -> Path:
        """What Envoy reads once, at its start."""
        return self.folder / "bootstrap.json"

    @property
    def routes(self) -> Path:
        """The route table; a new one acts at once."""
        return self.folder / "routes.json"

    @property
    def redirects(self) -> Path:
        """The route table of plain HTTP, which leads to HTTPS."""
        return self.folder / "redirects.json"

    @property
    def clusters(self) -> Path:
        """The programs behind the proxy."""
        return self.folder / "clusters.json"

    @property
    def listeners(self) -> Path:
        """Where it listens, and the filters."""
        return self.folder / "listeners.json"

    @property
    def secrets(self) -> Path:
        """Names the files of the certificate, in `certificates`."""
        return self.folder / "certificate.json"

    @property
    def secrets_of_addresses(self) -> Path:
        """Names the files of the certificate for callers who name an address."""
        return self.folder / "certificate-addresses.json"

    @property
    def certificates(self) -> Path:
        """The folder that is watched for a renewed certificate."""
        return self.folder / "certificate"

    @property
    def admin(self) -> Path:
        """Envoy's administration: a socket that only this user opens."""
        return self.folder / "admin"

    @property
    def log(self) -> Path:
        """One line for each request."""
        return self.folder / "access.log"

    @property
    def messages(self) -> Path:
        """What Envoy says about itself."""
        return self.folder / "envoy.log"


def put(file: Path, content: Message) -> None:
    """Write a file as a whole, by a rename, which is what Envoy waits for. Only this user may read it."""
    put_bytes(file, json.dumps(content).encode())
