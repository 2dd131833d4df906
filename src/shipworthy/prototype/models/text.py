"""What a model call says of itself: its model, where its prompt stands, who holds its result."""

from __future__ import annotations

from ast_grep_py import SgNode

from shipworthy.prototype.code.bindings import Bindings
from shipworthy.prototype.code.patterns import peeled, targets
from shipworthy.prototype.code.syntax import arguments, callee, keyword, string
from shipworthy.regex import regex

_MODEL_KEYS = ("model", "model_name", "modelName", "model_id", "modelId", "deployment_name")
_PROMPT_KEYS = ("content", "prompt", "contents", "system", "instructions", "input", "text", "query")
_FILES = ("readFile", "readTextFile", "read_text", "open(", "load_prompt", "prompt_loader")
_THROUGH = frozenset(
    """await_expression await parenthesized_expression member_expression attribute subscript
    subscript_expression call call_expression non_null_expression as_expression argument_list
    arguments binary_expression boolean_operator""".split()
)


def literal_model(call: SgNode, client: SgNode | None, bindings: Bindings) -> str | None:
    """The model id that the call, or the client it goes through, names as a literal."""
    for node in (call, client):
        if node is None:
            continue
        for value in _named(node, _MODEL_KEYS):
            found = bindings.value(value)
            text = string(found) if found is not None else None
            if text is None and found is not None and found.kind() in ("call", "call_expression"):
                given = arguments(found)  # `openai("gpt-4o")`
                text = string(given[0]) if given else None
            if text:
                return text
        if callee(node).endswith("GenerativeModel"):
            given = arguments(node)
            text = string(given[0]) if given else None
            if text:
                return text
    in_address = _IN_ADDRESS.search(call.text())  # of Gemini
    return in_address[1] if in_address else None


_SCHEMAS = (
    *("json_schema", "responseSchema", "response_schema", "zodResponseFormat", "generateObject"),
    *("streamObject", "with_structured_output", "withStructuredOutput", "response_model"),
    *("output_schema", "outputSchema", "responseJsonSchema", "input_schema", "Output.object"),
    *("tool_choice", "function_call", "tools", "guided_json", "text_format", ".parse("),
)


def schema_of(call: SgNode, client: SgNode | None) -> str:
    """How a call asks for a shape of the answer: by a schema, or a tool with one; '' where it does
    not. JSON mode alone asks for no shape."""
    text = call.text() + (client.text() if client is not None else "")
    return next((sign.strip(".(") for sign in _SCHEMAS if sign in text), "")


_LENGTHS = (
    "max_tokens",
    "maxTokens",
    "max_completion_tokens",
    "maxOutputTokens",
    "max_output_tokens",
)


def is_bounded(call: SgNode, client: SgNode | None) -> bool:
    """True where the length of the answer is limited."""
    text = call.text() + (client.text() if client is not None else "")
    return any(name in text for name in (*_LENGTHS, "num_predict", "max_new_tokens"))


_IN_ADDRESS = regex(r"/models/([\w.-]+):")


def prompt_source(call: SgNode) -> str:
    """Where the words come from: "inline" in the call, a "file", or a "variable"."""
    if any(sign in call.text() for sign in _FILES):
        return "file"
    given = arguments(call)
    plain = [a for a in given if a.kind() in ("string", "template_string")]
    for value in (*_named(call, _PROMPT_KEYS), *plain):
        text = value.text()
        if value.kind() in ("string", "template_string") and " " in text and len(text) > 20:
            return "inline"
    return "variable"


def is_streamed(call: SgNode) -> bool:
    """True where the answer arrives piece by piece."""
    if "stream" in callee(call).rpartition(".")[2].lower():
        return True
    value = keyword(call, "stream")
    values = [value] if value is not None else list(_named(call, ("stream",)))
    return any(v.kind() == "true" for v in values)


def bound_names(call: SgNode) -> tuple[str, ...]:
    """The variables that the result of a call is put into."""
    for above in call.ancestors():
        kind = above.kind()
        if kind in ("variable_declarator", "assignment", "assignment_expression"):
            target = above.field("name") or above.field("left")
            return tuple(name for name, _ in targets(target)) if target is not None else ()
        if kind not in _THROUGH:
            return ()
    return ()


def _named(node: SgNode, names: tuple[str, ...]) -> list[SgNode]:
    """The values given under these names anywhere in a call: properties and keyword arguments."""
    found = []
    kinds = ("keyword_argument", "pair")
    for kind in kinds:
        if kind == "keyword_argument" and node.get_root().root().kind() != "module":
            continue
        for item in node.find_all(kind=kind):
            key = item.field("name") or item.field("key")
            value = peeled(item.field("value"))
            if key is not None and value is not None and (string(key) or key.text()) in names:
                found.append(value)
    return found
