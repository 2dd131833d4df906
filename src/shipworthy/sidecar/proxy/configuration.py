"""Everything that Envoy is told, as plain values, made from the policy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shipworthy.sidecar import egress
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.bootstrap import bootstrap
from shipworthy.sidecar.proxy.clusters import clusters
from shipworthy.sidecar.proxy.files import Files
from shipworthy.sidecar.proxy.listeners import listeners, redirects
from shipworthy.sidecar.proxy.route_table import route_table
from shipworthy.sidecar.proxy.tracing import collector
from shipworthy.sidecar.proxy.typed import Message, typed
from shipworthy.sidecar.proxy.upstreams import Upstreams

_LISTENER = "envoy.config.listener.v3.Listener"
_CLUSTER = "envoy.config.cluster.v3.Cluster"
_ROUTES = "envoy.config.route.v3.RouteConfiguration"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What Envoy is told; `policy` is where it comes from."""

    policy: Policy
    files: Files
    bootstrap: Message
    listeners: list[Message]
    clusters: list[Message]
    routes: Message
    redirects: Message  # the route table of plain HTTP
    secrets: Mapping[Path, Message] = field(default_factory=dict, repr=False)  # files beside

    @property
    def whole(self) -> Message:
        """All of it in one bootstrap that asks for no other file but the certificate's: to be validated.

        In discovery files Envoy lets pass what it refuses here: unknown fields, unknown clusters.
        """
        tables = {table["name"]: table for table in (self.routes, self.redirects)}
        told = {k: v for k, v in self.bootstrap.items() if k != "dynamic_resources"}
        return {
            **told,
            "static_resources": {
                "listeners": [_inlined(listener, tables) for listener in self.listeners],
                "clusters": self.clusters,
            },
        }


def build(
    policy: Policy,
    upstreams: Upstreams,
    place: Path,
    secrets: Mapping[str, str],
    provider: identity.Provider | None = None,
) -> Configuration:
    """The configuration for a policy. `place`: the private folder of the run; `secrets`: the environment
    that `env:NAME` of the policy is looked up in; `provider`: what `identity.discover` found, None where
    the provider of the login does not answer: then what asks for a login stays closed.

    Raises ShipworthyError where the policy asks for what cannot be enforced, or a secret is missing.
    """
    files = Files(place / "proxy")
    known = identity.Secrets(secrets, files.folder, provider, identity.session_key(files.folder))
    return Configuration(
        policy,
        files,
        bootstrap(policy.limits, files),
        [*listeners(policy, files, known), *egress.listeners(policy.egress, files.folder)],
        [
            *clusters(policy, upstreams),
            *identity.clusters(policy, known),
            *egress.clusters(policy.egress),
            collector(policy.observe),
        ],
        route_table(policy, upstreams, known),
        redirects(policy),
        identity.files(policy, known),
    )


def discovered(configuration: Configuration) -> dict[Path, Message]:
    """The discovery files and their content, in the order in which they must be written."""
    files = configuration.files
    return {
        files.clusters: clusters_file(configuration.clusters),
        files.routes: routes_file(configuration.routes),
        files.redirects: routes_file(configuration.redirects),
        files.listeners: _resources(_LISTENER, configuration.listeners),
    }


def routes_file(routes: Message) -> Message:
    """The content of the discovery file for one route table."""
    return _resources(_ROUTES, [routes])


def clusters_file(clusters: list[Message]) -> Message:
    """The content of the discovery file for clusters."""
    return _resources(_CLUSTER, clusters)


def _resources(kind: str, items: list[Message]) -> Message:
    content = json.dumps(items, sort_keys=True).encode()
    return {
        "version_info": hashlib.sha256(content).hexdigest()[:16],
        "resources": [typed(kind, **item) for item in items],
    }


def _inlined(part: object, tables: Mapping[str, Message]) -> object:
    """The listener with the route table in the place where it says in which file to find it."""
    if isinstance(part, list):
        return [_inlined(item, tables) for item in part]
    if not isinstance(part, dict):
        return part
    inner = {key: _inlined(value, tables) for key, value in part.items() if key != "rds"}
    if "rds" in part:
        inner["route_config"] = tables[part["rds"]["route_config_name"]]
    return inner
