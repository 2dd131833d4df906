"""Who calls and what for: the virtual key, the feature and the call that a request states."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from shipworthy.gateway.call import Call
from shipworthy.gateway.control import Control, VirtualKey
from shipworthy.gateway.dialects.dialect import Dialect
from shipworthy.gateway.policy import DEFAULT, Feature, Policy
from shipworthy.gateway.problem import Kind, Problem
from shipworthy.gateway.request import Headers
from shipworthy.gateway.routes import Route
from shipworthy.gateway.store import BrokenStore

_PLAIN = re.compile(rb"[\w.,:; -]{1,500}", re.ASCII)
LONGEST_NAME = 200  # characters of a user's name, and of a model's, that are kept


def _ids() -> Iterator[str]:
    """Ids that no other process makes; in a row, so that a table that is sorted by them grows at its end."""
    own = secrets.token_hex(8)
    return (f"{own}{number:08x}" for number in count())


_IDS = _ids()


async def known_key(control: Control, presented: str) -> VirtualKey:
    """The virtual key of a request. Raises Problem where it is none that is in force."""
    try:
        await control.refresh()
    except BrokenStore as error:
        raise Problem(
            Kind.STORE, "store_unavailable", "The gateway's store cannot be read."
        ) from error
    key = control.key(presented) if presented else None
    if key is None:
        raise Problem(
            Kind.UNAUTHORISED,
            "invalid_api_key",
            "This is not a key of the gateway. `shipworthy ai keys add` makes one.",
        )
    return key


def presented_key(headers: Headers, query: bytes) -> str:
    """The key that a request carries, wherever its dialect puts it; "" where it carries none."""
    bearer = headers.get(b"authorization", b"")
    if bearer[:7].lower() == b"bearer ":
        bearer = bearer[7:].strip()
    key = (
        headers.get(b"x-shipworthy-key")
        or headers.get(b"x-api-key")
        or headers.get(b"x-goog-api-key")
        or bearer
    )
    if not key and b"key=" in query:
        return parse_qs(query.decode("latin-1")).get("key", [""])[0]
    return key.decode("latin-1")


def feature_of(policy: Policy, key: VirtualKey, found: Route, headers: Headers) -> Feature:
    """The feature that a request is for: of its header or address, else of its key, else the default.

    Raises Problem where the policy knows no such feature: each has limits of its own, so none may be made up.
    """
    prototype = policy.prototypes.get(key.prototype)
    if prototype is None:
        raise Problem(
            Kind.FORBIDDEN, "unknown_prototype", "The policy knows this key's prototype no more."
        )
    named = headers.get(b"x-shipworthy-feature", b"").decode("latin-1") or found.feature
    if key.feature and named not in ("", key.feature):
        raise Problem(Kind.FORBIDDEN, "other_feature", "This key is for another feature.")
    feature = prototype.features.get(named or key.feature or DEFAULT)
    if feature is None:
        raise Problem(
            Kind.BAD_REQUEST, "unknown_feature", "The policy knows no feature of this name."
        )
    return feature


def passed_headers(dialect: Dialect, headers: Headers) -> dict[str, str]:
    """What a provider of the caller's dialect is told beside the body."""
    found = ((name, headers.get(name.encode(), b"")) for name in dialect.passed_headers)
    return {name: said.decode("ascii") for name, said in found if _PLAIN.fullmatch(said)}


def _name(said: bytes) -> str:
    """A name as most programs put it into a header, or as the older ones do."""
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError:
        return said.decode("latin-1")


def call_of(
    found: Route, key: VirtualKey, feature: Feature, body: dict[str, Any], headers: Headers
) -> Call:
    """The call. Raises Problem where no model is named."""
    dialect = found.dialect
    model = found.model if found.model is not None else body.get("model")
    if not isinstance(model, str) or not model:
        raise Problem(Kind.BAD_REQUEST, "no_model", "The request names no model.")
    user = _name(headers.get(b"x-shipworthy-user", b"")) or dialect.user(body)
    return Call(
        id=next(_IDS),
        dialect=dialect.name,
        feature=feature,
        key=key.id,
        user=user[:LONGEST_NAME].replace("\0", ""),  # which no PostgreSQL keeps
        model=model,
        stream=found.stream if found.stream is not None else dialect.streams(body),
        body=body,
        passages=dialect.passages(body),
    )
