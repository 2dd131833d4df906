"""A pod with the prototype and an Envoy of its own, which says the whole policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.export.envoy_files import ARGV, FOUND, IMAGE, PLACE, envoy_files, public
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity import Provider

_ENVOY = 101  # the user `envoy` of the official image
_LARGEST = 1_000_000  # bytes: a ConfigMap takes 1 MiB in all
_CONFINED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def manifests(
    policy: Policy,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None,
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """ConfigMap, Deployment and Service, and what is to be said."""
    envoy = envoy_files(policy, application, values, provider, "/dev/stdout")
    name, ports = application.name, public(policy).ports
    if sum(len(text) for text in envoy.files.values()) > _LARGEST:
        return [], ("the configuration is larger than a ConfigMap may be: fewer routes",)
    labels = {"app.kubernetes.io/name": name}
    volumes = [
        {"name": "configuration", "configMap": {"name": f"{name}-proxy"}},
        {"name": "certificate", "secret": {"secretName": f"{name}-tls"}},
        {"name": "private", "emptyDir": {"medium": "Memory"}},
    ]
    containers = [_proxy(name, ports.http, ports.https, envoy.variables)]
    containers += [_program(program) for program in application.all]
    pod = {
        "securityContext": {
            "fsGroup": _ENVOY,
            "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
        },
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 45,
        "containers": containers,
        "volumes": volumes,
    }
    made: list[dict[str, Any]] = [
        _one("v1", "ConfigMap", f"{name}-proxy", data=dict(envoy.files)),
        _one(
            "apps/v1",
            "Deployment",
            name,
            spec={
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        ),
        _one("v1", "Service", name, spec={
            "type": "LoadBalancer",
            "selector": labels,
            "ports": [
                {"name": "http", "port": 80, "targetPort": ports.http},
                {"name": "https", "port": 443, "targetPort": ports.https},
                {"name": "http3", "port": 443, "targetPort": ports.https, "protocol": "UDP"},
            ],
        }),
    ]  # fmt: skip
    return made, (*envoy.said, *application.said, *_said(policy, application, envoy.variables))


def _one(version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}


def _proxy(name: str, http: int, https: int, variables: tuple[str, ...]) -> dict[str, Any]:
    wanted = [
        {"name": v, "valueFrom": {"secretKeyRef": {"name": f"{name}-proxy", "key": v}}}
        for v in variables
    ]
    session = {"name": f"{name}-proxy", "key": "SHIPWORTHY_SESSION_KEY", "optional": True}
    # A Secret names its files tls.crt and tls.key; the script wants chain.pem and key.pem.
    link = "mkdir -p /run/shipworthy/tls && ln -sf /tls/tls.crt /run/shipworthy/tls/chain.pem"
    link += " && ln -sf /tls/tls.key /run/shipworthy/tls/key.pem"
    return {
        "name": "proxy",
        "image": IMAGE,
        "command": ["/bin/sh", "-c", f"{link} && sh {FOUND}/prepare.sh && exec {' '.join(ARGV)}"],
        "env": [
            {"name": "SHIPWORTHY_CERTIFICATE", "value": "/run/shipworthy/tls"},
            {"name": "SHIPWORTHY_SESSION_KEY", "valueFrom": {"secretKeyRef": session}},
            *wanted,
        ],
        "ports": [
            {"containerPort": http},
            {"containerPort": https},
            {"containerPort": https, "protocol": "UDP"},
        ],
        "readinessProbe": {"tcpSocket": {"port": https}, "periodSeconds": 5},
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "1536Mi"},
        },
        "securityContext": {**_CONFINED, "runAsUser": _ENVOY},
        "volumeMounts": [
            {"name": "configuration", "mountPath": str(FOUND), "readOnly": True},
            {"name": "certificate", "mountPath": "/tls", "readOnly": True},
            {"name": "private", "mountPath": str(PLACE)},
        ],
    }


def _program(program: Application) -> dict[str, Any]:
    settings = {"PORT": str(program.port), "HOST": "127.0.0.1", "HOSTNAME": "127.0.0.1"}
    settings |= dict(program.settings)
    return {
        "name": program.name,
        "image": f"REGISTRY/{program.name}:TAG",
        "env": [{"name": key, "value": value} for key, value in settings.items()],
        "envFrom": [{"secretRef": {"name": f"{program.name}-settings", "optional": True}}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _said(policy: Policy, application: Application, variables: tuple[str, ...]) -> Iterator[str]:
    name = application.name
    yield f"certificate: the Secret {name}-tls, which cert-manager makes; after a renewal restart the pods"
    if variables:
        yield f"secrets: the Secret {name}-proxy with {', '.join(variables)}"
    for program in application.all:
        where = f"it listens on 127.0.0.1:{program.port}"
        yield f"image: put yours in the place of REGISTRY/{program.name}:TAG; {where}"
    if policy.login:
        key = f"SHIPWORTHY_SESSION_KEY in {name}-proxy: 32 random bytes, base64"
        yield f"login: more than one pod needs {key}"
    if policy.egress.mode == "isolate":
        yield "egress: advice only: the programs share the proxy's network and may go around it"
    yield "limits: each pod counts for itself"
