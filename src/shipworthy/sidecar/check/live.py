"""The proxy that is running for a prototype, as the files in the private folder of the run tell it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.certificate import authority, default_authorities
from shipworthy.sidecar.check.target import Target
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import admin
from shipworthy.sidecar.proxy.files import Files
from shipworthy.sidecar.proxy.upstreams import APP

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class NoProxy(ShipworthyError):
    """No proxy is running for the prototype."""


def running(folder: Path, policy: Policy) -> Target:
    """The proxy whose files are in the private folder of a run; `policy` is what it should hold to.

    Raises NoProxy, and NotLoopback where it listens on an address of the network alone.
    """
    files = Files(folder / "proxy")
    try:
        admin.ask(files.admin, "/server_info")
        listeners, clusters = _resources(files.listeners), _resources(files.clusters)
        ports = {found["name"]: found["address"]["socket_address"] for found in listeners}
        https, http = ports["https"], ports["http"]["port_value"]
    except (admin.ProxyGone, OSError, ValueError, LookupError, TypeError) as error:
        raise NoProxy("no proxy is running for this prototype. Next: shipworthy up") from error
    own = msgspec.structs.replace(
        policy.ports, https=https["port_value"], http=http, bind=https["address"]
    )
    return Target(
        msgspec.structs.replace(policy, ports=own),
        own.https,
        own.http,
        _authority(policy),
        app_port=_port_of(clusters, APP),
        admin=files.admin,
        log=files.log,
        address=_EVERYWHERE.get(own.bind, own.bind),
    )


def _resources(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_bytes())["resources"]
    return found


def _port_of(clusters: list[dict[str, Any]], name: str) -> int | None:
    """The port of the program behind a cluster."""
    for cluster in clusters:
        if cluster["name"] == name:
            endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            return int(endpoint["address"]["socket_address"]["port_value"])
    return None


def _authority(policy: Policy) -> Path | None:
    """Whose certificates count: the local authority's; a person's own certificate is theirs to judge."""
    if policy.tls.certificate != "auto":
        return None
    return authority(policy.host, default_authorities()).file
