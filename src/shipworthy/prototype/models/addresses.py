"""Addresses of model providers in the code: written out, or the default of a setting."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode
from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.code.bindings import bindings_of
from shipworthy.prototype.code.syntax import Syntax, callee, pattern_text
from shipworthy.regex import regex

# For each host: the variable that its SDK reads, or one named like that, and the path of the base that
# is its value. (OpenAI: https://github.com/openai/openai-python, Anthropic:
# https://github.com/anthropics/anthropic-sdk-python, Gemini: https://github.com/googleapis/python-genai,
# Groq: https://github.com/groq/groq-python)
_BASES = {
    "api.openai.com": ("OPENAI_BASE_URL", "/v1"),
    "api.anthropic.com": ("ANTHROPIC_BASE_URL", ""),
    "generativelanguage.googleapis.com": ("GOOGLE_GEMINI_BASE_URL", ""),
    "api.groq.com": ("GROQ_BASE_URL", ""),
    "openrouter.ai": ("OPENROUTER_BASE_URL", "/api/v1"),
    "api.mistral.ai": ("MISTRAL_BASE_URL", "/v1"),
    "api.together.xyz": ("TOGETHER_BASE_URL", "/v1"),
    "api.x.ai": ("XAI_BASE_URL", "/v1"),
    "api.perplexity.ai": ("PERPLEXITY_BASE_URL", ""),
    "ai.gateway.lovable.dev": ("LOVABLE_BASE_URL", "/v1"),
    "localhost:11434": ("OLLAMA_BASE_URL", ""),
    "127.0.0.1:11434": ("OLLAMA_BASE_URL", ""),
}
# What may follow: what a gateway can stand in front of, and nothing else of the same host.
_ASKS = regex(
    r"(/openai)?(/v1)?(/(chat/completions|responses|embeddings|messages))?/?"
    r"|/v1(beta)?/models/[^/]+:(streamG|g)enerateContent(\?.*)?"
    r"|/api/(chat|generate|embed|embeddings)"
)
_KEYS = frozenset("baseURL baseUrl base_url api_base openai_api_base anthropic_api_url".split())
_SENDS = frozenset(
    "fetch post request stream urlopen Request send $fetch ofetch axios got ky".split()
)
_SETTINGS = frozenset("get getenv env config getEnv get_env".split())


class ModelAddress(Struct, frozen=True):
    """One literal that begins with `base`, which `variable` would hold; `is_default` where it only
    counts as long as a setting says nothing else."""

    variable: str
    base: str
    is_default: bool
    location: Location


class FoundAddress(Struct, frozen=True):
    """An address with its node."""

    address: ModelAddress
    node: SgNode


def read(syntax: Syntax) -> list[ModelAddress]:
    """The addresses of a file."""
    return [found.address for found in addresses_of(syntax)]


def addresses_of(syntax: Syntax) -> Iterator[FoundAddress]:
    """The addresses of a file at which models are asked, with their nodes."""
    if not syntax.says_any(_BASES):
        return
    for node in syntax.nodes("string", *(() if syntax.python else ("template_string",))):
        known = _known(pattern_text(node) or "")
        is_default = _is_default(node, syntax) if known else None
        if known and is_default is not None:
            variable, base = known
            yield FoundAddress(
                ModelAddress(variable, base, is_default, syntax.location(node)), node
            )


def _known(text: str) -> tuple[str, str] | None:
    """The variable and the base of an address at which models are asked."""
    scheme, _, rest = text.partition("://")
    host = rest.partition("/")[0]
    if scheme not in ("http", "https") or host not in _BASES:
        return None
    variable, path = _BASES[host]
    base = f"{scheme}://{host}{path}"
    if not text.startswith(base) or not _ASKS.fullmatch(text.removeprefix(base)):
        return None
    return variable, base


def _is_default(node: SgNode, syntax: Syntax) -> bool | None:
    """Whether a literal is the default of a setting; None where it may be there for anything else:
    a list of providers, a hint for people, a rule of a policy."""
    parent = node.parent()
    kind = parent.kind() if parent is not None else ""
    if parent is None:
        return None
    if kind in ("binary_expression", "boolean_operator"):
        operator = parent.field("operator")
        is_or = operator is not None and operator.text() in ("??", "||", "or")
        return True if is_or and parent.field("right") == node else None
    if kind in ("arguments", "argument_list"):
        return _as_argument(node, parent)
    if kind == "keyword_argument":
        name, call = parent.field("name"), parent.parent()
        is_base = name is not None and name.text() in _KEYS
        return False if is_base and call is not None and call.kind() == "argument_list" else None
    if kind == "pair":
        return _as_option(parent)
    if kind == "variable_declarator":
        above = parent.parent()
        return False if above is not None and above.text().startswith("const") else None
    if kind == "assignment":
        left = parent.field("left")
        lone = left is not None and left.kind() == "identifier" and parent.field("type") is None
        if not lone or left is None:
            return None
        values = bindings_of(syntax).of(left)
        return False if len(values) == 1 and not _in_class(parent) else None
    return None


def _as_argument(node: SgNode, holder: SgNode) -> bool | None:
    call = holder.parent()
    if call is None:
        return None
    name = callee(call).rpartition(".")[2]
    given = [n for n in holder.named_children() if n.kind() != "comment"]
    place = given.index(node) if node in given else -1
    if name in _SETTINGS and place == 1:
        return True
    sends = name in _SENDS or name.startswith("fetch")
    first = 1 if name in ("request", "stream") and holder.kind() == "argument_list" else 0
    return False if sends and place == first else None


def _as_option(pair: SgNode) -> bool | None:
    """`new OpenAI({ baseURL: "…" })`, and no table of providers."""
    key, literal = pair.field("key"), pair.parent()
    holder = literal.parent() if literal is not None else None
    is_option = holder is not None and holder.kind() == "arguments"
    return False if key is not None and key.text() in _KEYS and is_option else None


def _in_class(node: SgNode) -> bool:
    """Fields of a settings class read the environment themselves."""
    return any(above.kind() == "class_definition" for above in node.ancestors())
