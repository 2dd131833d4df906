"""How the programs of a prototype call out: as ever, through the gate if they please, or through it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from shipworthy.sidecar.egress.allowed import allowed
from shipworthy.sidecar.egress.confinement import Confinement, why_not
from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.policy import Egress

_HERE = "localhost,127.0.0.1,::1"


@dataclass(frozen=True, slots=True)
class WayOut:
    """For the programs of one prototype. `folder`: the proxy's; `local`: ports of this machine that they
    may call all the same (a database, the proxy itself); `hidden`: folders that are not theirs to see."""

    egress: Egress
    folder: Path
    local: tuple[int, ...] = ()
    hidden: tuple[Path, ...] = ()

    @property
    def settings(self) -> Mapping[str, str]:
        """What the programs are told. Node.js listens to it from 22.21 and 24.5 on, and only when asked."""
        if self.egress.mode != "advise":
            return {}
        proxy = f"http://127.0.0.1:{self.egress.port}"
        names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
        told = dict.fromkeys(names, proxy)
        return told | {"NO_PROXY": _HERE, "no_proxy": _HERE, "NODE_USE_ENV_PROXY": "1"}

    def around(self, argv: Sequence[str], port: int, given: Mapping[str, str]) -> tuple[str, ...]:
        """The command that starts a program which listens on `port`. What its settings name on this
        machine, a database, it may call."""
        if self.egress.mode != "isolate":
            return tuple(argv)
        local = (*self.local, *_ports_here(given))
        hosts = allowed(self.egress.allow)
        return Confinement(hosts, self.folder, local, self.hidden).around(argv, port)


def _ports_here(settings: Mapping[str, str]) -> Iterator[int]:
    for value in settings.values():
        try:
            parts = urlsplit(value)
            if parts.port and is_of_this_machine(parts.hostname or ""):
                yield parts.port
        except ValueError:
            continue  # no URL


def in_force(egress: Egress) -> tuple[Egress, str]:
    """What this system can do of what is asked for, and what the user must know of the rest."""
    if egress.mode == "isolate" and (why := why_not()):
        said = (
            f"egress: the prototype cannot be isolated here ({why}). It is only advised: programs that "
            "do not honour HTTPS_PROXY, as fetch of Node.js before 22.21, call whomever they like"
        )
        return msgspec.structs.replace(egress, mode="advise"), said
    if egress.mode == "advise":
        said = (
            "egress: only advised. Programs that do not honour HTTPS_PROXY, as fetch of Node.js before "
            "22.21, call whomever they like; `mode: isolate` holds everybody"
        )
        return egress, said
    return egress, ""
