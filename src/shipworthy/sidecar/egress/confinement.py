"""Programs without a network but for what `egress.allow` names: whether that can be had here, and how."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import shipworthy
from shipworthy.command import Command, run
from shipworthy.errors import CommandFailed
from shipworthy.sidecar.egress.allowed import Allowed
from shipworthy.sidecar.egress.gate import LOG, SOCKET

_START = (
    "import sys; sys.path.insert(0, {!r}); "
    "from shipworthy.sidecar.confined.main import main; sys.exit(main(sys.argv[1:]))"
)
_SECONDS = 10.0
_RESOLV = "nameserver 127.0.0.53\noptions timeout:2 attempts:1\n"
_SWITCH = "hosts: files dns\npasswd: files\ngroup: files\nservices: files\nprotocols: files\n"
# Sockets of services that would reach out for anybody: container engines, buses, resolvers, displays.
_SERVICES = (
    *("/run/docker.sock", "/run/containerd", "/run/podman", "/run/crio", "/run/libvirt"),
    *(
        "/run/dbus",
        "/run/systemd",
        "/run/nscd",
        "/run/avahi-daemon",
        "/run/cups",
        "/run/snapd.socket",
    ),
    *("/tmp/.X11-unix", "/var/lib/docker", "/var/lib/incus", "/var/lib/lxd"),  # noqa: S108
)
_OF_USER = ("bus", "docker.sock", "podman", "systemd", "gnupg", "keyring", "pipewire-0")


@dataclass(frozen=True, slots=True)
class Confinement:
    """A network for the programs of one prototype. `folder`: that of the proxy, with its gate."""

    allow: tuple[Allowed, ...]
    folder: Path
    local: tuple[int, ...] = ()  # ports of this machine that the programs may call: a database
    hidden: tuple[Path, ...] = ()  # folders of ours that are not theirs to see

    def around(self, argv: Sequence[str], port: int) -> tuple[str, ...]:
        """The command that runs another one in this network. From outside it answers on `port` as before."""
        here = {allowed.port for allowed in self.allow if allowed.here}
        settings = {
            "port": port,
            "gate": str(self.folder / SOCKET),
            "log": str(self.folder / LOG),
            "allow": [(its.host, its.port) for its in self.allow if not its.here],
            "local": sorted({*self.local, *here}),
            "replaced": {
                "/etc/resolv.conf": str(self._file("resolv.conf", _RESOLV)),
                "/etc/nsswitch.conf": str(self._file("nsswitch.conf", _SWITCH)),
            },
            "hidden": [str(place) for place in (*_hidden(), *self.hidden)],
        }
        return (*_interpreter(), json.dumps(settings), *argv)

    def _file(self, name: str, text: str) -> Path:
        file = self.folder.parent / f"confined-{name}"
        file.write_text(text, encoding="ascii")
        file.chmod(0o644)
        return file


@cache
def why_not() -> str:
    """Why no program can be confined here; '' where it can. Tried once, for real."""
    if not sys.platform.startswith("linux"):
        return "only Linux has network namespaces"
    try:
        ran = run(Command((*_interpreter(), json.dumps({"port": 0})), seconds=_SECONDS))
    except CommandFailed as error:
        return str(error)
    if ran.code == 0:
        return ""
    return (ran.output + ran.errors).decode(errors="replace").strip().splitlines()[-1][:300]


def _interpreter() -> tuple[str, ...]:
    """The bare interpreter: without a person's own modules and settings, and started in no time."""
    source = str(Path(shipworthy.__file__).parent.parent)
    return (sys.executable, "-I", "-S", "-c", _START.format(source))


def _hidden() -> list[Path]:
    user = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return [Path(place) for place in _SERVICES] + [user / name for name in _OF_USER]
