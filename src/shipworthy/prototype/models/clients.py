"""Which provider a call of an SDK asks, through which client, and how long that client waits."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled
from shipworthy.prototype.code.syntax import (
    Syntax,
    arguments,
    callee,
    dotted,
    keyword,
    properties,
    string,
)
from shipworthy.prototype.models.asked import Asked, bounded, own_limit
from shipworthy.prototype.models.chains import asked_by_chain
from shipworthy.prototype.models.sdks import (
    AI_SDK_CALLS,
    DEFAULT_LIMITED,
    SDKS,
    Sdk,
    provider_of_url,
)
from shipworthy.prototype.outbound.limits import (
    Timeout,
    keyword_limit,
    option_limit,
)
from shipworthy.regex import regex

_LAST = frozenset(call.rpartition(".")[2] for sdk in SDKS for call in sdk.calls)
_DISTINCT = regex(
    r"(chat\.completions|responses|embeddings|audio\.\w+|ChatCompletion|images)\.\w+$"
    r"|[gG]enerate_?[cC]ontent\w*$"
)


def asked_by(call: SgNode, syntax: Syntax, bindings: Bindings) -> Asked | None:
    """What an SDK call asks; None for any other call."""
    name = callee(call)
    if "." not in name:
        return _plain(call, name, syntax, bindings)
    last = name.rpartition(".")[2]
    for sdk in SDKS if last in _LAST else ():
        ending = next((c for c in sdk.calls if _ends(name, c)), None)
        if ending is not None and _is_of(call, ending, sdk, bindings):
            return _asked(call, ending, sdk, syntax, bindings)
    if last in AI_SDK_CALLS and bindings.module(call.field("function")) in ("ai", "npm:ai"):
        return _plain(call, last, syntax, bindings)
    return asked_by_chain(call, syntax, bindings)


def _ends(name: str, call: str) -> bool:
    return name.endswith(call) if call.startswith(".") else f".{name}".endswith(f".{call}")


def _plain(call: SgNode, name: str, syntax: Syntax, bindings: Bindings) -> Asked | None:
    """Functions imported by name: the AI SDK's `generateText`, litellm's `completion`."""
    module = bindings.modules.get(name, "")
    if name in AI_SDK_CALLS and re.match(r"(npm:)?ai(@|$)", module):
        given = arguments(call)
        limit = option_limit(given[0], bindings) if given else Timeout.NONE
        limit = bounded(call, limit, syntax)
        return Asked(_ai_sdk_provider(call, bindings), "ai-sdk", limit)
    if module.startswith("litellm.") and name in ("completion", "acompletion", "embedding"):
        limit = keyword_limit(call, bindings)
        return Asked("litellm", "litellm", bounded(call, limit, syntax))
    return None


def _ai_sdk_provider(call: SgNode, bindings: Bindings) -> str:
    given = arguments(call)
    literal = bindings.value(given[0]) if given else None
    shown = properties(literal) if literal is not None and literal.kind() == "object" else {}
    value = peeled(shown.get("model"))
    if value is None:
        return "ai-sdk"
    named = string(value)
    if named is not None:
        return named.partition("/")[0]
    return bindings.module(value).removeprefix("@ai-sdk/") or "ai-sdk"


def _is_of(call: SgNode, ending: str, sdk: Sdk, bindings: Bindings) -> bool:
    """True where the receiver is a client of this SDK, as far as the file shows."""
    made = _constructor(_base(call, ending), bindings)
    module = bindings.module(made.field("function") or made.field("constructor")) if made else ""
    if not module and made is not None and bindings.python:
        module = bindings.qualified(made)
    if module:
        return _is_module(module, sdk)
    imported = any(_is_module(m, sdk) for m in bindings.modules.values())
    base = _base(call, ending)
    own = bindings.module(base)
    if own and not _is_module(own, sdk):
        return _DISTINCT.search(ending) is not None and sdk.provider in ("openai", "google")
    if imported:
        foreign = "twilio" in "".join(bindings.modules.values())
        return not foreign or sdk.provider in dotted(base or call).lower()
    return _DISTINCT.search(ending) is not None and sdk.provider in ("openai", "google")


def _is_module(module: str, sdk: Sdk) -> bool:
    module = re.sub(r"^(npm:|jsr:|https://esm\.sh/)", "", module)
    scope = "@" if module.startswith("@") else ""
    bare = scope + module.removeprefix("@").partition("@")[0]
    return any(bare == m or bare.startswith((f"{m}.", f"{m}/")) for m in sdk.modules)


def _base(call: SgNode, ending: str) -> SgNode | None:
    """The client: what is left of the callee without the method names that ask the model."""
    node = call.field("function")
    for _ in ending.strip(".").split("."):
        node = node.field("object") if node is not None else None
    return peeled(node)


def _constructor(base: SgNode | None, bindings: Bindings, depth: int = 3) -> SgNode | None:
    """The call that makes a client: followed through names and functions that return it."""
    value = bindings.value(base)
    if value is None or depth == 0:
        return None
    if value.kind() in ("new_expression", "call", "call_expression"):
        name = callee(value).rpartition(".")[2]
        for function in bindings.functions.values():
            own = function.field("name")
            parent = function.parent()
            if own is None and parent is not None and parent.kind() == "variable_declarator":
                own = parent.field("name")
            if own is not None and own.text() == name:
                return _returned(function, bindings, depth - 1)
        return value
    return None


def _returned(function: SgNode, bindings: Bindings, depth: int) -> SgNode | None:
    for statement in function.find_all(kind="return_statement"):
        inner = next((c for c in statement.children() if c.is_named()), None)
        made = _constructor(inner, bindings, depth)
        if made is not None:
            return made
    return None


def _asked(call: SgNode, ending: str, sdk: Sdk, syntax: Syntax, bindings: Bindings) -> Asked:
    base = _base(call, ending)
    made = _constructor(base, bindings)
    limit = own_limit(call, bindings)
    if limit is Timeout.NONE:
        limit = _client_limit(made, base, sdk, bindings)
    provider = _provider(made, sdk, bindings)
    if limit is Timeout.NONE and provider in DEFAULT_LIMITED and made is not None:
        limit = Timeout.DEFAULT
    return Asked(provider, sdk.provider, bounded(call, limit, syntax), made)


def _client_limit(
    made: SgNode | None, base: SgNode | None, sdk: Sdk, bindings: Bindings
) -> Timeout:
    if made is not None:
        limit = own_limit(made, bindings)
        if limit is Timeout.NONE:
            # `genAI.getGenerativeModel(…)`, `client.with_options(…)`: look at what made that, too.
            function = made.field("function")
            outer = _constructor(function.field("object") if function else None, bindings)
            limit = own_limit(outer, bindings) if outer is not None else limit
        return limit
    if base is not None and _is_module(bindings.module(base) or dotted(base), sdk):
        text = base.get_root().root().text()
        given = re.search(rf"{re.escape(dotted(base))}\.(request_)?timeout\s*=", text)
        return Timeout.SET if given else Timeout.NONE
    return Timeout.UNKNOWN  # the client comes from another file


def _provider(made: SgNode | None, sdk: Sdk, bindings: Bindings) -> str:
    if made is None:
        return sdk.provider
    if callee(made).rpartition(".")[2] in ("AzureOpenAI", "AsyncAzureOpenAI"):
        return "azure"
    address = keyword(made, "base_url") or keyword(made, "api_base")
    given = arguments(made)
    if not bindings.python and given and given[0].kind() == "object":
        address = properties(given[0]).get("baseURL")
    text = string(address) if address is not None else None
    return (provider_of_url(f"{text.rstrip('/')}/chat/completions") if text else "") or sdk.provider
