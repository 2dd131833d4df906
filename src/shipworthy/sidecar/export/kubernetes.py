"""Manifests for Kubernetes: Gateway API for Envoy Gateway, or a pod with its own Envoy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipworthy.sidecar.export import gateway_api, pod
from shipworthy.sidecar.export.application import Application
from shipworthy.sidecar.export.exported import Exported
from shipworthy.sidecar.export.yaml_text import as_yaml
from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity import Provider


def export(
    policy: Policy,
    application: Application,
    values: Mapping[str, str],
    provider: Provider | None,
) -> Exported:
    """Two ways to the same policy, each in a folder of its own; one of them is to be applied."""
    manifests, lost = gateway_api.manifests(policy, application, provider)
    own, said = pod.manifests(policy, application, values, provider)
    remarks = ["What this does not do, though the policy says it:", *(f"- {line}" for line in lost)]
    files = {
        "gateway-api/manifests.yaml": written(manifests, remarks if lost else []),
        "pod/manifests.yaml": written(own, ["The whole policy, in a pod of its own."]),
    }
    return Exported(
        files,
        (
            "gateway-api/: for a cluster with Envoy Gateway; pod/: for any other. Apply one of them",
            *(f"gateway-api: {line}" for line in lost),
            *(f"pod: {line}" for line in said),
        ),
    )


def written(manifests: list[dict[str, Any]], remarks: list[str]) -> str:
    """The manifests as one file of YAML documents."""
    head = "".join(f"# {line}\n" for line in remarks)
    return head + "---\n".join(as_yaml(one) for one in manifests)
