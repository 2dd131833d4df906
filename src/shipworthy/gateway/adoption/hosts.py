"""The hosts where prototypes ask models, and what of an address's path is the host's own affair."""

from __future__ import annotations

from urllib.parse import urlsplit

from shipworthy.gateway.policy import Policy

# Host (with its port where that is not the usual one): what is taken off the front of the path.
KNOWN = {
    "api.openai.com": "",
    "api.anthropic.com": "",
    "generativelanguage.googleapis.com": "",
    "ai.gateway.lovable.dev": "",
    "api.groq.com": "",
    "openrouter.ai": "/api",
    "api.mistral.ai": "",
    "api.deepseek.com": "",
    "api.together.xyz": "",
    "api.together.ai": "",
    "api.perplexity.ai": "",
    "api.x.ai": "",
    "api.cerebras.ai": "",
    "api.fireworks.ai": "/inference",
    "api.deepinfra.com": "/v1/openai",
    "api.sambanova.ai": "",
    "integrate.api.nvidia.com": "",
    "router.huggingface.co": "",
    "localhost:11434": "",
    "127.0.0.1:11434": "",
}

_USUAL_PORT = {"https": 443, "http": 80}


def rerouted_hosts(policy: Policy) -> dict[str, str]:
    """All hosts to reroute: the known ones and those of the policy's providers."""
    hosts = dict(KNOWN)
    for provider in policy.providers.values():
        parts = urlsplit(provider.url)
        if parts.hostname:
            port = parts.port if parts.port != _USUAL_PORT.get(parts.scheme) else None
            host = f"{parts.hostname}:{port}" if port else parts.hostname
            hosts.setdefault(host, _own_path(parts.path))
    return hosts


def _own_path(path: str) -> str:
    """`/inference/v1` is `/inference` and then the path that every such provider has."""
    path = path.rstrip("/")
    for ending in ("/openai/v1", "/v1beta/openai", "/v1beta", "/v1", "/openai"):
        if path.endswith(ending):
            return path.removesuffix(ending)
    return path
