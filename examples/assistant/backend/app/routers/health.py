import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.config import openai_is_configured
from app.database import get_db

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("")
def health():
    return {"status": "ok"}


@router.get("/ready")
def ready(db: Session = Depends(get_db)):
    try:
        db.execute(text("SELECT 1"))
    except Exception as exc:
        logger.exception("database not reachable")
        raise HTTPException(status_code=503, detail="database") from exc
    return {"status": "ok", "openai": openai_is_configured()}
