"""What an environment variable holds, told from its name: a private key, a public one, neither."""

from __future__ import annotations

from enum import StrEnum

from shipworthy.prototype.secrets.environment import BROWSER_PREFIXES
from shipworthy.prototype.secrets.literals import kind_of_name, split_name
from shipworthy.prototype.secrets.secret import SecretKind


class Holds(StrEnum):
    """What a variable of this name holds. UNSURE: a key whose provider issues both sorts."""

    PRIVATE = "private"
    SERVICE_ROLE = "service_role"
    PUBLIC = "public"
    UNSURE = "unsure"
    NO_KEY = "no_key"


def what_it_holds(name: str) -> Holds:
    """Judge a variable by its name, its browser prefix left out."""
    prefix = next((p for p in BROWSER_PREFIXES if name.startswith(p)), "")
    bare = name[len(prefix) :]
    words = set(split_name(bare))
    if {"service", "role"} <= words or {"supabase", "service"} <= words:
        return Holds.SERVICE_ROLE
    if {"supabase", "secret"} <= words:
        return Holds.SERVICE_ROLE
    hidden = bool(words & {"secret", "private"})
    if words & _PUBLIC and not hidden:
        return Holds.PUBLIC
    kind = kind_of_name(bare)
    if kind is None:
        return Holds.NO_KEY
    if kind is SecretKind.PASSWORD and words & {"dev", "test"} and "admin" not in words:
        return Holds.UNSURE  # often filled in on the developer's own machine only
    if kind is SecretKind.PASSWORD and "demo" in words and "admin" not in words:
        return Holds.PUBLIC  # of an account that the login screen offers to everybody
    sure = kind in (SecretKind.PASSWORD, SecretKind.PRIVATE_KEY, SecretKind.SIGNING_SECRET)
    return Holds.PRIVATE if hidden or sure or words & _PRIVATE else Holds.UNSURE


# Keys that their providers document as safe in a page.
_PUBLIC = frozenset(
    """anon publishable public site dsn maps mapbox firebase posthog recaptcha turnstile hcaptcha
    clerk measurement analytics""".split()
)
# Providers whose keys are never meant for a page.
_PRIVATE = frozenset(
    """openai anthropic claude gemini groq mistral deepseek perplexity cohere replicate elevenlabs
    openrouter huggingface resend sendgrid mailgun postmark brevo twilio github gitlab aws
    notion airtable pinecone tavily firecrawl xai together fireworks cerebras deepgram
    assemblyai heygen admin""".split()
)
