"""The environment in which a prototype's calls to models arrive at the gateway."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from shipworthy.gateway.adoption.hosts import rerouted_hosts
from shipworthy.gateway.policy import Policy

HERE = Path(__file__).parent
NODE = HERE / "preload.mjs"
PYTHON = HERE / "python"

# Where SDKs look for another address, with what they append the path of a call to.
_BASE_URLS = {
    "OPENAI_BASE_URL": "/v1",
    "OPENAI_API_BASE": "/v1",
    "ANTHROPIC_BASE_URL": "",
    "GOOGLE_GEMINI_BASE_URL": "",
    "GROQ_BASE_URL": "",
    "MISTRAL_BASE_URL": "/v1",
    "OPENROUTER_BASE_URL": "/v1",
    "TOGETHER_BASE_URL": "/v1",
    "XAI_BASE_URL": "/v1",
    "PERPLEXITY_BASE_URL": "/v1",
    "LOVABLE_BASE_URL": "/v1",
    "OLLAMA_HOST": "",
    "OLLAMA_BASE_URL": "",
}
_KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "GROQ_API_KEY",
         "MISTRAL_API_KEY", "OPENROUTER_API_KEY", "LOVABLE_API_KEY")  # fmt: skip


def environment(
    given: Mapping[str, str], policy: Policy, gateway: str, key: str, feature: str = ""
) -> dict[str, str]:
    """The environment of the prototype: `given`, and all that sends its calls to `gateway`.

    The keys of providers are replaced by the virtual key: the prototype has no use for them now.
    """
    base = f"{gateway}/feature/{feature}" if feature else gateway
    made = dict(given)
    made.update({name: base + path for name, path in _BASE_URLS.items()})
    names = {p.key for p in policy.providers.values() if p.key} | {k for k in _KEYS if k in given}
    made.update(dict.fromkeys(names, key))
    made.setdefault("OPENAI_API_KEY", key)
    made["SHIPWORTHY_AI_GATEWAY"] = base
    made["SHIPWORTHY_AI_KEY"] = key
    made["SHIPWORTHY_AI_HOSTS"] = json.dumps(rerouted_hosts(policy))
    made["NODE_OPTIONS"] = f"--import={NODE.as_uri()} {given.get('NODE_OPTIONS', '')}".strip()
    python = given.get("PYTHONPATH", "")
    made["PYTHONPATH"] = f"{PYTHON}{os.pathsep}{python}" if python else str(PYTHON)
    # The gateway listens on this machine: a proxy of the company must not be asked for it.
    beside = given.get("NO_PROXY", given.get("no_proxy", ""))
    made["NO_PROXY"] = made["no_proxy"] = f"{beside},127.0.0.1,localhost".strip(",")
    return made


def command(argv: list[str]) -> list[str]:
    """The command with the preload where only an argument brings it in: Deno."""
    if Path(argv[0]).stem == "deno" and len(argv) > 1 and argv[1] in ("run", "serve", "test"):
        return [*argv[:2], f"--preload={NODE}", "--allow-env", *argv[2:]]
    return argv
