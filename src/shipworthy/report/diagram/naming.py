"""What the boxes of a diagram are called: companies by name, tables with the personal data they hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.hosts import is_third_party
from shipworthy.prototype.models.sdks import provider_of_url
from shipworthy.prototype.privacy.processors import companies

_KINDS = 3  # of personal data that a box names


@cache
def company_of(host: str) -> str:
    """The company behind a host, as the bundled table knows it; the host itself where it does not."""
    known = {h: company.name for company in companies() for h in company.hosts}
    parts = host.split(".")
    for start in range(len(parts) - 1):
        name = known.get(".".join(parts[start:]))
        if name:
            return name
    return host


@cache
def company_of_call(called: str) -> str:
    """The company behind a call like `stripe.checkout.sessions.create()`; '' where none is known."""
    word = called.partition(".")[0].partition("(")[0].lower()
    known = (c.name for c in companies() if word in c.packages or word == c.name.lower())
    return next(known, "") if word else ""


@cache
def company_of_model(target: str) -> str:
    """ "OpenAI" for api.openai.com as for openai.OpenAI().embeddings.create and for openai."""
    if not is_third_party(target):
        target = target.partition("(")[0].partition(".")[0]
    provider = provider_of_url(f"https://{target}") or target
    named = next((c.name for c in companies() if provider in c.models), "")
    return named or _LIBRARIES.get(provider) or (company_of(target) if provider else "a model")


# Libraries that speak to whichever model they are set up for.
_LIBRARIES = {"ai": "a model, by the AI SDK", "langchain": "a model, by LangChain"}


def personal_data(prototype: Prototype) -> Mapping[str, str]:
    """By table, without its schema and in lower case: the kinds of personal data in it, in a few words."""
    kinds: dict[str, dict[str, None]] = {}
    for datum in prototype.personal_data:
        if datum.kind == "table":
            name = datum.holder.rpartition(".")[2].lower()
            kinds.setdefault(name, {})[datum.category.value] = None
    return {name: _few(list(found)) for name, found in kinds.items()}


def _few(words: list[str]) -> str:
    more = f" +{len(words) - _KINDS}" if len(words) > _KINDS else ""
    return ", ".join(words[:_KINDS]) + more
