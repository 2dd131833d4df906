"""What the prototype learns of who was verified: `x-user`, `x-user-email`, `x-user-role`, `x-user-issuer`.

Claims of plain characters, which nearly all are, become headers by Envoy itself; a script would take half
of the time that a request takes. It runs for the others, whose characters must be encoded, and where the
cookies of a login must be kept from the prototype.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.identity.login import COOKIES
from shipworthy.sidecar.proxy.identity.roles import sources
from shipworthy.sidecar.proxy.identity.script import script
from shipworthy.sidecar.proxy.identity.tokens import METADATA
from shipworthy.sidecar.proxy.typed import HTTP, Message, typed

NAME = "shipworthy.claims"
_MATCHING = "envoy.extensions.common.matching.v3.ExtensionWithMatcher"
_INPUT = "envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput"
_COMPARED = "envoy.extensions.matching.input_matchers.metadata.v3.Metadata"
_COOKIE = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
_COMPOSITE = f"{HTTP}.composite.v3"
# Printable ASCII without `%` and `,`: what needs no encoding, and can end neither a header nor a list.
_PLAIN: Message = {"string_match": {"safe_regex": {"regex": r"[!-$&-+\--~]+"}}}


def claims_filter(policy: Policy) -> Message:
    """The filter, behind the one that verified the claims."""
    known = sources(policy)
    told = [{"name": name, "role": list(way)} for name, way in known.items()]
    tree = {
        "matcher_list": {"matchers": list(_plain(policy, known))},
        "on_no_match": {"action": _run(script("script", "claims.lua", SOURCES=told))},
    }
    inner = {"name": "composite", "typed_config": typed(f"{_COMPOSITE}.Composite")}
    return {
        "name": NAME,
        "typed_config": typed(_MATCHING, extension_config=inner, xds_matcher=tree),
    }


def _plain(policy: Policy, known: dict[str, Sequence[str]]) -> Iterator[Message]:
    """Nobody was verified, or somebody whose claims are plain; and there is no cookie to be hidden."""
    hidden = [_no_cookie_of_ours()] if policy.login else []
    nobody = [_absent([name, "sub"]) for name in known]
    yield {"predicate": _all([*hidden, *nobody]), "on_match": {"action": _skip()}}
    for name, way in known.items():
        if _can_be_named(name):
            predicate = _all([*hidden, *_is_plain(name, way)])
            yield {"predicate": predicate, "on_match": {"action": _run(_headers(name, way))}}


def _is_plain(name: str, way: Sequence[str]) -> Iterator[Message]:
    yield _claim([name, "sub"], _PLAIN)
    yield _claim([name, "iss"], _PLAIN)
    yield _absent_or_plain([name, *way]) if _can_be_named(*way) else _absent([name, *way])
    yield _absent_or_plain([name, "email"])
    # An address that its owner never confirmed must not open the account of somebody else.
    yield _claim([name, "email_verified"], {"bool_match": False}, invert=True)


def _headers(name: str, way: Sequence[str]) -> Message:
    told: dict[str, Sequence[str]] = {"x-user": ["sub"], "x-user-issuer": ["iss"]}
    told |= {"x-user-role": way} if _can_be_named(*way) else {}
    told |= {"x-user-email": ["email"]}
    mutations = [_header(header, [name, *claim]) for header, claim in told.items()]
    kind = f"{HTTP}.header_mutation.v3.HeaderMutation"
    return {"name": name, "typed_config": typed(kind, mutations={"request_mutations": mutations})}


def _header(name: str, claim: Sequence[str]) -> Message:
    value = f"%DYNAMIC_METADATA({':'.join([METADATA, *claim])})%"
    set_ = {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {"append": set_}


def _can_be_named(*claim: str) -> bool:
    """Whether Envoy's formats can name it: they have no way to write `https://example.com/roles`."""
    return all(c.isascii() and (c.isalnum() or c in "_-./") for part in claim for c in part)


def _absent_or_plain(path: Sequence[str]) -> Message:
    return {"or_matcher": {"predicate": [_absent(path), _claim(path, _PLAIN)]}}


def _absent(path: Sequence[str]) -> Message:
    return _claim(path, {"present_match": True}, invert=True)


def _claim(path: Sequence[str], value: Message, *, invert: bool = False) -> Message:
    where = typed(_INPUT, filter=METADATA, path=[{"key": key} for key in path])
    compared = typed(_COMPARED, value=value, invert=invert)
    return _single(where, {"custom_match": {"name": "value", "typed_config": compared}})


def _no_cookie_of_ours() -> Message:
    has = _single(typed(_COOKIE, header_name="cookie"), {"value_match": {"contains": COOKIES}})
    return {"not_matcher": has}


def _single(where: Message, how: Message) -> Message:
    return {"single_predicate": {"input": {"name": "input", "typed_config": where}, **how}}


def _all(predicates: list[Message]) -> Message:
    return predicates[0] if len(predicates) == 1 else {"and_matcher": {"predicate": predicates}}


def _run(filter_: Message) -> Message:
    return {
        "name": "run",
        "typed_config": typed(f"{_COMPOSITE}.ExecuteFilterAction", typed_config=filter_),
    }


def _skip() -> Message:
    kind = "envoy.extensions.filters.common.matcher.action.v3.SkipFilter"
    return {"name": "skip", "typed_config": typed(kind)}
