"""Vector stores and search indexes of Python: collections that hold the texts of all users."""

from __future__ import annotations

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import VECTORS
from shipworthy.prototype.handlers.knowledge.rows import OWNER, query, rows, told
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.values import NULL, UNKNOWN, Value, all_origins
from shipworthy.regex import regex

_CLIENTS = regex(
    r"^(chromadb|qdrant_client|pinecone|weaviate|pymilvus|elasticsearch|opensearchpy"
    r"|langchain\w*(\.\w+)*\.(vectorstores|chroma|pinecone|qdrant|weaviate|milvus|elasticsearch)"
    r"|langchain_(chroma|pinecone|qdrant|weaviate|milvus|elasticsearch|postgres))\b"
)
_COLLECTION = "vector collection"
_FOUND = "rows of a vector store"
_NAMES = ("name", "collection_name", "collection", "index_name", "index")
_KEYS = ("ids", "id", "points_selector", "expr", "namespace", "doc_id")
_CONDITIONS = ("where", "filter", "filters", "query_filter", "scroll_filter")
_TRUTHY = frozenset({"truthy"})


def _collection(walk: Evaluation, site: Site) -> Value | None:
    """`client.get_or_create_collection("notes")`, `Pinecone(…).Index("notes")`."""
    if not _is_client(walk, site):
        return None
    first = site.argument(0, *_NAMES)
    return Value(
        what=_COLLECTION,
        fields={"name": Value(literal=_index(_named(site) or first.text or ""))},
        origins=all_origins(first),
        client=OWNER,
        tags=_TRUTHY,
    )


def _is_client(walk: Evaluation, site: Site) -> bool:
    return walk.module.python and _CLIENTS.match(site.receiver.what) is not None


def _named(site: Site) -> str:
    """The name that is given by one of the words for it; "" where none is."""
    return next((found for n in _NAMES if (found := site.named.get(n, UNKNOWN).text)), "")


def _table(walk: Evaluation, site: Site) -> str:
    """The collection that is asked; "" for what is none."""
    if site.receiver.what == _COLLECTION:
        return ((site.receiver.fields or {}).get("name") or UNKNOWN).text or _index("")
    if not _is_client(walk, site):
        return ""
    return _index(_named(site))


def _index(name: str) -> str:
    """What the texts are called, apart from a table of the same name."""
    return f"indexed_{name or 'documents'}"


def _filters(site: Site) -> dict[str, Value]:
    found: dict[str, Value] = {}
    made_of = frozenset(o for o in site.receiver.origins if o.kind != "environment")
    if made_of:  # a collection, or a folder, of one user
        found["store"] = Value(origins=made_of)
    for key in (*_KEYS, *_NAMES):
        given = site.named.get(key)
        if given is not None and given.text is None:
            found["id" if key in ("ids", "doc_id") else key] = given
    for key in _CONDITIONS:
        given = site.named.get(key)
        if given is not None:
            found |= dict(given.fields) if given.fields else {key: given}
    return found


def _asked(walk: Evaluation, site: Site) -> Value | None:
    """`collection.query(query_texts=[…], where={…})`, `store.similarity_search(text, filter={…})`."""
    if site.receiver.what == _FOUND and site.name == "get":
        return site.receiver  # `found.get("ids", [])`
    table = _table(walk, site)
    if not table:
        return None
    effect = query(walk, site, "select", table, literals={"store": VECTORS})
    options = site.named.get("search_kwargs", UNKNOWN).fields or {}
    inner = Site(site.what, "", site.receiver, (), {**site.named, **options}, site.call)
    told(walk, effect, filters=_filters(inner))
    return Value(origins=rows(walk, effect).origins, what=_FOUND, effect=effect, tags=_TRUTHY)


def _deleted(walk: Evaluation, site: Site) -> Value | None:
    """`collection.delete(ids=[id])`, `client.delete_collection(name)`."""
    table = _table(walk, site)
    if not table:
        return None
    first = site.argument(0)
    effect = query(walk, site, "delete", table, literals={"store": VECTORS})
    given = {"id": first} if site.given and first.text is None else {}
    told(walk, effect, filters={**given, **_filters(site)})
    return NULL


def _added(walk: Evaluation, site: Site) -> Value | None:
    """`collection.add(documents=[…], metadatas=[{"user_id": user.id}])`."""
    table = _table(walk, site)
    if not table:
        return None
    effect = query(walk, site, "insert", table, literals={"store": VECTORS})
    said = site.named.get("metadatas", UNKNOWN)
    about = walk.element(said) if said.elements else said
    texts = site.argument(0, "documents", "texts", "points", "vectors", "body", "document")
    told(walk, effect, values=Value(fields={**(about.fields or {}), "content": texts}))
    return NULL


def _property(walk: Evaluation, value: Value, key: str) -> Value | None:
    """How many were found, or else whatever is taken out of it."""
    if key != "length":
        return value
    counted = frozenset(origin._replace(key="length") for origin in value.origins)
    return Value(origins=counted, tags=frozenset({"number"}))


_OPENS = """get_or_create_collection create_collection get_collection Index""".split()
_SEARCHES = """similarity_search similarity_search_with_score asimilarity_search
similarity_search_with_relevance_scores max_marginal_relevance_search query_points as_retriever scroll
peek hybrid near_text""".split()
_DELETES = (
    "delete delete_collection delete_index delete_by_query drop_collection delete_many".split()
)
_ADDS = "add upsert add_texts aadd_texts add_documents aadd_documents insert".split()

NAMES: dict[str, Answer] = {
    **dict.fromkeys(_OPENS, _collection),
    **dict.fromkeys((*_SEARCHES, "query", "get", "search"), _asked),
    **dict.fromkeys(_DELETES, _deleted),
    **dict.fromkeys(_ADDS, _added),
}
PROPERTIES = {_FOUND: _property}
