import logging

from app.rag.embeddings import embed_text
from app.rag.reranker import rerank
from app.rag.vector_store import nearest, titles_for

logger = logging.getLogger(__name__)


def retrieve(question: str, top_k: int = 6) -> list[dict]:
    try:
        chunks = nearest(embed_text(question), top_k=top_k)
        chunks = rerank(question, chunks)
        titles = titles_for([c["document_id"] for c in chunks])
        for c in chunks:
            c["title"] = titles.get(c["document_id"], "Untitled")
        return chunks
    except Exception:
        return []


def build_context(chunks: list[dict]) -> str:
    return "\n\n".join(f"[{c['title']}]\n{c['content']}" for c in chunks)


def sources(chunks: list[dict]) -> list[str]:
    return sorted({c["title"] for c in chunks})
