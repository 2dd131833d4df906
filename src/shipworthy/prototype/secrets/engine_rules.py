"""Read an engine's rule: which provider issued the secret that it saw, and what it opens."""

from __future__ import annotations

from shipworthy.prototype.secrets.placeholders import is_placeholder
from shipworthy.prototype.secrets.secret import SecretKind

_ENDINGS = (
    *("api-key", "personal-access-token", "access-token", "api-token", "auth-token", "secret-key"),
    *("secret-access-key", "access-key", "private-key", "client-secret", "api-secret"),
    *("signing-key", "token", "secret", "pat", "webhook-url", "key", "webhook"),
    *("connection-string", "password"),
)
_SPELLED = {
    "aws": "AWS",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "github": "GitHub",
    "gitlab": "GitLab",
    "gcp": "Google Cloud",
    "sendgrid": "SendGrid",
    "mongodb": "MongoDB",
    "huggingface": "Hugging Face",
    "digitalocean": "DigitalOcean",
    "hubspot": "HubSpot",
    "deepseek": "DeepSeek",
    "xai": "xAI",
    "elevenlabs": "ElevenLabs",
    "npm": "npm",
    "pypi": "PyPI",
    "planetscale": "PlanetScale",
    "assemblyai": "AssemblyAI",
    "togetherai": "Together AI",
    "rapidapi": "RapidAPI",
}


def judge(rule: str) -> tuple[SecretKind, str]:
    """Kind and provider of a rule id: `groq-api-key` is an API key of Groq."""
    return _kind(rule), _provider(rule)


def is_issued(value: str) -> bool:
    """False for a stand-in, and for what looks like a key of Stripe and is none: those say `live`
    or `test`, never `prod` (Stripe's documentation of keys)."""
    return not is_placeholder(value) and not value.startswith(("sk_prod_", "rk_prod_"))


def _kind(rule: str) -> SecretKind:
    if "connection-string" in rule:
        return SecretKind.CONNECTION_URI
    if "private-key" in rule or rule.startswith("age-"):
        return SecretKind.PRIVATE_KEY
    if "signing" in rule:
        return SecretKind.SIGNING_SECRET
    if "password" in rule:
        return SecretKind.PASSWORD
    return SecretKind.TOKEN if "token" in rule or "webhook" in rule else SecretKind.API_KEY


def _provider(rule: str) -> str:
    for ending in _ENDINGS:
        rule = rule.removesuffix(f"-{ending}")
    first = rule.split("-")[0]
    return _SPELLED.get(first) or " ".join(word.capitalize() for word in rule.split("-"))
