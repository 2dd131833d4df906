"""Language models of Python: clients, chains and agents that ask them, graphs of functions that do."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin, Origins
from shipworthy.prototype.handlers.knowledge.wrapping import Answer, invoke, is_callable
from shipworthy.prototype.handlers.values import UNKNOWN, Value, all_origins, union
from shipworthy.regex import regex

_TRUTHY = frozenset({"truthy"})
_MODELS = regex(
    r"langchain|langgraph\.prebuilt|llama_index|openai|anthropic|google\.generativeai|genai|groq|ollama|mistralai"
    r"|cohere|litellm|transformers|huggingface|together|crewai|haystack|autogen|pydantic_ai|smolagents|agno",
    re.IGNORECASE,
)
# Parts of a chain that ask nobody.
_NO_MODEL = regex(
    r"prompts|output_parsers|runnables|vectorstores|retriever|text_splitter|document_loaders|embeddings|cross_?encoder|sentence_transformers",
    re.IGNORECASE,
)
_CHAIN = "langchain chain"
_PART = "langchain_core.runnables"
_GRAPH = "langgraph graph"
_NODES = "nodes of the graph"


def _ask(walk: Evaluation, site: Site) -> Value:
    asked = (*site.given, *site.named.values())
    walk.effect(
        EffectKind.MODEL,
        "ask",
        site.what,
        site.call.at,
        inputs={"text": union(asked) | _found_before(site.receiver)},
        values={"text": Value(elements=asked)},
    )
    host = site.what.partition("(")[0]
    return Value(origins=frozenset({Origin("model", host)}), what="model answer", tags=_TRUTHY)


def _found_before(chain: Value) -> Origins:
    """The rows that a chain was made with: those of its retriever."""
    return frozenset(o for o in chain.origins if o.kind == "row")


def _model(walk: Evaluation, site: Site) -> Value | None:
    """A model of LangChain and its like is asked."""
    what = site.receiver.what
    if not walk.module.python or not _MODELS.search(what) or _NO_MODEL.search(what):
        return None
    return _ask(walk, site)


def _ran(walk: Evaluation, site: Site) -> Value | None:
    """`SQLDatabase(…).run(text)`, `PythonREPL().run(text)`: what is given is run; a model is asked."""
    for tool, kind in _TOOLS.items():
        if tool in site.receiver.what:
            text = site.argument(0)
            inputs, values = {"text": all_origins(text)}, {"text": text}
            walk.effect(kind, "raw", site.what, site.call.at, inputs=inputs, values=values)
            return Value(origins=frozenset({Origin("row")}), tags=_TRUTHY)
    return _model(walk, site)


_TOOLS = {
    "utilities.SQLDatabase": EffectKind.SQL,
    "sql_database.SQLDatabase": EffectKind.SQL,
    "PythonREPL": EffectKind.CODE,
    "PythonAstREPL": EffectKind.CODE,
}


def _invoked(walk: Evaluation, site: Site) -> Value | None:
    return _through(walk, site) if site.receiver.what == _GRAPH else _ran(walk, site)


def _bedrock(walk: Evaluation, site: Site) -> Value | None:
    return _ask(walk, site) if site.receiver.what.startswith("boto3") else None


def piped(left: Value, right: Value) -> Value | None:
    """`prompt | model | parser`: a chain, which asks a model where one of its parts is one."""
    if not any(_MODELS.search(part.what) for part in (left, right)):
        return None
    asks = any(_MODELS.search(p.what) and not _NO_MODEL.search(p.what) for p in (left, right))
    return Value(what=_CHAIN if asks else _PART, tags=_TRUTHY)


def _graph(walk: Evaluation, site: Site) -> Value | None:
    """`StateGraph(State)` of LangGraph: its nodes are functions of the state."""
    return Value(what=_GRAPH, identity=walk.program.identity(), tags=_TRUTHY)


def _node(walk: Evaluation, site: Site) -> Value | None:
    """`graph.add_node("find", find)`, `graph.add_node(find)`."""
    if site.receiver.what != _GRAPH:
        return None
    at = site.receiver.identity, _NODES
    node = site.argument(1, "action") if site.has(1) or "action" in site.named else site.argument(0)
    walk.heap[at] = Value(elements=(*_nodes(walk, site.receiver), node))
    return site.receiver


def _nodes(walk: Evaluation, graph: Value) -> tuple[Value, ...]:
    at = graph.identity, _NODES
    return (walk.heap.get(at) or walk.program.heap.get(at, UNKNOWN)).elements or ()


def _compiled(walk: Evaluation, site: Site) -> Value | None:
    return site.receiver if site.receiver.what == _GRAPH else None


def _through(walk: Evaluation, site: Site) -> Value:
    """`graph.invoke(state)`: each node gets the state, with what the nodes before it have returned."""
    state = site.argument(0, "input")
    origins = all_origins(state)
    for node in _nodes(walk, site.receiver):
        if not is_callable(node):
            node_site = Site(f"{node.what}.invoke", "invoke", node, (state,), {}, site.call)
            _model(walk, node_site)
            continue
        returned = invoke(walk, node, (state,), {}, site.call.at)
        origins |= all_origins(returned)
        if state.fields is not None and returned.fields is not None:
            state = Value(fields={**state.fields, **returned.fields}, tags=_TRUTHY)
    return Value(origins=origins, fields=state.fields, tags=_TRUTHY)


CALLS: dict[str, Answer] = {
    "langgraph.graph.StateGraph": _graph,
    "langgraph.graph.MessageGraph": _graph,
    **{f"litellm.{name}": _ask for name in ("completion", "acompletion")},
    **{f"ollama.{name}": _ask for name in ("chat", "generate")},
    **{f"agents.Runner.{name}": _ask for name in ("run", "run_sync", "run_streamed")},
    "replicate.run": _ask,
}
NAMES: dict[str, Answer] = {
    "add_node": _node,
    "compile": _compiled,
    "send_message": _model,
    **dict.fromkeys("invoke ainvoke stream astream astream_events batch abatch".split(), _invoked),
    "run": _ran,
    **dict.fromkeys("arun run_sync run_stream predict apredict complete chat".split(), _model),
    **dict.fromkeys("kickoff kickoff_async".split(), _model),
    **dict.fromkeys(
        "generate_content generate_content_async create parse query aquery acall".split(), _model
    ),
    **dict.fromkeys("invoke_model invoke_model_with_response_stream converse".split(), _bedrock),
}
