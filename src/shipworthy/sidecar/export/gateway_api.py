"""Gateway API manifests with Envoy Gateway's policies: most of a policy, and the list of what is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipworthy.sidecar.export.access import Access, access
from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.export.traffic import backend_policy, client_policy, late_headers
from shipworthy.sidecar.policy import Policy, Route
from shipworthy.sidecar.proxy.identity import Provider

GATEWAY = "gateway.networking.k8s.io/v1"
ENVOY = "gateway.envoyproxy.io/v1alpha1"
_CLASS = "shipworthy"
_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
Manifest = dict[str, Any]


def manifests(
    policy: Policy, application: Application, provider: Provider | None
) -> tuple[list[Manifest], tuple[str, ...]]:
    """The manifests, and what of the policy they do not say."""
    name = application.name
    routes = [*_routes(policy, application)]
    made = [
        one("GatewayClass", _CLASS, {"controllerName": _CONTROLLER}, GATEWAY),
        _gateway(policy, name),
        _redirect(policy, name),
        one("ClientTrafficPolicy", name, {**_targets("Gateway", [name]), **client_policy(policy)}),
    ]
    lost = list(_lost(policy, routes))
    for number, (route, path) in enumerate(routes):
        own = f"{name}-{number}" if number else name
        made.append(_http_route(policy, application, own, name, route, path))
        target = _targets("HTTPRoute", [own])
        made.append(one("BackendTrafficPolicy", own, {**target, **backend_policy(policy, route)}))
        decided: Access = access(policy, route, name, provider)
        lost += [f"{path or '/'}: {line}" for line in decided.lost]
        if decided.spec:
            made.append(one("SecurityPolicy", own, {**target, **decided.spec}))
    return [*made, *_services(application)], tuple(dict.fromkeys(lost))


def one(kind: str, name: str, spec: dict[str, Any], version: str = ENVOY) -> Manifest:
    """One manifest."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _targets(kind: str, names: list[str]) -> dict[str, Any]:
    group = GATEWAY.partition("/")[0]
    return {"targetRefs": [{"group": group, "kind": kind, "name": name} for name in names]}


def _gateway(policy: Policy, name: str) -> Manifest:
    certificate = {
        "mode": "Terminate",
        "certificateRefs": [{"kind": "Secret", "name": f"{name}-tls"}],
    }
    listeners = [
        {"name": "http", "port": 80, "protocol": "HTTP", "hostname": policy.host},
        {
            "name": "https",
            "port": 443,
            "protocol": "HTTPS",
            "hostname": policy.host,
            "tls": certificate,
        },
    ]
    return one("Gateway", name, {"gatewayClassName": _CLASS, "listeners": listeners}, GATEWAY)


def _redirect(policy: Policy, name: str) -> Manifest:
    redirect = {"scheme": "https", "port": 443, "statusCode": 301}
    rule = {"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}
    spec = {**_parent(name, "http"), "hostnames": [policy.host], "rules": [rule]}
    return one("HTTPRoute", f"{name}-to-https", spec, GATEWAY)


def _parent(name: str, section: str) -> dict[str, Any]:
    return {"parentRefs": [{"name": name, "sectionName": section}]}


def _routes(policy: Policy, application: Application) -> Iterator[tuple[Route, str]]:
    """The default, then each route; and the paths of programs beside, where no route is as narrow."""
    yield Route(path="/", need=policy.default), ""
    for route in policy.routes:
        yield route, route.path
    named = {route.path for route in policy.routes}
    for beside in application.beside:
        if beside.path not in named and beside.path not in ("", "/"):
            need = next(
                (r.need for r in policy.routes if _holds(r.path, beside.path)), policy.default
            )
            yield Route(path=beside.path, need=need), beside.path


def _http_route(
    policy: Policy, application: Application, own: str, gateway: str, route: Route, path: str
) -> Manifest:
    program = next(
        (a for a in application.beside if a.path not in ("", "/") and _holds(a.path, path)),
        application,
    )
    rule: dict[str, Any] = {
        "matches": list(_matches(route, path)),
        "backendRefs": [{"name": program.name, "port": program.port}],
    }
    filters = late_headers(policy)
    if filters:
        rule["filters"] = filters
    spec = {**_parent(gateway, "https"), "hostnames": [policy.host], "rules": [rule]}
    return one("HTTPRoute", own, spec, GATEWAY)


def _matches(route: Route, path: str) -> Iterator[dict[str, Any]]:
    """Prefixes of the Gateway API heed case, which would let /ADMIN past /admin: an expression does not.

    Envoy Gateway tries longer expressions first, as the policy has deeper paths first.
    """
    if not path:
        yield {"path": {"type": "PathPrefix", "value": "/"}}
        return
    end = "/?$" if route.exact else "(/.*)?$"
    value = f"(?i)^{re.escape(path.rstrip('/')).replace(chr(92) + '-', '-')}{end}"
    where = {"type": "RegularExpression", "value": value}
    for method in route.methods or [""]:
        yield {"path": where, **({"method": method} if method else {})}


def _holds(prefix: str, path: str) -> bool:
    above, below = prefix.rstrip("/").lower(), path.lower()
    return below == above or below.startswith(f"{above}/")


def _services(application: Application) -> Iterator[Manifest]:
    for program in application.all:
        label = {"app.kubernetes.io/name": program.name}
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": program.name},
            "spec": {"selector": label, "ports": [{"name": "http", "port": program.port}]},
        }


def _lost(policy: Policy, routes: list[tuple[Route, str]]) -> Iterator[str]:
    """What Envoy Gateway has no field for, or does in another way."""
    limits = policy.limits
    if limits.per_ip or limits.per_user or any(r.per_ip or r.per_user for r, _ in routes):
        yield "rate limits need Envoy Gateway's global rate limit service and Redis; without them none holds"
    if limits.per_user or any(r.per_user for r, _ in routes):
        yield "per_user: limits count addresses alone: users are not told apart"
    if any(r.methods for r, _ in routes):
        yield "methods: a query or a form that replaces the method, `_method=DELETE`, is not refused"
    yield "429 comes without Retry-After"
    yield "limits.header_count and limits.clients: not settable"
    yield "paths with // , /./ and ;parameters: slashes are merged, parameters are not cut"
    yield "refusals are Envoy's plain texts, neither pages nor JSON"
    yield "pause, resume and the maintenance page: scale or route by hand"
    yield "access log: Envoy Gateway's own format, which shows queries; set an EnvoyProxy resource"
    if policy.observe.otlp:
        yield "observe.otlp: traces are set in an EnvoyProxy resource"
    if policy.egress.mode != "off":
        yield "egress: not watched: hosts cannot be named in a NetworkPolicy"
    yield "the Deployment is yours: labels as in the Service below, listening on the address of its pod"
    yield "the prototype's pods are reachable inside the cluster: close them with a NetworkPolicy"
