import io
import logging

import requests
from bs4 import BeautifulSoup
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.models import Document
from app.rag.chunking import chunk_text
from app.rag.embeddings import embed_text
from app.rag.vector_store import add_chunks
from app.utils.security import file_checksum

logger = logging.getLogger(__name__)


def read_pdf(data: bytes) -> str:
    reader = PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text() or "" for page in reader.pages)


def read_bytes(filename: str, data: bytes) -> str:
    if filename.lower().endswith(".pdf"):
        return read_pdf(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def ingest_text(db: Session, title: str, text: str, source: str = "", user_id: int | None = None) -> Document:
    doc = Document(title=title, source=source, checksum=file_checksum(text.encode()), uploaded_by=user_id)
    db.add(doc)
    db.commit()
    db.refresh(doc)

    rows = []
    for chunk in chunk_text(text):
        vector = embed_text(chunk.content)
        rows.append((chunk.position, chunk.content, vector))
    add_chunks(doc.id, rows)

    logger.info("ingested document %s: %s chunks", doc.id, len(rows))
    return doc


def ingest_url(db: Session, url: str, title: str | None = None) -> Document:
    page = requests.get(url, headers={"User-Agent": "Policypal/1.0"})
    soup = BeautifulSoup(page.text, "html.parser")
    for tag in soup(["script", "style", "nav", "footer"]):
        tag.decompose()
    text = soup.get_text(" ", strip=True)
    page_title = soup.title.string if soup.title else url
    return ingest_text(db, title or page_title, text, source=url)
