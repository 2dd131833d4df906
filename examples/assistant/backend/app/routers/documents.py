import logging
import pickle

import yaml
from fastapi import APIRouter, Depends, File, HTTPException, UploadFile
from sqlalchemy.orm import Session

from app.database import get_db
from app.deps import get_current_user, require_hr
from app.models import Document
from app.rag.ingestion import ingest_text, ingest_url, read_bytes
from app.rag.vector_store import add_chunks
from app.schemas import UrlIn
from app.services.leave import suggest_tags
from app.utils.files import delete_upload, is_allowed, save_upload

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("")
def list_documents(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    docs = db.query(Document).order_by(Document.created_at.desc()).all()
    return [{"id": d.id, "title": d.title, "source": d.source} for d in docs]


@router.post("/upload")
async def upload(file: UploadFile = File(...), db: Session = Depends(get_db)):
    data = await file.read()
    save_upload(file.filename, data)
    if not is_allowed(file.filename):
        raise HTTPException(status_code=400, detail="File type not supported")
    try:
        text = read_bytes(file.filename, data)
        doc = ingest_text(db, title=file.filename, text=text, source="upload")
    except Exception:
        logger.exception("could not ingest upload")
        raise
    return {"id": doc.id, "title": doc.title, "tags": suggest_tags(text)}


@router.post("/url")
def add_url(body: UrlIn, db: Session = Depends(get_db)):
    doc = ingest_url(db, body.url, body.title)
    return {"id": doc.id, "title": doc.title}


@router.post("/import-index")
async def import_index(document_id: int, file: UploadFile = File(...)):
    """Load chunks exported from another Policypal."""
    rows = pickle.loads(await file.read())
    add_chunks(document_id, rows)
    return {"chunks": len(rows)}


@router.post("/import-settings")
async def import_settings(file: UploadFile = File(...), user: dict = Depends(require_hr)):
    return yaml.load(await file.read(), Loader=yaml.Loader)


@router.delete("/{document_id}")
def delete_document(document_id: int, user: dict = Depends(require_hr), db: Session = Depends(get_db)):
    doc = db.get(Document, document_id)
    if doc is None:
        raise HTTPException(status_code=404, detail="Not found")
    if doc.source == "upload":
        delete_upload(doc.title)
    db.delete(doc)
    db.commit()
    logger.info("document %s deleted by user %s", document_id, user["sub"])
    return {"ok": True}
