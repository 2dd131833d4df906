"""Features with everything filled in, and what a policy says that cannot be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

import msgspec

from shipworthy.gateway.policy import (
    DEFAULT,
    Feature,
    FeatureOptions,
    Policy,
    Prototype,
    PrototypeOptions,
    Provider,
)
from shipworthy.gateway.store.opening import check_store

ReadContract = Callable[[dict[str, Any] | str | None], dict[str, Any] | None]


def resolve_prototype(name: str, options: PrototypeOptions, read: ReadContract) -> Prototype:
    """The prototype with its features; each takes from the prototype what it leaves out.

    The budget is the exception: a feature without one of its own has none beside the prototype's.
    """
    features = {DEFAULT: FeatureOptions(), **options.features}
    resolved = {
        feature: Feature(prototype=name, name=feature, **_chosen(options, own, read))
        for feature, own in features.items()
    }
    whole = Feature(prototype=name, name="", **_chosen(FeatureOptions(), options, read))
    return Prototype(name=name, budget=whole.budget, features=resolved)


def _chosen(outer: FeatureOptions, own: FeatureOptions, read: ReadContract) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for field in FeatureOptions.__struct_fields__:
        value = getattr(own, field)
        if value is msgspec.UNSET and field != "budget":
            value = getattr(outer, field)
        if value is not msgspec.UNSET:
            chosen[field] = tuple(value) if isinstance(value, list) else value
    if "contract" in chosen:
        chosen["contract"] = read(chosen["contract"])
    return chosen


def check_policy(policy: Policy) -> Iterator[str]:
    """What cannot be meant: models without provider, addresses that are none, negative limits, …"""
    for name, provider in policy.providers.items():
        yield from (f"providers: {name}: {problem}" for problem in _provider(provider))
    for name, model in policy.models.items():
        if model.provider not in policy.providers:
            yield f"models: {name}: the provider {model.provider} is not among the providers"
        if model.price and (model.price.input < 0 or model.price.output < 0):
            yield f"models: {name}: a price is negative"
    if PurePath(policy.server.state).name != policy.server.state:
        yield "server: state is the name of a folder beside this file"
    yield from check_store(policy.server.store)
    for prototype in policy.prototypes.values():
        yield from _budget(prototype.name, prototype.budget)
        for feature in prototype.features.values():
            where = f"prototypes: {prototype.name}: {feature.name}"
            yield from (f"{where}: {problem}" for problem in _feature(feature, policy))


def _provider(provider: Provider) -> Iterator[str]:
    try:
        url = urlsplit(provider.url)
        host, _ = url.hostname, url.port
    except ValueError:
        host, url = None, urlsplit("")
    if url.scheme not in ("http", "https") or not host:
        yield "url must be https://host/…"
        return
    if url.username or url.password or url.query or url.fragment:
        yield "url must hold no password, query or fragment; the key belongs into the environment"
    if url.scheme == "http" and not provider.plain_http and not _is_here(host):
        yield "http:// would send the key in the clear; use https://, or say plain_http: true"
    if provider.key and not provider.key.replace("_", "").isalnum():
        yield "key is the NAME of an environment variable, e.g. OPENAI_API_KEY; never the key"
    if provider.key.startswith(("sk-", "sk_", "AIza", "gsk_")):
        yield "key looks like a key; write the NAME of the environment variable that holds it"


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _feature(feature: Feature, policy: Policy) -> Iterator[str]:
    for model in feature.models:
        if model not in policy.models:
            yield f"the model {model} is not among the models"
    times = feature.timeouts
    if min(times.first_byte, times.idle, times.total) <= 0:
        yield "timeouts must be above 0"
    if not 1 <= feature.retries.attempts <= 10:
        yield "retries: attempts must be from 1 to 10"
    if feature.output_tokens is not None and feature.output_tokens < 1:
        yield "output_tokens must be above 0"
    if feature.cache < 0 or feature.stale < 0:
        yield "cache and stale are seconds from 0 on"
    if feature.contract is not None:
        yield from _schema(feature.contract)
    yield from _budget("", feature.budget)


def _schema(contract: dict[str, Any]) -> Iterator[str]:
    import jsonschema_rs

    try:
        jsonschema_rs.validator_for(contract)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        yield f"contract is no JSON Schema: {str(error).splitlines()[0]}"


def _budget(where: str, budget: Any) -> Iterator[str]:
    amounts = [a for a in (budget.day, budget.per_key, budget.per_user) if a is not None]
    if any(not 0 <= amount <= 1e9 for amount in amounts):
        yield f"{where}: a budget must be from 0 to 1,000,000,000 US dollars".lstrip(": ")
    if not 0 < budget.soft <= 1:
        yield f"{where}: soft is a share from 0 to 1, e.g. 0.8".lstrip(": ")
